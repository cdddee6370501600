/*
 * What a row means for its node.
 */
#include "gateway/demand.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"

static yyjson_doc *
parse(const char *text)
{
	return yyjson_read(text != NULL ? text : "", text != NULL ? strlen(text) : 0, 0);
}

/* ---- comparing ---- */

/* Nothing and an empty object are the same. */
static bool
same_member(yyjson_val *a, yyjson_val *b, const char *key)
{
	yyjson_val *x = yyjson_obj_get(a, key), *y = yyjson_obj_get(b, key);
	bool nothing_x = x == NULL || yyjson_is_null(x) ||
	    (yyjson_is_obj(x) && yyjson_obj_size(x) == 0);
	bool nothing_y = y == NULL || yyjson_is_null(y) ||
	    (yyjson_is_obj(y) && yyjson_obj_size(y) == 0);

	return nothing_x || nothing_y ? nothing_x == nothing_y : yyjson_equals(x, y);
}

static bool
same_members(const char *one, const char *other, const char *const *keys)
{
	yyjson_doc *a = parse(one), *b = parse(other);
	bool same = true;

	for (; *keys != NULL && same; keys++)
		same = same_member(yyjson_doc_get_root(a), yyjson_doc_get_root(b), *keys);
	yyjson_doc_free(a);
	yyjson_doc_free(b);
	return same;
}

bool
demand_same(const struct row *r, const char *plan, const char *asked)
{
	static const char *const keys[] = { "organization_guid", "space_guid", "parameters",
		"app_guid", "bind_resource", NULL };

	return strcmp(r->plan, plan) == 0 && same_members(r->asked, asked, keys);
}

/* ---- changes ---- */

static void
copy(yyjson_mut_doc *doc, yyjson_mut_val *to, yyjson_val *from)
{
	yyjson_val *key, *v;
	size_t i, n;

	yyjson_obj_foreach(from, i, n, key, v) {
		if (yyjson_is_null(v))
			yyjson_mut_obj_remove_key(to, yyjson_get_str(key));
		else
			yyjson_mut_obj_put(to, yyjson_val_mut_copy(doc, key),
			    yyjson_val_mut_copy(doc, v));
	}
}

/* asked, with the members of change in place of its own; parameters one by one. */
static yyjson_mut_val *
merge(yyjson_mut_doc *doc, yyjson_val *asked, yyjson_val *change)
{
	yyjson_mut_val *all = yyjson_mut_obj(doc), *parameters = yyjson_mut_obj(doc);

	copy(doc, parameters, yyjson_obj_get(asked, "parameters"));
	copy(doc, parameters, yyjson_obj_get(change, "parameters"));
	copy(doc, all, asked);
	copy(doc, all, change);
	yyjson_mut_obj_remove_key(all, "parameters");
	if (yyjson_mut_obj_size(parameters) > 0)
		yyjson_mut_obj_add_val(doc, all, "parameters", parameters);
	return all;
}

/* {"plan":..., "asked":{...}}; NULL: no memory. */
static char *
changed(const struct row *r, const char *plan, const char *change)
{
	yyjson_doc *old = parse(r->asked), *new = parse(change);
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = yyjson_mut_obj(doc);
	char *text;

	yyjson_mut_doc_set_root(doc, root);
	yyjson_mut_obj_add_str(doc, root, "plan", plan != NULL ? plan : r->plan);
	yyjson_mut_obj_add_val(doc, root, "asked",
	    merge(doc, yyjson_doc_get_root(old), yyjson_doc_get_root(new)));
	text = yyjson_mut_write(doc, 0, NULL);
	yyjson_doc_free(old);
	yyjson_doc_free(new);
	yyjson_mut_doc_free(doc);
	return text;
}

int
demand_change(struct row *r, const char *plan, const char *asked)
{
	char *text = changed(r, plan, asked);

	if (text == NULL)
		return -1;
	free(r->pending);
	r->pending = text;
	return 0;
}

