/*
 * AddInstance, RemoveInstance, ListInstances, Scale: the core does the work; here are the
 * parameters, and waiting for what becomes of the processes.
 */
#include "core/instance.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/words.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "ctl/wait.h"
#include "wire/json.h"

#define HOLES_MAX	100
#define PROCESSES_MAX	100000

/* ---- parameters ---- */

/* One member of holes as NAME=value; -1 and e. */
static int
take_hole(struct strlist *holes, yyjson_val *key, yyjson_val *v, struct err *e)
{
	const char *name = yyjson_get_str(key), *value = yyjson_get_str(v);
	char number[24], *pair;

	if (yyjson_is_int(v)) {
		snprintf(number, sizeof(number), "%jd", (intmax_t)yyjson_get_sint(v));
		value = number;
	}
	if (value == NULL || strlen(name) != yyjson_get_len(key) ||
	    (yyjson_is_str(v) && strlen(value) != yyjson_get_len(v)))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "'holes' has '%.60s', which is filled with no text and no integer", name);
	if (conf_check_hole(name, value, e) == -1)
		return -1;
	if (asprintf(&pair, "%s=%s", name, value) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	holes->v[holes->n++] = pair;
	holes->v[holes->n] = NULL;
	return 0;
}

/* Sorted; the caller releases them, also after a failure. */
static int
take_holes(const struct vcall *call, struct strlist *holes, struct err *e)
{
	yyjson_val *all = yyjson_obj_get(call->params, "holes"), *key;
	yyjson_obj_iter it;

	*holes = (struct strlist){ 0 };
	if (all == NULL || yyjson_is_null(all))
		return 0;
	if (!yyjson_is_obj(all) || yyjson_obj_size(all) > HOLES_MAX)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter 'holes' is no object of at most %d members", HOLES_MAX);
	holes->v = calloc(yyjson_obj_size(all) + 1, sizeof(*holes->v));
	if (holes->v == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	yyjson_obj_iter_init(all, &it);
	while ((key = yyjson_obj_iter_next(&it)) != NULL)
		if (take_hole(holes, key, yyjson_obj_iter_get_val(key), e) == -1)
			return -1;
	return env_sort(holes) == 0 ? 0 : err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

/* A request about n processes; NULL and e. */
static struct request *
begin(struct client *c, const struct vcall *call, size_t n, struct err *e)
{
	return request_new(c, WAIT_CHANGE, n, call->more, e);
}

/* The result of one process: when it is there, or at once. */
static void
add_result(struct request *r, uint32_t id, bool wait)
{
	struct proc *p = core_by_id(id);

	if (p == NULL)
		return;
	if (wait && (p->departing || p->started))
		request_wait(r, p);
	else
		request_result(r, p, NULL);
}

static int
wants_wait(const struct vcall *call, bool *wait, struct err *e)
{
	if (vcall_bool(call, "wait", wait, e) == -1)
		return -1;
	*wait = *wait && !call->oneway;
	return 0;
}

/* ---- AddInstance, RemoveInstance ---- */

int
do_add_instance(struct client *c, const struct vcall *call, struct err *e)
{
	const char *template, *name;
	struct strlist holes = { 0 };
	struct instance_added added;
	struct request *r;
	bool wait = false;
	int rc;

	if (need_string(call, "template", &template, e) == -1 ||
	    need_string(call, "name", &name, e) == -1 || wants_wait(call, &wait, e) == -1)
		return -1;
	rc = take_holes(call, &holes, e);
	if (rc == 0)
		rc = core_add_instance(template, name, &holes, method_asker(c), &added, e);
	strlist_release(&holes);
	if (rc == -1 || (r = begin(c, call, 1, e)) == NULL)
		return -1;
	json_kbool(request_also(r), "added", added.added);
	json_kbool(request_also(r), "remembered", added.remembered);
	add_result(r, added.id, wait);
	request_ready(r);
	return 0;
}

int
do_remove_instance(struct client *c, const struct vcall *call, struct err *e)
{
	const char *template, *name;
	struct request *r;
	bool wait = true;
	uint32_t id;

	if (need_string(call, "template", &template, e) == -1 ||
	    need_string(call, "name", &name, e) == -1 || wants_wait(call, &wait, e) == -1 ||
	    core_remove_instance(template, name, method_asker(c), &id, e) == -1 ||
	    (r = begin(c, call, 1, e)) == NULL)
		return -1;
	json_kbool(request_also(r), "removed", id != 0);
	add_result(r, id, wait);
	request_ready(r);
	return 0;
}

/* ---- ListInstances ---- */

static void
put_instance(struct buf *b, const struct proc *p)
{
	const struct conf_instance *i = p->conf->instance;

	json_open(b, '{');
	json_kstr(b, "template", p->group->name);
	json_kstr(b, "name", p->conf->name);
	json_key(b, "holes");
	json_open(b, '{');
	for (size_t k = 0; k < i->holes.n; k++) {
		const char *pair = i->holes.v[k], *equals = strchr(pair, '=');

		json_bytes(b, pair, (size_t)(equals - pair));
		buf_addc(b, ':');
		json_str(b, equals + 1);
	}
	json_close(b, '}');
	json_kbool(b, "remembered", i->place != INSTANCE_MEMORY);
	json_kstr(b, "statename", pstate_name(p->fsm.st));
	json_kint(b, "pid", p->pid);
	json_close(b, '}');
}

int
do_list_instances(struct client *c, const struct vcall *call, struct err *e)
{
	const char *template = NULL;
	const struct pgroup *g;
	const struct proc *p;

	if (vcall_string(call, "template", &template, e) == -1)
		return -1;
	g = template != NULL ? core_find_group(template) : NULL;
	if (template != NULL && (g == NULL || g->kind != GROUP_TEMPLATE))
		return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", template);
	vreply_begin(&c->out);
	json_key(&c->out, "instances");
	json_open(&c->out, '[');
	TAILQ_FOREACH(g, &core.groups, link) {
		if (template != NULL && strcmp(g->name, template) != 0)
			continue;
		TAILQ_FOREACH(p, &g->procs, link)
			if (p->conf->instance != NULL)
				put_instance(&c->out, p);
	}
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	return 0;
}

/* ---- Scale ---- */

static void
put_names(struct buf *b, const char *key, const uint32_t *ids, size_t n)
{
	struct buf name = { 0 };

	json_key(b, key);
	json_open(b, '[');
	for (size_t i = 0; i < n; i++) {
		const struct proc *p = core_by_id(ids[i]);

		if (p == NULL)
			continue;
		buf_clear(&name);
		proc_full_name(p, &name);
		json_str(b, buf_text(&name));
	}
	json_close(b, ']');
	buf_release(&name);
}

int
do_scale(struct client *c, const struct vcall *call, struct err *e)
{
	const char *name;
	int64_t n = -1;
	bool wait = true;
	struct scaled s;
	struct request *r;

	if (need_string(call, "name", &name, e) == -1 || wants_wait(call, &wait, e) == -1 ||
	    vcall_int(call, "processes", &n, e) == -1)
		return -1;
	if (n < -1 || n > PROCESSES_MAX || (n == -1 &&
	    !yyjson_is_null(yyjson_obj_get(call->params, "processes")) &&
	    yyjson_obj_get(call->params, "processes") != NULL))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter 'processes' is not between 0 and %d", PROCESSES_MAX);
	if (core_scale(name, n, method_asker(c), &s, e) == -1 ||
	    (r = begin(c, call, s.nadded + s.nremoved, e)) == NULL) {
		scaled_release(&s);
		return -1;
	}
	put_names(request_also(r), "added", s.added, s.nadded);
	put_names(request_also(r), "removed", s.removed, s.nremoved);
	json_kbool(request_also(r), "remembered", s.remembered);
	for (size_t i = 0; i < s.nremoved; i++)
		add_result(r, s.removed[i], wait);
	for (size_t i = 0; i < s.nadded; i++)
		add_result(r, s.added[i], wait);
	scaled_release(&s);
	request_ready(r);
	return 0;
}
