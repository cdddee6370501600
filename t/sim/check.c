/*
 * What must hold, looked at after every turn of the loop, at every rest, and at
 * the end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "config.h"
#include "core/core.h"
#include "core/hooks.h"
#include "core/life.h"
#include "core/proc.h"
#include "ctl/why.h"
#include "kernel.h"
#include "sim.h"

#define RECORDS		512
#define STOP_WITHIN_MS	300000	/* more than any program of ours resists */

#define EXITS 16	/* more than any restart_limit of ours */

/* What we have seen of a process. */
static struct seen {
	uint32_t id;
	const struct program *conf;
	int	 attempts;	/* starts since it last rested */
	int64_t	 backoff_ms, stopping_ms;
	int64_t	 made_ms;	/* about when the record was made */
	int64_t	 slack_ms;	/* sim.slack_ms at that time */
	int64_t	 startsecs;	/* when it was started */
	int64_t	 exits_ms[EXITS];	/* since somebody asked for a start */
	int	 exits;
} seen[RECORDS];

static int64_t stopping_ms, stopping_slack_ms;	/* when a shutdown began */

static struct seen *
record_of(const struct proc *p)
{
	struct seen *s = &seen[p->id % RECORDS];

	if (s->id != p->id)
		*s = (struct seen){ .id = p->id, .made_ms = sim.now_ms };
	return s;
}

static const char *
name_of(const struct proc *p)
{
	return p->conf->name;
}

/* ---- nobody survives a stop ---- */

/*
 * Those that the core can know of: with a cgroup all of that, else those that say in
 * their environment where they come from, and those of the process group, while its
 * number cannot be another's.
 */
static bool
can_be_found(const struct proc *p, const struct sproc *q)
{
	if (sim.tier_a)		/* a record that was removed and added has another one */
		return q->cgroup != NULL && q->born_ms >= record_of(p)->made_ms;
	return !sim.tier_c && (q->marked || (!p->group_gone && q->pgid == p->last_pid));
}

static void
nobody_survives(const struct proc *p)
{
	char name[200];

	if (sim.faults & FAULT_SIGNAL)
		return;
	snprintf(name, sizeof(name), "%s:%s", p->group->name, name_of(p));
	for (const struct sproc *q = processes; q != NULL; q = q->next)
		if (q->life != ZOMBIE && strcmp(q->name, name) == 0 && can_be_found(p, q))
			fail("%s is STOPPED, but its process %d lives", name, (int)q->pid);
}

/* ---- transitions, as observers learn of them ---- */

static enum cause
last_cause(const struct proc *p)
{
	return (enum cause)p->ring[(p->ntransitions - 1) % TRANSITIONS_KEPT].cause;
}

/* How long a pause may be: supervisord's, or that of backoff at its first and its longest. */
static void
check_pause(const struct proc *p, const struct seen *s)
{
	const struct conf_retry *c = p->conf->retry;
	int64_t least_ms = (int64_t)p->fsm.fails * 1000, most_ms = least_ms;
	int64_t waited_ms = sim.now_ms - s->backoff_ms;

	if (c != NULL && c->backoff > 0) {
		least_ms = c->backoff * (1000 - c->backoff_jitter) / 1000;
		most_ms = c->backoff_max * (1000 + c->backoff_jitter) / 1000 + 1;
	}
	if (last_cause(p) == CAUSE_DEPENDENCY)	/* at once, as it is back */
		least_ms = 0;
	if (config_had_brake())
		most_ms = INT64_MAX / 2;
	if (waited_ms < least_ms || waited_ms > most_ms + sim.slack_ms - s->slack_ms)
		fail("%s was retried after %lld ms instead of %lld to %lld", name_of(p),
		    (long long)waited_ms, (long long)least_ms, (long long)most_ms);
}

/* Nobody is started by itself after more exits than restart_limit allows. */
static void
check_limit(const struct proc *p, const struct seen *s)
{
	const struct conf_limit *limit;
	int64_t n = 0, last_ms;

	if (p->conf->retry == NULL || s->conf != p->conf || s->exits == 0)
		return;
	limit = &p->conf->retry->restart_limit;
	last_ms = s->exits_ms[(s->exits - 1) % EXITS];
	for (int i = 0; i < s->exits && i < EXITS; i++)
		n += last_ms - s->exits_ms[i] <= limit->ms;
	if (limit->n > 0 && n > limit->n)
		fail("%s is started after %d exits", name_of(p), (int)n);
}

