/*
 * Events as supervisord names and writes them, and the way to who observes.
 */
#include "core/event.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/core.h"
#include "core/flight.h"
#include "core/tick.h"

_Static_assert((int)KIND_UNKNOWN == (int)P_UNKNOWN && (int)KIND_STOPPED == (int)P_STOPPED &&
    (int)KIND_STARTING == (int)P_STARTING && (int)KIND_RUNNING == (int)P_RUNNING &&
    (int)KIND_BACKOFF == (int)P_BACKOFF && (int)KIND_STOPPING == (int)P_STOPPING &&
    (int)KIND_EXITED == (int)P_EXITED && (int)KIND_FATAL == (int)P_FATAL,
    "kinds of state events are states");

/* ---- names and payloads ---- */

enum event_kind
event_kind(const struct event *ev)
{
	switch (ev->type) {
	case EV_STATE:		return (enum event_kind)ev->to;
	case EV_GROUP_ADDED:	return KIND_GROUP_ADDED;
	case EV_GROUP_REMOVED:	return KIND_GROUP_REMOVED;
	case EV_SUPERVISOR_RUNNING: return KIND_SUPERVISOR_RUNNING;
	case EV_SUPERVISOR_STOPPING: return KIND_SUPERVISOR_STOPPING;
	case EV_OUTPUT:
		return ev->is_err ? KIND_LOG_STDERR : KIND_LOG_STDOUT;
	case EV_COMMUNICATION:
		return ev->is_err ? KIND_COMMUNICATION_STDERR : KIND_COMMUNICATION_STDOUT;
	case EV_REMOTE:		return KIND_REMOTE;
	case EV_TICK:
		return ev->period == 5 ? KIND_TICK_5 : ev->period == 60 ? KIND_TICK_60 :
		    KIND_TICK_3600;
	case EV_HEALTH:
		return ev->healthy ? KIND_HEALTHY : KIND_UNHEALTHY;
	case EV_TROUBLE:	return KIND_LOG_TROUBLE;
	case EV_READY:
	case EV_GONE:		break;
	}
	return KINDS;
}

const char *
event_name(const struct event *ev)
{
	enum event_kind kind = event_kind(ev);

	return kind < KINDS ? event_kind_name(kind) : "";
}

static void
put_process(const struct event *ev, struct buf *out)
{
	buf_addf(out, "processname:%s groupname:%s", ev->proc->conf->name,
	    ev->proc->group->name);
}

static void
state_payload(const struct event *ev, struct buf *out)
{
	put_process(ev, out);
	buf_addf(out, " from_state:%s", pstate_name(ev->from));
	switch (ev->to) {
	case P_STARTING:
	case P_BACKOFF:
		buf_addf(out, " tries:%d", ev->tries);
		break;
	case P_EXITED:
		buf_addf(out, " expected:%d pid:%d", ev->expected, (int)ev->pid);
		if (ev->proc->oom != OOM_NOT)
			buf_adds(out, " oom:1");
		break;
	case P_RUNNING:
	case P_STOPPING:
	case P_STOPPED:
		buf_addf(out, " pid:%d", (int)ev->pid);
		break;
	case P_FATAL:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
}

static void
output_payload(const struct event *ev, struct buf *out)
{
	put_process(ev, out);
	buf_addf(out, " pid:%d", (int)ev->pid);
	if (ev->type == EV_OUTPUT)
		buf_adds(out, ev->is_err ? " channel:stderr" : " channel:stdout");
	buf_addc(out, '\n');
	buf_add(out, ev->data, ev->len);
}

void
event_payload(const struct event *ev, struct buf *out)
{
	switch (ev->type) {
	case EV_STATE:
		state_payload(ev, out);
		break;
	case EV_GROUP_ADDED:
	case EV_GROUP_REMOVED:
		buf_addf(out, "groupname:%s\n", ev->group);
		break;
	case EV_OUTPUT:
	case EV_COMMUNICATION:
		output_payload(ev, out);
		break;
	case EV_REMOTE:
		buf_addf(out, "type:%s\n", ev->text);
		buf_add(out, ev->data, ev->len);
		break;
	case EV_TICK:
		buf_addf(out, "when:%lld", (long long)ev->when);
		break;
	case EV_HEALTH:
		put_process(ev, out);
		buf_addf(out, " pid:%d", (int)ev->pid);
		if (!ev->healthy)
			buf_addf(out, "\n%s", ev->text);
		break;
	case EV_TROUBLE:
		if (ev->proc != NULL) {
			put_process(ev, out);
			buf_addc(out, ' ');
		}
		buf_addf(out, "text:%s", ev->text);
		break;
	case EV_SUPERVISOR_RUNNING:
	case EV_SUPERVISOR_STOPPING:
	case EV_READY:
	case EV_GONE:
		break;
	}
}

/* ---- notes ---- */

/* Bytes that begin a character of valid UTF-8. */
static size_t
count_chars(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)text[i] & 0xc0) != 0x80;
	return n;
}

struct note *
note_new(const struct event *ev)
{
	struct buf payload = { 0 };
	struct note *n;

	event_payload(ev, &payload);
	n = payload.failed ? NULL : malloc(sizeof(*n) + payload.len + 1);
	if (n != NULL) {
		*n = (struct note){ .refs = 1, .kind = event_kind(ev), .serial = ev->serial,
			.accepted = -1, .len = payload.len,
			.chars = count_chars(buf_text(&payload), payload.len) };
		memcpy(n->payload, buf_text(&payload), payload.len + 1);
	}
	buf_release(&payload);
	return n;
}

struct note *
event_note(const struct event *ev)
{
	if (*ev->note == NULL)
		*ev->note = note_new(ev);
	return *ev->note;
}

struct note *
note_hold(struct note *n)
{
	if (n != NULL)
		n->refs++;
	return n;
}

void
note_drop(struct note **n)
{
	if (*n != NULL && --(*n)->refs == 0)
		free(*n);
	*n = NULL;
}

/* ---- observers ---- */

static void
want_ticks(const struct core *c)
{
	const struct observer *o;
	uint32_t kinds = 0;

	TAILQ_FOREACH(o, &c->observers, link)
		kinds |= o->wants;
	tick_want(kinds);
}

void
core_observe(struct core *c, struct observer *o)
{
	TAILQ_INSERT_TAIL(&c->observers, o, link);
	want_ticks(c);
}

void
core_unobserve(struct core *c, struct observer *o)
{
	TAILQ_REMOVE(&c->observers, o, link);
	want_ticks(c);
}

void
core_want(struct core *c, struct observer *o, uint32_t kinds)
{
	o->wants = kinds;
	want_ticks(c);
}

void
core_publish(struct core *c, struct event *ev)
{
	struct observer *o, *next;
	struct note *note = NULL;

	/* nobody outside learns of guests */
	if (ev->proc != NULL && ev->proc->group == c->guests && ev->type == EV_STATE)
		return;
	ev->serial = c->event_serial;
	ev->wall_ms = sys->wall_ms();
	ev->note = &note;	/* cppcheck-suppress autoVariables ; taken back below */
	if (ev->type != EV_GONE && ev->type != EV_READY) {
		c->event_serial++;
		flight_save_serials();
	}
	TAILQ_FOREACH_SAFE(o, &c->observers, link, next)
		o->fn(o, ev);
	note_drop(&note);
	ev->note = NULL;
}
