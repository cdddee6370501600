/*
 * The record of a process: made with its group, freed when it has left it.  It
 * is there also while nothing runs.
 */
#include "core/proc.h"

#include <stdlib.h>

#include "core/budget.h"
#include "core/cgroup.h"
#include "core/edge.h"
#include "core/flight.h"
#include "core/health.h"
#include "core/hooks.h"
#include "core/launch.h"
#include "core/limits.h"
#include "core/listener.h"
#include "core/order.h"
#include "core/ready.h"
#include "core/resume.h"
#include "core/retry.h"
#include "core/roles.h"
#include "core/sockets.h"
#include "core/stdin.h"
#include "core/stream.h"
#include "core/survivors.h"
#include "core/timetable.h"
#include "core/values.h"

/* What stands beside the record.  Without it a program would not wait for what it needs. */
static int
attach(struct proc *p, struct err *e)
{
	if (edge_attach(p) == 0 && ready_attach(p) == 0 && retry_attach(p) == 0 &&
	    health_attach(p) == 0 && timetable_attach(p) == 0 && values_attach(p) == 0 &&
	    hooks_attach(p) == 0)
		return 0;
	return err_set(e, FAULT_FAILED, "%s: out of memory for what it depends on",
	    p->conf->name);
}

struct proc *
proc_new(struct pgroup *g, struct program *conf, struct err *e)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (p == NULL || (g->pool != NULL && listener_new(p) == -1) ||
	    stream_init_pair(p, conf) == -1) {
		if (p != NULL)
			listener_free(p);
		free(p);
		program_free(conf);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	p->group = g;
	p->conf = conf;
	p->id = p->box = ++core.last_id;
	p->fsm.st = P_STOPPED;
	TAILQ_INIT(&p->dependents);
	RB_INSERT(id_tree, &core.ids, p);
	TAILQ_INSERT_TAIL(&g->procs, p, link);
	g->nprocs++;
	if (g != core.guests)
		core.nprocs++;
	edge_made(g);
	roles_attach(p);
	p->slot = flight_take();
	if (attach(p, e) == -1 || sockets_attach(p, e) == -1) {
		proc_free(p);
		return NULL;
	}
	stream_open_early(p);
	flight_save(p);
	return p;
}

void
proc_replace_conf(struct proc *p, struct program *conf)
{
	struct program *old = p->conf;
	struct err e;

	p->conf = conf;
	if (attach(p, &e) == -1)	/* too late to refuse it */
		log_error("%s", e.msg);
	roles_attach(p);
	order_rules_changed(p);
	proc_await_up(p);
	if (p->pid > 0)
		limits_apply(p, old);
	launch_drop_conf(p, old);
	flight_save(p);
}

struct program *
proc_dissolve(struct proc *p)
{
	struct event gone = { .type = EV_GONE, .proc = p };
	struct program *conf = p->conf;

	core_publish(&core, &gone);
	loop_timer_stop(&p->timer);
	loop_job_cancel(&p->due);
	resume_forget(p);
	loop_job_cancel(&p->job);
	if (p->queued)
		launch_cancel(p);
	roles_detach(p);
	edge_detach(p);
	ready_detach(p);
	health_detach(p);
	retry_detach(p);
	hooks_detach(p);
	budget_forget(p);
	values_detach(p);
	launch_free(p);
	survivors_forget(p);
	cgroup_remove(p);
	stdin_close(p);
	sockets_detach(p);
	listener_free(p);
	timetable_detach(p);
	stream_release_pair(p);
	flight_give(p->slot);
	RB_REMOVE(id_tree, &core.ids, p);
	TAILQ_REMOVE(&p->group->procs, p, link);
	p->group->nprocs--;
	if (p->group != core.guests)
		core.nprocs--;
	if (p->pid > 0)
		RB_REMOVE(pid_tree, &core.pids, p);
	free(p->spawnerr);
	free(p);
	return conf;
}

void
proc_free(struct proc *p)
{
	program_free(proc_dissolve(p));
}
