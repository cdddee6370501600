/*
 * Python's text rules as far as a supervisord.conf can show them.  Works on
 * UTF-8 bytes; never fails on damaged ones, which count as one character each.
 */
#include "conf/text.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* Decode one character; returns its length, or 0 when it is not UTF-8. */
static size_t
decode(const char *text, size_t len, uint32_t *ch)
{
	const unsigned char *s = (const unsigned char *)text;
	static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n;

	if (len == 0)
		return 0;
	if (s[0] < 0x80) {
		*ch = s[0];
		return 1;
	}
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > len)
		return 0;
	*ch = s[0] & (0x7fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		*ch = *ch << 6 | (s[i] & 0x3fu);
	}
	if (*ch < least[n] || *ch > 0x10ffff || (*ch >= 0xd800 && *ch <= 0xdfff))
		return 0;
	return n;
}

/* str.isspace() for one character. */
static bool
is_blank(uint32_t ch)
{
	return (ch >= 0x09 && ch <= 0x0d) || (ch >= 0x1c && ch <= 0x20) ||
	    ch == 0x85 || ch == 0xa0 || ch == 0x1680 ||
	    (ch >= 0x2000 && ch <= 0x200a) || ch == 0x2028 || ch == 0x2029 ||
	    ch == 0x202f || ch == 0x205f || ch == 0x3000;
}

/* Most bytes of a configuration: printed, and no blank. */
static bool
is_ink(char c)
{
	return c > ' ' && c < 0x7f;
}

size_t
text_blank(const char *text, size_t len)
{
	uint32_t ch;
	size_t n;

	if (len == 0 || is_ink(text[0]))
		return 0;
	n = decode(text, len, &ch);

	return n > 0 && is_blank(ch) ? n : 0;
}

size_t
text_blank_end(const char *text, size_t len)
{
	size_t n = 1;

	if (len == 0 || is_ink(text[len - 1]))
		return 0;
	while (n < len && n < 3 && ((unsigned char)text[len - n] & 0xc0) == 0x80)
		n++;	/* no blank is longer than three bytes */
	return text_blank(text + len - n, n) == n ? n : 0;
}

void
text_strip(const char **text, size_t *len)
{
	size_t n;

	while ((n = text_blank(*text, *len)) > 0) {
		*text += n;
		*len -= n;
	}
	while ((n = text_blank_end(*text, *len)) > 0)
		*len -= n;
}

bool
text_item(const char **at, const char **item, size_t *len)
{
	const char *end;

	if (*at == NULL)
		return false;
	*item = *at;
	*len = strcspn(*at, ",");
	end = *at + *len;
	*at = *end == ',' ? end + 1 : NULL;
	text_strip(item, len);
	return true;
}

char *
text_strip_dup(const char *text)
{
	size_t len = strlen(text);

	text_strip(&text, &len);
	return strndup(text, len);
}

void
text_lower(char *text)
{
	for (; *text != '\0'; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char)(*text - 'A' + 'a');
}

int
text_int(const char *text, int base, int64_t *n)
{
	size_t len = strlen(text), i = 0;
	bool negative = false, digit = false;
	uint64_t value = 0, most = INT64_MAX;

	text_strip(&text, &len);
	if (i < len && (text[i] == '+' || text[i] == '-'))
		negative = text[i++] == '-';
	if (base == 8 && len - i > 2 && text[i] == '0' && (text[i + 1] | 0x20) == 'o') {
		i += 2;
		digit = true;	/* 0o_22 is fine with Python */
	}
	for (; i < len; i++) {
		if (text[i] == '_' && digit) {
			digit = false;
			continue;
		}
		if (text[i] < '0' || text[i] >= '0' + base)
			return -1;
		digit = true;
		value = value > (most - 9) / (uint64_t)base ? most
		    : value * (uint64_t)base + (uint64_t)(text[i] - '0');
	}
	if (!digit)
		return -1;
	*n = negative ? -(int64_t)value : (int64_t)value;
	return 0;
}

size_t
text_char(const char *text, size_t len)
{
	uint32_t ch;
	size_t n = decode(text, len, &ch);

	return n > 0 ? n : 1;
}

/* What repr() escapes above Latin-1: blanks, and marks that only direct the text. */
static bool
is_invisible(uint32_t ch)
{
	return is_blank(ch) || (ch >= 0x200b && ch <= 0x200f) ||
	    (ch >= 0x202a && ch <= 0x202e) || (ch >= 0x2060 && ch <= 0x206f) ||
	    ch == 0xfeff;
}

/* One character inside the quotes of repr(). */
static void
repr_char(struct buf *out, const char *text, size_t n, char quote)
{
	uint32_t ch = (unsigned char)text[0];

	decode(text, n, &ch);
	if (ch == (unsigned char)quote || ch == '\\')
		buf_addf(out, "\\%c", (int)ch);
	else if (ch == '\n')
		buf_adds(out, "\\n");
	else if (ch == '\r')
		buf_adds(out, "\\r");
	else if (ch == '\t')
		buf_adds(out, "\\t");
	else if (ch < 0x20 || (ch >= 0x7f && ch <= 0xa0) || ch == 0xad)
		buf_addf(out, "\\x%02x", ch);
	else if (ch >= 0x100 && is_invisible(ch))
		buf_addf(out, "\\u%04x", ch);
	else
		buf_add(out, text, n);
}

void
text_repr(struct buf *out, const char *text, size_t len)
{
	char quote = memchr(text, '\'', len) != NULL &&
	    memchr(text, '"', len) == NULL ? '"' : '\'';
	size_t n;

	buf_addc(out, quote);
	for (size_t i = 0; i < len; i += n) {
		n = text_char(text + i, len - i);
		repr_char(out, text + i, n, quote);
	}
	buf_addc(out, quote);
}

/* Bytes of ASCII at the begin, eight at a time: mostly that is everything. */
static size_t
ascii_run(const char *text, size_t len)
{
	size_t i;
	uint64_t eight;

	for (i = 0; i + sizeof(eight) <= len; i += sizeof(eight)) {
		memcpy(&eight, text + i, sizeof(eight));
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i;
}

const char *
text_utf8_error(const char *text, size_t len, size_t *at, size_t *bad)
{
	uint32_t ch;
	size_t i = ascii_run(text, len), n;
	unsigned char first;

	while (i < len && (n = decode(text + i, len - i, &ch)) > 0)
		i += n + ascii_run(text + i + n, len - i - n);
	if (i == len)
		return NULL;
	*at = i;
	*bad = 1;
	first = (unsigned char)text[i];
	if (first < 0xc2 || first > 0xf4)
		return "invalid start byte";
	/* How much of a character is there before it goes wrong? */
	n = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	while (*bad < n && i + *bad < len) {
		unsigned char next = (unsigned char)text[i + *bad];
		unsigned char least = 0x80, most = 0xbf;

		if (*bad == 1 && first == 0xe0)
			least = 0xa0;
		else if (*bad == 1 && first == 0xed)
			most = 0x9f;
		else if (*bad == 1 && first == 0xf0)
			least = 0x90;
		else if (*bad == 1 && first == 0xf4)
			most = 0x8f;
		if (next < least || next > most)
			return "invalid continuation byte";
		++*bad;
	}
	return "unexpected end of data";
}

int
err_no_memory(struct err *e)
{
	return err_set(e, FAULT_FAILED, "out of memory");
}
