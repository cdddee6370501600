/*
 * The tree: its file, reading, the changes that are kept.
 */
#include "store/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inner.h"
#include "wire/json.h"

/* node.value null: an object.  history.value null: deleted. */
static const char *const versions[] = {
	"create table node ("
	"	key text primary key, value text, rev integer not null"
	") strict, without rowid;"
	"create table history ("
	"	rev integer primary key, path text not null, value text, tree integer not null"
	") strict;",
	NULL,
};

const char *
tree_why(enum tree_why why)
{
	static const char *const names[] = {
		[TREE_FAILED] = "FAILED",
		[TREE_REV_MISMATCH] = "REV_MISMATCH",
		[TREE_NOENT] = "NOENT",
		[TREE_NOTDIR] = "NOTDIR",
		[TREE_ISDIR] = "ISDIR",
		[TREE_TYPE_MISMATCH] = "TYPE_MISMATCH",
		[TREE_BAD_PATH] = "BAD_PATH",
		[TREE_RANGE] = "RANGE",
		[TREE_TOO_LATE] = "TOO_LATE",
	};

	return names[why];
}

int
tree_refuse(struct tree_err *e, enum tree_why why, const char *fmt, ...)
{
	va_list ap;

	e->why = why;
	e->e.code = FAULT_FAILED;
	va_start(ap, fmt);
	vsnprintf(e->e.msg, sizeof(e->e.msg), fmt, ap);
	va_end(ap);
	return -1;
}

int
tree_broken(struct tree *t, struct tree_err *e)
{
	t->broken = true;
	e->why = TREE_FAILED;
	return -1;
}

/* ---- open ---- */

static int
read_revision(struct tree *t, struct err *e)
{
	if (db_number(t->db, "select max(rev) from history", NULL, 0, &t->revision, e) == -1)
		return -1;
	t->committed = t->revision;
	return 0;
}

struct tree *
tree_open(const char *path, int64_t history, struct err *e)
{
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	t->history = history > 0 ? history : 1;
	t->db = db_open(path, versions, e);
	if (t->db == NULL || read_revision(t, e) == -1) {
		tree_close(t);
		return NULL;
	}
	return t;
}

void
tree_close(struct tree *t)
{
	if (t == NULL)
		return;
	db_close(t->db);
	free(t);
}

int64_t
tree_revision(const struct tree *t)
{
	return t->revision;
}

int64_t
tree_committed(const struct tree *t)
{
	return t->committed;
}

int
tree_first(struct tree *t, int64_t *first, struct tree_err *e)
{
	if (db_number(t->db, "select min(rev) from history", NULL, 0, first, &e->e) == -1)
		return tree_broken(t, e);
	return 0;
}

/* ---- transactions ---- */

int
tree_begin(struct tree *t, struct tree_err *e)
{
	t->broken = false;
	return db_begin(t->db, &e->e) == -1 ? tree_broken(t, e) : 0;
}

int
tree_commit(struct tree *t, struct tree_err *e)
{
	if (t->broken) {
		db_rollback(t->db);
		tree_refuse(e, TREE_FAILED, "the store's file has failed: nothing was changed");
	} else if (db_commit(t->db, &e->e) == 0) {
		t->committed = t->revision;
		return 0;
	}
	t->revision = t->committed;
	e->why = TREE_FAILED;
	return -1;
}

/* ---- nodes ---- */

void
node_release(struct node *n)
{
	buf_release(&n->value);
}

int
node_read(struct tree *t, const char *key, struct node *n, struct tree_err *e)
{
	struct sqlite3_stmt *q;
	int row;

	*n = (struct node){ 0 };
	if (key[0] == '\0') {		/* the root is always there */
		n->there = n->object = true;
		n->revision = t->revision;
		return 0;
	}
	q = db_query(t->db, "select value, rev from node where key = ?",
	    DB_ARGS(DB_TEXT(key)), &e->e);
	row = db_next(t->db, q, &e->e);
	if (row == -1)
		return tree_broken(t, e);
	if (row == 0)
		return 0;
	n->there = true;
	n->object = db_is_null(q, 0);
	n->revision = db_int(q, 1);
	if (!n->object)
		buf_adds(&n->value, db_text(q, 0));
	db_end(q);
	return 0;
}

const char *
value_type(yyjson_val *v)
{
	return yyjson_is_obj(v) ? "a tree" : yyjson_is_arr(v) ? "a list" :
	    yyjson_is_str(v) ? "a string" : yyjson_is_num(v) ? "a number" :
	    yyjson_is_bool(v) ? "true or false" : "null";
}

const char *
node_type(const struct node *n)
{
	const char c = buf_text(&n->value)[0];

	return n->object ? "a tree" : c == '[' ? "a list" : c == '"' ? "a string" :
	    c == 't' || c == 'f' ? "true or false" : c == 'n' ? "null" : "a number";
}

