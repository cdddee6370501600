/*
 * What people ask of roles: goals are changed, remembered, and carried out.  A call lives
 * until the last of its processes is where it should be, or will not come there; who
 * made it may go before.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/state.h"
#include "core/edge.h"
#include "core/order.h"
#include "core/roles.h"

/* One process of a call. */
struct part {
	uint32_t id;		/* of the process; 0: told */
	bool	 start;
};

struct running {
	TAILQ_ENTRY(running) link;
	roles_fn done;		/* NULL: nobody listens */
	void	*arg;
	struct loop_job finish;
	size_t	 n, left;
	struct part parts[];	/* by id, but for those that are told */
};

static TAILQ_HEAD(, running) calls = TAILQ_HEAD_INITIALIZER(calls);

/* ---- telling ---- */

static void
on_finish(struct loop_job *j)
{
	struct running *c = LOOP_OWNER(j, struct running, finish);

	TAILQ_REMOVE(&calls, c, link);
	if (c->done != NULL)
		c->done(c->arg, NULL, false, NULL);
	free(c);
}

static void
tell(struct running *c, struct part *part, const struct proc *p, const struct err *e)
{
	part->id = 0;
	if (c->done != NULL && p != NULL)
		c->done(c->arg, p, part->start, e);
	if (--c->left == 0)
		loop_job_add(&c->finish, on_finish);
}

static bool
is_down(const struct proc *p)
{
	return pstate_is_stopped(p->fsm.st) && !proc_restart_due(p);
}

/* Why a start that is over has not made it; false: it has. */
static bool
has_failed(const struct proc *p, struct err *e)
{
	struct buf text = { 0 };

	if (edge_holds(p, DEP_READY) || (p->fsm.st == P_EXITED && p->expected))
		return false;
	if (p->held) {
		order_text(p, &text);
		err_set(e, FAULT_FAILED, "FAILED: it waits for %s", buf_text(&text));
	} else {
		proc_describe(p, &text);
		err_set(e, p->spawnerr != NULL ? FAULT_SPAWN_ERROR : FAULT_ABNORMAL_TERMINATION,
		    "%s: it is %s: %s", p->spawnerr != NULL ? "SPAWN_ERROR" :
		    "ABNORMAL_TERMINATION", pstate_name(p->fsm.st), buf_text(&text));
	}
	buf_release(&text);
	return true;
}

static void
look(struct running *c, struct part *part, const struct proc *p)
{
	struct err e = { 0 };

	if (p->roles != NULL && p->roles->todo != 0)
		return;
	if (!part->start && is_down(p))
		tell(c, part, p, NULL);
	else if (part->start && roles_is_settled(p))
		tell(c, part, p, has_failed(p, &e) ? &e : NULL);
}

/* The numbers of those that are told are 0, so the search is among all. */
static struct part *
find(struct running *c, uint32_t id)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->parts[i].id == id)
			return &c->parts[i];
	return NULL;
}

void
roles_call_look(const struct proc *p)
{
	struct running *c;
	struct part *part;

	TAILQ_FOREACH(c, &calls, link)
		if (c->left > 0 && (part = find(c, p->id)) != NULL)
			look(c, part, p);
}

void
roles_call_gone(const struct proc *p)
{
	struct running *c;
	struct part *part;

	TAILQ_FOREACH(c, &calls, link)
		if (c->left > 0 && (part = find(c, p->id)) != NULL)
			tell(c, part, NULL, NULL);
}

void
core_roles_forget(void *arg)
{
	struct running *c;

	TAILQ_FOREACH(c, &calls, link)
		if (c->arg == arg)
			c->done = NULL;
}

void
roles_call_release(void)
{
	struct running *c;

	while ((c = TAILQ_FIRST(&calls)) != NULL) {
		loop_job_cancel(&c->finish);
		TAILQ_REMOVE(&calls, c, link);
		free(c);
	}
}

/* ---- goals ---- */

/* Without names: what is here, or runs; a stop leaves alone what is to run everywhere. */
static void
choose_all(enum role_action action, bool *chosen)
{
	for (size_t i = 0; i < core_roles.n; i++) {
		const struct role *r = &core_roles.v[i];

		chosen[i] = action == ROLES_RESTART ? r->on : role_is_here(r) &&
		    !(action == ROLES_STOP && r->conf.mandatory);
	}
}

static int
choose(const struct roles_call *call, bool *chosen, struct err *e)
{
	if (call->n > 0) {
		if (role_choose(&core_roles, call->names, call->n, chosen, e) == -1)
			return -1;
	} else if (call->action == ROLES_ADD || call->action == ROLES_REMOVE)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'names' is empty");
	else
		choose_all(call->action, chosen);
	switch (call->action) {
	case ROLES_ADD:
		return role_may_add(&core_roles, chosen, e);
	case ROLES_REMOVE:
		return role_may_remove(&core_roles, chosen, e);
	case ROLES_STOP:
		if (role_may_remove(&core_roles, chosen, e) == -1)
			return -1;
		break;
	case ROLES_START:
	case ROLES_RESTART:
		break;
	}
	return role_may_start(&core_roles, chosen, e);
}

