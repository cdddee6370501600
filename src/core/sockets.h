/*
 * Sockets that the core holds for programs: the one of an [fcgi-program:x], which is
 * descriptor 0 of its processes, and those of sockets=, which are 3, 4, ...
 *
 * There is one for each address, shared by all processes that name it.  That of an
 * fcgi-program is open while one of its processes lives, as supervisord has it.  One
 * of sockets= is open from the making of the process record to its end: over restarts
 * of the program, and over one of the supervisor (SIGHUP, a crash) when the next
 * configuration still names it.  What connects meanwhile waits in its backlog.
 */
#ifndef CORE_SOCKETS_H
#define CORE_SOCKETS_H

#include "core/core.h"

/* ---- for the record of a process ---- */

/*
 * p names the sockets of its program from now on; each must be possible to open.
 * -1 and e: p names none.
 */
int	sockets_attach(struct proc *p, struct err *e);
/* Its program has been replaced, and it is down if that changed its sockets. */
void	sockets_update(struct proc *p);
void	sockets_detach(struct proc *p);

/* ---- for its children ---- */

/* Before a child is made: all are open; -1 and e. */
int	sockets_open(struct proc *p, struct err *e);
/* It was not made after all. */
void	sockets_not_used(struct proc *p);
/* p has a child, and then none any more. */
void	sockets_taken(struct proc *p);
void	sockets_left(struct proc *p);
/* Descriptor 0 of its children; -1: it is no fcgi-program. */
int	sockets_fcgi(const struct proc *p);
/* The descriptors of sockets=, in order; returns how many. */
size_t	sockets_list(const struct proc *p, int fd[CONF_SOCKETS_MAX]);

/* ---- for the core ---- */

/* Before groups are made: what the last run has kept goes into the flight record. */
void	sockets_init(void);
/* After they were: close what came from an earlier run and nobody names. */
void	sockets_settle(void);
/* The supervisor ends and everything is down. */
void	sockets_close(void);
/* No process names any; keep: what sockets= has held open is for the next run. */
void	sockets_release(bool keep);

#endif
