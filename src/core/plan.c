/*
 * Comparing what runs with what a file says.  Nothing here changes a process.
 */
#include "core/plan.h"

#include <stdlib.h>
#include <string.h>

#include "core/helper.h"
#include "core/pool.h"
#include "core/remember.h"
#include "core/roles.h"

struct config *
plan_load(struct err *e)
{
	struct config *c;

	core.args.memory = remember_text();
	c = conf_load(core.config->path, &core.args, e);
	if (c == NULL) {
		e->code = FAULT_CANT_REREAD;
		err_add(e, "CANT_REREAD");
	}
	return c;
}

static size_t
find_program(const struct group *to, const char *name)
{
	for (size_t i = 0; i < to->nprograms; i++)
		if (strcmp(to->programs[i]->name, name) == 0)
			return i;
	return SIZE_MAX;
}

/* The environment that all have in common is as good as their own. */
static bool
common_environment_changed(const struct config *c)
{
	return !strlist_equal(&core.config->supervisord.environment,
	    &c->supervisord.environment);
}

static void
demand_restart(struct plan_proc *pp)
{
	if (pp->apply >= APPLY_RESTART)
		return;
	conf_change_release(&pp->why);
	pp->why = (struct conf_change){ .key = "[supervisord] environment",
		.apply = APPLY_RESTART };
	pp->apply = APPLY_RESTART;
}

int
plan_group(const struct pgroup *g, const struct group *to, const struct config *c,
    struct plan_group *out)
{
	bool env = common_environment_changed(c);
	struct plan_proc *pp;
	struct proc *p;

	*out = (struct plan_group){ .priority = g->priority != to->priority };
	out->procs = calloc(g->nprocs + to->nprograms + 1, sizeof(*out->procs));
	if (out->procs == NULL)
		return -1;
	if (g->pool != NULL)
		conf_listener_diff(g->pool->conf, to->listener, &out->pool);
	TAILQ_FOREACH(p, &g->procs, link) {
		if (p->departing)
			continue;
		pp = &out->procs[out->n];
		*pp = (struct plan_proc){ .p = p };
		pp->index = find_program(to, p->conf->name);
		if (pp->index != SIZE_MAX)
			pp->apply = conf_diff(p->conf, to->programs[pp->index], &pp->why);
		if (pp->index != SIZE_MAX && env)
			demand_restart(pp);
		if (pp->index == SIZE_MAX || pp->apply != APPLY_NOTHING)
			out->n++;
		else
			conf_change_release(&pp->why);
	}
	for (size_t i = 0; i < to->nprograms; i++)
		if (core_find_in(g, to->programs[i]->name) == NULL)
			out->procs[out->n++] = (struct plan_proc){ .index = i };
	return 0;
}

void
plan_group_release(struct plan_group *pg)
{
	for (size_t i = 0; i < pg->n; i++)
		conf_change_release(&pg->procs[i].why);
	conf_change_release(&pg->pool);
	free(pg->procs);
	*pg = (struct plan_group){ 0 };
}

/* A struct group that borrows the programs in use; the caller frees `programs`. */
static int
view(const struct pgroup *g, struct group *out)
{
	struct proc *p;

	*out = (struct group){ .name = g->name, .kind = g->kind, .priority = g->priority,
		.listener = g->pool != NULL ? g->pool->conf : NULL };
	out->programs = calloc(g->nprocs + 1, sizeof(*out->programs));
	if (out->programs == NULL)
		return -1;
	TAILQ_FOREACH(p, &g->procs, link)
		out->programs[out->nprograms++] = p->conf;
	return 0;
}

bool
plan_changed(const struct pgroup *g, const struct group *to, const struct config *c)
{
	struct group now;
	bool changed;

	if (common_environment_changed(c) || view(g, &now) == -1)
		return true;
	changed = !conf_group_equal(&now, to);
	free(now.programs);
	return changed;
}

/* ---- reread ---- */

static int
add_name(struct strlist *l, const char *name)
{
	char **v = reallocarray(l->v, l->n + 2, sizeof(*v));

	if (v == NULL)
		return -1;
	l->v = v;
	v[l->n] = strdup(name);
	if (v[l->n] == NULL)
		return -1;
	v[++l->n] = NULL;
	return 0;
}

