/*
 * Buffers of pools, and handing out.
 */
#include "core/pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/flight.h"
#include "core/listener.h"

#define DROP_LINES	10	/* in a second and for each pool; others are counted */
#define AT_ONCE		8	/* rejections in a row that are tried again at once */
#define PAUSE_FIRST_MS	10
#define PAUSE_MAX_MS	1000

struct waiting {
	TAILQ_ENTRY(waiting) link;
	struct note *note;
	uint64_t serial;	/* in this pool */
};

static TAILQ_HEAD(, pool) pools = TAILQ_HEAD_INITIALIZER(pools);

/* ---- the buffer ---- */

static void
remove_first(struct pool *pool)
{
	struct waiting *w = TAILQ_FIRST(&pool->buffer);

	TAILQ_REMOVE(&pool->buffer, w, link);
	pool->n--;
	pool->bytes -= w->note->len;
	note_drop(&w->note);
	free(w);
}

static void
count_drop(struct pool *pool)
{
	pool->dropped++;
	core.counts.events_dropped++;
}

/* supervisord's line for each; a storm becomes a count. */
static void
log_drop(struct pool *pool, int64_t serial)
{
	int64_t now = loop_now() / 1000;

	count_drop(pool);
	if (now != pool->second) {
		if (pool->unsaid > 0)
			log_error("pool %s event buffer overflowed, discarding %u more events",
			    pool->group->name, pool->unsaid);
		pool->second = now;
		pool->lines = pool->unsaid = 0;
	}
	if (pool->lines++ >= DROP_LINES)
		pool->unsaid++;
	else
		log_error("pool %s event buffer overflowed, discarding event %lld",
		    pool->group->name, (long long)serial);
}

static void
make_room(struct pool *pool, size_t bytes)
{
	size_t most = (size_t)pool->conf->buffer_size;

	while (pool->n > 0 && (pool->n >= most || pool->bytes + bytes > POOL_BYTES)) {
		log_drop(pool, TAILQ_FIRST(&pool->buffer)->note->accepted);
		remove_first(pool);
	}
}

static void
put(struct pool *pool, struct note *note, uint64_t serial, bool head)
{
	struct waiting *w;

	make_room(pool, note->len);
	w = malloc(sizeof(*w));
	if (w == NULL) {
		count_drop(pool);
		log_error("pool %s: no memory for event %lld", pool->group->name,
		    (long long)note->accepted);
		return;
	}
	*w = (struct waiting){ .note = note_hold(note), .serial = serial };
	if (head)
		TAILQ_INSERT_HEAD(&pool->buffer, w, link);
	else
		TAILQ_INSERT_TAIL(&pool->buffer, w, link);
	pool->n++;
	pool->bytes += note->len;
	pool_kick(pool);
}

static void
accept_event(struct pool *pool, const struct event *ev)
{
	struct note *note = event_note(ev);

	pool->accepted++;
	if (note == NULL) {
		count_drop(pool);
		log_error("pool %s: no memory for an event", pool->group->name);
		return;
	}
	if (note->accepted == -1) {
		note->accepted = (int64_t)core.accepted_serial++;
		flight_save_serials();
	}
	put(pool, note, pool->serial++, false);
}

/* ---- handing out ---- */

static void
put_envelope(struct buf *b, const struct pool *pool, const struct waiting *w)
{
	const struct note *note = w->note;

	buf_addf(b, "ver:3.0 server:%s serial:%lld pool:%s poolserial:%llu eventname:%s "
	    "len:%zu\n", core.config->supervisord.identifier, (long long)note->accepted,
	    pool->group->name, (unsigned long long)w->serial, event_kind_name(note->kind),
	    note->chars);
	buf_add(b, note->payload, note->len);
}

/* The first event to the first who can take it; false: nobody does. */
static bool
send_first(struct pool *pool)
{
	struct waiting *w = TAILQ_FIRST(&pool->buffer);
	struct buf envelope = { 0 };
	struct proc *p;
	bool sent = false;

	TAILQ_FOREACH(p, &pool->group->procs, link) {
		if (!listener_is_free(p))
			continue;
		if (envelope.len == 0)
			put_envelope(&envelope, pool, w);
		if (envelope.failed)
			break;		/* with the next event it may be better */
		sent = listener_send(p, w->note, w->serial, envelope.data,
		    envelope.len) == 0;
		if (sent)
			break;
		if (errno == EPIPE)
			log_debug("epipe occurred while sending event %lld to listener %s, "
			    "listener state unchanged", (long long)w->note->accepted,
			    p->conf->name);
	}
	if (sent) {
		pool->sent++;
		log_debug("event %lld sent to listener %s", (long long)w->note->accepted,
		    p->conf->name);
		remove_first(pool);
	}
	buf_release(&envelope);
	return sent;
}

