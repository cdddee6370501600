/*
 * From an ask to a decision.
 */
#include "gateway/broker.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/decide.h"
#include "gateway/demand.h"
#include "gateway/schema.h"
#include "gateway/work.h"

/* Of the text of parameters: the core hands a node no longer calls. */
#define PARAMETERS_MAX	(8 * 1024)

static const struct offer *offer;
static struct ask_list waiting = TAILQ_HEAD_INITIALIZER(waiting); /* for nodes */

/* ---- answers ---- */

static void
answer(struct ask *a, enum result r)
{
	ask_answer(a, r, NULL, ask_text(r), 0);
}

static void
answer_text(struct ask *a, enum result r, const char *text)
{
	ask_answer(a, r, NULL, text, 0);
}

void
broker_forget(struct ask *a)
{
	if (a->list != NULL)
		TAILQ_REMOVE(a->list, a, link);
	a->list = NULL;
	nodes_wait_not(&a->wait);
}

/* ---- what is asked about ---- */

/* What we have: by the work in progress where there is one. */
struct found {
	struct work *work;	/* NULL: at rest */
	struct row own;		/* of the database; released by the end of broker_ask() */
	const struct row *row;	/* one of the two; its state may be ROW_NONE */
};

static int
look_up(struct found *f, const char *instance, const char *binding, struct err *e)
{
	*f = (struct found){ .work = work_find(instance, binding) };
	f->row = f->work != NULL ? &f->work->row : &f->own;
	return f->work != NULL ? 0 : rows_find(instance, binding, &f->own, e);
}

static bool
is_on_disk(const struct found *f)
{
	return f->work == NULL || f->work->step == WORK_CALLS;
}

/* A creation in doubt is being undone. */
static bool
is_undone(const struct found *f)
{
	return f->work != NULL && f->work->undo;
}

static enum async_rule
rule_of(const struct ask *a, const struct plan *p)
{
	return p == NULL ? ASYNC_ALLOWED : *a->binding != '\0' ? p->async_bindings : p->async;
}

/* Join what is in progress, if the plan lets this one. */
static void
join(struct ask *a, struct found *f)
{
	bool async;

	if (decide_async(rule_of(a, offer_plan(offer, f->row->plan)), a->accepts, &async))
		work_join(f->work, a, async);
	else
		answer(a, R_ASYNC_ONLY);
}

static void
answer_verdict(struct ask *a, struct found *f, enum verdict v)
{
	switch (v) {
	case V_DONE:
		ask_answer(a, R_DONE, f->row, NULL, 0);
		break;
	case V_JOIN:
		join(a, f);
		break;
	case V_DIFFERS:
		answer(a, R_DIFFERS);
		break;
	case V_GONE:
		answer(a, R_GONE);
		break;
	case V_NONE:
		answer(a, R_NOT_FOUND);
		break;
	case V_BUSY:
	case V_BEGIN:
	case V_CANCEL:
	case V_FORGET:
		answer(a, R_BUSY);
		break;
	}
}

/* Is the platform's idea of the maintenance version ours?  None is no idea. */
static bool
is_maintained(const struct plan *p, const char *asked)
{
	yyjson_doc *doc = asked != NULL ? yyjson_read(asked, strlen(asked), 0) : NULL;
	yyjson_val *info = yyjson_obj_get(yyjson_doc_get_root(doc), "maintenance_info");
	const char *version = yyjson_get_str(yyjson_obj_get(info, "version"));
	bool same = version == NULL || (p->maintenance != NULL &&
	    strcmp(version, p->maintenance) == 0);

	yyjson_doc_free(doc);
	return same;
}

static int
check_size(yyjson_val *parameters, struct err *e)
{
	size_t len = 0;
	char *text = parameters != NULL ? yyjson_val_write(parameters, 0, &len) : NULL;

	free(text);
	return len <= PARAMETERS_MAX ? 0 : err_set(e, FAULT_BAD_ARGUMENTS,
	    "parameters: %zu bytes is more than %d", len, PARAMETERS_MAX);
}

