/*
 * Roles, looked at from outside: autostart and roles never fight, who is started has its
 * turn, and nobody waits for a turn that does not come.  What is wanted, and what comes
 * before what, is read anew from the roles and the names in them.
 */
#include <string.h>

#include "core/core.h"
#include "core/roles.h"
#include "kernel.h"
#include "sim.h"

/* Where p stands in a role; -1: nowhere. */
static int
place(const struct role *r, const struct proc *p)
{
	const char *title = strchr(p->conf->section, ':');

	for (size_t i = 0; p->group->pool == NULL && i < r->conf.programs.n; i++)
		if (strcmp(r->conf.programs.v[i], p->group->name) == 0 ||
		    (title != NULL && strcmp(r->conf.programs.v[i], title + 1) == 0))
			return (int)i;
	return -1;
}

bool
check_in_role(const struct proc *p)
{
	for (size_t i = 0; i < core_roles.n; i++)
		if (place(&core_roles.v[i], p) != -1)
			return true;
	return false;
}

static bool
is_wanted(const struct proc *p)
{
	for (size_t i = 0; i < core_roles.n; i++)
		if (core_roles.v[i].on && place(&core_roles.v[i], p) != -1)
			return true;
	return false;
}

/* On its way up, or about to be: who comes behind it has to wait. */
static bool
is_coming(const struct proc *p)
{
	if (p->roles != NULL && p->roles->todo != 0)
		return true;
	if (p->conf->ready.kind != READY_RUNNING && proc_is_ready(p))
		return false;		/* it serves, whether startsecs are over or not */
	return (p->fsm.st == P_STARTING && !p->held) || p->fsm.st == P_BACKOFF ||
	    p->fsm.st == P_STOPPING || (p->fsm.st == P_EXITED && proc_restart_due(p) &&
	    p->conf->type != TYPE_ONESHOT);
}

/* Of this role, or one that comes before it: the first that p would have to wait for. */
static const struct proc *
comes_before(const struct role *r, const struct proc *p)
{
	const struct pgroup *g;
	const struct proc *q;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(q, &g->procs, link)
			for (size_t i = 0; i < core_roles.n && q != p; i++) {
				const struct role *s = &core_roles.v[i];
				int at = place(s, q);

				if (s->on && at != -1 && is_coming(q) &&
				    q->fsm.st != P_STOPPING && !q->updating &&
				    (s->conf.order < r->conf.order ||
				    (s == r && at < place(r, p))))
					return q;
			}
	return NULL;
}

void
check_role_start(const struct proc *p, int cause)
{
	const struct proc *q = NULL;

	if (p->roles == NULL || (sim.faults & FAULT_MEMORY)) {
		if (cause == CAUSE_ROLE && !(sim.faults & FAULT_MEMORY))
			fail("%s is in no role and was started by one", p->conf->name);
		return;
	}
	if (cause == CAUSE_AUTOSTART)
		fail("%s is in a role and was started by autostart", p->conf->name);
	if (cause != CAUSE_ROLE)
		return;
	if (!is_wanted(p))
		fail("%s was started by a role, and none wants it", p->conf->name);
	for (size_t i = 0; i < core_roles.n; i++) {
		const struct role *r = &core_roles.v[i];

		if (!r->on || place(r, p) == -1)
			continue;
		q = comes_before(r, p);
		if (q == NULL)
			return;		/* one role whose turn it is is enough */
	}
	fail("%s was started before %s, which is %s", p->conf->name,
	    q != NULL ? q->conf->name : "?", q != NULL ? pstate_name(q->fsm.st) : "?");
}

void
check_roles(const struct proc *p)
{
	if (sim.faults & FAULT_MEMORY)
		return;
	if (check_in_role(p) != (p->roles != NULL))
		fail("%s is in %s", p->conf->name, p->roles != NULL ? "a role for nothing" :
		    "a role and does not know it");
	if (p->roles != NULL && p->roles->wanted != is_wanted(p))
		fail("%s is %swanted", p->conf->name, p->roles->wanted ? "not " : "");
	if (p->roles != NULL && (p->roles->todo & TODO_START) && !is_wanted(p) &&
	    core.state == SUP_RUNNING)
		fail("%s waits for its turn, and no role wants it", p->conf->name);
}

static bool
moves(const struct proc *p)
{
	if (p->fsm.st == P_RUNNING && (p->conf->type == TYPE_ONESHOT || !proc_is_ready(p)))
		return true;	/* it is ready when it has ended, or says so */
	return p->fsm.st == P_STARTING || p->fsm.st == P_BACKOFF || p->fsm.st == P_STOPPING ||
	    p->updating || p->lingering || proc_restart_due(p);
}

void
check_roles_idle(void)
{
	const struct pgroup *g;
	const struct proc *p, *waits = NULL;

	if (core.state != SUP_RUNNING)
		return;
	TAILQ_FOREACH(p, &core.guests->procs, link)
		if (moves(p))
			return;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			if (moves(p))
				return;
			if (p->roles != NULL && p->roles->todo != 0)
				waits = p;
		}
	if (waits != NULL)
		fail("%s waits for its turn, and nobody is on the way", waits->conf->name);
}
