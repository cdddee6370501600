/*
 * Templates: [template:x] with the holes filled for each [instance:x:y].  A tree
 * keeps the sections of its templates as they were read, so that an instance can be
 * made while the supervisor runs, without a look at any file.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/text.h"
#include "conf/words.h"

#define VAR		"var."
#define OWNER		"supd.config"	/* key of an instance: whose it is */
#define NAME_MAX_LEN	128		/* of an instance; its log files have it, too */

/* What is needed to read a template's section once more.  Owned by a config. */
struct conf_templates {
	struct ini ini;			/* their sections and [DEFAULT] */
	char	*here;
	struct utsname uts;
	struct strlist own_env;
	struct user_cache *users;
};

/* ---- names ---- */

int
conf_check_instance(const char *name, struct err *e)
{
	const char *bad = name;

	while (*bad != '\0' && (unsigned char)*bad > ' ' && *bad != 0x7f &&
	    strchr(":/[]*;#%=", *bad) == NULL)
		bad++;
	if (*bad == '\0' && name[0] != '\0' && name[0] != '.' && strlen(name) <= NAME_MAX_LEN)
		return 0;
	return err_set(e, FAULT_INCORRECT_PARAMETERS, "'name' is '%.60s', not one to %d"
	    " characters without blanks and any of : / [ ] * ; # %% =, the first no dot", name,
	    NAME_MAX_LEN);
}

static bool
is_hole(const char *name)
{
	if (*name < 'a' || *name > 'z')
		return false;
	while ((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') ||
	    *name == '_')
		name++;
	return *name == '\0';
}

/* A value must be the same when it is read back from an ini file. */
int
conf_check_hole(const char *name, const char *value, struct err *e)
{
	size_t len = strlen(value);

	if (!is_hole(name) || strcmp(name, "name") == 0)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "'holes' has '%.60s', which is no"
		    " name of a hole: small letters, digits and _, and not 'name'", name);
	for (const char *c = value; *c != '\0'; c++)
		if ((unsigned char)*c < ' ')
			return err_set(e, FAULT_INCORRECT_PARAMETERS,
			    "'%s' is filled with more than one line of text", name);
	if (text_blank(value, len) > 0 || text_blank_end(value, len) > 0 ||
	    strstr(value, " ;") != NULL || strstr(value, " #") != NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "'%s' is filled with a text that"
		    " begins or ends with a blank or has ' ;' or ' #' in it", name);
	return 0;
}

/* Letters of a file name as %XX: the first _ ends the template's part. */
static void
add_part(struct buf *out, const char *text, const char *special)
{
	for (; *text != '\0'; text++) {
		if (strchr(special, *text) != NULL || (unsigned char)*text < ' ')
			buf_addf(out, "%%%02x", (unsigned char)*text);
		else
			buf_addc(out, *text);
	}
}

char *
conf_instance_file(const char *template, const char *name)
{
	struct buf path = { 0 };

	buf_adds(&path, "instances.d/");
	add_part(&path, template, "_%./");
	buf_addc(&path, '_');
	add_part(&path, name, "%/");
	buf_adds(&path, ".ini");
	return buf_steal(&path);
}

void
conf_instance_print(struct buf *out, const char *path, const char *template,
    const char *name, const struct strlist *holes)
{
	buf_addf(out, "[%s:%s:%s]\n" OWNER " = %s\n", conf_instance_table.section, template,
	    name, path);
	for (size_t i = 0; i < holes->n; i++) {
		const char *equals = strchr(holes->v[i], '=');

		buf_addf(out, "%.*s = %s\n", (int)(equals - holes->v[i]), holes->v[i],
		    equals + 1);
	}
}

void
conf_instance_free(struct conf_instance *i)
{
	if (i == NULL)
		return;
	strlist_release(&i->holes);
	free(i);
}

/* ---- what fills the holes ---- */

static int
add_pair(struct strlist *l, const char *name, const char *value)
{
	struct buf pair = { 0 };
	char *text;

	buf_addf(&pair, "%s=%s", name, value);
	text = buf_steal(&pair);
	return text != NULL ? strlist_add(l, text) : -1;
}

/* One key var.HOLE: its value may have holes that are filled already. */
static int
add_default(struct loader *ld, struct section_load *sl, const struct ini_key *k,
    struct strlist *given)
{
	const char *hole = k->name + strlen(VAR);
	struct origin o = load_origin(ld, sl, k->name);
	struct buf value = { 0 };
	struct err e;
	int rc = 0;

