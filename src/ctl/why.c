/*
 * The causal chain as text, from the record of a process alone: no clock, no
 * kernel.  First a sentence about the state of now, then what led to it.
 */
#include "ctl/why.h"

#include <sys/wait.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "core/core.h"
#include "core/ready.h"
#include "ctl/pools.h"

/* ---- pieces ---- */

/* "2026-11-21 03:51:00" */
static void
put_time(struct buf *out, int64_t wall_ms)
{
	time_t at = (time_t)(wall_ms / 1000);
	char text[32];
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		buf_adds(out, text);
}

/* "0.2 s", "12 s", "2 min 3 s", "5 h 0 min", "3 d 4 h" */
static void
put_span(struct buf *out, int64_t ms)
{
	long long s = ms / 1000;

	if (ms < 0)
		ms = s = 0;
	if (ms < 10000)
		buf_addf(out, "%lld.%lld s", s, (long long)(ms % 1000 / 100));
	else if (s < 60)
		buf_addf(out, "%lld s", s);
	else if (s < 3600)
		buf_addf(out, "%lld min %lld s", s / 60, s % 60);
	else if (s < 86400)
		buf_addf(out, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else
		buf_addf(out, "%lld d %lld h", s / 86400, s % 86400 / 3600);
}

/* "exited with status 1", "was ended by SIGKILL (core dumped)" */
static void
put_status(struct buf *out, int status)
{
	const char *name;

	if (!WIFSIGNALED(status)) {
		buf_addf(out, "exited with status %d", WEXITSTATUS(status));
		return;
	}
	name = conf_signal_name(WTERMSIG(status));
	if (name != NULL)
		buf_addf(out, "was ended by %s", name);
	else
		buf_addf(out, "was ended by signal %d", WTERMSIG(status));
	if (WCOREDUMP(status))
		buf_adds(out, " (core dumped)");
}

/* A dependency: who is needed, or what became of who is. */
static void
put_dependency(const struct transition *t, struct buf *out)
{
	const struct proc *other = core_by_id((uint32_t)t->arg);
	struct buf name = { 0 };

	if (other != NULL)
		proc_full_name(other, &name);
	if (t->to != P_STARTING)
		buf_addf(out, "its dependency %s %s", buf_text(&name),
		    t->to == P_FATAL ? "failed" : "went down");
	else if (other != NULL)
		buf_addf(out, "%s needs it", buf_text(&name));
	else
		buf_adds(out, "what it depends on is there again");
	buf_release(&name);
}

void
why_cause(const struct transition *t, struct buf *out)
{
	switch ((enum cause)t->cause) {
	case CAUSE_NONE:
		buf_adds(out, "no cause is known");
		return;
	case CAUSE_AUTOSTART:
		buf_adds(out, "autostart");
		return;
	case CAUSE_OPERATOR:
		if (t->arg == -1)	/* known by a password or an address only */
			buf_adds(out, "asked for over the network");
		else
			buf_addf(out, "asked for by uid %u", (unsigned)t->arg);
		return;
	case CAUSE_UPTIME:
		buf_addf(out, "stayed up for more than %d s (startsecs)", (int)t->arg);
		return;
	case CAUSE_EXIT:
		put_status(out, t->arg);
		return;
	case CAUSE_SPAWN:
		buf_adds(out, "could not be started");
		return;
	case CAUSE_RETRY:
		buf_adds(out, "the pause after the last failure was over");
		return;
	case CAUSE_AUTORESTART:
		buf_adds(out, "autorestart");
		return;
	case CAUSE_GAVE_UP:
		buf_adds(out, "startretries were used up");
		return;
	case CAUSE_STOPWAIT:
		buf_adds(out, "stopwaitsecs were over, SIGKILL was sent");
		return;
	case CAUSE_SHUTDOWN:
		buf_adds(out, "the supervisor shuts down");
		return;
	case CAUSE_RESTART:
		buf_adds(out, "the supervisor restarts");
		return;
	case CAUSE_RELOAD:
		buf_adds(out, "update of the configuration");
		return;
	case CAUSE_KILL_FAILED:
		buf_addf(out, "the signal could not be sent: %s", strerror(t->arg));
		return;
	case CAUSE_RECOVERY:
		buf_adds(out, "found again after a crash of the supervisor");
		return;
	case CAUSE_NOT_READY:
		buf_addf(out, "was not ready after %d s (ready_timeout)", (int)t->arg);
		return;
	case CAUSE_READY:
		buf_adds(out, "said that it is ready");
		return;
	case CAUSE_AGAIN:
		buf_adds(out, "was stopped in order to be started again");
		return;
	case CAUSE_DEPENDENCY:
		put_dependency(t, out);
		return;
	}
	buf_adds(out, "no cause is known");
}

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
	put_time(out, t->wall_ms);
	buf_adds(out, " (");
	put_span(out, now->wall_ms - t->wall_ms);
	buf_addc(out, ')');
}

