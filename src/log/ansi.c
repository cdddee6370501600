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

size_t
ansi_strip(struct ansi *a, const char *data, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = data[i];

		if (a->state == AFTER_ESC) {
			a->state = c == '[' ? INSIDE : TEXT;
			a->swallowed = 0;
			if (c == '[')
				continue;
			out[n++] = ESC;
		}
		if (a->state == INSIDE) {
			if ((c != '\0' && strchr("HfABCDRsuJKhlpm", c) != NULL) ||
			    ++a->swallowed == SEQUENCE_MAX)
				a->state = TEXT;
		} else if (c == ESC) {
			a->state = AFTER_ESC;
		} else {
			out[n++] = c;
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
