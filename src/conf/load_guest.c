/*
 * Sections that guests carry out.  Here: their keys into structs, that names are good, and
 * that a plan has its gateway.  What the values mean is the guests' business.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/load.h"
#include "conf/words.h"

void
guest_section_free(struct conf_guest *g)
{
	if (g->keys != NULL)
		conf_release(conf_guest_kinds[g->kind]->table, g->keys);
	free(g->keys);
	free(g->section);
}

/* The name of a process and of a file comes from it. */
static int
check_title(struct loader *ld, const struct section_load *sl)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.-";
	const char *title = sl->section->title, *rest = title + strspn(title, good);
	bool plan = sl->table == &conf_plan_table;
	struct origin o = load_origin(ld, sl, NULL);

	if (plan && *rest == '/' && rest > title)
		rest += 1 + strspn(rest + 1, good);
	if (*title != '\0' && *title != '.' && *rest == '\0' && (!plan || (rest[-1] != '/' &&
	    strchr(title, '/') != NULL)))
		return 0;
	if (plan)
		return report_error(&ld->report, &o, "'%s' is not GATEWAY/PLAN, names of"
		    " letters, digits and _.-", title);
	return report_error(&ld->report, &o, "'%s' is not a name of letters, digits and _.-",
	    title);
}

static int
load_guest(struct loader *ld, struct ini_section *section, enum guest_section kind)
{
	const struct conf_guest_kind *k = conf_guest_kinds[kind];
	struct section_load sl = { k->table, section, ld->scope, false };
	struct config *c = ld->c;
	struct conf_guest *v, *g;

	if (k->table->match == MATCH_NAMED && check_title(ld, &sl) == -1)
		return -1;
	v = array_room(c->guests, c->nguests, sizeof(*v));
	if (v == NULL)
		return report_nomem(&ld->report);
	c->guests = v;
	g = &v[c->nguests];
	*g = (struct conf_guest){ .kind = kind, .section = strdup(section->name),
		.keys = calloc(1, k->size) };
	c->nguests++;
	if (g->section == NULL || g->keys == NULL)
		return report_nomem(&ld->report);
	g->name = k->table->match == MATCH_NAMED ? g->section + strlen(k->table->section) + 1 :
	    g->section + strlen(g->section);
	return load_keys(ld, &sl, false, g->keys);
}

/* [plan:x/y] is part of [gateway:x]. */
static int
check_plan(struct loader *ld, const struct conf_guest *plan)
{
	const struct section_load sl = { &conf_plan_table, ini_find(&ld->ini, plan->section),
		ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	size_t len = strcspn(plan->name, "/");

	if (plan->name[len] == '\0')	/* told already */
		return 0;
	for (size_t i = 0; i < ld->c->nguests; i++) {
		const struct conf_guest *g = &ld->c->guests[i];

		if (g->kind == SECTION_GATEWAY && strlen(g->name) == len &&
		    strncmp(g->name, plan->name, len) == 0)
			return 0;
	}
	return report_error(&ld->report, &o, "there is no [gateway:%.*s] that has this plan",
	    (int)len, plan->name);
}

int
load_guests(struct loader *ld)
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link) {
		const struct conf_table *t = conf_table_find(s->name);

		for (enum guest_section kind = 0; kind < SECTION_KINDS; kind++)
			if (t == conf_guest_kinds[kind]->table && load_guest(ld, s, kind) == -1)
				return -1;
	}
	for (size_t i = 0; i < ld->c->nguests; i++)
		if (ld->c->guests[i].kind == SECTION_PLAN &&
		    check_plan(ld, &ld->c->guests[i]) == -1)
			return -1;
	return 0;
}

/* NAME=VALUE into a program's environment, unless the section names it there. */
static int
add_variable(struct loader *ld, struct program *p, const char *name, const char *value)
{
	struct buf entry = { 0 };

	if (value == NULL || env_get(&p->environment, name, strlen(name)) != NULL)
		return 0;
	buf_addf(&entry, "%s=%s", name, value);
	if (strlist_add(&p->environment, buf_steal(&entry)) == -1 ||
	    env_sort(&p->environment) == -1)
		return report_nomem(&ld->report);
	return 0;
}

int
load_external(struct loader *ld, struct ini_section *s, struct program_list *l)
{
	const struct conf_guest_keys *keys = NULL;

	for (size_t i = 0; i < ld->c->nguests; i++)
		if (strcmp(ld->c->guests[i].section, s->name) == 0)
			keys = ld->c->guests[i].keys;
	if (load_processes(ld, s, s->title, l) == -1)
		return -1;
	for (size_t i = 0; keys != NULL && i < l->n; i++)
		if (add_variable(ld, l->v[i], "SUPD_CONFIG", keys->config) == -1 ||
		    add_variable(ld, l->v[i], "SUPD_TOKEN", keys->token) == -1)
			return -1;
	return 0;
}
