/*
 * kato inspect: is everything as it should be?  One row of the table for each test; a
 * test says what is wrong, or nothing.
 */
#include "cli/kato.h"

#include <sys/statvfs.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define DISK_LEAST_PERCENT 5	/* less of a disk free is a finding */

/* A test writes lines, each ended by a newline, and fails; or writes remarks. */
struct test {
	const char *name;
	const char *group;
	const char *help;
	bool	(*run)(struct kato *k, struct buf *out);
};

/* A call whose failure is the finding. */
static bool
ask(struct kato *k, const char *method, struct reply *r, struct buf *out)
{
	struct err e = { 0 };

	if (ctl_call(&k->ctl, method, NULL, r, &e) == 0)
		return true;
	buf_addf(out, "%s\n", e.msg);
	return false;
}

static bool
test_supervisor(struct kato *k, struct buf *out)
{
	struct reply r;
	bool runs;

	if (!ask(k, CONTROL_INTERFACE ".GetState", &r, out))
		return false;
	runs = strcmp(reply_str(r.params, "statename"), "RUNNING") == 0;
	buf_addf(out, "supd %s is %s\n", reply_str(r.params, "version"),
	    reply_str(r.params, "statename"));
	reply_release(&r);
	return runs;
}

static bool
test_stop(struct kato *k, struct buf *out)
{
	struct reply r;
	bool fine;

	if (!ask(k, CONTROL_INTERFACE ".GetState", &r, out))
		return false;
	fine = strcmp(reply_str(r.params, "tier"), "C") != 0;
	buf_addf(out, "a stop leaves no survivor by tier %s: %s\n", reply_str(r.params, "tier"),
	    reply_str(r.params, "tier_reason"));
	reply_release(&r);
	return fine;
}

static bool
test_state(struct kato *k, struct buf *out)
{
	struct reply r;
	bool fine;

	if (!ask(k, CONTROL_INTERFACE ".GetState", &r, out))
		return false;
	fine = reply_bool(r.params, "remembers");
	buf_addf(out, "%s %s\n", reply_str(r.params, "statedir"), fine ? "can be written" :
	    "cannot be written: goals of roles are forgotten at a restart");
	reply_release(&r);
	return fine;
}

/* The files as they are on disk can be loaded, and are what runs. */
static bool
test_config(struct kato *k, struct buf *out)
{
	yyjson_arr_iter it;
	yyjson_val *step;
	struct reply r;
	bool fine = true;

	if (!ask(k, CONTROL_INTERFACE ".Plan", &r, out))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "steps"));
	while ((step = yyjson_arr_iter_next(&it)) != NULL) {
		buf_addf(out, "update would %s %s%s%s\n", reply_str(step, "action"),
		    reply_str(step, "group"), reply_str(step, "name")[0] != '\0' ? ":" : "",
		    reply_str(step, "name"));
		fine = false;
	}
	reply_release(&r);
	return fine;
}

static bool
test_processes(struct kato *k, struct buf *out)
{
	struct buf name = { 0 };
	yyjson_arr_iter it;
	yyjson_val *p;
	struct reply r;
	bool fine = true;

	if (!ask(k, CONTROL_INTERFACE ".ListProcesses", &r, out))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "processes"));
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		const char *state = reply_str(p, "state");

		if (strcmp(state, "FATAL") != 0 && strcmp(state, "ROGUE") != 0)
			continue;
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		buf_addf(out, "%s is %s: %s\n", buf_text(&name), state,
		    strcmp(state, "ROGUE") == 0 ? "no role that is to run needs it" :
		    reply_str(p, "description"));
		fine = false;
	}
	buf_release(&name);
	reply_release(&r);
	return fine;
}

static bool
test_roles(struct kato *k, struct buf *out)
{
	yyjson_arr_iter it;
	yyjson_val *role;
	struct reply r;
	bool fine = true;

	if (!ask(k, CONTROL_INTERFACE ".ListRoles", &r, out))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "roles"));
	while ((role = yyjson_arr_iter_next(&it)) != NULL) {
		const char *name = reply_str(role, "name"), *state = reply_str(role, "state");
		int64_t least = reply_int(role, "min_per_cluster");

		if (reply_bool(role, "on") && strcmp(state, "RUNNING") != 0) {
			buf_addf(out, "role %s shall run and is %s\n", name, state);
			fine = false;
		} else if (!reply_bool(role, "here") && least > 0) {
			buf_addf(out, "role %s is to be on %lld machines, and is on none\n", name,
			    (long long)least);
			fine = false;
		}
	}
	reply_release(&r);
	return fine;
}

static bool
test_logs(struct kato *k, struct buf *out)
{
	yyjson_arr_iter it;
	yyjson_val *s;
	struct reply r;
	bool fine = true;

	if (!ask(k, LOG_INTERFACE ".GetStats", &r, out))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "streams"));
	while ((s = yyjson_arr_iter_next(&it)) != NULL) {
		if (reply_int(s, "dropped_bytes") == 0 && reply_str(s, "error")[0] == '\0')
			continue;
		buf_addf(out, "%s %s: %lld bytes lost%s%s\n", reply_str(s, "name")[0] != '\0' ?
		    reply_str(s, "name") : "supervisord", reply_str(s, "channel"),
		    (long long)reply_int(s, "dropped_bytes"),
		    reply_str(s, "error")[0] != '\0' ? ", " : "", reply_str(s, "error"));
		fine = false;
	}
	reply_release(&r);
	return fine;
}

