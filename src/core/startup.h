/*
 * How far a start came when: for `supctl blame` and `plot`.
 */
#ifndef CORE_STARTUP_H
#define CORE_STARTUP_H

#include "core/core.h"

/* p shall come up: STARTING, and not for another try. */
void	startup_wanted(struct proc *p);
/* It has a child; before that it waited for what it depends on. */
void	startup_spawned(struct proc *p);
/* Something about p has changed: does it serve now? */
void	startup_look(struct proc *p);

#endif
