/*
 * supd show: the effective configuration as an ini file that can be loaded again,
 * every value with the place that it comes from.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/args.h"
#include "conf/load.h"
#include "conf/text.h"

/* One run: what is asked for, and what was found. */
struct show {
	struct loader *ld;
	const char *name;	/* NULL: everything */
	struct buf *out;
	size_t	 found;		/* sections printed */
};

/* A value as an ini file has it: further lines indented, % doubled when it is expanded. */
static void
put_value(struct buf *out, const char *text, bool expanded)
{
	for (; *text != '\0'; text++) {
		buf_addc(out, *text);
		if (*text == '%' && expanded)
			buf_addc(out, '%');
		else if (*text == '\n')
			buf_adds(out, "    ");
	}
}

/* "; file:line", "; command line" or "; default". */
static void
put_origin(struct show *s, struct ini_section *section, const struct conf_table *t,
    const char *key)
{
	struct ini_key *k = ini_get(&s->ld->ini, section, key);

	if (t == &conf_supervisord_table && args_value(s->ld->args, key) != NULL)
		buf_adds(s->out, " ; command line\n");
	else if (k != NULL)
		buf_addf(s->out, " ; %s:%d\n", k->file, k->line);
	else
		buf_adds(s->out, " ; default\n");
}

/*
 * The key is in the other table of this section as well: priority is that of a pool and of
 * its processes, with two defaults, of which no line can tell.
 */
static bool
is_double(const struct show *s, const struct conf_table *t, struct ini_section *section,
    const struct conf_key *k)
{
	if (section == NULL || conf_table_find(section->name) != &conf_listener_table ||
	    strcmp(k->name, "priority") != 0)
		return false;
	return t == &conf_program_table || ini_get(&s->ld->ini, section, k->name) == NULL;
}

/* One line for each member. */
static void
put_family(struct show *s, const struct conf_table *t, struct ini_section *section,
    const struct conf_key *k, const void *fields)
{
	const struct strlist *l = conf_field_const(k, fields);
	struct buf name = { 0 };

	for (size_t i = 0; i < l->n; i++) {
		size_t len = strcspn(l->v[i], "=");

		buf_clear(&name);
		buf_addf(&name, "%.*s.%.*s", (int)strcspn(k->name, "."), k->name, (int)len,
		    l->v[i]);
		buf_addf(s->out, "%s=", buf_text(&name));
		put_value(s->out, l->v[i] + len + 1, true);
		put_origin(s, section, t, buf_text(&name));
	}
	s->out->failed = s->out->failed || name.failed;
	buf_release(&name);
}

static void
put_keys(struct show *s, const struct conf_table *t, struct ini_section *section,
    const void *fields)
{
	struct buf value = { 0 };

	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];

		if (k->flags & KEY_FAMILY)
			put_family(s, t, section, k, fields);
		if (k->flags & KEY_FAMILY || is_double(s, t, section, k) ||
		    !conf_has_part(k, fields))
			continue;
		buf_clear(&value);
		k->type->print(conf_field_const(k, fields), &value);
		if (value.len == 0 && ini_get(&s->ld->ini, section, k->name) == NULL)
			continue;	/* not set, and nothing by default */
		buf_addf(s->out, "%s=", k->name);
		if (k->flags & KEY_SECRET)
			buf_adds(s->out, "***");
		else
			put_value(s->out, buf_text(&value), !(k->flags & KEY_LATE));
		put_origin(s, section, t, k->name);
	}
	s->out->failed = s->out->failed || value.failed;
	buf_release(&value);
}

static void
put_section(struct show *s, const struct conf_table *t, const char *name,
    const void *fields)
{
	if (s->name != NULL && strcmp(s->name, name) != 0)
		return;
	buf_addf(s->out, "%s[%s]\n", s->found++ > 0 ? "\n" : "", name);
	put_keys(s, t, ini_find(&s->ld->ini, name), fields);
}

/* [TABLE:title], asked for by either name. */
static void
put_titled(struct show *s, const struct conf_table *t, const char *title, const void *fields)
{
	struct buf name = { 0 };

	buf_addf(&name, "%s:%s", t->section, title);
	if (s->name == NULL || strcmp(s->name, title) == 0 ||
	    strcmp(s->name, buf_text(&name)) == 0) {
		buf_addf(s->out, "%s[%s]\n", s->found++ > 0 ? "\n" : "", buf_text(&name));
		put_keys(s, t, ini_find(&s->ld->ini, buf_text(&name)), fields);
	}
	buf_release(&name);
}

