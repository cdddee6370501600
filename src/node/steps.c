/*
 * What operations do, step by step.
 *
 * The order is the promise: a row before anything else is made, and nothing is left when
 * it goes.  Removing: process dead, directory gone, port free (that is the row).
 */
#include <sys/wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/async.h"
#include "node/child.h"
#include "node/fill.h"
#include "node/hook.h"
#include "node/op.h"
#include "node/place.h"
#include "node/port.h"
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

static enum step
run_hook(struct op *op, enum hook_kind kind)
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

static void
on_core(void *arg, const struct async_reply *r)
{
	struct op *op = arg;
	const char *text;

	if (r->continues)
		return;
	op->call = NULL;
	if (r->fault != NULL)
		op_go_on(op, op_fail(op, r->text == NULL ||
		    r->fault->code == FAULT_STILL_RUNNING ? RESULT_LATER : RESULT_REFUSED, "%s",
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

static enum step
add_process(struct op *op)
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
static enum step
await_process(struct op *op)
{
	struct buf b = { 0 };

	if (op->row.kind != KIND_PROCESS || op->row.disabled)
		return STEP_ON;
	buf_addf(&b, "{\"state\":\"READY\",\"timeout\":%d,\"names\":[\"%s:%s\"]}", OP_CORE_MS,
	    op->row.template, op->row.name);
	return call_core(op, CONTROL_INTERFACE ".Wait", &b);
}

static enum step
remove_process(struct op *op)
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

/* ---- finding ---- */

static enum step
database_failed(struct op *op, const struct err *e)
{
	return op_fail(op, RESULT_LATER, "%s", e->msg);
}

/* The row, for what needs one; its absence ends the operation well. */
static enum step
find_row(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == -1)
		return database_failed(op, &e);
	return rc == 1 ? STEP_ON : STEP_END;
}

/* The row, which has to be there and ready. */
static enum step
need_row(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == -1)
		return database_failed(op, &e);
	if (rc == 0) {
		op_fail(op, RESULT_FAULT, "BAD_NAME: there is no instance '%s'", op->name);
		op->why.code = FAULT_BAD_NAME;
		return STEP_FAILED;
	}
	if (op->row.phase != PHASE_READY)
		return op_fail(op, RESULT_LATER, "'%s' is being %s", op->name,
		    op->row.phase == PHASE_PROVISIONING ? "made" : "removed");
	return STEP_ON;
}

/* ---- provision ---- */

/* It is there: the same answer again, or it is another one. */
static enum step
answer_again(struct op *op)
{
	const struct row *r = &op->row;

	if (r->phase != PHASE_READY)
		return op_fail(op, RESULT_LATER, "what was left of '%s' is being removed",
		    op->name);
	if ((op->plan != NULL && strcmp(op->plan, r->plan) != 0) ||
	    (op->version != NULL && strcmp(op->version, r->version) != 0))
		return op_fail(op, RESULT_REFUSED, "'%s' is there already, with plan '%s' and"
		    " version '%s'", op->name, r->plan, r->version);
	buf_adds(&op->credentials, r->credentials);
	return STEP_END;
}

static enum step
check_demand(struct op *op)
{
	struct err e;
	int64_t n;

	if (op->plan != NULL && strcmp(op->plan, node.plan) != 0)
		return op_fail(op, RESULT_REFUSED, "this node has plan '%s', not '%s'",
		    node.plan, op->plan);
	if (op->version != NULL && !node_has_version(op->version))
		return op_fail(op, RESULT_REFUSED, "this node does not have version '%s'",
		    op->version);
	if (node_is_draining())
		return op_fail(op, RESULT_NO_CAPACITY, "this node takes no new instances");
	if (node_rows_count(&n, &e) == -1)
		return database_failed(op, &e);
	if (n >= node.capacity)
		return op_fail(op, RESULT_NO_CAPACITY, "this node has %lld instances, and no"
		    " place for more", (long long)n);
	return STEP_ON;
}

static enum step
look_first(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == -1)
		return database_failed(op, &e);
	return rc == 1 ? answer_again(op) : check_demand(op);
}

