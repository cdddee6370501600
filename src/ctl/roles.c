/*
 * ListProcesses, ListRoles, AddRoles, RemoveRoles, StartRoles, StopRoles, RestartRoles: the core does
 * the work, here are its answers.
 */
#include "ctl/roles.h"

#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/edge.h"
#include "core/roles.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

#define NAMES_MAX 1000		/* each is compared with every role */

static void
put_list(struct buf *b, const char *key, const struct strlist *l)
{
	json_key(b, key);
	json_open(b, '[');
	for (size_t i = 0; i < l->n; i++)
		json_str(b, l->v[i]);
	json_close(b, ']');
}

static void
put_process(struct buf *b, const struct proc *p)
{
	json_open(b, '{');
	json_kstr(b, "name", p->conf->name);
	json_kstr(b, "group", p->group->name);
	json_kstr(b, "state", roles_process_state(p));
	json_close(b, '}');
}

/* ---- ListProcesses ---- */

static void
put_full(struct buf *b, const struct proc *p)
{
	struct buf text = { 0 };

	proc_describe(p, &text);
	json_open(b, '{');
	json_kstr(b, "name", p->conf->name);
	json_kstr(b, "group", p->group->name);
	json_kstr(b, "state", roles_process_state(p));
	json_kbool(b, "ready", edge_holds(p, DEP_READY));
	json_kbool(b, "wanted", p->roles != NULL && roles_starts(p) ? p->roles->wanted :
	    p->want_up);
	json_key(b, "roles");
	json_open(b, '[');
	for (size_t i = 0; p->roles != NULL && i < p->roles->n; i++)
		json_str(b, core_roles.v[p->roles->in[i].role].conf.name);
	json_close(b, ']');
	json_key(b, "description");
	json_bytes(b, buf_text(&text), text.len);
	json_kint(b, "pid", p->pid);
	json_kint(b, "exitstatus", proc_exitstatus(p));
	json_kbool(b, "guest", p->group == core.guests);
	json_close(b, '}');
	b->failed |= text.failed;
	buf_release(&text);
}

/* Nodes and gateways that are in roles are processes like others there. */
static void
put_guests(struct buf *b)
{
	struct proc *p;

	if (core.guests == NULL)
		return;
	TAILQ_FOREACH(p, &core.guests->procs, link)
		if (p->roles != NULL)
			put_full(b, p);
}

int
do_list_processes(struct client *c, const struct vcall *call, struct err *e)
{
	struct buf *b = &c->out;
	struct picks picks;

	if (select_picks(call, SELECT_DEFAULT_ALL, &picks, e) == -1)
		return -1;
	vreply_begin(b);
	json_key(b, "processes");
	json_open(b, '[');
	for (size_t i = 0; i < picks.n; i++)
		if (picks.v[i].id != 0 && core_by_id(picks.v[i].id) != NULL)
			put_full(b, core_by_id(picks.v[i].id));
	if (picks.n == 0 || picks.v[0].name == NULL)
		put_guests(b);
	json_close(b, ']');
	json_key(b, "unknown");
	json_open(b, '[');
	for (size_t i = 0; i < picks.n; i++)
		if (picks.v[i].id == 0)
			json_str(b, picks.v[i].name);
	json_close(b, ']');
	vreply_end(b, false);
	picks_release(&picks);
	return 0;
}

/* ---- ListRoles ---- */

/* Where p stands in this role; -1: it is not in it. */
static int
item_in(const struct proc_roles *r, size_t role)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->in[i].role == role)
			return r->in[i].item;
	return -1;
}

struct member {
	int	 item;
	uint32_t order;		/* as they stand in the list */
	const struct proc *p;
};

static int
by_item(const void *a, const void *b)
{
	const struct member *m = a, *n = b;

	if (m->item != n->item)
		return m->item < n->item ? -1 : 1;
	return m->order < n->order ? -1 : m->order > n->order;
}

