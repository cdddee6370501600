/*
 * Changes of the tree.  Everything is checked before the first row is written, so that a
 * refused change leaves nothing behind within its transaction.
 */
#include "store/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/inner.h"

/* ---- checks ---- */

/* Names and sizes of a value that will stand at key; key is as before afterwards. */
static int
check_value(char *key, yyjson_val *v, struct tree_err *e)
{
	size_t here = strlen(key);
	yyjson_obj_iter it;
	yyjson_val *name;

	if (!yyjson_is_obj(v))
		return 0;
	it = yyjson_obj_iter_with(v);
	while ((name = yyjson_obj_iter_next(&it)) != NULL) {
		if (!path_add(key, yyjson_get_str(name), yyjson_get_len(name)))
			return tree_refuse(e, TREE_BAD_PATH, "'%.100s' cannot be a name",
			    yyjson_get_str(name));
		if (check_value(key, yyjson_obj_iter_get_val(name), e) == -1)
			return -1;
		key[here] = '\0';
	}
	return 0;
}

/* Nothing but objects, or nothing, above the key. */
static int
check_above(struct tree *t, const char *path, const char *key, bool force, struct tree_err *e)
{
	char above[PATH_KEY_MAX], text[PATH_KEY_MAX];
	struct node n;
	int status = 0;

	if (force)
		return 0;
	snprintf(above, sizeof(above), "%s", key);
	for (size_t end = path_parent(above); end > 0 && status == 0; end = path_parent(above)) {
		above[end] = '\0';
		if (node_read(t, above, &n, e) == -1)
			return -1;
		path_text(above, text);
		if (n.there && !n.object)
			status = tree_refuse(e, TREE_NOTDIR, "'%s': '%s' is %s, nothing can be"
			    " below it", path, text, node_type(&n));
		node_release(&n);
	}
	return status;
}

static int
check_revision(const char *path, const struct node *n, int64_t if_rev, struct tree_err *e)
{
	if (if_rev == TREE_ANY || (n->there ? if_rev >= n->revision && if_rev != 0 : if_rev == 0))
		return 0;
	if (if_rev < TREE_ANY)
		return tree_refuse(e, TREE_RANGE, "revision %lld: -1, 0 or one that was",
		    (long long)if_rev);
	e->revision = n->revision;
	if (!n->there)
		return tree_refuse(e, TREE_REV_MISMATCH, "'%s' is not there", path);
	return tree_refuse(e, TREE_REV_MISMATCH, "'%s' was changed by revision %lld%s", path,
	    (long long)n->revision, if_rev == 0 ? ", so it is there" : "");
}

static int
check_type(const char *path, const struct node *n, yyjson_val *v, struct tree_err *e)
{
	if (!n->there || strcmp(node_type(n), value_type(v)) == 0 ||
	    strcmp(node_type(n), "null") == 0)
		return 0;
	return tree_refuse(e, n->object ? TREE_ISDIR : TREE_TYPE_MISMATCH,
	    "'%s' is %s, not %s", path, node_type(n), value_type(v));
}

/* ---- rows ---- */

static int
put_row(struct tree *t, const char *key, const char *value, struct tree_err *e)
{
	if (db_run(t->db, "insert into node (key, value, rev) values (?1, ?2, ?3)"
	    " on conflict (key) do update set value = ?2, rev = ?3",
	    DB_ARGS(DB_TEXT(key), DB_TEXT(value), DB_INT(t->revision)), &e->e) == -1)
		return tree_broken(t, e);
	return 0;
}

/* The value and what is below; key is as before afterwards. */
static int
put_value(struct tree *t, char *key, yyjson_val *v, struct tree_err *e)
{
	size_t here = strlen(key);
	yyjson_obj_iter it = yyjson_obj_iter_with(v);
	yyjson_val *name;
	char *text = NULL;
	int status;

	if (!yyjson_is_obj(v) && (text = yyjson_val_write(v, 0, NULL)) == NULL)
		return t->broken = true, tree_refuse(e, TREE_FAILED, "out of memory");
	status = put_row(t, key, text, e);
	free(text);
	while (status == 0 && (name = yyjson_obj_iter_next(&it)) != NULL) {
		path_add(key, yyjson_get_str(name), yyjson_get_len(name));
		status = put_value(t, key, yyjson_obj_iter_get_val(name), e);
		key[here] = '\0';
	}
	return status;
}

