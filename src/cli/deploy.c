/*
 * The action deploy: new files for a service, and back to the old ones when they fail.
 *
 * Files of releases lie in HOME.releases/N, and HOME is a symbolic link to one of them, so
 * that one rename switches.  Until then nothing of what runs has been touched.
 */
#include "cli/custom.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define KEPT 3			/* releases */

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

struct deploy {
	struct ctl *c;
	yyjson_val *service;
	const char *name;
	const char *home;
	struct buf releases;	/* "HOME.releases" */
	struct buf fresh;	/* "HOME.releases/N" */
	char	 old[PATH_MAX];	/* where the link has led; "": it is new */
	long	 number;
};

/* Say why not, as the result of the action. */
__attribute__((format(printf, 2, 3))) static int
fail(struct deploy *d, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	say_failed(d->c, EXIT_GENERIC, "%s: %s", d->name, buf_text(&text));
	buf_release(&text);
	return -1;
}

/* ---- files ---- */

/* cp and rm know what we would have to learn. */
static int
run_tool(const char *tool, const char *option, const char *a, const char *b)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execlp(tool, tool, option, "--", a, b, (char *)NULL);
		_exit(127);
	}
	while (pid > 0 && waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return -1;
	return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* The highest number of a release; 0: there is none. */
static long
last_release(const struct deploy *d)
{
	DIR *dir = opendir(buf_text(&d->releases));
	struct dirent *entry;
	long last = 0;

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		char *end;
		long n = strtol(entry->d_name, &end, 10);

		if (*end == '\0' && n > last)
			last = n;
	}
	if (dir != NULL)
		closedir(dir);
	return last;
}

/* The environment files as they are now: supd makes them anew when something changes. */
static void
take_environment_files(struct deploy *d)
{
	DIR *dir = opendir(d->home);
	struct dirent *entry;
	struct buf from = { 0 };

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		if (strncmp(entry->d_name, "environment.", 12) != 0 &&
		    strcmp(entry->d_name, "haproxy.cfg") != 0)
			continue;
		buf_clear(&from);
		buf_addf(&from, "%s/%s", d->home, entry->d_name);
		run_tool("cp", "-p", buf_text(&from), buf_text(&d->fresh));
	}
	if (dir != NULL)
		closedir(dir);
	buf_release(&from);
}

/* Copy the new files beside the old ones. */
static int
prepare(struct deploy *d, const char *from)
{
	struct buf all = { 0 };
	struct stat st;
	int rc;

	buf_addf(&d->releases, "%s.releases", d->home);
	if (stat(from, &st) == -1 || !S_ISDIR(st.st_mode))
		return fail(d, "%s is no directory", from);
	if (mkdir(buf_text(&d->releases), 0755) == -1 && errno != EEXIST)
		return fail(d, "cannot make %s: %s", buf_text(&d->releases), strerror(errno));
	d->number = last_release(d) + 1;
	buf_addf(&d->fresh, "%s/%ld", buf_text(&d->releases), d->number);
	if (mkdir(buf_text(&d->fresh), 0755) == -1)
		return fail(d, "cannot make %s: %s", buf_text(&d->fresh), strerror(errno));
	buf_addf(&all, "%s/.", from);
	rc = run_tool("cp", "-a", buf_text(&all), buf_text(&d->fresh));
	buf_release(&all);
	if (rc == -1)
		return fail(d, "%s could not be copied to %s", from, buf_text(&d->fresh));
	take_environment_files(d);
	return 0;
}

/* A link to `to` in place of what is the home now, link or directory, at once. */
static int
point_home(struct deploy *d, const char *to)
{
	struct buf link = { 0 }, first = { 0 };
	struct stat st;
	int rc = -1;

	buf_addf(&link, "%s.new", d->home);
	unlink(buf_text(&link));
	if (symlink(to, buf_text(&link)) == -1)
		goto out;
	if (lstat(d->home, &st) == 0 && S_ISDIR(st.st_mode)) {
		buf_addf(&first, "%s/0", buf_text(&d->releases));
		rc = (int)syscall(SYS_renameat2, AT_FDCWD, buf_text(&link), AT_FDCWD, d->home,
		    RENAME_EXCHANGE);
		if (rc == 0)
			rc = rename(buf_text(&link), buf_text(&first));
		snprintf(d->old, sizeof(d->old), "%s", buf_text(&first));
	} else
		rc = rename(buf_text(&link), d->home);
out:
	if (rc == -1)
		fail(d, "cannot make %s a link to %s: %s", d->home, to, strerror(errno));
	unlink(buf_text(&link));
	buf_release(&link);
	buf_release(&first);
	return rc;
}

