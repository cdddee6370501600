/*
 * Waiting for processes, and the results of calls for several.
 *
 * Observers run inside a step of the core, so nothing here starts, stops or
 * writes: results go into the client's buffer, and the client is woken at the end
 * of the loop's turn.
 */
#include "ctl/wait.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/core.h"
#include "core/edge.h"
#include "core/roles.h"
#include "ctl/client.h"
#include "ctl/select.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define BUCKETS		512	/* ids come in sequence, so they spread by themselves */
#define REPORT_MS	2000	/* between two "waiting for NAME to stop", as supervisord */

struct wait {
	LIST_ENTRY(wait) link;	/* of its bucket, while proc_id != 0 */
	struct request *request; /* borrowed: it is part of it */
	uint32_t proc_id;	/* 0: has its result */
};

struct request {
	struct client *client;	/* borrowed: it owns us */
	enum wait_for what;
	enum pstate state;	/* WAIT_STATE */
	bool	 more;
	bool	 ready;		/* all processes are named */
	size_t	 left;		/* waits without result */
	struct buf results;	/* JSON objects, while not `more` */
	struct buf also;	/* members of the last reply */
	struct loop_timer timeout;
	size_t	 n, max;
	struct wait waits[];
};

LIST_HEAD(bucket, wait);

static struct bucket buckets[BUCKETS];
static struct loop_timer report;
static size_t stopping;		/* waits of WAIT_DOWN */

static struct bucket *
bucket_of(uint32_t id)
{
	return &buckets[id % BUCKETS];
}

/* ---- life of a request ---- */

struct request *
request_new(struct client *c, enum wait_for what, size_t n, bool more, struct err *e)
{
	struct request *r = calloc(1, sizeof(*r) + n * sizeof(r->waits[0]));

	if (r == NULL) {
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
		return NULL;
	}
	r->client = c;
	r->what = what;
	r->more = more;
	r->max = n;
	c->request = r;
	c->state = CLIENT_BUSY;
	return r;
}

static void
wait_end(struct wait *w)
{
	struct request *r = w->request;

	LIST_REMOVE(w, link);
	w->proc_id = 0;
	r->left--;
	if (r->what == WAIT_DOWN && --stopping == 0)
		loop_timer_stop(&report);
}

void
request_free(struct request *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		if (r->waits[i].proc_id != 0)
			wait_end(&r->waits[i]);
	loop_timer_stop(&r->timeout);
	buf_release(&r->results);
	buf_release(&r->also);
	free(r);
}

/* Every result is there: reply, and let the client go on. */
static void
finish_if_done(struct request *r)
{
	struct client *c = r->client;

	if (!r->ready || r->left > 0)
		return;
	vreply_begin(&c->out);
	buf_add(&c->out, buf_text(&r->also), r->also.len);
	json_key(&c->out, "results");
	json_open(&c->out, '[');
	buf_add(&c->out, buf_text(&r->results), r->results.len);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	if (r->results.failed || r->also.failed)
		c->out.failed = true;	/* the client's turn closes it */
	c->request = NULL;
	request_free(r);
	client_done(c);
}

struct buf *
request_also(struct request *r)
{
	return &r->also;
}

void
request_ready(struct request *r)
{
	r->ready = true;
	finish_if_done(r);
}

/* ---- results ---- */

static void
put_result(struct buf *b, const char *name, const char *group, const struct err *e)
{
	json_open(b, '{');
	json_kstr(b, "name", name);
	json_kstr(b, "group", group);
	json_kint(b, "status", e != NULL ? (int64_t)e->code : FAULT_SUCCESS);
	json_kstr(b, "description", e != NULL ? e->msg : "OK");
	json_close(b, '}');
}

static void
add_result(struct request *r, const char *name, const char *group, const struct err *e)
{
	struct buf *out = &r->client->out;

	if (!r->more) {
		put_result(&r->results, name, group, e);
		return;
	}
	vreply_begin(out);
	json_key(out, "results");
	json_open(out, '[');
	put_result(out, name, group, e);
	json_close(out, ']');
	vreply_end(out, true);
	client_wake(r->client);
}

/*
 * supervisord's details are the full name for these, where the core, which is
 * asked about one process, has a short one.
 */
static void
say_full_name(const struct proc *p, struct err *e)
{
	struct buf name = { 0 };

	switch (e->code) {
	case FAULT_ALREADY_STARTED:
	case FAULT_NOT_RUNNING:
	case FAULT_SPAWN_ERROR:
	case FAULT_ABNORMAL_TERMINATION:
	case FAULT_BAD_NAME:
		proc_full_name(p, &name);
		err_set(e, e->code, "%s: %s", fault_name(e->code), buf_text(&name));
		buf_release(&name);
		break;
	default:
		if (strncmp(e->msg, fault_name(e->code), strlen(fault_name(e->code))) != 0)
			err_add(e, "%s", fault_name(e->code));
		break;
	}
}