bool
demand_changes_nothing(const struct row *r, const char *plan, const char *asked)
{
	static const char *const keys[] = { "parameters", "maintenance_info", "context", NULL };
	bool busy = r->pending != NULL && *r->pending != '\0';
	yyjson_doc *is = parse(busy ? r->pending : ""), *will;
	char *was, *text = changed(r, plan, asked);
	bool same = false;

	will = parse(text);
	was = yyjson_val_write(yyjson_obj_get(yyjson_doc_get_root(is), "asked"), 0, NULL);
	if (will != NULL) {
		yyjson_val *root = yyjson_doc_get_root(will);
		const char *to = yyjson_get_str(yyjson_obj_get(root, "plan"));
		const char *from = busy ? yyjson_get_str(yyjson_obj_get(
		    yyjson_doc_get_root(is), "plan")) : r->plan;
		char *now = yyjson_val_write(yyjson_obj_get(root, "asked"), 0, NULL);

		same = from != NULL && strcmp(from, to) == 0 &&
		    same_members(busy ? was : r->asked, now, keys);
		free(now);
	}
	free(was);
	free(text);
	yyjson_doc_free(is);
	yyjson_doc_free(will);
	return same;
}

/* ---- calls ---- */

void
demand_name(const char *id, char name[DEMAND_NAME_SIZE])
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.-";
	size_t n = strspn(id, good);

	if (id[n] == '\0' && n > 0 && n < DEMAND_NAME_SIZE && id[0] != '.')
		memcpy(name, id, n + 1);
	else
		offer_id("name", id, name);
}

const char *
demand_method(const struct row *r, bool undo)
{
	bool binding = *r->binding != '\0';

	if (undo || r->op == OP_DELETE)
		return binding ? "Unbind" : "Unprovision";
	if (r->op == OP_UPDATE)
		return "Update";
	return binding ? "Bind" : "Provision";
}

static void
put_member(struct buf *b, yyjson_val *asked, const char *key, const char *as)
{
	yyjson_val *v = yyjson_obj_get(asked, key);

	if (v == NULL || yyjson_is_null(v))
		return;
	json_key(b, as);
	json_value(b, v);
}

static const char *
node_plan(const struct offer *o, const char *id)
{
	const struct plan *p = offer_plan(o, id);

	return p != NULL ? p->node_plan : id;
}

void
demand_write(struct buf *b, const struct row *r, bool undo, const struct offer *o)
{
	bool changes = r->op == OP_UPDATE && !undo;
	yyjson_doc *doc = parse(changes ? r->pending : r->asked);
	yyjson_val *root = yyjson_doc_get_root(doc);
	yyjson_val *asked = changes ? yyjson_obj_get(root, "asked") : root;
	const char *plan = changes ? yyjson_get_str(yyjson_obj_get(root, "plan")) : r->plan;
	char name[DEMAND_NAME_SIZE];

	json_open(b, '{');
	if (strncmp(r->node, "unix:", 5) != 0)
		json_kstr(b, "node", r->node);
	demand_name(r->instance, name);
	json_kstr(b, "name", name);
	if (*r->binding != '\0') {
		demand_name(r->binding, name);
		json_kstr(b, "binding", name);
	}
	if (!undo && r->op != OP_DELETE) {
		if (*r->binding == '\0') {
			json_kstr(b, "plan", node_plan(o, plan != NULL ? plan : r->plan));
			put_member(b, asked, "version", "version");
		}
		put_member(b, asked, "parameters", "parameters");
	}
	json_close(b, '}');
	yyjson_doc_free(doc);
}

/* ---- replies ---- */

static int
take_change(struct row *r)
{
	yyjson_doc *doc = parse(r->pending);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *plan = yyjson_get_str(yyjson_obj_get(root, "plan"));
	char *asked = yyjson_val_write(yyjson_obj_get(root, "asked"), 0, NULL);
	int rc = -1;

	if (asked != NULL && plan != NULL && row_set(&r->plan, plan) == 0) {
		free(r->asked);
		r->asked = asked;
		asked = NULL;
		rc = 0;
	}
	free(asked);
	yyjson_doc_free(doc);
	return rc;
}

int
demand_take(struct row *r, yyjson_val *params)
{
	char *text;

	if (r->op == OP_UPDATE && take_change(r) == -1)
		return -1;
	if (r->op == OP_UPDATE && yyjson_obj_get(params, "credentials") == NULL)
		return 0;
	text = params != NULL ? yyjson_val_write(params, 0, NULL) : strdup("{}");
	if (text == NULL)
		return -1;
	free(r->result);
	r->result = text;
	return 0;
}
