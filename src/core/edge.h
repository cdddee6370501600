/*
 * Who depends on whom: an edge for each item of depends_on, and whether it holds.
 */
#ifndef CORE_EDGE_H
#define CORE_EDGE_H

#include "core/core.h"

struct edge {
	TAILQ_ENTRY(edge) link;	/* dependents of what it leads to, or loose */
	struct proc *from;	/* borrowed: it owns us */
	struct proc *to;	/* NULL: the whole group */
	struct pgroup *group;	/* NULL: loose */
	const struct conf_dep *dep;	/* borrowed: of from->conf */
};

/* FAILED: it will not hold without somebody's doing. */
enum verdict { HOLDS, WAITS, FAILED };

/*
 * Make the edges of p from its program; those it had are gone.  -1: no memory, and
 * then it has none.
 */
int	edge_attach(struct proc *p);
/* p goes: drop its edges, and let those that lead to it look for its name again. */
void	edge_detach(struct proc *p);
/* g, or a process in it, has come: who looks for that name has found it. */
void	edge_made(struct pgroup *g);
void	edge_group_gone(struct pgroup *g);

/* The next of the processes that it leads to; NULL at first, and at the end. */
struct proc *edge_next(const struct edge *e, struct proc *p);
/* *which: the process that it depends on; NULL: the name is nobody's. */
enum verdict edge_judge(const struct edge *e, struct proc **which);
/* Is p as the condition says? */
bool	edge_holds(const struct proc *p, enum dep_cond cond);
/* Will p come up without anybody's doing? */
bool	edge_is_coming(const struct proc *p);

#endif