/* -1 and e: parameters that the schema does not want, or too long ones. */
static int
check_parameters(const struct offer_json *schema, const char *asked, struct err *e)
{
	static const char nothing[] = "{}";
	yyjson_doc *doc = asked != NULL ? yyjson_read(asked, strlen(asked), 0) : NULL;
	yyjson_doc *empty = yyjson_read(nothing, sizeof(nothing) - 1, 0);
	yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), "parameters");
	int rc = check_size(v, e);

	if (v == NULL || yyjson_is_null(v))
		v = yyjson_doc_get_root(empty);
	if (rc == 0 && schema->v != NULL)
		rc = schema_match(schema->v, v, e);
	yyjson_doc_free(doc);
	yyjson_doc_free(empty);
	return rc;
}

/* ---- creating ---- */

static int
fill(struct row *r, const struct ask *a, const struct plan *p, const char *node)
{
	*r = (struct row){ .state = ROW_CREATING, .op = OP_CREATE };
	if (row_set(&r->instance, a->instance) == 0 && row_set(&r->binding, a->binding) == 0 &&
	    row_set(&r->service, offer->id) == 0 && row_set(&r->plan, p->id) == 0 &&
	    row_set(&r->node, node) == 0 && row_set(&r->asked, a->asked) == 0 &&
	    row_set(&r->request, a->request) == 0 && row_fill(r) == 0)
		return 0;
	row_release(r);
	return -1;
}

static void
begin_creation(struct ask *a, const struct plan *p, const char *node, bool async)
{
	struct err e;
	struct row r;

	if (fill(&r, a, p, node) == -1)
		answer_text(a, R_BROKEN, "out of memory");
	else if (work_begin(&r, a, async, &e) == -1)
		answer_text(a, R_BROKEN, e.msg);
}

static void
on_nodes(struct nodes_wait *w)
{
	struct ask *a = LOOP_OWNER(w, struct ask, wait);

	TAILQ_REMOVE(&waiting, a, link);
	a->list = NULL;
	broker_ask(a);
}

/* Nodes have to say first what they are; true: they are asked. */
static bool
waits_for_nodes(struct ask *a, bool again)
{
	if (a->asked_nodes || nodes_known(&a->wait, again, on_nodes))
		return false;
	a->asked_nodes = true;
	a->list = &waiting;
	TAILQ_INSERT_TAIL(&waiting, a, link);
	return true;
}

static char *
version_of(const struct ask *a)
{
	yyjson_doc *doc = yyjson_read(a->asked != NULL ? a->asked : "",
	    a->asked != NULL ? strlen(a->asked) : 0, 0);
	const char *s = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "version"));
	char *copy = strdup(s != NULL ? s : "");

	yyjson_doc_free(doc);
	return copy;
}

/* Is there one that has not said what it is? */
static bool
is_silent(struct node *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!all[i]->known)
			return true;
	return false;
}

static void
place(struct ask *a, const struct plan *p, bool async)
{
	static const enum result results[] = { [CHOICE_NO_NODE] = R_NO_NODE,
		[CHOICE_NO_PLAN] = R_NO_NODE, [CHOICE_NO_VERSION] = R_NO_VERSION,
		[CHOICE_NO_CAPACITY] = R_NO_CAPACITY };
	char *version = version_of(a);
	struct node *const *all, *chosen;
	enum choice c;
	size_t n;

	all = nodes_all(&n);
	c = choose_node(all, n, p->node_plan, version != NULL ? version : "", p->over, &chosen);
	free(version);
	if (c == CHOICE_OK)
		begin_creation(a, p, chosen->name, async);
	else if (!waits_for_nodes(a, true))	/* one may have grown meanwhile */
		answer(a, is_silent(all, n) ? R_UNAVAILABLE : results[c]);
}

static void
create_instance(struct ask *a, const struct plan *p, struct found *f)
{
	enum verdict v = decide_create(f->row->state, f->row->state != ROW_NONE &&
	    demand_same(f->row, p->id, a->asked));
	struct err e;
	bool async;

	if (is_undone(f) || v != V_BEGIN)
		answer_verdict(a, f, is_undone(f) ? V_BUSY : v);
	else if (!decide_async(p->async, a->accepts, &async))
		answer(a, R_ASYNC_ONLY);
	else if (check_parameters(&p->create, a->asked, &e) == -1)
		answer_text(a, R_BAD_PARAMETERS, e.msg);
	else if (!waits_for_nodes(a, false))
		place(a, p, async);
}

