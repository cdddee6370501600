/*
 * kato start, stop, restart, role add and role remove: what this machine does, as roles.
 *
 * A change is made in two calls where it has two parts, so that what is printed has
 * happened: first the goals, then starts and stops.
 */
#include "cli/kato_roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* ---- choosing ---- */

static bool
has(const struct role_list *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(reply_str(c->v[i], "name"), name) == 0)
			return true;
	return false;
}

static bool
is_for_all(yyjson_val *role, const void *but)
{
	return !reply_bool(role, "exclude_from_add_all") && !has(but, reply_str(role, "name"));
}

static bool
is_removable(yyjson_val *role, const void *but)
{
	return reply_bool(role, "here") && !reply_bool(role, "mandatory") &&
	    !has(but, reply_str(role, "name"));
}

static bool
is_on(yyjson_val *role, const void *unused)
{
	(void)unused;
	return reply_bool(role, "on");
}

static bool
is_stoppable(yyjson_val *role, const void *unused)
{
	return role_here(role, unused) && !reply_bool(role, "mandatory");
}

/* Names and --all, --all-but make sense together; false: not so, which is said. */
static bool
check_words(struct kato *k)
{
	int ways = k->all + k->all_but + k->only;

	if (ways > 1)
		kato_failed(k, KATO_USAGE, "--all, --all-but and --only are three ways: take one");
	else if (k->all && k->n > 0)
		kato_failed(k, KATO_USAGE, "--all means every role, so no names go with it");
	else if (!k->all && k->n == 0)
		kato_failed(k, KATO_USAGE, "which roles?  Name them, or say --all");
	else
		return true;
	return false;
}

/* The words of role add and role remove: all that fn keeps, or those that are named. */
static bool
choose(struct kato *k, bool (*fn)(yyjson_val *role, const void *but), struct role_list *out)
{
	struct role_list but = { 0 };

	if (!check_words(k))
		return false;
	if (!k->all && !k->all_but)
		return roles_fetch(k, k->v, k->n, out);
	if (k->all_but && !roles_fetch(k, k->v, k->n, &but))
		return false;
	if (!roles_fetch(k, NULL, 0, out)) {
		roles_let_go(&but);
		return false;
	}
	roles_filter(out, fn, &but);
	roles_let_go(&but);
	return true;
}

/* ---- changing ---- */

/* A change at work. */
struct change {
	struct kato *k;
	const struct role_list *roles;
	struct buf failures;	/* "ROLE PROCESS: WHY" each, ended by a newline */
};

static bool
role_has(yyjson_val *role, const char *group, const char *name)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(role, "processes"));
	yyjson_val *p;

	while ((p = yyjson_arr_iter_next(&it)) != NULL)
		if (strcmp(reply_str(p, "group"), group) == 0 &&
		    strcmp(reply_str(p, "name"), name) == 0)
			return true;
	return false;
}

static void
note_result(struct change *c, yyjson_val *row)
{
	const char *why = reply_str(row, "description");
	bool fine = reply_int(row, "status") == FAULT_SUCCESS;
	struct buf name = { 0 };

	spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
	if (c->k->verbose)
		say("  %s %s...   %s%s", strcmp(reply_str(row, "action"), "start") == 0 ?
		    "starting" : "stopping", buf_text(&name), fine ? "ok" : "failed: ",
		    fine ? "" : why);
	for (size_t i = 0; !fine && i < c->roles->n; i++)
		if (role_has(c->roles->v[i], reply_str(row, "group"), reply_str(row, "name")))
			buf_addf(&c->failures, "%s %s: %s\n", reply_str(c->roles->v[i], "name"),
			    buf_text(&name), why);
	buf_release(&name);
}

static int
on_results(yyjson_val *params, void *arg)
{
	struct change *c = arg;
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(params, "results"));
	yyjson_val *row;

	while ((row = yyjson_arr_iter_next(&it)) != NULL)
		note_result(c, row);
	if (reply_str(params, "note")[0] != '\0') {
		fflush(stdout);
		fprintf(stderr, "kato: %s\n", reply_str(params, "note"));
	}
	return 0;
}

/* One call about the chosen roles; false: it was refused, which is said. */
static bool
call(struct change *c, const char *method, bool goal_only)
{
	struct buf b = { 0 };
	bool called;

	json_open(&b, '{');
	json_key(&b, "names");
	json_open(&b, '[');
	for (size_t i = 0; i < c->roles->n; i++)
		json_str(&b, reply_str(c->roles->v[i], "name"));
	json_close(&b, ']');
	if (goal_only)
		json_kbool(&b, "goal_only", true);
	json_close(&b, '}');
	called = kato_stream(c->k, method, buf_text(&b), on_results, c);
	buf_release(&b);
	return called;
}

