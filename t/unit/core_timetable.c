/*
 * What a schedule does when somebody sets the clock.  The program cannot be started, so that
 * a run that was tried shows as one that was not started.
 */
#include "core/timetable.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "tap.h"

#define NOON INT64_C(1795262400)	/* 2026-11-21 12:00:00 UTC */
#define HOUR 3600

static struct sys fake;
static int64_t wall_s = NOON;
static int clock_pipe[2];

static int64_t
f_wall_ms(void)
{
	return wall_s * 1000;
}

static int
f_watch_clock(int fd)
{
	char c;

	if (fd != -1 && read(fd, &c, 1) != 1)
		return -1;
	return clock_pipe[0];
}

/* As the kernel tells it. */
static void
set_clock(int64_t s)
{
	wall_s = s;
	if (write(clock_pipe[1], "x", 1) == 1)
		loop_turn();
}

static const struct run *
last_run(const struct proc *p)
{
	return &p->timetable->runs[(p->timetable->nruns - 1) % RUNS_KEPT];
}

int
main(void)
{
	static struct config config;
	struct pgroup g = { .name = (char *)(uintptr_t)"x" };
	struct conf_when when = { .zone = (char *)(uintptr_t)"UTC" };
	struct program conf = { .name = g.name, .command = (char *)(uintptr_t)"/nonexistent",
		.when = &when };
	struct proc p = { .conf = &conf, .group = &g, .fsm.st = P_STOPPED };
	struct err e;

	fake = sys_kernel;
	fake.wall_ms = f_wall_ms;
	fake.watch_clock = f_watch_clock;
	sys = &fake;
	core.config = &config;
	core.state = SUP_RUNNING;
	if (pipe(clock_pipe) == -1 || loop_init() == -1 ||
	    cron_parse(&when.schedule.cron, "0 * * * *", &e) == -1)
		return 1;
	when.schedule.text = (char *)(uintptr_t)"0 * * * *";

	is_int(timetable_attach(&p), 0, "a program with a schedule");
	is_int(p.timetable->due_wall_ms / 1000, NOON + HOUR, "waits for the next hour");
	set_clock(NOON + HOUR / 2);
	is_int(p.timetable->due_wall_ms / 1000, NOON + HOUR, "set forward: still the same time");
	ok(loop_timer_left(&p.timetable->timer) <= HOUR / 2 * 1000, "which is nearer now");
	is_int(p.timetable->nruns, 0, "nothing has run");

	set_clock(NOON + 3 * HOUR + 600);
	is_int(p.timetable->nruns, 1, "set past three times: one line");
	is_int(last_run(&p)->result, RUN_MISSED, "they were missed");
	is_int(p.timetable->due_wall_ms / 1000, NOON + 4 * HOUR, "the next one follows");

	when.catchup = CATCHUP_ONCE;
	set_clock(NOON + 7 * HOUR);
	is_int(p.timetable->nruns, 2, "schedule_catchup=once: one run");
	is_int(last_run(&p)->result, RUN_NOT_STARTED, "was tried");
	is_int(p.timetable->due_wall_ms / 1000, NOON + 8 * HOUR, "and then the next time");

	set_clock(NOON + 8 * HOUR + 1);
	is_int(p.timetable->nruns, 3, "just in time");
	set_clock(NOON + 7 * HOUR + 1800);
	is_int(p.timetable->due_wall_ms / 1000, NOON + 9 * HOUR, "set back a little: not twice");
	set_clock(NOON);
	is_int(p.timetable->due_wall_ms / 1000, NOON + HOUR, "set back far: from there on");
	is_int(p.timetable->nruns, 3, "that is no reason to run");
	timetable_detach(&p);
	ok(!timetable_any(), "nobody waits any more");
	loop_free();
	return tap_done();
}
