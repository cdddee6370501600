/*
 * supervisord looks at each chunk alone; a sequence cut by the border of two
 * chunks stays in its log.  Here the state is carried over.  What never ends
 * is no sequence: after SEQUENCE_MAX bytes the text goes on.
 */
#include "log/ansi.h"

#include <stdbool.h>
#include <string.h>

#define ESC		'\033'
#define SEQUENCE_MAX	64	/* bytes: the longest in use have about 40 */

enum { TEXT, AFTER_ESC, INSIDE };

/* One byte after an ESC or inside a sequence; returns the bytes put to out. */
static size_t
step(struct ansi *a, char c, char *out)
{
	if (a->state == AFTER_ESC) {
		a->swallowed = 0;
		if (c == '[') {
			a->state = INSIDE;
			return 0;
		}
		out[0] = ESC;
		out[1] = c;
		a->state = c == ESC ? AFTER_ESC : TEXT;
		return c == ESC ? 1 : 2;
	}
	if ((c != '\0' && strchr("HfABCDRsuJKhlpm", c) != NULL) ||
	    ++a->swallowed == SEQUENCE_MAX)
		a->state = TEXT;
	return 0;
}

size_t
ansi_strip(struct ansi *a, const char *data, size_t len, char *out)
{
	size_t n = 0, i = 0;

	while (i < len) {
		const char *esc;
		size_t plain;

		if (a->state != TEXT) {
			n += step(a, data[i++], out + n);
			continue;
		}
		esc = memchr(data + i, ESC, len - i);
		plain = esc != NULL ? (size_t)(esc - data) - i : len - i;
		memcpy(out + n, data + i, plain);
		n += plain;
		i += plain;
		if (esc != NULL) {
			a->state = AFTER_ESC;
			i++;
		}
	}
	return n;
}

size_t
ansi_end(struct ansi *a, char *out)
{
	bool held = a->state == AFTER_ESC;

	a->state = TEXT;
	if (held)
		*out = ESC;
	return held;
}
