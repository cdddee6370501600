/*
 * Launching: everything that a child needs is made ready here, before it is
 * created; its answer comes through a close-on-exec pipe that the loop watches.
 *
 * Each child on its way to exec needs a stack of its own (base/spawn.c).  There
 * are a few; who finds none waits in core.to_launch, in order.  That also keeps
 * a boot of thousands from being a fork storm.
 */
#include "core/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/spawn.h"
#include "core/environ.h"
#include "core/guest.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/sockets.h"
#include "core/stdin.h"
#include "core/stream.h"
#include "core/survivors.h"

/* Each stack goes with a place for descriptors. */
#define STACKS SPAWN_PLACES

/*
 * Exec takes some hundred microseconds.  A wake-up for each answer would cost more
 * than the launch, and take the processor from the child in the middle of exec, so
 * for the first milliseconds we look for all answers together.
 */
#define LOOK_MS		1
#define LOOKS		10	/* then the loop watches: exec may wait for a dead server */

struct launch {
	struct proc *p;		/* borrowed: it owns us */
	TAILQ_ENTRY(launch) link; /* looked_at, while looks > 0 */
	int	 looks;		/* left */
	struct loop_io io;
	int	 err_rd;
	int	 child_fd[3];	/* stdin, err_fd, cgroup: while the child shares them */
	int	 stack;		/* index; -1: given back */
	struct strlist argv;
	struct environ env;
	char	*path;
	int	 pass[CONF_SOCKETS_MAX];
	struct program *conf;	/* what the child reads; owned once p has another */
	struct spawn s;
	struct spawn_fail fail;
	size_t	 nfail;		/* bytes of fail that have come */
};

static struct {
	_Alignas(SPAWN_STACK) char memory[STACKS][SPAWN_STACK];
	uint32_t used;		/* bit per stack */
} stacks;

static struct loop_job next_job;
static struct loop_timer look_timer;
static TAILQ_HEAD(, launch) looked_at = TAILQ_HEAD_INITIALIZER(looked_at);

/* ---- stacks ---- */

static int
stack_take(void)
{
	for (int i = 0; i < STACKS; i++)
		if ((stacks.used & (1U << i)) == 0) {
			stacks.used |= 1U << i;
			return i;
		}
	return -1;
}

static void launch_now(struct proc *p);

static void
launch_waiting(struct loop_job *j)
{
	struct proc *p;

	(void)j;
	while (stacks.used != (1U << STACKS) - 1 &&
	    (p = TAILQ_FIRST(&core.to_launch)) != NULL) {
		launch_cancel(p);
		if (order_may_start(p))	/* still */
			launch_now(p);
	}
}

static void
stack_give(struct launch *l)
{
	if (l->stack == -1)
		return;
	stacks.used &= ~(1U << l->stack);
	l->stack = -1;
	if (!TAILQ_EMPTY(&core.to_launch))
		loop_job_add(&next_job, launch_waiting);
}

/* ---- the file ---- */

/* Can we execute it?  Texts are supervisord's. */
static int
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (sys->stat(path, &st) == -1)
		return err_set(e, FAULT_NO_FILE, "can't find command '%s'", path);
	if (S_ISDIR(st.st_mode))
		return err_set(e, FAULT_NOT_EXECUTABLE, "command at '%s' is a directory",
		    path);
	if ((st.st_mode & 0111) == 0)
		return err_set(e, FAULT_NOT_EXECUTABLE,
		    "command at '%s' is not executable", path);
	if (sys->access(path, X_OK) == -1)
		return err_set(e, FAULT_NOT_EXECUTABLE,
		    "no permission to run command '%s'", path);
	return 0;
}

/*
 * The first directory of PATH that has the name wins, executable or not.
 * Returns a path that the caller frees; the name itself when nothing is found.
 */
