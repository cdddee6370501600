/*
 * Where a control socket is when the file names none: server and clients go
 * through the same list, and take the first place that works.
 * A path that begins with '@' is a name in the abstract socket space, which has no
 * owner and no mode: the server admits uid 0 and its own there, and a client
 * asks SO_PEERCRED whom it has reached before it says anything secret.
 */
#ifndef WIRE_ENDPOINT_H
#define WIRE_ENDPOINT_H

#include <sys/socket.h>
#include <sys/un.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define ENDPOINT_MAX 108	/* bytes of a path with its NUL: sun_path */

/*
 * The i-th place (from 0) for the main file of this absolute path; false: no more.
 *   /run/supd.sock (root) or $XDG_RUNTIME_DIR/supd.sock (others), @supd:CONFIG
 */
bool	endpoint_default(size_t i, const char *config, char path[ENDPOINT_MAX]);
/* The address of a path; -1 and e (FAILED) when it is too long. */
int	endpoint_address(const char *path, struct sockaddr_un *a, socklen_t *len,
	    struct err *e);

#endif
