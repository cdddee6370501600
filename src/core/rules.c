/*
 * The facts behind a step, from the program's configuration and what has happened to it.
 */
#include "core/rules.h"

#include "core/budget.h"
#include "core/guest.h"
#include "core/life.h"
#include "core/retry.h"
#include "core/stopping.h"

#define KILL_PAUSE_MS	1000	/* at least between two SIGKILLs, also with stopwaitsecs=0 */

bool
rules_restart(const struct proc *p)
{
	if (!p->want_up || p->leaving || (p->conf->type == TYPE_ONESHOT && p->expected))
		return false;
	return p->conf->autorestart == RESTART_ALWAYS ||
	    (p->conf->autorestart == RESTART_UNEXPECTED && !p->expected);
}

/* restart_limit counts failed starts, too. */
int64_t
rules_startretries(const struct proc *p)
{
	if (p->conf->retry != NULL && p->conf->retry->restart_limit.n > 0)
		return INT64_MAX;
	return p->conf->startretries;
}

struct fsm_rules
rules_of(const struct proc *p)
{
	const struct conf_retry *c = p->conf->retry;
	enum cause verdict = retry_verdict(p);
	bool restart = rules_restart(p);

	return (struct fsm_rules){
		.startretries = rules_startretries(p),
		.restart = restart,
		.closing = core.state != SUP_RUNNING &&
		    (p->group != core.guests || p->leaving),
		/* when nobody wants a start after it, it does not matter how many there were */
		.final = verdict == CAUSE_PERMANENT ||
		    (verdict == CAUSE_LIMIT && (restart || p->fsm.st != P_RUNNING)),
		.milder = stopping_is_milder(p),
		.pause = c != NULL && c->backoff > 0,
		.retry_fatal = c != NULL && c->fatal_retry > 0 && p->want_up &&
		    !p->leaving && verdict != CAUSE_PERMANENT,
	};
}

enum cause
rules_due(const struct proc *p)
{
	enum cause verdict = retry_verdict(p);

	switch (p->fsm.st) {
	case P_STOPPING:
		return stopping_is_milder(p) ? CAUSE_NEXT_STEP : CAUSE_STOPWAIT;
	case P_EXITED:
		return verdict != CAUSE_NONE ? verdict : CAUSE_AUTORESTART;
	case P_FATAL:
		return CAUSE_FATAL_RETRY;
	case P_BACKOFF:
		if (verdict != CAUSE_NONE)
			return verdict;
		return p->fsm.fails > rules_startretries(p) ? CAUSE_GAVE_UP : CAUSE_RETRY;
	case P_STOPPED:
	case P_STARTING:
	case P_RUNNING:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
	return CAUSE_RETRY;
}

int32_t
rules_due_arg(const struct proc *p)
{
	const struct conf_acts *a = p->conf->acts;

	if (p->fsm.st != P_STOPPING)
		return 0;
	if (stopping_is_milder(p))
		return stopping_next_signal(p);
	return a != NULL && a->stop_signals.n > 0;
}

/* ---- times ---- */

int64_t
rules_kill_ms(const struct proc *p)
{
	int64_t ms = stopping_ms(p);

	if (!p->killed)
		ms = budget_fit_ms(p, ms, stopping_left_ms(p));
	if (p->killed && ms < KILL_PAUSE_MS)
		ms = KILL_PAUSE_MS;
	if (life_hurried() && ms > RULES_HURRY_MS)
		ms = RULES_HURRY_MS;
	return ms < 0 ? 0 : ms;
}

/*
 * As the program says; else linear, as supervisord's; a guest is tried again at once and
 * never given up.
 */
int64_t
rules_back_off_ms(const struct proc *p)
{
	int64_t seconds = p->fsm.fails, ms = retry_pause_ms(p);

	if (ms != -1)
		return ms;
	if (p->group == core.guests)
		seconds = seconds > GUEST_PAUSE_MAX ? GUEST_PAUSE_MAX : seconds - 1;
	return seconds * 1000;
}

/* At once, as supervisord; but a guest that cannot live shall not keep us busy. */
int64_t
rules_restart_ms(const struct proc *p)
{
	if (p->group != core.guests || loop_now() - p->start_ms >= GUEST_SHORT_MS)
		return 0;
	return guest_pause_ms(p);
}
