/*
 * The method GetGraph: processes, how their last start went, and who depends on whom.
 */
#include "core/core.h"
#include "core/edge.h"
#include "ctl/methods.h"
#include "wire/json.h"

/* Seconds; 0 stands for not yet. */
static void
put_seconds(struct buf *b, const char *key, int64_t us)
{
	if (us <= 0)
		return;
	json_key(b, key);
	json_num(b, (double)us / 1e6);
}

static void
put_name(struct buf *b, const char *key, const struct proc *p)
{
	struct buf name = { 0 };

	proc_full_name(p, &name);
	json_kstr(b, key, buf_text(&name));
	b->failed |= name.failed;
	buf_release(&name);
}

static void
put_start(struct buf *b, const struct startup *s, const struct boot_times *t)
{
	if (s->spawned_us != 0)
		put_seconds(b, "waited", s->spawned_us - s->wanted_us + 1);
	if (s->ready_us != 0)
		put_seconds(b, "took", s->ready_us - s->spawned_us + 1);
	put_seconds(b, "boot_wanted", (int64_t)t->wanted * STARTUP_US);
	put_seconds(b, "boot_spawned", (int64_t)t->spawned * STARTUP_US);
	put_seconds(b, "boot_ready", (int64_t)t->ready * STARTUP_US);
}

static void
put_process(struct buf *b, const struct proc *p)
{
	struct buf waits = { 0 };

	json_open(b, '{');
	put_name(b, "name", p);
	json_kstr(b, "statename", pstate_name(p->fsm.st));
	json_kbool(b, "ready", edge_holds(p, DEP_READY));
	json_kbool(b, "essential", p->conf->essential);
	if (p->held) {
		order_text(p, &waits);
		json_kstr(b, "waits", buf_text(&waits));
	}
	put_start(b, &p->startup, &p->boot);
	json_close(b, '}');
	b->failed |= waits.failed;
	buf_release(&waits);
}

static void
put_edge(struct buf *b, const struct edge *e, const struct proc *to)
{
	json_open(b, '{');
	put_name(b, "from", e->from);
	if (to != NULL)
		put_name(b, "to", to);
	else
		json_kstr(b, "to", e->dep->group);
	json_kstr(b, "condition", conf_cond_name(e->dep->cond));
	json_kbool(b, "weak", e->dep->weak);
	json_kbool(b, "holds", to != NULL && edge_holds(to, e->dep->cond));
	json_close(b, '}');
}

/* One for each process that an item of depends_on means; to nobody when it is not there. */
static void
put_edges(struct buf *b, const struct proc *p)
{
	for (size_t i = 0; i < p->nedges; i++) {
		struct proc *to = edge_next(&p->edges[i], NULL);

		do
			put_edge(b, &p->edges[i], to);
		while (to != NULL && (to = edge_next(&p->edges[i], to)) != NULL);
	}
}

int
do_get_graph(struct client *c, const struct vcall *call, struct err *e)
{
	const struct pgroup *g;
	const struct proc *p;

	(void)call;
	(void)e;
	vreply_begin(&c->out);
	json_key(&c->out, "processes");
	json_open(&c->out, '[');
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			put_process(&c->out, p);
	json_close(&c->out, ']');
	json_key(&c->out, "edges");
	json_open(&c->out, '[');
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			put_edges(&c->out, p);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	return 0;
}
