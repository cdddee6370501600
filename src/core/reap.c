/*
 * Reaping.  From that moment on a pid may belong to somebody else, so its process
 * forgets it at once.
 */
#include "core/reap.h"

#include <sys/wait.h>
#include <stdio.h>

#include "base/log.h"
#include "core/core.h"
#include "core/errand.h"
#include "core/launch.h"
#include "core/proc.h"
#include "core/ready.h"
#include "core/survivors.h"

#define REAP_BATCH	256	/* then let the rest of the loop breathe */
#define ORPHAN_LINES	10	/* per second in the log, the others are counted */

static struct loop_timer more;

/* supervisord's line for each; a storm of orphans becomes a count. */
static void
log_orphan(pid_t pid, int status)
{
	static int64_t second;
	static unsigned lines, unsaid;
	int64_t now = loop_now() / 1000;

	if (now != second) {
		if (unsaid > 0)
			log_info("reaped %u more unknown pids", unsaid);
		second = now;
		lines = unsaid = 0;
	}
	if (lines++ >= ORPHAN_LINES) {
		unsaid++;
		return;
	}
	if (WIFSIGNALED(status))
		log_info("reaped unknown pid %d (terminated by %s)", (int)pid,
		    conf_signal_name(WTERMSIG(status)) ?
		    conf_signal_name(WTERMSIG(status)) : "an unknown signal");
	else
		log_info("reaped unknown pid %d (exit status %d)", (int)pid,
		    WEXITSTATUS(status));
}

static void
on_more(struct loop_timer *t)
{
	(void)t;
	reap_all();
}

void
reap_all(void)
{
	struct reaped r;
	struct proc *p;

	ready_hear();	/* who says that another is its main process may end at once */
	for (int n = 0; n < REAP_BATCH; n++) {
		if (sys->reap(&r) <= 0)
			return;
		p = core_by_pid(r.pid);
		if (p != NULL) {
			proc_reaped(p, &r, launch_end(p));
			continue;
		}
		if (errand_reaped(&r))
			continue;
		core.counts.orphans++;
		log_orphan(r.pid, r.status);
		survivors_orphan_died();
	}
	loop_timer_start(&more, 0, on_more);
}
