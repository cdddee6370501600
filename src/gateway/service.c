/*
 * org.supd.Gateway: what people ask for, over the same rows as the broker API.
 */
#include "gateway/service.h"

#include <stdlib.h>
#include <string.h>

#include "gateway/broker.h"
#include "gateway/orphans.h"
#include "gateway/rows.h"
#include "serve/guest.h"
#include "wire/json.h"

/* An ask or a check that a call waits for. */
struct errand {
	struct ask ask;
	struct orphans_wait wait;
	struct call *call;
	struct buf asked;
	char	*instance, *binding;
	bool	 purges;		/* after the check */
};

static const struct offer *offer;

void
service_open(const struct offer *o)
{
	offer = o;
}

/* ---- life of an errand ---- */

static void
errand_free(struct errand *t)
{
	broker_forget(&t->ask);
	orphans_wait_not(&t->wait);
	buf_release(&t->asked);
	free(t->instance);
	free(t->binding);
	free(t);
}

static void
on_gone(struct call *c)
{
	errand_free(c->data);
}

static int
refuse(struct call *c, const struct answer *a)
{
	static const int statuses[] = { [R_BAD] = 400, [R_BAD_PLAN] = 400,
		[R_BAD_PARAMETERS] = 400, [R_NOT_FOUND] = 404, [R_GONE] = 410,
		[R_DIFFERS] = 409, [R_BUSY] = 422, [R_ASYNC_ONLY] = 422,
		[R_MAINTENANCE] = 422, [R_NOT_BINDABLE] = 400, [R_NOT_POSSIBLE] = 422,
		[R_NO_VERSION] = 400, [R_NO_NODE] = 500, [R_NO_CAPACITY] = 500, [R_UNAVAILABLE] = 503,
		[R_FAILED] = 500, [R_TIMEOUT] = 504, [R_BROKEN] = 500 };
	struct buf *b = call_error(c, GATEWAY_INTERFACE ".Refused");

	json_kint(b, "status", statuses[a->result]);
	json_kint(b, "code", a->code);
	json_kstr(b, "text", a->text != NULL && *a->text != '\0' ? a->text :
	    ask_text(a->result));
	call_end(c, false);
	return 0;
}

static void
put_credentials(struct buf *b, const struct row *row)
{
	yyjson_doc *doc = yyjson_read(row->result, strlen(row->result), 0);
	yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), "credentials");

	json_key(b, "credentials");
	if (yyjson_is_obj(v))
		json_value(b, v);
	else {
		json_open(b, '{');
		json_close(b, '}');
	}
	yyjson_doc_free(doc);
}

static void
on_answer(struct ask *a, const struct answer *answer)
{
	struct errand *t = (struct errand *)(void *)((char *)a - offsetof(struct errand, ask));
	struct call *c = t->call;
	struct buf *b;

	if (answer->result == R_GONE || answer->result <= R_ACCEPTED) {
		b = call_begin(c);
		if (a->kind == ASK_DELETE)
			json_kbool(b, "deleted", answer->result != R_GONE);
		if (a->kind == ASK_CREATE)
			json_kbool(b, "created", answer->result == R_MADE);
		if (a->kind != ASK_DELETE)
			put_credentials(b, answer->row);
		call_end(c, false);
	} else
		refuse(c, answer);
	errand_free(t);
}

/* An errand about an instance and perhaps a binding of it; NULL and e. */
static struct errand *
errand_new(struct call *c, enum ask_kind kind, bool with_binding, struct err *e)
{
	const char *id = "", *binding = "";
	struct errand *t;

	if (vcall_string(&c->v, "id", &id, e) == -1 ||
	    vcall_string(&c->v, "binding", &binding, e) == -1)
		return NULL;
	if (*id == '\0' || (with_binding && *binding == '\0')) {
		err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter '%s' is missing",
		    *id == '\0' ? "id" : "binding");
		return NULL;
	}
	t = calloc(1, sizeof(*t));
	if (t != NULL) {
		t->call = c;
		t->instance = strdup(id);
		t->binding = strdup(binding);
	}
	if (t == NULL || t->instance == NULL || t->binding == NULL) {
		if (t != NULL)
			errand_free(t);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	t->ask = (struct ask){ .kind = kind, .instance = t->instance, .binding = t->binding,
		.request = "", .done = on_answer };
	return t;
}

static int
run(struct errand *t)
{
	call_keep(t->call, t, on_gone);
	broker_ask(&t->ask);
	return 0;
}

/* ---- methods ---- */

