/*
 * Calls that read or change the tree.  Each leaves its answer in a struct pending; at the end
 * of the turn all changes are committed together, then the answers are given.
 */
#include "store/store.h"

#include <bsd/sys/queue.h>
#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "serve/varlink.h"
#include "wire/json.h"

/* An answer that waits for the commit. */
struct pending {
	TAILQ_ENTRY(pending) link;
	struct call *call;	/* NULL: the client has gone */
	bool	 changes;	/* it is lost when the commit fails */
	bool	 refused;
	struct tree_err e;
	struct buf members;	/* of the reply */
};

static TAILQ_HEAD(, pending) waiting = TAILQ_HEAD_INITIALIZER(waiting);
static struct loop_job commit_job;
static bool in_transaction;

bool
store_in_transaction(void)
{
	return in_transaction;
}

/* ---- answers ---- */

void
store_refuse(struct call *call, const struct tree_err *e)
{
	struct buf *b, text = { 0 };

	b = call_error(call, STORE_INTERFACE ".Refused");
	buf_addf(&text, "%s: %s", tree_why(e->why), e->e.msg);
	json_kint(b, "code", e->e.code);
	json_kstr(b, "name", tree_why(e->why));
	json_kstr(b, "text", buf_text(&text));
	json_kint(b, "revision", e->revision);
	call_end(call, false);
	buf_release(&text);
}

static void
answer(struct pending *p)
{
	struct buf *b;

	if (p->call != NULL && (p->refused || p->members.failed))
		store_refuse(p->call, &p->e);
	else if (p->call != NULL) {
		b = call_begin(p->call);
		buf_add(b, p->members.data, p->members.len);
		call_end(p->call, false);
	}
	buf_release(&p->members);
	free(p);
}

/* The file did not take the changes: none was made. */
static void
all_failed(const struct tree_err *e)
{
	struct pending *p;

	TAILQ_FOREACH(p, &waiting, link)
		if (p->changes) {
			p->refused = true;
			p->e = *e;
		}
}

static void
on_commit(struct loop_job *j)
{
	struct tree_err e = { 0 };
	struct pending *p;

	(void)j;
	if (in_transaction && tree_commit(store_tree, &e) == -1)
		all_failed(&e);
	in_transaction = false;
	while ((p = TAILQ_FIRST(&waiting)) != NULL) {
		TAILQ_REMOVE(&waiting, p, link);
		answer(p);
	}
	store_tell();
}

static void
on_gone(struct call *call)
{
	struct pending *p = call->data;

	p->call = NULL;
}

/* NULL and e: no memory.  A change opens the transaction of this turn. */
static struct pending *
pend(struct call *call, bool changes, struct err *e)
{
	struct pending *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	p->call = call;
	p->changes = changes;
	if (changes && !in_transaction) {
		in_transaction = tree_begin(store_tree, &p->e) == 0;
		p->refused = !in_transaction;
	}
	call_keep(call, p, on_gone);
	TAILQ_INSERT_TAIL(&waiting, p, link);
	loop_job_add(&commit_job, on_commit);
	return p;
}

/* ---- parameters ---- */

/* "value" or "text"; which: 0 none is fine too. */
static int
get_new(const struct call *call, struct tree_new *new, bool needed, struct err *e)
{
	*new = (struct tree_new){ .value = yyjson_obj_get(call->v.params, "value") };
	if (vcall_string(&call->v, "text", &new->text, e) == -1)
		return -1;
	if (needed && new->value == NULL && new->text == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: parameter"
		    " 'value' or 'text' is missing");
	return 0;
}

static int
get_path(const struct call *call, const char **path, int64_t *if_rev, struct err *e)
{
	*path = NULL;
	*if_rev = TREE_ANY;
	if (vcall_string(&call->v, "path", path, e) == -1 ||
	    vcall_int(&call->v, "if_rev", if_rev, e) == -1)
		return -1;
	if (*path == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: parameter"
		    " 'path' is missing");
	return 0;
}

/* ---- the methods ---- */

int
store_get(struct call *call, struct err *e)
{
	int64_t if_rev, revision = 0;
	struct buf value = { 0 };
	bool here = false;
	struct pending *p;
	const char *path;

	if (get_path(call, &path, &if_rev, e) == -1 ||
	    vcall_bool(&call->v, "here", &here, e) == -1 || (p = pend(call, false, e)) == NULL)
		return -1;
	p->refused = tree_get(store_tree, path, here, &value, &revision, &p->e) == -1;
	json_key(&p->members, "value");
	buf_add(&p->members, value.data, value.len);
	json_kint(&p->members, "revision", revision);
	json_kint(&p->members, "store", tree_revision(store_tree));
	buf_release(&value);
	return 0;
}

int
store_set(struct call *call, struct err *e)
{
	bool force = false;
	struct tree_new new;
	struct pending *p;
	const char *path;
	int64_t if_rev;

	if (get_path(call, &path, &if_rev, e) == -1 || get_new(call, &new, true, e) == -1 ||
	    vcall_bool(&call->v, "force", &force, e) == -1 || (p = pend(call, true, e)) == NULL)
		return -1;
	if (!p->refused)
		p->refused = tree_set(store_tree, path, &new, if_rev, force, &p->e) == -1;
	json_kint(&p->members, "revision", tree_revision(store_tree));
	return 0;
}

int
store_delete(struct call *call, struct err *e)
{
	struct pending *p;
	const char *path;
	int64_t if_rev;

	if (get_path(call, &path, &if_rev, e) == -1 || (p = pend(call, true, e)) == NULL)
		return -1;
	if (!p->refused)
		p->refused = tree_delete(store_tree, path, if_rev, &p->e) == -1;
	json_kint(&p->members, "revision", tree_revision(store_tree));
	return 0;
}

static int
change_list(struct call *call, bool push, struct err *e)
{
	struct buf list = { 0 };
	struct tree_new item;
	struct pending *p;
	const char *path;
	int64_t if_rev;
	bool any;

	if (get_path(call, &path, &if_rev, e) == -1 || get_new(call, &item, push, e) == -1 ||
	    (p = pend(call, true, e)) == NULL)
		return -1;
	any = item.value != NULL || item.text != NULL;
	if (!p->refused)
		p->refused = push ?
		    tree_push(store_tree, path, &item, if_rev, &list, &p->e) == -1 :
		    tree_pop(store_tree, path, any ? &item : NULL, if_rev, &list, &p->e) == -1;
	json_kint(&p->members, "revision", tree_revision(store_tree));
	if (!p->refused) {
		json_key(&p->members, "list");
		buf_add(&p->members, list.data, list.len);
	}
	buf_release(&list);
	return 0;
}

int
store_push(struct call *call, struct err *e)
{
	return change_list(call, true, e);
}

int
store_pop(struct call *call, struct err *e)
{
	return change_list(call, false, e);
}

int
store_describe(struct call *call, struct err *e)
{
	struct pending *p = pend(call, false, e);
	int64_t first = 0;

	if (p == NULL)
		return -1;
	p->refused = tree_first(store_tree, &first, &p->e) == -1;
	json_kint(&p->members, "revision", tree_revision(store_tree));
	json_kint(&p->members, "first", first);
	if (store_file != NULL)
		json_kstr(&p->members, "file", store_file);
	return 0;
}
