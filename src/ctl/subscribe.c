/*
 * Events for those who watch.  The last ones are remembered as a few words each,
 * so that a watcher that comes late can ask for them; one event is written once
 * for all watchers.  A watcher that does not read loses events, is told how many,
 * and is closed.
 */
#include "ctl/subscribe.h"

#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "wire/json.h"

#define REMEMBERED	1024		/* events; must be a power of two */
#define UNREAD_MAX	(256 * 1024)	/* bytes kept for a watcher that does not read */
#define RECALL_MAX	(1024 * 1024)	/* the same, for what it asked to be told again */

/* One bit for each kind of event: the states first. */
#define BIT_GROUP_ADDED		(1U << P_NSTATES)
#define BIT_GROUP_REMOVED	(2U << P_NSTATES)
#define BIT_RUNNING		(4U << P_NSTATES)
#define BIT_STOPPING		(8U << P_NSTATES)
#define BIT_LOG			(16U << P_NSTATES)
#define BITS_STATE		((1U << P_NSTATES) - 1)
#define BITS_ALL		((32U << P_NSTATES) - 1)

struct remembered {
	uint64_t serial;
	int64_t	 wall_ms;
	char	*text;		/* owned; EV_GROUP_*: its name, EV_LOG: text */
	uint32_t proc_id;
	pid_t	 pid;
	int32_t	 tries;
	uint8_t	 type, from, to;
	bool	 expected;
};

static struct remembered ring[REMEMBERED];
static uint64_t nremembered;	/* ever; the last ones are in the ring */
static struct client_list watchers = TAILQ_HEAD_INITIALIZER(watchers);
static struct buf frame;	/* the event of now, written */

static unsigned
bit_of(const struct event *ev)
{
	switch (ev->type) {
	case EV_STATE:
		return 1U << ev->to;
	case EV_GROUP_ADDED:
		return BIT_GROUP_ADDED;
	case EV_GROUP_REMOVED:
		return BIT_GROUP_REMOVED;
	case EV_SUPERVISOR_RUNNING:
		return BIT_RUNNING;
	case EV_SUPERVISOR_STOPPING:
		return BIT_STOPPING;
	case EV_LOG:
		return BIT_LOG;
	case EV_GONE:
		break;
	}
	return 0;
}

/* ---- types ---- */

static const struct {
	const char *name;
	unsigned bits;
} types[] = {
	{ "EVENT", BITS_ALL },
	{ "PROCESS_STATE", BITS_STATE },
	{ "PROCESS_STATE_STOPPED", 1U << P_STOPPED },
	{ "PROCESS_STATE_STARTING", 1U << P_STARTING },
	{ "PROCESS_STATE_RUNNING", 1U << P_RUNNING },
	{ "PROCESS_STATE_BACKOFF", 1U << P_BACKOFF },
	{ "PROCESS_STATE_STOPPING", 1U << P_STOPPING },
	{ "PROCESS_STATE_EXITED", 1U << P_EXITED },
	{ "PROCESS_STATE_FATAL", 1U << P_FATAL },
	{ "PROCESS_STATE_UNKNOWN", 1U << P_UNKNOWN },
	{ "PROCESS_GROUP", BIT_GROUP_ADDED | BIT_GROUP_REMOVED },
	{ "PROCESS_GROUP_ADDED", BIT_GROUP_ADDED },
	{ "PROCESS_GROUP_REMOVED", BIT_GROUP_REMOVED },
	{ "SUPERVISOR_STATE_CHANGE", BIT_RUNNING | BIT_STOPPING },
	{ "SUPERVISOR_STATE_CHANGE_RUNNING", BIT_RUNNING },
	{ "SUPERVISOR_STATE_CHANGE_STOPPING", BIT_STOPPING },
	{ "PROCESS_LOG", BIT_LOG },
	{ "PROCESS_LOG_TROUBLE", BIT_LOG },
};

/* Types of supervisord that have no events here: asking for them is no mistake. */
static const char *const silent[] = {
	"PROCESS_COMMUNICATION", "PROCESS_COMMUNICATION_STDOUT",
	"PROCESS_COMMUNICATION_STDERR", "PROCESS_LOG_STDOUT", "PROCESS_LOG_STDERR",
	"REMOTE_COMMUNICATION", "TICK", "TICK_5", "TICK_60", "TICK_3600",
};

static int
add_type(unsigned *mask, const char *name, struct err *e)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0) {
			*mask |= types[i].bits;
			return 0;
		}
	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++)
		if (strcmp(silent[i], name) == 0)
			return 0;
	return err_set(e, FAULT_INCORRECT_PARAMETERS,
	    "parameter 'types' has '%s', which is no type of event", name);
}

