/*
 * [service:x] to structs, and to the groups of its copies.  First all sections are read,
 * because every copy is told about the ports of all others.
 */
#include <bsd/stdlib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/array.h"
#include "conf/load.h"
#include "conf/path.h"
#include "conf/service.h"
#include "conf/words.h"

#define NAME_MAX_LEN	16

static bool
is_name(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return n > 0 && n <= NAME_MAX_LEN && text[n] == '\0';
}

static bool
is_variable(const char *text, size_t len)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_";

	return len > 0 && len <= NAME_MAX_LEN * 4 && strspn(text, good) >= len;
}

void
conf_service_free(struct conf_service *s)
{
	conf_release(&conf_service_table, &s->keys);
	free(s->name);
	free(s->section);
	for (size_t i = 0; i < s->nports; i++)
		free(s->ports[i].name);
	free(s->ports);
	free(s->numbers);
	free(s->fronts);
	strlist_release(&s->kept);
	strlist_release(&s->variables);
}

/* ---- what is wrong with a section ---- */

__attribute__((format(printf, 4, 5))) static int
refuse(struct loader *ld, const struct section_load *sl, const char *key, const char *fmt,
    ...)
{
	struct origin o = load_origin(ld, sl, key);
	struct buf text = { 0 };
	va_list ap;
	int rc;

	buf_addf(&text, "service %s: ", sl->section->title);
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	rc = report_error(&ld->report, &o, "%s", buf_text(&text));
	buf_release(&text);
	return rc;
}

/* Names that become names of variables. */
static int
check_members(struct loader *ld, const struct section_load *sl, const struct strlist *l,
    const char *family)
{
	struct buf key = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		size_t len = strcspn(l->v[i], "=");

		buf_clear(&key);
		buf_addf(&key, "%s.%.*s", family, (int)len, l->v[i]);
		if (!is_variable(l->v[i], len))
			rc = refuse(ld, sl, buf_text(&key),
			    "'%s' has a name that is not of up to 64 letters, digits and _", buf_text(&key));
		else if (strcmp(family, "env") == 0 && strncmp(l->v[i], "DOTCLOUD_", 9) == 0)
			rc = refuse(ld, sl, buf_text(&key),
			    "'%s' would be one of the variables that supd itself makes",
			    buf_text(&key));
	}
	buf_release(&key);
	return rc;
}

static bool
has_run(const struct conf_service *s)
{
	char *path = path_join(s->keys.home, "run");
	bool has = path == NULL || access(path, X_OK) == 0;

	free(path);
	return has;
}

static int
check(struct loader *ld, const struct section_load *sl, const struct conf_service *s)
{
	const struct service_keys *k = &s->keys;

	if (!is_name(s->name) && refuse(ld, sl, NULL, "%s is not a name of at most 16 small"
	    " letters, digits and _", s->name) == -1)
		return -1;
	if (k->process != NULL && k->processes.n > 0 &&
	    refuse(ld, sl, "process", "process and process.NAME cannot both be given") == -1)
		return -1;
	if (k->process == NULL && k->processes.n == 0 && !has_run(s) &&
	    refuse(ld, sl, NULL, "there is no process, and no executable file 'run' in %s",
	    k->home) == -1)
		return -1;
	if (check_members(ld, sl, &k->processes, "process") == -1 ||
	    check_members(ld, sl, &k->port, "port") == -1)
		return -1;
	return check_members(ld, sl, &k->env, "env");
}

/* ---- ports ---- */

/* "http" or "tcp:8080" */
static int
parse_port(const char *text, struct service_port *p)
{
	static const char *const kinds[] = { "http", "tcp", "udp" };
	size_t len = strcspn(text, ":");
	char *end;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]) != len || strncmp(kinds[i], text, len) != 0)
			continue;
		p->kind = (enum port_kind)i;
		if (text[len] == '\0')
			return 0;
		p->fixed = strtol(text + len + 1, &end, 10);
		return *end == '\0' && p->fixed > 0 && p->fixed < 65536 ? 0 : -1;
	}
	return -1;
}

static int
read_ports(struct loader *ld, const struct section_load *sl, struct conf_service *s)
{
	const struct strlist *l = &s->keys.port;
	int rc = 0;

	s->ports = calloc(l->n + 1, sizeof(*s->ports));
	if (s->ports == NULL)
		return report_nomem(&ld->report);
	for (size_t i = 0; rc == 0 && i < l->n; i++) {
		const char *equals = strchr(l->v[i], '=');
		struct service_port *p = &s->ports[s->nports];

		if (parse_port(equals + 1, p) == -1) {
			rc = refuse(ld, sl, NULL, "a port is http, tcp or udp, perhaps with"
			    " :NUMBER behind it, not '%s'", equals + 1);
			continue;
		}
		p->name = strndup(l->v[i], (size_t)(equals - l->v[i]));
		if (p->name == NULL)
			return report_nomem(&ld->report);
		s->nports++;
	}
	return rc;
}

/* ---- sections ---- */

