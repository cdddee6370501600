/*
 * Updates: what has to go down is told to at once, in all groups; then group by
 * group, as soon as its processes are down, the new rules are applied and what
 * has to come up is started.  A process whose rules did not change, or only in
 * ways that it need not notice, is not touched.
 */
#include "core/update.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "core/edge.h"
#include "core/helper.h"
#include "core/life.h"
#include "core/order.h"
#include "core/plan.h"
#include "core/pool.h"
#include "core/proc.h"
#include "core/roles.h"
#include "core/services.h"
#include "core/sockets.h"
#include "core/stream.h"

enum item_kind { ITEM_REMOVE, ITEM_CHANGE, ITEM_ADD };

struct item {
	enum item_kind kind;
	struct pgroup *g;	/* NULL: to be added */
	struct group *to;	/* in update.config; NULL: it goes */
	bool	 stops;		/* something had to go down */
};

/* One update at a time: the next is refused while it runs. */
static struct {
	struct config *config;	/* owned; NULL: none runs */
	struct item *items;	/* owned */
	size_t	 n, next;
	struct asker by;
	update_fn done;
	void	*arg;
	struct loop_job job;
} update;

/* ---- groups ---- */

static void
insert_group(struct pgroup *g)
{
	struct pgroup *other;

	/* behind those of its priority */
	TAILQ_FOREACH_REVERSE(other, &core.groups, pgroup_list, link)
		if (other->priority <= g->priority) {
			TAILQ_INSERT_AFTER(&core.groups, other, g, link);
			return;
		}
	TAILQ_INSERT_HEAD(&core.groups, g, link);
}

static int
add_processes(struct pgroup *g, struct group *from, struct err *e)
{
	for (size_t i = 0; i < from->nprograms; i++)
		if (proc_new(g, conf_take_program(from, i), e) == NULL)
			return -1;
	return 0;
}

