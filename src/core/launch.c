/*
 * Launching: everything that a child needs is made ready here, before it is
 * created; what it has to say is launching.c's.
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
#include "core/guest.h"
#include "core/hooks.h"
#include "core/launching.h"
#include "core/limits.h"
#include "core/listener.h"
#include "core/oom.h"
#include "core/order.h"
#include "core/fence.h"
#include "core/ready.h"
#include "core/proc.h"
#include "core/secrets.h"
#include "core/sockets.h"
#include "core/stdin.h"
#include "core/stream.h"
#include "core/survivors.h"
#include "core/values.h"

static struct loop_job next_job;

/* ---- the file ---- */

/* The last file that we found fit to be executed: a crash loop asks again and again. */
static struct stat fit;

static bool
is_fit(const struct stat *st)
{
	return fit.st_ino != 0 && st->st_ino == fit.st_ino && st->st_dev == fit.st_dev &&
	    st->st_mode == fit.st_mode && st->st_uid == fit.st_uid &&
	    st->st_gid == fit.st_gid && st->st_ctim.tv_sec == fit.st_ctim.tv_sec &&
	    st->st_ctim.tv_nsec == fit.st_ctim.tv_nsec;
}

/* Can we execute it?  Texts are supervisord's. */
static int
check_file(const char *path, struct err *e)
{
	struct stat st;

	if (sys->stat(path, &st) == -1)
		return err_set(e, FAULT_NO_FILE, "can't find command '%s'", path);
	if (is_fit(&st))
		return 0;
	if (S_ISDIR(st.st_mode))
		return err_set(e, FAULT_NOT_EXECUTABLE, "command at '%s' is a directory",
		    path);
	if ((st.st_mode & 0111) == 0)
		return err_set(e, FAULT_NOT_EXECUTABLE,
		    "command at '%s' is not executable", path);
	if (sys->access(path, X_OK) == -1)
		return err_set(e, FAULT_NOT_EXECUTABLE,
		    "no permission to run command '%s'", path);
	fit = st;
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

/* Put values of the store into the words: each stays in its word, whatever it holds. */
static int
fill_words(const struct proc *p, struct strlist *argv, struct err *e)
{
	for (size_t i = 0; p->values != NULL && i < argv->n; i++) {
		struct buf word = { 0 };
		char *text;

		values_fill(argv->v[i], &word);
		text = buf_steal(&word);
		if (text == NULL)
			return err_set(e, FAULT_FAILED, "out of memory");
		free(argv->v[i]);
		argv->v[i] = text;
	}
	return 0;
}

int
launch_resolve(const struct proc *p, const char *command, struct strlist *argv, char **path,
    struct err *e)
{
	*path = NULL;
	if (conf_split(command, argv, e) == -1) {
		e->code = FAULT_NOT_EXECUTABLE;
		return -1;
	}
	if (argv->n == 0)
		return err_set(e, FAULT_NOT_EXECUTABLE, "command is empty");
	if (fill_words(p, argv, e) == -1)
		return -1;
	*path = search_path(p, argv->v[0]);
	if (*path == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	return check_file(*path, e);
}

int
launch_check(struct proc *p, struct err *e)
{
	struct strlist argv = { 0 };
	const char *unknown;
	char *path = NULL;
	int r = 0;

	if (p->group != core.guests && values_of(p, &unknown) == VALUES_KNOWN) {
		r = launch_resolve(p, p->conf->command, &argv, &path, e);
		if (r == -1)
			err_add(e, "%s", fault_name(e->code));
	}
	strlist_release(&argv);
	free(path);
	return r;
}

/* ---- the child ---- */

_Static_assert(CONF_SOCKETS_MAX == SPAWN_PASS, "a child takes all sockets of a program");

void
launch_identity(struct spawn *s, const struct proc *p)
{
	const struct program *conf = p->conf;

	s->directory = conf->directory;
	/* who is that user already needs no rights for it, and keeps its groups */
	s->set_user = conf->user.set && conf->user.uid != geteuid();
	s->uid = conf->user.uid;
	s->gid = conf->user.gid;
	s->groups = conf->user.groups;
	s->ngroups = conf->user.ngroups;
	s->umask = conf->umask;
	s->nofile_soft = core.nofile_soft;
	s->nofile_hard = core.nofile_hard;
	s->attrs = conf->res != NULL ? &conf->res->attrs : NULL;
	s->extra[0] = s->extra[1] = s->tell_fd = s->place = -1;
}

static void
fill_spawn(struct launch *l, int stdin_rd, int stdout_wr, int err_wr)
{
	struct proc *p = l->p;
	struct program *conf = p->conf;
	bool one = conf->redirect_stderr;

	l->s = (struct spawn){
		.path = l->path, .argv = l->argv.v, .envp = l->env.v,
		.fd = { stdin_rd, stdout_wr != -1 ? stdout_wr : p->streams[0].wr,
			p->streams[one ? 0 : 1].wr },
		.exec_fd = -1, .err_fd = err_wr,
		.news = spawn_shares() ? &l->news : NULL,
		.cgroup_fd = survivors_cgroup(p),
		.pass = l->pass, .pid_text = { l->env.pid_text[0], l->env.pid_text[1] },
		.stack = launching_stack(l),
	};
	launch_identity(&l->s, p);
	l->s.place = spawn_has_places() ? l->index : -1;
	l->conf = conf;
	if (sockets_fcgi(p) != -1)
		l->s.fd[0] = sockets_fcgi(p);
	l->s.npass = sockets_list(p, l->pass);
	l->s.tell_fd = ready_fd(p, &l->s.tell_at);
	if (l->s.npass > 0 || l->s.tell_at != 0 || p->group == core.guests)
		l->s.place = -1;	/* it needs descriptors that have no place */
	if (p->group == core.guests)
		guest_fill(p, &l->s);
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
open_pipes(struct proc *p, int in[2], int out[2], int err[2])
{
	int below = core.fd_most;

	if (stream_open_pair(p) == -1 || listener_pipe(p, out) == -1 ||
	    (!spawn_shares() && sys->pipe(err) == -1))
		return -1;
	if (p->conf->fcgi == NULL && sys->pipe(in) == -1)
		return -1;
	if (p->last_pid == 0)
		below -= FDS_FOR_RESTARTS;
	if (core.fd_most == 0 || p->group == core.guests ||
	    (in[1] < below && err[1] < below))
		return 0;
	errno = EMFILE;
	return -1;
}

/* Where memory turns out not to be shared, it needs a pipe to tell what happens. */
static pid_t
spawn(struct spawn *s, int err[2])
{
	pid_t pid = sys->spawn(s);

	if (pid == -1 && errno == ENOSYS && s->news != NULL && sys->pipe(err) == 0) {
		s->news = NULL;
		s->err_fd = err[1];
		s->place = -1;
		pid = sys->spawn(s);
	}
	return pid;
}

/* The child exists. */
static void
created(struct launch *l, pid_t pid, const int in[2], const int out[2], const int err[2])
{
	struct proc *p = l->p;

	l->child_fd[0] = in[0];
	l->child_fd[1] = err[1];
	l->child_fd[3] = out[1];
	l->err_rd = err[0];
	if (l->err_rd != -1)
		sys->set_nonblock(l->err_rd, true);
	launching_await(l);
	if (in[1] != -1)
		stdin_take(p, in[1]);
	if (p->listener != NULL)
		listener_take(p, out[0]);
	if (p->last_pid == 0)
		stream_first_start(p);
	values_started(p);
	proc_spawned(p, pid);
	if (p->group == core.guests)
		guest_spawned(p);
}

/* Pipes and clone; 0, or -1 after the failure was told. */
static int
create(struct launch *l)
{
	struct proc *p = l->p;
	int in[2] = { -1, -1 }, out[2] = { -1, -1 }, err[2] = { -1, -1 };
	struct err e;
	int no;
	pid_t pid;

	if (sockets_open(p, &e) == -1) {
		proc_spawn_failed(p, "%s", e.msg);
		return -1;
	}
	if (open_pipes(p, in, out, err) == -1) {
		no = errno;
		say_no_pipe(p, no);
		goto fail;
	}
	fill_spawn(l, in[0], out[1], err[1]);
	limits_apply(p, NULL);
	oom_begin(p);
	pid = l->s.tell_at == -1 ? -1 : spawn(&l->s, err);
	no = errno;
	l->child_fd[2] = l->s.cgroup_fd;	/* l->s itself stays as the child reads it */
	if (pid > 0) {
		created(l, pid, in, out, err);
		return 0;
	}
	ready_begin(p, false);
	say_no_process(p, no);
fail:
	for (int i = 0; i < 2; i++) {
		fd_close(&in[i]);
		fd_close(&out[i]);
		fd_close(&err[i]);
	}
	sockets_not_used(p);
	return -1;
}

/* What it finds in its environment, and where that leads. */
static int
prepare_own(struct launch *l, struct err *e)
{
	if (environ_make(&l->env, l->p, e) == -1)
		return -1;
	return secrets_write(l->p, e);
}

static void
launch_now(struct proc *p)
{
	struct launch *l;
	struct err e = { 0 };

	launch_free(p);
	l = launching_take(p);
	if (l == NULL) {		/* cannot be: callers have looked for room */
		proc_spawn_failed(p, "no room to spawn '%s'", p->conf->name);
		return;
	}
	p->launch = l;
	if (p->group == core.guests) {
		if (guest_argv(p, &l->argv) == -1)
			err_set(&e, FAULT_FAILED, "out of memory");
		else
			environ_make(&l->env, NULL, &e);
	} else if (launch_resolve(p, p->conf->command, &l->argv, &l->path, &e) == 0)
		prepare_own(l, &e);
	if (e.code != FAULT_NONE)
		proc_spawn_failed(p, "%s", e.msg);
	if (e.code != FAULT_NONE || create(l) == -1) {
		secrets_remove(p);
		launch_free(p);
	}
}

static void
launch_waiting(struct loop_job *j)
{
	struct proc *p;

	(void)j;
	while (launching_room() && (p = TAILQ_FIRST(&core.to_launch)) != NULL) {
		launch_cancel(p);
		if (order_may_start(p))	/* still */
			launch_now(p);
	}
}

void
launch_next(void)
{
	if (!TAILQ_EMPTY(&core.to_launch))
		loop_job_add(&next_job, launch_waiting);
}

void
launch_start(struct proc *p)
{
	if (p->queued || !order_may_start(p) || hooks_hold_start(p) || fence_waits(p))
		return;
	if (launching_room()) {
		launch_now(p);
		return;
	}
	p->queued = true;
	TAILQ_INSERT_TAIL(&core.to_launch, p, launch_link);
	launching_hurry();
}

void
launch_cancel(struct proc *p)
{
	if (!p->queued)
		return;
	p->queued = false;
	TAILQ_REMOVE(&core.to_launch, p, launch_link);
}

void
launch_release(void)
{
	loop_job_cancel(&next_job);
	fit.st_ino = 0;
	launching_release();
}
