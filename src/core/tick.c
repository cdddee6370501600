/*
 * One timer for the nearest of the wanted slices.  It runs on the monotonic clock: a
 * step of the wall clock is noticed when it fires, and a slice other than the last one is
 * told then, whichever way the clock went.
 */
#include "core/tick.h"

#include "core/core.h"

#define PERIODS 3

static const int64_t periods[PERIODS] = { 5, 60, 3600 };	/* seconds */

static struct {
	uint32_t wanted;		/* bits of kinds */
	int64_t	 last[PERIODS];	/* begin of the slice that was told last */
	struct loop_timer timer;
} tick;

static uint32_t
bit(int i)
{
	return KIND_BIT(KIND_TICK_5 + i);
}

static int64_t
slice(int i, int64_t wall_ms)
{
	int64_t s = wall_ms / 1000;

	return s - s % periods[i];
}

static void on_timer(struct loop_timer *t);

static void
arm(void)
{
	int64_t now = sys->wall_ms(), next_ms = INT64_MAX, due_ms;

	for (int i = 0; i < PERIODS; i++) {
		due_ms = (slice(i, now) + periods[i]) * 1000 - now;
		if ((tick.wanted & bit(i)) && due_ms < next_ms)
			next_ms = due_ms;
	}
	if (next_ms == INT64_MAX)
		loop_timer_stop(&tick.timer);
	else
		loop_timer_start(&tick.timer, next_ms, on_timer);
}

static void
on_timer(struct loop_timer *t)
{
	int64_t now = sys->wall_ms();

	(void)t;
	for (int i = 0; i < PERIODS; i++) {
		struct event ev = { .type = EV_TICK, .period = periods[i],
			.when = slice(i, now) };

		if (!(tick.wanted & bit(i)) || ev.when == tick.last[i])
			continue;
		tick.last[i] = ev.when;
		core_publish(&core, &ev);
	}
	arm();
}

void
tick_want(uint32_t kinds)
{
	uint32_t before = tick.wanted;
	int64_t now;

	tick.wanted = kinds & KINDS_TICK;
	if (tick.wanted == before)
		return;
	now = sys->wall_ms();
	for (int i = 0; i < PERIODS; i++)
		if (tick.wanted & ~before & bit(i))
			tick.last[i] = slice(i, now);
	arm();
}