/* The directory of a file, seen from here: of another machine's nothing is known. */
static bool
look_at_disk(const char *path, struct buf *out)
{
	char dir[4096];
	const char *slash = strrchr(path, '/');
	struct statvfs fs;
	unsigned long percent;

	if (path[0] != '/' || slash - path >= (long)sizeof(dir))
		return true;
	snprintf(dir, sizeof(dir), "%.*s", slash == path ? 1 : (int)(slash - path), path);
	if (statvfs(dir, &fs) == -1 || fs.f_blocks == 0)
		return true;
	percent = (unsigned long)(fs.f_bavail * 100 / fs.f_blocks);
	if (percent >= DISK_LEAST_PERCENT)
		return true;
	buf_addf(out, "%s: %lu%% of the disk are free\n", dir, percent);
	return false;
}

static bool
test_disk(struct kato *k, struct buf *out)
{
	const char *last = "";
	yyjson_arr_iter it;
	yyjson_val *s;
	struct reply r;
	bool fine = true;

	if (strncmp(k->ctl.client.url, "unix:", 5) != 0) {
		buf_adds(out, "not looked at: it is another machine\n");
		return true;
	}
	if (!ask(k, CONTROL_INTERFACE ".Status", &r, out))
		return false;
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "processes"));
	while ((s = yyjson_arr_iter_next(&it)) != NULL) {
		const char *path = reply_str(s, "stdout_logfile");

		if (strcmp(path, last) != 0 && !look_at_disk(path, out))
			fine = false;
		last = path;
	}
	reply_release(&r);
	return fine;
}

static const struct test tests[] = {
	{ "supervisor", "core", "the supervisor answers and is RUNNING", test_supervisor },
	{ "stop", "core", "a stop leaves no process behind", test_stop },
	{ "state", "core", "there is a directory for what is to be remembered", test_state },
	{ "config", "core", "the files can be loaded, and are what runs", test_config },
	{ "processes", "roles", "none is FATAL, none runs that no role needs", test_processes },
	{ "roles", "roles", "those that shall run are RUNNING", test_roles },
	{ "logs", "logs", "no output was lost, every log can be written", test_logs },
	{ "disk", "logs", "there is room where the logs are", test_disk },
};

#define NTESTS (sizeof(tests) / sizeof(tests[0]))

/* ---- the command ---- */

static void
list(void)
{
	for (size_t i = 0; i < NTESTS; i++)
		say("%-12s %-8s %s", tests[i].name, tests[i].group, tests[i].help);
}

static bool
names_test(const struct kato *k, const struct test *t)
{
	for (size_t i = 1; i < k->n; i++)
		if (strcmp(k->v[i], strcmp(k->v[0], "group") == 0 ? t->group : t->name) == 0)
			return true;
	return false;
}

/* Is each of the names behind "group" or "tests" one? */
static bool
check_names(struct kato *k)
{
	bool group = strcmp(k->v[0], "group") == 0;

	for (size_t i = 1; i < k->n; i++) {
		size_t at = 0;

		while (at < NTESTS && strcmp(k->v[i], group ? tests[at].group : tests[at].name) != 0)
			at++;
		if (at == NTESTS) {
			kato_failed(k, KATO_USAGE, "no %s '%s'; kato inspect list tells them",
			    group ? "group" : "test", k->v[i]);
			return false;
		}
	}
	if (k->n > 1)
		return true;
	kato_failed(k, KATO_USAGE, "%s: which?  kato inspect list tells them", k->v[0]);
	return false;
}

static void
run_test(struct kato *k, const struct test *t)
{
	struct buf out = { 0 };
	bool fine = t->run(k, &out);

	say("%-12s %s", t->name, fine ? "ok" : "FAILED");
	for (const char *line = buf_text(&out), *end; (!fine || k->verbose) &&
	    (end = strchr(line, '\n')) != NULL; line = end + 1)
		say("  %.*s", (int)(end - line), line);
	if (!fine)
		k->status = KATO_FAILED;
	buf_release(&out);
}

void
kato_inspect(struct kato *k)
{
	bool all = k->n == 0 || (k->n == 1 && strcmp(k->v[0], "all") == 0);
	struct err e = { 0 };

	if (k->n == 1 && strcmp(k->v[0], "list") == 0) {
		list();
		return;
	}
	if (!all && strcmp(k->v[0], "group") != 0 && strcmp(k->v[0], "tests") != 0) {
		kato_failed(k, KATO_USAGE, "'%s' is not one of all, list, group, tests", k->v[0]);
		return;
	}
	if (!all && !check_names(k))
		return;
	if (ctl_connect(&k->ctl, &e) == -1) {
		kato_refused(k, &e);
		return;
	}
	for (size_t i = 0; i < NTESTS; i++)
		if (all || names_test(k, &tests[i]))
			run_test(k, &tests[i]);
}
