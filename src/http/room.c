/*
 * One block: who asks for all processes does so again and again.
 */
#include "http/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/spare.h"

static struct spare room;

void
room_take(struct buf *b)
{
	size_t cap;
	char *data = spare_take(&room, b->cap, &cap);

	if (data == NULL)
		return;
	if (b->data != NULL)
		memcpy(data, b->data, b->len + 1);
	free(b->data);
	b->data = data;
	b->cap = cap;
}

void
room_give(void *data, size_t cap)
{
	spare_give(&room, data, cap);
}
