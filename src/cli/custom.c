/*
 * Running a line of a custom service, and the action build.
 */
#include "cli/custom.h"

#include <sys/wait.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* Is the supervisor on this machine, as its files have to be? */
static bool
is_here(const char *url)
{
	static const char *const hosts[] = { "127.", "localhost", "[::1]" };
	const char *host = strstr(url, "://");

	if (strncmp(url, "http", 4) != 0 || host == NULL)
		return true;
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		if (strncmp(host + 3, hosts[i], strlen(hosts[i])) == 0)
			return true;
	return false;
}

int
custom_get(struct ctl *c, const char *name, struct reply *service)
{
	struct buf b = { 0 };
	struct err e;
	int rc;

	if (!is_here(c->client.url)) {
		say_failed(c, EXIT_GENERIC, "%s: ERROR (%s is another machine: the files of a"
		    " service are where it runs)", name, c->client.url);
		return -1;
	}

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	rc = ctl_call(c, CONTROL_INTERFACE ".GetService", buf_text(&b), service, &e);
	buf_release(&b);
	if (rc == 0)
		return 0;
	if (c->client.fail == CLIENT_FAULT && e.code == FAULT_BAD_NAME)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (no such service)", name);
	else
		say_error(c, &e);
	return -1;
}

/* ---- in the child ---- */

static void
become(const char *user)
{
	struct passwd *pw;

	if (user[0] == '\0' || geteuid() != 0)
		return;
	pw = getpwnam(user);
	if (pw == NULL || initgroups(user, pw->pw_gid) == -1 || setgid(pw->pw_gid) == -1 ||
	    setuid(pw->pw_uid) == -1) {
		fprintf(stderr, "cannot become user %s\n", user);
		_exit(126);
	}
}

static void
set_environment(const struct custom_line *l, yyjson_val *service)
{
	yyjson_arr_iter it;
	yyjson_val *item;

	yyjson_arr_iter_init(yyjson_obj_get(service, l->environment), &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_is_str(item))
			putenv((char *)(uintptr_t)yyjson_get_str(item));
	setenv("HOME", l->home, 1);
}

/* The profile first, as the supervisor has it. */
static void
exec_line(const struct custom_line *l, yyjson_val *service)
{
	const char *profile = reply_str(service, "profile");
	struct buf script = { 0 };

	if (profile[0] != '\0')
		buf_adds(&script, ". \"$SUPD_PROFILE\" || exit; ");
	else
		buf_adds(&script, "if [ -f \"$HOME/profile\" ]; then . \"$HOME/profile\" || exit;"
		    " fi; ");
	buf_addf(&script, "unset SUPD_PROFILE; %s", l->line);
	if (profile[0] == '/') {
		setenv("SUPD_PROFILE", profile, 1);
	} else {
		char *path;

		if (asprintf(&path, "%s/%s", l->home, profile) != -1)
			setenv("SUPD_PROFILE", path, 1);
	}
	execl("/bin/sh", "sh", "-c", buf_text(&script), (char *)NULL);
	fprintf(stderr, "/bin/sh: %s\n", strerror(errno));
	_exit(127);
}

static void
child(const struct custom_line *l, yyjson_val *service, const sigset_t *before)
{
	setpgid(0, 0);
	sigprocmask(SIG_SETMASK, before, NULL);
	become(reply_str(service, "user"));
	if (chdir(l->home) == -1 || chdir(reply_str(service, "approot")) == -1) {
		fprintf(stderr, "%s/%s: %s\n", l->home, reply_str(service, "approot"),
		    strerror(errno));
		_exit(126);
	}
	set_environment(l, service);
	exec_line(l, service);
}

/* ---- in the parent ---- */

/* Until it has ended; false: the time is over.  A signal of ours is passed on. */
static bool
wait_for_end(pid_t pid, const sigset_t *set, int64_t limit_s, int *status)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += limit_s;
	while (waitpid(pid, status, WNOHANG) != pid) {
		struct timespec left;
		int sig;

		clock_gettime(CLOCK_MONOTONIC, &now);
		if (now.tv_sec >= end.tv_sec)
			return false;
		left = (struct timespec){ .tv_sec = end.tv_sec - now.tv_sec };
		sig = sigtimedwait(set, NULL, &left);
		if (sig > 0 && sig != SIGCHLD)
			kill(-pid, sig);
	}
	return true;
}

static int
explain(const struct custom_line *l, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);

	if (WIFSIGNALED(status))
		say("%s: ended by signal %d (%s)", l->what, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else if (code == 127)
		say("%s: exit status 127: a command was not found", l->what);
	else if (code == 126)
		say("%s: exit status 126: a command could not be executed", l->what);
	else if (code != 0)
		say("%s: exit status %d", l->what, code);
	return code;
}

int
custom_run(const struct custom_line *l, yyjson_val *service)
{
	static const int taken[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP, SIGQUIT };
	sigset_t set, before;
	int status = 0;
	bool in_time;
	pid_t pid;

	fflush(stdout);
	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		sigaddset(&set, taken[i]);
	sigprocmask(SIG_BLOCK, &set, &before);
	pid = fork();
	if (pid == 0)
		child(l, service, &before);
	setpgid(pid, pid);
	in_time = pid == -1 || wait_for_end(pid, &set, l->limit_s, &status);
	if (pid > 0)
		kill(-pid, SIGKILL);	/* also what it has left behind */
	if (!in_time)
		waitpid(pid, &status, 0);
	sigprocmask(SIG_SETMASK, &before, NULL);
	if (pid == -1) {
		say("%s: cannot fork: %s", l->what, strerror(errno));
		return 126;
	}
	if (!in_time) {
		say("%s: not done after %lld s, killed", l->what, (long long)l->limit_s);
		return CUSTOM_TOO_LONG;
	}
	return explain(l, status);
}

/* ---- build ---- */

void
cmd_build(struct ctl *c, struct words *w)
{
	struct custom_line l = { .what = "build", .environment = "variables" };
	struct reply r;
	int status;

	if (w->n != 1) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: build needs the name of a service");
		command_usage("build");
		return;
	}
	if (custom_get(c, w->v[0], &r) == -1)
		return;
	l.line = reply_str(r.params, "build");
	l.home = reply_str(r.params, "home");
	l.limit_s = reply_int(r.params, "build_timeout");
	if (l.line[0] == '\0') {
		say_failed(c, EXIT_GENERIC, "%s: ERROR (its section has no build)", w->v[0]);
	} else {
		status = custom_run(&l, r.params);
		if (status != 0)
			c->status = status;
	}
	reply_release(&r);
}
