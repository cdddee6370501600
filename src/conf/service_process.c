/*
 * Processes of a service as programs.  Each is a shell that reads the profile and becomes
 * the command; the rest is what the keys of a program say, or their defaults here.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/path.h"
#include "conf/service.h"
#include "conf/words.h"

#define POSTINSTALL	"postinstall"

void
service_copy_free(struct conf_copy *copy)
{
	if (copy == NULL)
		return;
	free(copy->home);
	strlist_release(&copy->peers);
	free(copy);
}

/* One process on its way. */
struct making {
	struct loader *ld;
	const struct conf_service *s;
	int64_t	 copy;
	const char *group;
	const struct strlist *peers;
	struct ini_section *ini;	/* what becomes of it as a section of a program */
};

/* ---- the command ---- */

/* For a shell, and for supd's own expansion. */
static void
add_quoted(struct buf *b, const char *text)
{
	buf_addc(b, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			buf_adds(b, "'\\''");
		else if (*text == '%')
			buf_adds(b, "%%");
		else
			buf_addc(b, *text);
	}
	buf_addc(b, '\'');
}

/* Is it one command, which the shell can become? */
static bool
is_simple(const char *line)
{
	size_t first = strcspn(line, " \t");

	if (line[0] == '{' || memchr(line, '=', first) != NULL)
		return false;
	for (const char *c = line; *c != '\0'; c++)
		if (strchr(";|()\n`", *c) != NULL ||
		    (*c == '&' && c[1] != '>' && (c == line || c[-1] != '>')))
			return false;
	return true;
}

static int
add_profile(struct buf *b, const struct conf_service *s)
{
	char *path = path_join(s->keys.home, s->keys.profile != NULL ? s->keys.profile : "profile");

	if (path == NULL)
		return -1;
	if (s->keys.profile == NULL) {
		buf_adds(b, "if [ -f ");
		add_quoted(b, path);
		buf_adds(b, " ]; then . ");
		add_quoted(b, path);
		buf_adds(b, " || exit; fi; ");
	} else {
		buf_adds(b, ". ");
		add_quoted(b, path);
		buf_adds(b, " || exit; ");
	}
	free(path);
	return 0;
}

/* /bin/sh -c '...', split by supd's rules, where a quote cannot stand in quotes. */
static int
put_shell(struct making *m, const char *script)
{
	struct buf command = { 0 };
	int rc;

	buf_adds(&command, "/bin/sh -c '");
	for (const char *c = script; *c != '\0'; c++) {
		if (*c == '\'')
			buf_adds(&command, "'\"'\"'");
		else
			buf_addc(&command, *c);
	}
	buf_addc(&command, '\'');
	rc = command.failed ? -1 : ini_section_put(m->ini, "command", buf_text(&command));
	buf_release(&command);
	return rc;
}

static int
put_command(struct making *m, const char *line)
{
	struct buf script = { 0 };
	int rc = add_profile(&script, m->s);

	buf_addf(&script, "%s%s", is_simple(line) ? "exec " : "", line);
	if (rc == -1 || script.failed || put_shell(m, buf_text(&script)) == -1 ||
	    (!is_simple(line) && ini_get(&m->ld->ini, m->ini, "stopasgroup") == NULL &&
	    ini_section_put(m->ini, "stopasgroup", "true") == -1))
		rc = -1;
	buf_release(&script);
	return rc;
}

/* ---- the other keys ---- */

static int
put_default(struct making *m, const char *key, const char *value)
{
	if (ini_get(&m->ld->ini, m->ini, key) != NULL)
		return 0;
	return ini_section_put(m->ini, key, value);
}

/* A path as a value: a percent sign is one. */
static int
put_path(struct making *m, const char *key, const char *dir, const char *name, const char *end)
{
	struct buf path = { 0 }, value = { 0 };
	char *whole;
	int rc = -1;

	buf_addf(&path, "%s%s", name, end);
	whole = path_join(dir, buf_text(&path));
	for (const char *c = whole; c != NULL && *c != '\0'; c++) {
		buf_addc(&value, *c);
		if (*c == '%')
			buf_addc(&value, '%');
	}
	if (whole != NULL && !path.failed && !value.failed)
		rc = put_default(m, key, buf_text(&value));
	free(whole);
	buf_release(&path);
	buf_release(&value);
	return rc;
}

