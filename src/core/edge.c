/*
 * One edge for each item of depends_on, in the list of what it leads to, so a
 * change costs as much as there are dependents.  An edge whose name is nobody's is
 * loose; it is looked at when a group comes.
 */
#include "core/edge.h"

#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "core/order.h"
#include "core/ready.h"
#include "core/roles.h"

static struct edge_list loose = TAILQ_HEAD_INITIALIZER(loose);

static void
look_again(struct edge_list *dependents)
{
	struct edge *e;

	TAILQ_FOREACH(e, dependents, link)
		order_look_again(e->from);
}

static struct edge_list *
list_of(struct edge *e)
{
	if (e->group == NULL)
		return &loose;
	return e->to != NULL ? &e->to->dependents : &e->group->dependents;
}

/* Find what the edge names, and stand in its list. */
static void
tie(struct edge *e)
{
	struct pgroup *g = core_find_group(e->dep->group);
	struct proc *p = NULL;

	if (g != NULL && e->dep->process != NULL)
		TAILQ_FOREACH(p, &g->procs, link)
			if (strcmp(p->conf->name, e->dep->process) == 0)
				break;
	e->to = p;
	e->group = e->dep->process != NULL && p == NULL ? NULL : g;
	TAILQ_INSERT_TAIL(list_of(e), e, link);
}

static void
untie(struct edge *e)
{
	TAILQ_REMOVE(list_of(e), e, link);
	e->to = NULL;
	e->group = NULL;
}

static void
drop_edges(struct proc *p)
{
	for (size_t i = 0; i < p->nedges; i++)
		untie(&p->edges[i]);
	free(p->edges);
	p->edges = NULL;
	p->nedges = 0;
}

int
edge_attach(struct proc *p)
{
	size_t n = p->conf->depends_on.n;

	drop_edges(p);
	if (n == 0)
		return 0;
	p->edges = calloc(n, sizeof(*p->edges));
	if (p->edges == NULL)
		return -1;
	for (p->nedges = 0; p->nedges < n; p->nedges++) {
		struct edge *e = &p->edges[p->nedges];

		e->from = p;
		e->dep = &p->conf->depends_on.v[p->nedges];
		tie(e);
	}
	order_look_again(p);
	return 0;
}

void
edge_made(struct pgroup *g)
{
	struct edge_list again = TAILQ_HEAD_INITIALIZER(again);
	struct edge *e, *next;

	TAILQ_FOREACH_SAFE(e, &loose, link, next)
		if (strcmp(e->dep->group, g->name) == 0) {
			TAILQ_REMOVE(&loose, e, link);
			TAILQ_INSERT_TAIL(&again, e, link);
		}
	while ((e = TAILQ_FIRST(&again)) != NULL) {
		TAILQ_REMOVE(&again, e, link);
		tie(e);
		order_look_again(e->from);
	}
	look_again(&g->dependents);
}

/* They look for the name again: an update may put another in its place. */
static void
cut_off(struct edge_list *dependents)
{
	struct edge *e;

	while ((e = TAILQ_FIRST(dependents)) != NULL) {
		untie(e);
		TAILQ_INSERT_TAIL(&loose, e, link);
		order_look_again(e->from);
	}
}

void
edge_detach(struct proc *p)
{
	drop_edges(p);
	cut_off(&p->dependents);
	look_again(&p->group->dependents);
	order_forget(p);
}

void
edge_group_gone(struct pgroup *g)
{
	cut_off(&g->dependents);
}

/* ---- conditions ---- */

/* The next of the processes that the edge leads to; NULL at first, and at the end. */
struct proc *
edge_next(const struct edge *e, struct proc *p)
{
	if (e->group == NULL)
		return NULL;
	if (e->to != NULL)
		return p == NULL ? e->to : NULL;
	return p == NULL ? TAILQ_FIRST(&e->group->procs) : TAILQ_NEXT(p, link);
}

/* Will it come up without anybody's doing? */
bool
edge_is_coming(const struct proc *p)
{
	if (roles_start_due(p))
		return true;
	switch (p->fsm.st) {
	case P_STARTING:
	case P_BACKOFF:
	case P_RUNNING:
		return true;
	case P_EXITED:
		return proc_restart_due(p);
	case P_STOPPED:
	case P_STOPPING:
		return p->want_up || p->restart_due;
	case P_FATAL:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
	return false;
}

bool
edge_holds(const struct proc *p, enum dep_cond cond)
{
	bool done = p->fsm.st == P_EXITED && p->has_status && p->expected;
	bool oneshot = p->conf->type == TYPE_ONESHOT;

	switch (cond) {
	case DEP_STARTED:
		return p->fsm.st == P_RUNNING || (p->fsm.st == P_STARTING && p->exec_ok &&
		    p->pid > 0) || (p->fsm.st == P_EXITED && p->has_status);
	case DEP_RUNNING:
		return p->fsm.st == P_RUNNING || (oneshot && done);
	case DEP_READY:
		return oneshot ? done : proc_is_ready(p);
	case DEP_HEALTHY:
		return proc_health(p) == HEALTH_GOOD;
	case DEP_DONE:
		return done;
	}
	return false;
}

static enum verdict
judge_process(const struct edge *e, const struct proc *p)
{
	if (edge_holds(p, e->dep->cond))
		return HOLDS;
	if (e->dep->weak)
		return edge_is_coming(p) ? WAITS : HOLDS;
	if (p->fsm.st == P_FATAL || p->fsm.st == P_UNKNOWN ||
	    (p->fsm.st == P_EXITED && !edge_is_coming(p)))
		return FAILED;
	return WAITS;
}

/* *which: the process that it depends on; NULL: the name is nobody's. */
enum verdict
edge_judge(const struct edge *e, struct proc **which)
{
	enum verdict all = HOLDS, one;
	struct proc *p = NULL;

	*which = NULL;
	if (e->group == NULL)
		return e->dep->weak ? HOLDS : WAITS;
	while ((p = edge_next(e, p)) != NULL) {
		one = judge_process(e, p);
		if (one > all) {
			all = one;
			*which = p;
		}
	}
	return all;
}
