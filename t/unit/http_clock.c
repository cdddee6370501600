/*
 * Time limits of connections, on a clock of the test's.
 */
#include "http/conn.h"

#include <stdlib.h>

#include "base/buf.h"
#include "tap.h"

#define N 10

static int64_t now_ms;
static struct loop_timer *timer;	/* NULL: none runs */
static int64_t timer_ms;
static struct connection conns[N];
static struct buf doomed;

/* ---- what clock.c needs ---- */

int64_t
loop_now(void)
{
	return now_ms;
}

void
loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn)
{
	timer = w;
	w->fn = fn;
	timer_ms = now_ms + delay_ms;
}

void
loop_timer_stop(struct loop_timer *w)
{
	if (timer == w)
		timer = NULL;
}

bool
loop_timer_active(const struct loop_timer *w)
{
	return timer == w;
}

void
conn_doom(struct connection *c)
{
	buf_addf(&doomed, "%d@%lld ", (int)(c - conns), (long long)now_ms / 1000);
}

/* ---- the test ---- */

static void
pass_to(int64_t s)
{
	while (timer != NULL && timer_ms <= s * 1000) {
		struct loop_timer *t = timer;

		now_ms = timer_ms > now_ms ? timer_ms : now_ms;
		timer = NULL;
		t->fn(t);
	}
	now_ms = s * 1000;
}

static const char *
ended(void)
{
	static char text[400];

	snprintf(text, sizeof(text), "%s", buf_text(&doomed));
	buf_clear(&doomed);
	return text;
}

int
main(void)
{
	http_clock_init();
	ok(timer == NULL, "no timer without a connection");
	http_clock_add(&conns[0]);
	pass_to(10);
	http_clock_add(&conns[1]);
	http_clock_set(&conns[1], HTTP_TAKE);	/* its first line has come */
	pass_to(39);
	is_str(ended(), "", "a request has 30 seconds");
	pass_to(41);
	is_str(ended(), "1@40 ", "no more, however it comes");
	pass_to(74);
	is_str(ended(), "", "who asks nothing has 75");
	pass_to(80);
	is_str(ended(), "0@75 ", "then he is closed");
	http_clock_add(&conns[2]);
	http_clock_set(&conns[2], HTTP_GIVE);
	pass_to(130);
	http_clock_set(&conns[2], HTTP_GIVE);	/* a piece was taken */
	pass_to(180);
	is_str(ended(), "", "an answer may take long");
	pass_to(191);
	is_str(ended(), "2@190 ", "if it is taken at all");
	ok(timer == NULL, "no timer when nothing has a limit");
	http_clock_add(&conns[3]);
	http_clock_set(&conns[3], HTTP_NONE);
	ok(timer == NULL, "what waits for us has none");
	pass_to(1000);
	http_clock_set(&conns[3], HTTP_IDLE);
	http_clock_add(&conns[4]);
	http_clock_set(&conns[4], HTTP_TAKE);
	pass_to(1002);
	http_clock_press(true);
	pass_to(1010);
	is_str(ended(), "3@1005 ", "while others wait, idle ones have five seconds");
	http_clock_press(false);
	http_clock_add(&conns[5]);
	pass_to(1029);
	is_str(ended(), "", "and longer again afterwards");
	for (int i = 0; i < 6; i++)
		if (i != 5)
			http_clock_remove(&conns[i]);
	ok(timer != NULL, "the timer runs for the last one");
	http_clock_remove(&conns[5]);
	ok(timer == NULL, "and stops with it");
	http_clock_release();
	buf_release(&doomed);
	return tap_done();
}