/* Keys of a program that the section has. */
static int
copy_keys(struct making *m, struct ini_section *from)
{
	static const char *const ours[] = { "command", "process_name", "numprocs",
		"numprocs_start", "type" };	/* dotcloud.yml has another type */
	struct ini_key *k;

	STAILQ_FOREACH(k, &from->keys, link) {
		bool take = conf_key_find(&conf_program_table, k->name) != NULL &&
		    strncmp(k->name, "env.", 4) != 0;

		for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
			take = take && strcmp(k->name, ours[i]) != 0;
		if (take && ini_section_put(m->ini, k->name, k->value) == -1)
			return -1;
	}
	return 0;
}

/* x.0.log and x.0_error.log; x.0-NAME.log where there are several. */
static int
put_logs(struct making *m, const char *name)
{
	const char *dir = m->ld->c->supervisord.childlogdir;
	struct buf base = { 0 };
	int rc;

	buf_adds(&base, m->group);
	if (strcmp(name, m->group) != 0)
		buf_addf(&base, "-%s", name);
	rc = base.failed ? -1 : put_path(m, "stdout_logfile", dir, buf_text(&base), ".log");
	if (rc == 0)
		rc = put_path(m, "stderr_logfile", dir, buf_text(&base), "_error.log");
	buf_release(&base);
	return rc;
}

static int
put_directory(struct making *m)
{
	const struct service_keys *k = &m->s->keys;

	return strcmp(k->approot, ".") == 0 ? put_path(m, "directory", "", k->home, "") :
	    put_path(m, "directory", k->home, k->approot, "");
}

/* It waits for postinstall of its copy. */
static int
put_depends(struct making *m)
{
	struct ini_key *k = ini_get(&m->ld->ini, m->ini, "depends_on");
	struct buf value = { 0 };
	int rc;

	if (m->s->keys.postinstall == NULL)
		return 0;
	buf_addf(&value, "%s%s%s:" POSTINSTALL ":done", k != NULL ? k->value : "",
	    k != NULL && k->value[0] != '\0' ? ", " : "", m->group);
	rc = value.failed ? -1 : ini_section_put(m->ini, "depends_on", buf_text(&value));
	buf_release(&value);
	return rc;
}

/* One socket for the http ports of all copies. */
static int
put_sockets(struct making *m)
{
	const struct conf_service *s = m->s;
	struct buf value = { 0 };
	int rc = 0;

	if (s->keys.balance != BALANCE_ROUND_ROBIN)
		return 0;
	for (size_t j = 0; j < s->nports; j++)
		if (s->ports[j].kind == PORT_HTTP)
			buf_addf(&value, "%s%s=tcp://%s:%jd", value.len > 0 ? ", " : "",
			    s->ports[j].name, s->keys.host, (intmax_t)service_number(s, 0, j));
	if (value.failed)
		rc = -1;
	else if (value.len > 0)
		rc = put_default(m, "sockets", buf_text(&value));
	buf_release(&value);
	return rc;
}

/* What postinstall is besides: done once, within a time, and not tried again. */
static int
put_oneshot(struct making *m)
{
	struct buf limit = { 0 };
	int rc = -1;

	buf_addf(&limit, "%jd", (intmax_t)m->s->keys.postinstall_limit);
	if (!limit.failed && ini_section_put(m->ini, "type", "oneshot") == 0 &&
	    ini_section_put(m->ini, "autorestart", "false") == 0 &&
	    ini_section_put(m->ini, "startretries", "0") == 0 &&
	    ini_section_put(m->ini, "startsecs", "0") == 0 &&
	    ini_section_put(m->ini, "ready", "running") == 0 &&
	    ini_section_put(m->ini, "stopasgroup", "true") == 0 &&
	    ini_section_put(m->ini, "ready_timeout", buf_text(&limit)) == 0)
		rc = 0;
	buf_release(&limit);
	return rc;
}

/* ---- programs ---- */

