/*
 * Life of the logger: set up, run, and the two ways to end.  Told to finish, it takes
 * what is in the pipes and writes what it holds, within the time given.
 * When the core is gone without a word, programs may still be writing: it goes on until
 * every pipe has ended or nothing came for a second.
 */
#include "log/log.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/sys.h"
#include "log/console.h"
#include "log/corelink.h"
#include "log/echo.h"
#include "log/flow.h"
#include "log/logger.h"
#include "log/reader.h"
#include "log/syslog.h"
#include "log/turn.h"
#include "wire/feed.h"

#define RING_DEFAULT	4096		/* bytes; supctl tail shows 1600 */
#define NOFILE_WANT	1000000		/* descriptors: two per stream */
#define FINISH_LOOK_MS	5		/* a sink that is slow, not stuck */
#define QUIET_MS	1000

struct logger logger;
char logger_scratch[FEED_MAX];

static struct loop_timer end_timer;
static int64_t end_ms;			/* when to leave at the latest */
static int64_t moved_ms;		/* when bytes were last moved */

/* ---- the end ---- */

/* Is there something that its sink does not take? */
static bool
is_stuck(const struct flow *f)
{
	if (f->hold == NULL)
		return false;
	return f->hold->pend.len > 0 || (f->hold->error != 0 && !flow_loses(f) &&
	    f->pipe != -1 && sys->can_read(f->pipe));
}

static bool
all_written(void)
{
	size_t n;
	struct flow **flows = flow_all(&n);

	for (size_t i = 0; i < n; i++)
		if (is_stuck(flows[i]))
			return false;
	return console_empty();
}

/* One batch of each pipe; what was taken in all. */
static size_t
drain_round(void)
{
	size_t n, all = 0;
	struct flow **flows = flow_all(&n);

	for (size_t i = 0; i < n; i++)
		all += flow_batch(flows[i]);
	return all;
}

static void
on_finish(struct loop_timer *timer)
{
	size_t n;
	struct flow **flows = flow_all(&n);
	bool late;

	/* The clock is looked at between rounds: a program may write without end. */
	while (!(late = sys->mono_ms() >= end_ms) && drain_round() > 0)
		;
	for (size_t i = 0; i < n; i++) {
		flow_end_run(flows[i]);
		syslog_end(flows[i]);
		echo_end(flows[i]);
		flow_push(flows[i], true);
	}
	if (late || all_written())
		loop_stop();
	else
		loop_timer_start(timer, FINISH_LOOK_MS, on_finish);
}

void
logger_finish(int64_t ms)
{
	end_ms = sys->mono_ms() + ms;
	turn_hurry();
	loop_timer_start(&end_timer, 0, on_finish);
}

static bool
all_ended(void)
{
	size_t n;
	struct flow **flows = flow_all(&n);

	for (size_t i = 0; i < n; i++)
		if (!flows[i]->eof)
			return false;
	return true;
}

static void
on_orphan(struct loop_timer *timer)
{
	int64_t now = sys->mono_ms();

	if (drain_round() > 0)
		moved_ms = now;
	if (all_ended() || now - moved_ms >= QUIET_MS)
		logger_finish(QUIET_MS);
	else
		loop_timer_start(timer, QUIET_MS / 10, on_orphan);
}

void
logger_orphaned(void)
{
	if (end_ms != 0)
		return;
	moved_ms = sys->mono_ms();
	loop_timer_start(&end_timer, 0, on_orphan);
}

/* ---- the begin ---- */

/* The core decides when we end, also when a terminal or a shutdown signals everybody. */
static void
ignore_signals(void)
{
	static const int all[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
		SIGPIPE, SIGXFSZ, SIGTSTP, SIGTTOU };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		signal(all[i], SIG_IGN);
}

int
log_main(int argc, char **argv)
{
	unsigned long long soft, hard;
	int counters = FEED_COUNTERS_FD;
	struct stat st;

	(void)argc;
	(void)argv;
	if (sys->fstat(FEED_FD, &st) == -1 || !S_ISSOCK(st.st_mode))
		die("supd logger: descriptor %d is no socket: supd starts the logger by "
		    "itself", FEED_FD);
	if (sys->fstat(counters, &st) == -1 || !S_ISREG(st.st_mode))
		counters = -1;
	ignore_signals();
	fd_raise_limit(NOFILE_WANT, &soft, &hard);
	logfile_set_limit((int)(hard < NOFILE_WANT ? hard : NOFILE_WANT));
	logger.ring_max = RING_DEFAULT;
	if (loop_init() == -1 || tally_init(counters) == -1)
		die("supd logger: cannot start: no memory or no way to wait for events");
	corelink_init();
	loop_run();
	reader_release_all();
	flow_release_all();
	turn_release();
	console_release();
	echo_release();
	syslog_close();
	corelink_release();
	tally_release();
	free(logger.ident);
	loop_free();
	return 0;
}