static int
drop_rows(struct tree *t, const char *key, struct tree_err *e)
{
	char end[PATH_KEY_MAX + 1];

	snprintf(end, sizeof(end), "%s%c", key, PATH_SEP + 1);
	if (db_run(t->db, "delete from node where key >= ? and key < ?",
	    DB_ARGS(DB_TEXT(key), DB_TEXT(end)), &e->e) == -1)
		return tree_broken(t, e);
	return 0;
}

/* Objects above the key are made where they are not; this change is theirs, too. */
static int
touch_above(struct tree *t, const char *key, struct tree_err *e)
{
	char above[PATH_KEY_MAX];

	snprintf(above, sizeof(above), "%s", key);
	for (size_t end = path_parent(above); end > 0; end = path_parent(above)) {
		above[end] = '\0';
		if (put_row(t, above, NULL, e) == -1)
			return -1;
	}
	return 0;
}

/* value NULL: deleted. */
static int
remember(struct tree *t, const char *key, const char *value, bool tree, struct tree_err *e)
{
	char path[PATH_KEY_MAX];

	path_text(key, path);
	if (db_run(t->db, "insert into history (rev, path, value, tree) values (?, ?, ?, ?)",
	    DB_ARGS(DB_INT(t->revision), DB_TEXT(path), DB_TEXT(value), DB_INT(tree)),
	    &e->e) == -1 ||
	    db_run(t->db, "delete from history where rev <= ?",
	    DB_ARGS(DB_INT(t->revision - t->history)), &e->e) == -1)
		return tree_broken(t, e);
	return 0;
}

/* Write what was checked: v, or nothing for NULL, in place of n. */
static int
change(struct tree *t, char *key, const struct node *n, yyjson_val *v, struct tree_err *e)
{
	char *text = NULL;
	int status = -1;

	if (v != NULL && (text = yyjson_val_write(v, 0, NULL)) == NULL)
		return tree_refuse(e, TREE_FAILED, "out of memory");
	t->revision++;
	if (((n->object || v == NULL) && drop_rows(t, key, e) == -1) ||
	    touch_above(t, key, e) == -1 || (v != NULL && put_value(t, key, v, e) == -1))
		goto out;
	status = remember(t, key, text, n->object || yyjson_is_obj(v), e);
out:
	free(text);
	return status;
}

/* ---- what is written ---- */

/* Text as a value of the type that `like` is; NULL where it is none. */
static yyjson_doc *
read_like(const char *text, const char *like)
{
	yyjson_doc *doc = yyjson_read(text, strlen(text), 0);

	if (doc != NULL && strcmp(value_type(yyjson_doc_get_root(doc)), like) == 0)
		return doc;
	yyjson_doc_free(doc);
	return NULL;
}

static yyjson_doc *
string_doc(const char *text)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_doc *out = NULL;

	if (doc != NULL) {
		yyjson_mut_doc_set_root(doc, yyjson_mut_str(doc, text));
		out = yyjson_mut_doc_imut_copy(doc, NULL);
	}
	yyjson_mut_doc_free(doc);
	return out;
}

/*
 * The value to write, where one of type `like` ("": nothing) is.  *doc is what has to be
 * freed afterwards.  NULL and e: no memory, or too large.
 */
static yyjson_val *
value_of(const struct tree_new *new, const char *like, yyjson_doc **doc, struct tree_err *e)
{
	yyjson_val *v = new->value;

	*doc = NULL;
	if (v == NULL) {
		if (like[0] != '\0' && strcmp(like, "null") != 0)
			*doc = read_like(new->text, like);
		if (*doc == NULL)
			*doc = string_doc(new->text);
		v = yyjson_doc_get_root(*doc);
	}
	if (v == NULL)
		tree_refuse(e, TREE_FAILED, "out of memory");
	return v;
}

