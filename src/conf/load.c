/*
 * The order of things when a configuration is loaded.  It is supervisord's, as
 * the first error is the one that is shown.  Values of the command line replace
 * those of [supervisord] here, so that a reload cannot forget them.
 */
#include "conf/load.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/args.h"
#include "conf/path.h"
#include "conf/words.h"

struct origin
load_origin(struct loader *ld, const struct section_load *sl, const char *key)
{
	struct ini_key *k = key ? ini_get(&ld->ini, sl->section, key) : NULL;
	struct ini_section *s = sl->section;

	return (struct origin){
		.file = k != NULL ? k->file : s != NULL ? s->file : NULL,
		.line = k != NULL ? k->line : s != NULL ? s->line : 0,
		.section = s != NULL ? s->name : sl->table->section,
		.key = key,
		.program_file = sl->program ? s->file : NULL,
	};
}

/* What one key of a section may name. */
static struct scope
narrow(const struct scope *all, unsigned names)
{
	struct scope s = *all;

	if (!(names & NAMES_HERE))
		s.here = NULL;
	if (!(names & NAMES_HOST))
		s.host_node_name = NULL;
	if (!(names & NAMES_PROGRAM))
		s.program_name = NULL;
	if (!(names & NAMES_GROUP))
		s.group_name = NULL;
	if (!(names & NAMES_NUMBER))
		s.numbered = false;
	s.values = (names & NAMES_STORE) != 0;
	return s;
}

static int
expand_key(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    const char *text, struct err *e)
{
	struct scope names = narrow(&sl->scope, sl->table->names | k->names);
	struct buf what = { 0 };
	int rc;

	if (!(k->flags & KEY_BARE))
		buf_addf(&what, "%s.", sl->section->name);
	buf_adds(&what, k->name);
	buf_clear(&ld->text);
	rc = scope_expand(&names, text, buf_text(&what), &ld->text, e);
	buf_release(&what);
	return rc;
}

/* Parse a text that the field then owns; a number out of bounds is a warning. */
static int
parse_key(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    const char *name, const char *text, void *fields, struct err *e)
{
	struct conf_parse p = { .key = k, .member = conf_key_member(k, name),
		.users = ld->users, .e = e };
	struct buf used = { 0 };
	struct origin o;
	int rc = 0;

	if (k->type->parse(conf_field(k, fields), text, &p) == -1)
		return -1;
	if (p.clamped) {
		o = load_origin(ld, sl, name);
		k->type->print(conf_field(k, fields), &used);
		rc = used.failed ? report_nomem(&ld->report) : report_note(&ld->report, &o,
		    LOG_WARN, "For [%s], %s=%s is out of bounds, %s is used", o.section,
		    name, text, buf_text(&used));
		buf_release(&used);
	}
	return rc;
}

/* A text of the file, or the default (ini NULL), into the field. */
static int
load_value(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    const struct ini_key *ini, const char *text, void *fields)
{
	const char *name = ini != NULL ? ini->name : k->name;
	struct origin o;
	struct err e;

	if (sl->scope.guessed != NULL)
		*sl->scope.guessed = false;
	if (ini != NULL && !(k->flags & KEY_LATE) && strchr(text, '%') != NULL) {
		if (expand_key(ld, sl, k, text, &e) == -1)
			goto refused;
		text = buf_text(&ld->text);
	}
	if (parse_key(ld, sl, k, name, text, fields, &e) == 0)
		return 0;
	if (k->refusal != NULL && e.code != FAULT_FAILED)
		err_set(&e, FAULT_CANT_REREAD, "%s %s", k->refusal, text);
refused:
	if (sl->scope.guessed != NULL && *sl->scope.guessed)
		return 0;	/* wait and see what fills the hole */
	o = load_origin(ld, sl, name);
	if (report_error(&ld->report, &o, "%s", e.msg) == -1)
		return -1;
	/* checking goes on with the default */
	return k->def != NULL ? parse_key(ld, sl, k, name, k->def, fields, &e) : 0;
}

/*
 * All keys of the section that are of a family, and those of [DEFAULT].  fields NULL: is
 * there one?
 */
static int
load_family(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    void *fields)
{
	struct ini_section *places[] = { sl->section, &ld->ini.defaults };
	struct ini_key *ini;

	for (int i = 0; i < 2 && sl->section != NULL; i++)
		STAILQ_FOREACH(ini, &places[i]->keys, link) {
			if (conf_key_member(k, ini->name) == NULL ||
			    ini_get(&ld->ini, sl->section, ini->name) != ini)
				continue;
			if (fields == NULL)
				return 1;
			if (load_value(ld, sl, k, ini, ini->value, fields) == -1)
				return -1;
		}
	return 0;
}