static int
catalog(struct call *c, struct err *e)
{
	struct buf *b = call_begin(c);

	(void)e;
	json_kstr(b, "gateway", guest.name);
	json_kstr(b, "service", offer->name);
	json_kstr(b, "id", offer->id);
	json_kstr(b, "description", offer->description);
	json_kstr(b, "default_plan", offer->default_plan->name);
	json_key(b, "plans");
	json_open(b, '[');
	for (size_t i = 0; i < offer->nplans; i++) {
		const struct plan *p = &offer->plans[i];

		json_open(b, '{');
		json_kstr(b, "name", p->name);
		json_kstr(b, "id", p->id);
		json_kstr(b, "description", p->description);
		json_kbool(b, "free", p->free);
		json_kbool(b, "bindable", p->bindable);
		json_close(b, '}');
	}
	json_close(b, ']');
	call_end(c, false);
	return 0;
}

/* What is asked for, in the words of the broker API. */
static int
put_asked(struct errand *t, struct call *c, struct err *e)
{
	const char *name = "", *version = guest_text("default_version", "");
	yyjson_val *parameters = yyjson_obj_get(c->v.params, "parameters");

	if (vcall_string(&c->v, "name", &name, e) == -1 ||
	    vcall_string(&c->v, "version", &version, e) == -1)
		return -1;
	if (parameters != NULL && !yyjson_is_null(parameters) && !yyjson_is_obj(parameters))
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'parameters' is no"
		    " object");
	json_open(&t->asked, '{');
	if (*name != '\0')
		json_kstr(&t->asked, "name", name);
	if (*version != '\0' && *t->binding == '\0')
		json_kstr(&t->asked, "version", version);
	if (yyjson_is_obj(parameters)) {
		json_key(&t->asked, "parameters");
		json_value(&t->asked, parameters);
	}
	json_close(&t->asked, '}');
	if (t->asked.failed)
		return err_set(e, FAULT_FAILED, "out of memory");
	t->ask.asked = buf_text(&t->asked);
	t->ask.service = offer->id;
	return 0;
}

/* The plan of an instance that is there. */
static const struct plan *
plan_of(const char *instance)
{
	struct row row;
	struct err e;
	const struct plan *p;

	p = rows_find(instance, "", &row, &e) == 1 ? offer_plan(offer, row.plan) : NULL;
	row_release(&row);
	return p;
}

static int
create(struct call *c, struct err *e)
{
	struct errand *t = errand_new(c, ASK_CREATE, false, e);
	const char *name = offer->default_plan->name;
	const struct plan *p;

	if (t == NULL)
		return -1;
	t->binding[0] = '\0';
	if (vcall_string(&c->v, "plan", &name, e) == -1 || put_asked(t, c, e) == -1) {
		errand_free(t);
		return -1;
	}
	p = offer_plan_named(offer, name);
	if (p == NULL) {
		err_set(e, FAULT_BAD_NAME, "service %s has no plan '%s'", offer->name, name);
		errand_free(t);
		return -1;
	}
	t->ask.plan = p->id;
	return run(t);
}

static int
do_bind(struct call *c, struct err *e)
{
	struct errand *t = errand_new(c, ASK_CREATE, true, e);
	const struct plan *p;

	if (t == NULL)
		return -1;
	if (put_asked(t, c, e) == -1) {
		errand_free(t);
		return -1;
	}
	p = plan_of(t->instance);
	t->ask.plan = p != NULL ? p->id : offer->default_plan->id;
	return run(t);
}

static int
delete(struct call *c, struct err *e)
{
	struct errand *t = errand_new(c, ASK_DELETE, false, e);

	if (t == NULL)
		return -1;
	t->binding[0] = '\0';
	return run(t);
}

static int
unbind(struct call *c, struct err *e)
{
	struct errand *t = errand_new(c, ASK_DELETE, true, e);

	return t != NULL ? run(t) : -1;
}

static int
credentials(struct call *c, struct err *e)
{
	struct errand *t = errand_new(c, ASK_FETCH, false, e);

	return t != NULL ? run(t) : -1;
}

/* ---- lists ---- */

struct listing {
	struct buf *b;
	bool	 open;		/* an instance, with its bindings */
};

static void
put_state(struct buf *b, const struct row *r)
{
	static const char *const states[] = { "none", "creating", "ready", "updating",
		"deleting", "failed", "gone" };
	static const char *const outcomes[] = { "in progress", "succeeded", "failed" };

	json_kstr(b, "state", states[r->state]);
	json_kstr(b, "outcome", outcomes[r->op_state]);
	json_kstr(b, "text", r->text);
	json_kint(b, "changed", r->changed_s);
}

