/*
 * The core as a whole: groups and processes from a configuration, finding them
 * by name, telling observers, and the way in and out of the loop.
 */
#include "core/core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "conf/state.h"
#include "core/depart.h"
#include "core/environ.h"
#include "core/errand.h"
#include "core/flight.h"
#include "core/guest.h"
#include "core/launch.h"
#include "core/life.h"
#include "core/order.h"
#include "core/pool.h"
#include "core/outcome.h"
#include "core/ready.h"
#include "core/proc.h"
#include "core/remember.h"
#include "core/resume.h"
#include "core/roles.h"
#include "core/secrets.h"
#include "core/retry.h"
#include "core/services.h"
#include "core/signals.h"
#include "core/sockets.h"
#include "core/stream.h"
#include "core/survivors.h"
#include "core/timetable.h"
#include "core/update.h"
#include "core/values.h"

struct core core = { .main_log = { .rd = -1, .wr = -1 }, .counters = -1, .self_fd = -1,
	.observers = TAILQ_HEAD_INITIALIZER(core.observers) };

static int
by_pid(const struct proc *a, const struct proc *b)
{
	return a->pid < b->pid ? -1 : a->pid > b->pid;
}

static int
by_id(const struct proc *a, const struct proc *b)
{
	return a->id < b->id ? -1 : a->id > b->id;
}

static int
by_name(const struct pgroup *a, const struct pgroup *b)
{
	return strcmp(a->name, b->name);
}

RB_GENERATE(pid_tree, proc, by_pid, by_pid)
RB_GENERATE(id_tree, proc, by_id, by_id)
RB_GENERATE(name_tree, pgroup, by_name, by_name)

/* ---- the link to the logger, while nobody provides one ---- */

static void
feed_nothing(void)
{
}

static void
feed_removed(uint32_t id)
{
	(void)id;
}

static bool
feed_parting(const struct stream *s)
{
	(void)s;
	return false;
}

static const struct feed_ops feed_none = {
	.kick = feed_nothing, .removed = feed_removed, .parting = feed_parting,
	.reopen = feed_nothing,
};

const struct feed_ops *core_feed = &feed_none;

/* ---- names ---- */

struct pgroup *
core_find_group(const char *name)
{
	struct pgroup key = { .name = (char *)(uintptr_t)name };

	if (core.guests != NULL && strcmp(name, core.guests->name) == 0 &&
	    RB_FIND(name_tree, &core.by_name, &key) == NULL)
		return core.guests;
	return RB_FIND(name_tree, &core.by_name, &key);
}

/* The group part of name; text has room for it.  NULL: no such group. */
static struct pgroup *
group_part(const char *name, const char **rest)
{
	const char *colon = strchr(name, ':');
	struct pgroup *g;
	char *part;

	if (colon == NULL) {
		*rest = name;
		return core_find_group(name);
	}
	*rest = colon + 1;
	part = strndup(name, (size_t)(colon - name));
	g = part != NULL ? core_find_group(part) : NULL;
	free(part);
	return g;
}

struct proc *
core_find_in(const struct pgroup *g, const char *name)
{
	struct proc *p;

	TAILQ_FOREACH(p, &g->procs, link)
		if (strcmp(p->conf->name, name) == 0)
			return p;
	return NULL;
}