static int
get_types(const struct vcall *call, unsigned *mask, struct err *e)
{
	yyjson_val *names, *item;
	yyjson_arr_iter it;

	*mask = BITS_ALL;
	if (vcall_strings(call, "types", &names, e) == -1)
		return -1;
	if (yyjson_arr_size(names) == 0)
		return 0;
	*mask = 0;
	yyjson_arr_iter_init(names, &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL)
		if (add_type(mask, yyjson_get_str(item), e) == -1)
			return -1;
	return 0;
}

/* ---- writing ---- */

static void
put_event(struct buf *b, const struct event *ev)
{
	static struct buf payload;

	buf_clear(&payload);
	event_payload(ev, &payload);
	vreply_begin(b);
	json_kstr(b, "event", event_name(ev));
	json_kint(b, "serial", (int64_t)ev->serial);
	json_key(b, "time");
	json_num(b, (double)ev->wall_ms / 1000.0);
	json_kstr(b, "payload", buf_text(&payload));
	vreply_end(b, true);
	b->failed |= payload.failed;
}

/* Give c the frame, unless it has too much already or there was no memory for it. */
static void
give(struct client *c, size_t max)
{
	if (c->lost > 0 || frame.failed || client_unsent(c) + frame.len > max)
		c->lost++;
	else
		buf_add(&c->out, frame.data, frame.len);
	client_wake(c);
}

/* ---- remembering ---- */

static void
remember(const struct event *ev)
{
	struct remembered *r = &ring[nremembered++ % REMEMBERED];
	const char *text = ev->type == EV_LOG ? ev->text : ev->group;

	free(r->text);
	*r = (struct remembered){
		.serial = ev->serial, .wall_ms = ev->wall_ms, .pid = ev->pid,
		.proc_id = ev->proc != NULL ? ev->proc->id : 0, .tries = ev->tries,
		.type = (uint8_t)ev->type, .from = (uint8_t)ev->from,
		.to = (uint8_t)ev->to, .expected = ev->expected,
		.text = text != NULL ? strdup(text) : NULL,
	};
}

/* False when its process is gone meanwhile. */
static bool
recall(const struct remembered *r, struct event *ev)
{
	*ev = (struct event){
		.type = (enum event_type)r->type, .serial = r->serial,
		.wall_ms = r->wall_ms, .from = (enum pstate)r->from,
		.to = (enum pstate)r->to, .tries = r->tries, .pid = r->pid,
		.expected = r->expected, .group = r->text ? r->text : "",
		.text = r->text ? r->text : "",
		.proc = r->proc_id != 0 ? core_by_id(r->proc_id) : NULL,
	};
	return ev->proc != NULL || r->proc_id == 0;
}

static void
give_remembered(struct client *c, uint64_t since)
{
	uint64_t i = nremembered > REMEMBERED ? nremembered - REMEMBERED : 0;
	struct event ev;

	for (; i < nremembered; i++) {
		const struct remembered *r = &ring[i % REMEMBERED];

		if (r->serial < since || !recall(r, &ev) || !(bit_of(&ev) & c->events))
			continue;
		buf_clear(&frame);
		put_event(&frame, &ev);
		give(c, RECALL_MAX);
	}
}

void
subscribe_event(const struct event *ev)
{
	unsigned bit = bit_of(ev);
	struct client *c;

	if (bit == 0)
		return;
	remember(ev);
	if (TAILQ_EMPTY(&watchers))
		return;
	buf_clear(&frame);
	put_event(&frame, ev);
	TAILQ_FOREACH(c, &watchers, mode_link)
		if (c->events & bit)
			give(c, UNREAD_MAX);
}

/* ---- watchers ---- */

int
do_subscribe(struct client *c, const struct vcall *call, struct err *e)
{
	int64_t since = -1;
	unsigned mask;

	if (!call->more || call->oneway) {
		vreply_error(&c->out, SERVICE_INTERFACE ".ExpectedMore", NULL, NULL);
		return 0;
	}
	if (get_types(call, &mask, e) == -1 || vcall_int(call, "since", &since, e) == -1)
		return -1;
	c->state = CLIENT_STREAM;
	c->events = mask;
	c->lost = 0;
	TAILQ_INSERT_TAIL(&watchers, c, mode_link);
	if (since >= 0)
		give_remembered(c, (uint64_t)since);
	return 0;
}

void
subscribe_remove(struct client *c)
{
	TAILQ_REMOVE(&watchers, c, mode_link);
}

void
subscribe_tell_lost(struct client *c)
{
	struct err e;

	err_set(&e, FAULT_FAILED, "FAILED: %llu events were dropped, because this "
	    "connection was read too slowly", (unsigned long long)c->lost);
	method_fault(c, &e);
	client_finish(c);
}

void
subscribe_open(void)
{
	nremembered = 0;
}

void
subscribe_close(void)
{
	for (size_t i = 0; i < REMEMBERED; i++)
		free(ring[i].text);
	memset(ring, 0, sizeof(ring));
	nremembered = 0;
	buf_release(&frame);
}