/* Rows come in the order of the tree, so objects are closed as soon as one is above. */
int
node_print(struct tree *t, const char *key, struct buf *json, struct tree_err *e)
{
	size_t top = path_depth(key), open = 0;		/* objects that are open */
	char end[PATH_KEY_MAX + 1];
	struct sqlite3_stmt *q;
	int row;

	if (key[0] == '\0') {
		json_open(json, '{');
		open++;
	}
	snprintf(end, sizeof(end), "%s%c", key, PATH_SEP + 1);
	q = db_query(t->db, "select key, value from node where key >= ? and key < ? order by key",
	    DB_ARGS(DB_TEXT(key), DB_TEXT(end)), &e->e);
	while ((row = db_next(t->db, q, &e->e)) == 1) {
		const char *at = db_text(q, 0), *value = db_text(q, 1);
		size_t depth = path_depth(at) - top;

		for (; open > depth; open--)
			json_close(json, '}');
		if (depth > 0)
			json_key(json, path_name(at));
		if (value == NULL) {
			json_open(json, '{');
			open++;
		} else {
			buf_adds(json, value);
		}
	}
	for (; open > 0; open--)
		json_close(json, '}');
	return row == -1 ? tree_broken(t, e) : 0;
}

/* ---- get ---- */

/* What "local" says, as text; empty when it says nothing. */
static int
get_local(struct tree *t, const char *key, struct buf *json, int64_t *revision,
    struct tree_err *e)
{
	const size_t len = strlen(TREE_LOCAL);
	char local[PATH_KEY_MAX];
	struct node n;
	int status;

	if (key[0] == '\0' || (strncmp(key + 1, TREE_LOCAL, len) == 0 &&
	    (key[1 + len] == '\0' || key[1 + len] == PATH_SEP)) ||
	    snprintf(local, sizeof(local), "%c" TREE_LOCAL "%s", PATH_SEP, key) >=
	    (int)sizeof(local))
		return 0;
	if (node_read(t, local, &n, e) == -1)
		return -1;
	status = n.there ? node_print(t, local, json, e) : 0;
	*revision = n.revision;
	node_release(&n);
	return status;
}

/* json becomes json with patch laid over it: RFC 7396. */
static int
merge(struct buf *json, const struct buf *patch, struct tree_err *e)
{
	yyjson_doc *below = json->len > 0 ? yyjson_read(json->data, json->len, 0) : NULL;
	yyjson_doc *above = yyjson_read(patch->data, patch->len, 0);
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	char *text = NULL;
	size_t len;

	if (above != NULL && doc != NULL) {
		yyjson_mut_doc_set_root(doc, yyjson_merge_patch(doc,
		    yyjson_doc_get_root(below), yyjson_doc_get_root(above)));
		text = yyjson_mut_write(doc, 0, &len);
	}
	buf_clear(json);
	if (text != NULL)
		buf_add(json, text, len);
	free(text);
	yyjson_mut_doc_free(doc);
	yyjson_doc_free(above);
	yyjson_doc_free(below);
	return text != NULL ? 0 : tree_refuse(e, TREE_FAILED, "out of memory");
}

int
tree_get(struct tree *t, const char *path, bool here, struct buf *json, int64_t *revision,
    struct tree_err *e)
{
	struct buf local = { 0 };
	char key[PATH_KEY_MAX];
	const char *wrong = path_key(path, key);
	int64_t local_revision = 0;
	struct node n;
	int status = -1;

	if (wrong != NULL)
		return tree_refuse(e, TREE_BAD_PATH, "'%s': %s", path, wrong);
	if (node_read(t, key, &n, e) == -1)
		return -1;
	if (here && get_local(t, key, &local, &local_revision, e) == -1)
		goto out;
	if (!n.there && local.len == 0) {
		tree_refuse(e, TREE_NOENT, "'%s' is not there", path);
		goto out;
	}
	status = n.there ? node_print(t, key, json, e) : 0;
	if (status == 0 && local.len > 0)
		status = merge(json, &local, e);
	*revision = n.revision > local_revision ? n.revision : local_revision;
	if (status == 0 && (json->failed || local.failed))
		status = tree_refuse(e, TREE_FAILED, "out of memory");
out:
	buf_release(&local);
	node_release(&n);
	return status;
}

/* ---- changes ---- */

int
tree_changes(struct tree *t, int64_t from, int most, tree_change_fn fn, void *arg,
    struct tree_err *e)
{
	struct sqlite3_stmt *q;
	int64_t first;
	int n = 0, row;

	if (from > t->committed + 1)
		return tree_refuse(e, TREE_RANGE, "revision %lld is not there yet: the last change"
		    " is %lld", (long long)from, (long long)t->committed);
	if (tree_first(t, &first, e) == -1)
		return -1;
	if (from < first && t->committed > 0) {
		e->revision = first;
		return tree_refuse(e, TREE_TOO_LATE, "changes before revision %lld are no longer"
		    " known", (long long)first);
	}
	q = db_query(t->db, "select rev, path, value, tree from history"
	    " where rev between ? and ? order by rev limit ?",
	    DB_ARGS(DB_INT(from), DB_INT(t->committed), DB_INT(most)), &e->e);
	while ((row = db_next(t->db, q, &e->e)) == 1) {
		fn(arg, &(struct tree_change){ db_int(q, 0), db_text(q, 1), db_text(q, 2),
		    db_int(q, 3) != 0 });
		n++;
	}
	return row == -1 ? tree_broken(t, e) : n;
}