/* ---- set, delete ---- */

/* A path where something may be changed, and what is there; n is released by the caller. */
static int
look(struct tree *t, const char *path, char *key, struct node *n, struct tree_err *e)
{
	const char *wrong = path_key(path, key);

	*n = (struct node){ 0 };
	if (wrong == NULL && key[0] == '\0')
		wrong = "the whole tree cannot be changed at once";
	if (wrong != NULL)
		return tree_refuse(e, TREE_BAD_PATH, "'%s': %s", path, wrong);
	if (t->broken)
		return tree_broken(t, e);
	return node_read(t, key, n, e);
}

static int
too_large(yyjson_val *v)
{
	char *text;
	size_t len = 0;

	if (!yyjson_is_str(v) && !yyjson_is_arr(v))
		return 0;
	text = yyjson_val_write(v, 0, &len);
	free(text);
	return len > TREE_VALUE_MAX;
}

int
tree_set(struct tree *t, const char *path, const struct tree_new *new, int64_t if_rev,
    bool force, struct tree_err *e)
{
	char key[PATH_KEY_MAX];
	yyjson_doc *doc = NULL;
	yyjson_val *v;
	struct node n;
	int status = -1;

	if (look(t, path, key, &n, e) == -1)
		goto out;
	v = value_of(new, n.there ? node_type(&n) : "", &doc, e);
	if (v == NULL || check_above(t, path, key, force, e) == -1 ||
	    check_revision(path, &n, if_rev, e) == -1 ||
	    (!force && check_type(path, &n, v, e) == -1) || check_value(key, v, e) == -1)
		goto out;
	if (too_large(v))
		tree_refuse(e, TREE_RANGE, "'%s': more than %d bytes", path, TREE_VALUE_MAX);
	else
		status = change(t, key, &n, v, e);
out:
	yyjson_doc_free(doc);
	node_release(&n);
	return status;
}

int
tree_delete(struct tree *t, const char *path, int64_t if_rev, struct tree_err *e)
{
	char key[PATH_KEY_MAX];
	struct node n;
	int status = -1;

	if (look(t, path, key, &n, e) == 0 && check_revision(path, &n, if_rev, e) == 0)
		status = n.there ? change(t, key, &n, NULL, e) :
		    tree_refuse(e, TREE_NOENT, "'%s' is not there", path);
	node_release(&n);
	return status;
}

/* ---- lists ---- */

/* A list that is there, as a document that can be changed; an empty one where nothing is. */
static yyjson_mut_doc *
list_of(const char *path, const struct node *n, struct tree_err *e)
{
	yyjson_mut_doc *list = NULL;
	yyjson_doc *doc;

	if (n->there && strcmp(node_type(n), "a list") != 0) {
		tree_refuse(e, n->object ? TREE_ISDIR : TREE_TYPE_MISMATCH, "'%s' is %s, not a list",
		    path, node_type(n));
		return NULL;
	}
	doc = yyjson_read(n->there ? n->value.data : "[]", n->there ? n->value.len : 2, 0);
	if (doc != NULL)
		list = yyjson_doc_mut_copy(doc, NULL);
	yyjson_doc_free(doc);
	if (list == NULL)
		tree_refuse(e, TREE_FAILED, "out of memory");
	return list;
}

/* The type of the last item; "" where there is none. */
static const char *
type_of_items(yyjson_mut_doc *list)
{
	yyjson_mut_val *last = yyjson_mut_arr_get_last(yyjson_mut_doc_get_root(list));

	return last == NULL ? "" : yyjson_mut_is_num(last) ? "a number" :
	    yyjson_mut_is_bool(last) ? "true or false" : yyjson_mut_is_obj(last) ? "a tree" :
	    yyjson_mut_is_arr(last) ? "a list" : "a string";
}

