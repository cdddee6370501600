/*
 * The link to the logger, by state and not by history: what the logger has to
 * know is options, the streams in core.unsent, the ids that have gone, and
 * clients; a new logger gets all of it again.  Packets leave in an order in which the
 * logger can understand them.
 */
#include "ctl/feed.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/core.h"
#include "core/fence.h"
#include "core/stream.h"
#include "ctl/client.h"
#include "ctl/link.h"
#include "ctl/output.h"
#include "ctl/packet.h"
#include "ctl/park.h"
#include "wire/feed.h"
#include "wire/varlink.h"

#define REMOVED_MAX	65536	/* ids; the logger would have to be stuck for ages */

static bool options_due, reopen_due, shutdown_due, finish_due;
static int64_t finish_ms;
static struct {
	uint32_t *id;		/* owned */
	size_t	 n, sent, cap;
} removed;

static bool pump(struct link *l);
static void take(struct link *l, const char *text, size_t len, int *fd);

static struct link logger = { .pump = pump, .take = take, .fd = -1 };
static struct park park = { .link = &logger, .interface = LOG_INTERFACE, .who = "the logger",
	.waiting = TAILQ_HEAD_INITIALIZER(park.waiting) };

struct park *
feed_park(void)
{
	return &park;
}

/* ---- pumping ---- */

/* A stream that is no more, whose output the logger has yet to take from its pipe. */
struct parting {
	TAILQ_ENTRY(parting) link;
	uint32_t id;
	int	 rd;
	struct buf packet;
};

#define PARTINGS_MAX	1024

static TAILQ_HEAD(, parting) partings = TAILQ_HEAD_INITIALIZER(partings);
static size_t npartings;
static bool taken;		/* between feed_open() and feed_close() */

static bool
pump_streams(void)
{
	struct stream *s;

	while ((s = TAILQ_FIRST(&core.unsent)) != NULL) {
		packet_stream(&logger.packet, s);
		switch (link_send(&logger, s->rd)) {
		case SENT_LATER:
			return false;
		case SENT_NEVER:
			log_error("the logger cannot be told of stream %u", s->id);
			break;
		case SENT:
			break;
		}
		TAILQ_REMOVE(&core.unsent, s, link);
		s->link.tqe_prev = NULL;
		s->sent = true;
	}
	return true;
}

static void
parting_free(struct parting *p)
{
	TAILQ_REMOVE(&partings, p, link);
	npartings--;
	fd_close(&p->rd);
	buf_release(&p->packet);
	free(p);
}

/* Before their removal is told. */
static bool
pump_partings(void)
{
	struct parting *p;

	while ((p = TAILQ_FIRST(&partings)) != NULL) {
		buf_clear(&logger.packet);
		buf_add(&logger.packet, p->packet.data, p->packet.len);
		if (link_send(&logger, p->rd) == SENT_LATER)
			return false;
		parting_free(p);
	}
	return true;
}

static bool
pump_removed(void)
{
	while (removed.sent < removed.n) {
		packet_removed(&logger.packet, removed.id[removed.sent]);
		if (link_send(&logger, -1) == SENT_LATER)
			return false;
		removed.sent++;
	}
	removed.n = removed.sent = 0;
	return true;
}

static bool
pump_options(void)
{
	if (!options_due)
		return true;
	packet_options(&logger.packet);
	if (link_send(&logger, -1) == SENT_LATER)
		return false;
	options_due = false;
	core.clean_auto = false;	/* another logger would remove live files */
	return true;
}

/* What takes a word to say. */
static bool
pump_word(bool *due, const char *op)
{
	if (!*due)
		return true;
	packet_word(&logger.packet, op);
	if (link_send(&logger, -1) == SENT_LATER)
		return false;
	*due = false;
	return true;
}

static bool
pump_finish(void)
{
	if (!finish_due)
		return true;
	packet_finish(&logger.packet, finish_ms);
	if (link_send(&logger, -1) == SENT_LATER)
		return false;
	finish_due = false;
	return true;
}

/* All that is due, in an order that the logger can understand. */
static bool
pump(struct link *l)
{
	(void)l;
	log_flush();		/* a packet may be about what the last lines say */
	return pump_options() && pump_streams() && pump_partings() && pump_removed() &&
	    pump_word(&reopen_due, "reopen") && pump_word(&shutdown_due, "shutdown") &&
	    park_pump(&park, core.guest[GUEST_LOGGER].proc) && pump_finish();
}

/* ---- what the logger says ---- */

static struct stream *
stream_by_id(int64_t id)
{
	struct pgroup *g;
	struct proc *p;

	if (id == STREAM_MAIN)
		return &core.main_log;
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			for (int i = 0; i < 2; i++)
				if (p->streams[i].id == id)
					return &p->streams[i];
	return NULL;
}

