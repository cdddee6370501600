/*
 * Dependencies, looked at from outside: whoever is created has what it needs, who
 * waits lacks something, and nobody is told to end while another needs it.  The
 * conditions are read anew from the configuration and the states; nothing of
 * core/order.c is asked but what it says it waits for.
 */
#include <string.h>

#include "core/core.h"
#include "core/roles.h"
#include "core/values.h"
#include "kernel.h"
#include "sim.h"

static bool
is_named(const struct conf_dep *d, const struct proc *q)
{
	return strcmp(q->group->name, d->group) == 0 &&
	    (d->process == NULL || strcmp(q->conf->name, d->process) == 0);
}

static bool
comes(const struct proc *q)
{
	if (roles_start_due(q))
		return true;
	if (q->fsm.st == P_STOPPED || q->fsm.st == P_STOPPING)
		return q->want_up || q->restart_due;
	if (q->fsm.st == P_EXITED)
		return proc_restart_due(q);
	return q->fsm.st != P_FATAL && q->fsm.st != P_UNKNOWN;
}

static bool
has(const struct proc *q, const struct conf_dep *d)
{
	bool done = q->fsm.st == P_EXITED && q->has_status && q->expected;
	bool oneshot = q->conf->type == TYPE_ONESHOT;

	switch (d->cond) {
	case DEP_STARTED:
		return (q->fsm.st == P_STARTING && q->pid != 0 && q->exec_ok) ||
		    q->fsm.st == P_RUNNING || (q->fsm.st == P_EXITED && q->has_status);
	case DEP_RUNNING:
		return q->fsm.st == P_RUNNING || (oneshot && done);
	case DEP_READY:
		if (q->conf->ready.kind != READY_RUNNING && !oneshot)
			return proc_is_ready(q);	/* check.c knows whether it is */
		return oneshot ? done : q->fsm.st == P_RUNNING;
	case DEP_HEALTHY:
		return proc_health(q) == HEALTH_GOOD;
	case DEP_DONE:
		return done;
	}
	return false;
}

/* The first process that p lacks; *item: by which item.  NULL: it lacks none. */
static const struct proc *
lacks(const struct proc *p, const struct conf_dep **item)
{
	const struct pgroup *g;
	const struct proc *q;

	for (size_t i = 0; i < p->conf->depends_on.n; i++) {
		const struct conf_dep *d = &p->conf->depends_on.v[i];

		*item = d;
		TAILQ_FOREACH(g, &core.groups, link)
			TAILQ_FOREACH(q, &g->procs, link)
				if (is_named(d, q) && !has(q, d) && !(d->weak && !comes(q)))
					return q;
	}
	return NULL;
}

/* Is there nobody of that name (any more)? */
static bool
is_nobody(const struct proc *p)
{
	const struct pgroup *g;
	const struct proc *q;

	for (size_t i = 0; i < p->conf->depends_on.n; i++) {
		bool found = p->conf->depends_on.v[i].weak;

		TAILQ_FOREACH(g, &core.groups, link) {
			found = found || (p->conf->depends_on.v[i].process == NULL &&
			    strcmp(g->name, p->conf->depends_on.v[i].group) == 0);
			TAILQ_FOREACH(q, &g->procs, link)
				found = found || is_named(&p->conf->depends_on.v[i], q);
		}
		if (!found)
			return true;
	}
	return false;
}

void
check_spawn(void)
{
	const struct pgroup *g;
	const struct proc *p, *q;
	const struct conf_dep *d;
	const char *path;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			/* the one that is being created now */
			if (p->launch == NULL || p->pid != 0 || p->fsm.st != P_STARTING)
				continue;
			if (values_of(p, &path) != VALUES_KNOWN)
				fail("%s is created without a value of %s", p->conf->name, path);
			q = lacks(p, &d);
			if (q != NULL)
				fail("%s is created while %s, which it needs to be %s, is %s",
				    p->conf->name, q->conf->name, conf_cond_name(d->cond),
				    pstate_name(q->fsm.st));
			if (is_nobody(p))
				fail("%s is created while one that it needs does not exist",
				    p->conf->name);
		}
}

void
check_depends(const struct proc *p)
{
	const struct conf_dep *d;
	struct buf text = { 0 };
	const char *path;

	if (core.state != SUP_RUNNING)
		return;
	if (p->held && p->fsm.st != P_STARTING)
		fail("%s is %s and held", p->conf->name, pstate_name(p->fsm.st));
	if (p->held && lacks(p, &d) == NULL && !is_nobody(p) &&
	    values_of(p, &path) == VALUES_KNOWN)
		fail("%s waits, but it has all that it needs", p->conf->name);
	if (p->dep_failed && p->fsm.st == P_FATAL && p->want_up && !p->updating &&
	    !p->leaving && lacks(p, &d) == NULL && !is_nobody(p) &&
	    values_of(p, &path) != VALUES_MISSING)
		fail("%s stays FATAL, but what it depends on is there again", p->conf->name);
	if (!p->held)
		return;
	order_text(p, &text);
	if (text.len == 0 && !sim.faults_on)
		fail("%s waits and does not say for whom", p->conf->name);
	buf_release(&text);
}

/*
 * Who waits, and for what that waits, and so on: it ends with one that does not wait, or that
 * nobody has, and each of them names the next.
 */
static void
check_chain(const struct proc *p)
{
	const struct conf_dep *d = NULL;
	struct buf text = { 0 };
	size_t n = 0;

	for (; p != NULL && p->held; p = lacks(p, &d)) {
		if (n++ > core.nprocs)
			fail("%s waits in a circle", p->conf->name);
		buf_clear(&text);
		order_text(p, &text);
		if (!is_nobody(p) && lacks(p, &d) != NULL && strstr(buf_text(&text), d->group) == NULL)
			fail("%s waits for %s and says '%s'", p->conf->name, d->group,
			    buf_text(&text));
	}
	buf_release(&text);
}

void
check_deadlock(void)
{
	const struct pgroup *g;
	const struct proc *p;

	if (core.state != SUP_RUNNING || sim.faults_on)
		return;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			check_chain(p);
}

/* Somebody up that depends on q; NULL: nobody. */
const struct proc *
check_user(const struct proc *q)
{
	const struct pgroup *g;
	const struct proc *p;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			for (size_t i = 0; i < p->conf->depends_on.n; i++)
				if (!pstate_is_stopped(p->fsm.st) &&
				    is_named(&p->conf->depends_on.v[i], q))
					return p;
	return NULL;
}
