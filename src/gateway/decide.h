/*
 * What a request means for the row that it is about: pure decisions, the same for
 * instances and bindings.  Carrying them out is broker.c.
 *
 * Source: Open Service Broker API 2.17; where it leaves a choice, what platforms expect.
 */
#ifndef GATEWAY_DECIDE_H
#define GATEWAY_DECIDE_H

#include <stdbool.h>

#include "gateway/row.h"

enum verdict {
	V_BEGIN,	/* begin the operation */
	V_DONE,		/* it is so already: answer from the row */
	V_JOIN,		/* the same operation is in progress: its end is the answer */
	V_CANCEL,	/* delete what is being created */
	V_FORGET,	/* nothing is there but the row of a failed creation: it goes */
	V_DIFFERS,	/* something else of this id is there */
	V_BUSY,		/* another operation is in progress */
	V_GONE,		/* it is not there any more, or never was */
	V_NONE,		/* not there */
};

/* same: what is asked for is what the row has (or is getting). */
enum verdict decide_create(enum row_state state, bool same);
/* same: what is asked for is what the row is getting (UPDATING), or has (READY). */
enum verdict decide_update(enum row_state state, bool same);
enum verdict decide_delete(enum row_state state);
enum verdict decide_fetch(enum row_state state);
/* A binding needs its instance: V_DONE (it is there), V_BUSY, V_NONE. */
enum verdict decide_parent(enum row_state state);

/* Whether an operation answers at once, and whether it may. */
enum async_rule { ASYNC_NEVER, ASYNC_ALLOWED, ASYNC_REQUIRED };
/* accepts: accepts_incomplete=true came.  False: refuse with AsyncRequired. */
bool	decide_async(enum async_rule rule, bool accepts, bool *async);

#endif
