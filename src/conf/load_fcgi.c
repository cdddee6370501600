/*
 * [fcgi-program:x]: a program with a listening socket, in supervisord's order of
 * checks.  A process of one in a [group:x] has its socket as well; supervisord
 * cannot start it there.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/address.h"
#include "conf/load.h"
#include "conf/text.h"

#define BACKLOG	4096	/* the most that kernels allow unless told otherwise */

void
fcgi_free(struct conf_fcgi *f)
{
	if (f == NULL)
		return;
	conf_release(&conf_fcgi_table, f);
	address_release(&f->at);
	free(f);
}

/* host:port, the host without blanks and colons, or with them in brackets. */
static bool
has_port(const char *address)
{
	size_t host = strcspn(address, ": \t\n"), port;

	if (address[0] == '[')
		host = strcspn(address, "] \t\n") + 1;
	if (host == 0 || strlen(address) <= host || address[host] != ':')
		return false;
	address += host + 1;
	port = strspn(address, "0123456789");
	return port > 0 && address[port] == '\0';
}

/* Rules between the keys of a FastCGI program. */
static int
check_socket(struct loader *ld, const struct section_load *sl, const struct conf_fcgi *keys)
{
	struct origin o = load_origin(ld, sl, "socket");
	const char *name = sl->section->name, *socket = keys->socket;
	bool owned = ini_get(&ld->ini, sl->section, "socket_owner") != NULL ||
	    ini_get(&ld->ini, sl->section, "socket_mode") != NULL;
	struct buf shown = { 0 };
	struct err e;
	int64_t port;
	int rc = 0;

	if (socket == NULL)
		return report_error(&ld->report, &o, "[%s] section requires a \"socket\" line",
		    name);
	if (strncmp(socket, "unix://", 7) == 0) {
		if (socket[7] == '/')
			return 0;
		text_repr(&shown, socket + 7, strlen(socket + 7));
		rc = report_error(&ld->report, &o, "('Unix socket path %%s is not an absolute"
		    " path', %s) in [%s] socket", buf_text(&shown), name);
	} else if (strncmp(socket, "tcp://", 6) == 0 && owned) {
		rc = report_error(&ld->report, &o, "socket_owner and socket_mode params should"
		    " only be used with a Unix domain socket in [%s] socket", name);
	} else if (strncmp(socket, "tcp://", 6) != 0 || !has_port(socket + 6)) {
		text_repr(&shown, socket, strlen(socket));
		rc = report_error(&ld->report, &o, "('Bad socket format %%s', %s) in [%s]"
		    " socket", buf_text(&shown), name);
	} else if (conf_check_port(strrchr(socket, ':') + 1, &port, &e) == -1) {
		rc = report_error(&ld->report, &o, "%s in [%s] socket", e.msg, name);
	}
	buf_release(&shown);
	return rc;
}

/* The keys of the socket, and the backlog as listen() takes it. */
static int
load_socket(struct loader *ld, const struct section_load *sl, struct conf_fcgi *keys)
{
	struct origin o;

	for (size_t i = 0; i < sl->table->nkeys; i++) {
		const struct conf_key *k = &sl->table->keys[i];

		if (load_key(ld, sl, k, keys) == -1)
			return -1;
		if (strcmp(k->name, "socket_backlog") != 0 ||
		    (keys->socket_backlog >= 1 && keys->socket_backlog <= 65535))
			continue;
		o = load_origin(ld, sl, k->name);
		if (report_error(&ld->report, &o, "Invalid socket_backlog value %lld",
		    (long long)keys->socket_backlog) == -1)
			return -1;
	}
	return check_socket(ld, sl, keys);
}

/* supervisord looks at the user before the socket, whose owner it may be. */
static int
check_user(struct loader *ld, const struct section_load *sl)
{
	struct section_load plain = *sl;
	struct program p;
	int rc;

	program_init(&p);
	plain.table = &conf_program_table;
	rc = load_key(ld, &plain, conf_key_find(plain.table, "user"), &p);
	conf_release(plain.table, &p);
	return rc;
}

/* Where it is; supervisord would find out when it makes the group. */
static int
find_address(struct loader *ld, const struct section_load *sl, struct conf_fcgi *keys)
{
	struct origin o = load_origin(ld, sl, "socket");
	struct err e;

	if (keys->socket == NULL || address_parse(&keys->at, keys->socket, &e) == 0)
		return 0;
	if (e.code == FAULT_FAILED)
		return report_nomem(&ld->report);
	return report_error(&ld->report, &o, "Could not create FastCGI socket %s: %s",
	    keys->socket, e.msg);
}

/* One for each process: they leave the tree one by one. */
static struct conf_fcgi *
fcgi_copy(const struct conf_fcgi *f)
{
	struct conf_fcgi *new = malloc(sizeof(*new));

	if (new == NULL)
		return NULL;
	*new = *f;
	new->socket = strdup(f->socket);
	new->at.url = strdup(f->at.url);
	if (new->socket != NULL && new->at.url != NULL)
		return new;
	fcgi_free(new);
	return NULL;
}

int
load_fcgi(struct loader *ld, struct ini_section *s, const char *group,
    struct program_list *l)
{
	struct section_load sl = { &conf_fcgi_table, s, ld->scope, false };
	struct conf_fcgi keys = {
		.socket_backlog = BACKLOG, .socket_owner = { (uid_t)-1, (gid_t)-1 },
	};
	size_t first = l->n;
	int rc = -1;

	sl.scope.program_name = s->title;
	if (check_user(ld, &sl) == 0 && load_socket(ld, &sl, &keys) == 0 &&
	    load_processes(ld, s, group, l) == 0)
		rc = find_address(ld, &sl, &keys);
	for (size_t i = first; rc == 0 && i < l->n && keys.at.url != NULL; i++)
		if ((l->v[i]->fcgi = fcgi_copy(&keys)) == NULL)
			rc = report_nomem(&ld->report);
	conf_release(sl.table, &keys);
	address_release(&keys.at);
	return rc;
}