static void
create_binding(struct ask *a, const struct plan *p, struct found *f)
{
	struct found parent;
	struct err e;
	enum verdict v;
	bool async;

	if (look_up(&parent, a->instance, "", &e) == -1) {
		answer_text(a, R_BROKEN, e.msg);
		return;
	}
	v = decide_create(f->row->state, f->row->state != ROW_NONE &&
	    demand_same(f->row, p->id, a->asked));
	if (decide_parent(parent.row->state) != V_DONE || parent.work != NULL)
		answer(a, decide_parent(parent.row->state) == V_NONE ? R_NOT_FOUND : R_BUSY);
	else if (strcmp(parent.row->plan, p->id) != 0)
		answer_text(a, R_BAD_PLAN, "the instance is of another plan");
	else if (!p->bindable)
		answer(a, R_NOT_BINDABLE);
	else if (is_undone(f) || v != V_BEGIN)
		answer_verdict(a, f, is_undone(f) ? V_BUSY : v);
	else if (!decide_async(p->async_bindings, a->accepts, &async))
		answer(a, R_ASYNC_ONLY);
	else if (check_parameters(&p->bind, a->asked, &e) == -1)
		answer_text(a, R_BAD_PARAMETERS, e.msg);
	else
		begin_creation(a, p, parent.row->node, async);
	row_release(&parent.own);
}

static void
create(struct ask *a, struct found *f)
{
	const struct plan *p = a->plan != NULL ? offer_plan(offer, a->plan) : NULL;

	if (a->service == NULL || a->plan == NULL)
		answer_text(a, R_BAD, "service_id and plan_id are needed");
	else if (strcmp(a->service, offer->id) != 0 || p == NULL)
		answer(a, R_BAD_PLAN);
	else if (*a->binding == '\0' && !is_maintained(p, a->asked))
		answer(a, R_MAINTENANCE);
	else if (*a->binding != '\0')
		create_binding(a, p, f);
	else
		create_instance(a, p, f);
}

/* ---- changing ---- */

static void
begin_change(struct ask *a, struct found *f, bool async)
{
	struct row r = f->own;
	struct err e;

	f->own = (struct row){ 0 };
	r.state = ROW_UPDATING;
	r.op = OP_UPDATE;
	if (demand_change(&r, a->plan, a->asked) == -1) {
		row_release(&r);
		answer_text(a, R_BROKEN, "out of memory");
	} else if (work_begin(&r, a, async, &e) == -1)
		answer_text(a, R_BROKEN, e.msg);
}

static void
change(struct ask *a, struct found *f)
{
	const struct plan *from = offer_plan(offer, f->row->plan != NULL ? f->row->plan : "");
	const struct plan *to = a->plan != NULL ? offer_plan(offer, a->plan) : from;
	struct err e;
	enum verdict v;
	bool async;

	if (a->service == NULL)
		answer_text(a, R_BAD, "service_id is needed");
	else if (strcmp(a->service, offer->id) != 0 || (a->plan != NULL && to == NULL))
		answer(a, R_BAD_PLAN);
	else if (f->row->state == ROW_NONE || to == NULL)
		answer(a, R_NOT_FOUND);
	else if (!is_maintained(to, a->asked))
		answer(a, R_MAINTENANCE);
	else if ((v = decide_update(f->row->state, demand_changes_nothing(f->row, a->plan,
	    a->asked))) != V_BEGIN)
		answer_verdict(a, f, v);
	else if (work_is_on(a->instance))
		answer(a, R_BUSY);
	else if (from != to && (from == NULL || !from->updateable))
		answer(a, R_NOT_POSSIBLE);
	else if (!decide_async(to->async, a->accepts, &async))
		answer(a, R_ASYNC_ONLY);
	else if (check_parameters(&to->update, a->asked, &e) == -1)
		answer_text(a, R_BAD_PARAMETERS, e.msg);
	else
		begin_change(a, f, async);
}

