/*
 * The supervisor's own life.
 *
 * Shutdown goes through the priorities downwards: all groups of one priority
 * are told to stop together, the next only when they all have stopped.  A second
 * signal tells everything at once and shortens the wait, a third kills.  The
 * guests go last.
 */
#include "core/life.h"

#include <string.h>

#include "base/log.h"
#include "core/budget.h"
#include "core/depart.h"
#include "core/flight.h"
#include "core/guest.h"
#include "core/hooks.h"
#include "core/order.h"
#include "core/plan.h"
#include "core/pool.h"
#include "core/proc.h"
#include "core/roles.h"
#include "core/sockets.h"
#include "core/survivors.h"
#include "core/update.h"

#define SAY_WAITING_MS	3000	/* between two "waiting for ... to die" */
#define HEAR_MS		1000	/* for listeners to hear the last events */
#define FORCE_MS	3000	/* after SIGKILL to all: what is unkillable is left */

enum phase { PHASE_RUN, PHASE_STOP, PHASE_FINISH };

static struct {
	enum phase phase;
	int	 hurry;		/* 0, 1: cut short, 2: kill */
	int64_t	 priority;	/* the class that is being stopped */
	bool	 all;		/* or all of them, in a hurry */
	bool	 roles;		/* the order of roles counts */
	size_t	 waiting;	/* processes of it that are not down yet */
	bool	 hearing;	/* the class has to stop, its listeners have news to hear */
	bool	 heard;		/* they had their time */
	struct asker by;
	struct loop_job next;
	bool	 hastened;	/* half of the budget is over: it does not any more */
	struct loop_timer say, budget, half, sweep, patience;
} life;

static void close_next(struct loop_job *j);

bool
life_hurried(void)
{
	return life.hurry > 0;
}

bool
life_kills(void)
{
	return life.hurry > 1;
}

void
life_hook_ended(void)
{
	if (life.phase == PHASE_STOP)
		loop_job_add(&life.next, close_next);
}

int
life_end_signal(void)
{
	return life.by.cause == CAUSE_SHUTDOWN ? life.by.arg : 0;
}

/* ---- start ---- */

void
life_autostart_one(struct proc *p, struct asker by)
{
	if (!roles_autostart(p) || p->started || p->fsm.st != P_STOPPED)
		return;
	if (p->roles != NULL) {
		roles_start_first(p);
		return;
	}
	p->started = p->want_up = true;
	proc_event(p, E_START, by);
}

void
life_autostart(struct pgroup *g, struct asker by)
{
	struct proc *p;

	TAILQ_FOREACH(p, &g->procs, link)
		life_autostart_one(p, by);
}

/* ---- shutdown ---- */

static void
say_waiting(struct loop_timer *t)
{
	struct buf names = { 0 };
	struct pgroup *g;
	struct proc *p;

	(void)t;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (!pstate_is_stopped(p->fsm.st) && names.len < 3000) {
				buf_adds(&names, names.len > 0 ? ", " : "");
				buf_adds(&names, p->conf->name);
			}
	if (names.len > 0) {
		log_info("waiting for %s to die", buf_text(&names));
		loop_timer_start(&life.say, SAY_WAITING_MS, say_waiting);
	}
	buf_release(&names);
}

static void
end_if_done(void)
{
	if (life.phase == PHASE_FINISH && guest_done() && survivors_swept())
		loop_stop();
}

void
life_swept(void)
{
	end_if_done();
}

static void
sweep_is_late(struct loop_timer *t)
{
	(void)t;
	loop_stop();
}

void
life_guests_gone(void)
{
	loop_timer_start(&life.sweep, FORCE_MS, sweep_is_late);
	end_if_done();
}

static void
finish(void)
{
	int n = survivors_sweep();

	life.phase = PHASE_FINISH;
	if (n > 0)
		log_warn("killed %d processes that programs left behind", n);
	budget_say();
	loop_timer_stop(&life.say);
	loop_timer_stop(&life.budget);
	loop_timer_stop(&life.half);
	if (core.state == SUP_SHUTDOWN)
		sockets_close();
	guest_finish();
}

