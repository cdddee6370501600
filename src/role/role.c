/*
 * The set of roles, choosing from it by name, and where a program stands in it.
 */
#include "role/role.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

int
role_set_take(struct role_set *s, struct config *c, struct err *e)
{
	*s = (struct role_set){ 0 };
	if (c->nroles > ROLES_MAX)
		return err_set(e, FAULT_FAILED, "more than %d roles", ROLES_MAX);
	s->v = calloc(c->nroles + 1, sizeof(*s->v));
	if (s->v == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	for (; s->n < c->nroles; s->n++) {
		struct role *r = &s->v[s->n];

		r->conf = c->roles[s->n];
		r->goal = r->conf.goal;
		r->slot = UINT32_MAX;
	}
	s->groups = c->rolegroups;
	s->ngroups = c->nrolegroups;
	free(c->roles);
	c->roles = NULL;
	c->rolegroups = NULL;
	c->nroles = c->nrolegroups = 0;
	return 0;
}

void
role_set_release(struct role_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		conf_role_release(&s->v[i].conf);
	for (size_t i = 0; i < s->ngroups; i++)
		conf_rolegroup_release(&s->groups[i]);
	free(s->v);
	free(s->groups);
	strlist_release(&s->lost);
	*s = (struct role_set){ 0 };
}

struct role *
role_find(const struct role_set *s, const char *name)
{
	for (size_t i = 0; i < s->n; i++)
		if (strcmp(s->v[i].conf.name, name) == 0)
			return &s->v[i];
	return NULL;
}

const struct conf_rolegroup *
role_find_group(const struct role_set *s, const char *name)
{
	for (size_t i = 0; i < s->ngroups; i++)
		if (strcmp(s->groups[i].name, name) == 0)
			return &s->groups[i];
	return NULL;
}

bool
role_is_here(const struct role *r)
{
	return r->conf.mandatory || r->goal != GOAL_NONE;
}

/* ---- choosing ---- */

static int
choose(const struct role_set *s, const char *name, bool *chosen)
{
	const struct conf_rolegroup *g = role_find_group(s, name);
	const struct role *r = role_find(s, name);

	if (g == NULL && r == NULL)
		return -1;
	if (r != NULL)
		chosen[r - s->v] = true;
	for (size_t i = 0; g != NULL && i < g->roles.n; i++)
		if ((r = role_find(s, g->roles.v[i])) != NULL)
			chosen[r - s->v] = true;
	return 0;
}

int
role_choose(const struct role_set *s, const char *const *names, size_t n, bool *chosen,
    struct err *e)
{
	for (size_t i = 0; i < n; i++)
		if (role_find(s, names[i]) == NULL && role_find_group(s, names[i]) == NULL)
			return err_set(e, FAULT_BAD_NAME, "BAD_NAME: no role or group of roles"
			    " '%s'", names[i]);
	for (size_t i = 0; i < n; i++)
		choose(s, names[i], chosen);
	return 0;
}

static bool
exclude_each_other(const struct role *a, const struct role *b)
{
	return strlist_has(&a->conf.exclusive, b->conf.name) ||
	    strlist_has(&b->conf.exclusive, a->conf.name);
}

int
role_may_add(const struct role_set *s, const bool *chosen, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = 0; chosen[i] && k < s->n; k++) {
			const struct role *r = &s->v[i], *other = &s->v[k];

			if (k == i || !(chosen[k] || role_is_here(other)) ||
			    !exclude_each_other(r, other))
				continue;
			return err_set(e, FAULT_FAILED, "FAILED: role '%s' excludes role '%s',"
			    " which is %s", r->conf.name, other->conf.name,
			    chosen[k] ? "to be added as well" : "on this machine");
		}
	return 0;
}

int
role_may_remove(const struct role_set *s, const bool *chosen, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (chosen[i] && s->v[i].conf.mandatory)
			return err_set(e, FAULT_FAILED, "FAILED: role '%s' is mandatory",
			    s->v[i].conf.name);
	return 0;
}

int
role_may_start(const struct role_set *s, const bool *chosen, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (chosen[i] && !role_is_here(&s->v[i]))
			return err_set(e, FAULT_FAILED, "FAILED: role '%s' is not on this machine:"
			    " add it first", s->v[i].conf.name);
	return 0;
}

/* ---- places ---- */

/* The first item that means the program, or behind them all; -1: it is not in this role. */
static int
item_of(const struct conf_role *r, const char *group, const struct program *p)
{
	for (size_t i = 0; i < r->programs.n && i < UINT16_MAX; i++)
		if (conf_role_item(r->programs.v[i], group, p))
			return (int)i;
	if (p->in_roles == NULL || !strlist_has(&p->in_roles->roles, r->name))
		return -1;
	return UINT16_MAX;
}

size_t
role_places(const struct role_set *s, const char *group, const struct program *p,
    struct role_place *out, size_t max)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n && n < max; i++) {
		int item = item_of(&s->v[i].conf, group, p);

		if (item != -1)
			out[n++] = (struct role_place){ (uint16_t)i, (uint16_t)item };
	}
	return n;
}
