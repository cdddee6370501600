/*
 * A descriptor that is always readable makes the loop turn without end while there
 * are such flows; the pause keeps that from being a spin.
 */
#include "log/turn.h"

#include "base/fd.h"
#include "base/loop.h"
#include "base/sys.h"
#include "log/flow.h"
#include "log/pace.h"

#define POLLED_MAX	16	/* flows; more than a few cannot be that busy */
#define POLLED_BYTES	4096	/* in a turn: below that being watched is cheaper */
#define POLLED_AFTER	8	/* such turns in a row */

static struct loop_job job;
static struct pace pace;
static size_t most;			/* bytes from one pipe in this turn */
static int pause_us;
static bool hurry;
static struct flow *polled[POLLED_MAX];	/* borrowed: turn_forget() */
static size_t npolled;
static int ready[2] = { -1, -1 };	/* a pipe with a byte in it */
static struct loop_io io;

static void
on_turn_end(struct loop_job *w)
{
	int now = pace_turn(&pace, most, sys->mono_us());

	(void)w;
	most = 0;
	if (now != pause_us && !hurry)
		loop_collect(now);
	pause_us = now;
}

void
turn_forget(struct flow *f)
{
	f->streak = 0;
	if (!f->polled)
		return;
	f->polled = false;
	for (size_t i = 0; i < npolled; i++)
		if (polled[i] == f)
			polled[i] = polled[--npolled];
	if (npolled == 0)
		loop_io_stop(&io);
}

static void
on_ready(struct loop_io *w, int events)
{
	(void)w;
	(void)events;
	for (size_t i = npolled; i > 0; i--) {
		struct flow *f = polled[i - 1];
		size_t n = flow_turn(f);

		if (f->polled && (n < POLLED_BYTES || pause_us == 0)) {
			turn_forget(f);
			flow_start(f);
		}
	}
}

static void
poll_flow(struct flow *f)
{
	if (npolled == POLLED_MAX)
		return;
	if (ready[0] == -1 && (sys->pipe(ready) == -1 ||
	    sys->write(ready[1], "", 1) != 1))
		return;
	loop_io_stop(&f->io);
	f->polled = true;
	polled[npolled++] = f;
	loop_io_start(&io, ready[0], LOOP_READ, on_ready);
}

void
turn_moved(struct flow *f, size_t n)
{
	if (n == 0)
		return;
	if (n > most)
		most = n;
	loop_job_add(&job, on_turn_end);
	if (f->polled || pause_us == 0 || n < POLLED_BYTES)
		f->streak = 0;
	else if (++f->streak == POLLED_AFTER)
		poll_flow(f);
}

void
turn_hurry(void)
{
	hurry = true;
	loop_collect(0);
}

void
turn_release(void)
{
	loop_io_stop(&io);
	loop_job_cancel(&job);
	fd_close(&ready[0]);
	fd_close(&ready[1]);
}
