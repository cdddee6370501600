/*
 * Links to the guests of sections, by state and not by history: what a guest has to know is
 * options, clients and whether it shall end; a new guest gets all of it again.
 */
#include "ctl/handover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/sys.h"
#include "core/core.h"
#include "ctl/client.h"
#include "ctl/keys.h"
#include "ctl/link.h"
#include "ctl/packet.h"
#include "ctl/park.h"
#include "ctl/wanted.h"
#include "wire/varlink.h"

struct handover {
	struct helper *helper;	/* borrowed: it owns us */
	struct link link;
	struct park park;
	bool	 options_due, finish_due;
	int64_t	 finish_ms;
	char	*told;		/* the sections that this guest has got; owned */
};

static const struct {
	const char *interface;
	enum guest_section kind;
} rows[] = {
	{ STORE_INTERFACE, SECTION_STORE },
	{ NODE_INTERFACE, SECTION_NODE },
	{ GATEWAY_INTERFACE, SECTION_GATEWAY },
};

/* ---- pumping ---- */

/* What the sections say, in memory that only the guest gets: there are passwords in it. */
static int
sections_fd(const char *text)
{
	int fd = sys->memfd("supd-sections");
	size_t len = strlen(text);

	if (fd != -1 && sys->write(fd, text, len) != (ssize_t)len)
		fd_close(&fd);
	return fd;
}

static bool
pump_options(struct handover *o)
{
	struct buf text = { 0 };
	enum sent sent;
	int fd;

	if (!o->options_due)
		return true;
	keys_sections(&text, core.config, o->helper->kind, o->helper->name);
	free(o->told);
	o->told = buf_steal(&text);
	fd = o->told != NULL ? sections_fd(o->told) : -1;
	if (fd == -1) {
		link_retry(&o->link);
		return false;
	}
	keys_options(&o->link.packet, o->helper);
	sent = link_send(&o->link, fd);
	fd_close(&fd);
	o->options_due = sent == SENT_LATER;
	return !o->options_due;
}

static bool
pump_finish(struct handover *o)
{
	if (!o->finish_due)
		return true;
	packet_finish(&o->link.packet, o->finish_ms);
	if (link_send(&o->link, -1) == SENT_LATER)
		return false;
	o->finish_due = false;
	return true;
}

static bool
pump(struct link *l)
{
	struct handover *o = LOOP_OWNER(l, struct handover, link);

	/* who is about to end gets nobody any more: they wait for the next one */
	if (o->finish_ms != 0)
		return pump_finish(o);
	return pump_options(o) && (o->helper->kind != SECTION_STORE || wanted_pump(l)) &&
	    park_pump(&o->park, o->helper->guest.proc);
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
on_line(const struct handover *o, yyjson_val *root)
{
	int64_t level = yyjson_get_sint(yyjson_obj_get(root, "level"));
	const char *text = yyjson_get_str(yyjson_obj_get(root, "text"));

	if (text != NULL && level >= LOG_CRIT && level <= LOG_BLAT)
		say((enum log_level)level, "%s: %s", o->helper->guest.proc->conf->name, text);
}

static void
take(struct link *l, const char *text, size_t len, int *fd)
{
	struct handover *o = LOOP_OWNER(l, struct handover, link);
	yyjson_doc *doc = yyjson_read(text, len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));

	if (op != NULL && strcmp(op, "call") == 0 && *fd != -1) {
		client_admit(*fd, (uid_t)yyjson_get_sint(yyjson_obj_get(root, "uid")));
		*fd = -1;
	} else if (op != NULL && strcmp(op, "client") == 0 && *fd != -1) {
		park_return(yyjson_obj_get(root, "data"), *fd);
		*fd = -1;
	} else if (op != NULL && strcmp(op, "log") == 0)
		on_line(o, root);
	else if (op != NULL && strcmp(op, "values") == 0)
		wanted_take(root);
	else if (op != NULL && strcmp(op, "failed") == 0 && o->helper->kind == SECTION_STORE)
		wanted_failed(root);
	yyjson_doc_free(doc);
}

/* ---- what the core says ---- */

static struct handover *
handover_of(struct helper *h)
{
	struct handover *o = h->handover;

	if (o != NULL)
		return o;
	o = calloc(1, sizeof(*o));
	if (o == NULL)
		return NULL;
	o->helper = h;
	o->link = (struct link){ .pump = pump, .take = take, .fd = -1 };
	o->park = (struct park){ .link = &o->link, .who = h->guest.proc->conf->name };
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].kind == h->kind)
			o->park.interface = rows[i].interface;
	TAILQ_INIT(&o->park.waiting);
	h->handover = o;
	return o;
}

