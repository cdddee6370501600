/*
 * Packets from and to the core.  A packet is parsed out of the scratch buffer before it
 * is carried out, so that what it starts may use the buffer.
 */
#include "log/corelink.h"

#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/sys.h"
#include "log/flow.h"
#include "log/logger.h"
#include "log/match.h"
#include "log/reader.h"
#include "log/talk.h"
#include "wire/feed.h"
#include "wire/guest.h"
#include "wire/json.h"

#define AGAIN_MAX	1024	/* streams whose descriptor was lost */
#define AGAIN_MS	1000	/* until the next try: somebody may have gone by then */
#define TELL_MS		60000	/* between two complaints */
#define QUEUE_MAX	64	/* packets; the core reads at once, or has died */
#define OUTPUT_MAX	(1024 * 1024)	/* bytes of events that wait besides them */
#define OUTPUT_PART	(64 * 1024)	/* bytes of text in a packet */
#define GIVE_BACK_MAX	(FEED_MAX / 8)	/* bytes: each may become \u0000 */

struct packet {
	STAILQ_ENTRY(packet) link;
	struct buf text;
	int	 fd;		/* owned; -1: none */
	bool	 is_output;	/* counted in output_bytes, not in queued */
};

static struct {
	uint32_t id[AGAIN_MAX];
	size_t	 n;
	bool	 told;
	int64_t	 told_ms;
	struct loop_timer timer;
} again;

static STAILQ_HEAD(packet_list, packet) queue = STAILQ_HEAD_INITIALIZER(queue);
static size_t queued, output_bytes;
static bool output_lost;	/* and the core does not know */
static bool match_untold;	/* neither of some fence or line */
static struct loop_io io;
static int feed = FEED_FD;

/* ---- out ---- */

static void on_feed(struct loop_io *w, int events);
static void tell_lost_events(void);

static void
packet_free(struct packet *p)
{
	buf_release(&p->text);
	fd_close(&p->fd);
	free(p);
}

static void
send_queue(void)
{
	struct packet *p;

	while ((p = STAILQ_FIRST(&queue)) != NULL) {
		if (fd_send(feed, p->text.data, p->text.len, p->fd) == -1 &&
		    errno == EAGAIN)
			break;	/* any other failure: there is no core any more */
		STAILQ_REMOVE_HEAD(&queue, link);
		if (p->is_output)
			output_bytes -= p->text.len;
		else
			queued--;
		packet_free(p);
	}
	if (feed != -1)
		loop_io_start(&io, feed, LOOP_READ | (STAILQ_EMPTY(&queue) ? 0 : LOOP_WRITE),
		    on_feed);
	if ((output_lost || match_untold) && STAILQ_EMPTY(&queue))
		tell_lost_events();
}

static void
tell_lost_events(void)
{
	size_t n;
	struct flow **flows = flow_all(&n);

	output_lost = match_untold = false;
	for (size_t i = 0; i < n; i++) {
		talk_tell_lost(flows[i]);
		match_tell(flows[i]);
	}
}

/* Takes text and fd. */
static int
send_packet(struct buf *text, int fd)
{
	struct packet *p = malloc(sizeof(*p));

	if (p == NULL || text->failed || feed == -1 || queued >= QUEUE_MAX) {
		free(p);
		buf_release(text);
		return -1;
	}
	*p = (struct packet){ .text = *text, .fd = fd };
	STAILQ_INSERT_TAIL(&queue, p, link);
	queued++;
	send_queue();
	return 0;
}

static void
send_event(uint32_t id, const char *text)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	json_kstr(&b, "op", "event");
	json_kint(&b, "id", id);
	json_kstr(&b, "text", text);
	json_close(&b, '}');
	send_packet(&b, -1);
}

void
corelink_event(const struct flow *f, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list ap;

	buf_addf(&text, "%s %s: ", flow_full_name(f), flow_channel_name(f));
	va_start(ap, fmt);
	buf_addv(&text, fmt, ap);
	va_end(ap);
	send_event(f->id, buf_text(&text));
	buf_release(&text);
}

