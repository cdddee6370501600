/*
 * Operations in progress.
 */
#include "gateway/work.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/broker.h"
#include "gateway/demand.h"
#include "serve/guest.h"

#define RETRY_FIRST_MS	100
#define RETRY_MOST_MS	2000
#define UNDO_MOST_MS	60000
#define PATIENCE_MS	60000	/* more, for an operation that nobody waits for */

static LIST_HEAD(, work) works = LIST_HEAD_INITIALIZER(works);
static const struct offer *offer;

static void call(struct work *w);
static void end(struct work *w, bool good, const char *text, int code);
static void on_ended(struct batch_wait *wait, const struct err *e);

/* ---- asks ---- */

static void
put(struct ask_list *l, struct ask *a)
{
	TAILQ_INSERT_TAIL(l, a, link);
	a->list = l;
}

/* Answer all; each may ask again at once. */
static void
answer_all(struct ask_list *l, enum result result, const struct row *row, const char *text,
    int code)
{
	struct ask *a;

	while ((a = TAILQ_FIRST(l)) != NULL) {
		TAILQ_REMOVE(l, a, link);
		a->list = NULL;
		ask_answer(a, result, row, text, code);
	}
}

/* Decide those that came while something was being written. */
static void
ask_again(struct ask_list *l)
{
	struct ask_list now = TAILQ_HEAD_INITIALIZER(now);
	struct ask *a;

	TAILQ_CONCAT(&now, l, link);
	TAILQ_FOREACH(a, &now, link)
		a->list = &now;
	while ((a = TAILQ_FIRST(&now)) != NULL) {
		TAILQ_REMOVE(&now, a, link);
		a->list = NULL;
		broker_ask(a);
	}
}

/* ---- life ---- */

void
work_open(const struct offer *o)
{
	offer = o;
}

struct work *
work_find(const char *instance, const char *binding)
{
	struct work *w;

	LIST_FOREACH(w, &works, link)
		if (strcmp(w->row.instance, instance) == 0 &&
		    strcmp(w->row.binding, binding) == 0)
			return w;
	return NULL;
}

bool
work_is_on(const char *instance)
{
	struct work *w;

	LIST_FOREACH(w, &works, link)
		if (strcmp(w->row.instance, instance) == 0)
			return true;
	return false;
}

static struct work *
make(struct row *r, struct err *e)
{
	struct work *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		row_release(r);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	w->row = *r;
	*r = (struct row){ 0 };
	w->node = nodes_find(w->row.node);
	TAILQ_INIT(&w->accepted);
	TAILQ_INIT(&w->asks);
	TAILQ_INIT(&w->again);
	LIST_INSERT_HEAD(&works, w, link);
	guest_hold();
	return w;
}

static void
settle(struct work *w, bool made)
{
	if (w->promised)
		node_settle(w->node, made);
	w->promised = false;
}

/* Out of the list: the row is at rest.  Who waits stays with w. */
static void
rest(struct work *w)
{
	LIST_REMOVE(w, link);
	settle(w, false);
	batch_then_not(&w->wait);
	loop_timer_stop(&w->retry);
	if (w->call != NULL)
		node_forget(w->call);
	guest_unhold();
}

static void
done_with(struct work *w)
{
	row_release(&w->row);
	free(w);
}

static void
forget_all(struct ask_list *l)
{
	struct ask *a;

	while ((a = TAILQ_FIRST(l)) != NULL)
		broker_forget(a);
}

void
work_close(void)
{
	struct work *w;

	while ((w = LIST_FIRST(&works)) != NULL) {
		rest(w);
		forget_all(&w->accepted);
		forget_all(&w->asks);
		forget_all(&w->again);
		done_with(w);
	}
}

/* ---- beginning ---- */

static void
begin_calls(struct work *w)
{
	w->step = WORK_CALLS;
	w->is_waited_for = !TAILQ_EMPTY(&w->asks);
	w->tries = 0;
	w->begun_ms = loop_now();
}

/* A node may say meanwhile how long it takes. */
static bool
has_time(const struct work *w)
{
	int64_t most = w->node != NULL ? node_patience_ms(w->node) : 0;

	return w->undo || loop_now() - w->begun_ms < most + (w->is_waited_for ? 0 : PATIENCE_MS);
}

static void
on_begun(struct batch_wait *wait, const struct err *e)
{
	struct work *w = LOOP_OWNER(wait, struct work, wait);

	if (e != NULL) {
		rest(w);
		answer_all(&w->accepted, R_BROKEN, NULL, e->msg, 0);
		answer_all(&w->asks, R_BROKEN, NULL, e->msg, 0);
		ask_again(&w->again);
		done_with(w);
		return;
	}
	begin_calls(w);
	call(w);
	answer_all(&w->accepted, R_ACCEPTED, &w->row, NULL, 0);
	ask_again(&w->again);
}

