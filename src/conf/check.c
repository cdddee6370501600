/*
 * supd check: what loading finds, and what loads but is hardly meant: unknown
 * names, cut comments, commands that cannot work.
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/path.h"
#include "conf/suggest.h"
#include "conf/words.h"

/* Are there quotes that do not end? */
static bool
has_open_quote(const char *text)
{
	char open = '\0';

	for (; *text != '\0'; text++) {
		if (*text == '\\' && open != '\'' && text[1] != '\0')
			text++;
		else if (open == '\0' && (*text == '"' || *text == '\''))
			open = *text;
		else if (*text == open)
			open = '\0';
	}
	return open != '\0';
}

static void
check_key(struct report *r, const struct ini_section *s, const struct ini_key *k,
    const struct conf_table *t)
{
	struct origin o = { k->file, k->line, s->name, k->name, NULL };
	const struct conf_table *home;
	const char *near;

	if (k->before > 0)
		report_hint(r, &o, "already set in line %d; this value counts", k->before);
	if (k->cut && has_open_quote(k->value))
		report_hint(r, &o, "quotes are left open where a comment was cut off: ' ;' and"
		    " ' #' begin one, even in quotes");
	if (t == NULL || t->open || conf_key_find(t, k->name) != NULL ||
	    (t->free != NULL && strncmp(k->name, t->free, strlen(t->free)) == 0))
		return;
	near = suggest_key(t, k->name);
	home = near == NULL ? suggest_home(k->name) : NULL;
	if (near != NULL)
		report_hint(r, &o, "unknown key (did you mean '%s'?)", near);
	else if (home != NULL)
		report_hint(r, &o, "unknown key here; [%s%s] has it", home->section,
		    home->match == MATCH_NAMED ? ":x" : "");
	else
		report_hint(r, &o, "unknown key");
}

static void
check_names(struct loader *ld)
{
	struct ini_section *s;
	struct ini_key *k;

	STAILQ_FOREACH(s, &ld->ini.sections, link) {
		const struct conf_table *t = conf_table_find(s->name), *near;
		struct origin o = { s->file, s->line, s->name, NULL, NULL };

		STAILQ_FOREACH(k, &s->keys, link)
			check_key(&ld->report, s, k, t);
		if (t != NULL)
			continue;
		near = suggest_section(s->name);
		if (near != NULL)
			report_hint(&ld->report, &o, "unknown section (did you mean [%s%s]?)",
			    near->section, near->match != MATCH_NAMED ? "" :
			    strchr(s->name, ':') ? strchr(s->name, ':') : ":x");
		else
			report_hint(&ld->report, &o, "unknown section");
	}
}

/* Where a key of a process stands, or its section. */
static struct origin
origin_of(struct loader *ld, const struct program *p, const char *key)
{
	struct ini_section *s = ini_find(&ld->ini, p->section);
	struct section_load sl = { &conf_program_table, s, ld->scope, false };

	return load_origin(ld, &sl, key);
}

/* The directories that a command without a slash is looked for in. */
static const char *
search_path(struct loader *ld, const struct program *p)
{
	const char *path = env_get(&p->environment, "PATH", 4);

	if (path == NULL)
		path = env_get(&ld->c->supervisord.environment, "PATH", 4);
	if (path == NULL)
		path = getenv("PATH");
	return path != NULL ? path : "/bin:/usr/bin:/usr/local/bin";
}

static bool
is_on_path(const char *name, const char *dirs)
{
	struct buf path = { 0 };
	bool found = false;

	while (!found && *dirs != '\0') {
		size_t len = strcspn(dirs, ":");

		buf_clear(&path);
		buf_add(&path, dirs, len);
		buf_addf(&path, "/%s", name);
		found = path_exists(buf_text(&path));
		dirs += len + (dirs[len] == ':');
	}
	buf_release(&path);
	return found;
}

/* Words that a shell would not have passed on. */
static const char *
shell_word(const struct strlist *argv)
{
	static const char *const words[] = { "&&", "||", "|", ">", ">>", "<", "&", "2>&1" };

	for (size_t i = 1; i < argv->n; i++)
		for (size_t j = 0; j < sizeof(words) / sizeof(words[0]); j++)
			if (strcmp(argv->v[i], words[j]) == 0)
				return words[j];
	return NULL;
}

static void
check_command(struct loader *ld, const struct program *p, const char *key, const char *command)
{
	struct origin o = origin_of(ld, p, key);
	struct report *r = &ld->report;
	struct strlist argv;
	struct err e;
	const char *first, *shell;

	if (conf_split(command, &argv, &e) == -1) {
		report_hint(r, &o, "%s", e.msg);
		return;
	}
	if (argv.n == 0) {
		report_hint(r, &o, "command is empty");
		return;
	}
	first = argv.v[0];
	shell = shell_word(&argv);
	if (strchr(first, '/') == NULL && !is_on_path(first, search_path(ld, p)))
		report_hint(r, &o, "can't find command '%s' in PATH", first);
	else if (first[0] == '/' && !path_exists(first))
		report_hint(r, &o, "can't find command '%s'", first);
	else if (first[0] != '/' && strchr(first, '/') != NULL)
		report_hint(r, &o, "'%s' is looked for in the directory of the supervisor, not"
		    " in that of the program", first);
	if (shell != NULL)
		report_hint(r, &o, "'%s' is passed as a word, there is no shell: use"
		    " sh -c '...'", shell);
	strlist_release(&argv);
}

