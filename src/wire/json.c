/*
 * JSON text appended to a buf.  There is no state beside the bytes written: a
 * value or a member needs a comma exactly when the last byte closes another
 * value, so the last byte decides.
 */
#include "wire/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd"	/* U+FFFD */

/* After '{', '[', ':' and at the start of a text nothing has to be separated. */
static void
comma(struct buf *b)
{
	char last = b->len > 0 ? b->data[b->len - 1] : '[';

	/* NUL: the frame before this one in the same buf. */
	if (last != '{' && last != '[' && last != ':' && last != ',' && last != '\0' &&
	    last != '\n')
		buf_addc(b, ',');
}

void
json_open(struct buf *b, char bracket)
{
	comma(b);
	buf_addc(b, bracket);
}

void
json_close(struct buf *b, char bracket)
{
	buf_addc(b, bracket);
}

void
json_key(struct buf *b, const char *key)
{
	json_str(b, key);
	buf_addc(b, ':');
}

void
json_str(struct buf *b, const char *text)
{
	json_bytes(b, text, text != NULL ? strlen(text) : 0);
}

static void
escape(struct buf *b, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	static const char letter[32] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r',
	};
	char text[6] = { '\\', 'u', '0', '0', hex[c >> 4 & 15], hex[c & 15] };

	if (c == '"' || c == '\\' || (c < 32 && letter[c] != 0)) {
		text[1] = c < 32 ? letter[c] : (char)c;
		buf_add(b, text, 2);
	} else {
		buf_add(b, text, 6);
	}
}

static bool
is_tail(unsigned char c)
{
	return (c & 0xc0) == 0x80;
}

/* Not well-formed: cut off, overlong, a surrogate, or beyond U+10FFFF. */
size_t
json_utf8_len(const unsigned char *s, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;	/* of the second byte */
	size_t n;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		n = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		n = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		n = 4;
	else
		return 0;
	switch (s[0]) {
	case 0xe0: low = 0xa0; break;
	case 0xed: high = 0x9f; break;
	case 0xf0: low = 0x90; break;
	case 0xf4: high = 0x8f; break;
	default: break;
	}
	if (left < n || s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_tail(s[i]))
			return 0;
	return n;
}

bool
json_is_utf8(const char *data, size_t len)
{
	const unsigned char *s = (const unsigned char *)data;
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		n = s[i] < 0x80 ? 1 : json_utf8_len(s + i, len - i);
		if (n == 0)
			return false;
	}
	return true;
}

/* Copied as they are, without a second look. */
static const bool is_plain[256] = {
	[' ' ... '!'] = true, ['#' ... '['] = true, [']' ... '~'] = true,
};

void
json_bytes(struct buf *b, const char *data, size_t len)
{
	const unsigned char *s = (const unsigned char *)data;
	size_t from = 0, i = 0, n;	/* [from, i) is fit to be copied as it is */

	comma(b);
	if (buf_reserve(b, len + 2) == -1)
		return;
	b->data[b->len++] = '"';
	/* Nearly every text is plain from begin to end: copied in one go. */
	while (i < len && is_plain[s[i]])
		i++;
	if (i > 0)
		memcpy(b->data + b->len, data, i);
	b->len += i;
	from = i;
	while (i < len) {
		if (is_plain[s[i]]) {
			i++;
			continue;
		}
		if (s[i] >= 0x80 && (n = json_utf8_len(s + i, len - i)) > 0) {
			i += n;
			continue;
		}
		buf_add(b, data + from, i - from);
		if (s[i] < 0x80)
			escape(b, s[i]);
		else
			buf_adds(b, REPLACEMENT);
		from = ++i;
	}
	if (len > from)
		buf_add(b, data + from, len - from);
	buf_addc(b, '"');
}

void
json_int(struct buf *b, int64_t n)
{
	comma(b);
	buf_addi(b, n);
}

void
json_num(struct buf *b, double n)
{
	char text[32];

	if (!isfinite(n)) {		/* JSON has no word for it */
		json_null(b);
		return;
	}
	comma(b);
	/* 15 digits print what was meant; 17 are needed when that is not exact. */
	snprintf(text, sizeof(text), "%.15g", n);
	if (strtod(text, NULL) < n || strtod(text, NULL) > n)
		snprintf(text, sizeof(text), "%.17g", n);
	buf_adds(b, text);
}

void
json_bool(struct buf *b, bool v)
{
	comma(b);
	buf_adds(b, v ? "true" : "false");
}

void
json_null(struct buf *b)
{
	comma(b);
	buf_adds(b, "null");
}

void
json_value(struct buf *b, yyjson_val *v)
{
	yyjson_obj_iter members;
	yyjson_arr_iter items;
	yyjson_val *key;

	switch (yyjson_get_type(v)) {
	case YYJSON_TYPE_BOOL:
		json_bool(b, yyjson_get_bool(v));
		break;
	case YYJSON_TYPE_NUM:
		if (yyjson_is_int(v))
			json_int(b, yyjson_get_sint(v));
		else
			json_num(b, yyjson_get_real(v));
		break;
	case YYJSON_TYPE_STR:
		json_bytes(b, yyjson_get_str(v), yyjson_get_len(v));
		break;
	case YYJSON_TYPE_ARR:
		json_open(b, '[');
		yyjson_arr_iter_init(v, &items);
		while ((v = yyjson_arr_iter_next(&items)) != NULL)
			json_value(b, v);
		json_close(b, ']');
		break;
	case YYJSON_TYPE_OBJ:
		json_open(b, '{');
		yyjson_obj_iter_init(v, &members);
		while ((key = yyjson_obj_iter_next(&members)) != NULL) {
			json_key(b, yyjson_get_str(key));
			json_value(b, yyjson_obj_iter_get_val(key));
		}
		json_close(b, '}');
		break;
	default:
		json_null(b);
		break;
	}
}

void
json_kstr(struct buf *b, const char *key, const char *text)
{
	json_key(b, key);
	json_str(b, text);
}

void
json_kint(struct buf *b, const char *key, int64_t n)
{
	json_key(b, key);
	json_int(b, n);
}

void
json_kbool(struct buf *b, const char *key, bool v)
{
	json_key(b, key);
	json_bool(b, v);
}

bool
json_is_deep(const char *text, size_t len, size_t most)
{
	bool in_string = false;
	size_t depth = 0;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > most)
				return true;
		} else if (text[i] == '}' || text[i] == ']') {
			if (depth > 0)
				depth--;
		}
	}
	return false;
}
