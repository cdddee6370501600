/*
 * Events for those who watch: each has a place in the row of events, the serial that
 * it gets next.  Who keeps up gets an event when it happens, written once for all.  Who
 * reads slowly, or wants older ones, gets them out of the history as fast as it reads;
 * what the history has forgotten by then is counted to it in place of the events.
 */
#include "ctl/subscribe.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "ctl/history.h"
#include "ctl/methods.h"
#include "wire/json.h"

#define UNREAD_MAX	(256 * 1024)	/* bytes that wait for a watcher: no more is added */
#define FRAME_KEPT	4096	/* of its memory, for the next event */
#define MISSED_NAME	"EVENTS_MISSED"
/* What comes unasked: not what programs write, and nothing that wakes us for ever. */
#define KINDS_USUAL	(KINDS_ALL & ~(KINDS_LOG | KINDS_TICK))

static struct client_list watchers = TAILQ_HEAD_INITIALIZER(watchers);
static struct observer *self;	/* borrowed: wants ticks for the watchers */
static struct buf frame;	/* the event of now, written */

/* ---- parameters ---- */

static int
get_types(const struct vcall *call, uint32_t *kinds, struct err *e)
{
	yyjson_val *names, *item;
	yyjson_arr_iter it;
	uint32_t mask;

	*kinds = KINDS_USUAL;
	if (vcall_strings(call, "types", &names, e) == -1)
		return -1;
	if (yyjson_arr_size(names) == 0)
		return 0;
	*kinds = 0;
	yyjson_arr_iter_init(names, &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL) {
		mask = event_mask(yyjson_get_str(item));
		if (mask == 0)
			return err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter 'types' "
			    "has '%s', which is no type of event", yyjson_get_str(item));
		*kinds |= mask;
	}
	return 0;
}

/* ---- writing ---- */

static void
put_head(struct buf *b, const char *name, uint64_t serial, int64_t wall_ms)
{
	vreply_begin(b);
	json_kstr(b, "event", name);
	json_kint(b, "serial", (int64_t)serial);
	json_key(b, "time");
	json_num(b, (double)wall_ms / 1000.0);
}

static void
put_event(struct buf *b, const struct note *n, int64_t wall_ms)
{
	put_head(b, event_kind_name(n->kind), n->serial, wall_ms);
	json_key(b, "payload");
	json_bytes(b, n->payload, n->len);
	vreply_end(b, true);
}

/* n events are missing up to this serial; -1: nobody knows how many. */
static void
put_missed(struct buf *b, uint64_t serial, int64_t n)
{
	char payload[40];

	if (n > 0)
		core.counts.events_lost += (uint64_t)n;
	snprintf(payload, sizeof(payload), "missed:%lld", (long long)n);
	put_head(b, MISSED_NAME, serial, sys->wall_ms());
	json_kstr(b, "payload", payload);
	json_kint(b, "missed", n);
	vreply_end(b, true);
}

/* ---- from the past ---- */

/* c gets all up to, not including, this serial, or learns how many are missing. */
static void
skip_to(struct client *c, uint64_t serial)
{
	uint64_t n = history_count(c->next, serial, c->events);

	if (n > 0)
		put_missed(&c->out, serial - 1, (int64_t)n);
	c->next = serial;
}

void
subscribe_more(struct client *c)
{
	struct told t;

	while (client_unsent(c) < UNREAD_MAX) {
		if (!history_next(c->next, c->events, &t)) {
			skip_to(c, core.event_serial);
			c->behind = false;
			break;
		}
		skip_to(c, t.serial);
		if (t.note == NULL)	/* no memory now: it is missing */
			put_missed(&c->out, t.serial, 1);
		else
			put_event(&c->out, t.note, t.wall_ms);
		note_drop(&t.note);
		c->next = t.serial + 1;
	}
	client_wake(c);
}

/* ---- as it happens ---- */

static void
give(struct client *c, uint64_t serial)
{
	if (c->behind)
		return;
	c->next = serial;
	c->behind = frame.failed || client_unsent(c) >= UNREAD_MAX;
	if (!c->behind) {
		buf_add(&c->out, frame.data, frame.len);
		c->next++;
	}
	client_wake(c);
}

void
subscribe_event(const struct event *ev)
{
	uint32_t bit;
	struct client *c;
	bool written = false;

	if (ev->type == EV_GONE) {
		history_gone(ev);
		return;
	}
	if (ev->type == EV_READY)
		return;
	history_add(ev);
	bit = KIND_BIT(event_kind(ev));
	TAILQ_FOREACH(c, &watchers, mode_link) {
		if (!(c->events & bit) || c->behind)
			continue;
		if (!written) {
			buf_clear(&frame);
			if (event_note(ev) != NULL)
				put_event(&frame, event_note(ev), ev->wall_ms);
			frame.failed |= event_note(ev) == NULL;
			written = true;
		}
		give(c, ev->serial);
	}
	if (frame.cap > FRAME_KEPT)
		buf_release(&frame);
}

/* ---- watchers ---- */

static void
want_ticks(void)
{
	struct client *c;
	uint32_t kinds = 0;

	TAILQ_FOREACH(c, &watchers, mode_link)
		kinds |= c->events & KINDS_TICK;
	core_want(&core, self, kinds);
}

/* Where to begin: with the next event, or with an older one. */
static int
find_place(struct client *c, const struct vcall *call, struct err *e)
{
	int64_t since = -1;
	const char *run = "";

	if (vcall_int(call, "since", &since, e) == -1 ||
	    vcall_string(call, "run", &run, e) == -1)
		return -1;
	c->next = core.event_serial;
	c->behind = since >= 0;
	if (since < 0)
		return 0;
	if ((uint64_t)since <= core.event_serial &&
	    (run[0] == '\0' || strcmp(run, core.run_id) == 0)) {
		c->next = (uint64_t)since;
		return 0;
	}
	/* a serial of another run: all that we have is news */
	put_missed(&c->out, history_begin() > 0 ? history_begin() - 1 : 0, -1);
	c->next = history_begin();
	return 0;
}

int
do_subscribe(struct client *c, const struct vcall *call, struct err *e)
{
	uint32_t kinds;

	/* first, so that a call without "more" is a way to ask whether they are right */
	if (get_types(call, &kinds, e) == -1)
		return -1;
	if (!call->more || call->oneway) {
		vreply_error(&c->out, SERVICE_INTERFACE ".ExpectedMore", NULL, NULL);
		return 0;
	}
	if (find_place(c, call, e) == -1)
		return -1;
	c->state = CLIENT_STREAM;
	c->events = kinds;
	TAILQ_INSERT_TAIL(&watchers, c, mode_link);
	want_ticks();
	if (c->behind)
		subscribe_more(c);
	return 0;
}

void
subscribe_remove(struct client *c)
{
	TAILQ_REMOVE(&watchers, c, mode_link);
	want_ticks();
}

void
subscribe_open(struct observer *o)
{
	self = o;
	history_open();
}

void
subscribe_close(void)
{
	history_close();
	buf_release(&frame);
}
