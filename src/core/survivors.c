/*
 * Descendants that outlive the main process of a stopped program.
 *
 * All programs that are being stopped are looked at together, once in a turn
 * of the loop and not more often than every few milliseconds: a scan costs as
 * much as we have children, and a thousand programs may stop at once.
 */
#include "core/survivors.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "core/adopted.h"
#include "core/cgroup.h"
#include "core/proc.h"

#define SCAN_PAUSE_MS	5	/* between two scans for survivors */
#define SHOO_MS		1000	/* that an automatic restart waits for them at most */

enum tier { TIER_A, TIER_B, TIER_C };

static enum tier tier;
static const char *tier_why;
static struct loop_timer scan_timer;
static struct loop_job scan_job;
static int64_t last_scan_ms;

void
survivors_init(void)
{
	if (cgroup_init(&tier_why) == 0)
		tier = TIER_A;
	else
		tier = adopted_init(&tier_why) == 0 ? TIER_B : TIER_C;
	last_scan_ms = -SCAN_PAUSE_MS;
}

void
survivors_release(void)
{
	loop_timer_stop(&scan_timer);
	loop_job_cancel(&scan_job);
	cgroup_release();
}

const char *
core_tier(const char **why)
{
	*why = tier_why;
	return tier == TIER_A ? "A" : tier == TIER_B ? "B" : "C";
}

int
survivors_cgroup(struct proc *p)
{
	return tier == TIER_A && p->group != core.guests ? cgroup_enter(p) : -1;
}

/* What a survivor gets now: asked politely until the time is over. */
static int
signal_for(const struct proc *p)
{
	return p->killed ? SIGKILL : p->conf->stopsignal;
}

/*
 * Signal what is left of p; returns how many there are.  C: a group that
 * still has members keeps its number, so it is p's.
 */
static int
signal_left(struct proc *p)
{
	switch (tier) {
	case TIER_A:
		return cgroup_signal(p, signal_for(p));
	case TIER_B:
		return p->nsurvivors;
	case TIER_C:
		return core_by_pid(p->last_pid) == NULL &&
		    sys->kill(-p->last_pid, signal_for(p)) == 0;
	}
	return 0;
}

static void
scan(void)
{
	struct proc *p, *next;

	last_scan_ms = loop_now();
	if (tier == TIER_B) {
		TAILQ_FOREACH(p, &core.lingering, linger_link)
			p->nsurvivors = 0;
		adopted_signal(signal_for);
	}
	TAILQ_FOREACH_SAFE(p, &core.lingering, linger_link, next) {
		if (signal_left(p) > 0)
			continue;
		survivors_forget(p);
		if (p->fsm.st == P_EXITED)
			proc_hold_restart(p, 0);
		else
			proc_gone(p);
	}
}

static void
on_timer(struct loop_timer *t)
{
	(void)t;
	scan();
}

static void
on_job(struct loop_job *j)
{
	int64_t wait_ms = last_scan_ms + SCAN_PAUSE_MS - loop_now();

	(void)j;
	if (loop_timer_active(&scan_timer))
		return;
	if (wait_ms <= 0)
		scan();
	else
		loop_timer_start(&scan_timer, wait_ms, on_timer);
}

static void
linger(struct proc *p)
{
	if (p->lingering)
		return;
	p->lingering = true;
	TAILQ_INSERT_TAIL(&core.lingering, p, linger_link);
}

void
survivors_check(struct proc *p)
{
	linger(p);
	loop_job_add(&scan_job, on_job);
}

void
survivors_shoo(struct proc *p)
{
	p->killed = false;
	if (tier == TIER_C)
		return;
	linger(p);
	p->nsurvivors = 0;
	if (tier == TIER_B)
		adopted_signal(signal_for);
	if (signal_left(p) > 0)
		proc_hold_restart(p, SHOO_MS);
	else
		survivors_forget(p);
}

void
survivors_kill(struct proc *p)
{
	log_warn("killing what '%s' left behind with SIGKILL", p->conf->name);
	p->killed = true;
	loop_job_add(&scan_job, on_job);
}

void
survivors_orphan_died(void)
{
	if (!TAILQ_EMPTY(&core.lingering))
		loop_job_add(&scan_job, on_job);
}

void
survivors_forget(struct proc *p)
{
	if (!p->lingering)
		return;
	p->lingering = false;
	TAILQ_REMOVE(&core.lingering, p, linger_link);
}

int
survivors_kill_all(void)
{
	if (tier == TIER_A)
		cgroup_kill_all();
	return tier == TIER_C ? 0 : adopted_kill_all();
}