static void
note_exit(struct seen *s)
{
	s->exits_ms[s->exits++ % EXITS] = sim.now_ms;
}

static void
entered_starting(const struct proc *p, struct seen *s, const struct event *ev)
{

	if (core.state != SUP_RUNNING && p->group != core.guests)
		fail("%s is started during a shutdown", name_of(p));
	if (p->group != core.guests)
		check_role_start(p, (int)last_cause(p));
	if (p->pid != 0)
		fail("%s is STARTING and has pid %d already", name_of(p), (int)p->pid);
	if (ev->from == P_BACKOFF || last_cause(p) == CAUSE_AUTORESTART)
		check_limit(p, s);
	else if (last_cause(p) != CAUSE_DEPENDENCY || ev->from != P_EXITED ||
	    p->ring[(p->ntransitions - 1) % TRANSITIONS_KEPT].arg != 0)
		s->exits = 0;	/* one that needs it has asked, or a person */
	if (ev->from == P_BACKOFF) {
		if (s->conf != p->conf)
			say("%s: its rules have changed", name_of(p));
		else
			check_pause(p, s);
	} else {
		s->attempts = 0;
		if (s->conf != p->conf)
			s->exits = 0;	/* of another limit, perhaps */
		s->conf = p->conf;
	}
	s->attempts++;
	s->startsecs = p->conf->startsecs;
}

static void
entered_running(const struct proc *p)
{
	int64_t up_ms = sim.now_ms - p->start_ms;
	int64_t startsecs = record_of(p)->startsecs;

	if (startsecs > p->conf->startsecs)	/* an update before it was created */
		startsecs = p->conf->startsecs;

	if (process_find(p->pid) != NULL && process_find(p->pid)->life == ZOMBIE)
		return;		/* it has died meanwhile: that is told next */
	if (p->pid == 0)
		return;
	if (startsecs > 0 && up_ms <= startsecs * 1000 && p->conf->type != TYPE_NOTIFY)
		fail("%s is RUNNING after %lld ms", name_of(p), (long long)up_ms);
}

/*
 * With a stop_budget, whose turn to stop comes only when it is over has been left too little:
 * but for those who do not even end by SIGKILL, or in no time.
 */
static void
check_budget(const struct proc *p)
{
	int64_t late_ms = sim.now_ms - stopping_ms - core.config->supd.stop_budget;
	const struct pgroup *g;
	const struct proc *q;

	if ((sim.faults & FAULT_MEMORY) || core.config->supd.stop_budget == 0 || late_ms < sim.slack_ms - stopping_slack_ms)
		return;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(q, &g->procs, link)
			if (q->killed && !pstate_is_stopped(q->fsm.st))
				return;
	fail("%s is told to stop when stop_budget is over since %lld ms", name_of(p),
	    (long long)late_ms);
}

static void
entered_stopping(const struct proc *p)
{
	const struct pgroup *g;
	const struct proc *q;

	if (core.state == SUP_RUNNING)
		return;
	check_budget(p);
	if (life_hurried())
		return;
	q = check_user(p);
	if (q != NULL)
		fail("%s is stopped before %s, which depends on it", name_of(p), name_of(q));
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(q, &g->procs, link)
			if (g->priority > p->group->priority &&
			    !pstate_is_stopped(q->fsm.st) && check_user(q) == NULL &&
			    !check_in_role(q))
				fail("%s is stopped before %s, which has priority %lld",
				    name_of(p), name_of(q), (long long)g->priority);
}

