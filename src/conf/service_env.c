/*
 * The environment of a service: SERVICE_* for each key of its section, PORT_* for its own
 * ports, DOTCLOUD_* for those of all services, and what env.NAME says.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/load.h"
#include "conf/service.h"
#include "conf/words.h"

__attribute__((format(printf, 2, 3))) static int
add(struct strlist *l, const char *fmt, ...)
{
	struct buf entry = { 0 };
	va_list ap;
	char *text;

	va_start(ap, fmt);
	buf_addv(&entry, fmt, ap);
	va_end(ap);
	text = buf_steal(&entry);
	return text != NULL ? strlist_add(l, text) : -1;
}

/* Letters as a variable has them; anything else is _. */
static void
add_upper(struct buf *b, const char *text)
{
	for (; *text != '\0'; text++)
		buf_addc(b, isalnum((unsigned char)*text) && (unsigned char)*text < 0x80 ?
		    (char)toupper((unsigned char)*text) : '_');
}

/* ---- SERVICE_* ---- */

/* The part in front of the dot, as dotcloud.yml calls it. */
static const char *
family_name(const char *key)
{
	static const char *const names[][2] = {
		{ "port.", "ports." }, { "process.", "processes." }, { "env.", "environment." },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(key, names[i][0], strlen(names[i][0])) == 0)
			return names[i][1];
	return "";
}

static int
add_service(struct strlist *l, const char *key, const char *value)
{
	struct buf name = { 0 };
	const char *family = family_name(key);
	int rc;

	add_upper(&name, family);
	add_upper(&name, family[0] != '\0' ? strchr(key, '.') + 1 : key);
	rc = add(l, "SERVICE_%s=%s", buf_text(&name), value);
	buf_release(&name);
	return rc;
}

int
service_variables(struct loader *ld, struct conf_service *s, struct ini_section *ini)
{
	struct strlist *l = &s->variables;
	struct ini_key *k;
	int rc = 0;

	if (add_service(l, "approot", s->keys.approot) == -1 ||
	    add_service(l, "name", s->name) == -1)
		rc = -1;
	STAILQ_FOREACH(k, &ini->keys, link)
		if (rc == 0 && strncmp(k->name, "secret.", 7) != 0 &&
		    strcmp(k->name, "instances") != 0)
			rc = add_service(l, k->name, k->value);
	if (rc == -1 || env_sort(l) == -1)
		return report_nomem(&ld->report);
	return 0;
}

/* ---- DOTCLOUD_* about ports ---- */

static const char *
scheme(enum port_kind kind)
{
	return kind == PORT_HTTP ? "http" : kind == PORT_TCP ? "tcp" : "udp";
}

/* HOST, PORT and URL of one port; suffix: "" or "_2". */
static int
add_port(struct strlist *l, const struct conf_service *s, const char *port, enum port_kind kind,
    int64_t number, const char *suffix)
{
	struct buf name = { 0 };
	const char *host = s->keys.host, *n;
	int rc = -1;

	add_upper(&name, s->name);
	buf_addc(&name, '_');
	add_upper(&name, port);
	n = buf_text(&name);
	if (add(l, "DOTCLOUD_%s_HOST%s=%s", n, suffix, host) == 0 &&
	    add(l, "DOTCLOUD_%s_PORT%s=%jd", n, suffix, (intmax_t)number) == 0 &&
	    add(l, "DOTCLOUD_%s_URL%s=%s://%s:%jd%s", n, suffix, scheme(kind), host,
	    (intmax_t)number, kind == PORT_HTTP ? "/" : "") == 0)
		rc = 0;
	buf_release(&name);
	return rc;
}

/* The port under its own name, and the first of kind http under that word as well. */
static int
add_names(struct strlist *l, const struct conf_service *s, size_t j, bool first_http,
    int64_t number, const char *suffix)
{
	const struct service_port *p = &s->ports[j];

	if (add_port(l, s, p->name, p->kind, number, suffix) == -1)
		return -1;
	return first_http ? add_port(l, s, "http", p->kind, number, suffix) : 0;
}

static int
add_service_ports(struct strlist *l, const struct conf_service *s)
{
	bool http = false;
	char suffix[24];

	for (size_t j = 0; j < s->nports; j++) {
		bool first = !http && s->ports[j].kind == PORT_HTTP;

		http = http || first;
		if ((s->keys.instances > 0 || service_has_front(s, j)) &&
		    add_names(l, s, j, first, service_number(s, service_has_front(s, j) ?
		    COPY_FRONT : 0, j), "") == -1)
			return -1;
		for (int64_t copy = 0; s->keys.instances > 1 && copy < s->keys.instances; copy++) {
			snprintf(suffix, sizeof(suffix), "_%jd", (intmax_t)copy);
			if (add_names(l, s, j, first, service_number(s, copy, j), suffix) == -1)
				return -1;
		}
	}
	return 0;
}

int
service_peers(const struct config *c, struct strlist *out)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (add_service_ports(out, &c->services[i]) == -1)
			return -1;
	return env_sort(out);
}

/* ---- of one process ---- */

static int
add_own(struct strlist *l, const struct conf_service *s, int64_t copy)
{
	struct buf name = { 0 };
	int rc = 0;

	if (add(l, "HOME=%s", s->keys.home) == -1 ||
	    add(l, "DOTCLOUD_PROJECT=%s", s->keys.project) == -1 ||
	    add(l, "DOTCLOUD_ENVIRONMENT=default") == -1 ||
	    add(l, "DOTCLOUD_SERVICE_NAME=%s", s->name) == -1 ||
	    add(l, "DOTCLOUD_SERVICE_ID=%jd", (intmax_t)copy) == -1)
		return -1;
	for (size_t j = 0; rc == 0 && j < s->nports; j++) {
		buf_clear(&name);
		add_upper(&name, s->ports[j].name);
		rc = add(l, "PORT_%s=%jd", buf_text(&name), (intmax_t)service_number(s, copy, j));
	}
	buf_release(&name);
	return rc;
}

int
service_told(const struct conf_service *s, const struct strlist *peers, struct strlist *out)
{
	if (strlist_copy(out, peers) == -1 ||
	    add(out, "SERVICE_INSTANCES=%jd", (intmax_t)s->keys.instances) == -1)
		return -1;
	return env_sort(out);
}

int
service_environment(const struct config *c, const struct conf_service *s, int64_t i,
    struct program *p)
{
	struct strlist l = { 0 };

	(void)c;
	if (strlist_copy(&l, &s->variables) == -1 || add_own(&l, s, i) == -1 ||
	    strlist_copy(&l, &p->environment) == -1 || strlist_copy(&l, &s->keys.env) == -1 ||
	    env_sort(&l) == -1) {
		strlist_release(&l);
		return -1;
	}
	strlist_release(&p->environment);
	p->environment = l;
	return 0;
}
