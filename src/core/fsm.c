/*
 * The step function.  Every cell that is not written here stays put.
 */
#include "core/fsm.h"

#include <string.h>

static struct fsm_out
to(enum pstate st, int fails, unsigned act)
{
	return (struct fsm_out){ .next = { .st = st, .fails = fails }, .act = act };
}

static struct fsm_out
down_at_rest(struct fsm p, enum pevent ev, const struct fsm_rules *r)
{
	if (ev == E_START && !r->closing)
		return to(P_STARTING, 0, A_SPAWN | T_UP);
	return to(p.st, p.fails, 0);
}

/* One more failure: wait longer, or, at the end of the turn, give up. */
static struct fsm_out
failed_start(struct fsm p, const struct fsm_rules *r)
{
	int fails = p.fails + 1;

	/*
	 * Listeners count retries with the last BACKOFF, so FATAL comes in a
	 * step of its own.
	 */
	return to(P_BACKOFF, fails, r->final || fails > r->startretries ? T_NOW : T_BACK);
}

static struct fsm_out
give_up(const struct fsm_rules *r)
{
	return to(P_FATAL, 0, r->retry_fatal && !r->closing ? T_RETRY : 0);
}

/* The timer of a process that is up again soon, or FATAL. */
static struct fsm_out
due(struct fsm p, const struct fsm_rules *r)
{
	switch (p.st) {
	case P_EXITED:		/* autorestart */
		if (r->closing)
			return to(P_EXITED, 0, 0);
		return r->final ? give_up(r) : to(P_STARTING, 0, A_SPAWN | T_UP);
	case P_FATAL:
		return r->closing ? to(P_FATAL, 0, 0) : to(P_STARTING, 0, A_SPAWN | T_UP);
	case P_BACKOFF:
		if (r->final || p.fails > r->startretries)
			return give_up(r);
		if (!r->closing)
			return to(P_STARTING, p.fails, A_SPAWN | T_UP);
		break;
	case P_STOPPED:
	case P_STARTING:
	case P_RUNNING:
	case P_STOPPING:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
	return to(p.st, p.fails, 0);
}

static struct fsm_out
ended(const struct fsm_rules *r)
{
	/* listeners see EXITED even when we restart, or give up, at once */
	if (r->closing)
		return to(P_EXITED, 0, 0);
	if (r->final)
		return to(P_EXITED, 0, T_NOW);
	return to(P_EXITED, 0, !r->restart ? 0 : r->pause ? T_BACK : T_NOW);
}

struct fsm_out
fsm_step(struct fsm p, enum pevent ev, const struct fsm_rules *r)
{
	switch (p.st) {		/* no default: a new state has to be thought through here */
	case P_STOPPED:
		return down_at_rest(p, ev, r);
	case P_EXITED:
	case P_FATAL:
		if (ev == E_DUE)
			return due(p, r);
		if (ev == E_STOP)	/* before the restart: it stays down */
			return to(p.st, 0, T_OFF);
		return down_at_rest(p, ev, r);
	case P_BACKOFF:
		if (ev == E_STOP)	/* no pid to wait for */
			return to(r->closing ? P_FATAL : P_STOPPED, 0, 0);
		if (ev == E_DUE)
			return due(p, r);
		break;
	case P_STARTING:
		if (ev == E_UP)
			return to(P_RUNNING, 0, 0);
		if (ev == E_STOP)
			return to(P_STOPPING, 0, A_STOP | T_KILL);
		if (ev == E_DOWN)
			return failed_start(p, r);
		if (ev == E_FAIL)	/* trying again does not help: no BACKOFF */
			return to(P_FATAL, 0, 0);
		break;
	case P_RUNNING:
		if (ev == E_STOP)
			return to(P_STOPPING, 0, A_STOP | T_KILL);
		if (ev == E_DOWN)
			return ended(r);
		break;
	case P_STOPPING:
		if (ev == E_DOWN)
			return to(P_STOPPED, 0, 0);
		if (ev == E_DUE)	/* again every stopwaitsecs, until it is reaped */
			return to(P_STOPPING, 0, (r->milder ? A_NEXT : A_KILL) | T_KILL);
		if (ev == E_LOST)
			return to(P_UNKNOWN, 0, 0);
		break;
	case P_UNKNOWN:
		/* supervisord stays here for ever; a reaped process is known again */
		if (ev == E_DOWN)
			return to(P_STOPPED, 0, 0);
		break;
	case P_NSTATES:
		break;
	}
	return to(p.st, p.fails, 0);	/* means nothing in this state */
}

static const struct {
	const char *name;
	int code;
} states[P_NSTATES] = {
	[P_STOPPED] = { "STOPPED", 0 },
	[P_STARTING] = { "STARTING", 10 },
	[P_RUNNING] = { "RUNNING", 20 },
	[P_BACKOFF] = { "BACKOFF", 30 },
	[P_STOPPING] = { "STOPPING", 40 },
	[P_EXITED] = { "EXITED", 100 },
	[P_FATAL] = { "FATAL", 200 },
	[P_UNKNOWN] = { "UNKNOWN", 1000 },
};

const char *
pstate_name(enum pstate st)
{
	return st < P_NSTATES ? states[st].name : "UNKNOWN";
}

int
pstate_code(enum pstate st)
{
	return st < P_NSTATES ? states[st].code : states[P_UNKNOWN].code;
}

enum pstate
pstate_by_name(const char *name)
{
	int st;

	for (st = 0; st < P_NSTATES; st++)
		if (strcmp(states[st].name, name) == 0)
			break;
	return (enum pstate)st;
}

bool
pstate_is_running(enum pstate st)
{
	return st == P_RUNNING || st == P_STARTING || st == P_BACKOFF;
}

bool
pstate_is_signallable(enum pstate st)
{
	return st == P_RUNNING || st == P_STARTING || st == P_STOPPING;
}

bool
pstate_is_stopped(enum pstate st)
{
	return st == P_STOPPED || st == P_EXITED || st == P_FATAL || st == P_UNKNOWN;
}