struct proc *
core_find(const char *name, struct err *e)
{
	const char *rest;
	struct pgroup *g = group_part(name, &rest);
	struct proc *p = g != NULL ? core_find_in(g, rest) : NULL;

	if (p == NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	return p;
}

bool
core_names_group(const char *name, struct pgroup **g, struct err *e)
{
	const char *rest;

	*g = group_part(name, &rest);
	if (rest == name || (rest[0] != '\0' && strcmp(rest, "*") != 0))
		return false;
	if (*g == NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	return true;
}

struct proc *
core_by_id(uint32_t id)
{
	struct proc key = { .id = id };

	return RB_FIND(id_tree, &core.ids, &key);
}

struct proc *
core_by_pid(pid_t pid)
{
	struct proc key = { .pid = pid };

	return RB_FIND(pid_tree, &core.pids, &key);
}

/* ---- life ---- */

static int
make_groups(struct err *e)
{
	struct pgroup *g;
	struct proc *p;

	for (size_t i = 0; i < core.config->ngroups; i++) {
		g = pgroup_new(core.config->groups[i], e);
		if (g == NULL)
			return -1;
		TAILQ_FOREACH(p, &g->procs, link)
			flight_recall(p);
	}
	flight_close_old();
	sockets_settle();
	services_settle(core.config);
	return 0;
}

int
core_open_log(struct config *config, struct err *e)
{
	core.config = config;
	TAILQ_INIT(&core.unsent);
	if (stream_open_main() == -1)
		return err_set(e, FAULT_FAILED, "cannot make a pipe for the log: %s",
		    strerror(errno));
	log_set_level(config->supervisord.loglevel);
	log_to(core.main_log.wr);
	return 0;
}

int
core_init(const struct conf_args *args, struct err *e)
{
	core.args = *args;
	free(core.statedir);
	core.args.statedir = core.statedir = state_dir(&core.config->supd);
	core.state = SUP_RUNNING;
	core.counts = (struct core_counts){ 0 };
	core.start_wall_ms = sys->wall_ms();
	core.start_us = sys->mono_us();
	TAILQ_INIT(&core.groups);
	TAILQ_INIT(&core.to_launch);
	TAILQ_INIT(&core.lingering);
	RB_INIT(&core.pids);
	RB_INIT(&core.ids);
	RB_INIT(&core.by_name);
	core.last_stream_id = STREAM_MAIN;
	if (core.run_id[0] == '\0')
		environ_init();
	flight_init();
	sockets_init();
	life_init();
	signals_init();
	survivors_init();
	order_init();
	values_init();
	pools_open();
	outcome_init();
	if (roles_init(e) == -1 || guest_init(e) == -1 || make_groups(e) == -1)
		return -1;
	flight_save_core();
	return 0;
}

static void
say_tier(void)
{
	const char *why, *tier = core_tier(&why);

	log_info("a stop leaves no survivor by tier %s (%s)", tier,
	    tier[0] == 'A' ? "cgroups" : tier[0] == 'B' ? "adopted descendants" :
	    "process groups only");
	log_debug("tier %s: %s", tier, why);
}

void
core_run(void)
{
	struct asker by = { CAUSE_AUTOSTART, 0 };
	struct event ev = { .type = EV_SUPERVISOR_RUNNING };
	struct pgroup *g;

	log_gather(true);
	say_tier();
	guest_start();
	core_publish(&core, &ev);
	if (flight_old_state() == SUP_RUNNING) {
		TAILQ_FOREACH(g, &core.groups, link)
			life_autostart(g, by);
		if (core.recovered)
			roles_recover();
	} else				/* it crashed while it went down */
		core_shutdown((struct asker){ CAUSE_SHUTDOWN, 0 });
	loop_run();
	log_gather(false);
	signals_hold();
}

void
core_release(void)
{
	struct pgroup *g;

	update_release();
	depart_release();
	while ((g = TAILQ_FIRST(&core.groups)) != NULL)
		pgroup_free(g);
	sockets_release(core.state == SUP_RESTARTING);
	pools_close();
	guest_release();
	log_to(STDERR_FILENO);
	stream_release_main();
	survivors_release();
	secrets_release();
	timetable_release();
	launch_release();
	resume_release();
	retry_release();
	order_release();
	values_release();
	roles_release();
	ready_release();
	signals_release();
	errand_release();
	life_release();
	flight_release();
	conf_free(core.config);
	core.config = NULL;
	if (core.reread != NULL)
		conf_free(core.reread);
	core.reread = NULL;
	free(core.statedir);
	core.statedir = NULL;
	if (core.state != SUP_RESTARTING)	/* else the next run goes on with it */
		remember_release();
	core.run_id[0] = '\0';
}
