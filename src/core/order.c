/*
 * What dependencies do: hold a start, ask for what it needs, fail with it, come back
 * with it, and say who has to be down first.
 *
 * It acts at the end of the loop's turn: a step of one process never takes a step of
 * another.
 */
#include "core/order.h"

#include "base/buf.h"
#include "base/log.h"
#include "core/edge.h"
#include "core/launch.h"
#include "core/proc.h"
#include "core/roles.h"
#include "core/startup.h"
#include "core/values.h"

static struct proc_list to_check;
static struct loop_job check_job;

static void on_check(struct loop_job *j);

void
order_init(void)
{
	TAILQ_INIT(&to_check);
}

void
order_release(void)
{
	loop_job_cancel(&check_job);
}

static void
check_later(struct proc *p)
{
	if (p->to_check)
		return;
	p->to_check = true;
	TAILQ_INSERT_TAIL(&to_check, p, check_link);
	loop_job_add(&check_job, on_check);
}

void
order_look_again(struct proc *p)
{
	if (p->held || (p->dep_failed && p->fsm.st == P_FATAL) ||
	    (p->nedges > 0 && proc_pauses(p)))
		check_later(p);
}

void
order_forget(struct proc *p)
{
	if (p->to_check)
		TAILQ_REMOVE(&to_check, p, check_link);
	p->to_check = false;
}

/* ---- before a start ---- */

void
order_note_start(struct proc *p, struct asker by)
{
	const struct proc *other;

	p->dep_failed = p->pulled = false;
	switch (by.cause) {
	case CAUSE_OPERATOR:
		p->pulls = PULL_ASKED;
		break;
	case CAUSE_AUTOSTART:
	case CAUSE_RELOAD:
	case CAUSE_ROLE:
		p->pulls = PULL_AUTO;
		break;
	case CAUSE_DEPENDENCY:	/* as the one that pulled it */
		other = core_by_id((uint32_t)by.arg);
		p->pulls = other != NULL ? other->pulls : PULL_NONE;
		break;
	default:
		p->pulls = PULL_NONE;
		break;
	}
}

/* Ask q to start, since p needs it; false: that is not ours to do. */
static bool
pull(struct proc *p, struct proc *q)
{
	if (p->pulls == PULL_NONE || p->pulled || edge_is_coming(q) || q->updating || q->leaving ||
	    core.state != SUP_RUNNING || !pstate_is_stopped(q->fsm.st) ||
	    q->fsm.st == P_UNKNOWN)
		return false;
	if (p->pulls == PULL_AUTO && (q->stopped_by_person || q->fsm.st != P_STOPPED))
		return false;
	q->want_up = q->started = true;
	q->stopped_by_person = false;
	proc_later(q, E_START, (struct asker){ CAUSE_DEPENDENCY, (int32_t)p->id });
	return true;
}

/* Everything that an edge leads to and that has to be asked; are there any? */
static bool
pull_all(struct proc *p, const struct edge *e)
{
	struct proc *q = NULL;
	bool any = false;

	if (!e->dep->weak)
		while ((q = edge_next(e, q)) != NULL)
			if (!edge_holds(q, e->dep->cond) && pull(p, q))
				any = true;
	return any;
}

static void
fail(struct proc *p, struct buf *text, struct asker by)
{
	log_info("spawnerr: %s %s", p->conf->name, buf_text(text));
	proc_set_spawnerr(p, buf_text(text));
	buf_release(text);
	p->held = false;
	p->dep_failed = true;
	proc_later(p, E_FAIL, by);
}

static void
fail_with(struct proc *p, const struct edge *e, const struct proc *q)
{
	struct buf text = { 0 };

	buf_adds(&text, "needs ");
	proc_full_name(q, &text);
	buf_addf(&text, " to be %s, which is %s", conf_cond_name(e->dep->cond),
	    pstate_name(q->fsm.st));
	fail(p, &text, (struct asker){ CAUSE_DEPENDENCY, (int32_t)q->id });
}

