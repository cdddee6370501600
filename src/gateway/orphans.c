/*
 * Orphans: what nodes have, against what rows know.
 */
#include "gateway/orphans.h"

#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "gateway/demand.h"
#include "gateway/nodes.h"
#include "gateway/rows.h"
#include "serve/guest.h"
#include "wire/json.h"

/* A row as its node names it. */
struct known {
	char	 name[DEMAND_NAME_SIZE], binding[DEMAND_NAME_SIZE];
	char	*id, *binding_id;	/* as the row names it; owned */
	char	*node;			/* owned */
	bool	 ready, seen;
};

static struct orphan_list orphans = TAILQ_HEAD_INITIALIZER(orphans);
static struct orphans_wait_list checks = TAILQ_HEAD_INITIALIZER(checks),
    next_checks = TAILQ_HEAD_INITIALIZER(next_checks), /* who came while one was under way */
    purges = TAILQ_HEAD_INITIALIZER(purges);
static bool second_look;	/* of a check, at once */
static struct known *known;
static size_t nknown;
static unsigned pass, checking, purging;
static int removed;
static struct loop_timer next_check, second_check;

static void on_second(struct loop_timer *t);

/* ---- what rows know ---- */

static void
forget_known(void)
{
	for (size_t i = 0; i < nknown; i++) {
		free(known[i].id);
		free(known[i].binding_id);
		free(known[i].node);
	}
	free(known);
	known = NULL;
	nknown = 0;
}

static int
add_known(void *arg, const struct row *r)
{
	bool *failed = arg;
	struct known *k;

	if (r->state == ROW_GONE || (r->state == ROW_FAILED && !r->doubtful))
		return 0;
	k = realloc(known, (nknown + 1) * sizeof(*k));
	if (k == NULL) {
		*failed = true;
		return -1;
	}
	known = k;
	k = &known[nknown++];
	*k = (struct known){ .id = strdup(r->instance), .binding_id = strdup(r->binding),
		.node = strdup(r->node), .ready = r->state == ROW_READY };
	demand_name(r->instance, k->name);
	if (*r->binding != '\0')
		demand_name(r->binding, k->binding);
	*failed = k->id == NULL || k->binding_id == NULL || k->node == NULL;
	return *failed ? -1 : 0;
}

static int
by_name(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d != 0 ? d : strcmp(x->binding, y->binding);
}

static int
load_known(void)
{
	struct err e;
	bool failed = false;

	forget_known();
	if (rows_each(NULL, false, add_known, &failed, &e) == -1 || failed) {
		guest_log(LOG_WARN, "orphans cannot be looked for: %s", failed ?
		    "out of memory" : e.msg);
		forget_known();
		return -1;
	}
	if (nknown > 0)
		qsort(known, nknown, sizeof(*known), by_name);
	return 0;
}

static struct known *
find_known(const char *name, const char *binding)
{
	struct known key = { .ready = false };

	if (strlen(name) >= sizeof(key.name) || strlen(binding) >= sizeof(key.binding))
		return NULL;
	strcpy(key.name, name);
	strcpy(key.binding, binding);
	return nknown > 0 ? bsearch(&key, known, nknown, sizeof(key), by_name) : NULL;
}

/* ---- the list ---- */

static void
drop(struct orphan *o)
{
	TAILQ_REMOVE(&orphans, o, link);
	free(o->node);
	free(o->name);
	free(o->binding);
	free(o);
}

static struct orphan *
find(const char *node, const char *name, const char *binding, bool missing)
{
	struct orphan *o;

	TAILQ_FOREACH(o, &orphans, link)
		if (o->missing == missing && strcmp(o->node, node) == 0 &&
		    strcmp(o->name, name) == 0 && strcmp(o->binding, binding) == 0)
			return o;
	return NULL;
}

static void
suspect(const char *node, const char *name, const char *binding, bool missing)
{
	struct orphan *o = find(node, name, binding, missing);

	if (o == NULL) {
		o = calloc(1, sizeof(*o));
		if (o == NULL)
			return;
		*o = (struct orphan){ .node = strdup(node), .name = strdup(name),
			.binding = strdup(binding), .since_ms = loop_now(), .missing = missing };
		TAILQ_INSERT_TAIL(&orphans, o, link);
		if (o->node == NULL || o->name == NULL || o->binding == NULL) {
			drop(o);
			return;
		}
	} else if (loop_now() - o->since_ms >=
	    guest_number("double_check_orphan_interval", 300) * 1000)
		o->certain = true;
	o->pass = pass;
}

/* ---- checking ---- */

