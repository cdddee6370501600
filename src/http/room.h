/*
 * The memory of a long answer, for the next one.
 */
#ifndef HTTP_ROOM_H
#define HTTP_ROOM_H

#include <stddef.h>

struct buf;

/* b will be long: give it the memory that an answer before has left, if there is any. */
void	room_take(struct buf *b);
/* Takes over data, of cap bytes, from malloc. */
void	room_give(void *data, size_t cap);

#endif