/* The home is where the file is; a link to it stays one. */
static int
settle_home(struct loader *ld, struct conf_service *s, const struct ini_section *ini)
{
	char *dir;

	if (s->keys.home == NULL) {
		dir = path_dirname(ini->file);
		s->keys.home = dir != NULL ? path_absolute(dir) : NULL;
		free(dir);
	}
	if (s->keys.project == NULL)
		s->keys.project = strdup(ld->c->supervisord.identifier);
	return s->keys.home != NULL && s->keys.project != NULL ? 0 : report_nomem(&ld->report);
}

static int
load_service(struct loader *ld, struct ini_section *ini)
{
	struct section_load sl = { &conf_service_table, ini, ld->scope, false };
	struct config *c = ld->c;
	struct conf_service *v = array_room(c->services, c->nservices, sizeof(*v)), *s;

	if (v == NULL)
		return report_nomem(&ld->report);
	c->services = v;
	s = &v[c->nservices++];
	*s = (struct conf_service){ .name = strdup(ini->title), .section = strdup(ini->name) };
	if (s->name == NULL || s->section == NULL)
		return report_nomem(&ld->report);
	sl.scope.program_name = ini->title;
	if (load_keys(ld, &sl, false, &s->keys) == -1 ||
	    load_scale(ld, ini, &s->keys.instances) == -1 ||
	    settle_home(ld, s, ini) == -1 || check(ld, &sl, s) == -1 ||
	    read_ports(ld, &sl, s) == -1)
		return -1;
	return service_variables(ld, s, ini);
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct conf_service *)a)->name,
	    ((const struct conf_service *)b)->name);
}

int
load_services(struct loader *ld)
{
	struct config *c = ld->c;
	struct ini_section *s;

	STAILQ_FOREACH(s, &ld->ini.sections, link)
		if (conf_table_find(s->name) == &conf_service_table && load_service(ld, s) == -1)
			return -1;
	if (c->nservices > 1)
		qsort(c->services, c->nservices, sizeof(*c->services), by_name);
	for (size_t i = 0; i < c->nservices; i++)
		if (service_number_ports(ld, &c->services[i]) == -1)
			return -1;
	return 0;
}

struct conf_service *
conf_find_service(const struct config *c, const char *name)
{
	struct conf_service key = { .name = (char *)(uintptr_t)name };

	return c->nservices == 0 ? NULL : bsearch(&key, c->services, c->nservices,
	    sizeof(*c->services), by_name);
}

/* ---- groups ---- */

/* Every port that it has found a number?  One that has not is told, and left out. */
static bool
has_ports(struct loader *ld, const struct conf_service *s, int64_t copy)
{
	struct origin o = { .section = s->section };

	for (size_t j = 0; j < s->nports; j++)
		if ((copy != COPY_FRONT || service_has_front(s, j)) &&
		    service_number(s, copy, j) == 0) {
			report_note(&ld->report, &o, LOG_CRIT, "[%s]: copy %jd is not started,"
			    " as no port of %jd-%jd is free for its '%s'", s->section,
			    (intmax_t)copy, (intmax_t)s->keys.ports.first,
			    (intmax_t)s->keys.ports.last, s->ports[j].name);
			return false;
		}
	return true;
}

static int
add_copy(struct loader *ld, const struct conf_service *s, int64_t copy,
    const struct strlist *peers)
{
	struct ini_section *ini = ini_find(&ld->ini, s->section);
	struct section_load sl = { &conf_group_table, ini, ld->scope, false };
	struct group_keys keys = { 0 };
	struct program_list l = { 0 };
	struct buf group = { 0 };
	int rc = -1;

	if (copy == COPY_FRONT)
		buf_addf(&group, "%s.haproxy", s->name);
	else
		buf_addf(&group, "%s.%jd", s->name, (intmax_t)copy);
	if (group.failed)
		rc = report_nomem(&ld->report);
	else if (load_key(ld, &sl, conf_key_find(sl.table, "priority"), &keys) == 0)
		rc = copy == COPY_FRONT ?
		    service_front(ld, s, buf_text(&group), peers, &l) :
		    service_processes(ld, s, copy, buf_text(&group), peers, &l);
	if (rc == 0)
		rc = load_add_group(ld, buf_text(&group), GROUP_PROGRAM, keys.priority, &l);
	program_list_release(&l);
	conf_release(sl.table, &keys);
	buf_release(&group);
	return rc;
}

/* COPY_FRONT where there is something in front. */
static int64_t
first_copy(const struct conf_service *s)
{
	for (size_t j = 0; j < s->nports; j++)
		if (service_has_front(s, j))
			return COPY_FRONT;
	return 0;
}

int
load_service_groups(struct loader *ld)
{
	struct strlist peers = { 0 };
	int rc = 0;

	if (ld->c->nservices > 0 && service_peers(ld->c, &peers) == -1)
		rc = report_nomem(&ld->report);
	for (size_t i = 0; rc == 0 && i < ld->c->nservices; i++)
		for (int64_t k = first_copy(&ld->c->services[i]);
		    rc == 0 && k < ld->c->services[i].keys.instances; k++)
			if (has_ports(ld, &ld->c->services[i], k))
				rc = add_copy(ld, &ld->c->services[i], k, &peers);
	strlist_release(&peers);
	return rc;
}
