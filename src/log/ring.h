/*
 * The last bytes of a flow in memory, for logs that cannot be read back.  Takes
 * no memory before the first byte and grows with what is written, so a
 * thousand silent programs cost nothing.
 */
#ifndef LOG_RING_H
#define LOG_RING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct ring {
	char	*data;		/* owned; NULL until the first byte */
	uint32_t size;		/* bytes at data */
	uint32_t used;		/* of them */
	uint32_t next;		/* where the next byte goes */
	uint64_t total;		/* bytes ever added */
};

/* Keep the last max bytes of all that was added; without memory keep fewer. */
void	ring_add(struct ring *r, const char *data, size_t len, size_t max);
/* Append the last len bytes (fewer when there are fewer) to out. */
void	ring_tail(const struct ring *r, size_t len, struct buf *out);
/* Forget what is kept; the total stays. */
void	ring_clear(struct ring *r);

#endif
