/*
 * UTF-8 by its definition.
 */
#include "base/utf8.h"

#include <string.h>

#include "base/buf.h"

/*
 * Bytes of the character that begins at data; 0: none does; *least, *most: bounds of the
 * second byte, which keep out long forms, surrogates and what is above U+10FFFF.
 */
static size_t
length(unsigned char c, unsigned char *least, unsigned char *most)
{
	*least = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*most = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

/* Of `have` bytes, is that a character of n, or the begin of one? */
static bool
goes_on(const unsigned char *at, size_t have, size_t n, unsigned char least,
    unsigned char most)
{
	for (size_t k = 1; k < n && k < have; k++)
		if (at[k] < (k == 1 ? least : 0x80) || at[k] > (k == 1 ? most : 0xbf))
			return false;
	return true;
}

bool
utf8_is_valid(const char *data, size_t len)
{
	const unsigned char *at = (const unsigned char *)data;
	unsigned char least, most;

	for (size_t i = 0, n; i < len; i += n) {
		n = length(at[i], &least, &most);
		if (n == 0 || n > len - i || !goes_on(at + i, n, n, least, most))
			return false;
	}
	return true;
}

size_t
utf8_cut(const char *data, size_t len)
{
	const unsigned char *at = (const unsigned char *)data;
	unsigned char least, most;

	for (size_t back = 1; back <= 3 && back <= len; back++) {
		size_t n = length(at[len - back], &least, &most);

		if ((at[len - back] & 0xc0) == 0x80)
			continue;
		return n > back && goes_on(at + len - back, back, n, least, most) ? back : 0;
	}
	return 0;
}

void
utf8_put_repr(struct buf *out, const char *data, size_t len)
{
	bool single = memchr(data, '\'', len) != NULL;
	char quote = single && memchr(data, '"', len) == NULL ? '"' : '\'';

	buf_addf(out, "b%c", quote);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\\' || c == (unsigned char)quote)
			buf_addf(out, "\\%c", c);
		else if (c == '\n' || c == '\r' || c == '\t')
			buf_adds(out, c == '\n' ? "\\n" : c == '\r' ? "\\r" : "\\t");
		else if (c < 0x20 || c > 0x7e)
			buf_addf(out, "\\x%02x", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, quote);
}

void
utf8_make_plain(char *text)
{
	size_t len = strlen(text);

	text[len - utf8_cut(text, len)] = '\0';
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
}