void
reread_names_release(struct reread_names *r)
{
	strlist_release(&r->added);
	strlist_release(&r->changed);
	strlist_release(&r->removed);
}

int
core_reread(struct reread_names *out, struct err *e)
{
	struct config *c = plan_load(e);
	struct pgroup *g;
	int r = 0;

	*out = (struct reread_names){ 0 };
	if (c == NULL)
		return -1;
	for (size_t i = 0; i < c->ngroups && r == 0; i++) {
		g = core_find_group(c->groups[i]->name);
		if (g == NULL)
			r = add_name(&out->added, c->groups[i]->name);
		else if (plan_changed(g, c->groups[i], c))
			r = add_name(&out->changed, g->name);
	}
	TAILQ_FOREACH(g, &core.groups, link)
		if (r == 0 && conf_find_group(c, g->name) == NULL)
			r = add_name(&out->removed, g->name);
	if (r == -1) {
		reread_names_release(out);
		conf_free(c);
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	}
	if (core.reread != NULL)
		conf_free(core.reread);
	core.reread = c;
	return 0;
}

/* ---- plan ---- */

static char *
copy(const char *text)
{
	return text != NULL ? strdup(text) : NULL;
}

int
plan_add(struct plan *out, const char *group, const char *name, const char *action,
    const struct conf_change *why)
{
	struct plan_step *v = reallocarray(out->steps, out->n + 1, sizeof(*v));

	if (v == NULL)
		return -1;
	out->steps = v;
	v[out->n++] = (struct plan_step){
		.group = copy(group), .name = copy(name), .action = action,
		.key = why ? copy(why->key) : NULL,
		.from = why ? copy(why->from) : NULL, .to = why ? copy(why->to) : NULL,
	};
	return 0;
}

static int
add_group_steps(struct plan *out, const struct pgroup *g, const struct group *to,
    const struct config *c)
{
	struct plan_group pg;
	int r = plan_group(g, to, c, &pg);

	if (r == 0 && pg.priority)
		r = plan_add(out, g->name, NULL, "change",
		    &(struct conf_change){ .key = "priority" });
	if (r == 0 && pg.pool.key != NULL)
		r = plan_add(out, g->name, NULL, "change", &pg.pool);
	for (size_t i = 0; i < pg.n && r == 0; i++) {
		struct plan_proc *pp = &pg.procs[i];

		if (pp->p == NULL)
			r = plan_add(out, g->name, to->programs[pp->index]->name, "add", NULL);
		else if (pp->index == SIZE_MAX)
			r = plan_add(out, g->name, pp->p->conf->name, "remove", NULL);
		else
			r = plan_add(out, g->name, pp->p->conf->name,
			    pp->apply >= APPLY_RESTART ? "restart" : "change", &pp->why);
	}
	plan_group_release(&pg);
	return r;
}

int
core_plan(struct plan *out, struct err *e)
{
	struct config *c = plan_load(e);
	struct pgroup *g;
	int r = 0;

	*out = (struct plan){ 0 };
	if (c == NULL)
		return -1;
	TAILQ_FOREACH(g, &core.groups, link)
		if (r == 0 && conf_find_group(c, g->name) == NULL)
			r = plan_add(out, g->name, NULL, "remove", NULL);
	for (size_t i = 0; i < c->ngroups && r == 0; i++) {
		g = core_find_group(c->groups[i]->name);
		if (g == NULL)
			r = plan_add(out, c->groups[i]->name, NULL, "add", NULL);
		else
			r = add_group_steps(out, g, c->groups[i], c);
	}
	if (r == 0)
		r = helper_plan(out, c);
	if (r == 0)
		r = roles_plan(out, c);
	conf_free(c);
	if (r == 0)
		return 0;
	plan_release(out);
	return err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

void
plan_release(struct plan *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->steps[i].group);
		free(p->steps[i].name);
		free(p->steps[i].key);
		free(p->steps[i].from);
		free(p->steps[i].to);
	}
	free(p->steps);
	*p = (struct plan){ 0 };
}