static void
stamp(struct row *r)
{
	r->serial = rows_serial();
	r->op_state = OP_RUNNING;
	r->changed_s = time(NULL);
	r->code = 0;
	r->doubtful = false;
}

int
work_begin(struct row *r, struct ask *a, bool async, struct err *e)
{
	struct work *w;

	stamp(r);
	if (row_set(&r->text, "in progress") == -1 || rows_put(r, e) == -1) {
		row_release(r);
		return -1;
	}
	w = make(r, e);
	if (w == NULL)
		return -1;
	if (w->row.op == OP_CREATE && *w->row.binding == '\0' && w->node != NULL) {
		node_promise(w->node);
		w->promised = true;
	}
	put(async ? &w->accepted : &w->asks, a);
	rows_then(&w->wait, on_begun);
	return 0;
}

int
work_resume(const struct row *r, struct err *e)
{
	struct row copy = *r;
	char **const texts[] = { &copy.instance, &copy.binding, &copy.service, &copy.plan,
		&copy.node, &copy.name, &copy.asked, &copy.result, &copy.pending,
		&copy.request, &copy.text };
	const size_t n = sizeof(texts) / sizeof(texts[0]);
	struct work *w;
	bool failed = false;

	for (size_t i = 0; i < n; i++) {
		*texts[i] = strdup(*texts[i]);
		failed |= *texts[i] == NULL;
	}
	if (failed) {
		row_release(&copy);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	w = make(&copy, e);
	if (w == NULL)
		return -1;
	w->undo = w->row.doubtful;
	begin_calls(w);
	call(w);
	return 0;
}

void
work_join(struct work *w, struct ask *a, bool async)
{
	if (async)
		ask_answer(a, R_ACCEPTED, &w->row, NULL, 0);
	else
		put(&w->asks, a);
}

void
work_queue(struct work *w, struct ask *a)
{
	put(&w->again, a);
}

static void
on_overtaken(struct batch_wait *wait, const struct err *e)
{
	struct work *w = LOOP_OWNER(wait, struct work, wait);

	if (e != NULL)
		answer_all(&w->accepted, R_BROKEN, NULL, e->msg, 0);
	else
		answer_all(&w->accepted, R_ACCEPTED, &w->row, NULL, 0);
}

int
work_overtake(struct work *w, struct ask *a, bool async, struct err *e)
{
	w->row.state = ROW_DELETING;
	w->row.op = OP_DELETE;
	stamp(&w->row);
	if (rows_put(&w->row, e) == -1)
		return -1;
	w->overtaken = w->call != NULL;
	put(async ? &w->accepted : &w->asks, a);
	rows_then(&w->wait, on_overtaken);
	return 0;
}

/* ---- calling the node ---- */

static void
on_retry(struct loop_timer *t)
{
	struct work *w = LOOP_OWNER(t, struct work, retry);
	struct err e;

	if (w->step == WORK_CALLS) {
		call(w);
		return;
	}
	/* what could not be written as ended */
	if (rows_put(&w->row, &e) == -1)
		guest_log(LOG_WARN, "cannot write %s: %s", w->row.instance, e.msg);
	rows_then(&w->wait, on_ended);
}

static void
try_later(struct work *w)
{
	unsigned n = w->tries < 12 ? w->tries : 12;
	int64_t most = w->undo ? UNDO_MOST_MS : RETRY_MOST_MS;
	int64_t ms = (int64_t)RETRY_FIRST_MS << n;

	w->tries++;
	loop_timer_start(&w->retry, ms < most ? ms : most, on_retry);
}

static void
give_up(struct work *w, const char *text)
{
	w->timed_out = true;
	if (w->row.state == ROW_CREATING)
		w->row.doubtful = true;
	end(w, false, text, 0);
}

static void
on_reply(void *arg, const struct node_reply *r)
{
	struct work *w = arg;

	w->call = NULL;
	if (w->overtaken) {		/* the creation is over, in whatever way */
		w->overtaken = false;
		begin_calls(w);
		call(w);
		return;
	}
	if (r->how == NODE_DONE) {
		if (w->row.op != OP_DELETE && demand_take(&w->row, r->params) == -1)
			try_later(w);
		else
			end(w, true, NULL, 0);
	} else if (w->undo || (r->how != NODE_REFUSED && has_time(w)))
		try_later(w);
	else if (r->how == NODE_REFUSED || r->how == NODE_LATER)
		end(w, false, r->text, r->code);
	else
		give_up(w, r->text);
}

static void
call(struct work *w)
{
	struct buf params = { 0 };
	struct err e;

	if (w->node == NULL) {
		if (w->undo) {
			rest(w);	/* it may come back with the next configuration */
			done_with(w);
			return;
		}
		end(w, false, "its node is not there any more", 0);
		return;
	}
	demand_write(&params, &w->row, w->undo, offer);
	if (!params.failed)
		w->call = node_ask(w->node, demand_method(&w->row, w->undo),
		    buf_text(&params), on_reply, w, &e);
	else
		err_set(&e, FAULT_FAILED, "out of memory");
	buf_release(&params);
	if (w->call != NULL)
		return;
	if (has_time(w))
		try_later(w);
	else
		give_up(w, e.msg);
}

/* ---- the end ---- */

static void
set_end(struct row *r, bool good)
{
	r->op_state = good ? OP_SUCCEEDED : OP_FAILED;
	r->changed_s = time(NULL);
	if (r->op == OP_CREATE)
		r->state = good ? ROW_READY : ROW_FAILED;
	else if (r->op == OP_UPDATE)
		r->state = ROW_READY;
	else
		r->state = good ? ROW_GONE : ROW_READY;
}

/* Its text says what has happened, or why not. */
static void
end(struct work *w, bool good, const char *text, int code)
{
	static const char *const done[] = { "", "created", "changed", "deleted" };
	struct row *r = &w->row;
	struct err e;

	guest_log(good ? LOG_INFO : LOG_WARN, "%s%s%s: %s", r->instance,
	    *r->binding != '\0' ? ", binding " : "", r->binding, w->undo ?
	    "nothing of it is left" : good ? done[r->op] : text);
	settle(w, good);
	if (w->undo)
		r->doubtful = false;
	else
		set_end(r, good);
	r->code = code;
	if (row_set(&r->text, good ? done[r->op] : text) == -1 || row_set(&r->pending, "") == -1 ||
	    (r->state == ROW_GONE && row_set(&r->result, "") == -1))
		guest_log(LOG_WARN, "out of memory");
	w->step = WORK_ENDS;
	if (r->state == ROW_GONE && *r->binding == '\0') {
		if (w->node != NULL)
			node_give_back(w->node);
		if (rows_end_bindings(r->instance, r->changed_s, &e) == -1)
			guest_log(LOG_WARN, "bindings of %s: %s", r->instance, e.msg);
	}
	(void)rows_put(r, &e);		/* on_ended() hears of a failure */
	rows_then(&w->wait, on_ended);
}

/* Each is told the end of what he asked for. */
static void
answer_ends(struct work *w)
{
	static const enum row_op ops[] = { [ASK_CREATE] = OP_CREATE, [ASK_UPDATE] = OP_UPDATE,
		[ASK_DELETE] = OP_DELETE };
	struct ask *a;
	bool good = w->row.op_state == OP_SUCCEEDED;

	while ((a = TAILQ_FIRST(&w->asks)) != NULL) {
		TAILQ_REMOVE(&w->asks, a, link);
		a->list = NULL;
		if (ops[a->kind] != w->row.op)
			ask_answer(a, w->undo ? R_DONE : R_FAILED, &w->row,
			    "it was deleted meanwhile", 0);
		else
			ask_answer(a, good ? R_MADE : w->timed_out ? R_TIMEOUT :
			    w->row.code == NODE_CANNOT ? R_NOT_POSSIBLE : R_FAILED,
			    &w->row, good ? NULL : w->row.text, w->row.code);
	}
}

static void
on_ended(struct batch_wait *wait, const struct err *e)
{
	struct work *w = LOOP_OWNER(wait, struct work, wait);
	struct err why;

	if (e != NULL) {
		guest_log(LOG_ERRO, "cannot write the end of an operation on %s: %s",
		    w->row.instance, e->msg);
		answer_all(&w->asks, R_BROKEN, NULL, e->msg, 0);
		loop_timer_start(&w->retry, RETRY_MOST_MS, on_retry);
		return;
	}
	rest(w);
	answer_all(&w->accepted, R_ACCEPTED, &w->row, NULL, 0);
	if (w->row.doubtful && work_resume(&w->row, &why) == -1)
		guest_log(LOG_WARN, "%s stays in doubt: %s", w->row.instance, why.msg);
	answer_ends(w);
	ask_again(&w->again);
	done_with(w);
}