	if (env_get(given, hole, strlen(hole)) != NULL)
		return 0;
	if (scope_expand(&sl->scope, k->value, k->name, &value, &e) == -1)
		rc = report_error(&ld->report, &o, "%s", e.msg);
	else if (conf_check_hole(hole, "", &e) == -1)
		rc = report_error(&ld->report, &o, "%s", e.msg);
	else if (add_pair(given, hole, buf_text(&value)) == -1 || env_sort(given) == -1)
		rc = report_nomem(&ld->report);
	buf_release(&value);
	return rc;
}

/* Everything that the holes of a section may be filled with: given, name, defaults. */
static int
collect(struct loader *ld, struct section_load *sl, const char *name,
    const struct strlist *holes, struct strlist *given)
{
	struct ini_key *k;

	if ((holes != NULL && strlist_copy(given, holes) == -1) ||
	    (name != NULL && add_pair(given, "name", name) == -1) || env_sort(given) == -1)
		return report_nomem(&ld->report);
	sl->scope.given = given;
	STAILQ_FOREACH(k, &sl->section->keys, link)
		if (strncmp(k->name, VAR, strlen(VAR)) == 0 &&
		    add_default(ld, sl, k, given) == -1)
			return -1;
	return 0;
}

static struct section_load
template_section(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = {
		.table = &conf_program_table, .section = s, .scope = ld->scope,
		.program = ld->path != NULL,	/* who adds an instance knows the template */
	};

	sl.scope.program_name = sl.scope.group_name = s->title;
	return sl;
}

static struct program *
make(struct loader *ld, struct ini_section *s, const char *name,
    const struct strlist *holes, enum instance_place place)
{
	struct section_load sl = template_section(ld, s);
	struct strlist given = { 0 };
	struct program *p = NULL;
	char *own = NULL;

	if (collect(ld, &sl, name, holes, &given) == 0)
		p = load_instance(ld, &sl, 0);
	strlist_release(&given);
	if (p == NULL)
		return NULL;
	own = strdup(name);
	p->instance = calloc(1, sizeof(*p->instance));
	if (own == NULL || p->instance == NULL ||
	    strlist_copy(&p->instance->holes, holes) == -1) {
		free(own);
		program_free(p);
		report_nomem(&ld->report);
		return NULL;
	}
	p->instance->place = place;
	free(p->name);
	p->name = own;
	return p;
}

/* ---- when a file is loaded ---- */

/* The keys of a template as far as they can be judged without an instance. */
static int
check_template(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = template_section(ld, s);
	struct strlist given = { 0 };
	struct program p;
	struct origin o;
	bool guessed = false;
	int rc;

	program_init(&p);
	sl.scope.guessed = &guessed;
	sl.scope.numbered = true;
	rc = collect(ld, &sl, NULL, NULL, &given);
	for (int numbered = 0; rc == 0 && numbered < 2; numbered++)
		rc = load_keys(ld, &sl, numbered == 1, &p);
	if (rc == 0 && ini_get(&ld->ini, s, "command") == NULL) {
		o = load_origin(ld, &sl, NULL);
		rc = report_error(&ld->report, &o,
		    "template section %s does not specify a command", s->name);
	}
	conf_release(&conf_program_table, &p);
	strlist_release(&given);
	return rc;
}

/* The keys of [instance:x:y] as holes, sorted. */
static int
read_holes(struct loader *ld, struct ini_section *s, struct strlist *holes)
{
	struct section_load sl = { .table = &conf_instance_table, .section = s };
	struct ini_key *k;
	struct origin o;
	struct err e;

	STAILQ_FOREACH(k, &s->keys, link) {
		if (strcmp(k->name, OWNER) == 0)
			continue;
		o = load_origin(ld, &sl, k->name);
		if (conf_check_hole(k->name, "", &e) == -1) {
			if (report_error(&ld->report, &o, "%s", e.msg) == -1)
				return -1;
		} else if (add_pair(holes, k->name, k->value) == -1)
			return report_nomem(&ld->report);
	}
	return env_sort(holes) == -1 ? report_nomem(&ld->report) : 0;
}