static struct packet *
output_packet(struct flow *f, uint32_t proc, const char *kind, pid_t ended, bool more)
{
	struct packet *p = malloc(sizeof(*p));

	if (p == NULL)
		return NULL;
	*p = (struct packet){ .fd = -1, .is_output = true };
	json_open(&p->text, '{');
	json_kstr(&p->text, "op", "output");
	json_kint(&p->text, "id", f->id);
	json_kint(&p->text, "proc", proc);
	json_kstr(&p->text, "kind", kind);
	json_kint(&p->text, "ended", ended);
	json_kbool(&p->text, "more", more);
	json_close(&p->text, '}');
	buf_addc(&p->text, '\0');
	return p;
}

int
corelink_output(struct flow *f, uint32_t proc, const char *kind, pid_t ended,
    const char *text, size_t len)
{
	struct packet_list parts = STAILQ_HEAD_INITIALIZER(parts);
	struct packet *p;
	size_t bytes = 0, n;
	bool failed = feed == -1 || (output_bytes > 0 && output_bytes + len > OUTPUT_MAX);

	do {
		n = len < OUTPUT_PART ? len : OUTPUT_PART;
		p = failed ? NULL : output_packet(f, proc, kind, ended, n < len);
		failed = p == NULL;
		if (failed)
			break;
		buf_add(&p->text, text, n);
		failed = p->text.failed;
		STAILQ_INSERT_TAIL(&parts, p, link);
		bytes += p->text.len;
		text += n;
		len -= n;
	} while (len > 0 && !failed);
	if (failed) {
		while ((p = STAILQ_FIRST(&parts)) != NULL) {
			STAILQ_REMOVE_HEAD(&parts, link);
			packet_free(p);
		}
		output_lost = true;
		return -1;
	}
	output_bytes += bytes;
	STAILQ_CONCAT(&queue, &parts);
	send_queue();
	return 0;
}

int
corelink_match(const struct flow *f, const char *op, uint32_t fence)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	json_kstr(&b, "op", op);
	json_kint(&b, "id", f->id);
	json_kint(&b, "fence", fence);
	json_close(&b, '}');
	if (send_packet(&b, -1) == 0)
		return 0;
	match_untold = true;
	return -1;
}

int
corelink_give_back(int fd, const char *data, size_t len)
{
	struct buf b = { 0 };

	if (len > GIVE_BACK_MAX)
		return -1;
	guest_put_client(&b, data, len);
	return send_packet(&b, fd);
}

/* ---- descriptors that found no place ---- */

static void
tell_lost(const char *what)
{
	int64_t now = sys->mono_ms();

	if (again.told && now - again.told_ms < TELL_MS)
		return;
	again.told = true;
	again.told_ms = now;
	send_event(FEED_MAIN_ID, what);
}

static void
on_again(struct loop_timer *t)
{
	struct buf b = { 0 };

	while (again.n > 0) {
		json_open(&b, '{');
		json_kstr(&b, "op", "again");
		json_kint(&b, "id", again.id[again.n - 1]);
		json_close(&b, '}');
		if (send_packet(&b, -1) == -1) {
			loop_timer_start(t, AGAIN_MS, on_again);
			return;
		}
		b = (struct buf){ 0 };
		again.n--;
	}
}

/* The core keeps the pipe, so nothing of what is in it is lost. */
static void
ask_again(uint32_t id)
{
	tell_lost("logger: too many open files: some logs are not written until there are "
	    "fewer, programs wait");
	for (size_t i = 0; i < again.n; i++)
		if (again.id[i] == id)
			return;
	if (again.n == AGAIN_MAX)
		return;
	again.id[again.n++] = id;
	if (!loop_timer_active(&again.timer))
		loop_timer_start(&again.timer, AGAIN_MS, on_again);
}

/* ---- in ---- */

static const char *
text_of(yyjson_val *root, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(root, key));

	return text != NULL ? text : "";
}

static bool
is_set(yyjson_val *root, const char *key)
{
	return yyjson_is_true(yyjson_obj_get(root, key));
}

static int64_t
number(yyjson_val *root, const char *key)
{
	yyjson_val *v = yyjson_obj_get(root, key);

	return yyjson_is_int(v) ? yyjson_get_sint(v) : 0;
}

