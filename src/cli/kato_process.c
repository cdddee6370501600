/*
 * kato process: the processes one by one, whatever role they are in.
 */
#include "cli/kato.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* {"names": [...]}, or {"all": true} without words. */
static void
put_names(struct buf *b, const struct kato *k)
{
	if (k->n > 0)
		params_names(b, "names", k->v, k->n);
	else
		json_kbool(b, "all", true);
}

/* Names that are no process, of a reply. */
static void
say_unknown(struct kato *k, const struct reply *r)
{
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(r->params, "unknown"));
	yyjson_val *name;

	while ((name = yyjson_arr_iter_next(&it)) != NULL)
		kato_failed(k, KATO_FAILED, "no process '%s'", yyjson_get_str(name));
}

/* ---- list ---- */

static void
list_text(yyjson_val *list)
{
	struct buf name = { 0 };
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	yyjson_val *p;

	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		printf("%-30s %-9s %s\n", buf_text(&name), reply_str(p, "state"),
		    reply_str(p, "description"));
	}
	buf_release(&name);
}

/* {"127.0.0.1": {"web": "RUNNING"}} */
static void
list_json(struct kato *k, yyjson_val *list)
{
	struct buf b = { 0 }, name = { 0 };
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	yyjson_val *p;

	json_open(&b, '{');
	json_key(&b, KATO_NODE);
	json_open(&b, '{');
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		json_kstr(&b, buf_text(&name), reply_str(p, "state"));
	}
	json_close(&b, '}');
	json_close(&b, '}');
	kato_print_text(k, &b);
	buf_release(&name);
	buf_release(&b);
}

void
kato_process_list(struct kato *k)
{
	struct buf b = { 0 };
	struct reply r;
	bool called;

	json_open(&b, '{');
	if (k->n > 0)
		put_names(&b, k);
	json_close(&b, '}');
	called = kato_call(k, CONTROL_INTERFACE ".ListProcesses", buf_text(&b), &r);
	buf_release(&b);
	if (!called)
		return;
	if (k->json || k->yaml)
		list_json(k, yyjson_obj_get(r.params, "processes"));
	else
		list_text(yyjson_obj_get(r.params, "processes"));
	say_unknown(k, &r);
	reply_release(&r);
}

/* ---- ready ---- */

/* Whole seconds or parts of one, in milliseconds; -1 without -b; -2: it is no number. */
static int64_t
block_ms(const struct kato *k)
{
	double seconds;
	char *end;

	if (k->block == NULL)
		return -1;
	seconds = strtod(k->block, &end);
	if (end == k->block || *end != '\0' || !(seconds >= 0 && seconds < 1e9))
		return -2;
	return (int64_t)(seconds * 1000);
}

/* Of all the ones that shall run: "names" for a call; false: that is said. */
static bool
put_wanted(struct kato *k, struct buf *b)
{
	bool all = k->n == 1 && strcmp(k->v[0], "all") == 0;
	struct buf params = { 0 }, name = { 0 };
	yyjson_arr_iter it;
	yyjson_val *p;
	struct reply r;
	bool called;

	json_open(&params, '{');
	if (!all)
		params_names(&params, "names", k->v, k->n);
	json_close(&params, '}');
	called = kato_call(k, CONTROL_INTERFACE ".ListProcesses", buf_text(&params), &r);
	buf_release(&params);
	if (!called)
		return false;
	json_key(b, "names");
	json_open(b, '[');
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "processes"));
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		if (!all || (reply_bool(p, "wanted") && !reply_bool(p, "guest")))
			json_str(b, buf_text(&name));
	}
	json_close(b, ']');
	say_unknown(k, &r);
	buf_release(&name);
	reply_release(&r);
	return k->status == KATO_OK;
}

static int
on_ready(yyjson_val *params, void *arg)
{
	struct kato *k = arg;
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(params, "results"));
	yyjson_val *row;

	while ((row = yyjson_arr_iter_next(&it)) != NULL)
		if (reply_int(row, "status") != FAULT_SUCCESS)
			k->status = KATO_FAILED;
	return 0;
}

void
kato_process_ready(struct kato *k)
{
	int64_t ms = block_ms(k);
	struct buf b = { 0 };

	if (ms == -2) {
		kato_failed(k, KATO_USAGE, "-b needs a number of seconds, not '%s'", k->block);
		return;
	}
	json_open(&b, '{');
	if (put_wanted(k, &b)) {
		json_kstr(&b, "state", "READY");
		if (ms != 0)	/* 0: for as long as it takes */
			json_kint(&b, "timeout", ms > 0 ? ms : 0);
		json_close(&b, '}');
		if (kato_stream(k, CONTROL_INTERFACE ".Wait", buf_text(&b), on_ready, k))
			say(k->status == KATO_OK ? "READY" : "NOT READY");
	}
	buf_release(&b);
}

/* ---- start, stop, restart ---- */

struct verb {
	const char *doing;	/* "starting" */
	const char *method;
	enum fault fine;	/* it is so already */
	const char *already;
};

static const struct verb start_verb = {
	"starting", CONTROL_INTERFACE ".Start", FAULT_ALREADY_STARTED, "runs already",
};

static const struct verb stop_verb = {
	"stopping", CONTROL_INTERFACE ".Stop", FAULT_NOT_RUNNING, "does not run",
};

struct job {
	struct kato *k;
	const struct verb *verb;
};

static int
on_results(yyjson_val *params, void *arg)
{
	struct job *j = arg;
	struct buf name = { 0 };
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(params, "results"));
	yyjson_val *row;

	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		enum fault code = (enum fault)reply_int(row, "status");
		const char *why = reply_str(row, "description");

		buf_clear(&name);
		spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
		printf("%s %s...   ", j->verb->doing, buf_text(&name));
		if (code == FAULT_SUCCESS) {
			say("ok");
		} else if (code == j->verb->fine) {
			say("ok (%s)", j->verb->already);
		} else {
			say("failed: %s", why[0] != '\0' ? why : fault_name(code));
			j->k->status = KATO_FAILED;
		}
	}
	buf_release(&name);
	return 0;
}

/* One call for all: dependencies and priorities order them. */
static void
do_verb(struct kato *k, const struct verb *verb)
{
	struct job j = { .k = k, .verb = verb };
	struct buf b = { 0 };

	json_open(&b, '{');
	put_names(&b, k);
	json_kbool(&b, "wait", true);
	json_close(&b, '}');
	kato_stream(k, verb->method, buf_text(&b), on_results, &j);
	buf_release(&b);
}

void
kato_process_start(struct kato *k)
{
	do_verb(k, &start_verb);
}

void
kato_process_stop(struct kato *k)
{
	do_verb(k, &stop_verb);
}

void
kato_process_restart(struct kato *k)
{
	do_verb(k, &stop_verb);
	if (k->status == KATO_OK)
		do_verb(k, &start_verb);
}
