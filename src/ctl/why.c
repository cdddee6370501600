/*
 * The causal chain as text, from the record of a process alone: no clock, no
 * kernel.  First a sentence about the state of now, then what led to it.
 */
#include "ctl/why.h"

#include "base/buf.h"
#include "conf/types.h"
#include "core/core.h"
#include "core/hooks.h"
#include "core/ready.h"
#include "core/stopping.h"
#include "core/roles.h"
#include "ctl/cause.h"
#include "ctl/pools.h"

/* ---- the ring ---- */

static uint32_t
first_kept(const struct proc *p)
{
	return p->ntransitions > TRANSITIONS_KEPT ? p->ntransitions - TRANSITIONS_KEPT : 0;
}

static const struct transition *
transition_at(const struct proc *p, uint32_t i)
{
	return &p->ring[i % TRANSITIONS_KEPT];
}

/* The latest change to the state st; NULL: none that is remembered. */
static const struct transition *
latest_to(const struct proc *p, enum pstate st)
{
	for (uint32_t i = p->ntransitions; i > first_kept(p); i--) {
		const struct transition *t = transition_at(p, i - 1);

		if (t->to == st && t->from != st)
			return t;
	}
	return NULL;
}

static void
put_state_since(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, p->fsm.st);

	buf_adds(out, pstate_name(p->fsm.st));
	if (t == NULL)
		return;
	buf_adds(out, " since ");
	cause_put_time(out, t->wall_ms);
	buf_adds(out, " (");
	cause_put_span(out, now->wall_ms - t->wall_ms);
	buf_addc(out, ')');
}

/* ---- what the states have to say ---- */

/* How the last start ended: "exited with status 1 after 0.2 s". */
static void
put_last_failure(struct buf *out, const struct proc *p)
{
	const struct transition *failed = latest_to(p, P_BACKOFF);
	const struct transition *began = latest_to(p, P_STARTING);

	if (failed != NULL && (failed->cause == CAUSE_EXIT || failed->cause == CAUSE_OOM)) {
		cause_put(failed, out);
		if (began != NULL && began->wall_ms <= failed->wall_ms) {
			buf_adds(out, " after ");
			cause_put_span(out, failed->wall_ms - began->wall_ms);
		}
	} else if (p->spawnerr != NULL)
		buf_adds(out, p->spawnerr);
	else
		buf_adds(out, "it did not come up");
}

static void
say_stopped(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t;

	if (p->ntransitions == 0) {
		buf_addf(out, "STOPPED: it was never started%s\n", p->roles != NULL ? "" :
		    p->conf->autostart ? " yet" : p->timetable != NULL ?
		    ", its time has not come (schedule)" :
		    " (autostart=false, and nobody asked for it)");
		return;
	}
	put_state_since(out, p, now);
	t = latest_to(p, P_STOPPING);
	if (t == NULL)		/* from BACKOFF */
		t = latest_to(p, P_STOPPED);
	if (t != NULL) {
		buf_adds(out, ": ");
		cause_put(t, out);
	}
	if (p->has_status) {
		buf_adds(out, "; its process ");
		cause_put_status(out, p->status);
	}
	buf_addc(out, '\n');
	if (p->stopped_by_person)
		buf_adds(out, "it stays down until somebody starts it\n");
}

static void
say_starting(struct buf *out, const struct proc *p, const struct why_now *now)
{
	put_state_since(out, p, now);
	if (p->held) {
		buf_adds(out, ": waits for ");
		order_text(p, out);
		buf_adds(out, "\n");
		return;
	}
	if (p->pid == 0 && hooks_now(p) != HOOK_NONE) {
		buf_adds(out, ": ");
		hooks_text(p, out);
		buf_addc(out, '\n');
		return;
	}
	if (p->pid == 0) {
		buf_adds(out, ": waits to be created\n");
		return;
	}
	buf_addf(out, ", pid %d", (int)p->pid);
	if (!p->exec_ok)
		buf_adds(out, ", has not reached its program yet");
	if (p->conf->type == TYPE_NOTIFY) {
		buf_adds(out, ": RUNNING when it says that it is ready (type=notify)\n");
		ready_explain(p, out);
		return;
	}
	buf_addf(out, ": RUNNING when it has stayed up for %lld s (startsecs)",
	    (long long)p->conf->startsecs);
	if (now->timer_ms >= 0) {
		buf_adds(out, ", that is in ");
		cause_put_span(out, now->timer_ms);
	}
	buf_addc(out, '\n');
}

