/*
 * Choosing a port.  Rows are the lock: the caller inserts the row with the port before it does
 * anything else, and nothing runs in between.
 */
#include "node/port.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "node/row.h"
#include "serve/guest.h"

/*
 * Could a program of ours listen there?  With SO_REUSEADDR only a listener is in the way, not
 * what is left of old connections.
 */
static bool
can_bind(int family, int port)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)port) };
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1, rc;

	if (fd == -1)
		return true;	/* no such network: nobody is there */
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	rc = family == AF_INET6 ? bind(fd, (struct sockaddr *)&any6, sizeof(any6)) :
	    bind(fd, (struct sockaddr *)&any4, sizeof(any4));
	rc = rc == -1 && errno == EADDRINUSE ? -1 : 0;
	/* two of them may be bound to one port; only one may listen */
	if (rc == 0 && listen(fd, 1) == -1 && errno == EADDRINUSE)
		rc = -1;
	close(fd);
	return rc == 0;
}

static bool
is_free(int port)
{
	static int told;	/* one line for each, not one for each instance */

	if (can_bind(AF_INET, port) && can_bind(AF_INET6, port))
		return true;
	if (told != port)
		guest_log(LOG_WARN, "port %d is skipped: a process that is no instance of this"
		    " node listens there", port);
	told = port;
	return false;
}

int
port_choose(int wish, int *port, struct err *e)
{
	size_t n = (size_t)(node.last_port - node.first_port + 1);
	bool *used;

	*port = 0;
	if (node.first_port == 0)
		return 0;
	used = calloc(n, sizeof(*used));
	if (used == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (node_rows_ports(used, node.first_port, node.last_port, e) == -1) {
		free(used);
		return -1;
	}
	if (wish >= node.first_port && wish <= node.last_port &&
	    !used[wish - node.first_port] && is_free(wish))
		*port = wish;
	for (size_t i = 0; i < n && *port == 0; i++)
		if (!used[i] && is_free(node.first_port + (int)i))
			*port = node.first_port + (int)i;
	free(used);
	if (*port != 0)
		return 0;
	return err_set(e, FAULT_FAILED, "no port of %d-%d is free", node.first_port,
	    node.last_port);
}
