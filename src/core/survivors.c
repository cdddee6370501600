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
#include "core/errand.h"
#include "core/life.h"
#include "core/limits.h"
#include "core/oom.h"
#include "core/proc.h"
#include "core/stopping.h"

#define SCAN_PAUSE_MS	5	/* between two scans for survivors */
#define BLIND_PAUSE_MS	50	/* the same, when descriptors or memory were short */
#define BLIND_MAX	100	/* such scans; then what is left of a program is left */
#define SHOO_MS		1000	/* that an automatic restart waits for them at most */

#define ASKED_MAX	64	/* survivors of one program that are known by pid */

struct asked {
	size_t	 n;		/* ever; the last ones are in the ring */
	pid_t	 pid[ASKED_MAX];
};

enum tier { TIER_A, TIER_B, TIER_C };

static enum tier tier;
static enum tier loose_tier;	/* for those that have no cgroup: B or C */
static const char *tier_why;
static struct loop_timer scan_timer;
static struct loop_job scan_job;
static int64_t last_scan_ms;
static enum { SWEEP_NOT, SWEEP_RUNS, SWEEP_DONE } sweep;
static int blind_sweeps;

void
survivors_init(void)
{
	const char *cgroup_why, *adopted_why = NULL;
	bool boxes = cgroup_init(&cgroup_why) == 0;

	loose_tier = adopted_init(&adopted_why) == 0 ? TIER_B : TIER_C;
	tier = boxes ? TIER_A : loose_tier;
	tier_why = tier == TIER_C ? adopted_why : cgroup_why;
	limits_init();
	oom_init();
	last_scan_ms = -SCAN_PAUSE_MS;
	sweep = SWEEP_NOT;
	blind_sweeps = 0;
}

void
survivors_release(void)
{
	loop_timer_stop(&scan_timer);
	loop_job_cancel(&scan_job);
	oom_release();
	limits_release();
	cgroup_release();
	adopted_release();
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
	int fd;

	if (tier != TIER_A || p->group == core.guests) {
		p->loose = true;
		return -1;
	}
	fd = cgroup_enter(p);
	if (fd == -1) {
		log_warn("%s: no cgroup for it: %s; what it leaves behind is looked for "
		    "by other ways", p->conf->name, strerror(errno));
		p->loose = true;
	}
	return fd;
}

/* What a survivor gets now: asked politely until the time is over. */
static int
signal_for(const struct proc *p)
{
	return p->killed ? SIGKILL : stopping_signal(p);
}

/*
 * A group keeps its number while it has members, dead ones that we have not reaped
 * included; later it may be another's.  So look at once after a reaping.
 */
static void
probe_group(struct proc *p)
{
	if (p->last_pid == 0 || core_by_pid(p->last_pid) != NULL || errand_has(p->last_pid) ||
	    (sys->kill(-p->last_pid, 0) == -1 && errno == ESRCH))
		p->group_gone = true;
}

/*
 * Signal what is left of p, where adopted_signal() has not; returns how many there
 * are, or -1 with errno: it cannot look.
 */
static int
signal_left(struct proc *p)
{
	int n = tier == TIER_A ? cgroup_signal(p, signal_for(p)) : 0;

	if (n == -1 || !p->loose)
		return n;
	if (loose_tier == TIER_B)
		return n + p->nsurvivors;
	return n + (!p->group_gone && sys->kill(-p->last_pid, signal_for(p)) == 0);
}

/* Tier B for all that are lingering: 0, or the errno of a look that failed. */
static int
signal_adopted(void)
{
	struct proc *p;
	bool any = false;

	if (loose_tier != TIER_B)
		return 0;
	TAILQ_FOREACH(p, &core.lingering, linger_link) {
		p->nsurvivors = 0;
		any = any || p->loose;
	}
	return any && adopted_signal(signal_for) == -1 ? errno : 0;
}

static void
on_timer(struct loop_timer *t);

/* Is something left of p?  After adopted_signal(), which returned `no`. */
static bool
is_left(struct proc *p, int no)
{
	int n = signal_left(p);

	if (n == -1)
		no = errno;
	else if (n > 0 || !p->loose || no == 0) {
		p->blind = 0;
		return n > 0;
	}
	if (++p->blind < BLIND_MAX) {
		loop_timer_start(&scan_timer, BLIND_PAUSE_MS, on_timer);
		return true;
	}
	log_error("cannot look for processes that '%s' has left behind: %s", p->conf->name,
	    strerror(no));
	p->blind = 0;
	return false;
}

