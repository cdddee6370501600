/*
 * Instances of templates, and scaling: instance add, instance remove, instance list, scale.
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* ---- what became of processes ---- */

/* "x:a" as group and name of one row; false: it is another. */
static bool
is_row(yyjson_val *row, const char *full)
{
	struct buf name = { 0 };
	bool same;

	spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
	same = strcmp(buf_text(&name), full) == 0;
	buf_release(&name);
	return same;
}

/* Of a process that was added or removed the result, as a line. */
static void
say_result(struct ctl *c, yyjson_val *results, const char *full, const char *done)
{
	yyjson_arr_iter it;
	yyjson_val *row;

	yyjson_arr_iter_init(results, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		if (!is_row(row, full) || reply_int(row, "status") == FAULT_SUCCESS)
			continue;
		say_failed(c, EXIT_NOT_RUNNING, "%s: ERROR (%s)", full,
		    reply_str(row, "description"));
		return;
	}
	say("%s: %s", full, done);
}

static void
say_fault(struct ctl *c, const char *name, const char *kind, const struct err *e)
{
	if (c->client.fail == CLIENT_FAULT && e->code == FAULT_BAD_NAME)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (no such %s)", name, kind);
	else if (c->client.fail == CLIENT_FAULT)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (%s)", name, e->msg);
	else
		say_error(c, e);
}

/* ---- instance ---- */

/*
 * HOLE=VALUE from the from-th word on, as a JSON object.  A word without = goes on with the
 * value before it, since lines are split at blanks.
 */
static int
put_holes(struct buf *b, const struct words *w, size_t from)
{
	struct buf value = { 0 };
	int rc = 0;

	json_key(b, "holes");
	json_open(b, '{');
	for (size_t i = from; i < w->n; i++) {
		const char *equals = strchr(w->v[i], '=');

		if (equals == NULL || equals == w->v[i]) {
			rc = -1;
			break;
		}
		json_bytes(b, w->v[i], (size_t)(equals - w->v[i]));
		buf_addc(b, ':');
		buf_clear(&value);
		buf_adds(&value, equals + 1);
		while (i + 1 < w->n && strchr(w->v[i + 1], '=') == NULL)
			buf_addf(&value, " %s", w->v[++i]);
		json_str(b, buf_text(&value));
	}
	json_close(b, '}');
	buf_release(&value);
	return rc;
}

static void
add(struct ctl *c, struct words *w)
{
	struct buf b = { 0 }, full = { 0 };
	struct reply r;
	struct err e;
	const char *done;

	spec_print(&full, w->v[1], w->v[2]);
	json_open(&b, '{');
	json_kstr(&b, "template", w->v[1]);
	json_kstr(&b, "name", w->v[2]);
	json_kbool(&b, "wait", true);
	if (put_holes(&b, w, 3) == -1) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: holes are filled as HOLE=VALUE");
		command_usage("instance");
		goto out;
	}
	json_close(&b, '}');
	if (ctl_call(c, CONTROL_INTERFACE ".AddInstance", buf_text(&b), &r, &e) == -1) {
		say_fault(c, buf_text(&full), "template", &e);
		goto out;
	}
	done = !reply_bool(r.params, "added") ? "is there already" :
	    reply_bool(r.params, "remembered") ? "added" :
	    "added (until the supervisor ends: there is no state directory)";
	say_result(c, yyjson_obj_get(r.params, "results"), buf_text(&full), done);
	reply_release(&r);
out:
	buf_release(&b);
	buf_release(&full);
}

static void
drop(struct ctl *c, const char *template, const char *name)
{
	struct buf b = { 0 }, full = { 0 };
	struct reply r;
	struct err e;

	spec_print(&full, template, name);
	json_open(&b, '{');
	json_kstr(&b, "template", template);
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	if (ctl_call(c, CONTROL_INTERFACE ".RemoveInstance", buf_text(&b), &r, &e) == -1) {
		say_fault(c, buf_text(&full), "template", &e);
	} else {
		say("%s: %s", buf_text(&full), reply_bool(r.params, "removed") ?
		    "removed" : "was not there");
		reply_release(&r);
	}
	buf_release(&b);
	buf_release(&full);
}