/* Does nobody need it who is up? */
static bool
is_free(const struct proc *p)
{
	return !order_in_use(p) && !(life.roles && roles_in_use(p));
}

/* Is it to stop now: of this class or above, and nobody up needs it? */
static bool
has_its_turn(const struct proc *p)
{
	return life.all || (p->group->priority >= life.priority && is_free(p));
}

static void
stop_if_its_turn(struct proc *p)
{
	if (pstate_is_stopped(p->fsm.st) && !proc_restart_due(p))
		return;
	if (!has_its_turn(p))
		return;
	if (!p->told && !pstate_is_stopped(p->fsm.st)) {
		p->told = true;
		life.waiting++;
		budget_told(p);
	}
	proc_stop(p, life.by, NULL);
}

static void
raise_class(struct proc *p)
{
	if (!pstate_is_stopped(p->fsm.st) && p->group->priority > life.priority && is_free(p))
		life.priority = p->group->priority;
}

/* In reverse order of start inside a group. */
static void
stop_class(void)
{
	struct pgroup *g;
	struct proc *p;

	TAILQ_FOREACH_REVERSE(g, &core.groups, pgroup_list, link)
		TAILQ_FOREACH_REVERSE(p, &g->procs, proc_list, link)
			stop_if_its_turn(p);
}

static void
on_patience(struct loop_timer *t)
{
	(void)t;
	life.heard = true;
	loop_job_add(&life.next, close_next);
}

/*
 * Pools are the last to be stopped, so that they hear of the end of all others.  What
 * happened last is still on its way to them: let them have it, for a short time.
 */
static bool
listeners_busy(void)
{
	int64_t ms = HEAR_MS, left_ms = loop_timer_left(&life.budget);
	struct pgroup *g;

	if (life.heard || life.hurry > 0)
		return false;
	if (loop_timer_active(&life.budget) && ms > left_ms / 4)
		ms = left_ms / 4;
	TAILQ_FOREACH(g, &core.groups, link)
		if (g->pool != NULL && g->priority == life.priority &&
		    !pool_is_quiet(g->pool)) {
			if (!life.hearing)
				loop_timer_start(&life.patience, ms, on_patience);
			life.hearing = true;
			return true;
		}
	return false;
}

void
life_listener_moved(void)
{
	if (life.hearing)
		loop_job_add(&life.next, close_next);
}

