/*
 * Sections that guests carry out.  Here: their keys into structs, that names are good, and
 * that a plan has its gateway.  What the values mean is the guests' business.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/load.h"
#include "conf/path.h"
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

/* ---- nodes: what cannot work is told before somebody asks for an instance ---- */

static const void *
value_of(const struct conf_guest *g, const char *key)
{
	const struct conf_key *k = conf_key_find(conf_guest_kinds[g->kind]->table, key);

	return conf_field_const(k, g->keys);
}

static const char *
text_of(const struct conf_guest *g, const char *key)
{
	return *(char *const *)value_of(g, key);
}

static int
warn(struct loader *ld, const struct conf_guest *g, const char *key, const char *text,
    const char *what)
{
	const struct section_load sl = { conf_guest_kinds[g->kind]->table,
		ini_find(&ld->ini, g->section), ld->scope, false };
	struct origin o = load_origin(ld, &sl, key);

	return report_note(&ld->report, &o, LOG_WARN, "For [%s], %s%s", g->section, text, what);
}

static int
check_template(struct loader *ld, const struct conf_guest *g)
{
	const char *name = text_of(g, "template");
	bool there;

	name = name != NULL ? name : g->name;
	buf_clear(&ld->text);
	buf_addf(&ld->text, "template:%s", name);
	if (ld->text.failed)
		return report_nomem(&ld->report);
	there = ini_find(&ld->ini, buf_text(&ld->text)) != NULL;
	return there ? 0 : warn(ld, g, "template", "no instance can be made: there is no template ", name);
}

/* Files that are not there yet may come; who checks wants to know. */
static void
check_files(struct loader *ld, const struct conf_guest *g)
{
	const struct section_load sl = { &conf_node_table, ini_find(&ld->ini, g->section),
		ld->scope, false };
	struct origin o = load_origin(ld, &sl, "conf_template");
	const struct strlist *l = value_of(g, "conf_template");

	for (size_t i = 0; i < l->n; i++)
		if (!path_exists(l->v[i]))
			report_hint(&ld->report, &o, "there is no file %s", l->v[i]);
}

static int
check_node(struct loader *ld, const struct conf_guest *g)
{
	enum node_kind kind = *(const enum node_kind *)value_of(g, "kind");
	const struct conf_ports *ports = value_of(g, "ports");
	const char *monitor = text_of(g, "monitor");

	if (g->keys->command != NULL)
		return 0;
	check_files(ld, g);
	if (kind == NODE_PROCESS && check_template(ld, g) == -1)
		return -1;
	if (kind == NODE_COMMAND && text_of(g, "provision") == NULL)
		return warn(ld, g, "kind", "no instance can be made: kind=command needs provision", "");
	if (monitor != NULL && strcmp(monitor, "tcp") == 0 && ports->last == 0)
		return warn(ld, g, "monitor", "monitor=tcp needs ports: nothing is probed", "");
	return 0;
}

static int
check_guest(struct loader *ld, const struct conf_guest *g)
{
	return g->kind == SECTION_PLAN ? check_plan(ld, g) :
	    g->kind == SECTION_NODE ? check_node(ld, g) : 0;
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
		if (check_guest(ld, &ld->c->guests[i]) == -1)
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