static char *
search_path(const struct proc *p, const char *name)
{
	const char *dirs, *end;
	struct buf path = { 0 };
	struct stat st;

	if (strchr(name, '/') != NULL)
		return strdup(name);
	for (dirs = environ_path(p);; dirs = end + 1) {
		end = strchrnul(dirs, ':');
		buf_clear(&path);
		buf_add(&path, dirs, (size_t)(end - dirs));
		if (path.len > 0)
			buf_addc(&path, '/');
		buf_adds(&path, name);
		if (!path.failed && sys->stat(path.data, &st) == 0)
			return buf_steal(&path);
		if (*end == '\0')
			break;
	}
	buf_release(&path);
	return strdup(name);
}

/* Split the command and find its file; the caller releases both. */
static int
resolve(const struct proc *p, struct strlist *argv, char **path, struct err *e)
{
	*path = NULL;
	if (conf_split(p->conf->command, argv, e) == -1) {
		e->code = FAULT_NOT_EXECUTABLE;
		return -1;
	}
	if (argv->n == 0)
		return err_set(e, FAULT_NOT_EXECUTABLE, "command is empty");
	*path = search_path(p, argv->v[0]);
	if (*path == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	return check_file(*path, e);
}

int
launch_check(struct proc *p, struct err *e)
{
	struct strlist argv = { 0 };
	char *path = NULL;
	int r = 0;

	if (p->group != core.guests) {
		r = resolve(p, &argv, &path, e);
		if (r == -1)
			err_add(e, "%s", fault_name(e->code));
	}
	strlist_release(&argv);
	free(path);
	return r;
}

/* ---- the child ---- */

_Static_assert(CONF_SOCKETS_MAX == SPAWN_PASS, "a child takes all sockets of a program");

static void
fill_spawn(struct launch *l, int stdin_rd, int err_wr)
{
	struct proc *p = l->p;
	struct program *conf = p->conf;
	bool one = conf->redirect_stderr;

	l->s = (struct spawn){
		.path = l->path, .argv = l->argv.v, .envp = l->env.v,
		.directory = conf->directory,
		.fd = { stdin_rd, p->streams[0].wr, p->streams[one ? 0 : 1].wr },
		.extra = { -1, -1 }, .exec_fd = -1, .err_fd = err_wr,
		.cgroup_fd = survivors_cgroup(p),
		.set_user = conf->user.set, .uid = conf->user.uid,
		.gid = conf->user.gid, .groups = conf->user.groups,
		.ngroups = conf->user.ngroups, .umask = conf->umask,
		.nofile_soft = core.nofile_soft, .nofile_hard = core.nofile_hard,
		.pass = l->pass, .pid_text = l->env.pid_text,
		.stack = stacks.memory[l->stack],
		.place = spawn_has_places() ? l->stack : -1,
	};
	l->conf = conf;
	if (sockets_fcgi(p) != -1)
		l->s.fd[0] = sockets_fcgi(p);
	l->s.npass = sockets_list(p, l->pass);
	if (l->s.npass > 0 || p->group == core.guests)
		l->s.place = -1;	/* it needs descriptors that have no place */
	if (p->group == core.guests)
		guest_fill(p, &l->s);
}

static void
child_has_own_fds(struct launch *l)
{
	for (int i = 0; i < 3; i++)
		fd_close(&l->child_fd[i]);
	if (l->s.place != -1)
		spawn_empty_place(l->s.place);
	l->s.place = -1;
}

static void
on_answer(struct loop_io *w, int events)
{
	struct launch *l = LOOP_OWNER(w, struct launch, io);

	(void)events;
	launch_poll(l->p);
}

static void
look_no_more(struct launch *l)
{
	if (l->looks > 0)
		TAILQ_REMOVE(&looked_at, l, link);
	l->looks = 0;
}

static void
look(struct loop_timer *t)
{
	struct launch *l, *next;

	TAILQ_FOREACH_SAFE(l, &looked_at, link, next) {
		struct proc *p = l->p;

		launch_poll(p);
		if (p->launch != l || --l->looks > 0)
			continue;
		TAILQ_REMOVE(&looked_at, l, link);
		if (l->err_rd != -1)
			loop_io_start(&l->io, l->err_rd, LOOP_READ, on_answer);
	}
	if (!TAILQ_EMPTY(&looked_at))
		loop_timer_start(t, LOOK_MS, look);
}

static void
look_for_answer(struct launch *l)
{
	l->looks = LOOKS;
	TAILQ_INSERT_TAIL(&looked_at, l, link);
	if (!loop_timer_active(&look_timer))
		loop_timer_start(&look_timer, LOOK_MS, look);
}

static void
say_no_process(struct proc *p, int no)
{
	if (no == EAGAIN)
		proc_spawn_failed(p, "Too many processes in process table to spawn '%s'",
		    p->conf->name);
	else
		proc_spawn_failed(p, "unknown error during fork for '%s': %s",
		    p->conf->name, errno_name(no));
}

static void
say_no_pipe(struct proc *p, int no)
{
	if (no == EMFILE || no == ENFILE)
		proc_spawn_failed(p, "too many open files to spawn '%s'", p->conf->name);
	else
		proc_spawn_failed(p, "unknown error making dispatchers for '%s': %s",
		    p->conf->name, errno_name(no));
}

/* All pipes of p; -1 with errno, perhaps with some of them open. */
static int
open_pipes(struct proc *p, int in[2], int err[2])
{
	if (stream_open_pair(p) == -1 || sys->pipe(err) == -1)
		return -1;
	if (p->conf->fcgi == NULL && sys->pipe(in) == -1)
		return -1;
	if (core.fd_most == 0 || p->group == core.guests ||
	    (in[1] < core.fd_most && err[1] < core.fd_most))
		return 0;
	errno = EMFILE;
	return -1;
}

/* Pipes and clone; 0, or -1 after the failure was told. */
static int
create(struct launch *l)
{
	struct proc *p = l->p;
	int in[2] = { -1, -1 }, err[2] = { -1, -1 };
	struct err e;
	int no;
	pid_t pid;

	if (sockets_open(p, &e) == -1) {
		proc_spawn_failed(p, "%s", e.msg);
		return -1;
	}
	if (open_pipes(p, in, err) == -1) {
		no = errno;
		say_no_pipe(p, no);
		goto fail;
	}
	fill_spawn(l, in[0], err[1]);
	pid = sys->spawn(&l->s);
	no = errno;
	l->child_fd[2] = l->s.cgroup_fd;	/* l->s itself stays as the child reads it */
	if (pid == -1) {
		say_no_process(p, no);
		goto fail;
	}
	l->child_fd[0] = in[0];
	l->child_fd[1] = err[1];
	if (l->s.place == -1)
		child_has_own_fds(l);
	l->err_rd = err[0];
	sys->set_nonblock(l->err_rd, true);
	look_for_answer(l);
	if (in[1] != -1)
		stdin_take(p, in[1]);
	if (p->last_pid == 0)
		stream_first_start(p);
	proc_spawned(p, pid);
	if (p->group == core.guests)
		guest_spawned(p);
	return 0;
fail:
	for (int i = 0; i < 2; i++) {
		fd_close(&in[i]);
		fd_close(&err[i]);
	}
	sockets_not_used(p);
	return -1;
}

static void
launch_now(struct proc *p)
{
	struct launch *l = calloc(1, sizeof(*l));
	struct err e = { 0 };

	if (l == NULL) {
		proc_spawn_failed(p, "out of memory to spawn '%s'", p->conf->name);
		return;
	}
	launch_free(p);
	p->launch = l;
	l->p = p;
	l->err_rd = l->child_fd[0] = l->child_fd[1] = l->child_fd[2] = -1;
	l->s.place = -1;
	l->stack = stack_take();
	if (p->group == core.guests) {
		if (guest_argv(p, &l->argv) == -1 || environ_make(&l->env, NULL) == -1)
			err_set(&e, FAULT_FAILED, "out of memory");
	} else if (resolve(p, &l->argv, &l->path, &e) == 0 &&
	    environ_make(&l->env, p) == -1)
		err_set(&e, FAULT_FAILED, "out of memory");
	if (e.code != FAULT_NONE)
		proc_spawn_failed(p, "%s", e.msg);
	if (e.code != FAULT_NONE || create(l) == -1)
		launch_free(p);
}

void
launch_start(struct proc *p)
{
	if (p->queued || !order_may_start(p))
		return;
	if (stacks.used == (1U << STACKS) - 1) {
		p->queued = true;
		TAILQ_INSERT_TAIL(&core.to_launch, p, launch_link);
		return;
	}
	launch_now(p);
}

void
launch_cancel(struct proc *p)
{
	if (!p->queued)
		return;
	p->queued = false;
	TAILQ_REMOVE(&core.to_launch, p, launch_link);
}

/* ---- the answer ---- */

/* 1: more may come; 0: end of file or the whole failure is here. */
static int
read_answer(struct launch *l)
{
	ssize_t n;

	while (l->nfail < sizeof(l->fail)) {
		n = sys->read(l->err_rd, (char *)&l->fail + l->nfail,
		    sizeof(l->fail) - l->nfail);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			return 1;
		if (n <= 0)
			return 0;
		l->nfail += (size_t)n;
		if (l->nfail == sizeof(l->fail) && l->fail.step == STEP_OWN_FDS) {
			l->nfail = 0;
			child_has_own_fds(l);
		}
	}
	return 0;
}

void
launch_poll(struct proc *p)
{
	struct launch *l = p->launch;

	if (l == NULL || l->err_rd == -1 || read_answer(l) == 1)
		return;
	if (l->nfail == sizeof(l->fail)) {	/* its death is reaped soon */
		loop_io_stop(&l->io);
		fd_close(&l->err_rd);
		return;
	}
	launch_free(p);			/* exec has replaced the child's memory */
	proc_exec_passed(p);
}

static const char *
describe_failure(const struct launch *l)
{
	static char text[512];	/* one at a time: consumed by proc_reaped() */
	const struct spawn *s = &l->s;
	char here[256];
	const char *cwd = s->directory;

	if (cwd == NULL)
		cwd = sys->getcwd(here, sizeof(here)) != NULL ? here : "?";
	switch ((enum spawn_step)l->fail.step) {
	case STEP_CHDIR:
		snprintf(text, sizeof(text), "couldn't chdir to '%s': %s", s->directory,
		    strerror(l->fail.no));
		break;
	case STEP_GROUPS:
	case STEP_GID:
	case STEP_UID:
		snprintf(text, sizeof(text), "couldn't setuid to %u: %s",
		    (unsigned)s->uid, strerror(l->fail.no));
		break;
	case STEP_EXEC:
		snprintf(text, sizeof(text), "couldn't exec '%s': %s (cwd '%s')",
		    s->path != NULL ? s->path : s->argv[0], strerror(l->fail.no), cwd);
		break;
	case STEP_NONE:
	case STEP_OWN_FDS:
	case STEP_PGRP:
	case STEP_FD:
	case STEP_CGROUP:
	case STEP_RLIMIT:
		snprintf(text, sizeof(text), "couldn't prepare the process (step %d): %s",
		    (int)l->fail.step, strerror(l->fail.no));
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
	if (l->nfail == sizeof(l->fail)) {
		why = describe_failure(l);
		if (p->group == core.guests)
			guest_refused(p, (enum spawn_step)l->fail.step);
	}
	launch_free(p);
	return why;
}

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
	stack_give(l);
	strlist_release(&l->argv);
	environ_release(&l->env);
	free(l->path);
	free(l);
}

void
launch_release(void)
{
	loop_timer_stop(&look_timer);
	loop_job_cancel(&next_job);
}
