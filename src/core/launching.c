/*
 * What a child has to say between its creation and exec, and the stack, the place and the
 * memory that it uses until then.
 *
 * Exec takes some hundred microseconds.  A wake-up for each answer would cost more
 * than the launch, and take the processor from the child in the middle of exec, so
 * we look for all answers together, after a millisecond; one that takes longer, for a dead
 * file server perhaps, is looked at less and less often.  For an automatic restart nobody
 * waits: what crashes all the time mostly is dead again before we look.
 */
#include "core/launching.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attrs.h"
#include "base/fd.h"
#include "base/spawn.h"
#include "core/guest.h"
#include "core/proc.h"

#define LAUNCHES SPAWN_PLACES

#define LOOK_MS		1
#define LOOK_LAZY_MS	10
#define LOOK_OFTEN_MS	10	/* so long every millisecond */
#define LOOK_PART	8	/* then after a further eighth of the time that it took */
#define LOOK_MAX_MS	1000

static struct {
	_Alignas(SPAWN_STACK) char memory[LAUNCHES][SPAWN_STACK];
} stacks;

static struct launch launches[LAUNCHES];
static struct loop_timer look_timer;
static int64_t look_pause_ms;		/* that it waits */
static TAILQ_HEAD(, launch) looked_at = TAILQ_HEAD_INITIALIZER(looked_at);

/* ---- a free one ---- */

static struct launch *
find_free(void)
{
	for (int i = 0; i < LAUNCHES; i++)
		if (launches[i].p == NULL) {
			launches[i].index = i;
			return &launches[i];
		}
	return NULL;
}

bool
launching_room(void)
{
	return find_free() != NULL;
}

struct launch *
launching_take(struct proc *p)
{
	struct launch *l = find_free();

	if (l == NULL)
		return NULL;
	l->p = p;
	l->err_rd = l->child_fd[0] = l->child_fd[1] = l->child_fd[2] = l->child_fd[3] = -1;
	l->s.place = -1;
	l->conf = NULL;
	l->nfail = 0;
	l->news = (struct spawn_news){ .sharing = 1 };
	return l;
}

void *
launching_stack(const struct launch *l)
{
	return stacks.memory[l->index];
}

/* ---- looking ---- */

static void
child_has_own_fds(struct launch *l)
{
	for (int i = 0; i < 4; i++)
		fd_close(&l->child_fd[i]);
	if (l->s.place != -1)
		spawn_empty_place(l->s.place);
	l->s.place = -1;
}

static void
look_no_more(struct launch *l)
{
	if (l->looking)
		TAILQ_REMOVE(&looked_at, l, link);
	l->looking = false;
}

static void
on_answer(struct loop_io *w, int events)
{
	struct launch *l = LOOP_OWNER(w, struct launch, io);

	(void)events;
	launch_poll(l->p);
}

static bool
somebody_waits(const struct proc *p)
{
	const struct transition *last =
	    &p->ring[(p->ntransitions + TRANSITIONS_KEPT - 1) % TRANSITIONS_KEPT];

	return last->cause != CAUSE_AUTORESTART || !launching_room();
}

/* How long until the next look at a child that is age_ms old. */
static int64_t
pause_ms(const struct launch *l, int64_t age_ms)
{
	if (age_ms < LOOK_OFTEN_MS)
		return somebody_waits(l->p) ? LOOK_MS : LOOK_LAZY_MS;
	return age_ms < LOOK_MAX_MS * LOOK_PART ? age_ms / LOOK_PART : LOOK_MAX_MS;
}

static void
look(struct loop_timer *t)
{
	int64_t now = loop_now(), next_ms = LOOK_MAX_MS;
	struct launch *l, *next;

	TAILQ_FOREACH_SAFE(l, &looked_at, link, next) {
		struct proc *p = l->p;
		int64_t age_ms = now - l->since_ms;

		launch_poll(p);
		if (p->launch != l || !l->looking)
			continue;
		if (l->err_rd != -1 && age_ms >= LOOK_OFTEN_MS) {
			look_no_more(l);
			loop_io_start(&l->io, l->err_rd, LOOP_READ, on_answer);
		} else if (pause_ms(l, age_ms) < next_ms)
			next_ms = pause_ms(l, age_ms);
	}
	look_pause_ms = next_ms;
	if (!TAILQ_EMPTY(&looked_at))
		loop_timer_start(t, next_ms, look);
}

/* Within so long, and not later than it would be anyway. */
static void
look_in(int64_t ms)
{
	if (loop_timer_active(&look_timer) && look_pause_ms <= ms)
		return;
	look_pause_ms = ms;
	loop_timer_start(&look_timer, ms, look);
}

void
launching_hurry(void)
{
	look_in(LOOK_MS);
}

