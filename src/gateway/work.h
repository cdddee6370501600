/*
 * Operations in progress: one struct work per row that is busy, from the decision to the
 * row's end.
 *
 * Steps: the row is written as begun; after the commit the node is called, again and
 * again where it does not answer and time is left; the row is written as ended; after
 * that commit all who wait are answered.  Killed at any point, the next gateway finds the
 * row and calls the node again: every call to a node may be repeated.
 *
 * A creation that was given up without an answer leaves a row in doubt, for which
 * the node is told to remove it until it says that nothing is there.
 */
#ifndef GATEWAY_WORK_H
#define GATEWAY_WORK_H

#include "base/err.h"
#include "base/loop.h"
#include "gateway/ask.h"
#include "gateway/offer.h"
#include "gateway/rows.h"

enum work_step { WORK_BEGINS, WORK_CALLS, WORK_ENDS };

struct work {
	LIST_ENTRY(work) link;
	struct row row;
	enum work_step step;
	struct ask_list accepted;	/* are answered when the beginning is written */
	struct ask_list asks;		/* when the end is */
	struct ask_list again;		/* are decided when this commit is over */
	struct batch_wait wait;
	struct node *node;		/* borrowed; NULL: it is not there any more */
	struct node_call *call;
	struct loop_timer retry;
	int64_t	 begun_ms;		/* first call of the node */
	bool	 is_waited_for;		/* by a request that has no answer yet */
	unsigned tries;
	bool	 undo;			/* of a creation in doubt */
	bool	 overtaken;		/* a creation in progress that shall be deleted */
	bool	 promised;		/* its node has a place set aside */
	bool	 timed_out;
};

void	work_open(const struct offer *o);
/* All at once; asks that wait are forgotten. */
void	work_close(void);

/* NULL: the row is at rest. */
struct work *work_find(const char *instance, const char *binding);
/* Is the instance, or a binding of it, being worked on? */
bool	work_is_on(const char *instance);
/*
 * Begin what r says (state, op, node): written now, carried out afterwards.  Takes over r,
 * also when it fails.  a: who asks; async: is answered before the end.
 */
int	work_begin(struct row *r, struct ask *a, bool async, struct err *e);
/* A row of the database that was in progress, or in doubt. */
int	work_resume(const struct row *r, struct err *e);
/* a waits for the end, or async: is answered at once. */
void	work_join(struct work *w, struct ask *a, bool async);
/* Its creation is in progress: delete it as soon as that is over. */
int	work_overtake(struct work *w, struct ask *a, bool async, struct err *e);
/* a is decided when what is being written is on disk. */
void	work_queue(struct work *w, struct ask *a);

#endif
