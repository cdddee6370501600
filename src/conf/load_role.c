/*
 * Roles: their sections, and that every name in them is something.  Which programs a
 * pattern means is found out while they run, since instances come and go.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/load.h"

bool
strlist_has(const struct strlist *l, const char *text)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i], text) == 0)
			return true;
	return false;
}

void
conf_role_release(struct conf_role *r)
{
	conf_release(&conf_role_table, r);
	free(r->name);
	*r = (struct conf_role){ 0 };
}

void
conf_rolegroup_release(struct conf_rolegroup *g)
{
	conf_release(&conf_rolegroup_table, g);
	free(g->name);
	*g = (struct conf_rolegroup){ 0 };
}

/* ---- what an item means ---- */

static bool
is_pattern(const char *item)
{
	return strpbrk(item, "*?[") != NULL;
}

/* Only what roles may start: no listeners, and no guests. */
static bool
is_for_patterns(const struct program *p)
{
	return strncmp(p->section, "eventlistener:", 14) != 0 &&
	    strchr(p->section, ':') != NULL;
}

/* "group:process" is this one, without making the text. */
static bool
is_full_name(const char *item, const char *group, const char *process)
{
	size_t len = strlen(group);

	return strncmp(item, group, len) == 0 && item[len] == ':' &&
	    strcmp(item + len + 1, process) == 0;
}

static bool
matches_full_name(const char *pattern, const char *group, const char *process)
{
	struct buf name = { 0 };
	bool matches;

	buf_addf(&name, "%s:%s", group, process);
	matches = fnmatch(pattern, buf_text(&name), 0) == 0;
	buf_release(&name);
	return matches;
}

bool
conf_role_item(const char *item, const char *group, const struct program *p)
{
	const char *title = strchr(p->section, ':');

	title = title != NULL ? title + 1 : p->name;	/* a guest's name is "node:x" */
	if (strcmp(item, group) == 0 || strcmp(item, title) == 0 ||
	    strcmp(item, p->section) == 0 || is_full_name(item, group, p->name))
		return true;
	if (!is_pattern(item) || !is_for_patterns(p))
		return false;
	if (strchr(item, ':') != NULL)
		return matches_full_name(item, group, p->name);
	return fnmatch(item, group, 0) == 0 || fnmatch(item, title, 0) == 0;
}

static bool
is_any_process(const struct config *c, const char *item)
{
	for (size_t i = 0; i < c->ngroups; i++)
		for (size_t k = 0; k < c->groups[i]->nprograms; k++)
			if (conf_role_item(item, c->groups[i]->name, c->groups[i]->programs[k]))
				return true;
	return false;
}

/* A section that makes processes by and by: a node, a gateway, a service, a template. */
static bool
is_any_section(struct loader *ld, const char *item)
{
	static const char *const kinds[] = { "", "service:", "template:" };
	struct buf name = { 0 };
	bool found = false;

	for (size_t i = 0; !found && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (i == 0 && strncmp(item, "node:", 5) != 0 &&
		    strncmp(item, "gateway:", 8) != 0 && strncmp(item, "service:", 8) != 0 &&
		    strncmp(item, "template:", 9) != 0)
			continue;
		buf_clear(&name);
		buf_addf(&name, "%s%s", kinds[i], item);
		found = ini_find(&ld->ini, buf_text(&name)) != NULL;
	}
	buf_release(&name);
	return found;
}

/* ---- sections ---- */

static int
load_role(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_role_table, s, ld->scope, false };
	struct config *c = ld->c;
	struct conf_role *v = array_room(c->roles, c->nroles, sizeof(*v)), *r;

	if (load_check_name(ld, &sl) == -1)
		return -1;
	if (v == NULL)
		return report_nomem(&ld->report);
	c->roles = v;
	r = &v[c->nroles++];
	*r = (struct conf_role){ .name = strdup(s->title) };
	if (r->name == NULL)
		return report_nomem(&ld->report);
	return load_keys(ld, &sl, false, r);
}

static int
load_rolegroup(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_rolegroup_table, s, ld->scope, false };
	struct config *c = ld->c;
	struct conf_rolegroup *v = array_room(c->rolegroups, c->nrolegroups, sizeof(*v)), *g;

	if (load_check_name(ld, &sl) == -1)
		return -1;
	if (v == NULL)
		return report_nomem(&ld->report);
	c->rolegroups = v;
	g = &v[c->nrolegroups++];
	*g = (struct conf_rolegroup){ .name = strdup(s->title) };
	if (g->name == NULL)
		return report_nomem(&ld->report);
	return load_keys(ld, &sl, false, g);
}

/* ---- what they name ---- */

static const struct conf_role *
find_role(const struct config *c, const char *name)
{
	for (size_t i = 0; i < c->nroles; i++)
		if (strcmp(c->roles[i].name, name) == 0)
			return &c->roles[i];
	return NULL;
}