static void
on_event(struct observer *o, const struct event *ev)
{
	const struct proc *p = ev->proc;
	struct seen *s;

	(void)o;
	if (ev->type == EV_GROUP_ADDED)
		ears_forget(ev->group);
	if (ev->type == EV_SUPERVISOR_STOPPING) {
		stopping_ms = sim.now_ms;
		stopping_slack_ms = sim.slack_ms;
	}
	if (ev->type != EV_STATE)
		return;
	s = record_of(p);
	say("%s:%s %s -> %s pid %d fails %d", p->group->name, name_of(p),
	    pstate_name(ev->from), pstate_name(ev->to), (int)p->pid, p->fsm.fails);
	switch (ev->to) {
	case P_STARTING:
		entered_starting(p, s, ev);
		break;
	case P_BACKOFF:
		note_exit(s);
		s->backoff_ms = sim.now_ms;
		s->slack_ms = sim.slack_ms;
		break;
	case P_RUNNING:
		entered_running(p);
		break;
	case P_FATAL:
		if (core.state == SUP_RUNNING && s->conf == p->conf &&
		    last_cause(p) == CAUSE_GAVE_UP && s->attempts != p->conf->startretries + 1)
			fail("%s is FATAL after %d attempts, startretries is %lld", name_of(p),
			    s->attempts, (long long)p->conf->startretries);
		break;
	case P_STOPPING:
		s->stopping_ms = sim.now_ms;
		entered_stopping(p);
		break;
	case P_STOPPED:
		if (ev->from == P_STOPPING)
			nobody_survives(p);
		break;
	case P_EXITED:
		note_exit(s);
		break;
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
}

static struct observer observer = { .fn = on_event };

void
check_open(void)
{
	memset(seen, 0, sizeof(seen));
	ears_forget(NULL);
	core_observe(&core, &observer);
}

void
check_close(void)
{
	core_unobserve(&core, &observer);
}

/* ---- after each turn ---- */

static void
check_state(struct proc *p)
{
	bool timer = loop_timer_active(&p->timer);
	const char *name = name_of(p), *st = pstate_name(p->fsm.st);

	if (p->job.queued || p->due.queued)
		fail("%s: a job outlives its turn", name);
	switch (p->fsm.st) {
	case P_STOPPED:
	case P_FATAL:
	case P_EXITED:
	case P_BACKOFF:
		/* what was left may hold up an automatic restart a little */
		if (p->pid != 0 || (p->lingering && p->fsm.st != P_EXITED) || p->queued)
			fail("%s is %s with pid %d%s%s", name, st, (int)p->pid,
			    p->lingering ? ", lingering" : "", p->queued ? ", queued" : "");
		/* in a shutdown it only waits for its class to be stopped */
		if (p->fsm.st == P_BACKOFF && !timer && core.state == SUP_RUNNING)
			fail("%s is in BACKOFF for ever", name);
		break;
	case P_STARTING:
		if (p->pid == 0 && !p->queued && !p->held && hooks_now(p) == HOOK_NONE)
			fail("%s is STARTING, but nothing starts", name);
		if (p->pid != 0 && !timer && p->launch == NULL && p->conf->type != TYPE_NOTIFY)
			fail("%s is STARTING for ever", name);
		break;
	case P_RUNNING:
		if (p->pid == 0)
			fail("%s is RUNNING without a process", name);
		break;
	case P_STOPPING:
		if (!timer)
			fail("%s is STOPPING for ever", name);
		if (p->pid == 0 && !p->lingering && hooks_now(p) == HOOK_NONE)
			fail("%s is STOPPING, but nothing is left of it", name);
		if (p->group != core.guests && record_of(p)->stopping_ms != 0 &&
		    sim.now_ms - record_of(p)->stopping_ms > STOP_WITHIN_MS)
			fail("%s is STOPPING since %lld ms", name,
			    (long long)(sim.now_ms - record_of(p)->stopping_ms));
		break;
	case P_UNKNOWN:
		break;
	case P_NSTATES:
		fail("%s is in no state", name);
	}
	if (p->want_up && p->group != core.guests && p->fsm.st == P_STOPPED &&
	    !p->leaving && core.state == SUP_RUNNING && !p->updating)
		fail("%s is wanted up, but STOPPED", name);
	if (!p->want_up && pstate_is_running(p->fsm.st))
		fail("%s is wanted down, but %s", name, st);
}

/* The core's idea of who lives, against the truth. */
static void
check_pid(const struct proc *p)
{
	const struct sproc *q = p->pid != 0 ? process_find(p->pid) : NULL;

	if (p->pid != 0 && (q == NULL || q->hook || q->parent != NULL ||
	    (!q->main && !q->notifies)))
		fail("%s has pid %d, which is not its process", name_of(p), (int)p->pid);
	if (p->pid != 0 && core_by_id(p->id) != p)
		fail("%s is not found by its id", name_of(p));
}

/* It is ready when it has said so, and looked after when it is ready. */
static void
check_ready(const struct proc *p)
{
	if (proc_is_ready(p) && p->conf->ready.kind == READY_NOTIFY && !teller_said(p))
		fail("%s is ready, but has not said so", name_of(p));
	if (p->health == NULL)
		return;
	if (proc_health(p) != HEALTH_NONE && (p->pid == 0 || !proc_is_ready(p)))
		fail("%s is %s while it does not serve", name_of(p),
		    health_name(proc_health(p)));
	if (proc_health(p) == HEALTH_NONE && p->pid != 0 && p->fsm.st == P_RUNNING &&
	    proc_is_ready(p))
		fail("%s serves, and nobody looks after it", name_of(p));
}

static bool
is_open(const struct file *f)
{
	for (int fd = 0; fd < FD_MAX; fd++)
		if (table[fd] == f)
			return true;
	return false;
}

/* A program has the sockets that it names, and the core holds the same ones. */
static void
check_sockets(const struct proc *p)
{
	const struct sproc *q = p->pid != 0 ? process_find(p->pid) : NULL;

	if (core.state != SUP_RUNNING || q == NULL || q->life != ALIVE)
		return;
	for (size_t i = 0; i < PASSED; i++) {
		const struct file *f = q->passed[i];

		if ((i < p->conf->sockets.n) != (f != NULL))
			fail("%s names %zu sockets and %s number %zu", name_of(p),
			    p->conf->sockets.n, f != NULL ? "has" : "has not", i);
		if (f != NULL && (f->type != F_LISTEN || f->nonblock || !is_open(f)))
			fail("%s has a socket that nobody connects to", name_of(p));
	}
	if (p->conf->fcgi != NULL && q->fd[0] != NULL &&
	    (q->fd[0]->type != F_LISTEN || !is_open(q->fd[0])))
		fail("%s has no socket as its standard input", name_of(p));
}

static void
check_queues(void)
{
	const struct stream *s;
	size_t n = 0;

	TAILQ_FOREACH(s, &core.unsent, link)
		if (++n > 2 * core.nprocs + 4)
			fail("more streams wait for the logger than there are");
}

void
check_turn(void)
{
	struct pgroup *g;
	struct proc *p;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			check_state(p);
			check_depends(p);
			check_roles(p);
			check_pid(p);
			check_ready(p);
			check_sockets(p);
		}
	for (int i = 0; i < GUEST_KINDS; i++)
		if (core.guest[i].proc != NULL) {
			check_state(core.guest[i].proc);
			check_pid(core.guest[i].proc);
		}
	check_queues();
	check_pools();
}

