/*
 * What operations ask of others: of hooks and of the core.
 */
#include "node/steps.h"

#include <sys/wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/async.h"
#include "node/child.h"
#include "node/fill.h"
#include "node/hook.h"
#include "serve/guest.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define EXIT_LATER 75		/* EX_TEMPFAIL of sysexits.h */

/* ---- hooks ---- */

/* The answer, if there is one, into op->said. */
static enum step
take_answer(struct op *op, const struct child_end *end)
{
	const char *text = end->out;
	size_t len = end->out_len;

	while (len > 0 && (unsigned char)text[len - 1] <= ' ')
		len--;
	yyjson_doc_free(op->said);
	op->said = NULL;
	if (len == 0)
		return STEP_ON;
	op->said = yyjson_read(text, len, 0);
	if (yyjson_is_obj(yyjson_doc_get_root(op->said)))
		return STEP_ON;
	return op_fail(op, RESULT_REFUSED, "the hook has answered with something that is no"
	    " JSON object: '%.60s'", text);
}

static enum step
hook_failed(struct op *op, const struct child_end *end)
{
	bool later = WIFEXITED(end->status) && WEXITSTATUS(end->status) == EXIT_LATER;
	const char *said = end->last;

	if (end->timeout)
		return op_fail(op, RESULT_REFUSED, "the hook has taken longer than %lld seconds",
		    (long long)node.hook_ms / 1000);
	if (WIFSIGNALED(end->status))
		return op_fail(op, RESULT_REFUSED, "the hook was killed by signal %d%s%s",
		    WTERMSIG(end->status), *said ? ": " : "", said);
	op->code = later || op->undoing ? op->code : WEXITSTATUS(end->status);
	if (*said == '\0')
		return op_fail(op, later ? RESULT_LATER : RESULT_REFUSED,
		    "the hook has ended with status %d", WEXITSTATUS(end->status));
	return op_fail(op, later ? RESULT_LATER : RESULT_REFUSED, "%s", said);
}

static void
on_hook(void *arg, const struct child_end *end)
{
	struct op *op = arg;

	op->child = NULL;
	op_go_on(op, !end->timeout && WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0 ?
	    take_answer(op, end) : hook_failed(op, end));
}

enum step
step_hook(struct op *op, enum hook_kind kind)
{
	struct err e;

	if (node.hook[kind] == NULL)
		return STEP_ON;
	op->child = node_hook(kind, &op->row, op->binding.name != NULL ? &op->binding : NULL,
	    on_hook, op, &e);
	return op->child != NULL ? STEP_WAIT : op_fail(op, RESULT_LATER, "%s", e.msg);
}

/* ---- the core ---- */

static void
on_core_late(struct loop_timer *t)
{
	struct op *op = LOOP_OWNER(t, struct op, timer);

	async_cancel(op->call);
	op->call = NULL;
	op_go_on(op, op_fail(op, RESULT_LATER, "the process has not become what it should be"
	    " within %d seconds", OP_CORE_MS / 1000));
}

/* "results": [{status, description}] of the one process; true: as it should be. */
static bool
result_is_good(yyjson_val *params, const char **text)
{
	yyjson_val *result = yyjson_arr_get_first(yyjson_obj_get(params, "results"));

	*text = yyjson_get_str(yyjson_obj_get(result, "description"));
	if (*text == NULL)
		*text = "no reason";
	return result == NULL ||
	    yyjson_get_sint(yyjson_obj_get(result, "status")) == FAULT_SUCCESS;
}

/* Not a word of the core about the instance: it was not there to ask, or is busy with it. */
static bool
is_passing(const struct async_reply *r)
{
	return r->text == NULL || r->fault->code == FAULT_STILL_RUNNING ||
	    r->fault->code == FAULT_SHUTDOWN_STATE;
}

static void
on_core(void *arg, const struct async_reply *r)
{
	struct op *op = arg;
	const char *text;

	if (r->continues)
		return;
	op->call = NULL;
	if (r->fault != NULL)
		op_go_on(op, op_fail(op, is_passing(r) ? RESULT_LATER : RESULT_REFUSED, "%s",
		    r->fault->msg));
	else if (!result_is_good(r->params, &text))
		op_go_on(op, op_fail(op, RESULT_REFUSED, "its process does not run: %s", text));
	else
		op_go_on(op, STEP_ON);
}

/* Frees params. */
static enum step
call_core(struct op *op, const char *method, struct buf *params)
{
	struct err e = { .msg = "out of memory" };

	op->call = params->failed ? NULL : async_call(guest.core, geteuid(), ASYNC_SLOW, method,
	    buf_text(params), on_core, op, &e);
	buf_release(params);
	if (op->call == NULL)
		return op_fail(op, RESULT_LATER, "%s", e.msg);
	loop_timer_start(&op->timer, OP_CORE_MS, on_core_late);
	return STEP_WAIT;
}

static void
put_hole(void *arg, const char *name, const char *value)
{
	if (strcmp(name, "name") != 0)		/* every template has that */
		json_kstr(arg, name, value);
}

enum step
step_add_process(struct op *op)
{
	struct buf b = { 0 };

	if (op->row.kind != KIND_PROCESS || op->row.disabled)
		return STEP_ON;
	json_open(&b, '{');
	json_kstr(&b, "template", op->row.template);
	json_kstr(&b, "name", op->row.name);
	json_key(&b, "holes");
	json_open(&b, '{');
	fill_each(&op->row, put_hole, &b);
	json_close(&b, '}');
	json_kbool(&b, "wait", op->kind != OP_CHECK);
	json_close(&b, '}');
	return call_core(op, CONTROL_INTERFACE ".AddInstance", &b);
}

/* RUNNING is not yet serving, where the template has a ready=. */
enum step
step_await_process(struct op *op)
{
	struct buf b = { 0 };

	if (op->row.kind != KIND_PROCESS || op->row.disabled)
		return STEP_ON;
	buf_addf(&b, "{\"state\":\"READY\",\"timeout\":%d,\"names\":[\"%s:%s\"]}", OP_CORE_MS,
	    op->row.template, op->row.name);
	return call_core(op, CONTROL_INTERFACE ".Wait", &b);
}

enum step
step_remove_process(struct op *op)
{
	struct buf b = { 0 };

	if (op->row.kind != KIND_PROCESS)
		return STEP_ON;
	json_open(&b, '{');
	json_kstr(&b, "template", op->row.template);
	json_kstr(&b, "name", op->row.name);
	json_kbool(&b, "wait", true);
	json_close(&b, '}');
	return call_core(op, CONTROL_INTERFACE ".RemoveInstance", &b);
}
