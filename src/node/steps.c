/*
 * What operations do, step by step.
 *
 * The order is the promise: a row before anything else is made, and nothing is left when
 * it goes.  Removing: process dead, directory gone, port free (that is the row).
 */
#include "node/steps.h"

#include <stdlib.h>
#include <string.h>

#include "node/child.h"
#include "node/fill.h"
#include "node/place.h"
#include "node/port.h"
#include "serve/guest.h"

/* ---- finding ---- */

enum step
step_no_database(struct op *op, const struct err *e)
{
	return op_fail(op, RESULT_LATER, "%s", e->msg);
}

/* The row, for what needs one; its absence ends the operation well. */
enum step
step_find_row(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == -1)
		return step_no_database(op, &e);
	return rc == 1 ? STEP_ON : STEP_END;
}

/* The row, which has to be there and ready. */
enum step
step_need_row(struct op *op)
{
	struct err e;
	int rc = node_row_find(op->name, &op->row, &e);

	if (rc == -1)
		return step_no_database(op, &e);
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

char *
step_copy(const char *text, const char *fallback)
{
	return strdup(text != NULL ? text : fallback);
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
		return step_no_database(op, &e);
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
		return step_no_database(op, &e);
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
		.version = step_copy(op->version, node.default_version), .kind = node.kind,
		.directory = has_place() ? place_path(op->name) : strdup(""),
		.template = strdup(node.kind == KIND_PROCESS ? node.template : ""),
		.parameters = step_copy(op->parameters, "{}"), .credentials = step_copy(op->given, "{}"),
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
		return step_no_database(op, &e);
	op->is_begun = true;
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
	return step_hook(op, HOOK_PROVISION);
}

static enum step
start_process(struct op *op)
{
	op->process_is_made = true;
	return step_add_process(op);
}

static enum step
settle(struct op *op)
{
	struct err e;

	if (credentials_write(&op->credentials, &op->row, yyjson_doc_get_root(op->said),
	    &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_row_settle(op->name, buf_text(&op->credentials), &e) == -1)
		return step_no_database(op, &e);
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
		return step_no_database(op, &e);
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
	return step_hook(op, HOOK_UNPROVISION);
}

static enum step
stop_process(struct op *op)
{
	if (op->undoing && !op->process_is_made)
		return STEP_ON;
	return step_remove_process(op);
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
		return step_no_database(op, &e);
	op->changed = true;
	return STEP_END;
}

/* ---- lists ---- */

static const step_fn provision[] = {
	look_first, reserve, make_place, run_provision, start_process, step_await_process, settle,
	NULL
};
static const step_fn undo[] = {
	stop_process, run_unprovision, remove_place, forget_row, NULL
};
static const step_fn unprovision[] = {
	step_find_row, mark_row, step_unbind_all, stop_process, run_unprovision, remove_place,
	forget_row, NULL
};

const step_fn *
steps_of(enum op_kind kind)
{
	switch (kind) {
	case OP_PROVISION:
		return provision;
	case OP_UNPROVISION:
		return unprovision;
	case OP_BIND:
		return steps_bind;
	case OP_UNBIND:
		return steps_unbind;
	case OP_ENABLE:
		return steps_enable;
	case OP_DISABLE:
		return steps_disable;
	case OP_UPDATE:
		return steps_update;
	case OP_CHECK:
		break;
	}
	return steps_check;
}

const step_fn *
steps_to_undo(const struct op *op)
{
	return op->kind == OP_BIND ? steps_undo_bind :
	    op->kind == OP_ENABLE ? steps_undo_enable : undo;
}
