/*
 * A sink in trouble.
 *
 * The core is told once when it begins and once when it ends.  With the policy
 * "block" the pipe is left alone, so the program waits as soon as it is full, and a
 * timer or the sink itself says when to try again.  With "drop" the pipe is
 * drained into nothing, counted, and each try waits for the back-off and for
 * something to write.
 */
#include "log/flow.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "log/console.h"
#include "log/corelink.h"
#include "log/logger.h"

#define BACKOFF_FIRST_MS 50
#define BACKOFF_MAX_MS	2000	/* a person waits for the log after freeing space */
#define STUCK_MS	1000

static TAILQ_HEAD(hold_list, hold) for_console = TAILQ_HEAD_INITIALIZER(for_console);

struct hold *
flow_hold(struct flow *f)
{
	if (f->hold == NULL) {
		f->hold = calloc(1, sizeof(*f->hold));
		if (f->hold != NULL)
			f->hold->flow = f;
	}
	return f->hold;
}

static void
stop_waiting(struct hold *h)
{
	loop_timer_stop(&h->timer);
	loop_io_stop(&h->writable);
	if (h->queued)
		TAILQ_REMOVE(&for_console, h, link);
	h->queued = false;
}

void
flow_unhold(struct flow *f)
{
	struct hold *h = f->hold;

	if (h == NULL || h->error != 0 || h->pend.len > 0 || h->line.len > 0 ||
	    h->said.len > 0)
		return;
	stop_waiting(h);
	buf_release(&h->pend);
	buf_release(&h->line);
	buf_release(&h->said);
	free(h);
	f->hold = NULL;
}

const char *
flow_reason(int error)
{
	static char text[80];

	if (error == EAGAIN || error == 0)
		return "nobody reads";
	if (error == EOWNERDEAD)
		return "logger was killed";
	strncpy(text, strerror(error), sizeof(text) - 1);
	if (text[0] != '\0' && islower((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}

/*
 * A console that nobody will ever read again stops no program, and neither does
 * a place where nothing may be written: waiting makes neither better.
 */
static bool
waits(const struct flow *f, int error)
{
	if (error == EROFS || error == EACCES || error == EPERM)
		return false;
	if (f->sink == SINK_CONSOLE && (error == EPIPE || error == EIO))
		return false;
	return f->policy == POLICY_WAIT;
}

bool
flow_loses(const struct flow *f)
{
	const struct hold *h = f->hold;

	if (h == NULL || h->error == 0 || waits(f, h->error))
		return false;
	/* Without pend the next byte may be the one that gets through. */
	return h->pend.len > 0 || h->queued || sys->mono_ms() < h->retry_ms;
}

/* Tell the core, unless it knows.  All flows of a console are one trouble. */
static void
tell(struct flow *f, bool trouble)
{
	struct hold *h = f->hold;
	const char *sink = f->path;

	if (h->told == trouble)
		return;
	h->told = trouble;
	if (f->console != NULL && !console_tell(f->console, trouble))
		return;
	if (!trouble)
		corelink_event(f, "'%s' takes output again", sink);
	else if (waits(f, h->error))
		corelink_event(f, "cannot write to '%s': %s; the program waits when its "
		    "pipe is full", sink, flow_reason(h->error));
	else
		corelink_event(f, "cannot write to '%s': %s; output is dropped and counted",
		    sink, flow_reason(h->error));
}

void
flow_retry(struct flow *f)
{
	flow_push(f, false);
	if (f->hold != NULL && f->hold->pend.len > 0)
		return;
	flow_start(f);
	flow_batch(f);
}

static void
on_timer(struct loop_timer *timer)
{
	struct hold *h = LOOP_OWNER(timer, struct hold, timer);

	if (h->error == EAGAIN)
		tell(h->flow, true);
	else if (h->error != 0)
		flow_retry(h->flow);
	else
		flow_push(h->flow, true);
}

static void
on_writable(struct loop_io *io, int events)
{
	struct hold *h = LOOP_OWNER(io, struct hold, writable);

	(void)events;
	loop_io_stop(io);
	flow_retry(h->flow);
}

void
flow_console_free(struct console *c)
{
	struct hold *h;

	while (console_busy(c) == 0) {
		TAILQ_FOREACH(h, &for_console, link)
			if (h->flow->console == c)
				break;
		if (h == NULL)
			return;
		TAILQ_REMOVE(&for_console, h, link);
		h->queued = false;
		flow_retry(h->flow);
	}
}

/* The sink itself will say when it takes something again. */
static void
wait_for_sink(struct hold *h)
{
	struct flow *f = h->flow;

	if (f->console == NULL) {
		loop_io_start(&h->writable, f->file.fd, LOOP_WRITE, on_writable);
	} else if (!h->queued) {
		h->queued = true;
		TAILQ_INSERT_TAIL(&for_console, h, link);
	}
	/* A reader that is slow for a moment is no news. */
	if (!h->told && !loop_timer_active(&h->timer))
		loop_timer_start(&h->timer, STUCK_MS, on_timer);
}

/* Note the trouble and when to try again. */
static struct hold *
trouble(struct flow *f, int error)
{
	struct hold *h = flow_hold(f);

	if (h == NULL)
		return NULL;
	if (h->error == 0)
		h->backoff_ms = BACKOFF_FIRST_MS;
	else if (h->backoff_ms < BACKOFF_MAX_MS)
		h->backoff_ms *= 2;
	if (h->error != error)
		loop_timer_stop(&h->timer);
	h->error = error;
	h->retry_ms = sys->mono_ms() + h->backoff_ms;
	if (error != EAGAIN)
		tell(f, true);
	return h;
}

void
flow_trouble(struct flow *f, int error)
{
	trouble(f, error);
}

void
flow_failed(struct flow *f, int error)
{
	struct hold *h = trouble(f, error);

	if (h == NULL)
		return;		/* no memory: the next byte tries again */
	if (waits(f, error))
		flow_stop(f);
	if (error == EAGAIN) {
		wait_for_sink(h);
	} else if (waits(f, error)) {
		loop_timer_start(&h->timer, h->backoff_ms, on_timer);
	} else if (h->pend.len > 0) {
		size_t n = h->pend.len;

		buf_release(&h->pend);
		flow_dropped(f, n, DROP_ERROR, error);
	}
}

void
flow_worked(struct flow *f)
{
	struct hold *h = f->hold;

	if (h == NULL || h->error == 0)
		return;
	tell(f, false);
	h->error = 0;
	stop_waiting(h);
	flow_start(f);
	flow_unhold(f);
}

void
flow_flush_later(struct flow *f, bool restart)
{
	struct hold *h = f->hold;

	if (h != NULL && (restart || !loop_timer_active(&h->timer)))
		loop_timer_start(&h->timer, CONSOLE_FLUSH_MS, on_timer);
}

void
flow_give_up(struct flow *f)
{
	struct hold *h = f->hold;
	size_t n = h != NULL ? h->pend.len : 0;

	if (h == NULL)
		return;
	h->pend.len = h->line.len = h->said.len = 0;
	if (n > 0)
		flow_dropped(f, n, DROP_POLICY, ECANCELED);
	h->error = 0;
	flow_unhold(f);
}
