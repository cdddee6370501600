/*
 * Port numbers of services.  One that was given once stays: it is remembered in the state
 * directory as NAME.COPY = NUMBER of [ports:x].  A new one is the lowest of the range that no
 * service has and that nobody else listens at.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/load.h"
#include "conf/service.h"
#include "conf/text.h"
#include "conf/words.h"

#define OWNER	"supd.config"

bool
service_has_front(const struct conf_service *s, size_t port)
{
	return s->ports[port].kind == PORT_HTTP && s->keys.balance == BALANCE_HAPROXY;
}

int64_t
service_number(const struct conf_service *s, int64_t copy, size_t port)
{
	const struct service_port *p = &s->ports[port];

	if (copy == COPY_FRONT)
		return p->fixed > 0 ? p->fixed : s->fronts[port];
	if (p->kind == PORT_HTTP && s->keys.balance == BALANCE_ROUND_ROBIN)
		copy = 0;
	if (p->fixed > 0 && !service_has_front(s, port))
		return p->fixed + copy < 65536 ? p->fixed + copy : 0;
	return copy < s->keys.instances ?
	    s->numbers[copy * (int64_t)s->nports + (int64_t)port] : 0;
}

/* Its section in the state directory; NULL: there is none for us. */
static struct ini_section *
remembered(struct loader *ld, const struct conf_service *s)
{
	struct ini_section *ini;
	char name[64];

	snprintf(name, sizeof(name), "%s:%s", conf_service_ports_table.section, s->name);
	ini = ini_find(&ld->ini, name);
	return ini != NULL && load_is_ours(ld, ini, OWNER) ? ini : NULL;
}

/* Is it known so far which number that is? */
static bool
has_number(const struct conf_service *s, int64_t copy, size_t port)
{
	if (copy == COPY_FRONT && !service_has_front(s, port))
		return false;
	return s->numbers != NULL || (s->ports[port].fixed > 0 &&
	    (copy == COPY_FRONT || !service_has_front(s, port)));
}

/* Has any service that number, or has had it? */
static bool
is_taken(struct loader *ld, int64_t number)
{
	const struct config *c = ld->c;

	for (size_t i = 0; i < c->nservices; i++) {
		const struct conf_service *s = &c->services[i];
		struct ini_section *ini = remembered(ld, s);
		struct ini_key *k;
		int64_t n;

		if (ini != NULL)
			STAILQ_FOREACH(k, &ini->keys, link)
				if (text_int(k->value, 10, &n) == 0 && n == number)
					return true;
		for (int64_t copy = COPY_FRONT; copy < s->keys.instances; copy++)
			for (size_t j = 0; j < s->nports; j++)
				if (has_number(s, copy, j) && service_number(s, copy, j) == number)
					return true;
	}
	return false;
}

/* Can somebody listen there?  Where it cannot be asked, yes. */
static bool
is_free(int64_t number, enum port_kind kind)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)number) };
	int fd = socket(AF_INET, (kind == PORT_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0);
	int on = 1, rc;

	if (fd == -1)
		return true;
	if (kind != PORT_UDP)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	rc = bind(fd, (struct sockaddr *)&a, sizeof(a));
	close(fd);
	return rc == 0;
}

static int64_t
lowest_free(struct loader *ld, const struct conf_service *s, enum port_kind kind)
{
	for (int64_t n = s->keys.ports.first; n <= s->keys.ports.last; n++)
		if (!is_taken(ld, n) && is_free(n, kind))
			return n;
	return 0;
}

/* What was remembered for "www.2"; 0: nothing. */
static int64_t
recall(struct loader *ld, struct ini_section *ini, const struct service_port *p, int64_t copy)
{
	struct ini_key *k;
	int64_t n = 0;
	char key[128];

	if (copy == COPY_FRONT)
		snprintf(key, sizeof(key), "%s.front", p->name);
	else
		snprintf(key, sizeof(key), "%s.%jd", p->name, (intmax_t)copy);
	for (char *c = key; *c != '\0' && *c != '.'; c++)
		if (*c >= 'A' && *c <= 'Z')	/* as the ini reader makes it */
			*c = (char)(*c - 'A' + 'a');
	k = ini != NULL ? ini_get(&ld->ini, ini, key) : NULL;
	if (k == NULL || text_int(k->value, 10, &n) == -1 || n < 1 || n > 65535)
		n = 0;
	return n;
}