/* Returns whether there is something new to remember. */
static bool
set_goal(struct role *r, const struct roles_call *call)
{
	enum role_goal goal = call->action == ROLES_REMOVE ? GOAL_NONE :
	    call->action == ROLES_STOP ? GOAL_STOP : GOAL_START;
	bool news = r->goal != goal || !r->said;

	r->goal = goal;
	r->said = true;
	if (!call->goal_only)
		r->on = goal == GOAL_START;
	return news;
}

/* It is asked for by a person, so the loop may wait for the disk. */
static void
remember(struct buf *note)
{
	struct buf text = { 0 };
	int rc;

	role_goals_print(&core_roles, &text);
	if (text.failed) {
		rc = -1;
		errno = ENOMEM;
	} else
		rc = state_write(&core.config->supd, ROLES_FILE, buf_text(&text), text.len);
	if (rc == 1)
		buf_adds(note, "this is not remembered over a restart of the supervisor: there"
		    " is no directory for its state ([supd] statedir)");
	else if (rc == -1)
		buf_addf(note, "this is not remembered over a restart of the supervisor: "
		    ROLES_FILE " cannot be written: %s", strerror(errno));
	if (rc == -1)
		log_error("roles: %s", buf_text(note));
	buf_release(&text);
}

/* ---- processes ---- */

static bool
is_meant(const struct proc_roles *r, const bool *chosen)
{
	for (size_t i = 0; i < r->n; i++)
		if (chosen[r->in[i].role])
			return true;
	return false;
}

/* What the call means for a process; 0: nothing. */
static uint8_t
todo_of(const struct proc_roles *r, enum role_action action)
{
	const struct proc *p = r->p;

	switch (action) {
	case ROLES_ADD:
	case ROLES_START:
		return !r->wanted || !roles_starts(p) ||
		    (pstate_is_running(p->fsm.st) && r->todo == 0) ? 0 :
		    TODO_START | (r->todo & TODO_STOP);
	case ROLES_RESTART:
		if (!roles_starts(p))
			return 0;	/* its run goes on, the next one comes */
		return is_down(p) ? TODO_START : TODO_STOP | TODO_START;
	case ROLES_REMOVE:
	case ROLES_STOP:
		break;
	}
	return r->wanted || is_down(p) ? 0 : TODO_STOP;
}

/* Note it, and that the call waits for it. */
static void
take_part(struct running *c, struct proc_roles *r, const struct roles_call *call)
{
	bool start = call->action != ROLES_REMOVE && call->action != ROLES_STOP;
	uint8_t todo = todo_of(r, call->action);

	if (todo != 0)
		roles_todo(r->p, todo, call->by);
	else if (!start && !r->wanted)
		roles_drop_todo(r->p);	/* a start that has not begun */
	if (todo != 0 || (start && r->wanted && !roles_is_settled(r->p)))
		c->parts[c->n++] = (struct part){ r->p->id, start };
}

static void
carry_out(struct running *c, const struct roles_call *call, const bool *chosen)
{
	struct proc_roles *r;

	TAILQ_FOREACH(r, &core_in_roles, link) {
		r->wanted = false;
		for (size_t i = 0; i < r->n; i++)
			r->wanted = r->wanted || core_roles.v[r->in[i].role].on;
		r->was_wanted = r->wanted;
		if (!call->goal_only && is_meant(r, chosen))
			take_part(c, r, call);
	}
	c->left = c->n;
	if (c->left == 0)
		loop_job_add(&c->finish, on_finish);
}

static size_t
count_processes(void)
{
	struct proc_roles *r;
	size_t n = 0;

	TAILQ_FOREACH(r, &core_in_roles, link)
		n++;
	return n;
}

int
core_roles_call(const struct roles_call *call, roles_fn done, void *arg, struct buf *note,
    struct err *e)
{
	bool *chosen = calloc(core_roles.n + 1, sizeof(*chosen)), news = false;
	struct running *c = calloc(1, sizeof(*c) + count_processes() * sizeof(c->parts[0]));
	struct roles_call by_role = *call;

	if (chosen == NULL || c == NULL)
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
	if (chosen == NULL || c == NULL || choose(call, chosen, e) == -1) {
		free(chosen);
		free(c);
		return -1;
	}
	by_role.by.cause = CAUSE_ROLE;
	for (size_t i = 0; i < core_roles.n; i++)
		if (chosen[i] && set_goal(&core_roles.v[i], call))
			news = true;
	roles_save();
	if (news)
		remember(note);
	c->done = done;
	c->arg = arg;
	TAILQ_INSERT_TAIL(&calls, c, link);
	carry_out(c, &by_role, chosen);
	free(chosen);
	return 0;
}
