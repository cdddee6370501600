/*
 * Was it the kernel that killed a process, because memory ran out?
 *
 * The kernel counts such kills per cgroup.  Where the process has a cgroup that counts, the
 * answer is certain; else ours is asked, which in a container is the container's.
 */
#ifndef CORE_OOM_H
#define CORE_OOM_H

#include "core/core.h"

/* What was before us is not ours. */
void	oom_init(void);
void	oom_release(void);
/* p begins a run, or was found again. */
void	oom_begin(struct proc *p);
/* p was ended with this wait status, and nobody had asked for it. */
enum oom oom_find(struct proc *p, int status);

#endif
