/*
 * Clocks of clients: silent ones, slow ones and idle ones are closed after a
 * time, by one timer for all.
 */
#include "ctl/clock.h"

#include <limits.h>

#define COARSE_MS 500	/* added to every wait, so that neighbours expire together */

static struct client_list lists[CLOCK_KINDS];
static struct loop_timer sweep;
static int64_t sweep_ms;	/* when it fires */
static bool pressed;

static int64_t
limit_ms(enum client_clock kind)
{
	if (pressed)
		return CLOCK_FULL_MS;
	return kind == CLOCK_OWES ? CLOCK_OWES_MS : CLOCK_IDLE_MS;
}

static bool
running(void)
{
	return !TAILQ_EMPTY(&lists[CLOCK_OWES]) || !TAILQ_EMPTY(&lists[CLOCK_IDLE]);
}

static void on_sweep(struct loop_timer *t);

/* Look again not later than this; a timer that fires before is early, not wrong. */
static void
arm(int64_t at_ms)
{
	int64_t now = loop_now();

	if (loop_timer_active(&sweep) && sweep_ms <= at_ms)
		return;
	sweep_ms = at_ms + COARSE_MS;
	loop_timer_start(&sweep, sweep_ms > now ? sweep_ms - now : 0, on_sweep);
}

static void
arm_for_heads(void)
{
	struct client *c;

	for (int k = 0; k < CLOCK_NONE; k++)
		if ((c = TAILQ_FIRST(&lists[k])) != NULL)
			arm(c->since_ms + limit_ms((enum client_clock)k));
}

/* The first to be closed makes room, and with that the limits are the longer ones. */
static void
on_sweep(struct loop_timer *t)
{
	int64_t now = loop_now(), limits[CLOCK_NONE];
	int most = pressed ? CLOCK_AT_ONCE : INT_MAX;
	struct client *c;

	(void)t;
	for (int k = 0; k < CLOCK_NONE; k++)
		limits[k] = limit_ms((enum client_clock)k);
	for (int k = 0; k < CLOCK_NONE; k++)
		while ((c = TAILQ_FIRST(&lists[k])) != NULL && most > 0 &&
		    now - c->since_ms >= limits[k]) {
			client_close(c);
			most--;
		}
	arm_for_heads();
}

void
clock_init(void)
{
	for (int k = 0; k < CLOCK_KINDS; k++)
		TAILQ_INIT(&lists[k]);
	pressed = false;
}

void
clock_add(struct client *c)
{
	c->clock = CLOCK_OWES;
	c->since_ms = loop_now();
	TAILQ_INSERT_TAIL(&lists[CLOCK_OWES], c, link);
	arm(c->since_ms + limit_ms(CLOCK_OWES));
}

void
clock_remove(struct client *c)
{
	TAILQ_REMOVE(&lists[c->clock], c, link);
	if (!running())
		loop_timer_stop(&sweep);
}

void
clock_set(struct client *c, enum client_clock kind, bool restart)
{
	if (c->clock == kind && !restart)
		return;
	TAILQ_REMOVE(&lists[c->clock], c, link);
	c->clock = kind;
	c->since_ms = loop_now();
	TAILQ_INSERT_TAIL(&lists[kind], c, link);
	if (kind != CLOCK_NONE)
		arm(c->since_ms + limit_ms(kind));
	else if (!running())
		loop_timer_stop(&sweep);
}

void
clock_press(bool full)
{
	if (pressed == full)
		return;
	pressed = full;
	if (full)
		arm_for_heads();
}

struct client *
clock_any(void)
{
	struct client *c;

	for (int k = 0; k < CLOCK_KINDS; k++)
		if ((c = TAILQ_FIRST(&lists[k])) != NULL)
			return c;
	return NULL;
}
