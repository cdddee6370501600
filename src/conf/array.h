/*
 * Arrays that grow one by one.
 */
#ifndef CONF_ARRAY_H
#define CONF_ARRAY_H

#include <bsd/stdlib.h>
#include <stddef.h>

/*
 * Room for one more behind the n elements of v.  The array doubles at every power
 * of two, so its capacity need not be kept.  NULL: no memory, v is as it was.
 */
static inline void *
array_room(void *v, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return v;
	return reallocarray(v, n > 0 ? n * 2 : 1, size);
}

#endif