static void
put(struct orphans_wait_list *l, struct orphans_wait *w)
{
	if (w == NULL || w->list != NULL)
		return;
	TAILQ_INSERT_TAIL(l, w, link);
	w->list = l;
}

void
orphans_wait_not(struct orphans_wait *w)
{
	if (w->list != NULL)
		TAILQ_REMOVE(w->list, w, link);
	w->list = NULL;
}

/* All into another list. */
static void
move(struct orphans_wait_list *to, struct orphans_wait_list *from)
{
	struct orphans_wait *w;

	while ((w = TAILQ_FIRST(from)) != NULL) {
		orphans_wait_not(w);
		put(to, w);
	}
}

static void
tell(struct orphans_wait_list *l, int n)
{
	struct orphans_wait_list now = TAILQ_HEAD_INITIALIZER(now);
	struct orphans_wait *w;

	move(&now, l);
	while ((w = TAILQ_FIRST(&now)) != NULL) {
		orphans_wait_not(w);
		w->fn(w, n);
	}
}

/* Everything that was suspected of a node, and that it did not have this time. */
static void
clear(const char *node)
{
	struct orphan *o, *next;

	TAILQ_FOREACH_SAFE(o, &orphans, link, next)
		if (o->pass != pass && strcmp(o->node, node) == 0)
			drop(o);
}

static void
compare(const struct node *n, yyjson_val *list)
{
	yyjson_val *one, *bindings, *binding;
	const char *name;
	struct known *k;
	size_t i, j, count, m;

	yyjson_arr_foreach(list, i, count, one) {
		name = yyjson_get_str(yyjson_obj_get(one, "name"));
		if (name == NULL)
			continue;
		k = find_known(name, "");
		if (k == NULL)
			suspect(n->name, name, "", false);
		else
			k->seen = true;
		bindings = yyjson_obj_get(one, "bindings");
		yyjson_arr_foreach(bindings, j, m, binding) {
			if (!yyjson_is_str(binding))
				continue;
			if (k != NULL && find_known(name, yyjson_get_str(binding)) == NULL)
				suspect(n->name, name, yyjson_get_str(binding), false);
			else if (k != NULL)
				find_known(name, yyjson_get_str(binding))->seen = true;
		}
	}
	for (i = 0; i < nknown; i++)
		if (known[i].ready && !known[i].seen && strcmp(known[i].node, n->name) == 0)
			suspect(n->name, known[i].id, known[i].binding_id, true);
	clear(n->name);
}

static void begin_check(void);

static void
end_check(void)
{
	struct orphan *o;
	bool doubt = false;
	int64_t later = guest_number("double_check_orphan_interval", 300) * 1000;

	forget_known();
	TAILQ_FOREACH(o, &orphans, link)
		doubt |= !o->certain && !o->missing;
	if (doubt && later > 0)
		loop_timer_start(&second_check, later, on_second);
	if (guest_is_set("purge_orphans"))
		orphans_purge(NULL);
	second_look = doubt && later == 0 && !second_look;
	if (!second_look) {
		tell(&checks, 0);
		move(&checks, &next_checks);
	}
	/* who was told may have begun one */
	if (checking == 0 && (second_look || !TAILQ_EMPTY(&checks)))
		begin_check();
}

static void
on_list(void *arg, const struct node_reply *r)
{
	struct node *n = arg;

	if (r->how != NODE_DONE)
		guest_log(LOG_WARN, "node %s does not say what it has: %s", n->name, r->text);
	else if (load_known() == 0)
		compare(n, yyjson_obj_get(r->params, "instances"));
	if (--checking == 0)
		end_check();
}

static void
put_node(struct buf *b, const struct node *n)
{
	if (strncmp(n->name, "unix:", 5) != 0)
		json_kstr(b, "node", n->name);
}

static void
begin_check(void)
{
	struct node *const *all;
	struct buf b = { 0 };
	struct err e;
	size_t n;

	pass++;
	all = nodes_all(&n);
	checking = 1;
	for (size_t i = 0; i < n; i++) {
		buf_clear(&b);
		json_open(&b, '{');
		put_node(&b, all[i]);
		json_close(&b, '}');
		if (!b.failed && node_ask(all[i], "List", buf_text(&b), on_list, all[i], &e) != NULL)
			checking++;
	}
	buf_release(&b);
	if (--checking == 0)
		end_check();
}

void
orphans_check(struct orphans_wait *w)
{
	put(checking > 0 ? &next_checks : &checks, w);
	if (checking == 0)
		begin_check();
}

static void
on_second(struct loop_timer *t)
{
	(void)t;
	orphans_check(NULL);
}

