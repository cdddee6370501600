/*
 * One transaction for all changes of a turn of the loop, committed at its end; what depends
 * on it, an answer or the next step, is what batch_then() calls after the commit.  So a
 * crowd of requests costs one sync, and nothing is said that is not written.
 */
#ifndef SERVE_BATCH_H
#define SERVE_BATCH_H

#include <bsd/sys/queue.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/loop.h"
#include "serve/db.h"

/* Waits for the commit of this turn; zeroed: does not. */
struct batch_wait {
	TAILQ_ENTRY(batch_wait) link;
	void	(*fn)(struct batch_wait *w, const struct err *e);
	struct batch_list *list; /* that it waits in; NULL: in none */
};

TAILQ_HEAD(batch_list, batch_wait);

/* The owner's: one for each database. */
struct batch {
	struct db *db;		/* borrowed */
	struct batch_list waits;
	struct loop_job job;
	bool	 begun;
	bool	 broken;	/* a change of this turn has failed: nothing of it counts */
	struct err why;
};

void	batch_init(struct batch *b, struct db *db);
/* What was not committed is undone, and waits are forgotten. */
void	batch_release(struct batch *b);

/*
 * A change, as by db_run().  One that fails takes the turn's others along, since they may
 * belong together, unless it was a conflict of its own.
 */
int	batch_run(struct batch *b, const char *sql, const struct db_arg *args, struct err *e);
/*
 * After the commit of this turn, or its failure (e not NULL; what was changed in this turn
 * is undone).  Also where nothing was changed.  A second call replaces fn.
 */
void	batch_then(struct batch *b, struct batch_wait *w,
	    void (*fn)(struct batch_wait *w, const struct err *e));
/* fn is not called any more. */
void	batch_then_not(struct batch_wait *w);

#endif