/* The group of the highest priority that has a process to stop; NULL: none has. */
static const struct pgroup *
next_class(void)
{
	const struct pgroup *g;
	const struct proc *p;

	/* groups stand in the order of their priorities */
	TAILQ_FOREACH_REVERSE(g, &core.groups, pgroup_list, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (!pstate_is_stopped(p->fsm.st) && is_free(p))
				return g;
	return NULL;
}

static void
close_next(struct loop_job *j)
{
	const struct pgroup *g;

	(void)j;
	if (life.phase != PHASE_STOP)
		return;
	while (life.waiting == 0) {
		life.roles = !life.hastened;
		roles_before_stop();
		g = next_class();
		if (g == NULL) {	/* or their order contradicts dependencies */
			life.roles = false;
			g = next_class();
		}
		if (g == NULL) {	/* the last of a process may be its post_exit */
			if (hooks_count() == 0 || life.hurry > 0)
				finish();
			return;
		}
		life.priority = g->priority;
		if (listeners_busy())
			return;
		life.hearing = life.heard = false;
		loop_timer_stop(&life.patience);
		stop_class();
	}
}

static void
give_up_waiting(struct loop_timer *t)
{
	struct pgroup *g;
	struct proc *p;

	(void)t;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (!pstate_is_stopped(p->fsm.st))
				log_error("giving up on '%s' (%d), which SIGKILL does not end",
				    p->conf->name, (int)(p->pid > 0 ? p->pid : survivors_one(p)));
	core.state = SUP_SHUTDOWN;	/* a restart would start them a second time */
	finish();
}

static void
kill_everything(struct loop_timer *t)
{
	struct pgroup *g;
	struct proc *p;

	(void)t;
	life.hurry = 2;
	life.all = true;	/* also those whose turn has not come yet */
	log_warn("killing everything that still runs");
	loop_timer_start(&life.budget, FORCE_MS, give_up_waiting);
	stop_class();
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (p->fsm.st == P_STOPPING)
				proc_event(p, E_DUE, (struct asker){ CAUSE_STOPWAIT, 0 });
	if (life.waiting == 0)
		loop_job_add(&life.next, close_next);
}

static void
each_process(void (*fn)(struct proc *p))
{
	struct pgroup *g;
	struct proc *p;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			fn(p);
}

/* The second time: no more order, little time. */
static void
cut_short(void)
{
	life.hurry = 1;
	life.all = true;
	log_warn("second request to exit: stopping everything at once");
	stop_class();
	each_process(proc_cut_short);
	if (life.waiting == 0)
		loop_job_add(&life.next, close_next);
}

/* The budget is planned without the order of roles, which may take half of it. */
static void
on_half(struct loop_timer *t)
{
	(void)t;
	life.hastened = true;
	life.roles = false;
	stop_class();
	if (life.waiting == 0)
		loop_job_add(&life.next, close_next);
}

static void
close_down(enum supervisor_state state, struct asker by)
{
	int64_t budget_ms = core.config->supd.stop_budget;
	struct event ev = { .type = EV_SUPERVISOR_STOPPING };

	core.state = state;
	life.phase = PHASE_STOP;
	life.by = by;
	life.waiting = 0;
	life.all = life.hastened = false;
	flight_save_core();		/* a crash from here on does not forget it */
	core_publish(&core, &ev);
	update_abandon();
	say_waiting(NULL);
	budget_begin(budget_ms);
	if (budget_ms > 0) {
		loop_timer_start(&life.budget, budget_ms, kill_everything);
		if (core_roles.n > 0)
			loop_timer_start(&life.half, budget_ms / 2, on_half);
		each_process(proc_fit_stop);
	}
	loop_job_add(&life.next, close_next);
}

void
core_shutdown(struct asker by)
{
	if (life.phase == PHASE_RUN) {
		close_down(SUP_SHUTDOWN, by);
		return;
	}
	if (core.state == SUP_RESTARTING) {	/* a restart becomes a shutdown */
		core.state = SUP_SHUTDOWN;
		flight_save_core();
		life.by = by;
		return;
	}
	if (life.phase != PHASE_STOP)
		return;
	if (life.hurry == 0)
		cut_short();
	else if (life.hurry == 1)
		kill_everything(NULL);
}

int
core_restart(struct asker by, struct err *e)
{
	struct config *c;

	if (life.phase != PHASE_RUN)
		return 0;
	/* supervisord would stop everything first and then end on a bad file */
	c = plan_load(e);
	if (c == NULL)
		return -1;
	conf_free(c);
	close_down(SUP_RESTARTING, by);
	return 0;
}

void
life_state_changed(struct proc *p, enum pstate from)
{
	if (p->group == core.guests) {
		guest_state_changed(p);
		roles_look(p);
		return;
	}
	update_state_changed(p);
	depart_state_changed(p);
	order_state_changed(p, from);
	if (life.phase != PHASE_STOP || !pstate_is_stopped(p->fsm.st) ||
	    pstate_is_stopped(from))
		return;
	budget_down(p);
	/* what only p has needed is free to stop, the highest class of it first */
	order_each_dependency(p, raise_class);
	order_each_dependency(p, stop_if_its_turn);
	if (p->told && life.waiting > 0 && --life.waiting == 0)
		loop_job_add(&life.next, close_next);
	p->told = false;
}

void
life_init(void)
{
	memset(&life, 0, sizeof(life));
}

void
life_release(void)
{
	budget_release();
	loop_timer_stop(&life.say);
	loop_timer_stop(&life.budget);
	loop_timer_stop(&life.half);
	loop_timer_stop(&life.sweep);
	loop_timer_stop(&life.patience);
	loop_job_cancel(&life.next);
}
