/*
 * Setting up our own process.  This part may block and may end the program: the
 * loop does not run yet.  It calls the kernel directly.
 */
#include "core/setup.h"

#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/spawn.h"

#define NOFILE_MOST	1000000	/* descriptors; five per process and some clients */
#define NOFILE_SPARE	64	/* of them at most are kept for logger and clients */

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static int ready_fd = -1;	/* the waiting parent listens */

static void
hold_signals(void)
{
	static const int handled[] = {
		SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR2, SIGCHLD, SIGPWR
	};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_SETMASK, &set, NULL);
	/* who started us may have ignored some; our children shall not inherit it */
	for (int sig = 1; sig < NSIG; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			signal(sig, SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

static void
close_on_exec_from(int first)
{
	struct rlimit limit;

	if (syscall(SYS_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 || limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (int fd = first; fd < (int)limit.rlim_cur; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void
setup_first(char **argv)
{
	const char *file = (const char *)(uintptr_t)getauxval(AT_EXECFN);

	hold_signals();
	fd_fill_stdio();
	close_on_exec_from(STDERR_FILENO + 1);
	spawn_reserve();
	core.argv = argv;
	core.argv0 = argv[0];
	core.is_pid1 = getpid() == 1;
	/* ourselves again later, for guests and recovery: needs no /proc */
	core.self_fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (core.self_fd == -1 && file != NULL)
		core.self_fd = open(file, O_RDONLY | O_CLOEXEC);
	if (file != NULL && strchr(core.argv0 != NULL ? core.argv0 : "", '/') == NULL)
		core.argv0 = file;
}

void
setup_reaper(void)
{
	if (!core.is_pid1)
		prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
}

int
setup_user(const struct config *c, struct err *e)
{
	const struct conf_user *u = &c->supervisord.user;

	if (!u->set) {
		if (geteuid() == 0)
			log_warn("Supervisor is running as root.  Privileges were not "
			    "dropped because no user is specified in the config file.  If "
			    "you intend to run as root, you can set user=root in the config "
			    "file to avoid this message.");
		return 0;
	}
	if (geteuid() == u->uid) {
		log_info("Set uid to user %u succeeded", (unsigned)u->uid);
		return 0;
	}
	if (geteuid() != 0)
		return err_set(e, FAULT_FAILED, "Can't drop privilege as nonroot user");
	/* setgroups() itself stands in a header whose struct group is not ours */
	if (syscall(SYS_setgroups, u->ngroups, u->groups) == -1 || setgid(u->gid) == -1)
		return err_set(e, FAULT_FAILED,
		    "Could not set group id of effective user");
	if (setuid(u->uid) == -1)
		return err_set(e, FAULT_FAILED, "Could not change to user %u: %s",
		    (unsigned)u->uid, strerror(errno));
	log_info("Set uid to user %u succeeded", (unsigned)u->uid);
	return 0;
}

/*
 * supervisord refuses to start here; PID 1 rather goes on and says so.  By the bare
 * call, since the C libraries disagree about the type of `which`.
 */
static void
raise_limit(int which, const char *name, uint64_t least)
{
	uint64_t l[2];		/* soft, hard */

	if (syscall(SYS_prlimit64, 0, which, NULL, l) == -1 || l[0] >= least)
		return;
	l[0] = least;
	if (l[1] < least)
		l[1] = least;
	if (syscall(SYS_prlimit64, 0, which, l, NULL) == 0)
		log_info("Increased %s limit to %llu", name, (unsigned long long)least);
	else
		log_warn("cannot raise %s to %llu as the configuration asks: %s", name,
		    (unsigned long long)least, strerror(errno));
}

/* Programs never take the last ones: without logger and socket nobody learns why. */
static int
most_for_programs(void)
{
	uint64_t l[2], spare;

	if (syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, l) == -1)
		return 0;
	if (l[0] > NOFILE_MOST)
		l[0] = NOFILE_MOST;
	spare = l[0] / 3 < NOFILE_SPARE ? l[0] / 3 : NOFILE_SPARE;
	return (int)(l[0] - spare);
}

void
setup_limits(const struct config *c)
{
	raise_limit(RLIMIT_NOFILE, "RLIMIT_NOFILE", (uint64_t)c->supervisord.minfds);
	raise_limit(RLIMIT_NPROC, "RLIMIT_NPROC", (uint64_t)c->supervisord.minprocs);
	if (core.nofile_hard == 0)
		fd_raise_limit(NOFILE_MOST, &core.nofile_soft, &core.nofile_hard);
	core.fd_most = most_for_programs();
}

int
setup_place(const struct config *c, struct err *e)
{
	const struct conf_supervisord *s = &c->supervisord;

	if (s->directory != NULL) {
		if (chdir(s->directory) == -1)
			return err_set(e, FAULT_FAILED,
			    "can't chdir into '%s': %s", s->directory, strerror(errno));
		log_info("set current directory: '%s'", s->directory);
	}
	umask((mode_t)s->umask);
	return 0;
}

/* Exit as the child tells: 0 when it is ready, else with its status. */
static void
wait_for_child(pid_t pid, int fd)
{
	int status = 0;
	char ready;

	if (read(fd, &ready, 1) == 1)
		_exit(0);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 2);
}

int
setup_daemonize(struct err *e)
{
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		return err_set(e, FAULT_FAILED, "cannot become a daemon: %s",
		    strerror(errno));
	if (pid > 0) {
		close(fd[1]);
		wait_for_child(pid, fd[0]);
	}
	close(fd[0]);
	ready_fd = fd[1];
	setsid();
	return 0;
}

void
setup_daemon_ready(void)
{
	int null;

	if (ready_fd == -1)
		return;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	for (int fd = 0; null != -1 && fd < 3; fd++)
		dup2(null, fd);
	fd_close(&null);
	if (write(ready_fd, "", 1) == -1)
		log_debug("nobody waits for the daemon");
	fd_close(&ready_fd);
}

void
setup_write_pidfile(const struct config *c)
{
	const char *path = c->supervisord.pidfile;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	char text[16];
	int n = snprintf(text, sizeof(text), "%d\n", (int)getpid());

	if (fd == -1 || write(fd, text, (size_t)n) != n)
		log_crit("could not write pidfile %s: %s", path, strerror(errno));
	log_info("supervisord started with pid %d", (int)getpid());
	fd_close(&fd);
}

/* Only the file that we wrote: pidfile may name a device. */
void
setup_remove_pidfile(const struct config *c)
{
	struct stat st;

	if (lstat(c->supervisord.pidfile, &st) == 0 && S_ISREG(st.st_mode))
		unlink(c->supervisord.pidfile);
}