/* A member of the credentials of a lost instance. */
static int
take_given(struct op *op, int *port, struct err *e)
{
	yyjson_doc *doc = op->given != NULL ? yyjson_read(op->given, strlen(op->given), 0) : NULL;
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *password = yyjson_get_str(yyjson_obj_get(root, "password"));
	char word[25];
	int rc = 0;

	*port = (int)yyjson_get_sint(yyjson_obj_get(root, "port"));
	if (password == NULL && (rc = fill_secret(word, e)) == 0)
		password = word;
	op->row.secret = password != NULL ? strdup(password) : NULL;
	yyjson_doc_free(doc);
	return rc;
}

static char *
copy(const char *text, const char *fallback)
{
	return strdup(text != NULL ? text : fallback);
}

static bool
has_place(void)
{
	return node.kind == KIND_PROCESS || node.kind == KIND_DIRECTORY ||
	    (node.kind == KIND_COMMAND && guest_text("base_dir", NULL) != NULL);
}

/* Nothing has to be made: one row, ready at once. */
static bool
is_plain(enum kind kind)
{
	return kind == KIND_ECHO && node.hook[HOOK_PROVISION] == NULL &&
	    node.hook[HOOK_UNPROVISION] == NULL;
}

static int
make_plain(struct op *op, struct err *e)
{
	struct row *r = &op->row;

	if (credentials_write(&op->credentials, r, NULL, e) == -1)
		return -1;
	free(r->credentials);
	r->credentials = strdup(buf_text(&op->credentials));
	r->phase = PHASE_READY;
	return r->credentials != NULL ? 0 : err_set(e, FAULT_FAILED, "out of memory");
}

