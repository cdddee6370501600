/*
 * Single processes that leave their group while the others stay: instances that are
 * removed, and the highest numbers of a program that is scaled down.
 */
#ifndef CORE_DEPART_H
#define CORE_DEPART_H

#include "core/core.h"

/*
 * Stop p; when it is down, forget `file` (see remember.h; owned from now on, also on
 * failure; NULL: none) and free p, which observers see as EV_GONE.  -1 and e: no memory.
 */
int	depart(struct proc *p, char *file, struct asker by, struct err *e);
/* life.c passes each transition on. */
void	depart_state_changed(struct proc *p);
void	depart_release(void);

#endif
