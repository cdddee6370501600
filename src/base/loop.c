/*
 * The event loop on libev.  libev's own time stamp follows the wall clock, so
 * the time of the loop is read from the table in sys.h instead.
 */
#include "base/loop.h"

#include <sys/signalfd.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/spawn.h"
#include "base/sys.h"

static struct ev_loop *loop;
static uint64_t turns;
static struct ev_prepare end_of_turn;
static TAILQ_HEAD(, loop_job) jobs = TAILQ_HEAD_INITIALIZER(jobs);

/*
 * Signals come through a descriptor: a handler costs several calls more, and a signal
 * that it has caught is lost when we crash before the loop comes to it.  Where the kernel
 * gives no such descriptor, libev's handlers do.
 */
static struct {
	int	 fd;		/* -1: none */
	sigset_t set;		/* what it reports */
	struct loop_io io;
	struct loop_signal *watcher[NSIG];	/* of those in set */
} signals = { .fd = -1 };

static void
run_jobs(struct ev_loop *l, struct ev_prepare *w, int revents)
{
	struct loop_job *job;

	(void)l;
	(void)w;
	(void)revents;
	turns++;
	while ((job = TAILQ_FIRST(&jobs)) != NULL) {
		TAILQ_REMOVE(&jobs, job, link);
		job->queued = false;
		job->fn(job);
	}
	log_flush();
}

int
loop_init(void)
{
	loop = ev_loop_new(EVFLAG_AUTO | EVFLAG_NOENV);
	if (loop == NULL)
		return -1;
	turns = 0;
	ev_prepare_init(&end_of_turn, run_jobs);
	ev_prepare_start(loop, &end_of_turn);
	return 0;
}

void
loop_free(void)
{
	if (loop == NULL)
		return;
	loop_io_stop(&signals.io);
	fd_close(&signals.fd);
	memset(signals.watcher, 0, sizeof(signals.watcher));
	ev_loop_destroy(loop);
	loop = NULL;
}

void
loop_run(void)
{
	ev_run(loop, 0);
}

void
loop_turn(void)
{
	ev_run(loop, EVRUN_NOWAIT);
}

void
loop_stop(void)
{
	ev_break(loop, EVBREAK_ALL);
}

int64_t
loop_now(void)
{
	return sys->mono_ms();
}

/* Each turn waits once, and the first one before anything has happened. */
uint64_t
loop_wakeups(void)
{
	return turns > 0 ? turns - 1 : 0;
}

void
loop_collect(int us)
{
	ev_set_io_collect_interval(loop, us / 1e6);
}

static void
on_io(struct ev_loop *l, struct ev_io *ev, int revents)
{
	struct loop_io *w = LOOP_OWNER(ev, struct loop_io, ev);

	(void)l;
	w->fn(w, ((revents & EV_READ) ? LOOP_READ : 0) |
	    ((revents & EV_WRITE) ? LOOP_WRITE : 0));
}

void
loop_io_start(struct loop_io *w, int fd, int events, loop_io_fn fn)
{
	int want = ((events & LOOP_READ) ? EV_READ : 0) |
	    ((events & LOOP_WRITE) ? EV_WRITE : 0);

	w->fn = fn;
	if (ev_is_active(&w->ev)) {
		if (w->ev.fd == fd && (w->ev.events & (EV_READ | EV_WRITE)) == want)
			return;
		ev_io_stop(loop, &w->ev);
	}
	ev_io_init(&w->ev, on_io, fd, want);
	ev_io_start(loop, &w->ev);
}

void
loop_io_stop(struct loop_io *w)
{
	if (ev_is_active(&w->ev))
		ev_io_stop(loop, &w->ev);
}

bool
loop_io_active(const struct loop_io *w)
{
	return ev_is_active(&w->ev);
}

static void
on_timer(struct ev_loop *l, struct ev_timer *ev, int revents)
{
	struct loop_timer *w = LOOP_OWNER(ev, struct loop_timer, ev);

	(void)l;
	(void)revents;
	w->fn(w);
}

void
loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn)
{
	if (ev_is_active(&w->ev))
		ev_timer_stop(loop, &w->ev);
	/* libev counts from the begin of the turn: a long turn would fire early */
	ev_now_update(loop);
	w->fn = fn;
	ev_timer_init(&w->ev, on_timer, (double)delay_ms / 1000.0, 0.0);
	ev_timer_start(loop, &w->ev);
}

void
loop_timer_stop(struct loop_timer *w)
{
	if (ev_is_active(&w->ev))
		ev_timer_stop(loop, &w->ev);
}

bool
loop_timer_active(const struct loop_timer *w)
{
	return ev_is_active(&w->ev);
}

int64_t
loop_timer_left(const struct loop_timer *w)
{
	double left;

	if (!ev_is_active(&w->ev))
		return 0;
	ev_now_update(loop);
	left = ev_timer_remaining(loop, (struct ev_timer *)(uintptr_t)&w->ev);
	return left > 0 ? (int64_t)(left * 1000.0 + 0.5) : 0;
}

static void
change_mask(int how, int sig)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, sig);
	sigprocmask(how, &set, NULL);
}

/* One in a turn: what we have not read, the kernel keeps also when we crash. */
static void
on_signals(struct loop_io *io, int events)
{
	struct signalfd_siginfo si;

	(void)io;
	(void)events;
	if (read(signals.fd, &si, sizeof(si)) == sizeof(si) && si.ssi_signo < NSIG &&
	    signals.watcher[si.ssi_signo] != NULL)
		signals.watcher[si.ssi_signo]->fn(signals.watcher[si.ssi_signo],
		    (int)si.ssi_signo);
}

static int
report(struct loop_signal *w, int sig)
{
	sigset_t set;
	int fd;

	if (signals.fd == -1)
		sigemptyset(&signals.set);
	set = signals.set;
	sigaddset(&set, sig);
	fd = signalfd(signals.fd, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd == -1)
		return -1;
	signals.fd = fd;
	signals.set = set;
	signals.watcher[sig] = w;
	loop_io_start(&signals.io, fd, LOOP_READ, on_signals);
	return 0;
}

/* It stays blocked: the kernel keeps it. */
static bool
report_no_more(struct loop_signal *w)
{
	int sig = w->ev.signum;

	if (sig <= 0 || signals.watcher[sig] != w)
		return false;
	signals.watcher[sig] = NULL;
	sigdelset(&signals.set, sig);
	signalfd(signals.fd, &signals.set, 0);
	return true;
}

static void
on_signal(struct ev_loop *l, struct ev_signal *ev, int revents)
{
	struct loop_signal *w = LOOP_OWNER(ev, struct loop_signal, ev);

	(void)l;
	(void)revents;
	w->fn(w, ev->signum);
}

void
loop_signal_start(struct loop_signal *w, int sig, loop_signal_fn fn)
{
	w->fn = fn;
	ev_signal_init(&w->ev, on_signal, sig);
	change_mask(SIG_BLOCK, sig);
	if (report(w, sig) == 0)
		return;
	ev_signal_start(loop, &w->ev);
	spawn_signals_changed();
	/* held back until now, so that none was lost before there was a handler */
	change_mask(SIG_UNBLOCK, sig);
}

void
loop_signal_hold(struct loop_signal *w)
{
	change_mask(SIG_BLOCK, w->ev.signum);
	report_no_more(w);
}

void
loop_signal_stop(struct loop_signal *w)
{
	if (!report_no_more(w) && ev_is_active(&w->ev))
		ev_signal_stop(loop, &w->ev);
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