/* All that is known of it before it is made, in a row: from now on the port is its own. */
static enum step
reserve(struct op *op)
{
	struct row *r = &op->row;
	struct err e;
	int wish;

	*r = (struct row){
		.name = strdup(op->name), .plan = strdup(node.plan),
		.version = copy(op->version, node.default_version), .kind = node.kind,
		.directory = has_place() ? place_path(op->name) : strdup(""),
		.template = strdup(node.kind == KIND_PROCESS ? node.template : ""),
		.parameters = copy(op->parameters, "{}"), .credentials = copy(op->given, "{}"),
	};
	if (take_given(op, &wish, &e) == -1 || port_choose(wish, &r->port, &e) == -1)
		return op_fail(op, RESULT_NO_CAPACITY, "%s", e.msg);
	if (r->name == NULL || r->plan == NULL || r->version == NULL || r->directory == NULL ||
	    r->template == NULL || r->parameters == NULL || r->credentials == NULL ||
	    r->secret == NULL)
		return op_fail(op, RESULT_LATER, "out of memory");
	if (is_plain(r->kind) && make_plain(op, &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_row_insert(r, &e) == -1)
		return database_failed(op, &e);
	op->row_is_made = true;
	op->changed = is_plain(r->kind);
	return op->changed ? STEP_END : STEP_ON;
}

static enum step
make_place(struct op *op)
{
	struct err e;

	if (op->row.directory[0] == '\0' || place_make(&op->row, &e) == 0)
		return STEP_ON;
	return op_fail(op, RESULT_REFUSED, "%s", e.msg);
}

static enum step
run_provision(struct op *op)
{
	op->hook_was_run = true;
	return run_hook(op, HOOK_PROVISION);
}

static enum step
start_process(struct op *op)
{
	op->process_is_made = true;
	return add_process(op);
}

static enum step
settle(struct op *op)
{
	struct err e;

	if (credentials_write(&op->credentials, &op->row, yyjson_doc_get_root(op->said),
	    &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_row_settle(op->name, buf_text(&op->credentials), &e) == -1)
		return database_failed(op, &e);
	op->changed = true;
	monitor_watch(op->name);
	return STEP_END;
}

/* ---- removal ---- */

static enum step
mark_row(struct op *op)
{
	struct err e;

	if (is_plain(op->row.kind))
		return STEP_ON;			/* one step, which is whole or not at all */
	if (op->row.phase == PHASE_PROVISIONING)	/* half made; the next steps fit both */
		return STEP_ON;
	if (node_row_set_phase(op->name, PHASE_UNPROVISIONING, &e) == -1)
		return database_failed(op, &e);
	monitor_forget(op->name);
	return STEP_ON;
}

/*
 * A hook that may have begun has its counterpart run: of a node that was killed nobody knows
 * how far it has come, so "unprovision" has to bear that there is nothing.
 */
static enum step
run_unprovision(struct op *op)
{
	if (op->undoing && !op->hook_was_run)
		return STEP_ON;
	return run_hook(op, HOOK_UNPROVISION);
}

static enum step
stop_process(struct op *op)
{
	if (op->undoing && !op->process_is_made)
		return STEP_ON;
	return remove_process(op);
}

static void
on_removed(void *arg, const struct child_end *end)
{
	struct op *op = arg;

	op->child = NULL;
	op_go_on(op, end->status == 0 ? STEP_ON : op_fail(op, RESULT_LATER,
	    "the directory '%s' cannot be removed completely", op->row.directory));
}

static enum step
remove_place(struct op *op)
{
	struct err e;

	if (op->row.directory[0] == '\0')
		return STEP_ON;
	if (place_hide(&op->row, &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	op->child = child_call(place_remove, op->row.directory, on_removed, op, &e);
	if (op->child == NULL)
		return op_fail(op, RESULT_LATER, "%s", e.msg);
	return STEP_WAIT;
}

static enum step
forget_row(struct op *op)
{
	struct err e;

	if (node_row_delete(op->name, &e) == -1)
		return database_failed(op, &e);
	op->changed = true;
	return STEP_END;
}

/* ---- bindings ---- */

/* There already: the same answer again. */
static enum step
look_for_binding(struct op *op)
{
	struct err e;
	int rc = node_binding_find(op->name, op->bound, &op->binding, &e);

	if (rc == -1)
		return database_failed(op, &e);
	if (rc == 0)
		return STEP_ON;
	if (op->binding.phase != PHASE_READY)
		return op_fail(op, RESULT_LATER, "what was left of binding '%s' is being removed",
		    op->bound);
	buf_adds(&op->credentials, op->binding.credentials);
	return STEP_END;
}

static enum step
reserve_binding(struct op *op)
{
	struct err e;

	op->binding = (struct binding){
		.instance = strdup(op->name), .name = strdup(op->bound),
		.parameters = copy(op->parameters, "{}"), .credentials = strdup("{}"),
	};
	if (op->binding.instance == NULL || op->binding.name == NULL ||
	    op->binding.parameters == NULL || op->binding.credentials == NULL)
		return op_fail(op, RESULT_LATER, "out of memory");
	if (node_binding_insert(&op->binding, &e) == -1)
		return database_failed(op, &e);
	op->row_is_made = true;
	return STEP_ON;
}

static enum step
run_bind(struct op *op)
{
	return run_hook(op, HOOK_BIND);
}

static enum step
settle_binding(struct op *op)
{
	struct err e;

	if (credentials_bind(&op->credentials, &op->row, yyjson_doc_get_root(op->said),
	    &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_binding_settle(op->name, op->bound, buf_text(&op->credentials), &e) == -1)
		return database_failed(op, &e);
	op->changed = true;
	return STEP_END;
}

/* Nobody is bound to what is not there. */
static enum step
find_binding(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == 1)
		rc = node_binding_find(op->name, op->bound, &op->binding, &e);
	if (rc == -1)
		return database_failed(op, &e);
	if (rc == 1 && node_binding_set_phase(op->name, op->bound, PHASE_UNPROVISIONING, &e) == -1)
		return database_failed(op, &e);
	return rc == 1 ? STEP_ON : STEP_END;
}

static enum step
run_unbind(struct op *op)
{
	return run_hook(op, HOOK_UNBIND);
}

static enum step
forget_binding(struct op *op)
{
	struct err e;

	if (node_binding_delete(op->name, op->bound, &e) == -1)
		return database_failed(op, &e);
	op->changed = true;
	return STEP_END;
}

/* Before an instance goes, its bindings do, one after the other; this step comes again. */
static enum step
unbind_all(struct op *op)
{
	struct names l;
	struct err e;
	int rc;

	if (op->binding.name != NULL) {		/* its hook has been run */
		if (node_binding_delete(op->name, op->binding.name, &e) == -1)
			return database_failed(op, &e);
		node_binding_release(&op->binding);
	}
	if (node.hook[HOOK_UNBIND] == NULL)
		return STEP_ON;
	if (node_binding_names(op->name, false, &l, &e) == -1)
		return database_failed(op, &e);
	rc = l.n > 0 ? node_binding_find(op->name, l.v[0], &op->binding, &e) : 0;
	names_release(&l);
	if (rc == -1)
		return database_failed(op, &e);
	if (rc == 0)
		return STEP_ON;
	op->at--;			/* a hook that went well leads back to here */
	return run_hook(op, HOOK_UNBIND);
}

/* ---- enable and disable ---- */

static enum step
run_disable(struct op *op)
{
	return op->row.disabled ? STEP_END : run_hook(op, HOOK_DISABLE);
}

static enum step
set_disabled(struct op *op)
{
	struct err e;

	if (node_row_set_disabled(op->name, true, &e) == -1)
		return database_failed(op, &e);
	monitor_forget(op->name);
	return STEP_ON;
}

static enum step
set_enabled(struct op *op)
{
	struct err e;

	if (!op->row.disabled)
		return STEP_END;
	op->row.disabled = false;
	monitor_watch(op->name);
	return node_row_set_disabled(op->name, false, &e) == -1 ? database_failed(op, &e) : STEP_ON;
}

/* After a restart the core may know less than the rows, or more. */
static enum step
check_process(struct op *op)
{
	return op->row.disabled ? remove_process(op) : add_process(op);
}

static enum step
run_enable(struct op *op)
{
	return run_hook(op, HOOK_ENABLE);
}

/* ---- lists ---- */

static const step_fn provision[] = {
	look_first, reserve, make_place, run_provision, start_process, await_process, settle,
	NULL
};
static const step_fn undo[] = {
	stop_process, run_unprovision, remove_place, forget_row, NULL
};
static const step_fn unprovision[] = {
	find_row, mark_row, unbind_all, stop_process, run_unprovision, remove_place, forget_row,
	NULL
};
static const step_fn bind_steps[] = {
	need_row, look_for_binding, reserve_binding, run_bind, settle_binding, NULL
};
static const step_fn unbind_steps[] = { find_binding, run_unbind, forget_binding, NULL };
static const step_fn undo_bind[] = { run_unbind, forget_binding, NULL };
static const step_fn disable[] = { need_row, run_disable, set_disabled, remove_process, NULL };
static const step_fn enable[] = {
	need_row, set_enabled, run_enable, add_process, await_process, NULL
};
static const step_fn check[] = { need_row, check_process, NULL };

const step_fn *
steps_of(enum op_kind kind)
{
	switch (kind) {
	case OP_PROVISION:
		return provision;
	case OP_UNPROVISION:
		return unprovision;
	case OP_BIND:
		return bind_steps;
	case OP_UNBIND:
		return unbind_steps;
	case OP_ENABLE:
		return enable;
	case OP_DISABLE:
		return disable;
	case OP_CHECK:
		break;
	}
	return check;
}

const step_fn *
steps_to_undo(const struct op *op)
{
	return op->kind == OP_BIND ? undo_bind : undo;
}
