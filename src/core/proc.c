/*
 * The life of one process: collect the facts, take the pure step, record and
 * publish the transition, then carry out the actions.
 *
 * An action that fails becomes an event of its own at the end of the turn,
 * never a call back into the step.
 */
#include "core/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/budget.h"
#include "core/flight.h"
#include "core/guest.h"
#include "core/hooks.h"
#include "core/launch.h"
#include "core/life.h"
#include "core/oom.h"
#include "core/order.h"
#include "core/outcome.h"
#include "core/fence.h"
#include "core/ready.h"
#include "core/resume.h"
#include "core/retry.h"
#include "core/rules.h"
#include "core/sockets.h"
#include "core/stopping.h"
#include "core/startup.h"
#include "core/survivors.h"
#include "core/timetable.h"
#include "core/values.h"

static const struct asker nobody = { CAUSE_NONE, 0 };

/* People and tools read these lines; nobody expects guests in them. */
__attribute__((format(printf, 2, 3))) static void
log_life(const struct proc *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(p->group == core.guests ? LOG_DEBG : LOG_INFO, fmt, ap);
	va_end(ap);
}

static void
record(struct proc *p, enum pstate from, struct asker by)
{
	struct transition *t = &p->ring[p->ntransitions++ % TRANSITIONS_KEPT];
	int fails = p->fsm.fails;

	*t = (struct transition){
		.wall_ms = sys->wall_ms(), .arg = by.arg, .pid = p->pid,
		.from = (uint8_t)from, .to = (uint8_t)p->fsm.st,
		.cause = (uint8_t)by.cause,
		.fails = fails > UINT8_MAX ? UINT8_MAX : (uint8_t)fails,
	};
}

static void
publish_state(struct proc *p, enum pstate from)
{
	bool from_backoff = from == P_BACKOFF;
	struct event ev = {
		.type = EV_STATE, .proc = p, .from = from, .to = p->fsm.st,
		.tries = p->fsm.fails, .expected = p->expected,
		.pid = p->pid > 0 ? p->pid : from_backoff ? 0 : p->last_pid,
	};

	core_publish(&core, &ev);
}

/* ---- timers ---- */

static void
on_uptime(struct loop_timer *t)
{
	struct proc *p = LOOP_OWNER(t, struct proc, timer);

	if (p->launch != NULL)		/* still on its way to exec: an answer comes */
		launch_poll(p);
	if (p->pid == 0 || p->fsm.st != P_STARTING)
		return;
	log_life(p, "success: %s entered RUNNING state, process has stayed up for > "
	    "than %lld seconds (startsecs)", p->conf->name,
	    (long long)p->conf->startsecs);
	proc_event(p, E_UP, (struct asker){ CAUSE_UPTIME, (int32_t)p->conf->startsecs });
}

static void on_due(struct loop_timer *t);

static void
due(struct proc *p)
{
	enum cause cause = rules_due(p);
	bool starts = cause == CAUSE_AUTORESTART || cause == CAUSE_RETRY ||
	    cause == CAUSE_FATAL_RETRY;
	int64_t wait_ms = starts && core.state == SUP_RUNNING ? retry_brake_ms(p) : 0;

	if (wait_ms > 0)
		loop_timer_start(&p->timer, wait_ms, on_due);
	else
		proc_event(p, E_DUE, (struct asker){ cause, rules_due_arg(p) });
}

static void
on_due(struct loop_timer *t)
{
	due(LOOP_OWNER(t, struct proc, timer));
}

static void
on_due_now(struct loop_job *j)
{
	due(LOOP_OWNER(j, struct proc, due));
}

/* A timer of 0 ms would cost a turn of the loop with each restart. */
static void
due_in(struct proc *p, int64_t ms)
{
	loop_timer_stop(&p->timer);
	if (ms > 0)
		loop_timer_start(&p->timer, ms, on_due);
	else
		loop_job_add(&p->due, on_due_now);
}