int
load_key(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    void *fields)
{
	struct ini_key *ini = ini_get(&ld->ini, sl->section, k->name);
	const char *text = ini != NULL ? ini->value : k->def;
	struct origin o;

	if (k->flags & KEY_FAMILY)
		return load_family(ld, sl, k, fields);
	if (text == NULL && k->flags & KEY_REQUIRED) {
		o = load_origin(ld, sl, NULL);
		return report_error(&ld->report, &o, "section [%s] has no %s value",
		    sl->section->name, k->name);
	}
	if (text == NULL)
		return 0;
	return load_value(ld, sl, k, ini, text, fields);
}

static bool
is_numbered(const struct conf_key *k)
{
	return (k->names & NAMES_NUMBER) != 0;
}

static bool
is_given(struct loader *ld, const struct section_load *sl, const struct conf_key *k)
{
	if (k->flags & KEY_FAMILY)
		return load_family(ld, sl, k, NULL) == 1;
	return ini_get(&ld->ini, sl->section, k->name) != NULL;
}

/*
 * The part of the i-th key is there if this key is given: then those that were passed over
 * have their defaults.
 */
static int
want_part(struct loader *ld, const struct section_load *sl, size_t i, void *fields)
{
	const struct conf_key *k = sl->table->keys, *given = &k[i];

	if (conf_has_part(given, fields) || !is_given(ld, sl, given))
		return 0;
	if (conf_make_part(given, fields) == -1)
		return report_nomem(&ld->report);
	for (size_t j = 0; j < sl->table->nkeys; j++)
		if (k[j].part == given->part && (is_numbered(&k[j]) == is_numbered(given) ?
		    j < i : is_numbered(given)) && load_key(ld, sl, &k[j], fields) == -1)
			return -1;
	return 0;
}

int
load_keys(struct loader *ld, const struct section_load *sl, bool numbered, void *fields)
{
	const struct conf_table *t = sl->table;

	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];

		if (is_numbered(k) != numbered)
			continue;
		if (want_part(ld, sl, i, fields) == -1)
			return -1;
		if (conf_has_part(k, fields) && load_key(ld, sl, k, fields) == -1)
			return -1;
	}
	return 0;
}

/* Our own environment, sorted. */
static int
list_environ(struct strlist *l)
{
	size_t n = 0;

	while (environ != NULL && environ[n] != NULL)
		n++;
	l->v = reallocarray(NULL, n + 1, sizeof(*l->v));
	if (l->v == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strchr(environ[i], '=') != NULL)
			l->v[l->n++] = strdup(environ[i]);
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == NULL)
			return -1;
	return env_sort(l);
}

static int
read_main(struct loader *ld, const char *path)
{
	struct origin o = { .file = path };
	struct buf text = { 0 };
	int rc;

	if (ini_slurp(path, &text) == -1) {
		if (errno == ENOMEM)
			report_nomem(&ld->report);
		else if (errno == ENOENT || errno == ENOTDIR)
			report_error(&ld->report, &o, "could not find config file %s", path);
		else
			report_error(&ld->report, &o, "could not read config file %s", path);
		buf_release(&text);
		return -1;	/* nothing to go on with, even for a check */
	}
	rc = ini_read_text(&ld->ini, path, buf_text(&text), text.len, NULL, &ld->report);
	buf_release(&text);
	return rc;
}

int
load_files(struct loader *ld, const char *path, dialect_wants_fn wants)
{
	char *dir;

	ini_init(&ld->ini);
	ld->ini.wants = wants;
	ld->path = path;
	uname(&ld->uts);
	ld->c = calloc(1, sizeof(*ld->c));
	ld->users = user_cache_new();
	dir = path_dirname(path);
	ld->here = dir != NULL ? path_absolute(dir) : NULL;
	free(dir);
	if (ld->c == NULL || ld->users == NULL || ld->here == NULL ||
	    (ld->c->path = path_absolute(path)) == NULL || list_environ(&ld->own_env) == -1)
		return report_nomem(&ld->report);
	ld->report.c = ld->c;
	ld->scope = (struct scope){
		.here = ld->here,
		.host_node_name = ld->uts.nodename,
		.env = { NULL, &ld->c->supervisord.environment, &ld->own_env },
	};
	if (read_main(ld, path) == -1)
		return -1;
	return load_includes(ld);
}

void
load_release(struct loader *ld)
{
	ini_release(&ld->ini);
	free(ld->here);
	strlist_release(&ld->own_env);
	user_cache_free(ld->users);
	buf_release(&ld->text);
	free(ld->statedir);
}

/* What the command line says about a key beats the file. */
static int
apply_argument(struct loader *ld, const struct section_load *sl, const struct conf_key *k,
    void *fields)
{
	const char *text = args_value(ld->args, k->name);
	struct err e;

	if (text == NULL)
		return 0;
	if (k->type->release != NULL)
		k->type->release(conf_field(k, fields));
	if (parse_key(ld, sl, k, k->name, text, fields, &e) == 0)
		return 0;
	return report_error(&ld->report, &(struct origin){ .key = k->name }, "%s", e.msg);
}

