/*
 * Groups: [group:x] first, then one for every program that is in none and every pool of
 * event listeners.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/events.h"
#include "conf/load.h"

void
group_free(struct group *g)
{
	if (g == NULL)
		return;
	for (size_t i = 0; i < g->nprograms; i++)
		program_free(g->programs[i]);
	free(g->programs);
	conf_listener_free(g->listener);
	free(g->name);
	free(g);
}

int
load_add_group(struct loader *ld, const char *name, enum group_kind kind, int64_t priority,
    struct program_list *l)
{
	struct config *c = ld->c;
	struct group **groups = array_room(c->groups, c->ngroups, sizeof(*groups));
	struct group *g = calloc(1, sizeof(*g));

	if (groups != NULL)
		c->groups = groups;
	if (groups == NULL || g == NULL || (g->name = strdup(name)) == NULL)
		goto failed;
	g->kind = kind;
	g->priority = priority;
	g->programs = l->v;
	g->nprograms = l->n;
	*l = (struct program_list){ 0 };
	groups[c->ngroups++] = g;
	return 0;
failed:
	group_free(g);
	program_list_release(l);
	return report_nomem(&ld->report);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp((*(struct program *const *)a)->name, (*(struct program *const *)b)->name);
}

/* Of processes with the same name in one group the last one counts. */
static int
drop_doubles(struct loader *ld, const struct origin *o, struct program_list *l)
{
	struct program **sorted;
	size_t kept = 0;
	int rc = 0;

	if (l->n < 2)
		return 0;
	sorted = reallocarray(NULL, l->n, sizeof(*sorted));
	if (sorted == NULL)
		return report_nomem(&ld->report);
	memcpy(sorted, l->v, l->n * sizeof(*sorted));
	if (mergesort(sorted, l->n, sizeof(*sorted), compare_names) == -1)
		rc = report_nomem(&ld->report);
	for (size_t i = 0; rc == 0 && i + 1 < l->n; i++) {
		if (compare_names(&sorted[i], &sorted[i + 1]) != 0)
			continue;
		rc = report_note(&ld->report, o, LOG_WARN, "For [%s], two processes are"
		    " named '%s', only the last of them is used", o->section,
		    sorted[i]->name);
		free(sorted[i]->name);
		sorted[i]->name = NULL;		/* marks it for the next loop */
	}
	free(sorted);
	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i]->name != NULL)
			l->v[kept++] = l->v[i];
		else
			program_free(l->v[i]);
	}
	l->n = kept;
	return rc;
}

/* One name of `programs`. */
static int
load_member(struct loader *ld, const struct section_load *sl, const char *name,
    struct program_list *l)
{
	struct origin o = load_origin(ld, sl, "programs");
	struct ini_section *program, *fcgi;

	buf_clear(&ld->text);
	buf_addf(&ld->text, "fcgi-program:%s", name);
	if (ld->text.failed)
		return report_nomem(&ld->report);
	fcgi = ini_find(&ld->ini, buf_text(&ld->text));
	program = ini_find(&ld->ini, buf_text(&ld->text) + strlen("fcgi-"));
	if (program == NULL && fcgi == NULL)
		return report_error(&ld->report, &o, "[%s] names unknown program or"
		    " fcgi-program %s", sl->section->name, name);
	if (program != NULL && fcgi != NULL)
		return report_error(&ld->report, &o, "[%s] name %s is ambiguous (exists as"
		    " program and fcgi-program)", sl->section->name, name);
	if (fcgi != NULL) {
		struct section_load named = { &conf_fcgi_table, fcgi, ld->scope, false };

		fcgi->grouped = true;
		if (load_check_name(ld, &named) == -1)
			return -1;
		return load_fcgi(ld, fcgi, sl->section->title, l);
	}
	program->grouped = true;
	return load_processes(ld, program, sl->section->title, l);
}