struct pgroup *
pgroup_new(struct group *from, struct err *e)
{
	struct event ev = { .type = EV_GROUP_ADDED };
	struct pgroup *g = calloc(1, sizeof(*g));

	if (g == NULL || (g->name = strdup(from->name)) == NULL) {
		free(g);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	g->kind = from->kind;
	g->priority = from->priority;
	TAILQ_INIT(&g->procs);
	TAILQ_INIT(&g->dependents);
	insert_group(g);
	RB_INSERT(name_tree, &core.by_name, g);
	edge_made(g);
	if (g->kind == GROUP_LISTENER && pool_new(g, conf_take_listener(from)) == -1) {
		pgroup_free(g);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	if (add_processes(g, from, e) == -1) {
		pgroup_free(g);
		return NULL;
	}
	ev.group = g->name;
	core_publish(&core, &ev);
	return g;
}

void
pgroup_free(struct pgroup *g)
{
	struct proc *p;

	while ((p = TAILQ_FIRST(&g->procs)) != NULL)
		proc_free(p);
	edge_group_gone(g);
	pool_free(g);
	TAILQ_REMOVE(&core.groups, g, link);
	RB_REMOVE(name_tree, &core.by_name, g);
	free(g->name);
	free(g);
}

/* back: its definition, which it came from, and which is to be kept; NULL: none. */
static void
remove_group(struct pgroup *g, struct group *back)
{
	struct event ev = { .type = EV_GROUP_REMOVED };
	char *name = strdup(g->name);
	struct proc *p;

	while ((p = TAILQ_FIRST(&g->procs)) != NULL)
		conf_give_program(back, proc_dissolve(p));
	if (back != NULL && g->pool != NULL && back->listener == NULL) {
		back->listener = g->pool->conf;
		g->pool->conf = NULL;
	}
	pgroup_free(g);
	ev.group = name != NULL ? name : "";
	core_publish(&core, &ev);
	free(name);
}

void
pgroup_remove(struct pgroup *g)
{
	remove_group(g, NULL);
}

/* ---- single groups, as add and remove ask ---- */

static struct config *
last_config(void)
{
	return core.reread != NULL ? core.reread : core.config;
}

/*
 * The definition in the last read config.  A program that has left its tree and was
 * lost is read once more.
 */
static struct group *
find_definition(const char *name, struct config **fresh, struct err *e)
{
	struct group *g = conf_find_group(last_config(), name);

	*fresh = NULL;
	if (g == NULL) {
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
		return NULL;
	}
	/* instances come and go without a new tree */
	if (g->kind != GROUP_TEMPLATE && (g->nprograms == 0 || g->programs[0] != NULL) &&
	    (g->kind != GROUP_LISTENER || g->listener != NULL))
		return g;
	*fresh = plan_load(e);
	g = *fresh != NULL ? conf_find_group(*fresh, name) : NULL;
	if (g == NULL && *fresh != NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	return g;
}

bool
update_concerns(const char *group)
{
	for (size_t i = update.next; i < update.n; i++) {
		const struct item *it = &update.items[i];

		if (strcmp(it->g != NULL ? it->g->name : it->to->name, group) == 0)
			return true;
	}
	return false;
}

int
core_add_group(const char *name, struct asker by, struct err *e)
{
	struct config *fresh;
	struct group *from;
	struct pgroup *g = NULL;

	if (core_find_group(name) != NULL)
		return err_set(e, FAULT_ALREADY_ADDED, "ALREADY_ADDED: %s", name);
	for (size_t i = update.next; i < update.n; i++)
		if (update.items[i].kind == ITEM_ADD &&
		    strcmp(update.items[i].to->name, name) == 0)
			return err_set(e, FAULT_FAILED, "FAILED: %s is being updated", name);
	from = find_definition(name, &fresh, e);
	if (from != NULL)
		g = pgroup_new(from, e);
	if (fresh != NULL)
		conf_free(fresh);
	if (g == NULL)
		return -1;
	life_autostart(g, by);
	return 0;
}

int
core_remove_group(const char *name, struct err *e)
{
	struct pgroup *g = core_find_group(name);
	struct proc *p;

	if (g == NULL || g == core.guests)
		return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	TAILQ_FOREACH(p, &g->procs, link)
		if (!proc_is_at_rest(p))
			return err_set(e, FAULT_STILL_RUNNING, "STILL_RUNNING: %s", name);
	for (size_t i = update.next; i < update.n; i++)
		if (update.items[i].g == g)
			return err_set(e, FAULT_FAILED, "FAILED: %s is being updated", name);
	remove_group(g, conf_find_group(last_config(), name));
	return 0;
}

/* ---- going down ---- */

/* It goes down; afterwards it comes up again if it was up. */
static void
take_down(struct item *it, struct proc *p, bool for_good)
{
	/* one that is stopped in order to be started again is up, too */
	bool up = pstate_is_running(p->fsm.st) || proc_restart_due(p) || p->again;

	p->updating = true;
	p->leaving = for_good;
	/* one that is being restarted would come back, too */
	p->restart_due = !for_good && p->want_up && (up || p->again);
	if (!pstate_is_stopped(p->fsm.st) || up) {
		it->stops = true;
		proc_stop(p, update.by, NULL);
	}
}

/* Only what is down may go or get rules that a running one would not notice. */
static bool
must_be_down(const struct plan_proc *pp)
{
	return pp->p != NULL && (pp->index == SIZE_MAX || pp->apply >= APPLY_RESTART);
}

static int
prepare_change(struct item *it)
{
	struct plan_group pg;

	if (plan_group(it->g, it->to, update.config, &pg) == -1)
		return -1;
	for (size_t i = 0; i < pg.n; i++)
		if (must_be_down(&pg.procs[i]))
			take_down(it, pg.procs[i].p, pg.procs[i].index == SIZE_MAX);
	plan_group_release(&pg);
	return 0;
}

static void
prepare(struct item *it)
{
	struct proc *p;

	if (it->kind == ITEM_REMOVE) {
		it->stops = true;	/* supervisorctl says so for an idle one too */
		TAILQ_FOREACH(p, &it->g->procs, link)
			take_down(it, p, true);
	} else if (it->kind == ITEM_CHANGE && prepare_change(it) == -1)
		log_error("update of %s: out of memory", it->g->name);
}

static bool
is_down(const struct item *it)
{
	struct proc *p;

	if (it->g != NULL)
		TAILQ_FOREACH(p, &it->g->procs, link)
			if (p->updating && !proc_is_at_rest(p))
				return false;
	return true;
}

/* ---- the new rules ---- */

/* Give p its new program; its pipes follow when their number changed. */
static void
replace(struct proc *p, struct program *conf, enum conf_apply apply)
{
	bool pipes = p->conf->redirect_stderr != conf->redirect_stderr;

	proc_replace_conf(p, conf);
	sockets_update(p);
	if (apply < APPLY_LOG)
		return;
	if (!pipes)
		stream_update_pair(p);
	else if (stream_rebuild_pair(p) == -1)
		log_error("%s: no pipes for its output", p->conf->name);
}

static void
start_again(struct proc *p)
{
	bool start = p->restart_due ||
	    (roles_autostart(p) && !p->stopped_by_person && p->updating);

	p->updating = p->restart_due = false;
	order_rules_changed(p);
	/* UNKNOWN counts as stopped, but its process may live: no second one */
	if (start && core.state == SUP_RUNNING && pstate_is_stopped(p->fsm.st) &&
	    p->fsm.st != P_UNKNOWN) {
		p->started = p->want_up = true;
		proc_event(p, E_START, update.by);
	}
}

/* Config order of processes counts at start, so it follows the new file. */
static void
put_in_order(struct pgroup *g, const struct strlist *names)
{
	struct proc *p;

	for (size_t i = 0; i < names->n; i++)
		TAILQ_FOREACH(p, &g->procs, link)
			if (strcmp(p->conf->name, names->v[i]) == 0) {
				TAILQ_REMOVE(&g->procs, p, link);
				TAILQ_INSERT_TAIL(&g->procs, p, link);
				break;
			}
}

static void
apply_change(struct item *it)
{
	struct plan_group pg;
	struct strlist order = { 0 };
	struct err e;
	struct proc *p;

	if (plan_group(it->g, it->to, update.config, &pg) == -1)
		return;
	order.v = calloc(it->to->nprograms + 1, sizeof(*order.v));
	for (size_t i = 0; order.v != NULL && i < it->to->nprograms; i++)
		if ((order.v[order.n] = strdup(it->to->programs[i]->name)) != NULL)
			order.n++;
	for (size_t i = 0; i < pg.n; i++) {
		struct plan_proc *pp = &pg.procs[i];

		if (must_be_down(pp) && !proc_is_at_rest(pp->p))	/* no memory to plan it */
			log_error("update of %s: %s is left as it is", it->g->name,
			    pp->p->conf->name);
		else if (pp->index == SIZE_MAX)
			proc_free(pp->p);
		else if (pp->p != NULL)
			replace(pp->p, conf_take_program(it->to, pp->index), pp->apply);
		else if (proc_new(it->g, conf_take_program(it->to, pp->index), &e) == NULL)
			log_error("update of %s: %s", it->g->name, e.msg);
	}
	plan_group_release(&pg);
	put_in_order(it->g, &order);
	strlist_release(&order);
	it->g->kind = it->to->kind;
	it->g->priority = it->to->priority;
	pool_update(it->g, conf_take_listener(it->to));
	TAILQ_REMOVE(&core.groups, it->g, link);
	insert_group(it->g);
	TAILQ_FOREACH(p, &it->g->procs, link)
		if (p->updating)
			start_again(p);
	life_autostart(it->g, update.by);
}

static void
tell(const char *group, const char *action)
{
	if (update.done != NULL)
		update.done(update.arg, group, action);
}

static void
apply(struct item *it)
{
	const char *name = it->g != NULL ? it->g->name : it->to->name;
	char *kept = strdup(name);
	struct err e;

	name = kept != NULL ? kept : "";
	if (it->stops)
		tell(name, "stopped");
	switch (it->kind) {
	case ITEM_REMOVE:
		remove_group(it->g, NULL);
		tell(name, "removed");
		break;
	case ITEM_CHANGE:
		apply_change(it);
		tell(name, "updated");
		break;
	case ITEM_ADD:
		it->g = pgroup_new(it->to, &e);
		if (it->g == NULL)
			log_error("update: group %s: %s", name, e.msg);
		else {
			life_autostart(it->g, update.by);
			tell(name, "added");
		}
		break;
	}
	free(kept);
}

/* ---- the whole ---- */

static void
finish(void)
{
	if (core.reread != NULL)
		conf_free(core.reread);
	core.reread = update.config;
	update.config = NULL;
	free(update.items);
	update.items = NULL;
	update.n = update.next = 0;
	roles_settle();
	tell(NULL, NULL);
	update.done = NULL;
}

static void
advance(struct loop_job *j)
{
	(void)j;
	if (update.config == NULL)
		return;
	for (; update.next < update.n; update.next++) {
		if (!is_down(&update.items[update.next]))
			return;
		apply(&update.items[update.next]);
	}
	finish();
}

void
update_state_changed(struct proc *p)
{
	if (p->updating && update.config != NULL)
		loop_job_add(&update.job, advance);
}

static bool
is_named(const char *name, char *const *groups, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(groups[i], name) == 0)
			return true;
	return n == 0;
}

static bool
has_steps(const struct pgroup *g, const struct group *to)
{
	struct plan_group pg;
	bool steps;

	if (plan_group(g, to, update.config, &pg) == -1)
		return true;
	steps = pg.n > 0 || pg.priority || pg.pool.key != NULL;
	plan_group_release(&pg);
	return steps || plan_changed(g, to, update.config);
}

/* One that is no pool any more, or is one now, is removed and added. */
static bool
stays(const struct pgroup *g, const struct group *to)
{
	return to != NULL && (g->kind == GROUP_LISTENER) == (to->kind == GROUP_LISTENER);
}

/* supervisorctl's order: removed, changed, added. */
static int
collect(char *const *groups, size_t n)
{
	struct config *c = update.config;
	struct pgroup *g;
	size_t most = c->ngroups;

	TAILQ_FOREACH(g, &core.groups, link)
		most++;
	update.items = calloc(most + 1, sizeof(*update.items));
	if (update.items == NULL)
		return -1;
	TAILQ_FOREACH(g, &core.groups, link)
		if (is_named(g->name, groups, n) && !stays(g, conf_find_group(c, g->name)))
			update.items[update.n++] = (struct item){ ITEM_REMOVE, g, NULL, false };
	for (size_t i = 0; i < c->ngroups; i++) {
		g = core_find_group(c->groups[i]->name);
		if (g != NULL && stays(g, c->groups[i]) && is_named(g->name, groups, n) &&
		    has_steps(g, c->groups[i]))
			update.items[update.n++] =
			    (struct item){ ITEM_CHANGE, g, c->groups[i], false };
	}
	for (size_t i = 0; i < c->ngroups; i++) {
		g = core_find_group(c->groups[i]->name);
		if ((g == NULL || !stays(g, c->groups[i])) &&
		    is_named(c->groups[i]->name, groups, n))
			update.items[update.n++] =
			    (struct item){ ITEM_ADD, NULL, c->groups[i], false };
	}
	return 0;
}

/* From here on programs start with the new [supervisord] environment. */
static void
take_environment(void)
{
	struct strlist old = core.config->supervisord.environment;

	core.config->supervisord.environment = update.config->supervisord.environment;
	update.config->supervisord.environment = old;
}

/* Of [supd], what is APPLY_LIVE in its table: only looked at when it is needed. */
static void
take_supd(void)
{
	struct conf_supd *to = &core.config->supd;
	const struct conf_supd *from = &update.config->supd;

	to->exit_when = from->exit_when;
	to->stop_budget = from->stop_budget;
	to->restart_brake = from->restart_brake;
}

/* Who prints output is no group, so it is no step of a plan either. */
static void
take_echo(void)
{
	if (core.config->echo == update.config->echo)
		return;
	core.config->echo = update.config->echo;
	stream_resend_all();
}

/* Nor are the guests of sections. */
static void
take_guests(void)
{
	struct conf_guest *guests = core.config->guests;
	size_t n = core.config->nguests;

	core.config->guests = update.config->guests;
	core.config->nguests = update.config->nguests;
	update.config->guests = guests;
	update.config->nguests = n;
	helper_settle();
}

/* What is left out although the file is right: nobody would learn it otherwise. */
static void
say_omissions(const struct config *c)
{
	for (size_t i = 0; i < c->nnotes; i++)
		if (c->notes[i].level == LOG_CRIT)
			log_crit("%s", c->notes[i].text);
}

int
core_update(char *const *groups, size_t n, struct asker by, update_fn done, void *arg,
    struct err *e)
{
	if (update.config != NULL)
		return err_set(e, FAULT_FAILED, "FAILED: an update is under way");
	if (core.state != SUP_RUNNING)
		return err_set(e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	update.config = plan_load(e);
	if (update.config == NULL)
		return -1;
	update.n = update.next = 0;
	update.by = by;
	update.by.cause = CAUSE_RELOAD;
	if (collect(groups, n) == -1) {
		conf_free(update.config);
		update.config = NULL;
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	}
	say_omissions(update.config);
	services_settle(update.config);
	update.done = done;
	update.arg = arg;
	roles_take(update.config);
	for (size_t i = 0; i < update.n; i++)
		prepare(&update.items[i]);
	take_environment();
	take_supd();
	take_echo();
	take_guests();
	loop_job_add(&update.job, advance);
	return 0;
}

void
core_update_forget(void *arg)
{
	if (update.arg == arg)
		update.done = NULL;
}

void
update_abandon(void)
{
	if (update.config == NULL)
		return;
	update.next = update.n;
	loop_job_add(&update.job, advance);
}

void
update_release(void)
{
	loop_job_cancel(&update.job);
	if (update.config != NULL)
		conf_free(update.config);
	update.config = NULL;
	free(update.items);
	update.items = NULL;
}