/* Is this process asked for: by its name, its group's, its section's, or as one of all? */
static bool
is_wanted(const struct show *s, const struct group *g, const struct program *p)
{
	size_t len = strlen(g->name);
	const char *n = s->name;

	if (n == NULL || strcmp(n, g->name) == 0 || strcmp(n, p->section) == 0 ||
	    strcmp(n, p->section + strcspn(p->section, ":") + 1) == 0)
		return true;
	return strncmp(n, g->name, len) == 0 && n[len] == ':' &&
	    (strcmp(n + len + 1, p->name) == 0 || strcmp(n + len + 1, "*") == 0);
}

/* Several processes of one section are told apart by a comment. */
static void
put_process(struct show *s, const struct group *g, const struct program *p)
{
	buf_addf(s->out, "%s[%s]", s->found++ > 0 ? "\n" : "", p->section);
	if (strcmp(g->name, p->name) == 0)
		buf_addf(s->out, " ; process %s\n", p->name);
	else
		buf_addf(s->out, " ; process %s:%s\n", g->name, p->name);
	if (p->fcgi != NULL)
		put_keys(s, &conf_fcgi_table, ini_find(&s->ld->ini, p->section), p->fcgi);
	if (g->listener != NULL)
		put_keys(s, &conf_listener_table, ini_find(&s->ld->ini, p->section),
		    g->listener);
	put_keys(s, &conf_program_table, ini_find(&s->ld->ini, p->section), p);
}

/* Sections that make no struct: the keys as they are written. */
static void
put_as_written(struct show *s, struct ini_section *section)
{
	struct ini_key *k;

	buf_addf(s->out, "%s[%s]\n", s->found++ > 0 ? "\n" : "", section->name);
	STAILQ_FOREACH(k, &section->keys, link) {
		buf_addf(s->out, "%s=", k->name);
		put_value(s->out, k->value, false);
		buf_addf(s->out, " ; %s:%d\n", k->file, k->line);
	}
}

static void
put_group(struct show *s, const struct group *g)
{
	struct buf name = { 0 };
	struct ini_section *section;

	buf_addf(&name, "group:%s", g->name);
	section = g->kind == GROUP_GROUP ? ini_find(&s->ld->ini, buf_text(&name)) : NULL;
	if (section != NULL && (s->name == NULL || strcmp(s->name, g->name) == 0 ||
	    strcmp(s->name, section->name) == 0))
		put_as_written(s, section);
	buf_release(&name);
	for (size_t i = 0; i < g->nprograms; i++)
		if (is_wanted(s, g, g->programs[i]))
			put_process(s, g, g->programs[i]);
}

/* What the tree holds no struct for. */
static void
put_rest(struct show *s)
{
	const struct conf_table *const raw[] = {
		&conf_include_table, &conf_rpc_table, &conf_plugin_table
	};
	struct ini_section *section;

	STAILQ_FOREACH(section, &s->ld->ini.sections, link) {
		const struct conf_table *t = conf_table_find(section->name);

		for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++)
			if (t == raw[i] && (s->name == NULL ||
			    strcmp(s->name, section->name) == 0 ||
			    strcmp(s->name, section->title) == 0))
				put_as_written(s, section);
	}
}

static void
put_all(struct show *s)
{
	const struct config *c = s->ld->c;

	put_section(s, &conf_supervisord_table, "supervisord", &c->supervisord);
	put_section(s, &conf_supd_table, "supd", &c->supd);
	for (size_t i = 0; i < c->nservers; i++)
		put_section(s, c->servers[i].is_unix ? &conf_unix_table : &conf_inet_table,
		    c->servers[i].section, &c->servers[i]);
	put_section(s, &conf_ctl_table, "supervisorctl", &c->ctl);
	for (size_t i = 0; i < c->nguests; i++)
		put_section(s, conf_guest_kinds[c->guests[i].kind]->table,
		    c->guests[i].section, c->guests[i].keys);
	for (size_t i = 0; i < c->ngroups; i++)
		put_group(s, c->groups[i]);
	for (size_t i = 0; i < c->nroles; i++)
		put_titled(s, &conf_role_table, c->roles[i].name, &c->roles[i]);
	for (size_t i = 0; i < c->nrolegroups; i++)
		put_titled(s, &conf_rolegroup_table, c->rolegroups[i].name, &c->rolegroups[i]);
	put_rest(s);
}

int
conf_show(const char *path, const struct conf_args *a, const char *name, struct buf *out,
    struct err *e)
{
	struct loader ld = { .args = a, .report = { .e = e }, .ctl = true };
	struct show s = { .ld = &ld, .name = name, .out = out };
	int rc = load_all(&ld, path);

	if (rc == 0) {
		put_all(&s);
		if (s.found == 0)
			rc = err_set(e, FAULT_BAD_NAME,
			    "no section, group or process is named '%s'", name);
		else if (out->failed)
			rc = err_no_memory(e);
	}
	load_release(&ld);
	conf_free(ld.c);
	return rc;
}