/* /dev/shm is memory that holds files like any other. */
static bool
is_device(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 && strncmp(path, "/dev/shm/", 9) != 0;
}

static void
check_stream(struct loader *ld, const struct program *p, const struct conf_stream *s,
    const char *key, const char *maxbytes)
{
	struct origin o = origin_of(ld, p, key);

	if (s->kind != LOGFILE_FILE)
		return;
	if (is_device(s->logfile) && s->maxbytes > 0)
		report_hint(&ld->report, &o, "'%s' cannot be rotated: set %s=0", s->logfile,
		    maxbytes);
	else if (s->logfile[0] != '/')
		report_hint(&ld->report, &o, "relative to the directory that the supervisor is"
		    " started in");
}

static void
check_process(struct loader *ld, const struct program *p)
{
	struct origin o;

	if (p->command != NULL)
		check_command(ld, p, "command", p->command);
	if (p->ready.kind == READY_EXEC)
		check_command(ld, p, "ready", p->ready.path);
	if (p->watch != NULL && p->watch->health.kind == READY_EXEC)
		check_command(ld, p, "health", p->watch->health.path);
	check_stream(ld, p, &p->out, "stdout_logfile", "stdout_logfile_maxbytes");
	check_stream(ld, p, &p->err, "stderr_logfile", "stderr_logfile_maxbytes");
	if (p->directory != NULL && !path_is_directory(p->directory)) {
		o = origin_of(ld, p, "directory");
		report_hint(&ld->report, &o, "%s is not an existing directory", p->directory);
	}
}

/* Processes of one section are alike: the first one is enough. */
static void
check_group(struct loader *ld, const struct group *g)
{
	const char *section = "";

	for (size_t i = 0; i < g->nprograms; i++) {
		const struct program *p = g->programs[i];

		if (strcmp(p->section, section) != 0)
			check_process(ld, p);
		section = p->section;
	}
}

/* The port of http://HOST[:PORT] where HOST is this machine; -1. */
static int64_t
local_port(const char *url)
{
	static const char *const here[] = { "localhost", "127.0.0.1", "[::1]" };

	if (strncmp(url, "http://", 7) != 0)
		return -1;
	url += 7;
	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		size_t n = strlen(here[i]);

		if (strncmp(url, here[i], n) == 0 && url[n] == ':')
			return strtol(url + n + 1, NULL, 10);
		if (strncmp(url, here[i], n) == 0 && (url[n] == '/' || url[n] == '\0'))
			return 80;
	}
	return -1;
}

/* Would supctl find the supervisor? */
static void
check_client(struct loader *ld)
{
	const char *url = ld->c->ctl.serverurl;
	struct section_load sl = { &conf_ctl_table, ini_find(&ld->ini,
	    conf_ctl_table.section), ld->scope, false };
	struct origin o;
	int64_t port;

	if (url == NULL)
		return;
	o = load_origin(ld, &sl, "serverurl");
	if (strncmp(url, "unix://", 7) != 0 && strncmp(url, "http://", 7) != 0 &&
	    strncmp(url, "https://", 8) != 0) {
		report_hint(&ld->report, &o, "'%s' is no address for a client: it begins with"
		    " unix://, http:// or https://", url);
		return;
	}
	port = local_port(url);
	for (size_t i = 0; i < ld->c->nservers && port != -1; i++)
		if (!ld->c->servers[i].is_unix && ld->c->servers[i].port == port)
			port = -1;
	if (port != -1)
		report_hint(&ld->report, &o, "no [inet_http_server] has this port");
}

/* The files in the order in which they are read; what is of none comes first. */
static size_t
rank_of(const struct ini *ini, const char *file)
{
	const struct ini_file *f;
	size_t rank = 1;

	if (file == NULL)
		return 0;
	STAILQ_FOREACH(f, &ini->files, link) {
		if (strcmp(f->path, file) == 0)
			return rank;
		rank++;
	}
	return rank;
}

static const struct ini *sorting;	/* mergesort() hands nothing through */

static int
by_place(const void *a, const void *b)
{
	const struct finding *f = a, *g = b;
	size_t i = rank_of(sorting, f->file), j = rank_of(sorting, g->file);

	if (i != j)
		return i < j ? -1 : 1;
	return (f->line > g->line) - (f->line < g->line);
}

/* As somebody reads who goes through the files to mend them. */
static void
write_findings(struct loader *ld, struct buf *out)
{
	struct report *r = &ld->report;

	sorting = &ld->ini;
	if (r->nfound > 1)	/* without memory for it they stay as found */
		mergesort(r->found, r->nfound, sizeof(*r->found), by_place);
	for (size_t i = 0; i < r->nfound; i++)
		buf_addf(out, "%s\n", r->found[i].text);
	report_release(r);
}

int
conf_check(const char *path, const struct conf_args *a, struct buf *out)
{
	struct err e;
	struct loader ld = { .args = a, .report = { .e = &e, .checking = true }, .ctl = true };
	size_t errors;

	load_all(&ld, path);
	check_names(&ld);
	for (size_t i = 0; ld.c != NULL && i < ld.c->ngroups; i++)
		check_group(&ld, ld.c->groups[i]);
	if (ld.c != NULL)
		check_client(&ld);
	errors = ld.report.errors;
	write_findings(&ld, out);
	load_release(&ld);
	conf_free(ld.c);
	return errors > INT32_MAX ? INT32_MAX : (int)errors;
}
