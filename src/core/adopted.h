/*
 * Tier B: orphans that became our children, as PID 1 or sub-reaper.
 */
#ifndef CORE_ADOPTED_H
#define CORE_ADOPTED_H

#include "core/core.h"

/* -1 and *why: /proc does not show our children. */
int	adopted_init(const char **why);
/*
 * Look at all adopted children once: those that belong to a lingering process
 * get the signal that `which` says, and are counted in nsurvivors.
 */
void	adopted_signal(int (*which)(const struct proc *p));
/* SIGKILL to all adopted children that carry our mark; returns how many. */
int	adopted_kill_all(void);

#endif
