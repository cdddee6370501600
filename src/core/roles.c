/*
 * Which processes belong to which roles, what is wanted of them, and how roles change with
 * the configuration.
 */
#include "core/roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "conf/ini.h"
#include "conf/path.h"
#include "conf/state.h"
#include "core/edge.h"
#include "core/flight.h"
#include "core/order.h"
#include "core/plan.h"
#include "core/proc.h"

#define PLACES_MAX 64		/* roles that one program is in */

/* At the start of the supervisor, and after an update. */
static const struct asker by_nobody = { CAUSE_ROLE, -2 };

struct role_set core_roles;
struct proc_roles_list core_in_roles = TAILQ_HEAD_INITIALIZER(core_in_roles);

/* ---- the roles themselves ---- */

static void
read_goals(void)
{
	char *dir = state_dir(&core.config->supd);
	char *path = dir != NULL ? path_join(dir, ROLES_FILE) : NULL;
	struct buf text = { 0 };
	size_t bad = 0;

	if (path != NULL && ini_slurp(path, &text) == 0) {
		if (role_goals_read(&core_roles, buf_text(&text), text.len, &bad) == -1)
			log_error("out of memory for %s", path);
		if (bad > 0)
			log_warn("%s: %zu sections or lines are not understood", path, bad);
	}
	buf_release(&text);
	free(path);
	free(dir);
}

/* What the image that crashed knew is newer than any file. */
static void
recall(void)
{
	for (size_t i = 0; i < core_roles.n; i++) {
		struct role *r = &core_roles.v[i];
		int word = flight_recall_role(r->conf.name);

		if (word == -1)
			continue;
		r->goal = (enum role_goal)(word & 3);
		r->said = (word & 4) != 0;
		r->on = (word & 8) != 0;
	}
}

void
roles_save(void)
{
	for (size_t i = 0; i < core_roles.n; i++) {
		struct role *r = &core_roles.v[i];

		if (r->slot == FLIGHT_NONE)
			r->slot = flight_take();
		flight_save_role(r->slot, r->conf.name, (int)r->goal | (r->said ? 4 : 0) |
		    (r->on ? 8 : 0));
	}
}

static void
say_loser(const struct role *r)
{
	if (r != NULL)
		log_error("role '%s' stays down: it excludes another one that is on this machine",
		    r->conf.name);
}

