/*
 * Arming, starting and keeping the record.
 */
#include "core/timetable.h"

#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/roles.h"

#define LATE_MS		60000	/* a time that was noticed later was missed */
#define EARLY_MS	1000	/* the clock was set back, and nobody has told */
#define SET_BACK_MOST_S	10800	/* set back by so much, nothing runs twice */

static TAILQ_HEAD(, timetable) all = TAILQ_HEAD_INITIALIZER(all);
static struct loop_io clock_io;
static int clock_fd = -1;	/* readable when the wall clock was set; -1: nobody wants it */

static void
on_time(struct loop_timer *t);
static void
on_clock_set(struct loop_io *w, int events);

/* ---- the clock ---- */

static void
watch_clock(bool wanted)
{
	if (wanted && clock_fd == -1) {
		clock_fd = sys->watch_clock(-1);
		if (clock_fd != -1)
			loop_io_start(&clock_io, clock_fd, LOOP_READ, on_clock_set);
	} else if (!wanted && clock_fd != -1) {
		loop_io_stop(&clock_io);
		fd_close(&clock_fd);
	}
}

bool
timetable_any(void)
{
	struct timetable *t;

	TAILQ_FOREACH(t, &all, link)
		if (t->due_wall_ms != -1)
			return true;
	return false;
}

/* ---- the record ---- */

static struct run *
add_run(struct timetable *t, enum run_result result, int64_t wall_ms)
{
	struct run *r = &t->runs[t->nruns++ % RUNS_KEPT];

	*r = (struct run){ .wall_ms = wall_ms, .took_ms = -1, .since_ms = loop_now(),
		.result = (uint8_t)result };
	t->open = result == RUN_NOW;
	return r;
}

static void
end_run(struct timetable *t)
{
	struct run *r = &t->runs[(t->nruns - 1) % RUNS_KEPT];
	const struct proc *p = t->p;

	t->open = false;
	r->took_ms = loop_now() - r->since_ms;
	r->result = p->not_executed || p->dep_failed ? RUN_NOT_STARTED : RUN_ENDED;
	r->status = p->status;
}

/* An open run stays the newest. */
static void
note_passed_over(struct timetable *t, enum run_result result)
{
	static const char *const why[] = {
		[RUN_SKIPPED] = "the run before it has not ended",
		[RUN_STOPPED] = "a person has stopped it",
		[RUN_OFF] = "no role that is on has it",
		[RUN_MISSED] = "its time has passed",
	};
	struct run now = { 0 };

	log_info("%s: its run is passed over: %s", t->p->conf->name, why[result]);
	if (!t->open) {
		add_run(t, result, t->due_wall_ms);
		return;
	}
	now = t->runs[--t->nruns % RUNS_KEPT];
	add_run(t, result, t->due_wall_ms);
	t->runs[t->nruns++ % RUNS_KEPT] = now;
	t->open = true;
}

/* ---- starting ---- */

static const struct asker by_schedule = { CAUSE_SCHEDULE, 0 };

static void
start(struct timetable *t)
{
	struct err e;

	t->queued = false;
	if (proc_start(t->p, by_schedule, &e) == 0)
		return;
	log_warn("%s: its run could not be started: %s", t->p->conf->name, e.msg);
	add_run(t, RUN_NOT_STARTED, sys->wall_ms())->took_ms = 0;
}

static void
start_queued(struct loop_job *j)
{
	struct timetable *t = LOOP_OWNER(j, struct timetable, job);

	if (t->queued && core.state == SUP_RUNNING && pstate_is_stopped(t->p->fsm.st) &&
	    !t->p->stopped_by_person)
		start(t);
	t->queued = false;
}

static bool
is_busy(const struct proc *p)
{
	return !pstate_is_stopped(p->fsm.st) || proc_restart_due(p);
}

static void
run_now(struct timetable *t)
{
	struct proc *p = t->p;

	if (p->stopped_by_person)
		note_passed_over(t, RUN_STOPPED);
	else if (p->roles != NULL && !p->roles->wanted)
		note_passed_over(t, RUN_OFF);
	else if (!is_busy(p))
		start(t);
	else if (p->conf->when->overlap == OVERLAP_KILL && pstate_is_running(p->fsm.st) &&
	    !p->updating)
		order_restart(p, by_schedule);
	else if (p->conf->when->overlap == OVERLAP_QUEUE && !t->queued)
		t->queued = true;
	else
		note_passed_over(t, RUN_SKIPPED);
}

/* ---- time ---- */

static int64_t
random_ms(int64_t most)
{
	uint64_t n = 0;

	if (most <= 0 || sys->random(&n, sizeof(n)) != sizeof(n))
		return 0;
	return (int64_t)(n % (uint64_t)(most + 1));
}

