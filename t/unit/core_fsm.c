/*
 * Every state with every event under every rule set.  The table lists the cells
 * that do something, written from supervisord's description of its states; every
 * other cell must stay put and ask for nothing.
 */
#include "core/fsm.h"

#include "tap.h"

#define ANY	-1
#define KEEP	-1	/* fails stay */
#define PLUS	-2	/* one more */

static const struct cell {
	enum pstate st;
	enum pevent ev;
	int spent;		/* fails > startretries (in BACKOFF), or will be (STARTING) */
	int restart, closing;	/* 0, 1 or ANY */
	int final, pause, again; /* pause: T_BACK after an exit; again: FATAL is tried again */
	int milder;		/* another signal before SIGKILL */
	enum pstate to;
	int fails;
	unsigned act;
} cells[] = {
	/* state, event, spent, restart, closing, final, pause, again, milder: state, fails,
	 * actions */
	/* at rest: only a wish moves, and none while the supervisor goes down */
	{ P_STOPPED, E_START, ANY, ANY, 0, ANY, ANY, ANY, ANY, P_STARTING, 0, A_SPAWN | T_UP },
	{ P_EXITED, E_START, ANY, ANY, 0, ANY, ANY, ANY, ANY, P_STARTING, 0, A_SPAWN | T_UP },
	{ P_FATAL, E_START, ANY, ANY, 0, ANY, ANY, ANY, ANY, P_STARTING, 0, A_SPAWN | T_UP },
	/* autorestart, unless somebody stops it in between, or this end was the last */
	{ P_EXITED, E_DUE, ANY, ANY, 0, 0, ANY, ANY, ANY, P_STARTING, 0, A_SPAWN | T_UP },
	{ P_EXITED, E_DUE, ANY, ANY, 0, 1, ANY, 0, ANY, P_FATAL, 0, 0 },
	{ P_EXITED, E_DUE, ANY, ANY, 0, 1, ANY, 1, ANY, P_FATAL, 0, T_RETRY },
	{ P_EXITED, E_DUE, ANY, ANY, 1, ANY, ANY, ANY, ANY, P_EXITED, 0, 0 },
	{ P_EXITED, E_STOP, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_EXITED, 0, T_OFF },
	/* fatal_retry: likewise */
	{ P_FATAL, E_DUE, ANY, ANY, 0, ANY, ANY, ANY, ANY, P_STARTING, 0, A_SPAWN | T_UP },
	{ P_FATAL, E_DUE, ANY, ANY, 1, ANY, ANY, ANY, ANY, P_FATAL, 0, 0 },
	{ P_FATAL, E_STOP, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_FATAL, 0, T_OFF },
	/* a start */
	{ P_STARTING, E_UP, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_RUNNING, 0, 0 },
	{ P_STARTING, E_STOP, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_STOPPING, 0, A_STOP | T_KILL },
	{ P_STARTING, E_DOWN, 0, ANY, ANY, 0, ANY, ANY, ANY, P_BACKOFF, PLUS, T_BACK },
	{ P_STARTING, E_DOWN, 0, ANY, ANY, 1, ANY, ANY, ANY, P_BACKOFF, PLUS, T_NOW },
	{ P_STARTING, E_DOWN, 1, ANY, ANY, ANY, ANY, ANY, ANY, P_BACKOFF, PLUS, T_NOW },
	/* waiting for the next try */
	{ P_BACKOFF, E_DUE, 0, ANY, 0, 0, ANY, ANY, ANY, P_STARTING, KEEP, A_SPAWN | T_UP },
	{ P_BACKOFF, E_DUE, 0, ANY, 0, 1, ANY, 0, ANY, P_FATAL, 0, 0 },
	{ P_BACKOFF, E_DUE, 0, ANY, 0, 1, ANY, 1, ANY, P_FATAL, 0, T_RETRY },
	{ P_BACKOFF, E_DUE, 0, ANY, 1, 1, ANY, ANY, ANY, P_FATAL, 0, 0 },
	{ P_BACKOFF, E_DUE, 1, ANY, 0, ANY, ANY, 0, ANY, P_FATAL, 0, 0 },
	{ P_BACKOFF, E_DUE, 1, ANY, 0, ANY, ANY, 1, ANY, P_FATAL, 0, T_RETRY },
	{ P_BACKOFF, E_DUE, 1, ANY, 1, ANY, ANY, ANY, ANY, P_FATAL, 0, 0 },
	{ P_BACKOFF, E_STOP, ANY, ANY, 0, ANY, ANY, ANY, ANY, P_STOPPED, 0, 0 },
	{ P_BACKOFF, E_STOP, ANY, ANY, 1, ANY, ANY, ANY, ANY, P_FATAL, 0, 0 },
	/* up */
	{ P_RUNNING, E_STOP, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_STOPPING, 0, A_STOP | T_KILL },
	{ P_RUNNING, E_DOWN, ANY, 1, 0, 0, 0, ANY, ANY, P_EXITED, 0, T_NOW },
	{ P_RUNNING, E_DOWN, ANY, 1, 0, 0, 1, ANY, ANY, P_EXITED, 0, T_BACK },
	{ P_RUNNING, E_DOWN, ANY, 0, 0, 0, ANY, ANY, ANY, P_EXITED, 0, 0 },
	{ P_RUNNING, E_DOWN, ANY, ANY, 0, 1, ANY, ANY, ANY, P_EXITED, 0, T_NOW },
	{ P_RUNNING, E_DOWN, ANY, ANY, 1, ANY, ANY, ANY, ANY, P_EXITED, 0, 0 },
	/* held by a dependency that failed: there is nothing to try again */
	{ P_STARTING, E_FAIL, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_FATAL, 0, 0 },
	/* on its way down */
	{ P_STOPPING, E_DOWN, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_STOPPED, 0, 0 },
	{ P_STOPPING, E_DUE, ANY, ANY, ANY, ANY, ANY, ANY, 0, P_STOPPING, 0, A_KILL | T_KILL },
	{ P_STOPPING, E_DUE, ANY, ANY, ANY, ANY, ANY, ANY, 1, P_STOPPING, 0, A_NEXT | T_KILL },
	{ P_STOPPING, E_LOST, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_UNKNOWN, 0, 0 },
	{ P_UNKNOWN, E_DOWN, ANY, ANY, ANY, ANY, ANY, ANY, ANY, P_STOPPED, 0, 0 },
};

