/*
 * The core's end of a link to a guest: packets that leave while its socket has room,
 * at the end of a turn of the loop, and packets that come.  A link keeps no queue: what
 * is due is state of its owner, whose pump() is called whenever something may leave.
 */
#ifndef CTL_LINK_H
#define CTL_LINK_H

#include <stddef.h>

#include "base/buf.h"
#include "base/loop.h"

enum sent {
	SENT,
	SENT_LATER,	/* no room: pump() is called again */
	SENT_NEVER,	/* this packet cannot be sent at all */
};

struct link {
	/* Send what is due, in order; true: all of it has left. */
	bool	(*pump)(struct link *l);
	/* A packet has come.  *fd may be taken over: set it to -1 then. */
	void	(*take)(struct link *l, const char *text, size_t len, int *fd);

	int	 fd;		/* borrowed: the core closes it; -1: no guest */
	struct loop_io io;
	struct loop_job job;
	struct loop_timer retry;
	struct buf packet;	/* the one being written */
};

/* A new guest lives at the other end of fd. */
void	link_up(struct link *l, int fd);
void	link_down(struct link *l);
void	link_release(struct link *l);
/* Something is due: pump at the end of this turn. */
void	link_kick(struct link *l);
/* pump() now. */
void	link_pump(struct link *l);
/* Look again soon: nothing will tell. */
void	link_retry(struct link *l);
/* Send what is in l->packet, with fd (-1: none). */
enum sent link_send(struct link *l, int fd);

#endif