static struct conf_copy *
copy_new(const struct making *m, bool writes)
{
	struct conf_copy *copy = calloc(1, sizeof(*copy));

	if (copy == NULL || (copy->home = strdup(m->s->keys.home)) == NULL ||
	    service_told(m->s, m->peers, &copy->peers) == -1) {
		service_copy_free(copy);
		return NULL;
	}
	copy->number = m->copy;
	copy->writes = writes;
	return copy;
}

/* The section m->ini as the program `name`, to the end of l. */
static int
make(struct making *m, const char *name, struct program_list *l)
{
	struct section_load sl = {
		.table = &conf_program_table, .section = m->ini, .scope = m->ld->scope,
		.program = true,
	};
	struct program *p;
	char *own = strdup(name);

	sl.scope.program_name = m->s->name;
	sl.scope.group_name = m->group;
	p = load_instance(m->ld, &sl, m->copy);
	if (p == NULL) {
		free(own);
		return m->ld->report.checking && m->ld->report.errors > 0 ? 0 : -1;
	}
	p->copy = copy_new(m, l->n == 0 && m->copy != COPY_FRONT);
	if (own == NULL || p->copy == NULL ||
	    service_environment(m->ld->c, m->s, m->copy, p) == -1 ||
	    program_list_add(l, p) == -1) {
		free(own);
		program_free(p);
		return report_nomem(&m->ld->report);
	}
	free(p->name);
	p->name = own;
	return 0;
}

/* One process; line: for a shell. */
static int
add_process(struct making *m, const char *name, const char *line, bool postinstall,
    struct program_list *l)
{
	struct ini_section *from = ini_find(&m->ld->ini, m->s->section);
	int rc = -1;

	m->ini = ini_section_new(from);
	if (m->ini != NULL && copy_keys(m, from) == 0 && put_command(m, line) == 0 &&
	    put_directory(m) == 0 &&
	    put_logs(m, name) == 0 && (postinstall ? put_oneshot(m) :
	    put_depends(m) == -1 ? -1 : put_sockets(m)) == 0)
		rc = make(m, name, l);
	else
		rc = report_nomem(&m->ld->report);
	ini_section_free(m->ini);
	return rc;
}

int
service_front(struct loader *ld, const struct conf_service *s, const char *group,
    const struct strlist *peers, struct program_list *l)
{
	struct making m = { .ld = ld, .s = s, .copy = COPY_FRONT, .group = group,
		.peers = peers };
	struct buf command = { 0 };
	char *path = path_join(s->keys.home, HAPROXY_FILE);
	int rc = -1;

	/* -W: a signal makes it read its file again, and it stays the same process */
	buf_adds(&command, "exec haproxy -W -db -f ");
	if (path != NULL)
		add_quoted(&command, path);
	m.ini = ini_section_new(ini_find(&ld->ini, s->section));
	if (path != NULL && !command.failed && m.ini != NULL &&
	    put_shell(&m, buf_text(&command)) == 0 && put_logs(&m, group) == 0 &&
	    ini_section_put(m.ini, "stopsignal", "USR1") == 0)
		rc = make(&m, group, l);
	else
		report_nomem(&ld->report);
	ini_section_free(m.ini);
	buf_release(&command);
	free(path);
	return rc;
}

int
service_processes(struct loader *ld, const struct conf_service *s, int64_t i,
    const char *group, const struct strlist *peers, struct program_list *l)
{
	struct making m = { .ld = ld, .s = s, .copy = i, .group = group, .peers = peers };
	const struct service_keys *k = &s->keys;
	struct buf name = { 0 };
	int rc = 0;

	if (k->postinstall != NULL)
		rc = add_process(&m, POSTINSTALL, k->postinstall, true, l);
	for (size_t j = 0; rc == 0 && j < k->processes.n; j++) {
		const char *pair = k->processes.v[j], *equals = strchr(pair, '=');

		buf_clear(&name);
		buf_add(&name, pair, (size_t)(equals - pair));
		rc = name.failed ? report_nomem(&ld->report) :
		    add_process(&m, buf_text(&name), equals + 1, false, l);
	}
	if (rc == 0 && k->processes.n == 0)
		rc = add_process(&m, group, k->process != NULL ? k->process : "\"$HOME\"/run",
		    false, l);
	buf_release(&name);
	return rc;
}