/* In the order of start. */
static int
put_members(struct buf *b, const struct role *role)
{
	size_t number = (size_t)(role - core_roles.v), n = 0, most = 1;
	struct proc_roles *r;
	struct member *v;

	TAILQ_FOREACH(r, &core_in_roles, link)
		most++;
	v = calloc(most, sizeof(*v));
	if (v == NULL)
		return -1;
	TAILQ_FOREACH(r, &core_in_roles, link) {
		int item = item_in(r, number);

		if (item != -1) {
			v[n] = (struct member){ item, (uint32_t)n, r->p };
			n++;
		}
	}
	qsort(v, n, sizeof(*v), by_item);
	for (size_t i = 0; i < n; i++)
		put_process(b, v[i].p);
	free(v);
	return 0;
}

static void
put_role(struct buf *b, const struct role *r)
{
	json_open(b, '{');
	json_kstr(b, "name", r->conf.name);
	json_kstr(b, "description", r->conf.description);
	json_kstr(b, "goal", conf_goal_name(r->goal));
	json_kbool(b, "here", role_is_here(r));
	json_kbool(b, "on", r->on);
	json_kstr(b, "state", roles_role_state(r));
	json_kint(b, "order", r->conf.order);
	json_kbool(b, "mandatory", r->conf.mandatory);
	put_list(b, "exclusive", &r->conf.exclusive);
	json_kint(b, "min_per_cluster", r->conf.min_per_cluster);
	json_kint(b, "max_per_cluster", r->conf.max_per_cluster);
	json_kbool(b, "exclude_from_add_all", r->conf.exclude_from_add_all);
	json_key(b, "processes");
	json_open(b, '[');
	b->failed |= put_members(b, r) == -1;
	json_close(b, ']');
	json_close(b, '}');
}

