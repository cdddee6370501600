/*
 * ready=log, the core's side: the logger looks for the line, in what the process of now has
 * written and no earlier one.  So a fence stands between them, see log/match.h.
 */
#ifndef CORE_FENCE_H
#define CORE_FENCE_H

#include "core/core.h"

/* STARTING is entered. */
void	fence_starting(struct proc *p);
/*
 * Has its start to wait until the logger has read what earlier processes wrote?  Then
 * launch_start() follows.
 */
bool	fence_waits(struct proc *p);
/* The logger says that it has; that a line has matched. */
void	fence_passed(struct proc *p, const struct stream *s, uint32_t fence);
void	fence_line_seen(struct proc *p, uint32_t fence);
/* What the logger has to look for in p's streams, behind which fence; NULL: nothing. */
const char *fence_regex(const struct proc *p, uint32_t *fence);

#endif