/* Where AUTO logs go when nothing is said: Python's tempfile.gettempdir(). */
static char *
temporary_directory(void)
{
	const char *const places[] = {
		getenv("TMPDIR"), getenv("TEMP"), getenv("TMP"), "/tmp", "/var/tmp", "/usr/tmp"
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (places[i] != NULL && path_is_directory(places[i]) &&
		    access(places[i], W_OK | X_OK) == 0)
			return path_absolute(places[i]);
	return path_absolute("");
}

/* [supervisord]; its own variables are names for the other sections only. */
static struct section_load
supervisord_section(struct loader *ld)
{
	struct section_load sl = {
		.table = &conf_supervisord_table,
		.section = ini_find(&ld->ini, conf_supervisord_table.section),
		.scope = ld->scope,
	};

	sl.scope.env[1] = NULL;
	return sl;
}

/* One key, from the file and from the command line: a wrong value is refused in both. */
static int
load_supervisord_key(struct loader *ld, const struct section_load *sl,
    const struct conf_key *k)
{
	if (load_key(ld, sl, k, &ld->c->supervisord) == -1)
		return -1;
	return apply_argument(ld, sl, k, &ld->c->supervisord);
}

/* Everything of [supervisord] but the user, who is looked up last; and [supd]. */
static int
load_supervisord(struct loader *ld)
{
	struct conf_supervisord *s = &ld->c->supervisord;
	struct section_load sl = supervisord_section(ld);

	if (sl.section == NULL) {
		report_error(&ld->report, &(struct origin){ .file = ld->path },
		    ".ini file does not include supervisord section");
		return -1;
	}
	for (size_t i = 0; i < sl.table->nkeys; i++)
		if (!(sl.table->keys[i].flags & KEY_LAST) &&
		    load_supervisord_key(ld, &sl, &sl.table->keys[i]) == -1)
			return -1;
	if (s->childlogdir == NULL && (s->childlogdir = temporary_directory()) == NULL)
		return report_nomem(&ld->report);
	sl.table = &conf_supd_table;
	sl.section = ini_find(&ld->ini, sl.table->section);
	return load_keys(ld, &sl, false, &ld->c->supd);
}

static int
load_user(struct loader *ld)
{
	struct section_load sl = supervisord_section(ld);

	return load_supervisord_key(ld, &sl, conf_key_find(sl.table, "user"));
}

static int
compare_notes(const void *a, const void *b)
{
	const struct conf_note *s = a, *t = b;

	return (s->level > t->level) - (s->level < t->level);
}

int
load_all(struct loader *ld, const char *path)
{
	struct config *c;

	if (load_files(ld, path, NULL) == -1 || load_supervisord(ld) == -1 ||
	    load_state(ld) == -1 || load_interfaces(ld) == -1 || load_guests(ld) == -1 ||
	    load_groups(ld) == -1 || load_depends(ld) == -1 || load_roles(ld) == -1 ||
	    load_servers(ld) == -1 || load_user(ld) == -1)
		return -1;
	if (ld->ctl && load_ctl(ld) == -1)
		return -1;
	c = ld->c;
	/* critical ones first; otherwise as found */
	if (c->nnotes > 1 &&
	    mergesort(c->notes, c->nnotes, sizeof(*c->notes), compare_notes) == -1)
		return report_nomem(&ld->report);
	return ld->report.errors > 0 ? -1 : 0;
}

struct config *
conf_load(const char *path, const struct conf_args *a, struct err *e)
{
	struct loader ld = { .args = a, .report = { .e = e } };
	int rc = load_all(&ld, path);

	if (rc == 0)
		rc = load_keep_templates(&ld);
	load_release(&ld);
	if (rc == 0)
		return ld.c;
	conf_free(ld.c);
	return NULL;
}

/* What there can be thousands of is most of the work, and nothing to supctl. */
static bool
is_for_client(const char *name, size_t len)
{
	static const char *const others[] = { "program:", "group:", "template:", "instance:",
		"role:" };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		size_t n = strlen(others[i]);

		if (len >= n && memcmp(name, others[i], n) == 0)
			return false;
	}
	return true;
}

struct config *
conf_load_ctl(const char *path, struct err *e)
{
	struct loader ld = { .report = { .e = e }, .ctl = true };
	int rc = -1;

	if (path != NULL) {
		rc = load_files(&ld, path, is_for_client);
	} else {
		ini_init(&ld.ini);
		ld.c = calloc(1, sizeof(*ld.c));
		rc = ld.c != NULL ? 0 : report_nomem(&ld.report);
		ld.report.c = ld.c;
	}
	if (rc == 0)
		rc = load_servers(&ld);
	if (rc == 0)
		rc = load_ctl(&ld);
	load_release(&ld);
	if (rc == 0)
		return ld.c;
	conf_free(ld.c);
	return NULL;
}