/* The next time by the fields; a clock that was set back a little repeats none. */
static int64_t
next_after(const struct timetable *t, int64_t now_s)
{
	const struct conf_when *w = t->p->conf->when;

	if (t->done_s > now_s && t->done_s - now_s <= SET_BACK_MOST_S)
		now_s = t->done_s;
	return cron_next(&w->schedule.cron, w->zone, now_s);
}

static void
arm(struct timetable *t)
{
	const struct conf_when *w = t->p->conf->when;
	int64_t wall_ms = sys->wall_ms(), delay_ms;

	t->due_wall_ms = -1;
	loop_timer_stop(&t->timer);
	if (w->schedule.cron.kind == CRON_START)
		return;
	if (w->schedule.cron.kind == CRON_EVERY) {
		delay_ms = w->schedule.cron.every_ms;
	} else {
		t->next_s = next_after(t, wall_ms / 1000);
		if (t->next_s == -1) {
			log_warn("%s: its schedule '%s' means no time within eight years",
			    t->p->conf->name, w->schedule.text);
			return;
		}
		delay_ms = t->next_s * 1000 - wall_ms;
	}
	delay_ms += random_ms(w->jitter);
	t->due_wall_ms = wall_ms + delay_ms;
	loop_timer_start(&t->timer, delay_ms, on_time);
}

/* Run, unless that time is long over; then wait for the next. */
static void
come_due(struct timetable *t)
{
	const struct conf_when *w = t->p->conf->when;
	bool late = w->schedule.cron.kind == CRON_FIELDS &&
	    sys->wall_ms() - t->due_wall_ms > LATE_MS;

	if (core.state != SUP_RUNNING || t->p->leaving)
		return;
	if (late && w->catchup == CATCHUP_NONE)
		note_passed_over(t, RUN_MISSED);
	else
		run_now(t);
	t->done_s = t->next_s;
	arm(t);
}

static void
on_time(struct loop_timer *timer)
{
	struct timetable *t = LOOP_OWNER(timer, struct timetable, timer);

	if (t->p->conf->when->schedule.cron.kind == CRON_FIELDS &&
	    t->due_wall_ms - sys->wall_ms() > EARLY_MS)
		arm(t);
	else
		come_due(t);
}

/* Also after the machine has slept. */
static void
on_clock_set(struct loop_io *w, int events)
{
	int64_t wall_ms = sys->wall_ms();
	struct timetable *t, *next;

	(void)w;
	(void)events;
	if (sys->watch_clock(clock_fd) == -1)
		watch_clock(false);
	TAILQ_FOREACH_SAFE(t, &all, link, next) {
		if (t->due_wall_ms == -1 || t->p->conf->when->schedule.cron.kind != CRON_FIELDS)
			continue;
		if (wall_ms >= t->due_wall_ms)
			come_due(t);
		else
			arm(t);
	}
}

/* ---- life ---- */

int
timetable_attach(struct proc *p)
{
	struct timetable *t = p->timetable;

	if (p->conf->when == NULL || p->conf->when->schedule.cron.kind == CRON_NONE) {
		timetable_detach(p);
		return 0;
	}
	if (t == NULL) {
		t = calloc(1, sizeof(*t));
		if (t == NULL)
			return -1;
		t->p = p;
		p->timetable = t;
		TAILQ_INSERT_TAIL(&all, t, link);
	}
	t->done_s = 0;
	arm(t);
	if (t->due_wall_ms != -1 && p->conf->when->schedule.cron.kind == CRON_FIELDS)
		watch_clock(true);
	return 0;
}

void
timetable_detach(struct proc *p)
{
	struct timetable *t = p->timetable;

	if (t == NULL)
		return;
	loop_timer_stop(&t->timer);
	loop_job_cancel(&t->job);
	TAILQ_REMOVE(&all, t, link);
	free(t);
	p->timetable = NULL;
	if (TAILQ_EMPTY(&all))
		watch_clock(false);
}

void
timetable_recall(struct proc *p)
{
	struct timetable *t = p->timetable;

	if (t != NULL)
		add_run(t, RUN_NOW, p->start_wall_ms)->since_ms = p->start_ms;
}

void
timetable_state_changed(struct proc *p, enum pstate from)
{
	struct timetable *t = p->timetable;

	if (t == NULL || from == p->fsm.st)
		return;
	if (p->fsm.st == P_STARTING && !t->open)
		add_run(t, RUN_NOW, sys->wall_ms());
	else if (t->open && (p->fsm.st == P_EXITED || p->fsm.st == P_STOPPED ||
	    p->fsm.st == P_FATAL))
		end_run(t);
	if (t->queued && pstate_is_stopped(p->fsm.st))
		loop_job_add(&t->job, start_queued);
}

void
timetable_release(void)
{
	watch_clock(false);
}
