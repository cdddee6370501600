/*
 * Until the first success it is looked for often, as for readiness; then every
 * health_interval, the first time at a random part of it, so that many programs do not look
 * at the same moment.  Programs without health cost nothing.
 */
#include "core/health.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "conf/types.h"
#include "core/errand.h"
#include "core/flight.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/ready.h"

#define LOOK_FIRST_MS	20	/* between two looks, before the first success */

struct health_watch {
	struct proc *p;		/* borrowed: it owns us */
	enum health st;
	struct errand probe;
	struct loop_timer timer;
	int64_t	 pause_ms;	/* before the first success */
	int64_t	 begun_ms;	/* when it was ready */
	int64_t	 looked_ms;	/* when the last probe came back; 0: none has */
	int64_t	 failures;	/* in a row */
	char	 why[ERRAND_SAID]; /* of the last of them */
};

static void on_timer(struct loop_timer *t);

/* ---- probes ---- */

void
probe_send(struct errand *x, struct proc *p, const struct conf_ready *what)
{
	static const char *const faces[] = {
		[READY_HTTP] = "http", [READY_CONNECT] = "tcp", [READY_SOCKET] = "unix",
	};

	x->p = p;
	x->timeout_ms = p->conf->watch != NULL ? p->conf->watch->health_timeout :
	    PROBE_TIMEOUT_MS;
	x->command = what->kind == READY_EXEC ? what->path : NULL;
	if (x->command == NULL) {
		x->words[0] = "supd";
		x->words[1] = "probe";
		x->words[2] = faces[what->kind];
		x->words[3] = what->path;
	}
	errand_send(x);
}

/* ---- verdicts ---- */

static void
change(struct health_watch *h, enum health st)
{
	struct proc *p = h->p;
	struct event ev = { .type = EV_HEALTH, .proc = p, .healthy = st == HEALTH_GOOD,
		.pid = p->pid, .text = h->why };
	bool lost = h->st == HEALTH_GOOD;

	h->st = st;
	flight_save(p);
	core_publish(&core, &ev);
	order_health_changed(p, lost && st == HEALTH_BAD);
}

static void
succeeded(struct health_watch *h)
{
	h->failures = 0;
	h->why[0] = '\0';
	if (h->st == HEALTH_GOOD)
		return;
	log_info("healthy: %s, %lld ms after it was ready", h->p->conf->name,
	    (long long)(loop_now() - h->begun_ms));
	change(h, HEALTH_GOOD);
}

static void
is_unhealthy(struct health_watch *h)
{
	static const char *const then[] = {
		[UNHEALTHY_RESTART] = ": it is started again", [UNHEALTHY_STOP] = ": it is stopped",
		[UNHEALTHY_NONE] = "",
	};
	struct proc *p = h->p;
	enum on_unhealthy act = p->conf->watch->on_unhealthy;
	struct asker by = { CAUSE_UNHEALTHY, h->failures > INT32_MAX ? INT32_MAX :
		(int32_t)h->failures };

	log_warn("%s is unhealthy: %s (%lld times in a row)%s", p->conf->name, h->why,
	    (long long)h->failures, then[act]);
	change(h, HEALTH_BAD);
	if (act == UNHEALTHY_RESTART)
		order_restart(p, by);
	else if (act == UNHEALTHY_STOP && core.state == SUP_RUNNING)
		proc_stop(p, by, NULL);
}

/* Has it failed long enough, or often enough? */
static bool
is_too_much(const struct health_watch *h)
{
	const struct conf_watch *w = h->p->conf->watch;
	int64_t since_ms = loop_now() - h->begun_ms;

	if (h->st == HEALTH_STARTING)
		return since_ms >= w->health_start_period &&
		    since_ms - w->health_start_period >= w->health_interval * w->health_retries;
	return h->failures >= w->health_retries;
}

static void
look_again(struct health_watch *h, bool first_success)
{
	int64_t interval = h->p->conf->watch->health_interval, ms = interval;
	uint32_t random = 0;

	if (h->st == HEALTH_STARTING) {
		h->pause_ms += h->pause_ms / 2;
		ms = h->pause_ms < interval ? h->pause_ms : interval;
	} else if (first_success &&
	    sys->random(&random, sizeof(random)) == (ssize_t)sizeof(random))
		ms = 1 + (int64_t)(random % (uint64_t)interval);
	loop_timer_start(&h->timer, ms, on_timer);
}