static void
put_instance(struct buf *b, const struct row *r)
{
	static const char *const ops[] = { "none", "create", "update", "delete" };
	const struct plan *p = offer_plan(offer, r->plan);
	yyjson_doc *doc = yyjson_read(r->asked, strlen(r->asked), 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *name = yyjson_get_str(yyjson_obj_get(root, "name"));

	json_kstr(b, "id", r->instance);
	json_kstr(b, "name", name != NULL ? name : r->instance);
	json_kstr(b, "plan", p != NULL ? p->name : r->plan);
	json_kstr(b, "node", r->node);
	put_state(b, r);
	json_kstr(b, "operation", ops[r->op]);
	if (yyjson_obj_get(root, "parameters") != NULL) {
		json_key(b, "parameters");
		json_value(b, yyjson_obj_get(root, "parameters"));
	}
	yyjson_doc_free(doc);
}

static void
end_instance(struct listing *l)
{
	if (l->open) {
		json_close(l->b, ']');
		json_close(l->b, '}');
	}
	l->open = false;
}

/* Rows come in the order of ids, an instance before its bindings. */
static int
put_row(void *arg, const struct row *r)
{
	struct listing *l = arg;

	if (*r->binding == '\0')
		end_instance(l);
	if (r->state == ROW_GONE || (*r->binding != '\0' && !l->open))
		return 0;
	json_open(l->b, '{');
	if (*r->binding == '\0') {
		put_instance(l->b, r);
		json_key(l->b, "bindings");
		json_open(l->b, '[');
		l->open = true;
		return 0;
	}
	json_kstr(l->b, "id", r->binding);
	put_state(l->b, r);
	json_close(l->b, '}');
	return 0;
}

static int
list(struct call *c, struct err *e)
{
	struct listing l = { 0 };
	const char *id = "";
	int rc;

	if (vcall_string(&c->v, "id", &id, e) == -1)
		return -1;
	l.b = call_begin(c);
	json_key(l.b, "instances");
	json_open(l.b, '[');
	rc = rows_each(*id != '\0' ? id : NULL, false, put_row, &l, e);
	end_instance(&l);
	json_close(l.b, ']');
	if (rc == -1)
		return -1;
	call_end(c, false);
	return 0;
}

/* ---- orphans ---- */

static void
put_orphans(struct errand *t, int removed)
{
	const struct orphan *o;
	struct call *c = t->call;
	struct buf *b = call_begin(c);

	json_key(b, "orphans");
	json_open(b, '[');
	TAILQ_FOREACH(o, orphans_all(), link) {
		json_open(b, '{');
		json_kstr(b, "node", o->node);
		json_kstr(b, "name", o->name);
		json_kstr(b, "binding", o->binding);
		json_kbool(b, "missing", o->missing);
		json_kbool(b, "certain", o->certain);
		json_close(b, '}');
	}
	json_close(b, ']');
	json_kint(b, "removed", removed);
	call_end(c, false);
	errand_free(t);
}

static struct errand *
of_wait(struct orphans_wait *w)
{
	return (struct errand *)(void *)((char *)w - offsetof(struct errand, wait));
}

static void
on_purged(struct orphans_wait *w, int removed)
{
	put_orphans(of_wait(w), removed);
}

static void
on_checked(struct orphans_wait *w, int removed)
{
	struct errand *t = of_wait(w);

	if (t->purges) {
		w->fn = on_purged;
		orphans_purge(w);
	} else
		put_orphans(t, removed);
}

static void
on_known(struct nodes_wait *w)
{
	struct errand *t = (struct errand *)(void *)((char *)w -
	    offsetof(struct errand, ask.wait));

	orphans_check(&t->wait);
}

static int
orphans(struct call *c, struct err *e)
{
	struct errand *t;
	bool purge = false;

	if (vcall_bool(&c->v, "purge", &purge, e) == -1)
		return -1;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	t->call = c;
	t->purges = purge;
	t->wait.fn = on_checked;
	call_keep(c, t, on_gone);
	/* whose nodes they are is known when they have said so */
	if (nodes_known(&t->ask.wait, false, on_known))
		orphans_check(&t->wait);
	return 0;
}

static const struct serve_method methods[] = {
	{ .name = "Catalog", .fn = catalog },
	{ .name = "Create", .fn = create, .acts = true },
	{ .name = "Delete", .fn = delete, .acts = true },
	{ .name = "Bind", .fn = do_bind, .acts = true },
	{ .name = "Unbind", .fn = unbind, .acts = true },
	{ .name = "Credentials", .fn = credentials },
	{ .name = "List", .fn = list },
	{ .name = "Orphans", .fn = orphans, .acts = true },
};

static bool
is_ours(const struct vcall *v)
{
	const char *name = yyjson_get_str(yyjson_obj_get(v->params, "gateway"));

	return name == NULL || *name == '\0' || strcmp(name, guest.name) == 0;
}

const struct serve_interface service_interface = {
	.name = GATEWAY_INTERFACE, .methods = methods,
	.nmethods = sizeof(methods) / sizeof(methods[0]), .is_ours = is_ours,
};
