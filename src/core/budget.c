/*
 * Each process wants as long as its stop may take; behind it stand those that stop when it is
 * down: what it depends on, and lower priorities.  The longest such chain is what has to fit
 * into what is left of the budget, and a process gets the share of it that it has in its chain.
 * So time that one does not use is there for the next, and where all fits nothing is cut.
 *
 * Dependencies come before priorities, as in life.c: who is needed by another counts as
 * having its priority, if that is lower.  What the order of roles adds is not counted: who
 * comes too late by it is killed with the rest, at the end.
 */
#include "core/budget.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/order.h"
#include "core/stopping.h"

#define AFTER_KILL_MS	250	/* of the budget, for what happens after the last SIGKILL... */
#define AFTER_KILL_PART	20	/* ...but no more than this part of it */
#define SAY_MOST	5	/* processes in the last line */

struct share {
	struct proc *p;		/* borrowed; NULL: it is removed */
	int64_t	 priority;	/* the lowest of those that need it, and its own */
	int64_t	 want_ms;	/* of its own stop */
	int64_t	 after_ms;	/* of the longest chain behind it */
	size_t	 users;		/* that have not been looked at */
	size_t	 rank;		/* users come before what they use */
	int64_t	 told_ms, took_ms;
	bool	 killed;
};

static struct {
	struct share *v;	/* NULL: there is no budget, or no memory for a plan */
	size_t	 n;
	size_t	 *order;
	int64_t	 begin_ms, ms;	/* as configured; 0: none */
	int64_t	 end_ms;	/* of the last SIGKILL */
} plan;

static struct share *
share_of(const struct proc *p)
{
	return plan.v != NULL && p->budget_at < plan.n && plan.v[p->budget_at].p == p ?
	    &plan.v[p->budget_at] : NULL;
}

/* ---- the plan ---- */

static int
take_all(void)
{
	struct pgroup *g;
	struct proc *p;

	plan.n = 0;
	plan.v = calloc(core.nprocs + 1, sizeof(*plan.v));
	plan.order = calloc(core.nprocs + 1, sizeof(*plan.order));
	if (plan.v == NULL || plan.order == NULL)
		return -1;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link) {
			if (plan.n == core.nprocs)
				return -1;
			p->budget_at = (uint32_t)plan.n;
			plan.v[plan.n++] = (struct share){ .p = p, .priority = g->priority,
				.want_ms = pstate_is_stopped(p->fsm.st) ? 0 :
				stopping_left_ms(p) };
		}
	return 0;
}

static void
count_user(struct proc *to)
{
	share_of(to)->users++;
}

static struct share *looked_at;		/* for the callbacks of order_each_dependency() */
static size_t *found, nfound;

static void
leave_user(struct proc *to)
{
	struct share *s = share_of(to);

	if (s->priority > looked_at->priority)
		s->priority = looked_at->priority;
	if (--s->users == 0)
		found[nfound++] = (size_t)(s - plan.v);
}

/* Users before what they use, into plan.order; -1: they go round, which the file may not say. */
static int
sort_users_first(void)
{
	for (size_t i = 0; i < plan.n; i++)
		order_each_dependency(plan.v[i].p, count_user);
	found = plan.order;
	nfound = 0;
	for (size_t i = 0; i < plan.n; i++)
		if (plan.v[i].users == 0)
			found[nfound++] = i;
	for (size_t i = 0; i < nfound; i++) {
		looked_at = &plan.v[found[i]];
		looked_at->rank = i;
		order_each_dependency(looked_at->p, leave_user);
	}
	return nfound == plan.n ? 0 : -1;
}

/* Those that stop last come first. */
static int
by_end(const void *a, const void *b)
{
	const struct share *s = &plan.v[*(const size_t *)a], *t = &plan.v[*(const size_t *)b];

	if (s->priority != t->priority)
		return s->priority < t->priority ? -1 : 1;
	return s->rank > t->rank ? -1 : s->rank < t->rank;
}

static void
add_after(struct proc *to)
{
	const struct share *s = share_of(to);

	if (looked_at->after_ms < s->want_ms + s->after_ms)
		looked_at->after_ms = s->want_ms + s->after_ms;
}

