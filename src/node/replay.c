/*
 * What an earlier node has begun and not finished.  A row that is not ready was being made
 * or removed: it is removed, for nobody was told that it is there.  A row that is ready has
 * its process in the core, or gets it again; a process that has no row goes.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/async.h"
#include "node/op.h"
#include "serve/guest.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define RETRY_MS	5000	/* until what could not be removed is tried again */

static struct loop_timer again;
static struct async_call *listing;
static bool listed;		/* the core's instances were compared with the rows */

static void sweep(struct loop_timer *t);

void
replay_soon(void)
{
	listed = false;
	if (!loop_timer_active(&again))
		loop_timer_start(&again, RETRY_MS, sweep);
}

void
replay_release(void)
{
	loop_timer_stop(&again);
	if (listing != NULL)
		async_cancel(listing);
	listing = NULL;
}

static void
begin_op(enum op_kind kind, const char *name, const char *bound)
{
	struct op *op = op_new(kind, name, bound);

	if (op != NULL)
		op_begin(op);
	else
		replay_soon();
}

/* ---- rows ---- */

static void
sweep_bindings(const char *instance)
{
	struct names l;
	struct binding b;
	struct err e;

	if (node_binding_names(instance, false, &l, &e) == -1)
		return;
	for (size_t i = 0; i < l.n; i++) {
		if (node_binding_find(instance, l.v[i], &b, &e) != 1)
			continue;
		if (b.phase != PHASE_READY)
			begin_op(OP_UNBIND, instance, l.v[i]);
		node_binding_release(&b);
	}
	names_release(&l);
}

static void
sweep_row(const char *name)
{
	struct row r;
	struct err e;

	if (op_is_busy(name) || node_row_find(name, &r, &e) != 1)
		return;
	if (r.phase == PHASE_READY) {
		sweep_bindings(name);
	} else {
		guest_log(LOG_INFO, "%s: removing what was left of it", name);
		begin_op(OP_UNPROVISION, name, NULL);
	}
	node_row_release(&r);
}

/* ---- the core's list ---- */

/* Was this instance made by this node? */
static bool
is_ours(yyjson_val *instance)
{
	const char *name = yyjson_get_str(yyjson_obj_get(yyjson_obj_get(instance, "holes"),
	    "node"));

	return name != NULL && strcmp(name, guest.name) == 0;
}

static bool
is_listed(yyjson_val *instances, const struct row *r)
{
	yyjson_val *item;
	size_t i, n;

	yyjson_arr_foreach(instances, i, n, item)
		if (yyjson_equals_str(yyjson_obj_get(item, "name"), r->name) &&
		    yyjson_equals_str(yyjson_obj_get(item, "template"), r->template))
			return true;
	return false;
}

static void
nobody(void *arg, const struct async_reply *r)
{
	(void)arg;
	if (r->fault != NULL)
		guest_log(LOG_WARN, "a process without a row is left: %s", r->fault->msg);
}

static void
remove_stray(yyjson_val *instance)
{
	const char *name = yyjson_get_str(yyjson_obj_get(instance, "name"));
	struct buf b = { 0 };
	struct row r;
	struct err e;
	int rc = node_row_find(name, &r, &e);

	if (rc == 1)
		node_row_release(&r);
	if (rc != 0 || op_is_busy(name))
		return;
	guest_log(LOG_WARN, "%s: its process is removed, since no row knows it", name);
	json_open(&b, '{');
	json_kstr(&b, "template", yyjson_get_str(yyjson_obj_get(instance, "template")));
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	if (!b.failed)
		async_call(guest.core, geteuid(), ASYNC_SLOW, CONTROL_INTERFACE
		    ".RemoveInstance", buf_text(&b), nobody, NULL, &e);
	buf_release(&b);
}

static void
compare(yyjson_val *instances)
{
	struct names l;
	yyjson_val *item;
	size_t i, n;
	struct row r;
	struct err e;

	yyjson_arr_foreach(instances, i, n, item)
		if (is_ours(item))
			remove_stray(item);
	if (node_rows_names(&l, &e) == -1)
		return;
	for (i = 0; i < l.n; i++) {
		if (op_is_busy(l.v[i]) || node_row_find(l.v[i], &r, &e) != 1)
			continue;
		if (r.kind == KIND_PROCESS && r.phase == PHASE_READY &&
		    is_listed(instances, &r) == r.disabled)
			begin_op(OP_CHECK, r.name, NULL);
		node_row_release(&r);
	}
	names_release(&l);
}

static void
on_list(void *arg, const struct async_reply *r)
{
	(void)arg;
	listing = NULL;
	if (r->fault != NULL) {
		guest_log(LOG_WARN, "cannot compare with what runs: %s", r->fault->msg);
		replay_soon();
		return;
	}
	listed = true;
	compare(yyjson_obj_get(r->params, "instances"));
}

static void
sweep(struct loop_timer *t)
{
	struct names l;
	struct err e;

	(void)t;
	if (node_rows_names(&l, &e) == -1) {
		replay_soon();
		return;
	}
	for (size_t i = 0; i < l.n; i++)
		sweep_row(l.v[i]);
	names_release(&l);
	if (listed || listing != NULL || node.kind != KIND_PROCESS)
		return;
	listing = async_call(guest.core, geteuid(), 0, CONTROL_INTERFACE ".ListInstances", NULL,
	    on_list, NULL, &e);
	if (listing == NULL)
		replay_soon();
}

void
replay_begin(void)
{
	sweep(NULL);
}
