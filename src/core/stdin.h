/*
 * Our end of a process's standard input: a pipe for each run, with what did not
 * fit yet queued behind it.
 */
#ifndef CORE_STDIN_H
#define CORE_STDIN_H

#include "core/core.h"

#define STDIN_QUEUE_MAX (1024 * 1024)	/* bytes waiting for a process that does not read */

/* Take our end; p owns it.  -1: no memory (fd is closed). */
int	stdin_take(struct proc *p, int fd);
void	stdin_close(struct proc *p);
/* -1: none. */
int	stdin_fd(const struct proc *p);

#endif