static void
helper_up(struct helper *h, int fd)
{
	struct handover *o = handover_of(h);

	if (o == NULL) {
		log_error("%s cannot be served: out of memory", h->guest.proc->conf->name);
		return;
	}
	o->options_due = true;
	o->finish_due = false;
	o->finish_ms = 0;
	link_up(&o->link, fd);
	if (h->kind == SECTION_STORE)
		wanted_up();
}

static void
helper_down(struct helper *h)
{
	if (h->handover != NULL)
		link_down(&h->handover->link);
	if (h->kind == SECTION_STORE)
		wanted_down();
}

static void
helper_finish(struct helper *h, int64_t ms)
{
	if (h->handover == NULL)
		return;
	h->handover->finish_due = true;
	h->handover->finish_ms = ms;
	link_kick(&h->handover->link);
}

static bool
helper_is_current(const struct helper *h)
{
	struct buf text = { 0 };
	bool same;

	if (h->handover == NULL || h->handover->told == NULL)
		return true;
	keys_sections(&text, core.config, h->kind, h->name);
	same = text.failed || strcmp(buf_text(&text), h->handover->told) == 0;
	buf_release(&text);
	return same;
}

static void
helper_gone(struct helper *h)
{
	struct handover *o = h->handover;

	if (o == NULL)
		return;
	park_refuse_all(&o->park, "its section has gone");
	link_release(&o->link);
	free(o->told);
	free(o);
	h->handover = NULL;
}

static void
kick_store(void)
{
	struct helper *h = core_find_helper(SECTION_STORE, "");

	if (h != NULL && h->handover != NULL)
		link_kick(&h->handover->link);
}

void
handover_open(void)
{
	static const struct helper_ops ops = {
		.up = helper_up, .down = helper_down, .finish = helper_finish,
		.is_current = helper_is_current, .gone = helper_gone,
	};

	helper_ops = &ops;
	wanted_open(kick_store);
}

void
handover_close(void)
{
	struct helper *h;

	wanted_close();
	TAILQ_FOREACH(h, &core.helpers, link)
		if (h->handover != NULL) {
			park_refuse_all(&h->handover->park, "the supervisor ends");
			link_down(&h->handover->link);
		}
}

/* ---- who answers ---- */

/* The only one of its kind; NULL and e. */
static struct helper *
only_one(enum guest_section kind, const char *word, struct err *e)
{
	struct helper *h, *found = NULL;

	TAILQ_FOREACH(h, &core.helpers, link) {
		if (h->kind != kind)
			continue;
		if (found != NULL) {
			err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: parameter"
			    " '%s' has to say which of several is meant", word);
			return NULL;
		}
		found = h;
	}
	if (found == NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: there is no [%s:x]", word);
	return found;
}

/* The node, or the gateway, that a call names in the parameter of that word. */
static struct helper *
find_named(enum guest_section kind, const char *word, const struct vcall *call, struct err *e)
{
	const struct conf_guest *g;
	const char *name = "";
	struct helper *h;

	if (vcall_string(call, word, &name, e) == -1)
		return NULL;
	if (*name == '\0')
		return only_one(kind, word, e);
	h = core_find_helper(kind, name);
	g = h == NULL ? conf_find_guest(core.config, kind, name) : NULL;
	if (g != NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: the %s '%s' is an external program",
		    word, name);
	else if (h == NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: there is no [%s:%s]", word, name);
	return h;
}

struct park *
handover_park(const char *interface, const struct vcall *call, struct err *e)
{
	struct helper *h;

	if (strcmp(interface, STORE_INTERFACE) == 0) {
		h = core_want_helper(SECTION_STORE, "");
		if (h == NULL)
			err_set(e, FAULT_FAILED, "FAILED: out of memory");
	} else if (strcmp(interface, NODE_INTERFACE) == 0)
		h = find_named(SECTION_NODE, "node", call, e);
	else
		h = find_named(SECTION_GATEWAY, "gateway", call, e);
	if (h == NULL)
		return NULL;
	if (!h->guest.proc->want_up) {
		err_set(e, FAULT_FAILED, "FAILED: %s is stopped", h->guest.proc->conf->name);
		return NULL;
	}
	if (handover_of(h) == NULL) {
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
		return NULL;
	}
	return &h->handover->park;
}
