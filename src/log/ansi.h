/*
 * strip_ansi: terminal sequences taken out of a program's output, as
 * supervisord does it: from ESC [ to the next of "HfABCDRsuJKhlpm".
 */
#ifndef LOG_ANSI_H
#define LOG_ANSI_H

#include <stddef.h>
#include <stdint.h>

struct ansi {
	uint8_t	state;		/* 0: text, 1: after ESC, 2: inside a sequence */
	uint8_t	swallowed;	/* bytes of the present sequence */
};

/*
 * Copy data without sequences; returns the bytes that are left.  A sequence may go on in
 * the next chunk.  out is another buffer, with room for one byte more than len: an
 * ESC that ended the chunk before may turn out to be text.
 */
size_t	ansi_strip(struct ansi *a, const char *data, size_t len, char *out);
/* The output has ended: 1 and *out when an ESC was held back. */
size_t	ansi_end(struct ansi *a, char *out);

#endif
