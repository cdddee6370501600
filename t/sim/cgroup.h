/*
 * Cgroups of the simulated kernel; behaviour as of the calls of those names.
 */
#ifndef T_SIM_CGROUP_H
#define T_SIM_CGROUP_H

#include "kernel.h"

#define CGROUP_MOUNT	"/sys/fs/cgroup"
#define CGROUP_OWN	CGROUP_MOUNT "/own"	/* where the core is */

void	cgroup_reset(void);
bool	cgroup_is_path(const char *path);
int	cgroup_mkdir(const char *path);
int	cgroup_rmdir(const char *path);
int	cgroup_list(const char *path, void (*fn)(void *arg, const char *name), void *arg);
int	cgroup_access(const char *path);
/* NULL with errno.  Reading shows who was there at this moment. */
struct file *cgroup_open(const char *path, bool to_write);
/* Write "0" into cgroup.procs as p: -1 with errno. */
int	cgroup_enter_self(const struct file *f, struct sproc *p);
/* Only "1" into cgroup.kill. */
ssize_t	cgroup_write(const struct file *f, const char *data, size_t len);
size_t	cgroup_made(void);

#endif
