/*
 * base/loop.h on a virtual clock.  A turn: jobs, checks, then everything that is
 * ready, in an order that chance decides (timers among themselves by their time,
 * as libev does it).  When nothing is ready, time jumps to whatever comes next.
 */
#include "base/loop.h"

#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/sys.h"
#include "sim.h"

#define TURNS_MAX 400000	/* more is a loop that turns and gets nowhere */

enum kind { IO, TIMER, SIGNAL };

struct entry {
	enum kind kind;
	void	*w;
	uint64_t gen;		/* a watcher started again is another one */
	int	 fd, events;	/* IO; ready: those that hold */
	int64_t	 at_ms;		/* TIMER */
	int	 sig;		/* SIGNAL */
};

static struct entry *entries, *ready;
static size_t nentries, nready, cap;
static uint64_t last_gen;
static bool stopping;
static TAILQ_HEAD(, loop_job) jobs = TAILQ_HEAD_INITIALIZER(jobs);

int
loop_init(void)
{
	nentries = 0;
	TAILQ_INIT(&jobs);
	return 0;
}

void
loop_free(void)
{
	raw_free(entries);
	raw_free(ready);
	entries = ready = NULL;
	nentries = cap = 0;
}

void
loop_forget(void)
{
	TAILQ_INIT(&jobs);
	loop_free();
}

size_t
loop_left(void)
{
	return nentries + (TAILQ_EMPTY(&jobs) ? 0 : 1);
}

bool
loop_watches(int fd)
{
	for (size_t i = 0; i < nentries; i++)
		if (entries[i].kind == IO && entries[i].fd == fd)
			return true;
	return false;
}

/* ---- the list of what is active ---- */

static struct entry *
find(const void *w)
{
	for (size_t i = 0; i < nentries; i++)
		if (entries[i].w == w)
			return &entries[i];
	return NULL;
}

static void
add(struct entry e)
{
	if (nentries == cap) {
		cap = cap > 0 ? cap * 2 : 64;
		entries = raw_grow(entries, cap * sizeof(*entries));
		ready = raw_grow(ready, cap * sizeof(*ready));
	}
	if (find(e.w) != NULL)
		fail("a watcher is active, but its own memory says that it is not");
	e.gen = ++last_gen;
	entries[nentries++] = e;
}

static void
drop(const void *w)
{
	struct entry *e = find(w);

	if (e == NULL)
		fail("a watcher is stopped that is not known: its memory was overwritten");
	*e = entries[--nentries];
}

/* ---- base/loop.h ---- */

int64_t
loop_now(void)
{
	return sys->mono_ms();
}

uint64_t
loop_wakeups(void)
{
	return sim.turns;
}

void
loop_turn(void)
{
}

void
loop_stop(void)
{
	stopping = true;
}

void
loop_collect(int us)
{
	(void)us;
}

void
loop_io_start(struct loop_io *w, int fd, int events, loop_io_fn fn)
{
	w->fn = fn;
	if (w->ev.active)
		drop(w);
	w->ev.active = 1;
	w->ev.fd = fd;
	add((struct entry){ .kind = IO, .w = w, .fd = fd, .events = events });
}

void
loop_io_stop(struct loop_io *w)
{
	if (w->ev.active)
		drop(w);
	w->ev.active = 0;
}

bool
loop_io_active(const struct loop_io *w)
{
	return w->ev.active != 0;
}

void
loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn)
{
	int64_t at_ms = sim.now_ms + (delay_ms > 0 ? delay_ms : 0);

	if (delay_ms < 0)
		fail("a timer is started with %lld ms", (long long)delay_ms);
	loop_timer_stop(w);
	w->fn = fn;
	w->ev.active = 1;
	w->ev.at = (double)at_ms;
	add((struct entry){ .kind = TIMER, .w = w, .at_ms = at_ms });
}

void
loop_timer_stop(struct loop_timer *w)
{
	if (w->ev.active)
		drop(w);
	w->ev.active = 0;
}

bool
loop_timer_active(const struct loop_timer *w)
{
	return w->ev.active != 0;
}

int64_t
loop_timer_left(const struct loop_timer *w)
{
	int64_t left = w->ev.active ? (int64_t)w->ev.at - sim.now_ms : 0;

	return left > 0 ? left : 0;
}