static void
show(yyjson_val *row)
{
	struct buf line = { 0 };
	yyjson_obj_iter it;
	yyjson_val *key;

	spec_print(&line, reply_str(row, "template"), reply_str(row, "name"));
	buf_addf(&line, " %s", reply_str(row, "statename"));
	yyjson_obj_iter_init(yyjson_obj_get(row, "holes"), &it);
	while ((key = yyjson_obj_iter_next(&it)) != NULL)
		buf_addf(&line, " %s=%s", yyjson_get_str(key),
		    yyjson_get_str(yyjson_obj_iter_get_val(key)));
	if (!reply_bool(row, "remembered"))
		buf_adds(&line, " (not remembered)");
	say("%s", buf_text(&line));
	buf_release(&line);
}

static void
list(struct ctl *c, const char *template, bool json)
{
	yyjson_val *rows, *row;
	yyjson_arr_iter it;
	struct buf b = { 0 };
	struct reply r;
	struct err e;

	json_open(&b, '{');
	if (template != NULL)
		json_kstr(&b, "template", template);
	json_close(&b, '}');
	if (ctl_call(c, CONTROL_INTERFACE ".ListInstances", buf_text(&b), &r, &e) == -1) {
		say_fault(c, template != NULL ? template : "instances", "template", &e);
		buf_release(&b);
		return;
	}
	rows = yyjson_obj_get(r.params, "instances");
	if (json) {
		say_rows(rows);
	} else {
		yyjson_arr_iter_init(rows, &it);
		while ((row = yyjson_arr_iter_next(&it)) != NULL)
			show(row);
	}
	reply_release(&r);
	buf_release(&b);
}

void
cmd_instance(struct ctl *c, struct words *w)
{
	const char *what = w->n > 0 ? w->v[0] : "";

	if (strcmp(what, "add") == 0 && w->n >= 3) {
		add(c, w);
	} else if (strcmp(what, "remove") == 0 && w->n >= 3) {
		for (size_t i = 2; i < w->n; i++)
			drop(c, w->v[1], w->v[i]);
	} else if (strcmp(what, "list") == 0 && w->n <= 2) {
		list(c, w->n == 2 ? w->v[1] : NULL, w->json);
	} else {
		say_failed(c, EXIT_INVALID_ARGS,
		    "Error: instance needs add, remove or list and what it is about");
		command_usage("instance");
	}
}

/* ---- scale ---- */

static void
say_all(struct ctl *c, yyjson_val *params, const char *key, const char *done)
{
	yyjson_val *results = yyjson_obj_get(params, "results"), *name;
	yyjson_arr_iter it;

	yyjson_arr_iter_init(yyjson_obj_get(params, key), &it);
	while ((name = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_is_str(name))
			say_result(c, results, yyjson_get_str(name), done);
}

/* NAME=N; an empty N: as the file says. */
static int
scale_params(struct buf *b, const char *name, const char *number)
{
	char *end;
	long long n = strtoll(number, &end, 10);

	json_open(b, '{');
	json_kstr(b, "name", name);
	if (number[0] != '\0')
		json_kint(b, "processes", n);
	json_close(b, '}');
	return *end == '\0' && name[0] != '\0' && n >= 0 ? 0 : -1;
}

static void
scale(struct ctl *c, const char *name, const char *number)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;

	if (scale_params(&b, name, number) == -1) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: '%s=%s' is not NAME=NUMBER", name,
		    number);
	} else if (ctl_call(c, CONTROL_INTERFACE ".Scale", buf_text(&b), &r, &e) == -1) {
		say_fault(c, name, "program", &e);
	} else {
		say_all(c, r.params, "removed", "removed");
		say_all(c, r.params, "added", "added");
		if (yyjson_arr_size(yyjson_obj_get(r.params, "added")) +
		    yyjson_arr_size(yyjson_obj_get(r.params, "removed")) == 0)
			say("%s: no change", name);
		if (!reply_bool(r.params, "remembered"))
			say("%s: until the supervisor ends: there is no state directory", name);
		reply_release(&r);
	}
	buf_release(&b);
}

void
cmd_scale(struct ctl *c, struct words *w)
{
	if (w->n == 0) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: scale needs NAME=NUMBER");
		command_usage("scale");
	}
	for (size_t i = 0; i < w->n; i++) {
		char *equals = strchr(w->v[i], '='), *colon;

		if (equals == NULL) {
			say_failed(c, EXIT_INVALID_ARGS, "Error: '%s' is not NAME=NUMBER",
			    w->v[i]);
			continue;
		}
		*equals = '\0';
		colon = strchr(w->v[i], ':');
		if (colon != NULL && strcmp(colon, ":instances") == 0)
			*colon = '\0';		/* as some are used to say it */
		scale(c, w->v[i], equals + 1);
	}
}