/* The failures of one role below its line. */
static void
say_failures(struct change *c, const char *role)
{
	const char *line = buf_text(&c->failures), *end;
	size_t len = strlen(role);

	for (; (end = strchr(line, '\n')) != NULL; line = end + 1)
		if (strncmp(line, role, len) == 0 && line[len] == ' ')
			say("  %.*s", (int)(end - line - (long)len - 1), line + len + 1);
}

static bool
has_failures(const struct change *c, const char *role)
{
	size_t len = strlen(role);

	for (const char *line = buf_text(&c->failures), *end; (end = strchr(line, '\n')) != NULL;
	    line = end + 1)
		if (strncmp(line, role, len) == 0 && line[len] == ' ')
			return true;
	return false;
}

/* "role x starting...  ok" for each */
static void
say_done(struct change *c, const char *doing)
{
	for (size_t i = 0; i < c->roles->n; i++) {
		const char *name = reply_str(c->roles->v[i], "name");
		bool failed = has_failures(c, name);

		say("role %s %s...  %s", name, doing, failed ? "failed" : "ok");
		say_failures(c, name);
		if (failed)
			c->k->status = KATO_FAILED;
	}
}

static void
say_each(const struct role_list *c, const char *doing)
{
	for (size_t i = 0; i < c->n; i++)
		say("%s role \"%s\"...  ok", doing, reply_str(c->v[i], "name"));
}

/* Start, stop or restart them, and say how it went. */
static bool
carry_out(struct kato *k, const struct role_list *roles, const char *method, const char *doing)
{
	struct change c = { .k = k, .roles = roles };
	bool called;

	say("-----> %c%s roles", doing[0] - 'a' + 'A', doing + 1);
	called = call(&c, method, false);
	if (called)
		say_done(&c, doing);
	buf_release(&c.failures);
	return called;
}

static void
remove_roles(struct kato *k, const struct role_list *roles)
{
	if (roles->n == 0 ||
	    !carry_out(k, roles, CONTROL_INTERFACE ".RemoveRoles", "stopping"))
		return;
	say("-----> Removing roles");
	say_each(roles, "removing");
}

static void
add_roles(struct kato *k, const struct role_list *roles)
{
	struct change c = { .k = k, .roles = roles };

	if (roles->n == 0)
		return;
	say("-----> Adding roles");
	if (call(&c, CONTROL_INTERFACE ".AddRoles", true)) {
		say_each(roles, "adding");
		if (!k->no_start)
			carry_out(k, roles, CONTROL_INTERFACE ".StartRoles", "starting");
	}
	buf_release(&c.failures);
}

void
kato_role_add(struct kato *k)
{
	struct role_list roles, others;

	if (!choose(k, is_for_all, &roles))
		return;
	if (k->only && roles_fetch(k, NULL, 0, &others)) {
		roles_filter(&others, is_removable, &roles);
		remove_roles(k, &others);
		roles_let_go(&others);
	}
	if (k->status == KATO_OK)
		add_roles(k, &roles);
	roles_let_go(&roles);
}

void
kato_role_remove(struct kato *k)
{
	struct role_list roles;

	if (!choose(k, is_removable, &roles))
		return;
	remove_roles(k, &roles);
	roles_let_go(&roles);
}

/* start, stop, restart: those that are named, or all that are here. */
static void
operate(struct kato *k, const char *method, const char *doing,
    bool (*fn)(yyjson_val *role, const void *unused))
{
	struct role_list roles;

	if (!roles_fetch(k, k->v, k->n, &roles))
		return;
	if (k->n == 0)
		roles_filter(&roles, fn, NULL);
	if (roles.n == 0)
		say("no role to do that with");
	else
		carry_out(k, &roles, method, doing);
	roles_let_go(&roles);
}

void
kato_start(struct kato *k)
{
	operate(k, CONTROL_INTERFACE ".StartRoles", "starting", role_here);
}

void
kato_stop(struct kato *k)
{
	operate(k, CONTROL_INTERFACE ".StopRoles", "stopping", is_stoppable);
}

void
kato_restart(struct kato *k)
{
	operate(k, CONTROL_INTERFACE ".RestartRoles", "restarting", is_on);
}
