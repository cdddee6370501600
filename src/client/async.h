/*
 * Control calls of a program with a loop of its own (a guest): made without waiting,
 * answered by a callback, as many at a time as there are connections.
 *
 * Varlink has one call after the other on a connection, so a call takes a connection
 * for as long as it lasts: an idle one of the same caller and interface, or a new
 * one.  Both are bounded; a call that finds none waits for its turn.  A call that is
 * cancelled takes its connection along, which is how the core learns of it.
 */
#ifndef CLIENT_ASYNC_H
#define CLIENT_ASYNC_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/err.h"

struct async;			/* the connections to one supervisor */
struct async_call;		/* a call that is not over */

/*
 * One reply to a call, or its failure.  Everything in it is borrowed: it ends with
 * the callback that gets it.
 */
struct async_reply {
	/*
	 * not NULL: the call has failed, with supervisord's fault and its whole text
	 * ("BAD_NAME: web"); no reply follows
	 */
	const struct err *fault;
	/* "parameters": an object, or NULL when the reply has none; NULL with a fault */
	yyjson_val *params;
	/*
	 * The reply as it came, without its NUL; also that of a fault, as long as the
	 * supervisor said it.  NULL: it did not, the connection has failed.
	 */
	const char *text;
	size_t	 len;
	bool	 continues;	/* more replies to this call will come */
};

typedef void (*async_fn)(void *arg, const struct async_reply *r);

enum {
	ASYNC_MORE = 1,		/* many replies */
	ASYNC_SLOW = 2,		/* it may last: never in the way of quick ones (MORE is) */
	ASYNC_RAW = 4,		/* only text is wanted: fault and params may stay NULL */
};

/*
 * Makes a connection for calls of uid: a stream socket that admits all calls.  -1 and e
 * when it cannot be had now.
 */
typedef int (*async_dial_fn)(void *arg, uid_t uid, struct err *e);

/* NULL: no memory.  most: connections at a time; less than 8 are taken for 8. */
struct async *async_new(async_dial_fn dial, void *arg, size_t most);
/* Calls that are not over get no callback any more.  Never from a callback. */
void	async_free(struct async *a);

/*
 * Call method with params (text of a JSON object, NULL: {}) for uid.  fn gets every
 * reply, the last one with continues false, and is never called before this returns,
 * nor after the last reply or async_cancel().  Without memory or room: NULL and e,
 * and no callback.
 */
struct async_call *async_call(struct async *a, uid_t uid, unsigned flags, const char *method,
	    const char *params, async_fn fn, void *arg, struct err *e);
/* Nobody wants to know any more.  Not from a callback that had the last reply. */
void	async_cancel(struct async_call *c);
/* Read no further replies for now: the supervisor sees a reader that is slow. */
void	async_pause(struct async_call *c, bool pause);
/*
 * Wait here for the next reply, some milliseconds at most: a quick call costs no turns
 * of the loop then.  The callback is called from here.  False: nothing came in time.
 * Never from a callback.
 */
bool	async_wait(struct async_call *c);
/*
 * Hand out now what has come of its replies, without waiting; c may be over afterwards.
 * Never from a callback.
 */
void	async_take(struct async_call *c);
/* Calls in progress, and those that wait for a connection. */
size_t	async_busy(const struct async *a);

#endif