static void
arm(struct proc *p, unsigned act, bool changed)
{
	if (changed || (act & T_OFF)) {
		loop_job_cancel(&p->due);
		p->braked = p->lacks = false;
	}
	if (act & T_KILL)
		loop_timer_start(&p->timer, rules_kill_ms(p), on_due);
	else if (act & T_BACK)
		loop_timer_start(&p->timer, rules_back_off_ms(p), on_due);
	else if (act & T_NOW)
		due_in(p, rules_restart_ms(p));
	else if (act & T_RETRY)
		loop_timer_start(&p->timer, p->conf->retry->fatal_retry, on_due);
	else if (changed || (act & T_OFF))
		loop_timer_stop(&p->timer);
	/* T_UP: from the moment of the spawn, see proc_spawned() */
}

void
proc_hold_restart(struct proc *p, int64_t delay_ms)
{
	if (p->fsm.st != P_EXITED || !proc_restart_due(p) ||
	    loop_timer_left(&p->timer) > delay_ms)
		return;
	loop_job_cancel(&p->due);
	due_in(p, delay_ms);
}

bool
proc_pauses(const struct proc *p)
{
	return loop_timer_active(&p->timer) && (p->fsm.st == P_BACKOFF ||
	    p->fsm.st == P_EXITED || p->fsm.st == P_FATAL);
}

void
proc_hasten(struct proc *p, struct asker by)
{
	if (proc_pauses(p) && !p->braked)
		proc_event(p, E_DUE, by);
}

void
proc_extend_stop(struct proc *p, int64_t ms)
{
	/* the time of a whole shutdown is not its to give */
	bool planned = core.state != SUP_RUNNING && core.config->supd.stop_budget > 0;

	if (p->fsm.st == P_STOPPING && !p->killed && !life_hurried() && !planned &&
	    ms > loop_timer_left(&p->timer))
		loop_timer_start(&p->timer, ms, on_due);
}

void
proc_fit_stop(struct proc *p)
{
	if (p->fsm.st == P_STOPPING && loop_timer_left(&p->timer) > rules_kill_ms(p))
		loop_timer_start(&p->timer, rules_kill_ms(p), on_due);
}

void
proc_more_time(struct proc *p, int64_t ms)
{
	if (p->fsm.st == P_STOPPING)
		loop_timer_start(&p->timer, budget_fit_ms(p, ms, ms), on_due);
}

void
proc_cut_short(struct proc *p)
{
	if (p->fsm.st == P_STOPPING && loop_timer_left(&p->timer) > RULES_HURRY_MS)
		loop_timer_start(&p->timer, RULES_HURRY_MS, on_due);
}

/* ---- the step ---- */

static void
count_start(struct proc *p, enum pstate from, enum cause cause)
{
	p->starting_us = sys->mono_us();
	if (from != P_BACKOFF)
		startup_wanted(p);
	p->counts.starts++;
	if (from == P_BACKOFF || cause == CAUSE_AUTORESTART || cause == CAUSE_FATAL_RETRY)
		p->counts.restarts++;
}

static const char *
why_given_up(const struct proc *p)
{
	const char *path;

	if (p->dep_failed)
		return values_of(p, &path) == VALUES_MISSING ? "a value is not in the store" :
		    "a dependency failed";
	if (retry_verdict(p) != CAUSE_NONE && p->spawnerr != NULL)
		return p->spawnerr;
	return "too many start retries too quickly";
}

