/*
 * The configuration's commands: reread, plan, update, add, remove, avail.
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

static bool
is_fault(const struct ctl *c, const struct err *e, enum fault code)
{
	return c->client.fail == CLIENT_FAULT && e->code == code;
}

/* ---- reread ---- */

struct change {
	const char *name;	/* borrowed of the reply */
	const char *what;
};

static int
by_name(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static size_t
add_changes(struct change *list, size_t n, yyjson_val *names, const char *what)
{
	yyjson_arr_iter it;
	yyjson_val *name;

	yyjson_arr_iter_init(names, &it);
	while ((name = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_is_str(name))
			list[n++] = (struct change){ yyjson_get_str(name), what };
	return n;
}

static void
show_changes(struct ctl *c, yyjson_val *params)
{
	yyjson_val *added = yyjson_obj_get(params, "added");
	yyjson_val *changed = yyjson_obj_get(params, "changed");
	yyjson_val *removed = yyjson_obj_get(params, "removed");
	struct change *list;
	size_t n;

	list = calloc(yyjson_arr_size(added) + yyjson_arr_size(changed) +
	    yyjson_arr_size(removed) + 1, sizeof(*list));
	if (list == NULL) {
		say_failed(c, EXIT_GENERIC, "error: out of memory");
		return;
	}
	n = add_changes(list, 0, added, "available");
	n = add_changes(list, n, changed, "changed");
	n = add_changes(list, n, removed, "disappeared");
	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i++)
		say("%s: %s", list[i].name, list[i].what);
	if (n == 0)
		say("No config updates to processes");
	else if (!c->shell)
		hint(c, "supctl plan tells what supctl update will do about it");
	free(list);
}

void
cmd_reread(struct ctl *c, struct words *w)
{
	struct reply r;
	struct err e;

	(void)w;
	if (ctl_call(c, CONTROL_INTERFACE ".Reread", NULL, &r, &e) == 0) {
		show_changes(c, r.params);
		reply_release(&r);
	} else if (is_fault(c, &e, FAULT_SHUTDOWN_STATE)) {
		say_failed(c, EXIT_GENERIC, "ERROR: supervisor shutting down");
	} else if (is_fault(c, &e, FAULT_CANT_REREAD)) {
		say_failed(c, EXIT_GENERIC, "ERROR: CANT_REREAD: %s", e.msg);
	} else {
		say_error(c, &e);
	}
}

/* ---- plan ---- */

static void
show_step(yyjson_val *step)
{
	const char *key = reply_str(step, "key");
	const char *from = reply_str(step, "from"), *to = reply_str(step, "to");
	struct buf name = { 0 };

	/* Without a name the step is about the whole group. */
	if (reply_str(step, "name")[0] != '\0')
		spec_print(&name, reply_str(step, "group"), reply_str(step, "name"));
	else
		buf_adds(&name, reply_str(step, "group"));
	if (key[0] == '\0')
		say("%s: %s", buf_text(&name), reply_str(step, "action"));
	else if (from[0] == '\0' && to[0] == '\0')	/* values are not shown */
		say("%s: %s because of %s", buf_text(&name), reply_str(step, "action"),
		    key);
	else
		say("%s: %s because of %s: '%s' becomes '%s'", buf_text(&name),
		    reply_str(step, "action"), key, from, to);
	buf_release(&name);
}

void
cmd_plan(struct ctl *c, struct words *w)
{
	yyjson_val *steps, *step;
	yyjson_arr_iter it;
	struct reply r;
	struct err e;

	if (ctl_call(c, CONTROL_INTERFACE ".Plan", NULL, &r, &e) == -1) {
		if (is_fault(c, &e, FAULT_CANT_REREAD))
			say_failed(c, EXIT_GENERIC, "ERROR: CANT_REREAD: %s", e.msg);
		else
			say_error(c, &e);
		return;
	}
	steps = yyjson_obj_get(r.params, "steps");
	if (w->json) {
		say_rows(steps);
	} else if (yyjson_arr_size(steps) == 0) {
		say("No config updates to processes");
	} else {
		yyjson_arr_iter_init(steps, &it);
		while ((step = yyjson_arr_iter_next(&it)) != NULL)
			show_step(step);
	}
	reply_release(&r);
}

/* ---- update ---- */

static int
on_done(yyjson_val *params, void *arg)
{
	static const struct {
		const char *action, *text;
	} texts[] = {
		{ "stopped", "stopped" },
		{ "removed", "removed process group" },
		{ "updated", "updated process group" },
		{ "added", "added process group" },
		{ "problems", "has problems; not removing" },
	};
	yyjson_arr_iter it;
	yyjson_val *done;

	(void)arg;
	yyjson_arr_iter_init(yyjson_obj_get(params, "done"), &it);
	while ((done = yyjson_arr_iter_next(&it)) != NULL) {
		const char *action = reply_str(done, "action"), *text = action;

		for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
			if (strcmp(texts[i].action, action) == 0)
				text = texts[i].text;
		say("%s: %s", reply_str(done, "group"), text);
	}
	return 0;
}

static int
update(struct ctl *c, const struct words *w, struct err *e)
{
	struct buf b = { 0 };
	int rc;

	json_open(&b, '{');
	if (w->n > 0 && !has_all(w))
		params_names(&b, "groups", w->v, w->n);
	json_close(&b, '}');
	rc = ctl_stream(c, CONTROL_INTERFACE ".Update", buf_text(&b), on_done, NULL, e);
	buf_release(&b);
	return rc;
}

static bool
is_among(const struct candidates *known, const char *name)
{
	for (size_t i = 0; i < known->n; i++)
		if (strcmp(known->v[i], name) == 0)
			return true;
	return false;
}

/* Say which words are no groups, of the file or active, and keep the others. */
static int
drop_unknown(struct ctl *c, struct words *w, struct err *e)
{
	struct candidates known;
	struct reply r;
	size_t kept = 0;

	if (ctl_call(c, CONTROL_INTERFACE ".Reread", NULL, &r, e) == -1)
		return -1;
	reply_release(&r);
	if (candidates_collect(c, WORDS_GROUPS, &known) == -1)
		return err_set(e, FAULT_FAILED, "cannot get the list of groups");
	for (size_t i = 0; i < w->n; i++) {
		if (is_among(&known, w->v[i]))
			w->v[kept++] = w->v[i];
		else
			say_failed(c, EXIT_GENERIC, "ERROR: no such group: %s", w->v[i]);
	}
	w->n = kept;
	candidates_release(&known);
	return 0;
}

void
cmd_update(struct ctl *c, struct words *w)
{
	bool some = w->n > 0 && !has_all(w);
	struct err e;
	int rc = 0;

	if (some)
		rc = drop_unknown(c, w, &e);
	if (rc == 0 && some && w->n == 0)
		return;		/* without a name it would mean all */
	if (rc == 0)
		rc = update(c, w, &e);
	if (rc == 0)
		return;
	if (is_fault(c, &e, FAULT_SHUTDOWN_STATE))
		say_failed(c, EXIT_GENERIC, "ERROR: already shutting down");
	else
		say_error(c, &e);
}

/* ---- add, remove ---- */

/* Returns 0 or -1 and e, after one call with a name. */
static int
call_with_name(struct ctl *c, const char *method, const char *name, struct err *e)
{
	struct buf b = { 0 };
	struct reply r;
	int rc;

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	rc = ctl_call(c, method, buf_text(&b), &r, e);
	if (rc == 0)
		reply_release(&r);
	buf_release(&b);
	return rc;
}

void
cmd_add(struct ctl *c, struct words *w)
{
	struct err e;

	for (size_t i = 0; i < w->n; i++) {
		if (call_with_name(c, CONTROL_INTERFACE ".AddGroup", w->v[i], &e) == 0) {
			say("%s: added process group", w->v[i]);
		} else if (is_fault(c, &e, FAULT_SHUTDOWN_STATE)) {
			say_failed(c, EXIT_GENERIC, "ERROR: shutting down");
		} else if (is_fault(c, &e, FAULT_ALREADY_ADDED)) {
			say("ERROR: process group already active");
		} else if (is_fault(c, &e, FAULT_BAD_NAME)) {
			say_failed(c, EXIT_GENERIC, "ERROR: no such process/group: %s",
			    w->v[i]);
		} else {
			say_error(c, &e);
			return;
		}
	}
}

void
cmd_remove(struct ctl *c, struct words *w)
{
	struct err e;

	for (size_t i = 0; i < w->n; i++) {
		if (call_with_name(c, CONTROL_INTERFACE ".RemoveGroup", w->v[i], &e) == 0) {
			say("%s: removed process group", w->v[i]);
		} else if (is_fault(c, &e, FAULT_STILL_RUNNING)) {
			say_failed(c, EXIT_GENERIC, "ERROR: process/group still running: %s",
			    w->v[i]);
		} else if (is_fault(c, &e, FAULT_BAD_NAME)) {
			say_failed(c, EXIT_GENERIC, "ERROR: no such process/group: %s",
			    w->v[i]);
		} else {
			say_error(c, &e);
			return;
		}
	}
}

/* ---- avail ---- */

void
cmd_avail(struct ctl *c, struct words *w)
{
	yyjson_val *configs, *row;
	struct buf b = { 0 }, name = { 0 };
	yyjson_arr_iter it;
	struct reply r;
	struct err e;

	if (ctl_call(c, CONTROL_INTERFACE ".GetConfig", NULL, &r, &e) == -1) {
		if (is_fault(c, &e, FAULT_SHUTDOWN_STATE))
			say_failed(c, EXIT_GENERIC, "ERROR: supervisor shutting down");
		else
			say_error(c, &e);
		return;
	}
	configs = yyjson_obj_get(r.params, "configs");
	if (w->json) {
		say_rows(configs);
		reply_release(&r);
		return;
	}
	yyjson_arr_iter_init(configs, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
		buf_addf(&b, "%-32s %-9s %-9s %d:%d\n", buf_text(&name),
		    reply_bool(row, "inuse") ? "in use" : "avail",
		    reply_bool(row, "autostart") ? "auto" : "manual",
		    (int)reply_int(row, "group_prio"), (int)reply_int(row, "process_prio"));
	}
	say_buf(&b);
	buf_release(&name);
	buf_release(&b);
	reply_release(&r);
}
