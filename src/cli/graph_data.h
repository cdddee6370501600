/*
 * Processes and who depends on whom, as GetGraph tells it, for graph, blame and plot.
 */
#ifndef CLI_GRAPH_DATA_H
#define CLI_GRAPH_DATA_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/ctl.h"

struct gnode {
	const char *name, *state, *waits;	/* borrowed of the reply; waits: NULL */
	bool	 ready, essential;
	double	 waited, took;			/* seconds; -1: did not happen */
	double	 wanted, spawned, done;		/* of the boot; -1 */
	bool	 known;				/* it is a process */
	bool	 linked;			/* there is an edge */
	size_t	 ndependents;
	int	 level;				/* longest way to what depends on nothing */
	int	 mark;				/* for walks */
};

struct gedge {
	size_t	 from, to;			/* nodes */
	const char *condition;
	bool	 weak, holds;
};

struct graph {
	struct reply reply;			/* owned: the texts */
	struct gnode *nodes;
	size_t	 n;
	struct gedge *edges;			/* by from, in the order of depends_on */
	size_t	 nedges;
};

/* Ask for it; false: it was said what is wrong.  graph_release() in any case. */
bool	graph_fetch(struct ctl *c, struct graph *g);
void	graph_release(struct graph *g);
/* The first edge of a node; those behind it with the same from are its, too. */
size_t	graph_first_edge(const struct graph *g, size_t node);
/* Index by name; g->n: there is none. */
size_t	graph_find(const struct graph *g, const char *name);
/* Keep these processes, what they depend on, and the edges between; false: no such name. */
bool	graph_select(struct ctl *c, struct graph *g, char *const *names, size_t n);

/* Colours of a state: of an area, and of its border. */
const char *graph_fill(const struct gnode *node);
const char *graph_stroke(const struct gnode *node);
/* The picture, graph_svg.c. */
void	graph_svg(const struct graph *g, struct buf *out);

#endif
