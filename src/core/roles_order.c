/*
 * The order in which processes of roles start and stop.
 *
 * A look goes over all processes in roles once: it finds how far each role has come, and
 * starts or stops those whose turn it is.  Another look is due only when the one process
 * that a role waits for has come where it should; so a thousand processes that start
 * together cost one look.
 *
 * The order never keeps anything from happening: where it contradicts itself, or
 * depends_on, everything that is left goes at once.
 */
#include <stdlib.h>
#include <string.h>

#include "core/edge.h"
#include "core/guest.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/roles.h"

#define NONE	UINT32_MAX

/* How far a role has come. */
struct progress {
	uint32_t item;		/* start: the first that is not settled; NONE: all are */
	int32_t	 top;		/* stop: the last that is still up; -1: none is */
	uint32_t waits_for;	/* id of a process of that item; 0: none */
};

static struct progress *progress;	/* of each role; owned */
static size_t nprogress;
static int64_t first_order;	/* start: the lowest order that is not settled */
static int64_t last_order;	/* stop: the highest order that is up */
static size_t ntodo;		/* processes with something to do, as of the last look */
static struct loop_job job;

static void on_look(struct loop_job *j);

static bool
is_up(const struct proc *p)
{
	return !pstate_is_stopped(p->fsm.st) || proc_restart_due(p);
}

void
roles_todo(struct proc *p, uint8_t todo, struct asker by)
{
	if (p->roles == NULL)
		return;
	p->roles->todo = todo;
	p->roles->by = by;
	ntodo++;
	loop_job_add(&job, on_look);
}

int
roles_order_room(size_t n)
{
	struct progress *v = n > nprogress ? reallocarray(progress, n, sizeof(*v)) : progress;

	if (n > nprogress && v == NULL)
		return -1;
	progress = v;
	for (; nprogress < n; nprogress++)
		progress[nprogress] = (struct progress){ NONE, -1, 0 };
	return 0;
}

static void
begin(void)
{
	for (size_t i = 0; i < core_roles.n; i++)
		progress[i] = (struct progress){ NONE, -1, 0 };
	first_order = INT64_MAX;
	last_order = INT64_MIN;
}

static int64_t
order_of(const struct role_place *at)
{
	return core_roles.v[at->role].conf.order;
}

/* That of the role which starts it: it is the last to stop it, too. */
static int64_t
least_order(const struct proc_roles *r)
{
	int64_t least = INT64_MAX;

	for (size_t i = 0; i < r->n; i++)
		if (order_of(&r->in[i]) < least)
			least = order_of(&r->in[i]);
	return least;
}

void
roles_drop_todo(struct proc *p)
{
	bool was_due = roles_start_due(p);

	p->roles->todo = 0;
	if (was_due)		/* who waited for it to come waits for nothing now */
		order_state_changed(p, p->fsm.st);
}

/* ---- start ---- */

static void
note_unsettled(const struct proc_roles *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct role_place *at = &r->in[i];

		if (!core_roles.v[at->role].on)
			continue;
		if (at->item < progress[at->role].item) {
			progress[at->role].item = at->item;
			progress[at->role].waits_for = r->p->id;
		}
		if (order_of(at) < first_order)
			first_order = order_of(at);
	}
}

static bool
may_start(const struct proc_roles *r)
{
	for (size_t i = 0; i < r->n; i++) {
		const struct role_place *at = &r->in[i];

		if (core_roles.v[at->role].on && at->item <= progress[at->role].item &&
		    order_of(at) <= first_order)
			return true;
	}
	return false;
}

static void
start(struct proc_roles *r)
{
	struct proc *p = r->p;

	if (pstate_is_running(p->fsm.st) || p->fsm.st == P_UNKNOWN || p->leaving) {
		roles_drop_todo(p);
		roles_call_look(p);
		return;
	}
	r->todo = 0;
	p->want_up = p->started = true;
	p->stopped_by_person = false;
	proc_event(p, E_START, r->by);
}

static void
look_at_starts(void)
{
	struct proc_roles *r;

	TAILQ_FOREACH(r, &core_in_roles, link)
		if (!roles_is_settled(r->p))
			note_unsettled(r);
	TAILQ_FOREACH(r, &core_in_roles, link)
		if (r->todo == TODO_START && r->p->fsm.st != P_STOPPING && !r->p->updating &&
		    may_start(r))
			start(r);
}

/* ---- stop ---- */

static void
note_up(const struct proc_roles *r)
{
	int64_t order = least_order(r);

	if (order > last_order)
		last_order = order;
	for (size_t i = 0; i < r->n; i++)
		if (order_of(&r->in[i]) == order && r->in[i].item > progress[r->in[i].role].top)
			progress[r->in[i].role].top = r->in[i].item;
}

/* Is one behind it still up? */
static bool
has_others_behind(const struct proc_roles *r)
{
	int64_t order = least_order(r);

	if (order < last_order)
		return true;
	for (size_t i = 0; i < r->n; i++)
		if (order_of(&r->in[i]) == order && r->in[i].item < progress[r->in[i].role].top)
			return true;
	return false;
}

