/*
 * Tier A: one cgroup (v2) per process, below our own.
 */
#ifndef CORE_CGROUP_H
#define CORE_CGROUP_H

#include "core/core.h"

/* -1 and *why: none that we may use. */
int	cgroup_init(const char **why);
void	cgroup_release(void);
/* cgroup.procs of p's cgroup, open for writing; -1: could not be made. */
int	cgroup_enter(struct proc *p);
/* Signal all in p's cgroup; returns how many there are. Removes it when empty. */
int	cgroup_signal(struct proc *p, int sig);
/* SIGKILL to everything below our directory. */
void	cgroup_kill_all(void);

#endif