int
roles_init(struct err *e)
{
	TAILQ_INIT(&core_in_roles);
	if (role_set_take(&core_roles, core.config, e) == -1)
		return -1;
	if (roles_order_room(core_roles.n) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (core_roles.n == 0)
		return 0;
	read_goals();
	say_loser(role_goals_settle(&core_roles));
	recall();
	roles_save();
	return 0;
}

/* ---- processes ---- */

static void
find_wanted(struct proc_roles *r)
{
	r->wanted = false;
	for (size_t i = 0; i < r->n; i++)
		r->wanted = r->wanted || core_roles.v[r->in[i].role].on;
}

/*
 * Listeners hear of everything, and are not for roles to stop; of the guests only those
 * that do the work of a section are.
 */
static bool
can_have_roles(const struct proc *p)
{
	return p->group->pool == NULL && (p->group != core.guests ||
	    strncmp(p->conf->name, "node:", 5) == 0 ||
	    strncmp(p->conf->name, "gateway:", 8) == 0);
}

void
roles_attach(struct proc *p)
{
	struct role_place in[PLACES_MAX];
	struct proc_roles *r, *old = p->roles;
	size_t n;

	if (core_roles.n == 0 && old == NULL)
		return;
	n = can_have_roles(p) ? role_places(&core_roles, p->group->name, p->conf, in,
	    PLACES_MAX) : 0;
	if (n == 0) {
		roles_detach(p);
		return;
	}
	r = calloc(1, sizeof(*r) + n * sizeof(r->in[0]));
	if (r == NULL) {
		log_error("%s: out of memory for its roles", p->conf->name);
		return;
	}
	r->p = p;
	r->n = n;
	memcpy(r->in, in, n * sizeof(in[0]));
	if (old != NULL) {
		r->was_wanted = old->was_wanted;
		r->todo = old->todo;
		r->by = old->by;
		TAILQ_INSERT_AFTER(&core_in_roles, old, r, link);
		TAILQ_REMOVE(&core_in_roles, old, link);
		free(old);
	} else
		TAILQ_INSERT_TAIL(&core_in_roles, r, link);
	p->roles = r;
	find_wanted(r);
	if (!r->wanted && roles_start_due(p))
		roles_drop_todo(p);
}

void
roles_detach(struct proc *p)
{
	if (p->roles == NULL)
		return;
	roles_call_gone(p);
	roles_drop_todo(p);
	TAILQ_REMOVE(&core_in_roles, p->roles, link);
	free(p->roles);
	p->roles = NULL;
	roles_look_again();
}

bool
roles_autostart(const struct proc *p)
{
	return p->roles != NULL ? p->roles->wanted && roles_starts(p) : p->conf->autostart;
}

/* Whoever was stopped by no person, and not by its role: that would not want it now. */
void
roles_recover(void)
{
	struct proc_roles *r;

	TAILQ_FOREACH(r, &core_in_roles, link)
		if (r->wanted && roles_starts(r->p) && r->p->started && !r->p->want_up &&
		    !r->p->stopped_by_person && (r->p->fsm.st == P_STOPPED ||
		    r->p->fsm.st == P_STOPPING))
			roles_todo(r->p, TODO_START, by_nobody);
}

bool
roles_start_due(const struct proc *p)
{
	return p->roles != NULL && (p->roles->todo & TODO_START) != 0;
}

/* ---- updates ---- */

static void
attach_all(struct pgroup *g)
{
	struct proc *p;

	TAILQ_FOREACH(p, &g->procs, link)
		roles_attach(p);
}

/* Places are numbers in the set, so all processes look for theirs again. */
void
roles_take(struct config *c)
{
	struct role_set old = core_roles;
	struct pgroup *g;
	struct err e;

	if (c->nroles == 0 && old.n == 0)
		return;
	if (roles_order_room(c->nroles) == -1 || role_set_take(&core_roles, c, &e) == -1) {
		core_roles = old;
		log_error("the roles stay as they were: out of memory");
		return;
	}
	if (role_set_inherit(&core_roles, &old) == -1)
		log_error("out of memory for the goals of roles");
	for (size_t i = 0; i < old.n; i++)
		if (role_find(&core_roles, old.v[i].conf.name) == NULL)
			flight_give(old.v[i].slot);
	role_set_release(&old);
	roles_save();
	TAILQ_FOREACH(g, &core.groups, link)
		attach_all(g);
	attach_all(core.guests);
	roles_look_again();
}

static bool
is_up(const struct proc *p)
{
	return !pstate_is_stopped(p->fsm.st) || proc_restart_due(p);
}

void
roles_settle(void)
{
	struct proc_roles *r;

	TAILQ_FOREACH(r, &core_in_roles, link) {
		struct proc *p = r->p;

		if (r->wanted && !r->was_wanted && !is_up(p) && !p->stopped_by_person &&
		    roles_starts(p))
			roles_todo(p, TODO_START, by_nobody);
		else if (!r->wanted && r->was_wanted && is_up(p))
			roles_todo(p, TODO_STOP, by_nobody);
		r->was_wanted = r->wanted;
	}
	roles_look_again();
}

/* The program that p would have; NULL: it goes. */
static const struct program *
program_of(const struct config *c, const struct proc *p)
{
	const struct group *g = conf_find_group(c, p->group->name);

	for (size_t i = 0; g != NULL && i < g->nprograms; i++)
		if (g->programs[i] != NULL && strcmp(g->programs[i]->name, p->conf->name) == 0)
			return g->programs[i];
	return p->group == core.guests || p->conf->instance != NULL ? p->conf : NULL;
}

/* "start", "stop", or NULL: roles change nothing for p. */
static const char *
action_for(const struct role_set *s, const struct program *program, const struct proc *p)
{
	struct role_place in[PLACES_MAX];
	size_t n = role_places(s, p->group->name, program, in, PLACES_MAX);
	bool is = p->roles != NULL && p->roles->wanted, will = false;

	for (size_t i = 0; i < n; i++)
		will = will || s->v[in[i].role].on;
	if (will && !is && !is_up(p) && !p->stopped_by_person && roles_starts(p))
		return "start";
	return n > 0 && is && !will && is_up(p) ? "stop" : NULL;
}

static int
plan_procs(struct plan *out, const struct role_set *s, const struct config *c,
    const struct pgroup *g)
{
	const struct conf_change why = { .key = "roles" };
	const struct program *program;
	const struct proc *p;
	const char *action;

	TAILQ_FOREACH(p, &g->procs, link) {
		program = can_have_roles(p) ? program_of(c, p) : NULL;
		action = program != NULL ? action_for(s, program, p) : NULL;
		if (action != NULL &&
		    plan_add(out, g->name, p->conf->name, action, &why) == -1)
			return -1;
	}
	return 0;
}

int
roles_plan(struct plan *out, struct config *c)
{
	struct role_set s;
	struct pgroup *g;
	struct err e;
	int rc;

	if (c->nroles == 0 && core_roles.n == 0)
		return 0;
	if (role_set_take(&s, c, &e) == -1)
		return -1;
	rc = role_set_inherit(&s, &core_roles);
	TAILQ_FOREACH(g, &core.groups, link)
		if (rc == 0)
			rc = plan_procs(out, &s, c, g);
	if (rc == 0)
		rc = plan_procs(out, &s, c, core.guests);
	role_set_release(&s);
	return rc;
}

void
roles_start_first(struct proc *p)
{
	if (p->roles == NULL || !p->roles->wanted)
		return;
	p->roles->was_wanted = true;
	roles_todo(p, TODO_START, by_nobody);
}

/* ---- states in kato's words ---- */

bool
roles_is_settled(const struct proc *p)
{
	return (p->roles == NULL || p->roles->todo == 0) && p->fsm.st != P_STOPPING &&
	    (!edge_is_coming(p) || edge_holds(p, DEP_READY) || order_is_stuck(p));
}

const char *
roles_process_state(const struct proc *p)
{
	switch (p->fsm.st) {
	case P_FATAL:
	case P_UNKNOWN:
		return "FATAL";
	case P_STARTING:
	case P_BACKOFF:
		return "STARTING";
	case P_RUNNING:
		if (p->roles != NULL && !p->roles->wanted)
			return "ROGUE";
		return edge_holds(p, DEP_READY) ? "RUNNING" : "STARTING";
	case P_STOPPED:
	case P_STOPPING:
	case P_EXITED:
	case P_NSTATES:
		break;
	}
	return roles_start_due(p) || proc_restart_due(p) ? "STARTING" : "STOPPED";
}

/* It serves, or has done what it was for. */
static bool
is_good(const struct proc *p)
{
	return edge_holds(p, DEP_READY) || (!roles_starts(p) && !edge_is_coming(p)) ||
	    (p->fsm.st == P_EXITED && p->expected && !edge_is_coming(p));
}

const char *
roles_role_state(const struct role *role)
{
	size_t number = (size_t)(role - core_roles.v), n = 0, good = 0, stopped = 0;
	struct proc_roles *r;

	if (!role->on)
		return "STOPPED";
	TAILQ_FOREACH(r, &core_in_roles, link)
		for (size_t i = 0; i < r->n; i++) {
			const char *state;

			if (r->in[i].role != number)
				continue;
			n++;
			state = roles_process_state(r->p);
			if (strcmp(state, "FATAL") == 0)
				return state;
			good += is_good(r->p);
			stopped += strcmp(state, "STOPPED") == 0 && !is_good(r->p);
		}
	if (good == n)
		return "RUNNING";
	return stopped == n ? "STOPPED" : "STARTING";
}

void
roles_release(void)
{
	roles_call_release();
	roles_order_release();
	role_set_release(&core_roles);
}
