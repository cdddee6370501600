/*
 * Text for HTML and for URLs.
 */
#include "http/escape.h"

#include <string.h>

void
html_add(struct buf *b, const char *text)
{
	size_t n;

	for (;; text += n + 1) {
		n = strcspn(text, "&<>\"'");
		buf_add(b, text, n);
		switch (text[n]) {
		case '\0':	return;
		case '&':	buf_adds(b, "&amp;"); break;
		case '<':	buf_adds(b, "&lt;"); break;
		case '>':	buf_adds(b, "&gt;"); break;
		case '"':	buf_adds(b, "&quot;"); break;
		default:	buf_adds(b, "&#39;"); break;
		}
	}
}

void
url_add(struct buf *b, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789_.-~/";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			buf_addc(b, *text);
		else
			buf_addf(b, "%%%02X", (unsigned char)*text);
	}
}
