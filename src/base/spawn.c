/*
 * A child that shares our memory until it executes its program.
 *
 * fork() copies page tables and makes us fault on every page afterwards; vfork()
 * copies nothing but stops us until exec, so a program on a dead network file
 * system would stop PID 1.  clone(CLONE_VM) does neither: the child runs beside
 * us on a small stack of its own.  The price: it must not touch anything of
 * ours.  So it makes bare system calls only (libc's would write our errno), runs
 * with all signals blocked until no handler of ours is left, and reads nothing
 * but its struct spawn.
 *
 * What it has to tell it writes into the memory that it shares, and the kernel says
 * there when it shares it no more: a pipe for that would be a quarter of the work.
 *
 * Where clone refuses (valgrind, some sandboxes), fork() does the same, with a pipe.
 *
 * Descriptors are shared in the same manner, see spawn.h.
 */
#include "base/spawn.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attrs.h"
#include "base/bare.h"
#include "base/err.h"

static bool refused = !SHARE_MEMORY;	/* clone is not possible here */
static bool has_places;
static int null_fd = -1;	/* fills empty places */

/* The kernel's struct sigaction, all zero: SIG_DFL. */
struct kernel_sigaction {
	unsigned long handler, flags, restorer, mask[2];
};

#ifndef CLOSE_RANGE_UNSHARE
#define CLOSE_RANGE_UNSHARE (1U << 1)	/* linux/close_range.h */
#endif

#define KERNEL_SIGSET	8	/* bytes of a signal set as the kernel counts them */
#define LAST_SIGNAL	64
#define FIRST_PASSED	3	/* descriptors behind the standard ones */
#define TELL_END	64	/* tell_at is below */

static void
say(const char *text)
{
	size_t len = 0;

	while (text[len] != '\0')
		len++;
	bare(SYS_write, STDERR_FILENO, (long)text, (long)len, 0, 0);
}

/* supervisord writes these to the child's stderr, so they stand in its log. */
static void
say_failure(const struct spawn *s, enum spawn_step step, int what, int no)
{
	switch (step) {
	case STEP_ATTR:
		say("supervisor: couldn't set ");
		say(attr_name(what));
		break;
	case STEP_NONE:
	case STEP_PGRP:
	case STEP_FD:
	case STEP_CGROUP:
	case STEP_RLIMIT:
		say("supervisor: couldn't prepare child");
		break;
	case STEP_GROUPS:
	case STEP_GID:
	case STEP_UID:
		say("supervisor: couldn't setuid");
		break;
	case STEP_CHDIR:
		say("supervisor: couldn't chdir to ");
		say(s->directory);
		break;
	case STEP_EXEC:
		say("supervisor: couldn't exec ");
		say(s->argv[0]);
		break;
	}
	say(": ");
	say(errno_name(no));
	say("\nsupervisor: child process was not spawned\n");
}

/* By an old kernel, or a sandbox that has not heard of the call. */
static bool
is_refused(int no)
{
	return no == ENOSYS || no == EPERM;
}

static long
to_fd(int from, int to, int flags)
{
	if (from == -1)
		return 0;
	return bare(SYS_dup3, from, to, flags, 0, 0);
}

/* What the child uses: the caller's numbers, or those of its place. */
struct own_fds {
	int	 fd[3];
	int	 err_fd;
};

/*
 * Take what we need into our place, then a table of our own that ends there, then
 * close the places of others before it: theirs must not live on in us.
 */
static long
leave_table(const struct spawn *s, struct own_fds *own)
{
	int base = SPAWN_FIRST_FD + s->place * SPAWN_PLACE_FDS;
	int end = base + SPAWN_PLACE_FDS;
	long r;

	for (int i = 0; i < 3; i++) {
		if (i == 2 && s->fd[2] == s->fd[1]) {
			own->fd[2] = own->fd[1];
			break;
		}
		if ((r = to_fd(s->fd[i], base + i, O_CLOEXEC)) < 0)
			return r;
		own->fd[i] = s->fd[i] == -1 ? -1 : base + i;
	}
	r = bare(SYS_close_range, end, ~0U, CLOSE_RANGE_UNSHARE, 0, 0);
	if (r < 0)
		return r;
	if (base > SPAWN_FIRST_FD)
		bare(SYS_close_range, SPAWN_FIRST_FD, base - 1, 0, 0, 0);
	__atomic_store_n(&s->news->own_fds, 1, __ATOMIC_RELEASE);
	return 0;
}

/* Out of the way of what becomes 3, 4, ... */
static long
above(int fd, size_t n)
{
	if (fd >= (int)(FIRST_PASSED + n))
		return fd;
	return bare(SYS_fcntl, fd, F_DUPFD_CLOEXEC, (long)(FIRST_PASSED + n), 0, 0);
}

static long
pass_on(const struct spawn *s, struct own_fds *own)
{
	long from[SPAWN_PASS], r = 0;

	if (s->npass == 0)
		return 0;
	if (own->err_fd != -1 && (r = above(own->err_fd, s->npass)) < 0)
		return r;
	if (own->err_fd != -1)
		own->err_fd = (int)r;
	for (size_t i = 0; i < s->npass; i++)
		if ((from[i] = above(s->pass[i], s->npass)) < 0)
			return from[i];
	for (size_t i = 0; i < s->npass; i++)
		if ((r = to_fd((int)from[i], FIRST_PASSED + (int)i, 0)) < 0)
			return r;
	return 0;
}

