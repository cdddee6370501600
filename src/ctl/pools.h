/*
 * Pools of event listeners as clients see them.
 */
#ifndef CTL_POOLS_H
#define CTL_POOLS_H

struct buf;
struct proc;

/* Lines for `why`: what a listener is doing and what its pool has lost; nothing for others. */
void	pools_explain(const struct proc *p, struct buf *out);

#endif