static const char *const events[P_NEVENTS] = {
	"START", "STOP", "UP", "DOWN", "DUE", "LOST", "FAIL"
};

static bool
fits(int want, bool is)
{
	return want == ANY || (want != 0) == is;
}

static const struct cell *
find_cell(struct fsm p, enum pevent ev, const struct fsm_rules *r)
{
	bool spent = (p.st == P_STARTING ? p.fails + 1 : p.fails) > r->startretries;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++)
		if (cells[i].st == p.st && cells[i].ev == ev &&
		    fits(cells[i].spent, spent) && fits(cells[i].restart, r->restart) &&
		    fits(cells[i].closing, r->closing) && fits(cells[i].final, r->final) &&
		    fits(cells[i].pause, r->pause) && fits(cells[i].again, r->retry_fatal) &&
		    fits(cells[i].milder, r->milder))
			return &cells[i];
	return NULL;
}

static bool
check(struct fsm p, enum pevent ev, const struct fsm_rules *r)
{
	const struct cell *c = find_cell(p, ev, r);
	struct fsm_out out = fsm_step(p, ev, r);
	enum pstate st = c != NULL ? c->to : p.st;
	int fails = c == NULL || c->fails == KEEP ? p.fails :
	    c->fails == PLUS ? p.fails + 1 : c->fails;
	unsigned act = c != NULL ? c->act : 0;

	if (out.next.st == st && out.next.fails == fails && out.act == act)
		return true;
	printf("#   %s %s fails %d retries %d restart %d closing %d final %d pause %d again %d:"
	    " %s fails %d act %#x, want %s fails %d act %#x\n", pstate_name(p.st), events[ev],
	    p.fails, (int)r->startretries, r->restart, r->closing, r->final, r->pause,
	    r->retry_fatal, pstate_name(out.next.st),
	    out.next.fails, out.act, pstate_name(st), fails, act);
	return false;
}

/* All rule sets and counts for one state and event. */
static bool
check_all(enum pstate st, enum pevent ev)
{
	bool good = true;

	for (int retries = 0; retries <= 3; retries++)
		for (int fails = 0; fails <= retries + 1; fails++)
			for (int bits = 0; bits < 64; bits++) {
				struct fsm_rules r = { .startretries = retries,
					.restart = bits & 1, .closing = bits & 2,
					.final = bits & 4, .pause = bits & 8,
					.retry_fatal = bits & 16, .milder = bits & 32 };
				struct fsm p = { .st = st, .fails = fails };

				good = check(p, ev, &r) && good;
			}
	return good;
}

/* startretries=N means N+1 attempts, and a BACKOFF before FATAL. */
static void
count_attempts(int retries)
{
	struct fsm_rules r = { .startretries = retries };
	struct fsm p = { .st = P_STOPPED };
	int attempts = 0, backoffs = 0;
	char name[64];

	p = fsm_step(p, E_START, &r).next;
	while (p.st != P_FATAL && attempts < 100) {
		if (p.st == P_STARTING)
			attempts++;
		else
			backoffs++;
		p = fsm_step(p, p.st == P_STARTING ? E_DOWN : E_DUE, &r).next;
	}
	snprintf(name, sizeof(name), "startretries=%d: attempts", retries);
	is_int(attempts, retries + 1, name);
	snprintf(name, sizeof(name), "startretries=%d: BACKOFF as often", retries);
	is_int(backoffs, retries + 1, name);
}

int
main(void)
{
	static const struct { const char *name; int code; } numbers[] = {
		{ "STOPPED", 0 }, { "STARTING", 10 }, { "RUNNING", 20 }, { "BACKOFF", 30 },
		{ "STOPPING", 40 }, { "EXITED", 100 }, { "FATAL", 200 }, { "UNKNOWN", 1000 },
	};

	for (int st = 0; st < P_NSTATES; st++)
		for (int ev = 0; ev < P_NEVENTS; ev++)
			ok(check_all((enum pstate)st, (enum pevent)ev), "%s + %s",
			    pstate_name((enum pstate)st), events[ev]);
	count_attempts(0);
	count_attempts(3);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		is_int(pstate_code(pstate_by_name(numbers[i].name)), numbers[i].code,
		    numbers[i].name);
	is_int(pstate_by_name("SLEEPING"), P_NSTATES, "a name that is none");
	return tap_done();
}