/* Where a key of [KIND:name] stands. */
static struct origin
origin_of(struct loader *ld, const struct conf_table *t, const char *name, const char *key)
{
	struct section_load sl = { t, NULL, ld->scope, true };
	struct buf section = { 0 };

	buf_addf(&section, "%s:%s", t->section, name);
	sl.section = ini_find(&ld->ini, buf_text(&section));
	sl.program = sl.section != NULL;
	buf_release(&section);
	return load_origin(ld, &sl, key);
}

static int
unknown_role(struct loader *ld, const struct origin *o, const char *name)
{
	struct buf known = { 0 };
	int rc;

	for (size_t i = 0; i < ld->c->nroles && i < 20; i++)
		buf_addf(&known, "%s%s", i > 0 ? ", " : ": there is ", ld->c->roles[i].name);
	rc = report_error(&ld->report, o, "'%s' is no role%s", name, buf_text(&known));
	buf_release(&known);
	return rc;
}

/* Every name of the list is a role. */
static int
check_roles(struct loader *ld, const struct origin *o, const struct strlist *names)
{
	for (size_t i = 0; i < names->n; i++)
		if (find_role(ld->c, names->v[i]) == NULL &&
		    unknown_role(ld, o, names->v[i]) == -1)
			return -1;
	return 0;
}

static int
check_programs(struct loader *ld, const struct conf_role *r)
{
	struct origin o = origin_of(ld, &conf_role_table, r->name, "programs");

	for (size_t i = 0; i < r->programs.n; i++) {
		const char *item = r->programs.v[i];

		if (is_any_process(ld->c, item) || is_any_section(ld, item) ||
		    is_pattern(item))
			continue;
		if (report_error(&ld->report, &o, "'%s' is no group, program, group:process,"
		    " node or gateway", item) == -1)
			return -1;
	}
	return 0;
}

/* Is it on this machine before anybody says so? */
static bool
is_here(const struct conf_role *r)
{
	return r->mandatory || r->goal != GOAL_NONE;
}

static int
check_exclusive(struct loader *ld, const struct conf_role *r)
{
	struct origin o = origin_of(ld, &conf_role_table, r->name, "exclusive");

	if (check_roles(ld, &o, &r->exclusive) == -1)
		return -1;
	for (size_t i = 0; i < r->exclusive.n; i++) {
		const struct conf_role *other = find_role(ld->c, r->exclusive.v[i]);

		if (other == NULL)
			continue;
		if (other == r && report_error(&ld->report, &o,
		    "role '%s' cannot exclude itself", r->name) == -1)
			return -1;
		if (other != r && is_here(r) && is_here(other) && report_error(&ld->report, &o,
		    "roles '%s' and '%s' exclude each other, and both are mandatory or have a"
		    " goal", r->name, other->name) == -1)
			return -1;
	}
	return 0;
}

static int
check_role(struct loader *ld, const struct conf_role *r)
{
	struct origin o = origin_of(ld, &conf_role_table, r->name, "max_per_cluster");

	if (check_programs(ld, r) == -1 || check_exclusive(ld, r) == -1)
		return -1;
	if (r->max_per_cluster > 0 && r->min_per_cluster > r->max_per_cluster)
		return report_error(&ld->report, &o, "%lld is below min_per_cluster, %lld",
		    (long long)r->max_per_cluster, (long long)r->min_per_cluster);
	return 0;
}

/* The key roles of programs, once for each section. */
static int
check_group(struct loader *ld, const struct group *g)
{
	const char *section = "";

	for (size_t i = 0; i < g->nprograms; i++) {
		const struct program *p = g->programs[i];
		struct section_load sl = { .table = &conf_program_table, .program = true };
		struct origin o;

		if (p->in_roles == NULL || strcmp(p->section, section) == 0)
			continue;
		section = p->section;
		sl.section = ini_find(&ld->ini, section);
		if (sl.section == NULL)
			continue;
		o = load_origin(ld, &sl, "roles");
		if (check_roles(ld, &o, &p->in_roles->roles) == -1)
			return -1;
	}
	return 0;
}

int
load_roles(struct loader *ld)
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link) {
		const struct conf_table *t = conf_table_find(s->name);

		if ((t == &conf_role_table && load_role(ld, s) == -1) ||
		    (t == &conf_rolegroup_table && load_rolegroup(ld, s) == -1))
			return -1;
	}
	for (size_t i = 0; i < ld->c->nroles; i++)
		if (check_role(ld, &ld->c->roles[i]) == -1)
			return -1;
	for (size_t i = 0; i < ld->c->nrolegroups; i++) {
		const struct conf_rolegroup *g = &ld->c->rolegroups[i];
		struct origin o = origin_of(ld, &conf_rolegroup_table, g->name, "roles");

		if (check_roles(ld, &o, &g->roles) == -1)
			return -1;
		if (find_role(ld->c, g->name) != NULL && report_error(&ld->report, &o,
		    "there is a role of the same name, '%s'", g->name) == -1)
			return -1;
	}
	for (size_t i = 0; i < ld->c->ngroups; i++)
		if (check_group(ld, ld->c->groups[i]) == -1)
			return -1;
	return 0;
}
