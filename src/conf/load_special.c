/*
 * [eventlistener:x] and [fcgi-program:x]: checked as supervisord checks them.
 * They make no groups; a warning says so.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conf/events.h"
#include "conf/load.h"
#include "conf/text.h"

/* Parse the keys of a program, and drop the result. */
static int
check_processes(struct loader *ld, struct ini_section *s, const char *group)
{
	struct program_list l = { 0 };
	struct section_load sl = { &conf_program_table, s, ld->scope, false };
	struct origin o = load_origin(ld, &sl, NULL);
	int rc = load_processes(ld, s, group, &l);

	program_list_release(&l);
	if (rc == 0)
		rc = report_note(&ld->report, &o, LOG_WARN,
		    "[%s] does nothing yet: this version cannot run it", s->name);
	return rc;
}

/* Rules between the keys of a listener. */
static int
check_listener(struct loader *ld, const struct section_load *sl,
    const struct listener_keys *keys)
{
	const char *name = sl->section->name;
	struct origin o = load_origin(ld, sl, "result_handler");

	if (strcmp(keys->result_handler, "supervisor.dispatchers:default_handler") != 0 &&
	    report_error(&ld->report, &o, "%s cannot be resolved within [%s]",
	    keys->result_handler, name) == -1)
		return -1;
	o = load_origin(ld, sl, "events");
	if (keys->events.n == 0)
		return report_error(&ld->report, &o,
		    "[%s] section requires an \"events\" line", name);
	for (size_t i = 0; i < keys->events.n; i++) {
		char *event = keys->events.v[i];

		if (event_is_supervisords(event))
			continue;
		for (char *c = event; *c != '\0'; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char)(*c - 'a' + 'A');
		if (report_error(&ld->report, &o, "Unknown event type %s in [%s] events",
		    event, name) == -1)
			return -1;
	}
	return 0;
}

/* redirect_stderr would mix with the protocol on stdout. */
static int
check_redirect(struct loader *ld, const struct section_load *sl)
{
	struct section_load plain = *sl;
	struct program p;
	struct origin o;

	program_init(&p);
	plain.table = &conf_program_table;
	if (load_key(ld, &plain, conf_key_find(plain.table, "redirect_stderr"), &p) == -1)
		return -1;
	if (!p.redirect_stderr)
		return 0;
	o = load_origin(ld, sl, "redirect_stderr");
	return report_error(&ld->report, &o, "[%s] section sets redirect_stderr=true but this"
	    " is not allowed because it will interfere with the eventlistener protocol",
	    sl->section->name);
}

int
load_listener(struct loader *ld, struct ini_section *s)
{
	struct section_load sl = { &conf_listener_table, s, ld->scope, false };
	struct section_load named = { &conf_program_table, s, ld->scope, true };
	struct listener_keys keys = { 0 };
	struct origin o;
	int rc = -1;

	for (size_t i = 0; i < sl.table->nkeys; i++) {
		const struct conf_key *k = &sl.table->keys[i];

		if (load_key(ld, &sl, k, &keys) == -1)
			goto out;
		if (strcmp(k->name, "buffer_size") != 0 || keys.buffer_size >= 1)
			continue;
		o = load_origin(ld, &sl, k->name);
		if (report_error(&ld->report, &o, "[%s] section sets invalid buffer_size (%lld)",
		    s->name, (long long)keys.buffer_size) == -1)
			goto out;
	}
	if (check_listener(ld, &sl, &keys) == 0 && check_redirect(ld, &sl) == 0 &&
	    load_check_name(ld, &named) == 0)
		rc = check_processes(ld, s, s->title);
out:
	conf_release(sl.table, &keys);
	return rc;
}

/* host:port, the host without blanks and colons. */
static bool
has_port(const char *address)
{
	size_t host = strcspn(address, ": \t\n"), port;

	if (host == 0 || address[host] != ':')
		return false;
	address += host + 1;
	port = strspn(address, "0123456789");
	return port > 0 && address[port] == '\0';
}

/* Rules between the keys of a FastCGI program. */
static int
check_socket(struct loader *ld, const struct section_load *sl, const struct fcgi_keys *keys)
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
load_socket(struct loader *ld, const struct section_load *sl, struct fcgi_keys *keys)
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

int
load_fcgi(struct loader *ld, struct ini_section *s, const char *group)
{
	struct section_load sl = { &conf_fcgi_table, s, ld->scope, false };
	struct section_load single = { &conf_group_table, s, ld->scope, false };
	struct fcgi_keys keys = { .socket_backlog = SOMAXCONN };
	struct group_keys pool = { 0 };
	int rc = -1;

	sl.scope.program_name = s->title;
	if (load_check_name(ld, &sl) == 0 &&
	    load_key(ld, &single, conf_key_find(single.table, "priority"), &pool) == 0 &&
	    check_user(ld, &sl) == 0 && load_socket(ld, &sl, &keys) == 0)
		rc = check_processes(ld, s, group);
	conf_release(sl.table, &keys);
	return rc;
}
