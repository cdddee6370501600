/*
 * What is remembered: files of the state directory, read into the ini tree like any
 * drop-in, but only the sections that the supervisor itself writes; and the same as text from
 * its memory, where there is no such directory.
 *
 * A file that is damaged is left out, and that is said: it shall not keep the rest from
 * starting.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "conf/load.h"
#include "conf/path.h"
#include "conf/state.h"
#include "conf/words.h"

#define MEMORY		"(memory)"	/* in place of a path */

static bool
is_state(const char *name, size_t len)
{
	static const char *const kinds[] = { "instance:", "scale:", "ports:" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len > strlen(kinds[i]) && memcmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

/* Text of one file, as far as it can be read. */
static int
take_text(struct loader *ld, const char *path, const char *text, size_t len)
{
	struct err e = { 0 };
	struct report r = { .e = &e, .c = ld->c };
	struct origin o = { .file = path };
	dialect_wants_fn wants = ld->ini.wants;
	int rc;

	ld->ini.wants = is_state;
	rc = ini_read_text(&ld->ini, path, text, len, NULL, &r);
	ld->ini.wants = wants;
	if (rc == 0)
		return 0;
	if (e.code == FAULT_FAILED)
		return report_nomem(&ld->report);
	return report_note(&ld->report, &o, LOG_CRIT, "%s is left out: %s", path, e.msg);
}

static int
take_file(struct loader *ld, const char *dir, const char *name)
{
	char *path = path_join(dir, name);
	struct buf text = { 0 };
	int rc = 0;

	if (path == NULL)
		return report_nomem(&ld->report);
	if (ini_slurp(path, &text) == 0)
		rc = take_text(ld, path, buf_text(&text), text.len);
	else if (errno == ENOMEM)
		rc = report_nomem(&ld->report);
	else if (errno != ENOENT && errno != ENOTDIR && errno != EACCES)
		rc = report_note(&ld->report, &(struct origin){ .file = path }, LOG_CRIT,
		    "%s is left out: %s", path, errno_name(errno));
	buf_release(&text);
	free(path);
	return rc;
}

/* Names that end in .ini, into a struct strlist. */
static void
add_name(void *arg, const char *name)
{
	const char *dot = strrchr(name, '.');
	char *copy;

	if (dot == NULL || strcmp(dot, ".ini") != 0)
		return;
	copy = strdup(name);
	if (copy != NULL)
		strlist_add(arg, copy);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int
take_folder(struct loader *ld, const char *state, const char *folder)
{
	char *dir = path_join(state, folder);
	struct strlist names = { 0 };
	int rc = 0;

	if (dir == NULL)
		return report_nomem(&ld->report);
	sys->list(dir, add_name, &names);
	if (names.n > 1)
		qsort(names.v, names.n, sizeof(*names.v), by_name);
	for (size_t i = 0; rc == 0 && i < names.n; i++)
		rc = take_file(ld, dir, names.v[i]);
	strlist_release(&names);
	free(dir);
	return rc;
}

static bool
has_section(struct loader *ld, const struct conf_table *t)
{
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link)
		if (conf_table_find(s->name) == t)
			return true;
	return false;
}

int
load_state(struct loader *ld)
{
	const struct conf_args *a = ld->args;
	char *dir = a != NULL && a->statedir != NULL ? strdup(a->statedir) :
	    state_dir(&ld->c->supd);
	int rc = 0;

	if (dir != NULL)
		rc = take_folder(ld, dir, "scale.d");
	if (rc == 0 && dir != NULL && has_section(ld, &conf_template_table))
		rc = take_folder(ld, dir, "instances.d");
	if (rc == 0 && dir != NULL && has_section(ld, &conf_service_table))
		rc = take_folder(ld, dir, "ports.d");
	if (rc == 0 && a != NULL && a->memory != NULL)
		rc = take_text(ld, MEMORY, a->memory, strlen(a->memory));
	ld->statedir = dir;
	return rc;
}

enum instance_place
load_place(const struct loader *ld, const struct ini_section *s)
{
	size_t len = ld->statedir != NULL ? strlen(ld->statedir) : 0;

	if (strcmp(s->file, MEMORY) == 0)
		return INSTANCE_MEMORY;
	return len > 0 && strncmp(s->file, ld->statedir, len) == 0 && s->file[len] == '/' ?
	    INSTANCE_STATE : INSTANCE_FILE;
}

bool
load_is_ours(struct loader *ld, struct ini_section *s, const char *key)
{
	const struct ini_key *k = ini_get(&ld->ini, s, key);

	return k == NULL || strcmp(k->value, ld->c->path) == 0;
}

/* Once for each process of the section: the last is as good as the first. */
static int
note_scale(struct loader *ld, const char *program, int64_t n)
{
	struct buf pair = { 0 };
	char *text;

	if (env_get(&ld->c->scales, program, strlen(program)) != NULL)
		return 0;
	buf_addf(&pair, "%s=%jd", program, (intmax_t)n);
	text = buf_steal(&pair);
	if (text == NULL || strlist_add(&ld->c->scales, text) == -1 ||
	    env_sort(&ld->c->scales) == -1)
		return report_nomem(&ld->report);
	return 0;
}

int
load_scale(struct loader *ld, const struct ini_section *s, int64_t *processes)
{
	struct section_load sl = { .table = &conf_scale_table, .scope = ld->scope };
	struct scale_keys keys = { .processes = *processes };
	struct buf name = { 0 };
	int rc;

	if (conf_table_find(s->name) != &conf_program_table &&
	    conf_table_find(s->name) != &conf_service_table)
		return 0;
	buf_addf(&name, "%s:%s", conf_scale_table.section, s->title);
	if (name.failed)
		return report_nomem(&ld->report);
	sl.section = ini_find(&ld->ini, buf_text(&name));
	buf_release(&name);
	if (sl.section == NULL || !load_is_ours(ld, sl.section, "config"))
		return 0;
	rc = load_keys(ld, &sl, false, &keys);
	*processes = keys.processes;
	conf_release(sl.table, &keys);
	return rc == 0 ? note_scale(ld, s->title, *processes) : -1;
}

int64_t
conf_scale_of(const struct config *c, const char *program)
{
	const char *n = env_get(&c->scales, program, strlen(program));

	return n != NULL ? strtoll(n, NULL, 10) : -1;
}

char *
conf_scale_file(const char *program)
{
	struct buf path = { 0 };

	buf_addf(&path, "scale.d/%s.ini", program);	/* no name has a slash */
	return buf_steal(&path);
}

void
conf_scale_print(struct buf *out, const char *path, const char *program, int64_t n)
{
	buf_addf(out, "[%s:%s]\nconfig = %s\nprocesses = %jd\n", conf_scale_table.section,
	    program, path, (intmax_t)n);
}