/* What it shall tell us something by, at the number it knows. */
static long
give_tell(const struct spawn *s, struct own_fds *own)
{
	long fd = s->tell_fd, err = own->err_fd;

	if (s->tell_fd == -1)
		return 0;
	if (err != -1 && err < TELL_END)
		err = bare(SYS_fcntl, own->err_fd, F_DUPFD_CLOEXEC, TELL_END, 0, 0);
	if (err >= -1 && fd < TELL_END)
		fd = bare(SYS_fcntl, s->tell_fd, F_DUPFD_CLOEXEC, TELL_END, 0, 0);
	if (err < -1 || fd < 0)
		return err < -1 ? err : fd;
	own->err_fd = (int)err;
	return to_fd((int)fd, s->tell_at, 0);
}

/* Into the environment that is ready: only the child knows its pid in time. */
static void
write_pid(char *at, long pid)
{
	char digits[SPAWN_PID];
	int n = 0;

	for (; pid > 0 && n < SPAWN_PID - 1; pid /= 10)
		digits[n++] = (char)('0' + pid % 10);
	while (n > 0)
		*at++ = digits[--n];
	*at = '\0';
}

/* What the rights of a user would not allow any more stands before it. */
static enum spawn_step
become_user(const struct spawn *s, int *what, int *no)
{
	long r;

	if (s->attrs != NULL && (r = attrs_before_user(s->attrs, what)) < 0)
		return *no = (int)-r, STEP_ATTR;
	if (s->set_user) {
		if ((r = bare(SYS_setgroups, (long)s->ngroups, (long)s->groups, 0, 0, 0)) < 0)
			return *no = (int)-r, STEP_GROUPS;
		if ((r = bare(SYS_setgid, s->gid, 0, 0, 0, 0)) < 0)
			return *no = (int)-r, STEP_GID;
		if ((r = bare(SYS_setuid, s->uid, 0, 0, 0, 0)) < 0)
			return *no = (int)-r, STEP_UID;
	}
	if (s->attrs != NULL && (r = attrs_as_user(s->attrs, what)) < 0)
		return *no = (int)-r, STEP_ATTR;
	return STEP_NONE;
}

/* Each step in supervisord's order; returns the one that failed, and why in *no. */
static enum spawn_step
prepare(const struct spawn *s, struct own_fds *own, int *what, int *no)
{
	enum spawn_step step;
	long r;

	if ((r = bare(SYS_setpgid, 0, 0, 0, 0, 0)) < 0)
		return *no = (int)-r, STEP_PGRP;
	if (s->cgroup_fd != -1 &&
	    (r = bare(SYS_write, s->cgroup_fd, (long)"0", 1, 0, 0)) < 0)
		return *no = (int)-r, STEP_CGROUP;
	if (s->place != -1 && (r = leave_table(s, own)) < 0)
		return *no = (int)-r, STEP_FD;
	for (int i = 0; i < 3; i++)
		if ((r = to_fd(own->fd[i], i, 0)) < 0)
			return *no = (int)-r, STEP_FD;
	for (int i = 0; i < 2; i++)
		if ((r = to_fd(s->extra[i], FIRST_PASSED + i, 0)) < 0)
			return *no = (int)-r, STEP_FD;
	if ((r = pass_on(s, own)) < 0 || (r = give_tell(s, own)) < 0)
		return *no = (int)-r, STEP_FD;
	for (int i = 0; i < 2; i++)
		if (s->pid_text[i] != NULL)
			write_pid(s->pid_text[i], bare(SYS_getpid, 0, 0, 0, 0, 0));
	if (s->nofile_hard != 0) {
		uint64_t limit[2] = { s->nofile_soft, s->nofile_hard };

		r = bare(SYS_prlimit64, 0, RLIMIT_NOFILE, (long)limit, 0, 0);
		if (is_refused((int)-r))
			r = bare(SYS_setrlimit, RLIMIT_NOFILE, (long)limit, 0, 0, 0);
		if (r < 0)
			return *no = (int)-r, STEP_RLIMIT;
	}
	if ((step = become_user(s, what, no)) != STEP_NONE)
		return step;
	if (s->directory != NULL &&
	    (r = bare(SYS_chdir, (long)s->directory, 0, 0, 0, 0)) < 0)
		return *no = (int)-r, STEP_CHDIR;
	if (s->umask != -1)
		bare(SYS_umask, s->umask, 0, 0, 0, 0);
	return STEP_NONE;
}

/*
 * Which signals have a handler or are ignored, a bit each.  To set all 64 in every
 * child is a sixth of the time of a restart; we touch a dozen.
 */
static uint64_t touched;
static bool touched_known;

void
spawn_signals_changed(void)
{
	touched_known = false;
}

