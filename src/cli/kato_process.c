/*
 * kato process: the processes one by one, whatever role they are in.
 */
#include "cli/kato.h"

#include <stdio.h>
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

/* ---- list ---- */

/* supervisord's state in kato's words. */
static const char *
kato_state(yyjson_val *p)
{
	const char *state = reply_str(p, "statename");

	if (strcmp(state, "BACKOFF") == 0)
		return "STARTING";
	if (strcmp(state, "EXITED") == 0)
		return "STOPPED";
	if (strcmp(state, "UNKNOWN") == 0)
		return "FATAL";
	return state;
}

static void
list_text(yyjson_val *list)
{
	struct buf name = { 0 };
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	yyjson_val *p;

	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		printf("%-30s %-9s %s\n", buf_text(&name), kato_state(p),
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
		json_kstr(&b, buf_text(&name), kato_state(p));
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
	yyjson_arr_iter it;
	yyjson_val *one;
	bool called;

	json_open(&b, '{');
	if (k->n > 0)
		put_names(&b, k);
	json_close(&b, '}');
	called = kato_call(k, CONTROL_INTERFACE ".Status", buf_text(&b), &r);
	buf_release(&b);
	if (!called)
		return;
	if (k->json || k->yaml)
		list_json(k, yyjson_obj_get(r.params, "processes"));
	else
		list_text(yyjson_obj_get(r.params, "processes"));
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "unknown"));
	while ((one = yyjson_arr_iter_next(&it)) != NULL)
		kato_failed(k, KATO_FAILED, "no process '%s'", reply_str(one, "group"));
	reply_release(&r);
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