/* The longest chain behind each; returns the longest of all. */
static int64_t
measure(void)
{
	int64_t lower_ms = 0, all_ms = 0, priority = 0;

	qsort(plan.order, plan.n, sizeof(*plan.order), by_end);
	for (size_t i = 0; i < plan.n; i++) {
		struct share *s = &plan.v[plan.order[i]];

		if (i == 0 || s->priority != priority)
			lower_ms = all_ms;
		priority = s->priority;
		s->after_ms = lower_ms;
		looked_at = s;
		order_each_dependency(s->p, add_after);
		if (s->want_ms + s->after_ms > all_ms)
			all_ms = s->want_ms + s->after_ms;
	}
	return all_ms;
}

void
budget_begin(int64_t ms)
{
	int64_t kept_ms = ms / AFTER_KILL_PART, all_ms;

	budget_release();
	plan.ms = ms;
	if (ms == 0)
		return;
	plan.begin_ms = loop_now();
	plan.end_ms = plan.begin_ms + ms - (kept_ms < AFTER_KILL_MS ? kept_ms : AFTER_KILL_MS);
	if (take_all() == -1 || sort_users_first() == -1) {
		free(plan.v);
		plan.v = NULL;
		log_warn("no plan for stop_budget: what is left at its end is killed");
		return;
	}
	all_ms = measure();
	if (all_ms > plan.end_ms - plan.begin_ms)
		log_info("stop_budget: stops may take %lld.%lld s one after the other: each"
		    " gets its share of %lld.%lld s", (long long)(all_ms / 1000),
		    (long long)(all_ms % 1000 / 100), (long long)(ms / 1000),
		    (long long)(ms % 1000 / 100));
}

int64_t
budget_fit_ms(const struct proc *p, int64_t ms, int64_t rest_ms)
{
	const struct share *s = share_of(p);
	int64_t left_ms;

	if (s == NULL)
		return ms;
	left_ms = plan.end_ms - loop_now();
	if (left_ms < 0)
		left_ms = 0;
	if (rest_ms + s->after_ms <= left_ms || rest_ms == 0)
		return ms;
	return (int64_t)((double)left_ms * (double)ms / (double)(rest_ms + s->after_ms));
}

/* ---- who has used it ---- */

void
budget_told(struct proc *p)
{
	struct share *s = share_of(p);

	if (s != NULL && s->told_ms == 0)
		s->told_ms = loop_now();
}

void
budget_down(struct proc *p)
{
	struct share *s = share_of(p);

	if (s == NULL || s->told_ms == 0)
		return;
	s->took_ms = loop_now() - s->told_ms;
	s->killed = p->killed;
}

void
budget_forget(const struct proc *p)
{
	struct share *s = share_of(p);

	if (s == NULL)
		return;
	s->p = NULL;
	s->took_ms = 0;
}

static int
by_use(const void *a, const void *b)
{
	const struct share *s = a, *t = b;

	return s->took_ms > t->took_ms ? -1 : s->took_ms < t->took_ms;
}

void
budget_say(void)
{
	int64_t used_ms = loop_now() - plan.begin_ms;
	struct buf text = { 0 };

	if (plan.v == NULL)
		return;
	qsort(plan.v, plan.n, sizeof(*plan.v), by_use);	/* the last use of it */
	for (size_t i = 0; i < plan.n && i < SAY_MOST; i++) {
		const struct share *s = &plan.v[i];

		if (s->took_ms < used_ms / 10 || s->took_ms == 0 || s->p == NULL)
			break;
		buf_adds(&text, i == 0 ? ": " : ", ");
		proc_full_name(s->p, &text);
		buf_addf(&text, " %lld.%02lld s%s", (long long)(s->took_ms / 1000),
		    (long long)(s->took_ms % 1000 / 10), s->killed ? " (killed)" : "");
	}
	log_info("stop_budget: %lld.%02lld of %lld.%02lld s were used%s",
	    (long long)(used_ms / 1000), (long long)(used_ms % 1000 / 10),
	    (long long)(plan.ms / 1000), (long long)(plan.ms % 1000 / 10), buf_text(&text));
	buf_release(&text);
	budget_release();
}

void
budget_release(void)
{
	free(plan.v);
	free(plan.order);
	plan.v = NULL;
	plan.order = NULL;
	plan.n = 0;
}