static void
put_groups(struct buf *b)
{
	json_key(b, "groups");
	json_open(b, '[');
	for (size_t i = 0; i < core_roles.ngroups; i++) {
		const struct conf_rolegroup *g = &core_roles.groups[i];

		json_open(b, '{');
		json_kstr(b, "name", g->name);
		json_kstr(b, "description", g->description);
		put_list(b, "roles", &g->roles);
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* The strings stay the call's; the caller frees the array. */
static int
take_names(const struct vcall *call, const char ***names, size_t *n, struct err *e)
{
	yyjson_val *list, *item;
	yyjson_arr_iter it;

	*names = NULL;
	*n = 0;
	if (vcall_strings(call, "names", &list, e) == -1)
		return -1;
	if (yyjson_arr_size(list) > NAMES_MAX)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'names' has more than"
		    " %d items", NAMES_MAX);
	*names = calloc(yyjson_arr_size(list) + 1, sizeof(**names));
	if (*names == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	it = yyjson_arr_iter_with(list);
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		(*names)[(*n)++] = yyjson_get_str(item);
	return 0;
}

static int
choose(const struct vcall *call, bool *chosen, struct err *e)
{
	const char **names;
	size_t n;
	int rc;

	if (take_names(call, &names, &n, e) == -1)
		return -1;
	rc = role_choose(&core_roles, names, n, chosen, e);
	for (size_t i = 0; n == 0 && i < core_roles.n; i++)
		chosen[i] = true;
	free(names);
	return rc;
}

int
do_list_roles(struct client *c, const struct vcall *call, struct err *e)
{
	bool *chosen = calloc(core_roles.n + 1, sizeof(*chosen));

	if (chosen == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	if (choose(call, chosen, e) == -1) {
		free(chosen);
		return -1;
	}
	vreply_begin(&c->out);
	json_key(&c->out, "roles");
	json_open(&c->out, '[');
	for (size_t i = 0; i < core_roles.n; i++)
		if (chosen[i])
			put_role(&c->out, &core_roles.v[i]);
	json_close(&c->out, ']');
	put_groups(&c->out);
	vreply_end(&c->out, false);
	free(chosen);
	return 0;
}

/* ---- calls that change something ---- */

struct role_wait {
	struct client *client;	/* borrowed: it owns us */
	bool	 more;
	struct buf results;	/* JSON objects, while not `more` */
	struct buf note;
};

static void
wait_free(struct role_wait *w)
{
	buf_release(&w->results);
	buf_release(&w->note);
	free(w);
}

void
role_wait_forget(struct role_wait *w)
{
	if (w == NULL)
		return;
	core_roles_forget(w);
	wait_free(w);
}

static void
put_result(struct buf *b, const struct proc *p, bool start, const struct err *e)
{
	json_open(b, '{');
	json_kstr(b, "name", p->conf->name);
	json_kstr(b, "group", p->group->name);
	json_kstr(b, "action", start ? "start" : "stop");
	json_kint(b, "status", e != NULL ? (int64_t)e->code : FAULT_SUCCESS);
	json_kstr(b, "description", e != NULL ? e->msg : "OK");
	json_close(b, '}');
}

static void
put_reply(struct role_wait *w, bool continues)
{
	struct buf *out = &w->client->out;

	vreply_begin(out);
	json_key(out, "results");
	json_open(out, '[');
	buf_add(out, buf_text(&w->results), w->results.len);
	json_close(out, ']');
	json_kstr(out, "note", continues ? "" : buf_text(&w->note));
	vreply_end(out, continues);
	if (w->results.failed || w->note.failed)
		out->failed = true;	/* the client's turn closes it */
	buf_clear(&w->results);
}

/* From inside the core: only buffers are touched. */
static void
on_result(void *arg, const struct proc *p, bool start, const struct err *e)
{
	struct role_wait *w = arg;
	struct client *c = w->client;

	if (p != NULL) {
		put_result(&w->results, p, start, e);
		if (!w->more)
			return;
	}
	put_reply(w, p != NULL);
	if (p == NULL) {
		c->roles = NULL;
		wait_free(w);
		client_done(c);
	} else
		client_wake(c);
}

static int
start_call(struct client *c, const struct roles_call *what, bool more, struct err *e)
{
	struct role_wait *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	w->client = c;
	w->more = more;
	c->roles = w;
	c->state = CLIENT_BUSY;
	if (core_roles_call(what, on_result, w, &w->note, e) == 0)
		return 0;
	c->roles = NULL;
	c->state = CLIENT_OPEN;
	wait_free(w);
	return -1;
}

static int
change_roles(struct client *c, const struct vcall *call, enum role_action action,
    struct err *e)
{
	struct roles_call what = { .action = action, .by = method_asker(c) };
	struct buf note = { 0 };
	const char **names = NULL;
	int rc;

	if (vcall_bool(call, "goal_only", &what.goal_only, e) == -1 ||
	    take_names(call, &names, &what.n, e) == -1)
		return -1;
	what.names = names;
	if (call->oneway)
		rc = core_roles_call(&what, NULL, NULL, &note, e);
	else
		rc = start_call(c, &what, call->more, e);
	buf_release(&note);
	free(names);
	return rc;
}

int
do_add_roles(struct client *c, const struct vcall *call, struct err *e)
{
	return change_roles(c, call, ROLES_ADD, e);
}

int
do_remove_roles(struct client *c, const struct vcall *call, struct err *e)
{
	return change_roles(c, call, ROLES_REMOVE, e);
}

int
do_start_roles(struct client *c, const struct vcall *call, struct err *e)
{
	return change_roles(c, call, ROLES_START, e);
}

int
do_stop_roles(struct client *c, const struct vcall *call, struct err *e)
{
	return change_roles(c, call, ROLES_STOP, e);
}

int
do_restart_roles(struct client *c, const struct vcall *call, struct err *e)
{
	return change_roles(c, call, ROLES_RESTART, e);
}