static void
say_running(struct buf *out, const struct proc *p, const struct why_now *now)
{
	put_state_since(out, p, now);
	buf_addf(out, ", pid %d\n", (int)p->pid);
	ready_explain(p, out);
}

/* The limit of p; NULL: it has none, so startretries counts. */
static const struct conf_limit *
limit_of(const struct proc *p)
{
	const struct conf_retry *c = p->conf->retry;

	return c != NULL && c->restart_limit.n > 0 ? &c->restart_limit : NULL;
}

static void
put_next_start(struct buf *out, const struct proc *p, const struct why_now *now)
{
	buf_adds(out, "next start ");
	if (now->timer_ms >= 0) {
		buf_adds(out, "in ");
		cause_put_span(out, now->timer_ms);
	} else
		buf_adds(out, "at once");
	if (p->braked)
		buf_adds(out, ", since many programs restart now (restart_brake)");
}

static void
put_limit(struct buf *out, const struct conf_limit *limit)
{
	buf_addf(out, "; FATAL with more than %lld exits within ", (long long)limit->n);
	conf_put_span(limit->ms, out);
	buf_adds(out, " (restart_limit)");
}

static void
say_backoff(struct buf *out, const struct proc *p, const struct why_now *now)
{
	long long starts = (long long)p->conf->startretries + 1;
	long long left = starts - p->fsm.fails;
	const struct conf_limit *limit = limit_of(p);

	buf_addf(out, "BACKOFF: start %d", p->fsm.fails);
	if (limit == NULL)
		buf_addf(out, " of %lld", starts);
	buf_adds(out, " failed: ");
	put_last_failure(out, p);
	if (limit == NULL && left <= 0) {
		buf_adds(out, "; that was the last try, FATAL follows\n");
		return;
	}
	buf_adds(out, "; ");
	put_next_start(out, p, now);
	if (limit != NULL)
		put_limit(out, limit);
	else
		buf_addf(out, "; FATAL after %lld more", left);
	buf_addc(out, '\n');
}

static void
say_stopping(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, P_STOPPING);
	const struct conf_acts *acts = p->conf->acts;
	const char *sig = conf_signal_name(stopping_signal(p));
	bool milder = stopping_is_milder(p);

	put_state_since(out, p, now);
	if (t != NULL) {
		buf_adds(out, ": ");
		cause_put(t, out);
	}
	buf_addc(out, '\n');
	if (p->lingering)
		buf_adds(out, "its main process has ended; it waits for the processes "
		    "that this one has left behind");
	else if (p->pid == 0) {
		buf_adds(out, "its main process has ended; its ");
		hooks_text(p, out);
	} else if (hooks_now(p) == HOOK_PRE_STOP || hooks_now(p) == HOOK_STOP) {
		buf_adds(out, "its ");
		hooks_text(p, out);
	} else
		buf_addf(out, "%s was sent to %s %d; it waits for its end",
		    p->killed ? "SIGKILL" : sig ? sig : "a signal",
		    p->conf->stopasgroup ? "process group" : "pid", (int)p->pid);
	if (now->timer_ms >= 0) {
		const char *next = milder ? conf_signal_name(stopping_next_signal(p)) : "SIGKILL";

		buf_addf(out, ", %s %sin ", next != NULL ? next : "stop_command",
		    p->killed ? "again " : "");
		cause_put_span(out, now->timer_ms);
		if ((acts == NULL || acts->stop_signals.n == 0) &&
		    hooks_now(p) == HOOK_NONE)
			buf_addf(out, " (stopwaitsecs=%lld)",
			    (long long)p->conf->stopwaitsecs);
	}
	buf_addc(out, '\n');
}

static void
put_exitcodes(struct buf *out, const struct intlist *codes)
{
	buf_adds(out, "exitcodes=");
	for (size_t i = 0; i < codes->n; i++)
		buf_addf(out, "%s%d", i > 0 ? "," : "", codes->v[i]);
}