/* May it start as far as the store is concerned?  false: it waits, or has failed. */
static bool
has_values(struct proc *p)
{
	struct buf text = { 0 };
	const char *path;

	switch (values_of(p, &path)) {
	case VALUES_KNOWN:
		return true;
	case VALUES_AWAITED:
		p->held = true;
		return false;
	case VALUES_MISSING:
		break;
	}
	buf_addf(&text, "needs the value %s, which is not in the store", path);
	fail(p, &text, (struct asker){ CAUSE_CONFIG, 0 });
	return false;
}

bool
order_may_start(struct proc *p)
{
	bool wait = false, pulled = false;
	struct proc *q;

	for (size_t i = 0; i < p->nedges; i++) {
		const struct edge *e = &p->edges[i];
		enum verdict v;
		bool asked = pull_all(p, e);

		pulled = pulled || asked;
		v = asked ? WAITS : edge_judge(e, &q);
		wait = wait || v != HOLDS;
		if (v != FAILED)
			continue;
		fail_with(p, e, q);
		return false;
	}
	p->pulled = p->pulled || pulled;
	p->held = wait;
	wait = wait || !has_values(p);
	if (wait)
		roles_look(p);
	return !wait;
}

bool
order_is_stuck(const struct proc *p)
{
	struct proc *q;

	if (!p->held)
		return false;
	for (size_t i = 0; i < p->nedges; i++)
		if (edge_judge(&p->edges[i], &q) != HOLDS && (q == NULL || !edge_is_coming(q) ||
		    roles_start_due(q)))
			return true;
	return false;
}

void
order_let_go(struct proc *p)
{
	p->held = false;
}

/* ---- when something has changed ---- */

/* What the edge leads to, or one of it, was up and is not any more. */
static void
lose(struct edge *e, const struct proc *which)
{
	struct proc *p = e->from;

	if (p->conf->on_dependency_loss == LOSS_KEEP || e->dep->weak ||
	    e->dep->cond == DEP_DONE || p->held || !pstate_is_running(p->fsm.st))
		return;
	p->lost = which->id;
	check_later(p);
}

static void
tell_all(struct edge_list *dependents, const struct proc *p, bool went_down)
{
	struct edge *e;

	TAILQ_FOREACH(e, dependents, link) {
		order_look_again(e->from);
		if (went_down)
			lose(e, p);
	}
}

/* Those of p itself, and those of its whole group. */
static void
tell_dependents(struct proc *p, bool went_down)
{
	tell_all(&p->dependents, p, went_down);
	tell_all(&p->group->dependents, p, went_down);
}

void
order_state_changed(struct proc *p, enum pstate from)
{
	/* what is restarted by an update comes back: nobody need notice */
	bool went_down = from == P_RUNNING && p->fsm.st != P_RUNNING && !p->updating &&
	    core.state == SUP_RUNNING;

	startup_look(p);
	if (p->fsm.st == P_STOPPED && p->again)
		check_later(p);
	order_look_again(p);
	tell_dependents(p, went_down);
	roles_look(p);
}

void
order_health_changed(struct proc *p, bool lost)
{
	struct edge *e;

	tell_dependents(p, false);
	if (!lost || core.state != SUP_RUNNING)
		return;
	TAILQ_FOREACH(e, &p->dependents, link)
		if (e->dep->cond == DEP_HEALTHY)
			lose(e, p);
	TAILQ_FOREACH(e, &p->group->dependents, link)
		if (e->dep->cond == DEP_HEALTHY)
			lose(e, p);
}

void
order_rules_changed(struct proc *p)
{
	order_look_again(p);
	tell_dependents(p, false);
}

void
order_restart(struct proc *p, struct asker by)
{
	if (core.state != SUP_RUNNING)	/* its end comes in its turn */
		return;
	proc_stop(p, by, NULL);
	p->again = p->want_up = true;
	check_later(p);		/* from BACKOFF it is STOPPED already */
}