void
request_result(struct request *r, const struct proc *p, const struct err *e)
{
	struct err full;

	if (e != NULL) {
		full = *e;
		say_full_name(p, &full);
	}
	add_result(r, p->conf->name, p->group->name, e != NULL ? &full : NULL);
}

void
request_result_name(struct request *r, const char *name, const struct err *e)
{
	char group[256], process[256];

	split_name(name, group, process, sizeof(group));
	add_result(r, process, group, e);
}

/* ---- waiting ---- */

/* "waiting for NAME to stop", once for each process however many wait for it. */
static void
on_report(struct loop_timer *t)
{
	uint32_t last = 0;
	const struct proc *p;
	struct wait *w;

	for (size_t i = 0; i < BUCKETS; i++)
		LIST_FOREACH(w, &buckets[i], link) {
			if (w->request->what != WAIT_DOWN || w->proc_id == last)
				continue;
			last = w->proc_id;
			p = core_by_id(w->proc_id);
			if (p != NULL && p->fsm.st == P_STOPPING)
				log_info("waiting for %s to stop", p->conf->name);
		}
	loop_timer_start(t, REPORT_MS, on_report);
}

/* Has p come to what r waits for?  *failed: no, and it will not; why is in e. */
static bool
is_settled(const struct request *r, const struct proc *p, bool *failed, struct err *e)
{
	enum pstate st = p->fsm.st;

	*failed = false;
	if (r->what == WAIT_CHANGE && p->departing)
		return false;
	if ((r->what == WAIT_UP || r->what == WAIT_CHANGE) && roles_start_due(p))
		return false;		/* it waits for its turn in a role */
	switch (r->what) {
	case WAIT_CHANGE:
	case WAIT_UP:
		if (st == P_STARTING)
			return false;
		if (st != P_RUNNING) {
			*failed = true;
			proc_start_failed(p, e);
		}
		return true;
	case WAIT_DOWN:
		return pstate_is_stopped(st);
	case WAIT_STATE:
		return st == r->state;
	case WAIT_READY:
		return edge_holds(p, DEP_READY);
	}
	return true;
}

static bool
settle(struct request *r, const struct proc *p)
{
	struct err e = { 0 };
	bool failed;

	if (!is_settled(r, p, &failed, &e))
		return false;
	request_result(r, p, failed ? &e : NULL);
	return true;
}

void
request_wait(struct request *r, const struct proc *p)
{
	struct wait *w;

	if (settle(r, p))
		return;
	if (r->n == r->max) {
		log_error("a call waits for more processes than it named");
		return;
	}
	w = &r->waits[r->n++];
	w->request = r;
	w->proc_id = p->id;
	LIST_INSERT_HEAD(bucket_of(p->id), w, link);
	r->left++;
	if (r->what != WAIT_DOWN)
		return;
	log_info("waiting for %s to stop", p->conf->name);
	if (stopping++ == 0)
		loop_timer_start(&report, REPORT_MS, on_report);
}

static void
on_timeout(struct loop_timer *t)
{
	struct request *r = LOOP_OWNER(t, struct request, timeout);
	struct err e;

	for (size_t i = 0; i < r->n; i++) {
		struct wait *w = &r->waits[i];
		const struct proc *p = core_by_id(w->proc_id);

		if (w->proc_id == 0 || p == NULL)
			continue;
		err_set(&e, FAULT_FAILED, "FAILED: it is %s, not %s, when the time is over",
		    pstate_name(p->fsm.st), r->what == WAIT_READY ? "ready" :
		    pstate_name(r->state));
		request_result(r, p, &e);
		wait_end(w);
	}
	finish_if_done(r);
}

void
request_until(struct request *r, enum pstate st, int64_t timeout_ms)
{
	r->state = st;
	if (timeout_ms >= 0)
		loop_timer_start(&r->timeout, timeout_ms, on_timeout);
}

/* The record goes: nothing will happen to it any more. */
static void
lost(struct request *r, const struct proc *p)
{
	struct err e;

	if (r->what == WAIT_DOWN || p->departing) {
		request_result(r, p, NULL);
		return;
	}
	err_set(&e, FAULT_BAD_NAME, "BAD_NAME");
	request_result(r, p, &e);
}

void
wait_event(const struct event *ev)
{
	struct wait *w, *next;
	struct request *r;

	if (ev->type != EV_STATE && ev->type != EV_READY && ev->type != EV_GONE)
		return;
	LIST_FOREACH_SAFE(w, bucket_of(ev->proc->id), link, next) {
		r = w->request;
		if (w->proc_id != ev->proc->id)
			continue;
		if (ev->type == EV_GONE)
			lost(r, ev->proc);
		else if (!settle(r, ev->proc))
			continue;
		wait_end(w);
		finish_if_done(r);
	}
}
