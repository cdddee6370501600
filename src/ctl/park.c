/*
 * Handing clients over to guests.  Earlier replies go first: a client that does not read
 * them holds up nobody.  A guest that may still fail to start would take clients along when
 * it dies, so they wait until it has been executed.
 */
#include "ctl/park.h"

#include "core/core.h"
#include "ctl/link.h"
#include "ctl/packet.h"
#include "wire/feed.h"
#include "wire/guest.h"
#include "wire/varlink.h"

#define PARKED_MAX	64	/* clients that wait for one guest */
#define PARKED_MS	5000	/* so long; a guest is up again in some milliseconds */
#define CALL_MAX	(FEED_MAX / 8)	/* bytes handed over: each may become \u0000 */

_Static_assert(CALL_MAX <= GUEST_CLIENT_MAX, "what leaves may come back");

static void
leave(struct client *c)
{
	struct park *p = c->park;

	TAILQ_REMOVE(&p->waiting, c, mode_link);
	c->parked_ms = 0;
	if (--p->n == 0)
		loop_timer_stop(&p->patience);
}

__attribute__((format(printf, 2, 3))) static void
refuse(struct client *c, const char *fmt, ...)
{
	struct buf text = { 0 };
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	err_set(&e, FAULT_FAILED, "FAILED: %s", buf_text(&text));
	buf_release(&text);
	vreply_fault(&c->out, c->park->interface, &e);
	client_skip_call(c);
	client_done(c);
}

static void
on_patience(struct loop_timer *t)
{
	struct park *p = LOOP_OWNER(t, struct park, patience);
	int64_t now = loop_now();
	struct client *c;

	while ((c = TAILQ_FIRST(&p->waiting)) != NULL && now - c->parked_ms >= PARKED_MS) {
		leave(c);
		refuse(c, "%s is being restarted", p->who);
	}
	if (c != NULL)
		loop_timer_start(t, c->parked_ms + PARKED_MS - now, on_patience);
}

void
park_leave(struct client *c)
{
	if (c->parked_ms != 0)
		leave(c);
}

void
park_take(struct client *c)
{
	struct park *p = c->park;

	if (c->in.len > CALL_MAX)
		refuse(c, "too much was sent at once with a call for %s", p->who);
	else if (c->parked_ms == 0 && p->n == PARKED_MAX)
		refuse(c, "%s is being restarted, and many wait for it", p->who);
	else {
		if (c->parked_ms == 0) {
			c->parked_ms = loop_now();
			TAILQ_INSERT_TAIL(&p->waiting, c, mode_link);
			if (p->n++ == 0)
				loop_timer_start(&p->patience, PARKED_MS, on_patience);
		}
		link_pump(p->link);
	}
}

bool
park_pump(struct park *p, const struct proc *guest)
{
	struct client *c, *next;

	if (!TAILQ_EMPTY(&p->waiting) && !guest->exec_ok) {
		link_retry(p->link);
		return true;
	}
	TAILQ_FOREACH_SAFE(c, &p->waiting, mode_link, next) {
		if (client_unsent(c) > 0)
			continue;
		packet_client(&p->link->packet, c);
		switch (link_send(p->link, c->fd)) {
		case SENT:
			client_close(c);	/* the guest has it now */
			break;
		case SENT_LATER:
			return false;
		case SENT_NEVER:
			leave(c);
			refuse(c, "%s cannot be reached", p->who);
			break;
		}
	}
	return true;
}

void
park_refuse_all(struct park *p, const char *why)
{
	struct client *c;

	while ((c = TAILQ_FIRST(&p->waiting)) != NULL) {
		leave(c);
		refuse(c, "%s", why);
	}
}

void
park_return(yyjson_val *data, int fd)
{
	struct client *c = client_new(fd, NULL);

	if (c == NULL)
		return;
	c->spoke_varlink = true;
	if (data != NULL)
		buf_add(&c->in, yyjson_get_str(data), yyjson_get_len(data));
	client_wake(c);
}
