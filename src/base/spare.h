/*
 * Memory of something big that is over, kept for a second for the next one of its kind:
 * asking the kernel for pages costs more than filling them.
 */
#ifndef BASE_SPARE_H
#define BASE_SPARE_H

#include <stddef.h>

#include "base/loop.h"

/* Zeroed: none is kept. */
struct spare {
	void	*data;
	size_t	 cap;
	struct loop_timer timer;	/* when it is given back */
};

/*
 * The block that is kept, if it has at least so many bytes, which the caller frees or
 * gives later; otherwise NULL.  *cap: how many it has.
 */
void	*spare_take(struct spare *s, size_t least, size_t *cap);
/* Takes over data (from malloc); the one that was kept until now is freed. */
void	spare_give(struct spare *s, void *data, size_t cap);
void	spare_release(struct spare *s);

#endif
