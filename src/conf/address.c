/*
 * Addresses of listening sockets: forms, and names out of /etc/hosts.
 */
#include "conf/address.h"

#include <arpa/inet.h>
#include <bsd/string.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/path.h"
#include "conf/text.h"
#include "conf/types.h"

#define HOSTS		"/etc/hosts"
#define HOSTS_LINE	1024	/* bytes; what is longer in a line is not looked at */
#define HOST_MAX	256	/* bytes of a name with its NUL */

static void
set_in(struct conf_socket *s, struct in_addr a, int64_t port)
{
	memset(&s->addr, 0, sizeof(s->addr));
	s->addr.in.sin_family = AF_INET;
	s->addr.in.sin_addr = a;
	s->addr.in.sin_port = htons((uint16_t)port);
	s->len = sizeof(s->addr.in);
}

static void
set_in6(struct conf_socket *s, const struct in6_addr *a, int64_t port)
{
	memset(&s->addr, 0, sizeof(s->addr));
	s->addr.in6.sin6_family = AF_INET6;
	s->addr.in6.sin6_addr = *a;
	s->addr.in6.sin6_port = htons((uint16_t)port);
	s->len = sizeof(s->addr.in6);
}

static bool
set_number(struct conf_socket *s, const char *text, int64_t port)
{
	struct in_addr in;
	struct in6_addr in6;

	if (inet_pton(AF_INET, text, &in) == 1)
		set_in(s, in, port);
	else if (inet_pton(AF_INET6, text, &in6) == 1)
		set_in6(s, &in6, port);
	else
		return false;
	return true;
}

/* Does this line of the file give the name an address?  IPv4 first, as supervisord. */
static bool
try_line(struct conf_socket *s, char *line, const char *host, int64_t port)
{
	char *rest = line, *address, *name;

	line[strcspn(line, "#\n")] = '\0';
	address = strsep(&rest, " \t");
	while ((name = strsep(&rest, " \t")) != NULL)
		if (*name != '\0' && strcasecmp(name, host) == 0)
			return set_number(s, address, port);
	return false;
}

/* 0; -1 with errno, ENOENT: nobody has heard of that name. */
static int
find_host(struct conf_socket *s, const char *host, int64_t port)
{
	FILE *f = fopen(HOSTS, "re");
	char line[HOSTS_LINE];
	bool found = false;

	if (f == NULL && errno == ENOMEM)
		return -1;
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (!(found && s->addr.any.sa_family == AF_INET))
			found = try_line(s, line, host, port) || found;
	if (f != NULL)
		fclose(f);
	if (!found && strcasecmp(host, "localhost") == 0)
		return set_number(s, "127.0.0.1", port) ? 0 : -1;
	errno = ENOENT;
	return found ? 0 : -1;
}

static int
set_host(struct conf_socket *s, const char *host, int64_t port, struct err *e)
{
	if (strcmp(host, "*") == 0) {
		set_in(s, (struct in_addr){ htonl(INADDR_ANY) }, port);
		return 0;
	}
	if (set_number(s, host, port) || find_host(s, host, port) == 0)
		return 0;
	if (errno == ENOMEM)
		return err_no_memory(e);
	return err_set(e, FAULT_CANT_REREAD,
	    "host '%s' is neither a number nor a name in " HOSTS, host);
}

/* host:port behind the "tcp://" that kind begins with. */
static int
parse_inet(struct conf_socket *s, const char *text, const char *kind, struct err *e)
{
	char host[HOST_MAX];
	const char *end;
	bool bracket = text[0] == '[';
	struct buf url = { 0 };
	int64_t port;

	end = bracket ? strchr(text, ']') : text + strcspn(text, ": \t\n");
	text += bracket;
	if (end == NULL || end == text || end[bracket] != ':' ||
	    (size_t)(end - text) >= sizeof(host))
		return err_set(e, FAULT_CANT_REREAD, "'%s' is not host:port", text - bracket);
	memcpy(host, text, (size_t)(end - text));
	host[end - text] = '\0';
	text_lower(host);
	if (conf_check_port(end + bracket + 1, &port, e) == -1)
		return -1;
	if (set_host(s, host, port, e) == -1)
		return -1;
	buf_addf(&url, strchr(host, ':') ? "%s[%s]:%lld" : "%s%s:%lld", kind, host,
	    (long long)port);
	s->url = buf_steal(&url);
	return s->url != NULL ? 0 : err_no_memory(e);
}

static int
parse_unix(struct conf_socket *s, const char *text, struct err *e)
{
	struct buf url = { 0 };
	char *path;

	if (text[0] != '/')
		return err_set(e, FAULT_CANT_REREAD, "'%s' is not an absolute path", text);
	path = path_absolute(text);
	if (path == NULL)
		return err_no_memory(e);
	memset(&s->addr, 0, sizeof(s->addr));
	s->addr.un.sun_family = AF_UNIX;
	s->len = sizeof(s->addr.un);
	if (strlcpy(s->addr.un.sun_path, path, sizeof(s->addr.un.sun_path)) >=
	    sizeof(s->addr.un.sun_path)) {
		free(path);
		return err_set(e, FAULT_CANT_REREAD, "a path of more than %zu characters",
		    sizeof(s->addr.un.sun_path) - 1);
	}
	buf_addf(&url, "unix://%s", path);
	free(path);
	s->url = buf_steal(&url);
	return s->url != NULL ? 0 : err_no_memory(e);
}

int
address_parse(struct conf_socket *s, const char *text, struct err *e)
{
	struct conf_socket new = { .type = SOCK_STREAM };
	int rc;

	if (strncmp(text, "unix://", 7) == 0)
		rc = parse_unix(&new, text + 7, e);
	else if (strncmp(text, "tcp://", 6) == 0)
		rc = parse_inet(&new, text + 6, "tcp://", e);
	else if (strncmp(text, "udp://", 6) == 0) {
		new.type = SOCK_DGRAM;
		rc = parse_inet(&new, text + 6, "udp://", e);
	} else
		rc = err_set(e, FAULT_CANT_REREAD, "'%s' is none of tcp://host:port, "
		    "udp://host:port and unix:///path", text);
	if (rc == -1)
		return -1;
	new.name = s->name;
	*s = new;
	return 0;
}

bool
address_equal(const struct conf_socket *a, const struct conf_socket *b)
{
	return a->type == b->type && a->len == b->len &&
	    memcmp(&a->addr, &b->addr, a->len) == 0;
}

void
address_release(struct conf_socket *s)
{
	free(s->name);
	free(s->url);
	*s = (struct conf_socket){ 0 };
}