static void
on_next(struct loop_timer *t)
{
	loop_timer_start(t, guest_number("check_orphan_interval", 0) * 1000, on_next);
	orphans_check(NULL);
}

/* ---- purging ---- */

static void
on_purged(void *arg, const struct node_reply *r)
{
	struct node *n = arg;
	yyjson_val *failed = yyjson_obj_get(r->params, "failed");

	if (r->how != NODE_DONE)
		guest_log(LOG_WARN, "node %s does not remove orphans: %s", n->name, r->text);
	else {
		removed += (int)yyjson_get_sint(yyjson_obj_get(r->params, "removed"));
		if (yyjson_arr_size(failed) > 0)
			guest_log(LOG_WARN, "node %s could not remove %zu orphans", n->name,
			    yyjson_arr_size(failed));
	}
	if (--purging == 0) {
		tell(&purges, removed);
		removed = 0;
	}
}

/* One call for all orphans of a node; false: there are none. */
static bool
write_purge(struct buf *b, const struct node *n)
{
	struct orphan *o;
	bool any = false;

	json_open(b, '{');
	put_node(b, n);
	for (int bindings = 0; bindings < 2; bindings++) {
		json_key(b, bindings ? "bindings" : "instances");
		json_open(b, '[');
		TAILQ_FOREACH(o, &orphans, link) {
			if (!o->certain || o->missing || strcmp(o->node, n->name) != 0 ||
			    (*o->binding != '\0') != bindings)
				continue;
			any = true;
			if (!bindings) {
				json_str(b, o->name);
				continue;
			}
			json_open(b, '{');
			json_kstr(b, "name", o->name);
			json_kstr(b, "binding", o->binding);
			json_close(b, '}');
		}
		json_close(b, ']');
	}
	json_close(b, '}');
	return any;
}

static void
drop_purged(const char *node)
{
	struct orphan *o, *next;

	TAILQ_FOREACH_SAFE(o, &orphans, link, next)
		if (o->certain && !o->missing && strcmp(o->node, node) == 0)
			drop(o);
}

void
orphans_purge(struct orphans_wait *w)
{
	struct node *const *all;
	struct buf b = { 0 };
	struct err e;
	size_t n;

	put(&purges, w);
	all = nodes_all(&n);
	purging++;
	for (size_t i = 0; i < n; i++) {
		buf_clear(&b);
		if (!write_purge(&b, all[i]) || b.failed)
			continue;
		if (node_ask(all[i], "Purge", buf_text(&b), on_purged, all[i], &e) == NULL)
			continue;
		purging++;
		drop_purged(all[i]->name);
	}
	buf_release(&b);
	if (--purging == 0) {
		tell(&purges, removed);
		removed = 0;
	}
}

static void
condemn(const char *node, const char *name, const char *binding)
{
	struct orphan *o;

	if (name == NULL || nodes_find(node) == NULL || find_known(name, binding) != NULL)
		return;
	suspect(node, name, binding, false);
	o = find(node, name, binding, false);
	if (o != NULL)
		o->certain = true;
}

void
orphans_purge_listed(yyjson_val *instances, yyjson_val *bindings)
{
	yyjson_val *node, *list, *one;
	size_t i, j, n, m;

	if (load_known() == -1)
		return;
	yyjson_obj_foreach(instances, i, n, node, list)
		yyjson_arr_foreach(list, j, m, one)
			condemn(yyjson_get_str(node), yyjson_get_str(one), "");
	yyjson_obj_foreach(bindings, i, n, node, list)
		yyjson_arr_foreach(list, j, m, one)
			if (yyjson_is_str(yyjson_obj_get(one, "binding")))
				condemn(yyjson_get_str(node),
				    yyjson_get_str(yyjson_obj_get(one, "name")),
				    yyjson_get_str(yyjson_obj_get(one, "binding")));
	forget_known();
	orphans_purge(NULL);
}

/* ---- life ---- */

const struct orphan_list *
orphans_all(void)
{
	return &orphans;
}

void
orphans_open(void)
{
	int64_t ms = guest_number("check_orphan_interval", 0) * 1000;

	if (ms > 0)
		loop_timer_start(&next_check, ms, on_next);
}

void
orphans_close(void)
{
	struct orphan *o;

	loop_timer_stop(&next_check);
	loop_timer_stop(&second_check);
	TAILQ_INIT(&checks);
	TAILQ_INIT(&next_checks);
	TAILQ_INIT(&purges);
	while ((o = TAILQ_FIRST(&orphans)) != NULL)
		drop(o);
	forget_known();
}