int
load_check_name(struct loader *ld, const struct section_load *sl)
{
	struct origin o = load_origin(ld, sl, NULL);
	struct err e;

	if (conf_check_name(sl->section->title, &e) == 0)
		return 0;
	return report_error(&ld->report, &o, "%s", e.msg);
}

static int
load_group(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_group_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	int rc = 0;

	if (load_check_name(ld, &sl) == -1 || load_keys(ld, &sl, false, &keys) == -1)
		rc = -1;
	for (size_t i = 0; rc == 0 && i < keys.programs.n; i++)
		rc = load_member(ld, &sl, keys.programs.v[i], &l);
	for (size_t i = 0; rc == 0 && i < l.n; i++)
		if (deplist_append(&l.v[i]->depends_on, &keys.depends_on) == -1)
			rc = report_nomem(&ld->report);
	if (rc == 0)
		rc = drop_doubles(ld, &o, &l);
	if (rc == 0 && (l.n > 0 || keys.programs.n == 0))
		rc = load_add_group(ld, s->title, GROUP_GROUP, keys.priority, &l);
	program_list_release(&l);
	conf_release(sl.table, &keys);
	return rc;
}

/* [program:x] that no group has taken: a group of its own. */
static int
load_single(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_group_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	int rc = 0;

	if (load_check_name(ld, &sl) == -1 ||
	    load_key(ld, &sl, conf_key_find(sl.table, "priority"), &keys) == -1 ||
	    load_processes(ld, s, s->title, &l) == -1 || drop_doubles(ld, &o, &l) == -1)
		rc = -1;
	else
		rc = load_add_group(ld, s->title, GROUP_PROGRAM, keys.priority, &l);
	program_list_release(&l);
	return rc;
}

/* A pool that makes no group: the logger prints what its listeners would. */
static int
echo_instead(struct loader *ld, const struct origin *o, const struct conf_listener *keys)
{
	ld->c->echo |= keys->kinds & KINDS_LOG;
	return report_note(&ld->report, o, LOG_INFO, "[%s] is done by supd itself: output of"
	    " programs with stdout_events_enabled or stderr_events_enabled is printed, no"
	    " listener is started", o->section);
}

/* [eventlistener:x] */
static int
load_pool(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_listener_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	struct conf_listener *keys = calloc(1, sizeof(*keys));
	struct program_list l = { 0 };
	int rc = -1;

	if (keys == NULL)
		return report_nomem(&ld->report);
	if (load_listener(ld, s, keys, &l) == 0 && drop_doubles(ld, &o, &l) == 0)
		rc = listener_is_ours(keys) ? echo_instead(ld, &o, keys) :
		    load_add_group(ld, s->title, GROUP_LISTENER, keys->priority, &l);
	if (rc == 0 && !listener_is_ours(keys)) {
		ld->c->groups[ld->c->ngroups - 1]->listener = keys;
		keys = NULL;
	}
	program_list_release(&l);
	conf_listener_free(keys);
	return rc;
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *g = *(struct group *const *)a, *h = *(struct group *const *)b;

	if (g->priority != h->priority)
		return g->priority < h->priority ? -1 : 1;
	return strcmp(g->name, h->name);
}

static int
compare_group_names(const void *a, const void *b)
{
	return strcmp((*(struct group *const *)a)->name, (*(struct group *const *)b)->name);
}

/* Of the groups with one name only the first counts, so that by_name finds no other. */
static int
drop_same_groups(struct loader *ld)
{
	struct config *c = ld->c;
	struct group **named = c->by_name;
	size_t all = c->ngroups, different = 1, kept = 0;

	for (size_t i = 1; i < all; i++) {
		if (strcmp(named[different - 1]->name, named[i]->name) != 0)
			named[different++] = named[i];
		else if (report_note(&ld->report, &(struct origin){ 0 }, LOG_WARN,
		    "Two groups are named '%s', only the first of them is used",
		    named[i]->name) == -1)
			return -1;
	}
	c->ngroups = different;
	for (size_t i = 0; different < all && i < all; i++) {
		if (conf_find_group(c, c->groups[i]->name) == c->groups[i])
			c->groups[kept++] = c->groups[i];
		else
			group_free(c->groups[i]);
	}
	return 0;
}