/* ---- processes ---- */

static bool
has_failed(yyjson_val *results, bool stopping)
{
	yyjson_arr_iter it;
	yyjson_val *row;
	bool bad = false;

	yyjson_arr_iter_init(results, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		int64_t code = reply_int(row, "status");

		bad = bad || (code != FAULT_SUCCESS &&
		    !(stopping && code == FAULT_NOT_RUNNING));
	}
	return bad;
}

/* Stop or start the processes of one copy, and wait. */
static int
call_all(struct deploy *d, const char *method, yyjson_val *names, bool stopping)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;
	int rc;

	json_open(&b, '{');
	json_key(&b, "names");
	json_value(&b, names);
	json_close(&b, '}');
	rc = ctl_call(d->c, method, buf_text(&b), &r, &e);
	buf_release(&b);
	if (rc == -1) {
		say_error(d->c, &e);
		return -1;
	}
	rc = has_failed(yyjson_obj_get(r.params, "results"), stopping) ? -1 : 0;
	reply_release(&r);
	return rc;
}

/* One copy after the other; -1: one of them does not come up. */
static int
restart_copies(struct deploy *d)
{
	yyjson_arr_iter it;
	yyjson_val *copy, *names;

	yyjson_arr_iter_init(yyjson_obj_get(d->service, "copies"), &it);
	while ((copy = yyjson_arr_iter_next(&it)) != NULL) {
		names = yyjson_obj_get(copy, "processes");
		if (call_all(d, CONTROL_INTERFACE ".Stop", names, true) == -1 ||
		    call_all(d, CONTROL_INTERFACE ".Start", names, false) == -1)
			return fail(d, "%s does not come up with the new files",
			    reply_str(copy, "group"));
		say("%s: runs release %ld", reply_str(copy, "group"), d->number);
	}
	return 0;
}

static int
roll_back(struct deploy *d)
{
	if (d->old[0] == '\0')
		return fail(d, "there is nothing to go back to");
	if (point_home(d, d->old) == -1)
		return -1;
	d->number = strtol(strrchr(d->old, '/') + 1, NULL, 10);
	say("%s: going back to %s", d->name, d->old);
	return restart_copies(d);
}

/* ---- the action ---- */

static int
postinstall(struct deploy *d)
{
	struct custom_line l = {
		.what = "postinstall", .line = reply_str(d->service, "postinstall"),
		.home = buf_text(&d->fresh), .environment = "environment",
		.limit_s = reply_int(d->service, "postinstall_timeout"),
	};

	if (l.line[0] == '\0' || custom_run(&l, d->service) == 0)
		return 0;
	run_tool("rm", "-rf", buf_text(&d->fresh), buf_text(&d->fresh));
	return fail(d, "not deployed, the old files go on running");
}

static void
remove_old(struct deploy *d)
{
	struct buf path = { 0 };

	for (long n = d->number - KEPT; n >= 0; n--) {
		buf_clear(&path);
		buf_addf(&path, "%s/%ld", buf_text(&d->releases), n);
		if (access(buf_text(&path), F_OK) == 0 && strcmp(buf_text(&path), d->old) != 0)
			run_tool("rm", "-rf", buf_text(&path), buf_text(&path));
	}
	buf_release(&path);
}

static void
deploy(struct deploy *d, const char *from)
{
	ssize_t n = readlink(d->home, d->old, sizeof(d->old) - 1);
	struct stat st;

	d->old[n > 0 ? n : 0] = '\0';
	if (n == -1 && lstat(d->home, &st) == 0 && !S_ISDIR(st.st_mode)) {
		fail(d, "%s is neither a link nor a directory", d->home);
		return;
	}
	if (prepare(d, from) == -1 || postinstall(d) == -1 ||
	    point_home(d, buf_text(&d->fresh)) == -1)
		return;
	if (restart_copies(d) == 0)
		remove_old(d);
	else
		roll_back(d);
}

void
cmd_deploy(struct ctl *c, struct words *w)
{
	struct deploy d = { .c = c };
	struct reply r;

	if (w->n != 2) {
		say_failed(c, EXIT_INVALID_ARGS,
		    "Error: deploy needs the name of a service and a directory");
		command_usage("deploy");
		return;
	}
	d.name = w->v[0];
	if (custom_get(c, d.name, &r) == -1)
		return;
	d.service = r.params;
	d.home = reply_str(r.params, "home");
	deploy(&d, w->v[1]);
	buf_release(&d.releases);
	buf_release(&d.fresh);
	reply_release(&r);
}
