/*
 * kato status, role list, role info and node list: what there is, and how it is.
 */
#include "cli/kato_roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* ---- roles that are meant ---- */

void
roles_let_go(struct role_list *c)
{
	reply_release(&c->reply);
	free(c->v);
}

bool
roles_fetch(struct kato *k, char *const *names, size_t n, struct role_list *out)
{
	struct buf b = { 0 };
	yyjson_arr_iter it;
	yyjson_val *list, *r;
	bool called;

	*out = (struct role_list){ 0 };
	json_open(&b, '{');
	if (n > 0)
		params_names(&b, "names", names, n);
	json_close(&b, '}');
	called = kato_call(k, CONTROL_INTERFACE ".ListRoles", buf_text(&b), &out->reply);
	buf_release(&b);
	if (!called)
		return false;
	list = yyjson_obj_get(out->reply.params, "roles");
	out->v = calloc(yyjson_arr_size(list) + 1, sizeof(*out->v));
	if (out->v == NULL) {
		kato_failed(k, KATO_FAILED, "out of memory");
		reply_release(&out->reply);
		return false;
	}
	it = yyjson_arr_iter_with(list);
	while ((r = yyjson_arr_iter_next(&it)) != NULL)
		out->v[out->n++] = r;
	return true;
}

void
roles_filter(struct role_list *c, bool (*fn)(yyjson_val *role, const void *arg), const void *arg)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->n; i++)
		if (fn(c->v[i], arg))
			c->v[kept++] = c->v[i];
	c->n = kept;
}

bool
role_here(yyjson_val *role, const void *unused)
{
	(void)unused;
	return reply_bool(role, "here");
}

/* ---- looking ---- */

static void
put_nodes(struct buf *b, yyjson_val *role)
{
	json_key(b, "node_ids");
	json_open(b, '[');
	if (reply_bool(role, "here"))
		json_str(b, KATO_NODE);
	json_close(b, ']');
}

/* {"roles_stats": {role: {state, node_ids}}} */
static void
status_json(struct kato *k, const struct role_list *c)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	json_key(&b, "roles_stats");
	json_open(&b, '{');
	for (size_t i = 0; i < c->n; i++) {
		json_key(&b, reply_str(c->v[i], "name"));
		json_open(&b, '{');
		json_kstr(&b, "state", reply_str(c->v[i], "state"));
		put_nodes(&b, c->v[i]);
		json_close(&b, '}');
	}
	json_close(&b, '}');
	json_close(&b, '}');
	kato_print_text(k, &b);
	buf_release(&b);
}

void
kato_status(struct kato *k)
{
	struct role_list c;

	if (!roles_fetch(k, NULL, 0, &c))
		return;
	if (!k->all)
		roles_filter(&c, role_here, NULL);
	if (k->json || k->yaml)
		status_json(k, &c);
	else
		for (size_t i = 0; i < c.n; i++)
			say("%-24s %s", reply_str(c.v[i], "name"), reply_bool(c.v[i], "here") ?
			    reply_str(c.v[i], "state") : "not here");
	for (size_t i = 0; i < c.n; i++)
		if (reply_bool(c.v[i], "on") &&
		    strcmp(reply_str(c.v[i], "state"), "RUNNING") != 0)
			k->status = KATO_DOWN;
	roles_let_go(&c);
}

/* One line for each node, which there is one of: its address, then its roles. */
void
kato_node_list(struct kato *k)
{
	struct buf b = { 0 };
	struct role_list c;

	if (!roles_fetch(k, NULL, 0, &c))
		return;
	roles_filter(&c, role_here, NULL);
	json_open(&b, '{');
	json_key(&b, KATO_NODE);
	json_open(&b, '[');
	for (size_t i = 0; i < c.n; i++)
		json_str(&b, reply_str(c.v[i], "name"));
	json_close(&b, ']');
	json_close(&b, '}');
	if (k->json || k->yaml) {
		kato_print_text(k, &b);
	} else {
		printf(KATO_NODE);
		for (size_t i = 0; i < c.n; i++)
			printf(" %s", reply_str(c.v[i], "name"));
		say("%s", "");
	}
	buf_release(&b);
	roles_let_go(&c);
}

void
kato_role_list(struct kato *k)
{
	struct role_list c;

	if (!roles_fetch(k, NULL, 0, &c))
		return;
	if (k->json || k->yaml)
		kato_print(k, yyjson_obj_get(c.reply.params, "roles"));
	else
		for (size_t i = 0; i < c.n; i++)
			say("%-24s %-6s %s", reply_str(c.v[i], "name"),
			    reply_str(c.v[i], "goal"), reply_str(c.v[i], "description"));
	roles_let_go(&c);
}

/* One role with what a person wants to know of it. */
static void
put_info(struct buf *b, yyjson_val *role)
{
	static const char *const keys[] = { "description", "goal", "state", "order",
		"mandatory", "exclusive", "min_per_cluster", "max_per_cluster",
		"exclude_from_add_all" };
	yyjson_arr_iter it = yyjson_arr_iter_with(yyjson_obj_get(role, "processes"));
	struct buf name = { 0 };
	yyjson_val *p;

	json_key(b, reply_str(role, "name"));
	json_open(b, '{');
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		json_key(b, keys[i]);
		json_value(b, yyjson_obj_get(role, keys[i]));
	}
	put_nodes(b, role);
	json_key(b, "processes");
	json_open(b, '{');
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		buf_clear(&name);
		spec_print(&name, reply_str(p, "group"), reply_str(p, "name"));
		json_kstr(b, buf_text(&name), reply_str(p, "state"));
	}
	json_close(b, '}');
	json_close(b, '}');
	buf_release(&name);
}

void
kato_role_info(struct kato *k)
{
	struct buf b = { 0 };
	struct role_list c;

	if (!roles_fetch(k, k->v, k->n, &c))
		return;
	json_open(&b, '{');
	for (size_t i = 0; i < c.n; i++)
		put_info(&b, c.v[i]);
	json_close(&b, '}');
	kato_print_text(k, &b);
	buf_release(&b);
	roles_let_go(&c);
}
