/*
 * Metrics: what the core has counted, written straight into the reply.  What only
 * the kernel knows (memory, time of a run that lasts) the caller reads itself.
 */
#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/status.h"
#include "wire/json.h"

static void
put_seconds(struct buf *b, const char *key, int64_t n, double unit)
{
	json_key(b, key);
	json_num(b, (double)n / unit);
}

static void
put_process(struct buf *b, const struct proc *p)
{
	static const char *const endings[ENDINGS] = {
		[END_STOPPED] = "stopped", [END_EXPECTED] = "expected",
		[END_UNEXPECTED] = "unexpected", [END_SIGNAL] = "signal",
		[END_NOT_STARTED] = "not_started",
	};
	const struct proc_counts *n = &p->counts;

	json_open(b, '{');
	json_kstr(b, "name", p->conf->name);
	json_kstr(b, "group", p->group->name);
	json_kbool(b, "guest", p->group == core.guests);
	json_kint(b, "state", pstate_code(p->fsm.st));
	json_kstr(b, "statename", pstate_name(p->fsm.st));
	json_kint(b, "pid", p->pid);
	json_kbool(b, "missing", proc_missing(p));
	put_seconds(b, "start", p->start_wall_ms, 1e3);
	json_kint(b, "starts", n->starts);
	json_kint(b, "restarts", n->restarts);
	json_kint(b, "launched", n->launches);
	put_seconds(b, "launch_seconds", n->launch_us, 1e6);
	for (size_t i = 0; i < ENDINGS; i++)
		json_kint(b, endings[i], n->ended[i]);
	put_seconds(b, "cpu_seconds", n->cpu_us, 1e6);
	if (p->conf->ready.kind != READY_RUNNING)
		json_kbool(b, "ready", proc_is_ready(p));
	if (p->health != NULL)
		json_kbool(b, "healthy", proc_health(p) == HEALTH_GOOD);
	json_close(b, '}');
}

static void
put_group(struct buf *b, const struct pgroup *g)
{
	const struct proc *p;

	TAILQ_FOREACH(p, &g->procs, link)
		put_process(b, p);
}

int
do_metrics(struct client *c, const struct vcall *call, struct err *e)
{
	const struct pgroup *g;
	struct buf *b = &c->out;

	(void)call;
	(void)e;
	vreply_begin(b);
	json_key(b, "processes");
	json_open(b, '[');
	TAILQ_FOREACH(g, &core.groups, link)
		put_group(b, g);
	if (core.guests != NULL)
		put_group(b, core.guests);
	json_close(b, ']');
	json_kstr(b, "supervisor", status_supervisor(core.state));
	json_kint(b, "pid", sys->getpid());
	put_seconds(b, "start", core.start_wall_ms, 1e3);
	json_kint(b, "wakeups", (int64_t)loop_wakeups());
	json_kint(b, "orphans", (int64_t)core.counts.orphans);
	json_kint(b, "connections", (int64_t)core.counts.connections);
	json_kint(b, "calls", (int64_t)core.counts.calls);
	json_kint(b, "events", (int64_t)core.event_serial);
	json_kint(b, "events_lost", (int64_t)core.counts.events_lost);
	json_kint(b, "events_dropped", (int64_t)core.counts.events_dropped);
	vreply_end(b, false);
	return 0;
}