/* Write the changed list, and its text into out. */
static int
put_list(struct tree *t, char *key, const struct node *n, yyjson_mut_doc *list,
    struct buf *out, struct tree_err *e)
{
	yyjson_doc *doc = yyjson_mut_doc_imut_copy(list, NULL);
	yyjson_val *v = yyjson_doc_get_root(doc);
	char *text = v != NULL ? yyjson_val_write(v, 0, NULL) : NULL;
	int status = -1;

	if (text == NULL)
		tree_refuse(e, TREE_FAILED, "out of memory");
	else if (strlen(text) > TREE_VALUE_MAX)
		tree_refuse(e, TREE_RANGE, "the list has more than %d bytes", TREE_VALUE_MAX);
	else
		status = change(t, key, n, v, e);
	if (status == 0)
		buf_adds(out, text);
	free(text);
	yyjson_doc_free(doc);
	return status;
}

static int
append(yyjson_mut_doc *list, yyjson_val *v, struct tree_err *e)
{
	yyjson_mut_val *copy = yyjson_val_mut_copy(list, v);

	if (copy == NULL || !yyjson_mut_arr_append(yyjson_mut_doc_get_root(list), copy))
		return tree_refuse(e, TREE_FAILED, "out of memory");
	return 0;
}

int
tree_push(struct tree *t, const char *path, const struct tree_new *item, int64_t if_rev,
    struct buf *out, struct tree_err *e)
{
	char key[PATH_KEY_MAX];
	yyjson_mut_doc *list = NULL;
	yyjson_doc *doc = NULL;
	yyjson_val *v;
	struct node n;
	int status = -1;

	if (look(t, path, key, &n, e) == 0 && check_above(t, path, key, false, e) == 0 &&
	    check_revision(path, &n, if_rev, e) == 0 &&
	    (list = list_of(path, &n, e)) != NULL &&
	    (v = value_of(item, type_of_items(list), &doc, e)) != NULL &&
	    append(list, v, e) == 0)
		status = put_list(t, key, &n, list, out, e);
	yyjson_doc_free(doc);
	yyjson_mut_doc_free(list);
	node_release(&n);
	return status;
}

/* Take one item out; v NULL: the last.  False: there is none like it. */
static bool
take_out(yyjson_mut_doc *list, yyjson_val *v)
{
	yyjson_mut_val *root = yyjson_mut_doc_get_root(list), *one;
	yyjson_mut_val *wanted = v != NULL ? yyjson_val_mut_copy(list, v) : NULL;
	yyjson_mut_arr_iter it = yyjson_mut_arr_iter_with(root);

	if (v == NULL)
		return yyjson_mut_arr_remove_last(root) != NULL;
	while ((one = yyjson_mut_arr_iter_next(&it)) != NULL)
		if (yyjson_mut_equals(one, wanted)) {
			yyjson_mut_arr_iter_remove(&it);
			return true;
		}
	return false;
}

int
tree_pop(struct tree *t, const char *path, const struct tree_new *item, int64_t if_rev,
    struct buf *out, struct tree_err *e)
{
	char key[PATH_KEY_MAX];
	yyjson_mut_doc *list = NULL;
	yyjson_doc *doc = NULL;
	yyjson_val *v = NULL;
	struct node n;
	int status = -1;

	if (look(t, path, key, &n, e) == -1 || check_revision(path, &n, if_rev, e) == -1)
		goto out;
	if (!n.there) {
		tree_refuse(e, TREE_NOENT, "'%s' is not there", path);
		goto out;
	}
	list = list_of(path, &n, e);
	if (list == NULL || (item != NULL &&
	    (v = value_of(item, type_of_items(list), &doc, e)) == NULL))
		goto out;
	if (!take_out(list, v))
		tree_refuse(e, TREE_NOENT, item != NULL ? "'%s' has no such item" :
		    "'%s' is empty", path);
	else
		status = put_list(t, key, &n, list, out, e);
out:
	yyjson_doc_free(doc);
	yyjson_mut_doc_free(list);
	node_release(&n);
	return status;
}
