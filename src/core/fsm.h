/*
 * The life of a process as a pure step: no clock, no pid, no log.  proc.c is
 * the only caller; it collects the facts, takes the step and carries out the
 * action bits in order.
 *
 * States, names and numbers are supervisord's.  Where it is silent or racy, the
 * choice stands beside the cell in fsm.c.
 */
#ifndef CORE_FSM_H
#define CORE_FSM_H

#include <stdbool.h>
#include <stdint.h>

enum pstate {
	P_STOPPED, P_STARTING, P_RUNNING, P_BACKOFF, P_STOPPING, P_EXITED, P_FATAL,
	P_UNKNOWN,
	P_NSTATES
};

enum pevent {
	E_START,	/* wanted */
	E_STOP,		/* wanted not */
	E_UP,		/* up for startsecs, or past exec where startsecs is 0 */
	E_DOWN,		/* reaped (and no descendant left), or could not be spawned */
	E_DUE,		/* the timer fired, other than T_UP */
	E_LOST,		/* the kernel refused our signal */
	E_FAIL,		/* a dependency failed: it will not be started */
	P_NEVENTS
};

/* Facts that the step may look at; collected anew for each step. */
struct fsm_rules {
	int64_t	startretries;
	bool	restart;	/* E_DOWN from RUNNING: autorestart says so */
	bool	closing;	/* the supervisor stops: nothing is started any more */
	bool	final;		/* no start after this end, whatever restart and startretries say */
	bool	pause;		/* E_DOWN from RUNNING: not at once */
	bool	milder;		/* there is another signal before SIGKILL */
	bool	retry_fatal;	/* FATAL is tried again, some time */
};

/* What to do, in this order; then which timer to arm (no T_ bit: none). */
enum {
	A_STOP	= 1 << 0,	/* send stopsignal */
	A_KILL	= 1 << 1,	/* send SIGKILL */
	A_SPAWN	= 1 << 2,
	A_NEXT	= 1 << 3,	/* send the next signal of the stop */
	T_UP	= 1 << 8,	/* startsecs, then E_UP */
	T_KILL	= 1 << 9,	/* the time of this step of the stop, then E_DUE */
	T_BACK	= 1 << 10,	/* the pause before the next start, then E_DUE */
	T_NOW	= 1 << 11,	/* end of this turn of the loop, then E_DUE */
	T_OFF	= 1 << 12,	/* disarm although the state stays */
	T_RETRY	= 1 << 13,	/* fatal_retry, then E_DUE */
};

struct fsm {
	enum pstate st;
	int	fails;		/* starts failed in a row */
};

struct fsm_out {
	struct fsm next;
	unsigned act;
};

struct fsm_out fsm_step(struct fsm p, enum pevent ev, const struct fsm_rules *r);

/* "RUNNING", and supervisord's number for it. */
const char *pstate_name(enum pstate st);
int	pstate_code(enum pstate st);
/* P_NSTATES for a name that is none. */
enum pstate pstate_by_name(const char *name);
/* supervisord's classes: RUNNING, STARTING, BACKOFF; and those that take a signal. */
bool	pstate_is_running(enum pstate st);
bool	pstate_is_signallable(enum pstate st);
bool	pstate_is_stopped(enum pstate st);

#endif
