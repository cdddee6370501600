/*
 * From a wanted start to a running program: split the command, find the file,
 * build the environment, create the child, and learn whether exec worked.
 */
#ifndef CORE_LAUNCH_H
#define CORE_LAUNCH_H

#include "core/core.h"

/*
 * Would a start find its file?  -1 with NO_FILE or NOT_EXECUTABLE and
 * supervisord's text.
 */
int	launch_check(struct proc *p, struct err *e);
/*
 * A command of p's: split, and its file found by p's PATH; the caller releases both, also
 * on failure.
 */
int	launch_resolve(const struct proc *p, const char *command, struct strlist *argv,
	    char **path, struct err *e);
/* What a child has of p: directory, user, mask, limits; no other descriptors, no place. */
void	launch_identity(struct spawn *s, const struct proc *p);
/* Start it now, or as soon as a stack is free; failures go to proc_spawn_failed(). */
void	launch_start(struct proc *p);
/* Take it out of the queue. */
void	launch_cancel(struct proc *p);
/* At the end of a run, when no process is left. */
void	launch_release(void);

/* ---- launching.c ---- */

/* See what the child of p has to say, if anything. */
void	launch_poll(struct proc *p);
/*
 * p's child is dead: what stopped it before exec, or NULL.  Valid until the
 * next call; frees p->launch.
 */
const char *launch_end(struct proc *p);
void	launch_free(struct proc *p);
/* p has other rules now: free the old ones as soon as no child reads them. */
void	launch_drop_conf(struct proc *p, struct program *old);

#endif