static void
note_entering(struct proc *p, enum pstate from, enum cause cause)
{
	switch (p->fsm.st) {
	case P_FATAL:
		survivors_forget(p);	/* what it left behind holds up no start any more */
		log_info("gave up: %s entered FATAL state, %s", p->conf->name,
		    why_given_up(p));
		break;
	case P_STARTING:
		fence_starting(p);
		survivors_forget(p);
		hooks_starting(p);
		p->start_wall_ms = sys->wall_ms();
		p->start_ms = loop_now();
		p->exec_ok = p->not_executed = p->killed = false;
		proc_set_spawnerr(p, NULL);
		count_start(p, from, cause);
		break;
	case P_STOPPED:
		if (from == P_BACKOFF)
			log_debug("Attempted to kill %s, which is in BACKOFF state.",
			    p->conf->name);
		break;
	case P_RUNNING:
		hooks_running(p);
		ready_running(p);
		break;
	case P_STOPPING:
		ready_stopping(p);
		break;
	case P_BACKOFF:
	case P_EXITED:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
}

/* Note what the step has to know. */
static void
before_step(struct proc *p, enum pevent ev, struct asker by)
{
	if (ev == E_DOWN && pstate_is_running(p->fsm.st))
		retry_count(p, by);
	else if (ev == E_START || (ev == E_DUE && p->fsm.st == P_FATAL))
		retry_forget(p);
}

void
proc_event(struct proc *p, enum pevent ev, struct asker by)
{
	enum pstate from = p->fsm.st;
	struct fsm_rules rules;
	struct fsm_out out;
	bool changed;

	before_step(p, ev, by);
	rules = rules_of(p);
	out = fsm_step(p->fsm, ev, &rules);
	changed = out.next.st != from;
	p->fsm = out.next;
	if (out.act & A_KILL)		/* the next one is not due at once */
		p->killed = true;
	if (out.act & (A_STOP | A_NEXT))
		p->stop_step = (uint8_t)((out.act & A_NEXT) ? p->stop_step + 1u :
		    stopping_first(p, by));
	arm(p, out.act, changed);
	if (changed) {
		if (out.next.st == P_STARTING)
			order_note_start(p, by);
		note_entering(p, from, by.cause);
		record(p, from, by);
		publish_state(p, from);
	} else if (ev == E_DUE && from == P_STOPPING)
		record(p, from, by);
	if (out.act & A_STOP)
		stopping_begin(p);
	if (out.act & A_NEXT)
		stopping_next(p);
	if (out.act & A_KILL)
		stopping_kill(p);
	if (out.act & A_SPAWN)
		launch_start(p);
	flight_save(p);
	timetable_state_changed(p, from);
	if (changed)
		life_state_changed(p, from);
	outcome_note(p);
}

static void
on_job(struct loop_job *j)
{
	struct proc *p = LOOP_OWNER(j, struct proc, job);

	/* it had no process when it was stopped, but the run before may have left some */
	if (p->job_event == E_DOWN && p->fsm.st == P_STOPPING && p->last_pid != 0)
		survivors_check_late(p);
	else
		proc_event(p, p->job_event, p->job_by);
}

void
proc_later(struct proc *p, enum pevent ev, struct asker by)
{
	p->job_event = ev;
	p->job_by = by;
	loop_job_add(&p->job, on_job);
}

/* ---- what happened to the child ---- */

void
proc_set_spawnerr(struct proc *p, const char *text)
{
	free(p->spawnerr);
	p->spawnerr = text != NULL ? strdup(text) : NULL;
}

void
proc_spawn_failed(struct proc *p, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_info("spawnerr: %s", text);
	proc_set_spawnerr(p, text);
	p->counts.ended[END_NOT_STARTED]++;
	p->not_executed = true;
	proc_later(p, E_DOWN, (struct asker){ CAUSE_SPAWN, 0 });
}

void
proc_spawned(struct proc *p, pid_t pid)
{
	p->pid = p->last_pid = pid;
	RB_INSERT(pid_tree, &core.pids, p);
	sockets_taken(p);
	p->start_ms = loop_now();
	p->start_wall_ms = sys->wall_ms();
	startup_spawned(p);
	log_life(p, "spawned: '%s' with pid %d", p->conf->name, (int)pid);
	if (p->conf->startsecs > 0 && p->conf->type != TYPE_NOTIFY)
		loop_timer_start(&p->timer, p->conf->startsecs * 1000 + 1, on_uptime);
	ready_begin(p, true);
	flight_save(p);
}

void
proc_count_launch(struct proc *p)
{
	if (p->starting_us == 0)
		return;
	p->counts.launches++;
	p->counts.launch_us += sys->mono_us() - p->starting_us;
	p->starting_us = 0;
}

void
proc_exec_passed(struct proc *p)
{
	p->exec_ok = true;
	proc_count_launch(p);
	order_state_changed(p, P_STARTING);
	proc_await_up(p);
}

void
proc_await_up(struct proc *p)
{
	int64_t left_ms = p->conf->startsecs <= 0 ? 0 :
	    p->conf->startsecs * 1000 + 1 - (loop_now() - p->start_ms);

	if (p->fsm.st == P_STARTING && p->exec_ok && p->pid != 0 &&
	    p->conf->type != TYPE_NOTIFY && !loop_timer_active(&p->timer))
		loop_timer_start(&p->timer, left_ms > 0 ? left_ms : 0, on_uptime);
}

void
proc_says_ready(struct proc *p)
{
	log_life(p, "success: %s entered RUNNING state, process says that it is ready",
	    p->conf->name);
	proc_event(p, E_UP, (struct asker){ CAUSE_READY, 0 });
}

/* The process group is still that of the first one, unless it has its own. */
void
proc_follow(struct proc *p, pid_t pid)
{
	log_life(p, "%s: its main process is %d from now on, not %d (MAINPID)", p->conf->name,
	    (int)pid, (int)p->pid);
	RB_REMOVE(pid_tree, &core.pids, p);
	p->pid = pid;
	RB_INSERT(pid_tree, &core.pids, p);
	if (sys->getpgid(pid) == pid)
		p->last_pid = pid;
	flight_save(p);
}

void
proc_gone(struct proc *p)
{
	if (!hooks_hold_gone(p))
		proc_event(p, E_DOWN, (struct asker){ CAUSE_EXIT, p->status });
}

void
proc_adopt(struct proc *p, enum pstate st, int fails, pid_t pid, bool due_again)
{
	int64_t up_ms = loop_now() - p->start_ms;
	int64_t left_ms = p->conf->startsecs * 1000 - up_ms;
	enum pstate from = p->fsm.st;

	p->fsm = (struct fsm){ .st = st, .fails = fails };
	if (st == P_FATAL && due_again && p->conf->retry != NULL && p->conf->retry->fatal_retry > 0)
		loop_timer_start(&p->timer, p->conf->retry->fatal_retry, on_due);
	p->exec_ok = true;
	if (pid > 0) {
		p->pid = p->last_pid = pid;
		RB_INSERT(pid_tree, &core.pids, p);
		sockets_taken(p);
		oom_begin(p);
		timetable_recall(p);
	}
	record(p, from, (struct asker){ CAUSE_RECOVERY, 0 });
	if (st == P_STARTING && pid > 0 && p->conf->type == TYPE_NOTIFY)
		;		/* it will say so */
	else if (st == P_STARTING && pid > 0)
		loop_timer_start(&p->timer, left_ms > 0 ? left_ms : 0, on_uptime);
	else if (st == P_STARTING)
		launch_start(p);
	else if (st == P_STOPPING && pid > 0) {
		loop_timer_start(&p->timer, rules_kill_ms(p), on_due);
		resume_later(p);
	} else if (st == P_STOPPING && !hooks_hold_stop(p))
		proc_later(p, E_DOWN, nobody);
	else if (st == P_BACKOFF)
		loop_timer_start(&p->timer, rules_back_off_ms(p), on_due);
	else if (st == P_EXITED && p->want_up && rules_restart(p))
		due_in(p, 0);
	flight_save(p);
	outcome_note(p);
}
