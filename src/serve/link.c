/*
 * Packets from and to the core.  The core reads at once, or has died: the queue is for the
 * moments between.
 */
#include "serve/link.h"

#include <sys/socket.h>
#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/loop.h"
#include "base/sys.h"
#include "wire/guest.h"

#define LINE_MAX_BYTES	1024	/* of a log line */
#define QUEUE_MAX	256	/* packets */
#define QUEUE_LINES	64	/* lines of the log leave the other places free */
#define RETRY_MS	10	/* too many descriptors are on their way: no event tells */

struct packet {
	STAILQ_ENTRY(packet) link;
	struct buf text;
	int	 fd;		/* owned; -1: none */
};

static STAILQ_HEAD(packet_list, packet) queue = STAILQ_HEAD_INITIALIZER(queue);
static size_t queued;
static struct loop_io io;
static struct loop_timer retry;
static int link_fd = GUEST_FD;
static serve_link_fn handle;
static enum log_level wanted = LOG_INFO;
static unsigned long lost_lines;

/* ---- out ---- */

static void on_link(struct loop_io *w, int events);

static void
packet_free(struct packet *p)
{
	buf_release(&p->text);
	fd_close(&p->fd);
	free(p);
}

static void send_queue(void);

static void
on_retry(struct loop_timer *t)
{
	(void)t;
	send_queue();
}

static void
send_queue(void)
{
	struct packet *p;
	bool full = false;

	while (link_fd != -1 && !full && (p = STAILQ_FIRST(&queue)) != NULL) {
		if (fd_send(link_fd, p->text.data, p->text.len, p->fd) == -1) {
			if (errno == ETOOMANYREFS || errno == ENOBUFS || errno == ENOMEM ||
			    errno == EINTR) {
				loop_timer_start(&retry, RETRY_MS, on_retry);
				return;
			}
			full = errno == EAGAIN;	/* any other: there is no core any more */
			if (full)
				break;
		}
		STAILQ_REMOVE_HEAD(&queue, link);
		queued--;
		packet_free(p);
	}
	if (link_fd != -1)
		loop_io_start(&io, link_fd, LOOP_READ | (full ? LOOP_WRITE : 0), on_link);
}

/* Owns text and, when it returns 0, fd. */
static int
put_packet(struct buf *text, int fd, size_t most)
{
	struct packet *p = queued < most && !text->failed && link_fd != -1 ?
	    malloc(sizeof(*p)) : NULL;

	if (p == NULL) {
		buf_release(text);
		return -1;
	}
	*p = (struct packet){ .text = *text, .fd = fd };
	*text = (struct buf){ 0 };
	STAILQ_INSERT_TAIL(&queue, p, link);
	queued++;
	send_queue();
	return 0;
}

int
serve_link_dial(void *arg, uid_t uid, struct err *e)
{
	struct buf b = { 0 };
	int pair[2];

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: no socket for a call: %s",
		    strerror(errno));
	sys->set_nonblock(pair[1], true);
	guest_put_call(&b, uid);
	if (put_packet(&b, pair[1], QUEUE_MAX) == -1) {
		close(pair[0]);
		close(pair[1]);
		return err_set(e, FAULT_FAILED, "FAILED: the supervisor is busy");
	}
	return pair[0];
}

int
serve_link_give_back(int fd, const char *data, size_t len)
{
	struct buf b = { 0 };

	if (len > GUEST_CLIENT_MAX)
		return -1;
	guest_put_client(&b, data, len);
	return put_packet(&b, fd, QUEUE_MAX);
}

int
serve_link_send(struct buf *packet)
{
	return put_packet(packet, -1, QUEUE_MAX);
}

static int
send_line(enum log_level level, const char *text)
{
	struct buf b = { 0 };

	guest_put_line(&b, level, text);
	return put_packet(&b, -1, QUEUE_LINES);
}

void
serve_link_set_level(enum log_level level)
{
	wanted = level;
}

void
serve_link_log(enum log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES], note[64];
	va_list ap;

	if (level > wanted)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (lost_lines > 0) {
		snprintf(note, sizeof(note), "%lu lines of the log were lost", lost_lines);
		if (send_line(LOG_WARN, note) == 0)
			lost_lines = 0;
	}
	if (send_line(level, line) == -1)
		lost_lines++;
}

/* ---- in ---- */

static void
take(const char *data, size_t len, int *fd)
{
	yyjson_doc *doc = yyjson_read(data, len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));

	if (op != NULL)
		handle(op, root, fd);
	yyjson_doc_free(doc);
}

static void
on_link(struct loop_io *w, int events)
{
	static char data[GUEST_PACKET_MAX];
	ssize_t n = -1;
	int fd;

	(void)w;
	if (events & LOOP_WRITE)
		send_queue();
	while (link_fd != -1 && (n = fd_recv(link_fd, data, sizeof(data), &fd)) > 0) {
		take(data, (size_t)n, &fd);
		fd_close(&fd);
	}
	if (link_fd == -1)
		return;
	/* without a core there is nobody to work for */
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		loop_io_stop(&io);
		loop_stop();
	}
}

void
serve_link_init(serve_link_fn fn)
{
	handle = fn;
	loop_io_start(&io, link_fd, LOOP_READ, on_link);
}

void
serve_link_release(void)
{
	struct packet *p;

	send_queue();		/* the last lines say why */
	loop_io_stop(&io);
	loop_timer_stop(&retry);
	while ((p = STAILQ_FIRST(&queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&queue, link);
		packet_free(p);
	}
	queued = 0;
	fd_close(&link_fd);
}
