/*
 * The link to the web guest, by state and not by history: options, servers and the
 * connections that wait.  A new guest gets all of it again.  What it sends are
 * connections of its own, for calls, and lines for the log.
 */
#include "ctl/web.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <yyjson.h>

#include "base/log.h"
#include "core/core.h"
#include "ctl/client.h"
#include "ctl/link.h"
#include "ctl/listen.h"
#include "ctl/packet.h"

#define WAITING_MAX	512	/* connections for the guest; half of what the core can hold */
#define WAITING_MS	5000	/* so long; it is up in some milliseconds */

static bool options_due, finish_due;
static int64_t finish_ms;
static size_t nservers;		/* sent to this guest */
static struct client_list waiting = TAILQ_HEAD_INITIALIZER(waiting);
static size_t nwaiting;
static struct loop_timer patience;

static bool pump(struct link *l);
static void take(struct link *l, const char *text, size_t len, int *fd);

static struct link web = { .pump = pump, .take = take, .fd = -1 };

/* ---- connections ---- */

static void
refuse(struct client *c)
{
	static const char answer[] =
		"HTTP/1.1 503 Service Unavailable\r\n"
		"Content-Type: text/plain\r\n"
		"Content-Length: 41\r\n"
		"Connection: close\r\n"
		"\r\n"
		"supd cannot answer now; try again later.\n";

	c->state = CLIENT_OPEN;
	buf_adds(&c->out, answer);
	client_finish(c);
}

static void
on_patience(struct loop_timer *t)
{
	int64_t now = loop_now();
	struct client *c;

	while ((c = TAILQ_FIRST(&waiting)) != NULL && now - c->parked_ms >= WAITING_MS) {
		web_untake(c);
		refuse(c);
	}
	if (c != NULL)
		loop_timer_start(t, c->parked_ms + WAITING_MS - now, on_patience);
}

void
web_untake(struct client *c)
{
	TAILQ_REMOVE(&waiting, c, mode_link);
	c->parked_ms = 0;
	if (--nwaiting == 0)
		loop_timer_stop(&patience);
}

void
web_take(struct client *c)
{
	core_want_guest(GUEST_WEB);
	/* an abstract name has no mode that would keep others out */
	if (c->access != NULL && c->access->own_only && c->kind == CLIENT_FOREIGN) {
		client_close(c);
		return;
	}
	if (!core.guest[GUEST_WEB].proc->want_up || nwaiting == WAITING_MAX) {
		refuse(c);
		return;
	}
	c->state = CLIENT_HTTP;
	c->parked_ms = loop_now();
	TAILQ_INSERT_TAIL(&waiting, c, mode_link);
	if (nwaiting++ == 0)
		loop_timer_start(&patience, WAITING_MS, on_patience);
	link_kick(&web);
}

/* ---- pumping ---- */

static bool
pump_options(void)
{
	if (!options_due)
		return true;
	packet_web_options(&web.packet);
	if (link_send(&web, -1) == SENT_LATER)
		return false;
	options_due = false;
	return true;
}

static bool
pump_servers(void)
{
	struct served s;

	for (; listen_get(nservers, &s); nservers++) {
		packet_server(&web.packet, &s);
		switch (link_send(&web, s.fd)) {
		case SENT_LATER:
			return false;
		case SENT_NEVER:
			log_error("the web guest cannot be told of [%s]", s.name);
			break;
		case SENT:
			break;
		}
	}
	return true;
}

/* A guest that may still fail to start would take connections along when it dies. */
static bool
pump_connections(void)
{
	struct client *c, *next;

	if (!TAILQ_EMPTY(&waiting) && !core.guest[GUEST_WEB].proc->exec_ok) {
		link_retry(&web);
		return true;
	}
	TAILQ_FOREACH_SAFE(c, &waiting, mode_link, next) {
		packet_connection(&web.packet, c->access->id);
		switch (link_send(&web, c->fd)) {
		case SENT:
			client_close(c);	/* the guest has it now */
			break;
		case SENT_LATER:
			return false;
		case SENT_NEVER:
			web_untake(c);
			refuse(c);
			break;
		}
	}
	return true;
}

static bool
pump_finish(void)
{
	if (!finish_due)
		return true;
	packet_finish(&web.packet, finish_ms);
	if (link_send(&web, -1) == SENT_LATER)
		return false;
	finish_due = false;
	return true;
}

static bool
pump(struct link *l)
{
	(void)l;
	return pump_options() && pump_servers() && pump_connections() && pump_finish();
}

/* ---- what the guest says ---- */

__attribute__((format(printf, 2, 3))) static void
say(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_write(level, fmt, ap);
	va_end(ap);
}

static void
on_line(yyjson_val *root)
{
	int64_t level = yyjson_get_sint(yyjson_obj_get(root, "level"));
	const char *text = yyjson_get_str(yyjson_obj_get(root, "text"));

	if (text != NULL && level >= LOG_CRIT && level <= LOG_BLAT)
		say((enum log_level)level, "%s", text);
}

static void
take(struct link *l, const char *text, size_t len, int *fd)
{
	yyjson_doc *doc = yyjson_read(text, len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));

	(void)l;
	if (op != NULL && strcmp(op, "call") == 0 && *fd != -1) {
		client_admit(*fd, (uid_t)yyjson_get_sint(yyjson_obj_get(root, "uid")));
		*fd = -1;
	} else if (op != NULL && strcmp(op, "log") == 0)
		on_line(root);
	yyjson_doc_free(doc);
}

/* ---- what the core says ---- */

static void
web_up(int fd)
{
	options_due = true;
	finish_due = false;
	nservers = 0;
	link_up(&web, fd);
}

static void
web_down(void)
{
	link_down(&web);
}

static void
web_finish(int64_t ms)
{
	finish_due = true;
	finish_ms = ms;
	link_kick(&web);
}

void
web_open(void)
{
	static const struct guest_ops ops = {
		.up = web_up, .down = web_down, .finish = web_finish,
	};

	guest_ops[GUEST_WEB] = &ops;
}

void
web_close(void)
{
	struct client *c;

	while ((c = TAILQ_FIRST(&waiting)) != NULL) {
		web_untake(c);
		refuse(c);
	}
	link_release(&web);
}
