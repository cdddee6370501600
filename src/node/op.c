/*
 * Running operations.
 */
#include "node/op.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/async.h"
#include "node/child.h"
#include "serve/guest.h"

#define RUNNING_MAX	12	/* the core gives a guest a few connections more */

TAILQ_HEAD(op_list, op);
static struct op_list ops = TAILQ_HEAD_INITIALIZER(ops);
static size_t nrunning;
static struct loop_job job;

static void on_job(struct loop_job *j);

/* ---- life ---- */

struct op *
op_new(enum op_kind kind, const char *name, const char *bound)
{
	struct op *op = calloc(1, sizeof(*op));

	if (op == NULL)
		return NULL;
	op->kind = kind;
	op->name = strdup(name);
	op->bound = bound != NULL ? strdup(bound) : NULL;
	if (op->name != NULL && (bound == NULL || op->bound != NULL))
		return op;
	free(op->name);
	free(op);
	return NULL;
}

void
op_free(struct op *op)
{
	loop_timer_stop(&op->timer);
	batch_then_not(&op->commit);
	if (op->child != NULL)
		child_cancel(op->child);
	if (op->call != NULL)
		async_cancel(op->call);
	yyjson_doc_free(op->said);
	node_row_release(&op->row);
	node_binding_release(&op->binding);
	buf_release(&op->credentials);
	free(op->name);
	free(op->bound);
	free(op->plan);
	free(op->version);
	free(op->parameters);
	free(op->given);
	free(op);
}

void
op_forget(struct op *op)
{
	op->done = NULL;
}

static void
finish(struct op *op)
{
	TAILQ_REMOVE(&ops, op, link);
	if (op->running) {
		nrunning--;
		guest_unhold();
	}
	if (op->done != NULL)
		op->done(op);
	else if (op->result != RESULT_OK && op->kind != OP_PROVISION)
		guest_log(LOG_WARN, "%s: %s", op->name, op->why.msg);
	op_free(op);
	loop_job_add(&job, on_job);
}

bool
op_is_busy(const char *name)
{
	struct op *op;

	TAILQ_FOREACH(op, &ops, link)
		if (strcmp(op->name, name) == 0)
			return true;
	return false;
}

void
ops_release(void)
{
	struct op *op;

	loop_job_cancel(&job);
	while ((op = TAILQ_FIRST(&ops)) != NULL) {
		TAILQ_REMOVE(&ops, op, link);
		op_free(op);
	}
	nrunning = 0;
}

/* ---- steps ---- */

enum step
op_fail(struct op *op, enum op_result result, const char *fmt, ...)
{
	struct err why = { .code = FAULT_FAILED };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.msg, sizeof(why.msg), fmt, ap);
	va_end(ap);
	if (op->undoing) {		/* the first reason is the one that counts */
		guest_log(LOG_WARN, "%s: cannot be undone now: %s", op->name, why.msg);
		return STEP_FAILED;
	}
	op->why = why;
	op->result = result;
	return STEP_FAILED;
}

/* false: there is nothing left to do. */
static bool
begin_undo(struct op *op)
{
	if (op->undoing || !op->is_begun) {
		if (op->is_begun || op->kind == OP_UNPROVISION || op->kind == OP_UNBIND)
			replay_soon();
		return false;
	}
	guest_log(LOG_WARN, "%s: %s", op->name, op->why.msg);
	op->steps = steps_to_undo(op);
	op->at = 0;
	op->undoing = true;
	return true;
}

static void
on_commit(struct batch_wait *w, const struct err *e)
{
	struct op *op = LOOP_OWNER(w, struct op, commit);

	op_go_on(op, e == NULL ? op->after : op_fail(op, RESULT_LATER, "%s", e->msg));
}

/* One step; what it has changed is on disk before anything follows from it. */
static enum step
take_step(struct op *op)
{
	unsigned changes = node_rows_changes();
	enum step how = op->steps[op->at](op);

	if (how == STEP_WAIT || changes == node_rows_changes())
		return how;
	op->after = how;
	node_rows_then(&op->commit, on_commit);
	return STEP_WAIT;
}

static void
run(struct op *op)
{
	enum step how;

	while (op->steps[op->at] != NULL) {
		how = take_step(op);
		if (how == STEP_WAIT)
			return;
		if (how == STEP_END || (how == STEP_FAILED && !begin_undo(op)))
			break;
		if (how == STEP_ON)
			op->at++;
	}
	finish(op);
}

void
op_go_on(struct op *op, enum step how)
{
	loop_timer_stop(&op->timer);
	if (how == STEP_WAIT)
		return;
	if (how == STEP_END || (how == STEP_FAILED && !begin_undo(op))) {
		finish(op);
		return;
	}
	if (how == STEP_ON)
		op->at++;
	run(op);
}

/* ---- turns ---- */

static bool
is_first(const struct op *op)
{
	const struct op *other;

	TAILQ_FOREACH(other, &ops, link) {
		if (other == op)
			return true;
		if (strcmp(other->name, op->name) == 0)
			return false;
	}
	return false;
}

static void
on_queued(struct loop_timer *t)
{
	struct op *op = LOOP_OWNER(t, struct op, timer);

	op_fail(op, RESULT_LATER, "too many operations are before this one");
	finish(op);
}

static void
start(struct op *op)
{
	loop_timer_stop(&op->timer);
	op->running = true;
	nrunning++;
	guest_hold();
	op->steps = steps_of(op->kind);
	run(op);
}

static void
on_job(struct loop_job *j)
{
	struct op *op, *next;

	(void)j;
	TAILQ_FOREACH_SAFE(op, &ops, link, next) {
		if (nrunning >= RUNNING_MAX)
			return;
		if (!op->running && is_first(op)) {
			start(op);	/* more may have gone than this one */
			loop_job_add(&job, on_job);
			return;
		}
	}
}

void
op_begin(struct op *op)
{
	TAILQ_INSERT_TAIL(&ops, op, link);
	if (nrunning < RUNNING_MAX && is_first(op))
		start(op);
	else
		loop_timer_start(&op->timer, OP_QUEUE_MS, on_queued);
}