/* Who dies may leave children of its own to us: again, until there is nobody. */
static int
sweep_all(void)
{
	int boxed = tier == TIER_A ? cgroup_kill_all() : 0;
	int found = loose_tier == TIER_B ? adopted_kill_all() : 0;

	if (boxed == 0 && found == 0) {
		sweep = SWEEP_DONE;
		life_swept();
	} else if ((boxed == -1 || found == -1) && ++blind_sweeps < BLIND_MAX)
		loop_timer_start(&scan_timer, BLIND_PAUSE_MS, on_timer);
	return found;
}

static void
scan(void)
{
	struct proc *p, *next;
	int no;

	last_scan_ms = loop_now();
	loop_timer_stop(&scan_timer);
	no = signal_adopted();
	TAILQ_FOREACH_SAFE(p, &core.lingering, linger_link, next) {
		if (is_left(p, no))
			continue;
		survivors_forget(p);
		if (p->fsm.st == P_EXITED)
			proc_hold_restart(p, 0);
		else {
			p->loose = false;
			proc_gone(p);
		}
	}
	if (sweep == SWEEP_RUNS)
		sweep_all();
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
	if (loop_timer_active(&scan_timer) && loop_timer_left(&scan_timer) <= SCAN_PAUSE_MS)
		return;
	if (wait_ms <= 0)
		scan();
	else
		loop_timer_start(&scan_timer, wait_ms, on_timer);
}

/* fresh: its main process was reaped just now; later the group's number may be another's. */
static void
linger(struct proc *p, bool fresh)
{
	if (p->lingering)
		return;
	p->lingering = true;
	p->blind = 0;
	p->group_gone = !fresh;
	if (fresh)
		probe_group(p);
	TAILQ_INSERT_TAIL(&core.lingering, p, linger_link);
}

void
survivors_check(struct proc *p)
{
	linger(p, true);
	loop_job_add(&scan_job, on_job);
}

void
survivors_check_late(struct proc *p)
{
	linger(p, false);
	loop_job_add(&scan_job, on_job);
}

static void
shoo(struct proc *p, bool fresh)
{
	p->killed = false;
	p->stop_step = 0;
	if (tier == TIER_C)
		return;
	linger(p, fresh);
	if (is_left(p, signal_adopted()))
		proc_hold_restart(p, SHOO_MS);
	else
		survivors_forget(p);
}

void
survivors_shoo(struct proc *p)
{
	shoo(p, true);
}

void
survivors_shoo_late(struct proc *p)
{
	shoo(p, false);
}

void
survivors_ask_again(struct proc *p)
{
	log_info("what '%s' left behind gets %s", p->conf->name,
	    conf_signal_name(stopping_signal(p)));
	free(p->asked);
	p->asked = NULL;
	loop_job_add(&scan_job, on_job);
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
	struct proc *p;

	TAILQ_FOREACH(p, &core.lingering, linger_link)
		if (p->loose && !p->group_gone)
			probe_group(p);
	if (sweep == SWEEP_RUNS || !TAILQ_EMPTY(&core.lingering))
		loop_job_add(&scan_job, on_job);
}

bool
survivors_asked(struct proc *p, pid_t pid)
{
	if (p->asked == NULL)
		p->asked = calloc(1, sizeof(*p->asked));
	if (p->asked == NULL)
		return false;
	for (size_t i = 0; i < p->asked->n && i < ASKED_MAX; i++)
		if (p->asked->pid[i] == pid)
			return true;
	p->asked->pid[p->asked->n++ % ASKED_MAX] = pid;
	return false;
}

pid_t
survivors_one(const struct proc *p)
{
	return p->asked != NULL ? p->asked->pid[0] : 0;
}

void
survivors_forget(struct proc *p)
{
	if (!p->lingering)
		return;
	free(p->asked);
	p->asked = NULL;
	p->lingering = false;
	TAILQ_REMOVE(&core.lingering, p, linger_link);
}

int
survivors_sweep(void)
{
	sweep = SWEEP_RUNS;
	return sweep_all();
}

bool
survivors_swept(void)
{
	return sweep == SWEEP_DONE;
}