/* s is [instance:x:NAME] of the template t. */
static int
add_instance(struct loader *ld, struct ini_section *t, struct ini_section *s,
    const char *name, struct program_list *l)
{
	struct section_load sl = { .table = &conf_instance_table, .section = s };
	struct origin o = load_origin(ld, &sl, NULL);
	struct strlist holes = { 0 };
	struct program *p = NULL;
	struct err e;
	int rc = 0;

	if (conf_check_instance(name, &e) == -1)
		return report_error(&ld->report, &o, "%s", e.msg);
	if (read_holes(ld, s, &holes) == 0)
		p = make(ld, t, name, &holes, load_place(ld, s));
	strlist_release(&holes);
	if (p != NULL) {
		if (program_list_add(l, p) == 0)
			return 0;
		program_free(p);
		rc = report_nomem(&ld->report);
	} else if (!ld->report.checking) {
		err_add(ld->report.e, "[%s]", s->name);
		rc = -1;
	}
	return rc;
}

/* The NAME of [instance:TEMPLATE:NAME]; NULL: it is of another template, or not for us. */
static const char *
name_in(struct loader *ld, struct ini_section *s, const char *template)
{
	size_t len = strlen(template);

	if (conf_table_find(s->name) != &conf_instance_table || !load_is_ours(ld, s, OWNER) ||
	    strncmp(s->title, template, len) != 0 || s->title[len] != ':')
		return NULL;
	s->grouped = true;
	return s->title + len + 1;
}

int
load_template(struct loader *ld, struct ini_section *t, struct program_list *l)
{
	struct ini_section *s;
	const char *name;
	size_t first = l->n;

	if (check_template(ld, t) == -1)
		return -1;
	STAILQ_FOREACH(s, &ld->ini.sections, link) {
		name = name_in(ld, s, t->title);
		if (name != NULL && add_instance(ld, t, s, name, l) == -1)
			return -1;
	}
	return program_list_sort(l, first) == -1 ? report_nomem(&ld->report) : 0;
}

int
load_lost_instances(struct loader *ld)
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link) {
		struct origin o = { .file = s->file, .line = s->line, .section = s->name };

		if (conf_table_find(s->name) == &conf_instance_table && !s->grouped &&
		    load_is_ours(ld, s, OWNER) &&
		    report_note(&ld->report, &o, LOG_WARN, "[%s] is not started: there is no"
		    " template of that name", s->name) == -1)
			return -1;
	}
	return 0;
}

/* ---- while the supervisor runs ---- */

int
load_keep_templates(struct loader *ld)
{
	struct conf_templates *t;
	bool any = false;

	for (size_t i = 0; i < ld->c->ngroups; i++)
		any = any || ld->c->groups[i]->kind == GROUP_TEMPLATE;
	if (!any)
		return 0;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return report_nomem(&ld->report);
	ini_init(&t->ini);
	ini_move(&ld->ini, "template:", &t->ini);
	t->here = ld->here;
	t->uts = ld->uts;
	t->own_env = ld->own_env;
	t->users = ld->users;
	ld->here = NULL;
	ld->own_env = (struct strlist){ 0 };
	ld->users = NULL;
	ld->c->templates = t;
	return 0;
}

void
templates_free(struct conf_templates *t)
{
	if (t == NULL)
		return;
	ini_release(&t->ini);
	free(t->here);
	strlist_release(&t->own_env);
	user_cache_free(t->users);
	free(t);
}

struct program *
conf_instance_make(const struct config *c, const char *template, const char *name,
    const struct strlist *holes, const struct strlist *environment, struct err *e)
{
	const struct conf_templates *t = c->templates;
	struct config scratch = { 0 };		/* gets the notes */
	struct loader ld = { .c = &scratch, .report = { .e = e, .c = &scratch } };
	struct buf section = { 0 };
	struct ini_section *s = NULL;
	struct program *p = NULL;

	buf_addf(&section, "template:%s", template);
	if (t != NULL) {
		ld.ini = t->ini;
		ld.users = t->users;
		ld.scope = (struct scope){
			.here = t->here, .host_node_name = t->uts.nodename,
			.env = { NULL, environment, &t->own_env },
		};
		s = ini_find(&ld.ini, buf_text(&section));
	}
	if (s != NULL)
		p = make(&ld, s, name, holes, INSTANCE_STATE);
	else
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", template);
	for (size_t i = 0; i < scratch.nnotes; i++)
		free(scratch.notes[i].text);
	free(scratch.notes);
	buf_release(&ld.text);
	buf_release(&section);
	return p;
}
