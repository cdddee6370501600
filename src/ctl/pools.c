/*
 * The method GetPools, and the lines about a listener in `why`.
 */
#include "ctl/pools.h"

#include "core/core.h"
#include "core/listener.h"
#include "core/pool.h"
#include "ctl/methods.h"
#include "wire/json.h"

void
pools_explain(const struct proc *p, struct buf *out)
{
	static const char *const states[] = {
		[LISTENER_ACKNOWLEDGED] = "it has not asked for an event (ACKNOWLEDGED)",
		[LISTENER_READY] = "it is ready for an event (READY)",
		[LISTENER_BUSY] = "it works on an event (BUSY)",
		[LISTENER_UNKNOWN] = ("it broke the protocol of event listeners and gets no more "
		    "events until it is started again (UNKNOWN)"),
	};
	const struct pool *pool = p->listener != NULL ? p->group->pool : NULL;

	if (pool == NULL)
		return;
	if (p->pid > 0)
		buf_addf(out, "%s\n", states[p->listener->said.st]);
	if (p->pid > 0 && p->listener->note != NULL)
		buf_addf(out, "it got event %lld, %s\n", (long long)p->listener->note->accepted,
		    event_kind_name(p->listener->note->kind));
	buf_addf(out, "its pool %s: %zu of at most %lld events wait, %llu were dropped\n",
	    p->group->name, pool->n, (long long)pool->conf->buffer_size,
	    (unsigned long long)pool->dropped);
}

static void
put_listeners(struct buf *b, const struct pgroup *g)
{
	const struct proc *p;

	json_key(b, "listeners");
	json_open(b, '[');
	TAILQ_FOREACH(p, &g->procs, link) {
		json_open(b, '{');
		json_kstr(b, "name", p->conf->name);
		json_kstr(b, "state", p->pid > 0 ?
		    listener_state_name(p->listener->said.st) : "");
		json_close(b, '}');
	}
	json_close(b, ']');
}

static void
put_pool(struct buf *b, const struct pgroup *g)
{
	const struct pool *pool = g->pool;

	json_open(b, '{');
	json_kstr(b, "name", g->name);
	json_key(b, "events");
	json_open(b, '[');
	for (size_t i = 0; i < pool->conf->events.n; i++)
		json_str(b, pool->conf->events.v[i]);
	json_close(b, ']');
	json_kint(b, "buffer_size", pool->conf->buffer_size);
	json_kint(b, "waiting", (int64_t)pool->n);
	json_kint(b, "waiting_bytes", (int64_t)pool->bytes);
	json_kint(b, "accepted", (int64_t)pool->accepted);
	json_kint(b, "sent", (int64_t)pool->sent);
	json_kint(b, "processed", (int64_t)pool->processed);
	json_kint(b, "rejected", (int64_t)pool->rejected);
	json_kint(b, "dropped", (int64_t)pool->dropped);
	put_listeners(b, g);
	json_close(b, '}');
}

int
do_get_pools(struct client *c, const struct vcall *call, struct err *e)
{
	const struct pgroup *g;

	(void)call;
	(void)e;
	vreply_begin(&c->out);
	json_key(&c->out, "pools");
	json_open(&c->out, '[');
	TAILQ_FOREACH(g, &core.groups, link)
		if (g->pool != NULL)
			put_pool(&c->out, g);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	return 0;
}