static void
op_options(yyjson_val *root)
{
	const char *format = text_of(root, "stdout_format");

	logger.strip_ansi = is_set(root, "strip_ansi");
	logger.own_stdout = is_set(root, "own_stdout");
	logger.copies_output = is_set(root, "copies_output");
	logger.format = strcmp(format, "json") == 0 ? CONSOLE_JSON :
	    strcmp(format, "tagged") == 0 ? CONSOLE_TAGGED : CONSOLE_RAW;
	if (yyjson_obj_get(root, "ring") != NULL)
		logger.ring_max = (size_t)number(root, "ring");
	free(logger.ident);
	logger.ident = *text_of(root, "ident") != '\0' ? strdup(text_of(root, "ident"))
	    : NULL;
	if (is_set(root, "cleanup"))
		logfile_clean(text_of(root, "childlogdir"), text_of(root, "identifier"));
}

static void
op_add(yyjson_val *root, int fd, bool lost)
{
	const char *channel = text_of(root, "channel");
	struct flow_rules r = {
		.id = (uint32_t)number(root, "id"),
		.name = text_of(root, "name"),
		.group = text_of(root, "group"),
		.file = text_of(root, "file"),
		.channel = strcmp(channel, "main") == 0 ? CHANNEL_MAIN :
		    strcmp(channel, "stderr") == 0 ? CHANNEL_STDERR : CHANNEL_STDOUT,
		.policy = strcmp(text_of(root, "policy"), "drop") == 0 ? POLICY_LOSE :
		    POLICY_WAIT,
		.is_auto = is_set(root, "auto"),
		.syslog = is_set(root, "syslog"),
		.echo = is_set(root, "echo"),
		.open = !yyjson_is_false(yyjson_obj_get(root, "open")),
		.maxbytes = number(root, "maxbytes"),
		.backups = number(root, "backups"),
		.events = is_set(root, "events"),
		.capture = number(root, "capture"),
		.proc = (uint32_t)number(root, "proc"),
		.ended = (pid_t)number(root, "ended"),
		.ready = text_of(root, "ready"),
		.fence = (uint32_t)number(root, "fence"),
	};

	if (lost && flow_by_id(r.id) == NULL)
		ask_again(r.id);
	else if (r.id == 0)
		fd_close(&fd);
	else
		flow_add(&r, fd);
}

/* Carry out one packet; owns fd.  lost: there was one. */
static void
handle(const char *data, size_t len, int fd, bool lost)
{
	yyjson_doc *doc = yyjson_read(data, len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = text_of(root, "op");

	if (strcmp(op, "add") == 0) {
		op_add(root, fd, lost);
		fd = -1;
	} else if (strcmp(op, "remove") == 0) {
		flow_remove((uint32_t)number(root, "id"));
	} else if (strcmp(op, "client") == 0 && lost) {
		tell_lost("logger: too many open files: a reader of logs was turned away");
	} else if (strcmp(op, "client") == 0 && fd != -1) {
		yyjson_val *text = yyjson_obj_get(root, "data");

		if (yyjson_is_str(text)) {
			reader_new(fd, yyjson_get_str(text), yyjson_get_len(text));
			fd = -1;
		}
	} else if (strcmp(op, "options") == 0) {
		op_options(root);
	} else if (strcmp(op, "reopen") == 0) {
		flow_reopen_all();
	} else if (strcmp(op, "shutdown") == 0) {
		logger.closed = true;
	} else if (strcmp(op, "finish") == 0) {
		logger_finish(number(root, "ms"));
	}
	fd_close(&fd);
	yyjson_doc_free(doc);
}

static void
on_feed(struct loop_io *w, int events)
{
	int fd;
	ssize_t n;

	(void)w;
	if (events & LOOP_WRITE)
		send_queue();
	while ((n = fd_recv(feed, logger_scratch, FEED_MAX, &fd)) > 0)
		handle(logger_scratch, (size_t)n, fd, fd == -1 && errno == EMFILE);
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		loop_io_stop(&io);
		fd_close(&feed);
		logger_orphaned();
	}
}

void
corelink_init(void)
{
	loop_io_start(&io, feed, LOOP_READ, on_feed);
}

void
corelink_release(void)
{
	struct packet *p;

	loop_io_stop(&io);
	loop_timer_stop(&again.timer);
	while ((p = STAILQ_FIRST(&queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&queue, link);
		packet_free(p);
	}
	fd_close(&feed);
}
