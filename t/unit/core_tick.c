/*
 * Ticks on a virtual clock: none and no timer while nobody wants them, one for each slice,
 * also when the wall clock steps.
 */
#include "core/tick.h"

#include <stdlib.h>

#include "core/core.h"

#include "tap.h"

struct core core;

static int64_t wall_ms = 1795236663250;	/* 3.25 s behind a full minute */
static struct loop_timer *timer;
static int64_t due_ms;			/* on the wall clock, as long as that does not step */
static struct buf told;

static int64_t
fake_wall(void)
{
	return wall_ms;
}

void
loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn)
{
	timer = w;
	w->fn = fn;
	due_ms = delay_ms;
}

void
loop_timer_stop(struct loop_timer *w)
{
	(void)w;
	timer = NULL;
}

void
core_publish(struct core *c, struct event *ev)
{
	(void)c;
	buf_addf(&told, "%lld:%lld ", (long long)ev->period, (long long)(ev->when % 86400));
}

/* The timer's time passes; the wall clock goes along, and steps by so much. */
static void
pass(int64_t step_ms)
{
	struct loop_timer *t = timer;

	wall_ms += due_ms + step_ms;
	timer = NULL;
	t->fn(t);
}

static void
expect(const char *want, const char *name)
{
	is_str(buf_text(&told), want, name);
	buf_clear(&told);
}

int
main(void)
{
	static struct sys table;
	int64_t day_s;

	table = sys_kernel;
	table.wall_ms = fake_wall;
	sys = &table;
	wall_ms -= wall_ms % 86400000;		/* midnight, and then */
	day_s = 3661;
	wall_ms += day_s * 1000 + 250;
	ok(timer == NULL, "nobody wants ticks: no timer");
	tick_want(KIND_BIT(KIND_RUNNING));
	ok(timer == NULL, "other events need none");
	tick_want(KIND_BIT(KIND_TICK_5));
	is_int(due_ms, 3750, "the timer runs until the next slice");
	expect("", "nothing is told at once");
	pass(0);
	expect("5:3665 ", "its begin is told");
	is_int(due_ms, 5000, "and the next one follows");
	tick_want(KINDS_TICK);
	pass(0);
	expect("5:3670 ", "of others the present slice is not told");
	for (int i = 0; i < 10; i++)
		pass(0);
	expect("5:3675 5:3680 5:3685 5:3690 5:3695 5:3700 5:3705 5:3710 5:3715 5:3720 60:3720 ",
	    "a minute with its five seconds");
	tick_want(KIND_BIT(KIND_TICK_3600));
	is_int(due_ms, 3480000, "an hour alone: one timer for all of it");
	pass(0);
	expect("3600:7200 ", "and one tick");
	tick_want(KIND_BIT(KIND_TICK_60));
	is_int(due_ms, 60000, "the next minute");
	pass(600000);
	expect("60:7860 ", "a step forwards: the slice of now, once");
	pass(-7200000);
	expect("60:720 ", "a step backwards as well");
	pass(-60000);
	expect("", "the same slice again is not told twice");
	is_int(due_ms, 60000, "but the next one is waited for");
	pass(-1);
	expect("", "a timer that is early tells nothing");
	is_int(due_ms, 1, "and looks again");
	tick_want(0);
	ok(timer == NULL, "nobody wants them any more: no timer");
	buf_release(&told);
	return tap_done();
}
