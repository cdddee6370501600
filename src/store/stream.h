/*
 * Streams of replies about changes.  A stream keeps no queue: it has the revision that it has
 * told, and reads on from there as its client takes more.
 */
#ifndef STORE_STREAM_H
#define STORE_STREAM_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stdint.h>

#define STREAM_BATCH	8	/* changes read at a time: each may be as large as a call */

struct call;

struct stream {
	TAILQ_ENTRY(stream) link;
	struct call *call;	/* NULL: it is for the core */
	int64_t	 next;		/* the first revision not told yet */
	bool	 begun;		/* the first reply is out */
	void	(*pump)(struct stream *s);	/* tell what can be told; it may end the stream */
	void	(*release)(struct stream *s);	/* free it */
};

/* From now on, for call (kept then) or for the core.  Pumps, unless a change is not committed. */
void	stream_begin(struct stream *s, struct call *call);
/* May a reply be written?  false: the stream is pumped again when it may. */
bool	stream_has_room(struct stream *s);
/* The last reply was given. */
void	stream_end(struct stream *s);

#endif
