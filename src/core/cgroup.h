/*
 * Tier A: one cgroup (v2) per process, below our own.
 */
#ifndef CORE_CGROUP_H
#define CORE_CGROUP_H

#include "core/core.h"

/* -1 and *why: none that we may use. */
int	cgroup_init(const char **why);
void	cgroup_release(void);
/* Our directory, below which each process has one; NULL: none. */
const char *cgroup_directory(void);
/* The path of a file, "/memory.max", of p's cgroup. */
void	cgroup_path(const struct proc *p, const char *file, char *path, size_t size);
#define CGROUP_SELF ".self"	/* behind the name of our directory: limits.c moves us there */
/*
 * Our own cgroup below root, from the line of /proc/self/cgroup that has ":controllers:"
 * ("::" for v2); NULL: none.  The caller frees it.
 */
char	*cgroup_own(const char *controllers, const char *root);
/* cgroup.procs of p's cgroup, open for writing; -1 with errno: could not be made. */
int	cgroup_enter(struct proc *p);
/*
 * Signal all in p's cgroup; returns how many there are, or -1 with errno: it could
 * not look, or not kill.  Removes it when empty.
 */
int	cgroup_signal(struct proc *p, int sig);
/* p goes: remove its cgroup; what lives in it is found at the end. */
void	cgroup_remove(const struct proc *p);
/* SIGKILL to everything below our directory; 0: nobody is there, -1: cannot look. */
int	cgroup_kill_all(void);

#endif
