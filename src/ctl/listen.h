/*
 * Listening sockets of the control server.
 */
#ifndef CTL_LISTEN_H
#define CTL_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "conf/conf.h"

struct access;

/* See ctl_open(). */
int	listen_open(const struct config *config, struct err *e);
/* Closes them, and removes the files that are still ours. */
void	listen_close(void);
/* A server, for the web guest. */
struct served {
	const char *name;	/* of its section */
	bool	 is_unix;
	const struct access *access;
	int	 fd;		/* that listens, when not is_unix; else -1 */
};
/* The i-th of them, from 0; false: there are no more. */
bool	listen_get(size_t i, struct served *out);
/* A client has gone: there is room for another one. */
void	listen_resume(void);

#endif
