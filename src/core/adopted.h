/*
 * Tier B: orphans that became our children, as PID 1 or sub-reaper.
 */
#ifndef CORE_ADOPTED_H
#define CORE_ADOPTED_H

#include "core/core.h"

/* -1 and *why: /proc does not show our children. */
int	adopted_init(const char **why);
void	adopted_release(void);
/*
 * Look at all adopted children once: those that belong to a lingering process that
 * is loose get the signal that `which` says, and are counted in nsurvivors.
 * Returns 0; or -1 with errno: it could not look at all of them.
 */
int	adopted_signal(int (*which)(const struct proc *p));
/* The program that a descendant of ours was started for, by its mark; NULL: it has none. */
struct proc *adopted_owner(pid_t pid);
/* SIGKILL to all adopted children that carry our mark; returns how many, or -1 as above. */
int	adopted_kill_all(void);

#endif
