/*
 * Forms: "a=1&b=two+words&c=%2F" taken apart.
 */
#include <string.h>

#include "http/conn.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One name or value, with a NUL after it.  A NUL inside ends it early. */
static void
decode(struct buf *to, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		int high = i + 2 < len ? hex(text[i + 1]) : -1;
		int low = i + 2 < len ? hex(text[i + 2]) : -1;

		if (text[i] == '%' && high != -1 && low != -1) {
			i += 2;
			if (high == 0 && low == 0)
				break;
			buf_addc(to, (char)(high << 4 | low));
		} else if (text[i] == '\0')
			break;
		else
			buf_addc(to, text[i] == '+' ? ' ' : text[i]);
	}
	buf_addc(to, '\0');
}

static void
take_apart(struct buf *to, const char *at, size_t len)
{
	const char *end = at + len, *stop, *equals;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '&', (size_t)(end - at));
		if (stop == NULL)
			stop = end;
		equals = memchr(at, '=', (size_t)(stop - at));
		if (equals == NULL)
			equals = stop;
		decode(to, at, (size_t)(equals - at));
		decode(to, equals + 1, equals < stop ? (size_t)(stop - equals - 1) : 0);
	}
}

const char *
request_form(struct request *r, const char *key)
{
	struct buf *form = &r->answer->form;
	const char *at, *end, *value;

	if (!r->answer->form_ready)
		take_apart(form, buf_text(&r->body), r->body.len);
	r->answer->form_ready = true;
	if (form->failed)
		return NULL;
	at = buf_text(form);
	for (end = at + form->len; at < end; at = value + strlen(value) + 1) {
		value = at + strlen(at) + 1;
		if (strcmp(at, key) == 0)
			return value;
	}
	return NULL;
}