static void
on_job(struct loop_job *j)
{
	struct pool *pool = LOOP_OWNER(j, struct pool, job);

	while (pool->n > 0 && !pool->throttled && send_first(pool))
		continue;
}

void
pool_kick(struct pool *pool)
{
	if (pool->n > 0 && !pool->throttled)
		loop_job_add(&pool->job, on_job);
}

bool
pool_is_quiet(const struct pool *pool)
{
	const struct proc *p;

	TAILQ_FOREACH(p, &pool->group->procs, link)
		if (p->fsm.st == P_RUNNING && (p->listener->note != NULL ||
		    (pool->n > 0 && p->listener->said.st != LISTENER_UNKNOWN)))
			return false;
	return true;
}

/* ---- results ---- */

static void
on_pause_over(struct loop_timer *t)
{
	struct pool *pool = LOOP_OWNER(t, struct pool, pause);

	pool->throttled = false;
	pool_kick(pool);
}

/*
 * A listener that rejects everything, and at once asks for more, would keep itself and us
 * busy: after some rejections in a row the event waits, longer each time.
 */
static void
throttle(struct pool *pool)
{
	int over = pool->rejections - AT_ONCE;
	int64_t ms = over < 8 ? PAUSE_FIRST_MS << over : PAUSE_MAX_MS;

	if (over < 0)
		return;
	pool->throttled = true;
	loop_timer_start(&pool->pause, ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS, on_pause_over);
}

/* supervisord's default handler. */
bool
pool_accepts(struct pool *pool, const struct note *note, const char *body, size_t len)
{
	if (len != 2 || memcmp(body, "OK", 2) != 0)
		return false;
	pool->processed += note != NULL;
	pool->rejections = 0;
	pool->throttled = false;
	loop_timer_stop(&pool->pause);
	return true;
}

void
pool_reject(struct pool *pool, struct note *note, uint64_t serial)
{
	pool->rejected++;
	if (pool->rejections < INT32_MAX)
		pool->rejections++;
	log_debug("rebuffering event %lld for pool %s (buf size=%zu, max=%lld)",
	    (long long)note->accepted, pool->group->name, pool->n,
	    (long long)pool->conf->buffer_size);
	throttle(pool);
	put(pool, note, serial, true);
}

/* ---- pools and events ---- */

static void
on_event(struct observer *o, const struct event *ev)
{
	uint32_t bit = KIND_BIT(event_kind(ev));
	struct pool *pool;

	(void)o;
	TAILQ_FOREACH(pool, &pools, link)
		if (pool->conf->kinds & bit)
			accept_event(pool, ev);
	if (ev->type == EV_STATE && ev->to == P_RUNNING && ev->proc->group->pool != NULL)
		pool_kick(ev->proc->group->pool);
}

static struct observer observer = { .fn = on_event };

static void
want_ticks(void)
{
	struct pool *pool;
	uint32_t kinds = 0;

	TAILQ_FOREACH(pool, &pools, link)
		kinds |= pool->conf->kinds & KINDS_TICK;
	core_want(&core, &observer, kinds);
}

void
pools_open(void)
{
	core_observe(&core, &observer);
}

void
pools_close(void)
{
	core_unobserve(&core, &observer);
}

int
pool_new(struct pgroup *g, struct conf_listener *conf)
{
	struct pool *pool = conf != NULL ? calloc(1, sizeof(*pool)) : NULL;

	if (pool == NULL) {
		conf_listener_free(conf);
		return -1;
	}
	pool->group = g;
	pool->conf = conf;
	TAILQ_INIT(&pool->buffer);
	TAILQ_INSERT_TAIL(&pools, pool, link);
	g->pool = pool;
	want_ticks();
	return 0;
}

void
pool_free(struct pgroup *g)
{
	struct pool *pool = g->pool;

	if (pool == NULL)
		return;
	while (pool->n > 0)
		remove_first(pool);
	loop_job_cancel(&pool->job);
	loop_timer_stop(&pool->pause);
	TAILQ_REMOVE(&pools, pool, link);
	want_ticks();
	conf_listener_free(pool->conf);
	free(pool);
	g->pool = NULL;
}

void
pool_update(struct pgroup *g, struct conf_listener *conf)
{
	if (g->pool == NULL || conf == NULL) {
		conf_listener_free(conf);
		return;
	}
	conf_listener_free(g->pool->conf);
	g->pool->conf = conf;
	want_ticks();
}