static void
find_touched(void)
{
	touched = 0;
	for (int sig = 1; sig <= LAST_SIGNAL; sig++) {
		struct kernel_sigaction now = { 0 };

		if (bare(SYS_rt_sigaction, sig, 0, (long)&now, KERNEL_SIGSET, 0) == 0 &&
		    now.handler != 0)
			touched |= UINT64_C(1) << (sig - 1);
	}
	touched_known = true;
}

/* From here nothing of ours can run in the child on a signal. */
static void
default_signals(void)
{
	struct kernel_sigaction dfl = { 0 };
	unsigned long none[2] = { 0 };

	for (int sig = 1; sig <= LAST_SIGNAL; sig++)
		if ((touched & UINT64_C(1) << (sig - 1)) != 0)
			bare(SYS_rt_sigaction, sig, (long)&dfl, 0, KERNEL_SIGSET, 0);
	bare(SYS_rt_sigprocmask, SIG_SETMASK, (long)none, 0, KERNEL_SIGSET, 0);
}

static int
execute_path(const struct spawn *s, const char *path)
{
	return (int)-bare(SYS_execve, (long)path, (long)s->argv, (long)s->envp, 0, 0);
}

/* Returns only with an errno. */
static int
execute(const struct spawn *s)
{
	int no = ENOSYS;

	if (s->exec_fd != -1) {
		no = (int)-bare(SYS_execveat, s->exec_fd, (long)"", (long)s->argv,
		    (long)s->envp, AT_EMPTY_PATH);
		if (is_refused(no))	/* a descriptor to execute is always ourselves */
			no = execute_path(s, "/proc/self/exe");
		if (!is_refused(no) && no != ENOENT)
			return no;
	}
	return s->path != NULL ? execute_path(s, s->path) : no;
}

static int
child(void *arg)
{
	const struct spawn *s = arg;
	struct spawn_fail fail;
	struct own_fds own = { { s->fd[0], s->fd[1], s->fd[2] }, s->err_fd };
	enum spawn_step step;
	int what = 0, no = 0;

	step = prepare(s, &own, &what, &no);
	if (step == STEP_NONE) {
		default_signals();
		no = execute(s);
		step = STEP_EXEC;
	}
	fail.step = (int32_t)step;
	fail.no = no;
	fail.what = what;
	if (s->news != NULL)
		s->news->fail = fail;
	else
		bare(SYS_write, own.err_fd, (long)&fail, sizeof(fail), 0, 0);
	say_failure(s, step, what, no);
	bare(SYS_exit_group, 127, 0, 0, 0, 0);
	return 127;
}

static pid_t
child_by_fork(const struct spawn *s)
{
	pid_t pid = fork();

	if (pid == 0)
		child((void *)(uintptr_t)s);
	return pid;
}

/* The kernel clears `sharing` when the child leaves our memory, however it does. */
static pid_t
child_by_clone(const struct spawn *s)
{
	int flags = CLONE_VM | CLONE_CHILD_CLEARTID | SIGCHLD |
	    (s->place != -1 ? CLONE_FILES : 0);
	pid_t pid = -1;

	errno = ENOSYS;
	if (!refused)
		pid = clone(child, (char *)s->stack + SPAWN_STACK, flags,
		    (void *)(uintptr_t)s, NULL, NULL, &s->news->sharing);
	if (pid == -1 && (errno == EINVAL || errno == ENOSYS || errno == EPERM)) {
		refused = true;
		errno = ENOSYS;
	}
	return pid;
}

/* close_range() that unshares came with Linux 5.9; some sandboxes forbid it. */
static bool
can_unshare_range(void)
{
	return syscall(SYS_close_range, ~0U, ~0U, CLOSE_RANGE_UNSHARE) == 0;
}

/* The places may take a quarter of what we can have: programs need the others. */
static bool
can_spare_places(void)
{
	struct rlimit rl;

	return getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur / 4 >= SPAWN_PLACES_END;
}

void
spawn_reserve(void)
{
	int fd;

	refused = !SHARE_MEMORY || getenv("SUPD_FORK") != NULL;	/* for valgrind */
	has_places = !refused && can_spare_places() && can_unshare_range();
	do {
		fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
		has_places = has_places && fd != -1;
	} while (fd != -1 && fd < (has_places ? SPAWN_PLACES_END : SPAWN_FIRST_FD) - 1);
	if (has_places)
		null_fd = SPAWN_FIRST_FD - 1;
}

bool
spawn_shares(void)
{
	return !refused;
}

bool
spawn_has_places(void)
{
	return has_places && !refused;
}

void
spawn_empty_place(int place)
{
	int base = SPAWN_FIRST_FD + place * SPAWN_PLACE_FDS;

	/* the ends of stdout and stderr are ours anyway, as long as the program is */
	dup3(null_fd, base, O_CLOEXEC);
}

pid_t
spawn_child(const struct spawn *s)
{
	sigset_t all, old;
	pid_t pid;
	int saved;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &old);
	if (!touched_known)
		find_touched();
	pid = s->news != NULL ? child_by_clone(s) : child_by_fork(s);
	saved = errno;
	sigprocmask(SIG_SETMASK, &old, NULL);
	errno = saved;
	return pid;
}