void
loop_signal_start(struct loop_signal *w, int sig, loop_signal_fn fn)
{
	w->fn = fn;
	w->ev.active = 1;
	w->ev.signum = sig;
	add((struct entry){ .kind = SIGNAL, .w = w, .sig = sig });
}

void
loop_signal_hold(struct loop_signal *w)
{
	(void)w;			/* a pending one is kept in any case */
}

void
loop_signal_stop(struct loop_signal *w)
{
	if (w->ev.active)
		drop(w);
	w->ev.active = 0;
}

void
loop_job_add(struct loop_job *w, loop_job_fn fn)
{
	w->fn = fn;
	if (w->queued)
		return;
	w->queued = true;
	TAILQ_INSERT_TAIL(&jobs, w, link);
}

void
loop_job_cancel(struct loop_job *w)
{
	if (!w->queued)
		return;
	w->queued = false;
	TAILQ_REMOVE(&jobs, w, link);
}

/* ---- a turn ---- */

static void
run_jobs(void)
{
	struct loop_job *job;
	unsigned n = 0;

	while ((job = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, job, link);
		job->queued = false;
		job->fn(job);
		if (++n > 100000)
			fail("jobs that ask for jobs: the turn has no end");
	}
	log_flush();
}

static void
collect(void)
{
	uint64_t signals = 0;

	for (size_t i = 0; i < nentries; i++)
		if (entries[i].kind == SIGNAL)
			signals |= 1ULL << entries[i].sig;
	signals = kernel_take_signals(signals);
	nready = 0;
	for (size_t i = 0; i < nentries; i++) {
		struct entry e = entries[i];

		if (e.kind == IO && (e.events &= kernel_poll(e.fd)) == 0)
			continue;
		if (e.kind == TIMER && e.at_ms > sim.now_ms)
			continue;
		if (e.kind == SIGNAL && (signals & (1ULL << e.sig)) == 0)
			continue;
		ready[nready++] = e;
	}
}

static void
shuffle(void)
{
	for (size_t i = nready; i > 1; i--) {
		size_t k = rnd((uint32_t)i);
		struct entry e = ready[k];

		ready[k] = ready[i - 1];
		ready[i - 1] = e;
	}
	/* timers keep the order of their times, in the places they have got */
	for (size_t i = 0; i < nready; i++)
		for (size_t k = i + 1; k < nready; k++)
			if (ready[i].kind == TIMER && ready[k].kind == TIMER &&
			    ready[k].at_ms < ready[i].at_ms) {
				struct entry e = ready[k];

				ready[k] = ready[i];
				ready[i] = e;
			}
}

static void
invoke(const struct entry *r)
{
	struct entry *now = find(r->w);

	if (now == NULL || now->gen != r->gen)
		return;		/* stopped by somebody before it in this turn */
	if (r->kind == IO) {
		struct loop_io *w = r->w;

		w->fn(w, r->events);
	} else if (r->kind == TIMER) {
		struct loop_timer *w = r->w;

		loop_timer_stop(w);
		w->fn(w);
	} else {
		struct loop_signal *w = r->w;

		w->fn(w, r->sig);
	}
}

static int64_t
next_timer_ms(void)
{
	int64_t at_ms = INT64_MAX;

	for (size_t i = 0; i < nentries; i++)
		if (entries[i].kind == TIMER && entries[i].at_ms < at_ms)
			at_ms = entries[i].at_ms;
	return at_ms;
}

/* Wait: the world goes on until something is ready for the core. */
static void
wait(void)
{
	for (;;) {
		int64_t world, timer;

		world_run();
		collect();
		if (nready > 0)
			return;
		check_idle();
		world = world_next_ms();
		timer = next_timer_ms();
		if (timer < world)
			world = timer;
		if (world == INT64_MAX)
			fail("the loop sleeps for ever");
		if (world > sim.now_ms)
			sim.now_ms = world;
	}
}

void
loop_run(void)
{
	stopping = false;
	while (!stopping) {
		run_jobs();
		check_turn();
		if (stopping)
			break;
		wait();
		if (strikes(FAULT_SLOW, 10)) {
			int64_t ms = between(1, chance(100) ? 3000 : 30);

			sim.now_ms += ms;
			sim.slack_ms += ms;
		}
		if (++sim.turns > TURNS_MAX)
			fail("more than %d turns", TURNS_MAX);
		shuffle();
		for (size_t i = 0; i < nready; i++)
			invoke(&ready[i]);
	}
}