static void
on_done(struct errand *x)
{
	struct health_watch *h = LOOP_OWNER(x, struct health_watch, probe);
	bool starting = h->st == HEALTH_STARTING;

	h->looked_ms = loop_now();
	if (x->why[0] == '\0')
		succeeded(h);
	else {
		h->failures++;
		snprintf(h->why, sizeof(h->why), "%s", x->why);
		if (h->st != HEALTH_BAD && is_too_much(h))
			is_unhealthy(h);
	}
	/* what was done about it may have ended this */
	if (h->st != HEALTH_NONE)
		look_again(h, starting && h->st == HEALTH_GOOD);
}

static void
on_timer(struct loop_timer *t)
{
	struct health_watch *h = LOOP_OWNER(t, struct health_watch, timer);

	h->probe.done = on_done;
	probe_send(&h->probe, h->p, &h->p->conf->watch->health);
}

/* ---- life ---- */

static bool
is_wanted(const struct proc *p)
{
	return p->conf->watch != NULL && p->conf->watch->health.kind != READY_RUNNING;
}

static void
stop_looking(struct health_watch *h)
{
	loop_timer_stop(&h->timer);
	errand_cancel(&h->probe);
}

int
health_attach(struct proc *p)
{
	struct health_watch *h = p->health;

	if (!is_wanted(p)) {
		health_detach(p);
		return 0;
	}
	if (h == NULL) {
		h = calloc(1, sizeof(*h));
		if (h == NULL)
			return -1;
		h->p = p;
		p->health = h;
	}
	if (h->st == HEALTH_NONE && p->pid > 0 && proc_is_ready(p))
		health_begin(p);
	else if (h->st != HEALTH_NONE) {	/* a probe on its way reads the old keys */
		stop_looking(h);
		loop_timer_start(&h->timer, LOOK_FIRST_MS, on_timer);
	}
	return 0;
}

void
health_detach(struct proc *p)
{
	if (p->health != NULL)
		stop_looking(p->health);
	free(p->health);
	p->health = NULL;
}

void
health_begin(struct proc *p)
{
	struct health_watch *h = p->health;

	if (h == NULL)
		return;
	stop_looking(h);
	h->st = HEALTH_STARTING;
	h->failures = 0;
	h->why[0] = '\0';
	h->looked_ms = 0;
	h->begun_ms = loop_now();
	h->pause_ms = LOOK_FIRST_MS;
	loop_timer_start(&h->timer, 0, on_timer);
}

void
health_end(struct proc *p)
{
	struct health_watch *h = p->health;

	if (h == NULL || h->st == HEALTH_NONE)
		return;
	stop_looking(h);
	h->st = HEALTH_NONE;
}

void
health_recall(struct proc *p, enum health st)
{
	if (p->health == NULL || !proc_is_ready(p))
		return;
	health_begin(p);
	if (st == HEALTH_GOOD || st == HEALTH_BAD)
		p->health->st = st;
}

enum health
proc_health(const struct proc *p)
{
	return p->health != NULL ? p->health->st : HEALTH_NONE;
}

const char *
health_name(enum health st)
{
	static const char *const names[] = {
		[HEALTH_NONE] = "", [HEALTH_STARTING] = "starting", [HEALTH_GOOD] = "healthy",
		[HEALTH_BAD] = "unhealthy",
	};

	return names[st];
}

void
health_explain(const struct proc *p, struct buf *out)
{
	const struct health_watch *h = p->health;

	if (h == NULL || h->st == HEALTH_NONE)
		return;
	if (h->st == HEALTH_STARTING)
		buf_adds(out, "its health is not known yet");
	else
		buf_addf(out, "it is %s", health_name(h->st));
	if (h->looked_ms != 0) {
		buf_adds(out, ", looked at ");
		conf_put_span(loop_now() - h->looked_ms, out);
		buf_adds(out, " ago");
	}
	if (h->failures > 0)
		buf_addf(out, "; %lld failed in a row: %s", (long long)h->failures, h->why);
	buf_addc(out, '\n');
}