/* ---- at rest ---- */

static void
check_why(void)
{
	bool faults = sim.faults_on;
	struct why_now now = { .wall_ms = sys->wall_ms(), .timer_ms = -1 };
	struct pgroup *g;
	struct proc *p;
	struct buf text = { 0 };

	sim.faults_on = false;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			if (loop_timer_active(&p->timer))
				now.timer_ms = loop_timer_left(&p->timer);
			why_text(p, &now, &text);
			if (text.len < 2)
				fail("why says nothing about %s, which is %s", name_of(p),
				    pstate_name(p->fsm.st));
			buf_clear(&text);
		}
	buf_release(&text);
	sim.faults_on = faults;
}

void
check_idle(void)
{
	if (process_zombies() > 0 && core_pending == 0)
		fail("%zu zombies are left while the loop is idle", process_zombies());
	check_pools_idle();
	check_deadlock();
	check_roles_idle();
	check_values_idle();
	if (chance(20))
		check_why();
}

/* ---- at the end ---- */

/* Does it belong to those that nobody else would end? */
static bool
is_swept(const struct sproc *p)
{
	return p->main || p->cgroup != NULL || (p->marked && !sim.tier_c);
}

void
check_end(void)
{
	bool in_use = false;

	for (int fd = 3; fd < FD_MAX; fd++)
		if (table[fd] != NULL)
			fail("descriptor %d is left open (type %d)", fd, (int)table[fd]->type);
	for (struct sproc *p = processes; p != NULL; p = p->next) {
		in_use = in_use || p->cgroup != NULL;
		if (p->life != ZOMBIE && sim.now_ms >= p->unkillable_ms &&
		    !(sim.faults & FAULT_SIGNAL) && is_swept(p))
			fail("%s %d lives after the end", p->name, (int)p->pid);
	}
	if (cgroup_made() > 0 && !in_use)
		fail("%zu cgroups are left at the end", cgroup_made());
	memory_check_empty();
	say("end, %lu turns", sim.turns);
}