static void
on_trouble(int64_t id, const char *text)
{
	const struct stream *s = stream_by_id(id);
	struct event ev = { .type = EV_TROUBLE, .text = text,
		.proc = s != NULL ? s->proc : NULL };

	log_warn("%s", text);
	core_publish(&core, &ev);
}

/* The logger had no descriptor for it: the pipe is still ours, and full of its output. */
static void
on_again(int64_t id)
{
	struct stream *s = stream_by_id(id);

	if (s != NULL && s->sent && s->rd != -1)
		stream_send_again(s);
}

/* About ready=log. */
static void
on_match(yyjson_val *root, bool is_fence)
{
	struct stream *s = stream_by_id(yyjson_get_sint(yyjson_obj_get(root, "id")));
	uint32_t fence = (uint32_t)yyjson_get_sint(yyjson_obj_get(root, "fence"));

	if (s == NULL || s->proc == NULL)
		return;
	if (is_fence)
		fence_passed(s->proc, s, fence);
	else
		fence_line_seen(s->proc, fence);
}

static void
take(struct link *l, const char *text, size_t len, int *fd)
{
	size_t head = strnlen(text, len);	/* text of programs stands behind a NUL */
	yyjson_doc *doc = yyjson_read(text, head, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));
	const char *said = yyjson_get_str(yyjson_obj_get(root, "text"));

	(void)l;
	if (op != NULL && strcmp(op, "client") == 0 && *fd != -1) {
		park_return(yyjson_obj_get(root, "data"), *fd);
		*fd = -1;
	} else if (op != NULL && strcmp(op, "event") == 0 && said != NULL)
		on_trouble(yyjson_get_sint(yyjson_obj_get(root, "id")), said);
	else if (op != NULL && strcmp(op, "again") == 0)
		on_again(yyjson_get_sint(yyjson_obj_get(root, "id")));
	else if (op != NULL && (strcmp(op, "fence") == 0 || strcmp(op, "ready") == 0))
		on_match(root, *op == 'f');
	else if (op != NULL && strcmp(op, "output") == 0 && head < len)
		output_packet(root, text + head + 1, len - head - 1);
	yyjson_doc_free(doc);
}

/* ---- what the core says ---- */

static void feed_removed(uint32_t id);

static void
feed_up(int fd)
{
	const struct parting *p;

	options_due = true;
	reopen_due = finish_due = false;	/* it opens everything anew anyway */
	shutdown_due = core.state != SUP_RUNNING;
	removed.n = removed.sent = 0;		/* it never knew them */
	link_up(&logger, fd);
	TAILQ_FOREACH(p, &partings, link)
		feed_removed(p->id);
}

static void
feed_down(void)
{
	link_down(&logger);
	output_forget();
}

static void
feed_kick(void)
{
	link_kick(&logger);
}

static void
feed_removed(uint32_t id)
{
	uint32_t *bigger;
	size_t cap = removed.cap ? removed.cap * 2 : 64;

	if (logger.fd == -1)
		return;
	if (removed.n == removed.cap) {
		bigger = removed.cap < REMOVED_MAX ?
		    realloc(removed.id, cap * sizeof(*bigger)) : NULL;
		if (bigger == NULL) {
			log_error("the logger is not told that stream %u has gone", id);
			return;
		}
		removed.id = bigger;
		removed.cap = cap;
	}
	removed.id[removed.n++] = id;
	feed_kick();
}

static bool
feed_parting(const struct stream *s)
{
	struct parting *p = taken && npartings < PARTINGS_MAX ? calloc(1, sizeof(*p)) : NULL;

	if (p == NULL)
		return false;
	packet_stream(&p->packet, s);
	if (p->packet.failed) {
		buf_release(&p->packet);
		free(p);
		return false;
	}
	p->id = s->id;
	p->rd = s->rd;
	TAILQ_INSERT_TAIL(&partings, p, link);
	npartings++;
	return true;
}

static void
feed_reopen(void)
{
	reopen_due = true;
	feed_kick();
}

void
feed_event(const struct event *ev)
{
	if (ev->type != EV_SUPERVISOR_STOPPING)
		return;
	shutdown_due = true;
	feed_kick();
}

static void
feed_finish(int64_t ms)
{
	finish_due = true;
	finish_ms = ms;
	feed_kick();
}

static const struct feed_ops ops = {
	.kick = feed_kick,
	.removed = feed_removed,
	.parting = feed_parting,
	.reopen = feed_reopen,
};
static const struct guest_ops link_ops = {
	.up = feed_up,
	.down = feed_down,
	.finish = feed_finish,
};

void
feed_open(void)
{
	core_feed = &ops;
	taken = true;
	guest_ops[GUEST_LOGGER] = &link_ops;
	feed_kick();
}

void
feed_close(void)
{
	park_refuse_all(&park, "the supervisor ends");
	taken = false;
	while (!TAILQ_EMPTY(&partings))
		parting_free(TAILQ_FIRST(&partings));
	link_release(&logger);
	free(removed.id);
	memset(&removed, 0, sizeof(removed));
}
