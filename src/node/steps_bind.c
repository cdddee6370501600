/*
 * Steps about bindings, about enabling and disabling, and about changes.
 */
#include "node/steps.h"

#include <stdlib.h>
#include <string.h>

#include "node/fill.h"

/* ---- bindings ---- */

/* There already: the same answer again. */
static enum step
look_for_binding(struct op *op)
{
	struct err e;
	int rc = node_binding_find(op->name, op->bound, &op->binding, &e);

	if (rc == -1)
		return step_no_database(op, &e);
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
		.parameters = step_copy(op->parameters, "{}"), .credentials = strdup("{}"),
	};
	if (op->binding.instance == NULL || op->binding.name == NULL ||
	    op->binding.parameters == NULL || op->binding.credentials == NULL)
		return op_fail(op, RESULT_LATER, "out of memory");
	if (node_binding_insert(&op->binding, &e) == -1)
		return step_no_database(op, &e);
	op->is_begun = true;
	return STEP_ON;
}

static enum step
run_bind(struct op *op)
{
	return step_hook(op, HOOK_BIND);
}

static enum step
settle_binding(struct op *op)
{
	struct err e;

	if (credentials_bind(&op->credentials, &op->row, yyjson_doc_get_root(op->said),
	    &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_binding_settle(op->name, op->bound, buf_text(&op->credentials), &e) == -1)
		return step_no_database(op, &e);
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
		return step_no_database(op, &e);
	if (rc == 1 && node_binding_set_phase(op->name, op->bound, PHASE_UNPROVISIONING, &e) == -1)
		return step_no_database(op, &e);
	return rc == 1 ? STEP_ON : STEP_END;
}

static enum step
run_unbind(struct op *op)
{
	return step_hook(op, HOOK_UNBIND);
}

static enum step
forget_binding(struct op *op)
{
	struct err e;

	if (node_binding_delete(op->name, op->bound, &e) == -1)
		return step_no_database(op, &e);
	op->changed = true;
	return STEP_END;
}

/* Before an instance goes, its bindings do, one after the other; this step comes again. */
enum step
step_unbind_all(struct op *op)
{
	struct names l;
	struct err e;
	int rc;

	if (op->binding.name != NULL) {		/* its hook has been run */
		if (node_binding_delete(op->name, op->binding.name, &e) == -1)
			return step_no_database(op, &e);
		node_binding_release(&op->binding);
	}
	if (node.hook[HOOK_UNBIND] == NULL)
		return STEP_ON;
	if (node_binding_names(op->name, false, &l, &e) == -1)
		return step_no_database(op, &e);
	rc = l.n > 0 ? node_binding_find(op->name, l.v[0], &op->binding, &e) : 0;
	names_release(&l);
	if (rc == -1)
		return step_no_database(op, &e);
	if (rc == 0)
		return STEP_ON;
	op->at--;			/* a hook that went well leads back to here */
	return step_hook(op, HOOK_UNBIND);
}

/* ---- enable and disable ---- */

/*
 * The row says that it is disabled before its process goes, and that it is enabled when its
 * process serves: what is half done is disabled.  Both can be repeated until they succeed.
 */
static enum step
run_disable(struct op *op)
{
	return op->row.disabled ? STEP_ON : step_hook(op, HOOK_DISABLE);
}

static enum step
set_disabled(struct op *op)
{
	struct err e;

	if (!op->row.disabled && node_row_set_disabled(op->name, true, &e) == -1)
		return step_no_database(op, &e);
	monitor_forget(op->name);
	return STEP_ON;
}

static enum step
begin_enable(struct op *op)
{
	if (!op->row.disabled)
		return STEP_END;
	op->row.disabled = false;
	op->is_begun = true;
	return STEP_ON;
}

static enum step
run_enable(struct op *op)
{
	return step_hook(op, HOOK_ENABLE);
}

static enum step
set_enabled(struct op *op)
{
	struct err e;

	if (node_row_set_disabled(op->name, false, &e) == -1)
		return step_no_database(op, &e);
	monitor_watch(op->name);
	return STEP_END;
}

/* After a restart the core may know less than the rows, or more. */
static enum step
check_process(struct op *op)
{
	return op->row.disabled ? step_remove_process(op) : step_add_process(op);
}

/* ---- changes ---- */

/* Only a hook knows what another parameter means, unless there is nothing behind the name. */
static enum step
check_change(struct op *op)
{
	struct row *r = &op->row;

	if (op->plan != NULL && strcmp(op->plan, node.plan) != 0)
		return op_fail(op, RESULT_REFUSED, "this node has plan '%s', not '%s'",
		    node.plan, op->plan);
	if (op->version != NULL && strcmp(op->version, r->version) != 0)
		return op_fail(op, RESULT_REFUSED, "'%s' stays at version '%s'", op->name,
		    r->version);
	if (node.hook[HOOK_UPDATE] == NULL && r->kind != KIND_ECHO)
		return op_fail(op, RESULT_REFUSED, "instances of this service cannot be changed:"
		    " its node has no hook update");
	free(r->parameters);
	r->parameters = step_copy(op->parameters, "{}");
	return r->parameters != NULL ? STEP_ON : op_fail(op, RESULT_LATER, "out of memory");
}

static enum step
run_update(struct op *op)
{
	return step_hook(op, HOOK_UPDATE);
}

static enum step
settle_change(struct op *op)
{
	struct err e;

	if (credentials_bind(&op->credentials, &op->row, yyjson_doc_get_root(op->said),
	    &e) == -1)
		return op_fail(op, RESULT_REFUSED, "%s", e.msg);
	if (node_row_change(op->name, op->row.parameters, buf_text(&op->credentials), &e) == -1)
		return step_no_database(op, &e);
	op->changed = true;
	return STEP_END;
}

/* ---- lists ---- */

const step_fn steps_bind[] = {
	step_need_row, look_for_binding, reserve_binding, run_bind, settle_binding, NULL
};
const step_fn steps_unbind[] = { find_binding, run_unbind, forget_binding, NULL };
const step_fn steps_undo_bind[] = { run_unbind, forget_binding, NULL };
const step_fn steps_disable[] = {
	step_need_row, run_disable, set_disabled, step_remove_process, NULL
};
const step_fn steps_enable[] = {
	step_need_row, begin_enable, run_enable, step_add_process, step_await_process,
	set_enabled, NULL
};
const step_fn steps_undo_enable[] = { step_remove_process, NULL };
const step_fn steps_update[] = {
	step_need_row, check_change, run_update, settle_change, NULL
};
const step_fn steps_check[] = { step_need_row, check_process, NULL };
