/*
 * The pool of an [eventlistener:x]: its group's processes share the events of the kinds
 * that it asks for, each event for one of them.
 *
 * Events wait in the buffer until a process is RUNNING and READY; the first such process
 * in order gets the oldest.  An event that is rejected goes back to the head, with its
 * serials.  What does not fit is dropped, the oldest first, and counted.
 */
#ifndef CORE_POOL_H
#define CORE_POOL_H

#include "core/core.h"

#define POOL_BYTES	(4 * 1024 * 1024)	/* of payloads that wait in one pool */

struct waiting;
TAILQ_HEAD(waiting_list, waiting);

struct pool {
	TAILQ_ENTRY(pool) link;	/* all pools */
	struct pgroup *group;	/* borrowed: it owns us */
	struct conf_listener *conf; /* owned */
	struct waiting_list buffer; /* the next one first */
	size_t	 n, bytes;	/* in the buffer */
	uint64_t serial;	/* of the next event here */
	uint64_t accepted, sent, processed, rejected, dropped; /* events, ever */
	int	 rejections;	/* in a row */
	bool	 throttled;	/* until `pause` is over */
	struct loop_timer pause;
	struct loop_job job;
	int64_t	 second;	/* of the latest line about drops, and how many it had */
	unsigned lines, unsaid;
};

/* Begin to hand events to pools; end it. */
void	pools_open(void);
void	pools_close(void);

/* A pool for g, which owns it and conf from now on (also on failure); -1: no memory. */
int	pool_new(struct pgroup *g, struct conf_listener *conf);
/* Its processes have gone. */
void	pool_free(struct pgroup *g);
/* Other rules; what waits stays. */
void	pool_update(struct pgroup *g, struct conf_listener *conf);

/* A process has become free, or may have: hand out what waits, at the end of the turn. */
void	pool_kick(struct pool *pool);
/* Nobody works on an event, and none waits for somebody who may take it soon. */
bool	pool_is_quiet(const struct pool *pool);
/* Does the result handler take this result? */
bool	pool_accepts(struct pool *pool, const struct note *note, const char *body, size_t len);
/* The event comes back, to be sent again. */
void	pool_reject(struct pool *pool, struct note *note, uint64_t serial);

#endif