void
launching_await(struct launch *l)
{
	if (l->s.place == -1)
		child_has_own_fds(l);
	l->since_ms = loop_now();
	look_in(pause_ms(l, 0));
	l->looking = true;
	TAILQ_INSERT_TAIL(&looked_at, l, link);
}

/* ---- the answer ---- */

/* Through the pipe, where memory is not shared: the end of file is the end of sharing. */
static void
read_answer(struct launch *l)
{
	ssize_t n;

	do {
		n = sys->read(l->err_rd, (char *)&l->news.fail + l->nfail,
		    sizeof(l->news.fail) - l->nfail);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n > 0)
			l->nfail += (size_t)n;
	} while (n > 0 && l->nfail < sizeof(l->news.fail));
	if (l->nfail < sizeof(l->news.fail))
		l->news.fail.step = STEP_NONE;
	l->news.sharing = 0;
	loop_io_stop(&l->io);
	fd_close(&l->err_rd);
}

/* Is the child past exec, or dead? */
static bool
has_left(struct launch *l)
{
	if (l->err_rd != -1)
		read_answer(l);
	if (l->s.place != -1 && __atomic_load_n(&l->news.own_fds, __ATOMIC_ACQUIRE) != 0)
		child_has_own_fds(l);
	return __atomic_load_n(&l->news.sharing, __ATOMIC_ACQUIRE) == 0;
}

void
launch_poll(struct proc *p)
{
	struct launch *l = p->launch;

	if (l == NULL || !has_left(l))
		return;
	if (l->news.fail.step != STEP_NONE) {	/* its death is reaped soon */
		look_no_more(l);
		return;
	}
	launch_free(p);			/* exec has replaced the child's memory */
	proc_exec_passed(p);
}

static const char *
describe_failure(const struct launch *l)
{
	static char text[512];	/* one at a time: consumed by proc_reaped() */
	const struct spawn_fail *fail = &l->news.fail;
	const struct spawn *s = &l->s;
	char here[256];
	const char *cwd = s->directory;

	if (cwd == NULL)
		cwd = sys->getcwd(here, sizeof(here)) != NULL ? here : "?";
	switch ((enum spawn_step)fail->step) {
	case STEP_CHDIR:
		snprintf(text, sizeof(text), "couldn't chdir to '%s': %s", s->directory,
		    strerror(fail->no));
		break;
	case STEP_GROUPS:
	case STEP_GID:
	case STEP_UID:
		snprintf(text, sizeof(text), "couldn't setuid to %u: %s",
		    (unsigned)s->uid, strerror(fail->no));
		break;
	case STEP_EXEC:
		snprintf(text, sizeof(text), "couldn't exec '%s': %s (cwd '%s')",
		    s->path != NULL ? s->path : s->argv[0], strerror(fail->no), cwd);
		break;
	case STEP_ATTR:
		snprintf(text, sizeof(text), "couldn't set %s: %s", attr_name(fail->what),
		    strerror(fail->no));
		break;
	case STEP_NONE:
	case STEP_PGRP:
	case STEP_FD:
	case STEP_CGROUP:
	case STEP_RLIMIT:
		snprintf(text, sizeof(text), "couldn't prepare the process (step %d): %s",
		    (int)fail->step, strerror(fail->no));
		break;
	}
	return text;
}

const char *
launch_end(struct proc *p)
{
	struct launch *l = p->launch;
	const char *why = NULL;

	if (l == NULL)
		return NULL;
	if (l->err_rd != -1)
		read_answer(l);
	/* what a dead child has left in its place is nobody's, and the next one's to replace */
	l->s.place = -1;
	if (l->news.fail.step != STEP_NONE) {
		why = describe_failure(l);
		if (p->group == core.guests)
			guest_refused(p, (enum spawn_step)l->news.fail.step);
	}
	launch_free(p);
	return why;
}

/* ---- the end ---- */

void
launch_drop_conf(struct proc *p, struct program *old)
{
	if (p->launch == NULL || p->launch->conf != old)
		program_free(old);
}

void
launch_free(struct proc *p)
{
	struct launch *l = p->launch;

	if (l == NULL)
		return;
	p->launch = NULL;
	look_no_more(l);
	if (l->conf != NULL && l->conf != p->conf)
		program_free(l->conf);
	loop_io_stop(&l->io);
	fd_close(&l->err_rd);
	child_has_own_fds(l);
	strlist_release(&l->argv);
	environ_forget(&l->env);
	free(l->path);
	l->path = NULL;
	l->p = NULL;
	launch_next();
}

void
launching_release(void)
{
	loop_timer_stop(&look_timer);
	for (int i = 0; i < LAUNCHES; i++)
		environ_release(&launches[i].env);
}