/* ---- what the states have to say ---- */

/* How the last start ended: "exited with status 1 after 0.2 s". */
static void
put_last_failure(struct buf *out, const struct proc *p)
{
	const struct transition *failed = latest_to(p, P_BACKOFF);
	const struct transition *began = latest_to(p, P_STARTING);

	if (failed != NULL && failed->cause == CAUSE_EXIT) {
		put_status(out, failed->arg);
		if (began != NULL && began->wall_ms <= failed->wall_ms) {
			buf_adds(out, " after ");
			put_span(out, failed->wall_ms - began->wall_ms);
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
		buf_addf(out, "STOPPED: it was never started%s\n", p->conf->autostart ?
		    " yet" : " (autostart=false, and nobody asked for it)");
		return;
	}
	put_state_since(out, p, now);
	t = latest_to(p, P_STOPPING);
	if (t == NULL)		/* from BACKOFF */
		t = latest_to(p, P_STOPPED);
	if (t != NULL) {
		buf_adds(out, ": ");
		why_cause(t, out);
	}
	if (p->has_status) {
		buf_adds(out, "; its process ");
		put_status(out, p->status);
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
		put_span(out, now->timer_ms);
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

static void
say_backoff(struct buf *out, const struct proc *p, const struct why_now *now)
{
	long long starts = (long long)p->conf->startretries + 1;
	long long left = starts - p->fsm.fails;

	buf_addf(out, "BACKOFF: start %d of %lld failed: ", p->fsm.fails, starts);
	put_last_failure(out, p);
	if (left <= 0) {
		buf_adds(out, "; that was the last try, FATAL follows\n");
		return;
	}
	buf_adds(out, "; next start ");
	if (now->timer_ms >= 0) {
		buf_adds(out, "in ");
		put_span(out, now->timer_ms);
	} else
		buf_adds(out, "at once");
	buf_addf(out, "; FATAL after %lld more\n", left);
}

static void
say_stopping(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, P_STOPPING);
	const char *sig = conf_signal_name(p->conf->stopsignal);

	put_state_since(out, p, now);
	if (t != NULL) {
		buf_adds(out, ": ");
		why_cause(t, out);
	}
	buf_addc(out, '\n');
	if (p->lingering)
		buf_adds(out, "its main process has ended; it waits for the processes "
		    "that this one has left behind");
	else
		buf_addf(out, "%s was sent to %s %d; it waits for its end",
		    p->killed ? "SIGKILL" : sig ? sig : "a signal",
		    p->conf->stopasgroup ? "process group" : "pid", (int)p->pid);
	if (now->timer_ms >= 0) {
		buf_addf(out, ", SIGKILL %sin ", p->killed ? "again " : "");
		put_span(out, now->timer_ms);
		buf_addf(out, " (stopwaitsecs=%lld)", (long long)p->conf->stopwaitsecs);
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
	put_status(out, p->status);
	buf_addf(out, ", which is %sexpected (", p->expected ? "" : "not ");
	put_exitcodes(out, &p->conf->exitcodes);
	buf_adds(out, ")\n");
	if (now->timer_ms >= 0)
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
	if (t != NULL && t->cause != CAUSE_GAVE_UP) {
		buf_adds(out, ": ");
		why_cause(t, out);
		buf_addc(out, '\n');
	} else
		buf_addf(out, ": given up after %lld failed start%s (startretries=%lld)\n",
		    (long long)p->conf->startretries + 1,
		    p->conf->startretries == 0 ? "" : "s",
		    (long long)p->conf->startretries);
	buf_adds(out, "the last start: ");
	put_last_failure(out, p);
	buf_addc(out, '\n');
}

static void
say_unknown(struct buf *out, const struct proc *p, const struct why_now *now)
{
	const struct transition *t = latest_to(p, P_UNKNOWN);

	put_state_since(out, p, now);
	buf_adds(out, ": ");
	if (t != NULL)
		why_cause(t, out);
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
	put_time(out, t->wall_ms);
	if (t->from == t->to)
		buf_addf(out, " still %s: ", pstate_name((enum pstate)t->to));
	else
		buf_addf(out, " %s -> %s: ", pstate_name((enum pstate)t->from),
		    pstate_name((enum pstate)t->to));
	why_cause(t, out);
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
	for (uint32_t i = first_kept(p); i < p->ntransitions; i++)
		say_transition(out, transition_at(p, i));
}
