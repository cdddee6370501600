/*
 * Those that were asked to stop stand in the order in which they were asked, so one timer
 * does for all.
 */
#include "core/resume.h"

#include <signal.h>

#include "core/core.h"

#define RESUME_MS	20	/* an orderly end takes less or much longer */

static TAILQ_HEAD(, proc) asked = TAILQ_HEAD_INITIALIZER(asked);
static struct loop_timer timer;

static void
on_timer(struct loop_timer *t)
{
	int64_t now = loop_now();
	struct proc *p;

	while ((p = TAILQ_FIRST(&asked)) != NULL && p->resume_ms <= now) {
		resume_forget(p);
		sys->kill(p->conf->stopasgroup ? -p->pid : p->pid, SIGCONT);
	}
	if (p != NULL)
		loop_timer_start(t, p->resume_ms - now, on_timer);
}

void
resume_later(struct proc *p)
{
	resume_forget(p);
	p->resume_ms = loop_now() + RESUME_MS;
	TAILQ_INSERT_TAIL(&asked, p, resume_link);
	if (!loop_timer_active(&timer))
		loop_timer_start(&timer, RESUME_MS, on_timer);
}

void
resume_forget(struct proc *p)
{
	if (p->resume_ms == 0)
		return;
	p->resume_ms = 0;
	TAILQ_REMOVE(&asked, p, resume_link);
	if (TAILQ_EMPTY(&asked))
		loop_timer_stop(&timer);
}

void
resume_release(void)
{
	loop_timer_stop(&timer);
}