static bool
any_leaves(const struct edge_list *dependents)
{
	const struct edge *e;

	TAILQ_FOREACH(e, dependents, link) {
		const struct proc *p = e->from;

		if (p->roles != NULL && (p->roles->todo & TODO_STOP) && is_up(p))
			return true;
	}
	return false;
}

static bool
may_stop(const struct proc_roles *r)
{
	return !has_others_behind(r) && !any_leaves(&r->p->dependents) &&
	    !any_leaves(&r->p->group->dependents);
}

static bool
leaves(const struct proc_roles *r)
{
	return (r->todo & TODO_STOP) != 0;
}

static void
stop(struct proc_roles *r)
{
	if (r->p->fsm.st == P_STOPPING)
		return;
	if (r->p->group == core.guests)
		guest_stop(r->p, r->by);
	else
		proc_stop(r->p, r->by, NULL);
}

/* Those that are down have done this part. */
static void
note_stops(void)
{
	struct proc_roles *r;

	TAILQ_FOREACH(r, &core_in_roles, link) {
		if (!leaves(r))
			continue;
		if (is_up(r->p)) {
			note_up(r);
			continue;
		}
		r->todo &= (uint8_t)~TODO_STOP;
		if (r->todo == 0)
			roles_call_look(r->p);
	}
}

static void
look_at_stops(void)
{
	struct proc_roles *r;
	bool any = false, left = false;

	note_stops();
	TAILQ_FOREACH(r, &core_in_roles, link) {
		if (!leaves(r) || !is_up(r->p))
			continue;
		left = true;
		if (r->p->fsm.st == P_STOPPING)
			any = true;
		else if (may_stop(r)) {
			any = true;
			stop(r);
		}
	}
	if (any || !left)
		return;
	TAILQ_FOREACH(r, &core_in_roles, link)	/* the order goes in circles */
		if (leaves(r) && is_up(r->p))
			stop(r);
}

/* ---- looking ---- */

static void
on_look(struct loop_job *j)
{
	struct proc_roles *r;

	(void)j;
	if (core.state != SUP_RUNNING || TAILQ_EMPTY(&core_in_roles))
		return;
	begin();
	look_at_stops();
	look_at_starts();
	ntodo = 0;
	TAILQ_FOREACH(r, &core_in_roles, link)
		ntodo += r->todo != 0;
}

/* Does a role wait for this very process? */
static bool
is_waited_for(const struct proc *p)
{
	for (size_t i = 0; i < p->roles->n; i++)
		if (progress[p->roles->in[i].role].waits_for == p->id)
			return true;
	return false;
}

void
roles_look(struct proc *p)
{
	if (p->roles == NULL)
		return;
	roles_call_look(p);
	if (ntodo > 0 && (p->roles->todo != 0 || (is_waited_for(p) && roles_is_settled(p))))
		loop_job_add(&job, on_look);
}

void
roles_look_again(void)
{
	if (ntodo > 0)
		loop_job_add(&job, on_look);
}

/* ---- shutdown ---- */

void
roles_before_stop(void)
{
	struct proc_roles *r;

	begin();
	TAILQ_FOREACH(r, &core_in_roles, link)
		if (!pstate_is_stopped(r->p->fsm.st) && r->p->group != core.guests)
			note_up(r);	/* guests go last in any case */
}

bool
roles_in_use(const struct proc *p)
{
	return p->roles != NULL && has_others_behind(p->roles);
}

/* ---- words ---- */

static const struct proc *
waited_for(const struct proc *p, const struct role **role)
{
	for (size_t i = 0; i < p->roles->n; i++) {
		const struct role_place *at = &p->roles->in[i];
		const struct proc *q;

		*role = &core_roles.v[at->role];
		if (!(*role)->on)
			continue;
		q = core_by_id(progress[at->role].waits_for);
		if (q != NULL && q != p)
			return q;
	}
	for (size_t i = 0; i < core_roles.n; i++) {
		*role = &core_roles.v[i];
		if ((*role)->on && (*role)->conf.order == first_order)
			return core_by_id(progress[i].waits_for);
	}
	return NULL;
}

void
roles_why(const struct proc *p, struct buf *out)
{
	const struct role *role = NULL;
	const struct proc *q;

	if (p->roles == NULL)
		return;
	if (p->roles->todo == TODO_START && (q = waited_for(p, &role)) != NULL) {
		buf_addf(out, "it waits for its turn: role %s waits for ", role->conf.name);
		proc_full_name(q, out);
		buf_addf(out, " (it is %s)\n", pstate_name(q->fsm.st));
	}
	buf_adds(out, p->roles->wanted ? "wanted by" : "no role wants it; it is in");
	for (size_t i = 0; i < p->roles->n; i++) {
		const struct role *r = &core_roles.v[p->roles->in[i].role];

		if (r->on == p->roles->wanted)
			buf_addf(out, " %s", r->conf.name);
	}
	buf_addc(out, '\n');
}

void
roles_order_release(void)
{
	loop_job_cancel(&job);
	free(progress);
	progress = NULL;
	nprogress = ntodo = 0;
}
