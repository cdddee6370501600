/*
 * From the configuration in use to another one.
 */
#ifndef CORE_UPDATE_H
#define CORE_UPDATE_H

#include "core/core.h"

/* life.c passes each transition on: updates wait for processes to stop. */
void	update_state_changed(struct proc *p);
/* The supervisor goes down: running updates end without doing more. */
void	update_abandon(void);
void	update_release(void);
/* Remove a group whose processes are all at rest. */
void	pgroup_remove(struct pgroup *g);
/* Has the running update still something to do with the group of that name? */
bool	update_concerns(const char *group);

/* For core.c as well: make a group of a config with its processes. */
struct pgroup *pgroup_new(struct group *from, struct err *e);
/* All its processes are down. */
void	pgroup_free(struct pgroup *g);

#endif
