/*
 * One block, and the timer that ends its waiting.
 */
#include "base/spare.h"

#include <stdlib.h>

#define KEEP_MS	1000

static void
on_timer(struct loop_timer *t)
{
	spare_release(LOOP_OWNER(t, struct spare, timer));
}

void *
spare_take(struct spare *s, size_t least, size_t *cap)
{
	void *data = s->data;

	if (data == NULL || s->cap < least)
		return NULL;
	*cap = s->cap;
	s->data = NULL;
	s->cap = 0;
	return data;
}

void
spare_give(struct spare *s, void *data, size_t cap)
{
	free(s->data);
	s->data = data;
	s->cap = cap;
	loop_timer_start(&s->timer, KEEP_MS, on_timer);
}

void
spare_release(struct spare *s)
{
	loop_timer_stop(&s->timer);
	free(s->data);
	s->data = NULL;
	s->cap = 0;
}
