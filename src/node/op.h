/*
 * Operations on instances: a list of steps each, of which some wait.  Those on one instance
 * run one after the other, in the order in which they were asked for; a bounded number of
 * them at a time.  A step that fails begins the steps that undo the operation; an undoing
 * that fails stays in the rows and is tried again.
 */
#ifndef NODE_OP_H
#define NODE_OP_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "node/row.h"

#define OP_CORE_MS	15000	/* that a process may take to start, to serve, or to stop */
#define OP_QUEUE_MS	15000	/* that an operation waits for its turn */

enum op_kind {
	OP_PROVISION, OP_UNPROVISION, OP_BIND, OP_UNBIND, OP_ENABLE, OP_DISABLE, OP_UPDATE,
	OP_CHECK,		/* has the core a process for it, as the row says? */
};

enum op_result {
	RESULT_OK,
	RESULT_FAULT,		/* the call was wrong */
	RESULT_REFUSED,
	RESULT_LATER,
	RESULT_NO_CAPACITY,
};

enum step { STEP_ON, STEP_WAIT, STEP_FAILED, STEP_END };

struct op;
typedef enum step (*step_fn)(struct op *op);

struct op {
	TAILQ_ENTRY(op) link;
	enum op_kind kind;
	char	*name, *bound;	/* owned: instance; binding or NULL */
	/* of the request, owned texts; NULL: not said */
	char	*plan, *version, *parameters, *given;
	/* Called once, then op is freed.  NULL: nobody wants to know. */
	void	(*done)(struct op *op);
	void	*arg;

	enum op_result result;
	bool	 changed;	/* created, or removed */
	int	 code;		/* RESULT_REFUSED */
	struct err why;
	struct buf credentials;	/* the answer's */

	/* for op.c and steps.c: */
	struct row row;
	struct binding binding;
	yyjson_doc *said;	/* by the hook */
	const step_fn *steps;	/* ended by NULL */
	size_t	 at;
	bool	 running, undoing;
	bool	 is_begun;	/* there is something to undo */
	bool	 hook_was_run, process_is_made;
	struct child *child;
	struct async_call *call;
	struct loop_timer timer;
	struct batch_wait commit;	/* of what the last step has changed */
	enum step after;	/* that commit: how the step ended */
};

/*
 * A new operation; NULL: no memory.  Strings are copied.  op_begin() starts it, perhaps
 * later; done may be called before it returns.
 */
struct op *op_new(enum op_kind kind, const char *name, const char *bound);
void	op_begin(struct op *op);
/* One that was not begun. */
void	op_free(struct op *op);
/* Nobody wants to know any more; it goes on. */
void	op_forget(struct op *op);
/* Is one on this instance in progress or waiting? */
bool	op_is_busy(const char *name);
/* Forget all of them where they are: the next node finishes them. */
void	ops_release(void);

/* ---- for steps.c ---- */

/* The step that has answered STEP_WAIT is over. */
void	op_go_on(struct op *op, enum step how);
/* Set the result; returns STEP_FAILED. */
enum step op_fail(struct op *op, enum op_result result, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Lists of steps. */
const step_fn *steps_of(enum op_kind kind);
const step_fn *steps_to_undo(const struct op *op);

/* ---- replay.c ---- */

/* What an earlier node has left: finish it, and see that processes are there. */
void	replay_begin(void);
void	replay_release(void);
/* An operation could not be finished; try again after a while. */
void	replay_soon(void);

/* ---- monitor.c ---- */

/* Probe it from now on, while it is ready; nothing where there are no probes. */
void	monitor_watch(const char *name);
void	monitor_release(void);
/* Did the last probe hold?  True where there are none. */
bool	monitor_is_healthy(const char *name);
void	monitor_forget(const char *name);

#endif