/* ---- deleting ---- */

/* Nothing is there; the row says so from now on. */
static void
forget(struct ask *a, struct found *f)
{
	struct row *r = &f->own;
	struct err e;

	r->state = ROW_GONE;
	r->op = OP_DELETE;
	r->op_state = OP_SUCCEEDED;
	r->changed_s = time(NULL);
	r->serial = rows_serial();
	if (rows_put(r, &e) == -1)
		answer_text(a, R_BROKEN, e.msg);
	else
		ask_answer(a, R_DONE, r, NULL, 0);
}

static void
begin_deletion(struct ask *a, struct found *f, bool async)
{
	struct row r = f->own;
	struct err e;

	f->own = (struct row){ 0 };
	r.state = ROW_DELETING;
	r.op = OP_DELETE;
	if (work_begin(&r, a, async, &e) == -1)
		answer_text(a, R_BROKEN, e.msg);
}

static void
delete(struct ask *a, struct found *f)
{
	enum verdict v = decide_delete(f->row->state);
	struct err e;
	bool async;

	if (is_undone(f))
		work_join(f->work, a, false);
	else if (v == V_GONE)
		answer(a, R_GONE);
	else if ((a->service != NULL && strcmp(a->service, f->row->service) != 0) ||
	    (a->plan != NULL && strcmp(a->plan, f->row->plan) != 0))
		answer_text(a, R_BAD_PLAN, "it is of another service or plan");
	else if (v == V_FORGET)
		forget(a, f);
	else if (v != V_BEGIN && v != V_CANCEL)
		answer_verdict(a, f, v);
	else if (v == V_BEGIN && work_is_on(a->instance) && *a->binding == '\0')
		answer(a, R_BUSY);	/* a binding is being made */
	else if (!decide_async(rule_of(a, offer_plan(offer, f->row->plan)), a->accepts, &async))
		answer(a, R_ASYNC_ONLY);
	else if (v == V_BEGIN)
		begin_deletion(a, f, async);
	else if (work_overtake(f->work, a, async, &e) == -1)
		answer_text(a, R_BROKEN, e.msg);
}

/* ---- looking ---- */

static void
fetch(struct ask *a, struct found *f)
{
	if ((a->service != NULL && strcmp(a->service, offer->id) != 0) ||
	    (a->plan != NULL && f->row->state != ROW_NONE && strcmp(a->plan, f->row->plan) != 0))
		answer(a, R_NOT_FOUND);
	else
		answer_verdict(a, f, decide_fetch(f->row->state));
}

static void
last(struct ask *a, struct found *f)
{
	if (f->row->state != ROW_NONE)
		ask_answer(a, R_DONE, f->row, NULL, 0);
	else
		answer(a, a->is_delete ? R_GONE : R_NOT_FOUND);
}

void
broker_ask(struct ask *a)
{
	static void (*const by_kind[])(struct ask *a, struct found *f) = {
		[ASK_CREATE] = create, [ASK_UPDATE] = change, [ASK_DELETE] = delete,
		[ASK_FETCH] = fetch, [ASK_LAST] = last };
	struct found f;
	struct err e;

	if (look_up(&f, a->instance, a->binding, &e) == -1) {
		answer_text(a, R_BROKEN, e.msg);
		return;
	}
	if (is_on_disk(&f))
		by_kind[a->kind](a, &f);
	else
		work_queue(f.work, a);
	row_release(&f.own);
}

/* ---- life ---- */

static struct nodes_wait first_look;

/* How long they may take is good to know before the first operation. */
static void
on_first_look(struct nodes_wait *w)
{
	(void)w;
}

int
broker_open(const struct offer *o, struct err *e)
{
	offer = o;
	work_open(o);
	nodes_known(&first_look, false, on_first_look);
	return broker_resume(e);
}

void
broker_close(void)
{
	struct ask *a;

	nodes_wait_not(&first_look);
	while ((a = TAILQ_FIRST(&waiting)) != NULL)
		broker_forget(a);
	work_close();
}