static void
act_on_loss(struct proc *p)
{
	struct asker by = { CAUSE_DEPENDENCY, (int32_t)p->lost };

	p->lost = 0;
	if (!pstate_is_running(p->fsm.st))
		return;
	log_info("%s: a dependency went down (on_dependency_loss)", p->conf->name);
	if (p->conf->on_dependency_loss == LOSS_RESTART)
		order_restart(p, by);
	else
		proc_stop(p, by, NULL);
}

/*
 * p pauses before its next start.  If it has failed without something that it needs, it is
 * started at once when that is there again.
 */
static void
check_pause(struct proc *p)
{
	bool lacked = p->lacks;
	struct proc *q;

	p->lacks = false;
	for (size_t i = 0; i < p->nedges; i++)
		p->lacks = p->lacks || edge_judge(&p->edges[i], &q) != HOLDS;
	if (lacked && !p->lacks)
		proc_hasten(p, (struct asker){ CAUSE_DEPENDENCY, 0 });
}

/* The dependency that it failed with holds again, or the value is there. */
static bool
has_come_back(const struct proc *p)
{
	const char *path;
	struct proc *q;

	if (values_of(p, &path) == VALUES_MISSING)
		return false;
	for (size_t i = 0; i < p->nedges; i++)
		if (edge_judge(&p->edges[i], &q) == FAILED)
			return false;
	return p->want_up && !p->leaving && !p->updating;
}

static void
check(struct proc *p)
{
	struct asker by = { CAUSE_DEPENDENCY, 0 };

	if (core.state != SUP_RUNNING)
		return;
	if (p->lost != 0)
		act_on_loss(p);
	if (p->held && p->fsm.st == P_STARTING)
		launch_start(p);	/* it looks whether p may */
	else if (p->again && p->fsm.st == P_STOPPED) {
		p->again = false;
		if (p->want_up && !p->leaving && !p->updating)
			proc_event(p, E_START, (struct asker){ CAUSE_AGAIN, 0 });
	} else if (p->dep_failed && p->fsm.st == P_FATAL && has_come_back(p))
		proc_event(p, E_START, by);
	else if (proc_pauses(p))
		check_pause(p);
}

static void
on_check(struct loop_job *j)
{
	struct proc *p;

	(void)j;
	while ((p = TAILQ_FIRST(&to_check)) != NULL) {
		TAILQ_REMOVE(&to_check, p, check_link);
		p->to_check = false;
		check(p);
	}
}

/* ---- at a stop ---- */

static bool
any_up(const struct edge_list *dependents)
{
	const struct edge *e;

	TAILQ_FOREACH(e, dependents, link)
		if (!pstate_is_stopped(e->from->fsm.st))
			return true;
	return false;
}

bool
order_in_use(const struct proc *p)
{
	return any_up(&p->dependents) || any_up(&p->group->dependents);
}

void
order_each_dependency(struct proc *p, void (*fn)(struct proc *to))
{
	for (size_t i = 0; i < p->nedges; i++) {
		struct proc *q = NULL;

		while ((q = edge_next(&p->edges[i], q)) != NULL)
			fn(q);
	}
}

/* ---- words ---- */

void
order_text(const struct proc *p, struct buf *out)
{
	const char *path;
	struct proc *q;

	for (size_t i = 0; i < p->nedges; i++) {
		const struct edge *e = &p->edges[i];

		if (edge_judge(e, &q) == HOLDS)
			continue;
		if (q != NULL)
			proc_full_name(q, out);
		else
			buf_adds(out, e->dep->group);
		buf_addf(out, " to be %s (it %s%s)", conf_cond_name(e->dep->cond),
		    q != NULL ? "is " : "does not exist",
		    q != NULL ? pstate_name(q->fsm.st) : "");
		return;
	}
	if (values_of(p, &path) != VALUES_KNOWN)
		buf_addf(out, "the value %s of the store%s%s%s", path,
		    *values_trouble() != '\0' ? " (" : "", values_trouble(),
		    *values_trouble() != '\0' ? ")" : "");
}