/* Sort by priority and name, and by name alone. */
static int
sort_groups(struct loader *ld)
{
	struct config *c = ld->c;
	size_t size = sizeof(*c->groups);

	if (c->ngroups == 0)
		return 0;
	c->by_name = reallocarray(NULL, c->ngroups, size);
	if (c->by_name == NULL)
		return report_nomem(&ld->report);
	if (c->ngroups > 1 && mergesort(c->groups, c->ngroups, size, compare_groups) == -1)
		return report_nomem(&ld->report);
	memcpy(c->by_name, c->groups, c->ngroups * size);
	if (c->ngroups > 1 &&
	    mergesort(c->by_name, c->ngroups, size, compare_group_names) == -1)
		return report_nomem(&ld->report);
	return drop_same_groups(ld);
}

/* Call fn for every section of a table, in the order of the file. */
static int
each_section(struct loader *ld, const struct conf_table *t,
    int (*fn)(struct loader *ld, struct ini_section *s))
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link)
		if (conf_table_find(s->name) == t && !s->grouped && fn(ld, s) == -1)
			return -1;
	return 0;
}

static int
load_single_fcgi(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_group_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	int rc = -1;

	if (load_check_name(ld, &sl) == 0 &&
	    load_key(ld, &sl, conf_key_find(sl.table, "priority"), &keys) == 0 &&
	    load_fcgi(ld, s, s->title, &l) == 0 && drop_doubles(ld, &o, &l) == 0)
		rc = load_add_group(ld, s->title, GROUP_FCGI, keys.priority, &l);
	program_list_release(&l);
	conf_release(sl.table, &keys);
	return rc;
}

/* The external program of a [node:x] or [gateway:x], named x_node or x_gateway. */
static int
load_single_external(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_group_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	const char *title = s->title;
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	struct buf name = { 0 };
	int rc = -1;

	if (ini_get(&ld->ini, s, "command") == NULL)
		return 0;
	buf_addf(&name, "%s_%.*s", title, (int)strcspn(s->name, ":"), s->name);
	s->title = buf_text(&name);
	if (!name.failed &&
	    load_key(ld, &sl, conf_key_find(sl.table, "priority"), &keys) == 0 &&
	    load_external(ld, s, &l) == 0 && drop_doubles(ld, &o, &l) == 0)
		rc = load_add_group(ld, s->title, GROUP_PROGRAM, keys.priority, &l);
	s->title = title;
	buf_release(&name);
	program_list_release(&l);
	conf_release(sl.table, &keys);
	return rc;
}

/* [template:x] is the group of its instances, also while there are none. */
static int
load_template_group(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_group_table, s, ld->scope, false };
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	int rc = -1;

	if (load_check_name(ld, &sl) == 0 &&
	    load_key(ld, &sl, conf_key_find(sl.table, "priority"), &keys) == 0 &&
	    load_template(ld, s, &l) == 0)
		rc = load_add_group(ld, s->title, GROUP_TEMPLATE, keys.priority, &l);
	program_list_release(&l);
	conf_release(sl.table, &keys);
	return rc;
}

int
load_groups(struct loader *ld)
{
	if (each_section(ld, &conf_group_table, load_group) == -1 ||
	    each_section(ld, &conf_program_table, load_single) == -1 ||
	    each_section(ld, &conf_listener_table, load_pool) == -1 ||
	    each_section(ld, &conf_fcgi_table, load_single_fcgi) == -1 ||
	    each_section(ld, &conf_node_table, load_single_external) == -1 ||
	    each_section(ld, &conf_gateway_table, load_single_external) == -1 ||
	    each_section(ld, &conf_template_table, load_template_group) == -1 ||
	    load_lost_instances(ld) == -1 || load_services(ld) == -1 ||
	    load_service_groups(ld) == -1)
		return -1;
	return sort_groups(ld);
}
