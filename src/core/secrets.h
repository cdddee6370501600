/*
 * Secrets that are given as files: copies that only the program's user can read, in
 * memory (a tmpfs), for as long as the process runs.
 *
 * DIR is supd.RUNID in the first tmpfs of $XDG_RUNTIME_DIR (not as root), /run and
 * /dev/shm, and where none is one, in the first two as they are; in it each process has a directory.  Directories are ours alone to write, so
 * nobody can put a link in the place of a file.
 */
#ifndef CORE_SECRETS_H
#define CORE_SECRETS_H

#include "base/buf.h"
#include "core/core.h"

/*
 * Append the path that the copy for this entry of p's secrets has, or will have; -1 and e:
 * there is no place.
 */
int	secrets_path(const struct proc *p, const char *secret, struct buf *out, struct err *e);
/* Make the copies for a start. */
int	secrets_write(const struct proc *p, struct err *e);
/* p has ended. */
void	secrets_remove(const struct proc *p);
/* At the end of the run. */
void	secrets_release(void);

#endif
