/*
 * Reread, Plan, Update, AddGroup, RemoveGroup: the core does the work, here are
 * its answers.
 */
#include "ctl/reload.h"

#include <stdlib.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

struct update {
	struct client *client;	/* borrowed: it owns us */
	bool	 more;
	struct buf done;	/* JSON objects, while not `more` */
};

static void
put_names(struct buf *b, const char *key, const struct strlist *names)
{
	json_key(b, key);
	json_open(b, '[');
	for (size_t i = 0; i < names->n; i++)
		json_str(b, names->v[i]);
	json_close(b, ']');
}

int
do_reread(struct client *c, const struct vcall *call, struct err *e)
{
	struct reread_names names = { 0 };

	(void)call;
	if (core_reread(&names, e) == -1)
		return -1;
	vreply_begin(&c->out);
	put_names(&c->out, "added", &names.added);
	put_names(&c->out, "changed", &names.changed);
	put_names(&c->out, "removed", &names.removed);
	vreply_end(&c->out, false);
	reread_names_release(&names);
	return 0;
}

static void
put_step(struct buf *b, const struct plan_step *s)
{
	json_open(b, '{');
	json_kstr(b, "group", s->group);
	json_kstr(b, "name", s->name);
	json_kstr(b, "action", s->action);
	json_kstr(b, "key", s->key);
	json_kstr(b, "from", s->from);
	json_kstr(b, "to", s->to);
	json_close(b, '}');
}

int
do_plan(struct client *c, const struct vcall *call, struct err *e)
{
	struct plan plan = { 0 };

	(void)call;
	if (core_plan(&plan, e) == -1)
		return -1;
	vreply_begin(&c->out);
	json_key(&c->out, "steps");
	json_open(&c->out, '[');
	for (size_t i = 0; i < plan.n; i++)
		put_step(&c->out, &plan.steps[i]);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	plan_release(&plan);
	return 0;
}

/* ---- Update ---- */

static void
update_free(struct update *u)
{
	buf_release(&u->done);
	free(u);
}

void
update_forget(struct update *u)
{
	if (u == NULL)
		return;
	core_update_forget(u);
	update_free(u);
}

static void
put_done(struct buf *b, const char *group, const char *action)
{
	json_open(b, '{');
	json_kstr(b, "group", group);
	json_kstr(b, "action", action);
	json_close(b, '}');
}

static void
put_reply(struct buf *b, const char *objects, size_t len, bool continues)
{
	vreply_begin(b);
	json_key(b, "done");
	json_open(b, '[');
	buf_add(b, objects, len);
	json_close(b, ']');
	vreply_end(b, continues);
}

/* From inside the core: only buffers are touched. */
static void
on_update(void *arg, const char *group, const char *action)
{
	struct update *u = arg;
	struct client *c = u->client;

	if (group != NULL) {
		put_done(&u->done, group, action);
		if (!u->more)
			return;
	}
	put_reply(&c->out, buf_text(&u->done), u->done.len, group != NULL);
	if (u->done.failed)
		c->out.failed = true;	/* the client's turn closes it */
	buf_clear(&u->done);
	if (group == NULL) {
		c->update = NULL;
		update_free(u);
		client_done(c);
	} else
		client_wake(c);
}

/* The strings stay the call's; the caller frees the array. */
static int
name_groups(const struct vcall *call, char ***groups, size_t *n, struct err *e)
{
	yyjson_val *names, *item;
	yyjson_arr_iter it;

	*groups = NULL;
	*n = 0;
	if (vcall_strings(call, "groups", &names, e) == -1)
		return -1;
	if (names == NULL)
		return 0;
	*groups = calloc(yyjson_arr_size(names) + 1, sizeof(**groups));
	if (*groups == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	yyjson_arr_iter_init(names, &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		(*groups)[(*n)++] = (char *)(uintptr_t)yyjson_get_str(item);
	return 0;
}

static int
start_update(struct client *c, char **groups, size_t n, bool more, struct err *e)
{
	struct update *u = calloc(1, sizeof(*u));

	if (u == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	u->client = c;
	u->more = more;
	c->update = u;
	c->state = CLIENT_BUSY;
	if (core_update(groups, n, method_asker(c), on_update, u, e) == 0)
		return 0;
	c->update = NULL;
	c->state = CLIENT_OPEN;
	update_free(u);
	return -1;
}

static void
nobody_listens(void *arg, const char *group, const char *action)
{
	(void)arg;
	(void)group;
	(void)action;
}

int
do_update(struct client *c, const struct vcall *call, struct err *e)
{
	char **groups;
	size_t n;
	int rc;

	if (name_groups(call, &groups, &n, e) == -1)
		return -1;
	if (call->oneway)
		rc = core_update(groups, n, method_asker(c), nobody_listens, NULL, e);
	else
		rc = start_update(c, groups, n, call->more, e);
	free(groups);
	return rc;
}

/* ---- AddGroup, RemoveGroup ---- */

int
do_add_group(struct client *c, const struct vcall *call, struct err *e)
{
	const char *name;

	if (need_string(call, "name", &name, e) == -1 ||
	    core_add_group(name, method_asker(c), e) == -1)
		return -1;
	method_ok(c);
	return 0;
}

int
do_remove_group(struct client *c, const struct vcall *call, struct err *e)
{
	const char *name;

	if (need_string(call, "name", &name, e) == -1 || core_remove_group(name, e) == -1)
		return -1;
	method_ok(c);
	return 0;
}
