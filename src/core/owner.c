/*
 * Descent, read from /proc at the moment of asking: nothing is kept, and a process that
 * hides behind a dead parent is still told by what it inherited.
 */
#include "core/owner.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "core/adopted.h"

#define GENERATIONS 64		/* between a program and who speaks for it */

/* The parent of a process, which is behind the last parenthesis of stat; 0: not known. */
static pid_t
parent_of(pid_t pid)
{
	struct buf stat = { 0 };
	char path[64];
	const char *paren;
	int parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fd_slurp(path, &stat) == 0 && (paren = strrchr(buf_text(&stat), ')')) != NULL &&
	    sscanf(paren + 1, " %*c %d", &parent) != 1)
		parent = 0;
	buf_release(&stat);
	return parent;
}

bool
owner_is_our_child(pid_t pid)
{
	return parent_of(pid) == sys->getpid();
}

struct proc *
owner_of(pid_t pid)
{
	pid_t us = sys->getpid(), at = pid, group;
	struct proc *p = core_by_pid(pid);

	for (int i = 0; p == NULL && i < GENERATIONS && at > 0 && at != us; i++) {
		at = parent_of(at);
		p = at > 0 && at != us ? core_by_pid(at) : NULL;
	}
	if (p == NULL && (group = sys->getpgid(pid)) > 0)
		p = core_by_pid(group);
	if (p == NULL && at == us)
		p = adopted_owner(pid);
	return p;
}
