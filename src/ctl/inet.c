/*
 * TCP sockets, as supervisord makes them, and IPv6 besides.
 */
#include "ctl/inet.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>

#include "base/fd.h"
#include "base/sys.h"
#include "core/flight.h"

#define BACKLOG 1024	/* as supervisord */

/* "[::1]" is "::1"; "" is every address of IPv4, as supervisord has it. */
static int
resolve(const struct conf_server *s, struct addrinfo **found, struct err *e)
{
	struct addrinfo hints = { .ai_flags = AI_PASSIVE | AI_NUMERICSERV,
		.ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	size_t len = strlen(s->host);
	char *host = strdup(s->host), *name = host, port[8];
	int rc;

	if (host == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (len > 1 && host[0] == '[' && host[len - 1] == ']') {
		host[len - 1] = '\0';
		name++;
		hints.ai_family = AF_INET6;
	}
	snprintf(port, sizeof(port), "%lld", (long long)s->port);
	rc = getaddrinfo(name[0] != '\0' ? name : NULL, port, &hints, found);
	free(host);
	if (rc == 0)
		return 0;
	return err_set(e, FAULT_FAILED, "Cannot open an HTTP server: socket.error reported "
	    "%d (host '%s': %s)", rc, s->host, gai_strerror(rc));
}

static int
cannot(const struct conf_server *s, const char *what, struct err *e)
{
	if (errno == EADDRINUSE)
		return err_set(e, FAULT_FAILED, "Another program is already listening on a "
		    "port that one of our HTTP servers is configured to use.  Shut this "
		    "program down first before starting supervisord.");
	return err_set(e, FAULT_FAILED, "Cannot open an HTTP server: socket.error reported "
	    "errno.%s (%d) (%s %s:%lld: %s)", errno_name(errno), errno, what, s->host,
	    (long long)s->port, strerror(errno));
}

static int
open_at(const struct conf_server *s, const struct addrinfo *at, struct err *e)
{
	int fd = sys->socket(at->ai_family, SOCK_STREAM);

	if (fd == -1)
		return cannot(s, "making a socket for", e);
	if (sys->set_reuse(fd) == 0 && sys->bind(fd, at->ai_addr, at->ai_addrlen) == 0 &&
	    sys->listen(fd, BACKLOG) == 0)
		return fd;
	cannot(s, "listening on", e);
	fd_close(&fd);
	return -1;
}

/* What the crashed image had here, if it is the same address; -1: it is not. */
static int
take_old(size_t i, const struct addrinfo *at)
{
	struct sockaddr_storage has;
	socklen_t len = sizeof(has);
	int fd = flight_take_listener(i);

	if (fd == -1)
		return -1;
	memset(&has, 0, sizeof(has));
	if (getsockname(fd, (struct sockaddr *)&has, &len) == 0 && len == at->ai_addrlen &&
	    memcmp(&has, at->ai_addr, len) == 0)
		return fd;
	fd_close(&fd);
	return -1;
}

int
inet_listen(size_t i, const struct conf_server *s, struct err *e)
{
	struct addrinfo *at;
	int fd;

	if (resolve(s, &at, e) == -1)
		return -1;
	fd = take_old(i, at);
	if (fd == -1)
		fd = open_at(s, at, e);
	freeaddrinfo(at);
	if (fd != -1)
		flight_keep_listener(i, fd);
	return fd;
}
