/*
 * pidproxy PIDFILE COMMAND [ARGS]: run a command that leaves its real process
 * behind, and stand for that process: signals go to the pid in the file.
 *
 * supervisor's own pidproxy is gone as soon as it has passed a TERM on, and when
 * the command puts itself into the background.  This one stays as long as the
 * process in the file lives: who supervises us then knows when a stop is done, and
 * does not start the program twice.  As sub-reaper we become its parent, so its exit status
 * is the true one.
 *
 * When the command has put itself into the background, the file may come a moment later, or
 * still hold the number of an earlier run: it counts once it names a child of ours, or was
 * written after our start.  For that there is a limit.
 */
#include "cli/cli.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 500	/* how often to look for a process that is not our child */
#define WAIT_MS 10000	/* for the file, unless PIDPROXY_WAIT says how many seconds */
#define WAIT_LOOK_MS 50

static const int passed[] = { SIGTERM, SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGQUIT };

static const char usage[] =
"pidproxy -- run a command and pass signals on to the process in its pid file.\n"
"\n"
"The command is started; a TERM, HUP, INT, USR1, USR2 or QUIT that this program\n"
"gets is sent to the process whose pid stands in the file.\n"
"\n"
"Usage: %s <pidfile name> <command> [<cmdarg1> ...]\n"
"\n";

/* The pid in the file; 0 when there is none. */
static pid_t
read_pid(const char *path)
{
	FILE *f = fopen(path, "re");
	char text[32] = "";
	long pid;

	if (f == NULL)
		return 0;
	if (fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	fclose(f);
	pid = strtol(text, NULL, 10);
	return pid > 1 && pid <= INT_MAX ? (pid_t)pid : 0;
}

static bool
is_alive(pid_t pid)
{
	return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

static bool
is_child(pid_t pid)
{
	siginfo_t si;

	return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0;
}

static void
pass_on(const char *path, int sig)
{
	pid_t pid = read_pid(path);

	if (pid == 0) {
		printf("Can't read child pidfile %s!\n", path);
		fflush(stdout);
		return;
	}
	kill(pid, sig);
}

static int
exit_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Reap all that died.  Returns whether `pid` was among them, its status in *status.
 */
static bool
reap(pid_t pid, int *status)
{
	bool found = false;
	int how;
	pid_t dead;

	while ((dead = waitpid(-1, &how, WNOHANG)) > 0)
		if (dead == pid) {
			*status = how;
			found = true;
		}
	return found;
}

/* Whoever is our child tells by SIGCHLD; the others have to be looked for. */
static int
next_signal(const sigset_t *set, bool look)
{
	struct timespec ts = { .tv_nsec = LOOK_MS * 1000000L };

	return look ? sigtimedwait(set, NULL, &ts) : sigwaitinfo(set, NULL);
}

/*
 * Serve until `pid` is gone.  Returns its wait status, or 0 when nobody can know.
 */
static int
stand_for(pid_t pid, const char *path, const sigset_t *set)
{
	int status = 0, sig;
	bool child;

	for (;;) {
		if (reap(pid, &status))
			return status;
		child = is_child(pid);
		if (!child && !is_alive(pid))
			return status;
		sig = next_signal(set, !child);
		if (sig > 0 && sig != SIGCHLD)
			pass_on(path, sig);
	}
}

/* ---- the pid file of what is in the background ---- */

static int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
wait_ms(void)
{
	const char *text = getenv("PIDPROXY_WAIT");
	double seconds = text != NULL ? strtod(text, NULL) : 0;

	return seconds > 0 && seconds < 86400 ? (int64_t)(seconds * 1000) : WAIT_MS;
}

/* Was the file written since?  Clocks of file systems are coarse. */
static bool
is_newer(const char *path, time_t since)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_mtime >= since;
}

/* Is there anybody who could still write it? */
static bool
has_children(void)
{
	siginfo_t si;

	return waitid(P_ALL, 0, &si, WEXITED | WNOHANG | WNOWAIT) == 0;
}

/*
 * Wait for the process that the file names.  0: there is none in time.  A signal that comes
 * meanwhile is for it, and is left in *sig.
 */
static pid_t
find_daemon(const char *path, time_t since, const sigset_t *set, int *sig)
{
	struct timespec pause = { .tv_nsec = WAIT_LOOK_MS * 1000000L };
	int64_t end = now_ms() + wait_ms();
	int got, status;

	*sig = 0;
	for (;;) {
		pid_t pid = read_pid(path);

		if (is_alive(pid) && (is_child(pid) || is_newer(path, since)))
			return pid;
		if (now_ms() >= end || !has_children())
			return 0;
		got = sigtimedwait(set, NULL, &pause);
		if (got > 0 && got != SIGCHLD)
			*sig = got;
		reap(pid, &status);
	}
}

static int
stand_for_daemon(const char *path, time_t since, const sigset_t *set)
{
	int sig;
	pid_t pid = find_daemon(path, since, set, &sig);

	if (pid == 0) {
		fprintf(stderr, "pidproxy: the command has ended, and %s names no process of it\n",
		    path);
		return 1;
	}
	if (sig != 0)
		kill(pid, sig);
	return exit_status(stand_for(pid, path, set));
}

static pid_t
run(char **argv, const sigset_t *before)
{
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	sigprocmask(SIG_SETMASK, before, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "pidproxy: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

int
pidproxy_main(int argc, char **argv)
{
	sigset_t set, before;
	time_t since = time(NULL);
	pid_t pid;
	int status;

	if (argc < 3) {
		printf(usage, argc > 0 ? argv[0] : "pidproxy");
		return 1;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		sigaddset(&set, passed[i]);
	signal(SIGCHLD, SIG_DFL);	/* ignored, it would never come */
	sigprocmask(SIG_BLOCK, &set, &before);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = run(argv + 2, &before);
	if (pid == -1) {
		fprintf(stderr, "pidproxy: cannot fork: %s\n", strerror(errno));
		return 1;
	}
	status = stand_for(pid, argv[1], &set);
	if (status == 0 && read_pid(argv[1]) != pid)
		return stand_for_daemon(argv[1], since, &set);
	return exit_status(status);
}
