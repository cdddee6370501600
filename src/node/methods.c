/*
 * The calls of org.supd.Node.
 */
#include "node/methods.h"

#include <stdlib.h>
#include <string.h>

#include "node/op.h"
#include "node/place.h"
#include "serve/guest.h"
#include "wire/json.h"

#define NAME_MAX_BYTES 64

/* ---- parameters ---- */

/* A name becomes one of a directory and of a process. */
static int
take_name(const struct call *c, const char *key, const char **out, struct err *e)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.-";
	size_t len;

	*out = "";
	if (vcall_string(&c->v, key, out, e) == -1)
		return -1;
	len = strlen(*out);
	if (len > 0 && len <= NAME_MAX_BYTES && (*out)[0] != '.' && strspn(*out, good) == len)
		return 0;
	return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter '%s' has to be 1 to %d letters,"
	    " digits and _.-, and no dot in front", key, NAME_MAX_BYTES);
}

/* A string that may be left out into *out, which is owned; "" counts as left out. */
static int
take_text(const struct call *c, const char *key, char **out, struct err *e)
{
	const char *text = NULL;

	if (vcall_string(&c->v, key, &text, e) == -1)
		return -1;
	if (text == NULL || *text == '\0')
		return 0;
	*out = strdup(text);
	return *out != NULL ? 0 : err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

/* An object, as its text. */
static int
take_object(const struct call *c, const char *key, char **out, struct err *e)
{
	yyjson_val *v = yyjson_obj_get(c->v.params, key);

	if (v == NULL || yyjson_is_null(v))
		return 0;
	if (!yyjson_is_obj(v))
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter '%s' is no object", key);
	*out = yyjson_val_write(v, 0, NULL);
	return *out != NULL ? 0 : err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

/* ---- answers ---- */

static void
put_error(struct call *c, const struct op *op)
{
	static const char *const names[] = {
		[RESULT_REFUSED] = NODE_INTERFACE ".Refused",
		[RESULT_LATER] = NODE_INTERFACE ".Later",
		[RESULT_NO_CAPACITY] = NODE_INTERFACE ".NoCapacity",
	};
	struct buf *b;

	if (op->result == RESULT_FAULT) {
		call_fault(c, &op->why);
		return;
	}
	b = call_error(c, names[op->result]);
	if (op->result == RESULT_REFUSED)
		json_kint(b, "code", op->code);
	json_kstr(b, "text", op->why.msg);
	call_end(c, false);
}

static void
on_done(struct op *op)
{
	struct call *c = op->arg;
	struct buf *b;

	c->data = NULL;
	if (op->result != RESULT_OK) {
		put_error(c, op);
		return;
	}
	b = call_begin(c);
	if (op->kind == OP_PROVISION || op->kind == OP_BIND) {
		json_kbool(b, "created", op->changed);
		json_key(b, "credentials");
		buf_add(b, buf_text(&op->credentials), op->credentials.len);
	} else if (op->kind == OP_UPDATE) {
		json_key(b, "credentials");
		buf_add(b, buf_text(&op->credentials), op->credentials.len);
	} else if (op->kind == OP_UNPROVISION || op->kind == OP_UNBIND)
		json_kbool(b, "removed", op->changed);
	call_end(c, false);
}

/* The caller has left; what it asked for is done all the same. */
static void
on_gone(struct call *c)
{
	if (c->data != NULL)
		op_forget(c->data);
}

static struct op *
new_op(struct call *c, enum op_kind kind, struct err *e)
{
	bool binds = kind == OP_BIND || kind == OP_UNBIND;
	const char *name, *bound = NULL;
	struct op *op;

	if (take_name(c, "name", &name, e) == -1 ||
	    (binds && take_name(c, "binding", &bound, e) == -1))
		return NULL;
	op = op_new(kind, name, bound);
	if (op == NULL)
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
	return op;
}

static void
begin(struct call *c, struct op *op)
{
	op->done = on_done;
	op->arg = c;
	call_keep(c, op, on_gone);
	op_begin(op);
}

/* ---- methods ---- */

static int
do_operation(struct call *c, enum op_kind kind, struct err *e)
{
	struct op *op = new_op(c, kind, e);

	if (op == NULL)
		return -1;
	if (take_text(c, "plan", &op->plan, e) == -1 ||
	    take_text(c, "version", &op->version, e) == -1 ||
	    take_object(c, "parameters", &op->parameters, e) == -1 ||
	    take_object(c, "credentials", &op->given, e) == -1) {
		op_free(op);
		return -1;
	}
	begin(c, op);
	return 0;
}

static int
do_provision(struct call *c, struct err *e)
{
	return do_operation(c, OP_PROVISION, e);
}

static int
do_unprovision(struct call *c, struct err *e)
{
	return do_operation(c, OP_UNPROVISION, e);
}

static int
do_bind(struct call *c, struct err *e)
{
	return do_operation(c, OP_BIND, e);
}

static int
do_unbind(struct call *c, struct err *e)
{
	return do_operation(c, OP_UNBIND, e);
}

static int
do_update(struct call *c, struct err *e)
{
	return do_operation(c, OP_UPDATE, e);
}

static int
do_enable(struct call *c, struct err *e)
{
	return do_operation(c, OP_ENABLE, e);
}

static int
do_disable(struct call *c, struct err *e)
{
	return do_operation(c, OP_DISABLE, e);
}

static int
do_drain(struct call *c, struct err *e)
{
	bool drain = true;

	if (vcall_bool(&c->v, "drain", &drain, e) == -1 || node_set_draining(drain, e) == -1)
		return -1;
	call_ok(c);
	return 0;
}

static int
do_describe(struct call *c, struct err *e)
{
	yyjson_val *item;
	size_t i, count;
	struct buf *b;
	int64_t n;

	if (node_rows_count(&n, e) == -1)
		return -1;
	b = call_begin(c);
	json_kstr(b, "node", guest.name);
	json_kstr(b, "service", node.service);
	json_kstr(b, "plan", node.plan);
	json_kstr(b, "kind", node_kind_name(node.kind));
	json_kstr(b, "host", node.host);
	json_kint(b, "capacity", node.capacity);
	json_kint(b, "available", n < node.capacity ? node.capacity - n : 0);
	json_kint(b, "unit", 1);
	json_kint(b, "instances", n);
	json_key(b, "versions");
	json_open(b, '[');
	yyjson_arr_foreach(node.versions, i, count, item)
		json_str(b, yyjson_get_str(item));
	json_close(b, ']');
	json_kstr(b, "default_version", node.default_version);
	json_kint(b, "limit_ms", node_limit_ms());
	json_kbool(b, "draining", node_is_draining());
	call_end(c, false);
	return 0;
}

/* ---- List ---- */

static const char *
state_of(const struct row *r)
{
	if (r->phase == PHASE_PROVISIONING)
		return "provisioning";
	if (r->phase == PHASE_UNPROVISIONING)
		return "unprovisioning";
	return r->disabled ? "disabled" : "ready";
}

static void
put_bindings(struct buf *b, const char *instance)
{
	struct names l;
	struct err e;

	json_key(b, "bindings");
	json_open(b, '[');
	if (node_binding_names(instance, true, &l, &e) == 0) {
		for (size_t i = 0; i < l.n; i++)
			json_str(b, l.v[i]);
		names_release(&l);
	}
	json_close(b, ']');
}

static void
put_instance(struct buf *b, const struct row *r, bool usage)
{
	int64_t used = usage && r->directory[0] != '\0' ? place_size(r->directory) : 0;

	json_open(b, '{');
	json_kstr(b, "name", r->name);
	json_kstr(b, "state", state_of(r));
	json_kstr(b, "plan", r->plan);
	json_kstr(b, "version", r->version);
	json_kint(b, "port", r->port);
	json_kstr(b, "directory", r->directory);
	json_key(b, "credentials");
	buf_adds(b, r->credentials);
	put_bindings(b, r->name);
	json_kbool(b, "healthy", monitor_is_healthy(r->name));
	json_kint(b, "used_bytes", used);
	json_kbool(b, "over_quota", node.quota > 0 && used > node.quota);
	json_close(b, '}');
}

static bool
is_wanted(yyjson_val *names, const char *name)
{
	yyjson_val *item;
	size_t i, n;

	if (names == NULL)
		return true;
	yyjson_arr_foreach(names, i, n, item)
		if (strcmp(yyjson_get_str(item), name) == 0)
			return true;
	return false;
}

static int
do_list(struct call *c, struct err *e)
{
	yyjson_val *wanted;
	bool usage = false;
	struct names l;
	struct row r;
	struct buf *b;

	if (vcall_strings(&c->v, "names", &wanted, e) == -1 ||
	    vcall_bool(&c->v, "usage", &usage, e) == -1 || node_rows_names(&l, e) == -1)
		return -1;
	b = call_begin(c);
	json_key(b, "instances");
	json_open(b, '[');
	for (size_t i = 0; i < l.n; i++) {
		if (!is_wanted(wanted, l.v[i]) || node_row_find(l.v[i], &r, e) != 1)
			continue;
		put_instance(b, &r, usage);
		node_row_release(&r);
	}
	json_close(b, ']');
	names_release(&l);
	call_end(c, false);
	return 0;
}

/* ---- Purge ---- */

/* A call, and the operations that it has begun. */
struct purge {
	struct call *call;	/* NULL: the caller has gone */
	size_t	 left;
	int64_t	 removed;
	struct buf failed;	/* JSON objects */
};

static void
purge_end(struct purge *p)
{
	struct buf *b;

	if (--p->left > 0)
		return;
	if (p->call != NULL) {
		b = call_begin(p->call);
		json_kint(b, "removed", p->removed);
		json_key(b, "failed");
		json_open(b, '[');
		buf_add(b, buf_text(&p->failed), p->failed.len);
		json_close(b, ']');
		call_end(p->call, false);
	}
	buf_release(&p->failed);
	free(p);
}

static void
on_purged(struct op *op)
{
	struct purge *p = op->arg;

	p->removed += op->changed;
	if (op->result != RESULT_OK) {
		if (p->failed.len > 0)
			buf_addc(&p->failed, ',');
		json_open(&p->failed, '{');
		json_kstr(&p->failed, "name", op->name);
		json_kstr(&p->failed, "binding", op->bound != NULL ? op->bound : "");
		json_kstr(&p->failed, "text", op->why.msg);
		json_close(&p->failed, '}');
	}
	purge_end(p);
}

static void
on_purge_gone(struct call *c)
{
	struct purge *p = c->data;

	p->call = NULL;
}

static void
purge_one(struct purge *p, enum op_kind kind, const char *name, const char *bound)
{
	struct op *op = op_new(kind, name, bound);

	if (op == NULL)
		return;
	op->done = on_purged;
	op->arg = p;
	p->left++;
	op_begin(op);
}

static int
do_purge(struct call *c, struct err *e)
{
	yyjson_val *instances, *bindings = yyjson_obj_get(c->v.params, "bindings"), *item;
	struct purge *p;
	size_t i, n;

	if (vcall_strings(&c->v, "instances", &instances, e) == -1)
		return -1;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	p->call = c;
	p->left = 1;		/* until all have begun */
	call_keep(c, p, on_purge_gone);
	yyjson_arr_foreach(bindings, i, n, item) {
		const char *name = yyjson_get_str(yyjson_obj_get(item, "name"));
		const char *bound = yyjson_get_str(yyjson_obj_get(item, "binding"));

		if (name != NULL && bound != NULL)
			purge_one(p, OP_UNBIND, name, bound);
	}
	yyjson_arr_foreach(instances, i, n, item)
		purge_one(p, OP_UNPROVISION, yyjson_get_str(item), NULL);
	purge_end(p);
	return 0;
}

/* ---- the table ---- */

/* A connection that came for us may go on with calls for another node. */
static bool
is_ours(const struct vcall *v)
{
	const char *name = "";

	return vcall_string(v, "node", &name, NULL) == -1 || *name == '\0' ||
	    strcmp(name, guest.name) == 0;
}

static const struct serve_method methods[] = {
	{ .name = "Describe", .fn = do_describe },
	{ .name = "Provision", .fn = do_provision, .acts = true },
	{ .name = "Unprovision", .fn = do_unprovision, .acts = true },
	{ .name = "Bind", .fn = do_bind, .acts = true },
	{ .name = "Unbind", .fn = do_unbind, .acts = true },
	{ .name = "Update", .fn = do_update, .acts = true },
	{ .name = "Enable", .fn = do_enable, .acts = true },
	{ .name = "Disable", .fn = do_disable, .acts = true },
	{ .name = "List", .fn = do_list },
	{ .name = "Purge", .fn = do_purge, .acts = true },
	{ .name = "Drain", .fn = do_drain, .acts = true },
};

const struct serve_interface node_interface = {
	.name = NODE_INTERFACE, .methods = methods,
	.nmethods = sizeof(methods) / sizeof(methods[0]), .is_ours = is_ours,
};
