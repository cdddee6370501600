/*
 * A circular buffer that doubles until it is as big as allowed.
 */
#include "log/ring.h"

#include <stdlib.h>
#include <string.h>

#define RING_FIRST	256	/* bytes: a few lines of a program that says little */

/* The last len bytes start here. */
static size_t
start(const struct ring *r, size_t len)
{
	return (r->next + r->size - len) % r->size;
}

static void
copy_tail(const struct ring *r, size_t len, char *to)
{
	size_t from = start(r, len), first = r->size - from;

	if (first > len)
		first = len;
	memcpy(to, r->data + from, first);
	memcpy(to + first, r->data, len - first);
}

/* Make room for more bytes, at most max in all. */
static void
grow(struct ring *r, size_t more, size_t max)
{
	size_t want = r->size > 0 ? r->size : RING_FIRST;
	char *data;

	while (want < max && want < r->used + more)
		want *= 2;
	if (want > max)
		want = max;
	if (want <= r->size || (data = malloc(want)) == NULL)
		return;
	if (r->data != NULL)
		copy_tail(r, r->used, data);
	free(r->data);
	r->data = data;
	r->size = (uint32_t)want;
	r->next = (uint32_t)(r->used % want);
}

void
ring_add(struct ring *r, const char *data, size_t len, size_t max)
{
	size_t first;

	r->total += len;
	if (r->used + len > r->size)
		grow(r, len, max);
	if (r->size == 0)
		return;
	if (len > r->size) {
		data += len - r->size;
		len = r->size;
	}
	first = r->size - r->next;
	if (first > len)
		first = len;
	memcpy(r->data + r->next, data, first);
	memcpy(r->data, data + first, len - first);
	r->next = (uint32_t)((r->next + len) % r->size);
	r->used = r->used + len < r->size ? (uint32_t)(r->used + len) : r->size;
}

void
ring_tail(const struct ring *r, size_t len, struct buf *out)
{
	if (len > r->used)
		len = r->used;
	if (len == 0 || buf_reserve(out, len) == -1)
		return;
	copy_tail(r, len, out->data + out->len);
	out->len += len;
}

void
ring_clear(struct ring *r)
{
	free(r->data);
	*r = (struct ring){ .total = r->total };
}
