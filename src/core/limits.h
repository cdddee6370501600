/*
 * memory_max, memory_high, cpu_max and pids_max: limits of the cgroup of a process.
 */
#ifndef CORE_LIMITS_H
#define CORE_LIMITS_H

#include "core/core.h"

/* What an earlier image of the core has set up already. */
void	limits_init(void);
/*
 * Write what p's program says into p's cgroup: before a start, and when the rules have
 * changed (old: the rules before; NULL: a start).  Where it is not possible, the log says
 * once why, and what would make it so.
 */
void	limits_apply(const struct proc *p, const struct program *old);
/* Do cgroups of processes count their memory? */
bool	limits_count_memory(void);
/* Before our cgroup is removed. */
void	limits_release(void);

#endif
