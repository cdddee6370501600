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
/*
 * All of these bytes, now or as it reads; -1 with errno and nothing of them: EPIPE, ENOMEM, or
 * EAGAIN when it has not read what it got before.  The descriptor is non-blocking.
 */
int	stdin_send(struct proc *p, const char *data, size_t len);
/* Has it not read all that it got? */
bool	stdin_has_rest(const struct proc *p);
/* -1: none. */
int	stdin_fd(const struct proc *p);

#endif
