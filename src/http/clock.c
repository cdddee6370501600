/*
 * Time limits of connections.  Each is in the list of its clock, ordered by the time
 * since which it runs, so the next to expire is at a head; one timer runs for all of
 * them, and none while no clock runs.
 *
 * The limits are on whole steps, not on silence: who sends a byte a minute is as late
 * as who sends none.
 */
#include "http/conn.h"

#define PRESSED_MS	5000	/* idle ones, while others wait to get in */
#define COARSE_MS	500	/* added to every wait, so that neighbours expire together */

TAILQ_HEAD(conn_list, connection);

static struct conn_list lists[HTTP_CLOCKS];
static struct loop_timer sweep;
static int64_t sweep_ms;	/* when it fires */
static bool pressed;

static int64_t
limit_ms(int clock)
{
	static const int64_t limits[] = {
		[HTTP_IDLE] = 75000,	/* browsers keep a connection for about a minute */
		[HTTP_TAKE] = 30000,	/* a megabyte at 35 KB/s */
		[HTTP_GIVE] = 60000,	/* for each 64 KiB */
	};

	return pressed && clock == HTTP_IDLE ? PRESSED_MS : limits[clock];
}

static void on_sweep(struct loop_timer *t);

static void
arm(int64_t at_ms)
{
	int64_t now = loop_now();

	if (loop_timer_active(&sweep) && sweep_ms <= at_ms + COARSE_MS)
		return;
	sweep_ms = at_ms + COARSE_MS;
	loop_timer_start(&sweep, sweep_ms > now ? sweep_ms - now : 0, on_sweep);
}

static void
arm_for_heads(void)
{
	struct connection *c;

	for (int k = 0; k < HTTP_NONE; k++)
		if ((c = TAILQ_FIRST(&lists[k])) != NULL)
			arm(c->since_ms + limit_ms(k));
}

static void
on_sweep(struct loop_timer *t)
{
	int64_t now = loop_now();
	struct connection *c;

	(void)t;
	for (int k = 0; k < HTTP_NONE; k++)
		while ((c = TAILQ_FIRST(&lists[k])) != NULL &&
		    now - c->since_ms >= limit_ms(k)) {
			http_clock_set(c, HTTP_NONE);
			conn_doom(c);
		}
	arm_for_heads();
}

void
http_clock_init(void)
{
	for (int k = 0; k < HTTP_CLOCKS; k++)
		TAILQ_INIT(&lists[k]);
	pressed = false;
}

void
http_clock_add(struct connection *c)
{
	c->clock = HTTP_IDLE;
	c->since_ms = loop_now();
	TAILQ_INSERT_TAIL(&lists[HTTP_IDLE], c, link);
	arm(c->since_ms + limit_ms(HTTP_IDLE));
}

static void
stop_if_unused(void)
{
	for (int k = 0; k < HTTP_NONE; k++)
		if (!TAILQ_EMPTY(&lists[k]))
			return;
	loop_timer_stop(&sweep);
}

void
http_clock_remove(struct connection *c)
{
	TAILQ_REMOVE(&lists[c->clock], c, link);
	stop_if_unused();
}

void
http_clock_set(struct connection *c, enum http_clock clock)
{
	TAILQ_REMOVE(&lists[c->clock], c, link);
	c->clock = clock;
	c->since_ms = loop_now();
	TAILQ_INSERT_TAIL(&lists[clock], c, link);
	if (clock != HTTP_NONE)
		arm(c->since_ms + limit_ms((int)clock));
	else
		stop_if_unused();
}

void
http_clock_press(bool full)
{
	if (pressed == full)
		return;
	pressed = full;
	if (full)
		arm_for_heads();
}

void
http_clock_each(void (*fn)(struct connection *c))
{
	struct connection *c, *next;

	for (int k = 0; k < HTTP_CLOCKS; k++)
		TAILQ_FOREACH_SAFE(c, &lists[k], link, next)
			fn(c);
}

void
http_clock_release(void)
{
	loop_timer_stop(&sweep);
}