/* A copy that is not there now may come back. */
static int
keep_others(struct conf_service *s, const struct ini_section *ini)
{
	const struct ini_key *k;
	struct buf line = { 0 };
	int64_t copy;
	char *text;

	STAILQ_FOREACH(k, &ini->keys, link) {
		const char *dot = strrchr(k->name, '.');

		if (strcmp(k->name, OWNER) == 0 || dot == NULL ||
		    text_int(dot + 1, 10, &copy) == -1 || copy < s->keys.instances)
			continue;
		buf_clear(&line);
		buf_addf(&line, "%s = %s", k->name, k->value);
		text = strdup(buf_text(&line));
		if (text == NULL || strlist_add(&s->kept, text) == -1) {
			buf_release(&line);
			return -1;
		}
	}
	buf_release(&line);
	return 0;
}

/* Where a number is kept; NULL: it needs none of the range. */
static int64_t *
place_of(struct conf_service *s, int64_t copy, size_t port)
{
	const struct service_port *p = &s->ports[port];
	bool front = service_has_front(s, port);

	if (copy == COPY_FRONT)
		return front && p->fixed == 0 ? &s->fronts[port] : NULL;
	if (p->fixed > 0 && !front)
		return NULL;
	if (copy > 0 && p->kind == PORT_HTTP && s->keys.balance == BALANCE_ROUND_ROBIN)
		return NULL;
	return &s->numbers[copy * (int64_t)s->nports + (int64_t)port];
}

int
service_number_ports(struct loader *ld, struct conf_service *s)
{
	struct ini_section *ini = remembered(ld, s);
	int64_t *at;

	s->fronts = calloc(s->nports + 1, sizeof(*s->fronts));
	if (s->fronts == NULL)
		return report_nomem(&ld->report);
	s->numbers = calloc((size_t)s->keys.instances * s->nports + 1, sizeof(*s->numbers));
	if (s->numbers == NULL || (ini != NULL && keep_others(s, ini) == -1))
		return report_nomem(&ld->report);
	for (int64_t copy = COPY_FRONT; copy < s->keys.instances; copy++)
		for (size_t j = 0; j < s->nports; j++) {
			at = place_of(s, copy, j);
			if (at == NULL)
				continue;
			*at = recall(ld, ini, &s->ports[j], copy);
			if (*at != 0)
				continue;
			*at = lowest_free(ld, s, s->ports[j].kind);
			s->fresh = s->fresh || *at != 0;
		}
	return 0;
}

char *
conf_service_file(const struct conf_service *s)
{
	struct buf path = { 0 };

	buf_addf(&path, "ports.d/%s.ini", s->name);
	return buf_steal(&path);
}

void
conf_service_print(struct buf *out, const struct config *c, const struct conf_service *s)
{
	buf_addf(out, "[%s:%s]\n" OWNER " = %s\n", conf_service_ports_table.section, s->name,
	    c->path);
	for (int64_t copy = 0; copy < s->keys.instances; copy++)
		for (size_t j = 0; j < s->nports; j++) {
			int64_t n = s->numbers[copy * (int64_t)s->nports + (int64_t)j];

			if (n > 0)
				buf_addf(out, "%s.%jd = %jd\n", s->ports[j].name, (intmax_t)copy,
				    (intmax_t)n);
		}
	for (size_t j = 0; j < s->nports; j++)
		if (s->fronts[j] > 0)
			buf_addf(out, "%s.front = %jd\n", s->ports[j].name,
			    (intmax_t)s->fronts[j]);
	for (size_t i = 0; i < s->kept.n; i++)	/* of copies that may come back */
		buf_addf(out, "%s\n", s->kept.v[i]);
}

static void
put_frontend(struct buf *out, const struct conf_service *s, size_t j)
{
	const char *host = s->keys.host, *name = s->ports[j].name;

	buf_addf(out, "\nfrontend %s_%s\n\tbind %s:%jd\n\tdefault_backend %s_%s\n", s->name,
	    name, host, (intmax_t)service_number(s, COPY_FRONT, j), s->name, name);
	buf_addf(out, "\nbackend %s_%s\n\tbalance roundrobin\n", s->name, name);
	for (int64_t copy = 0; copy < s->keys.instances; copy++)
		if (service_number(s, copy, j) > 0)
			buf_addf(out, "\tserver copy%jd %s:%jd check inter 1s fall 2 rise 1\n",
			    (intmax_t)copy, host, (intmax_t)service_number(s, copy, j));
}

void
conf_service_haproxy(struct buf *out, const struct conf_service *s)
{
	buf_addf(out, "# Made by supd for [service:%s]; changes do not last.\n"
	    "global\n\tmaxconn 4096\n\n"
	    "defaults\n\tmode http\n\toption redispatch\n\tretries 2\n"
	    "\ttimeout connect 5s\n\ttimeout client 60s\n\ttimeout server 60s\n", s->name);
	for (size_t j = 0; j < s->nports; j++)
		if (service_has_front(s, j))
			put_frontend(out, s, j);
}