static void
say_exited(struct buf *out, const struct proc *p, const struct why_now *now)
{
	static const char *const rules[] = {
		[RESTART_NEVER] = "false", [RESTART_UNEXPECTED] = "unexpected",
		[RESTART_ALWAYS] = "true",
	};

	put_state_since(out, p, now);
	buf_adds(out, ": it ");
	if (p->oom != OOM_NOT)
		cause_put_oom(out, p->oom);
	else
		cause_put_status(out, p->status);
	buf_addf(out, ", which is %sexpected (", p->expected ? "" : "not ");
	put_exitcodes(out, &p->conf->exitcodes);
	buf_adds(out, ")\n");
	if (now->timer_ms > 0) {
		buf_addf(out, "autorestart=%s: ", rules[p->conf->autorestart]);
		put_next_start(out, p, now);
		if (limit_of(p) != NULL)
			put_limit(out, limit_of(p));
		buf_addc(out, '\n');
	} else if (now->timer_ms == 0)
		buf_addf(out, "autorestart=%s: it is started again now\n",
		    rules[p->conf->autorestart]);
	else
		buf_addf(out, "autorestart=%s: it is not started again\n",
		    rules[p->conf->autorestart]);
}

static void
say_fatal(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, P_FATAL);

	put_state_since(out, p, now);
	if (t != NULL && (t->cause == CAUSE_LIMIT || t->cause == CAUSE_PERMANENT) &&
	    p->spawnerr != NULL)
		buf_addf(out, ": %s\n", p->spawnerr);
	else if (t != NULL && t->cause != CAUSE_GAVE_UP) {
		buf_adds(out, ": ");
		cause_put(t, out);
		buf_addc(out, '\n');
	} else
		buf_addf(out, ": given up after %lld failed start%s (startretries=%lld)\n",
		    (long long)p->conf->startretries + 1,
		    p->conf->startretries == 0 ? "" : "s",
		    (long long)p->conf->startretries);
	if (t != NULL && t->from == P_EXITED) {
		buf_adds(out, "its last process ");
		cause_put_status(out, p->status);
	} else {
		buf_adds(out, "the last start: ");
		put_last_failure(out, p);
	}
	buf_addc(out, '\n');
	if (now->timer_ms < 0)
		return;
	put_next_start(out, p, now);
	buf_adds(out, " (fatal_retry)\n");
}

static void
say_unknown(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, P_UNKNOWN);

	put_state_since(out, p, now);
	buf_adds(out, ": ");
	if (t != NULL)
		cause_put(t, out);
	else
		buf_adds(out, "the kernel refused a signal to it");
	buf_addc(out, '\n');
}

static void
say_state(struct buf *out, const struct proc *p, const struct why_now *now)
{
	switch (p->fsm.st) {
	case P_STOPPED:
		say_stopped(out, p, now);
		return;
	case P_STARTING:
		say_starting(out, p, now);
		return;
	case P_RUNNING:
		say_running(out, p, now);
		return;
	case P_BACKOFF:
		say_backoff(out, p, now);
		return;
	case P_STOPPING:
		say_stopping(out, p, now);
		return;
	case P_EXITED:
		say_exited(out, p, now);
		return;
	case P_FATAL:
		say_fatal(out, p, now);
		return;
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
	say_unknown(out, p, now);
}

/* "2026-11-21 03:51:00 STOPPED -> STARTING, try 2: the pause ... was over" */
static void
say_transition(struct buf *out, const struct transition *t)
{
	cause_put_time(out, t->wall_ms);
	if (t->from == t->to)
		buf_addf(out, " still %s: ", pstate_name((enum pstate)t->to));
	else
		buf_addf(out, " %s -> %s: ", pstate_name((enum pstate)t->from),
		    pstate_name((enum pstate)t->to));
	cause_put(t, out);
	buf_addc(out, '\n');
}

static void
say_sockets(struct buf *out, const struct program *conf)
{
	if (conf->fcgi != NULL)
		buf_addf(out, "its standard input is the socket %s\n", conf->fcgi->at.url);
	for (size_t i = 0; i < conf->sockets.n; i++)
		buf_addf(out, "%s%s=%s", i == 0 ? "listens at " : ", ",
		    conf->sockets.v[i].name, conf->sockets.v[i].url);
	if (conf->sockets.n > 0)
		buf_adds(out, ", held while it does not run\n");
}

void
why_text(const struct proc *p, const struct why_now *now, struct buf *out)
{
	say_state(out, p, now);
	say_sockets(out, p->conf);
	if (p->want_up && p->restart_due)
		buf_adds(out, "an update of the configuration starts it again\n");
	pools_explain(p, out);
	roles_why(p, out);
	for (uint32_t i = first_kept(p); i < p->ntransitions; i++)
		say_transition(out, transition_at(p, i));
}
