/*
 * Packets from and to the core.  Ours are few and short: one that does not fit into the
 * socket is dropped and counted, not kept.
 */
#include "web/weblink.h"

#include <sys/socket.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/loop.h"
#include "base/sys.h"
#include "http/access.h"
#include "http/http.h"
#include "web/rpc.h"
#include "web/web.h"
#include "wire/guest.h"
#include "wire/web.h"

#define LINE_MAX_BYTES	1024	/* of a log line */

static struct loop_io io;
static int link_fd = WEB_FD;
static enum log_level wanted = LOG_INFO;
static unsigned long lost_lines;

/* ---- out ---- */

static int
send_packet(struct buf *b, int fd)
{
	ssize_t n = b->failed ? -1 : fd_send(link_fd, b->data, b->len, fd);

	buf_release(b);
	return n == -1 ? -1 : 0;
}

int
weblink_dial(void *arg, uid_t uid, struct err *e)
{
	struct buf b = { 0 };
	int pair[2];

	(void)arg;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: no socket for a call: %s",
		    strerror(errno));
	sys->set_nonblock(pair[1], true);
	guest_put_call(&b, uid);
	if (send_packet(&b, pair[1]) == -1) {
		close(pair[0]);
		close(pair[1]);
		return err_set(e, FAULT_FAILED, "FAILED: the supervisor is busy");
	}
	close(pair[1]);
	return pair[0];
}

static int
send_line(enum log_level level, const char *text)
{
	struct buf b = { 0 };

	guest_put_line(&b, level, text);
	return send_packet(&b, -1);
}

void
weblink_log(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	weblink_vlog(level, fmt, ap);
	va_end(ap);
}

void
weblink_vlog(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES], note[64];

	if (level > wanted)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	for (char *c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (lost_lines > 0) {
		snprintf(note, sizeof(note), "%lu lines of the web guest were lost",
		    lost_lines);
		if (send_line(LOG_WARN, note) == 0)
			lost_lines = 0;
	}
	if (send_line(level, line) == -1)
		lost_lines++;
}

/* ---- in ---- */

static int64_t
number(yyjson_val *root, const char *key)
{
	return yyjson_get_sint(yyjson_obj_get(root, key));
}

static void
op_options(yyjson_val *root)
{
	wanted = (enum log_level)number(root, "loglevel");
	rpc_offer(yyjson_is_true(yyjson_obj_get(root, "rpcinterface")));
	web_begin((size_t)number(root, "calls"));
}

static void
op_server(yyjson_val *root, int *fd)
{
	const char *name = yyjson_get_str(yyjson_obj_get(root, "name"));
	const char *username = yyjson_get_str(yyjson_obj_get(root, "username"));
	const char *password = yyjson_get_str(yyjson_obj_get(root, "password"));
	struct http_server *s;

	if (name == NULL || (username != NULL && password == NULL))
		return;
	s = server_add(number(root, "id"), name, yyjson_is_true(yyjson_obj_get(root, "unix")),
	    username, password);
	if (s == NULL)
		weblink_log(LOG_ERRO, "[%s] is not served: out of memory", name);
	if (s == NULL || *fd == -1)
		return;
	http_listen(s, *fd);
	*fd = -1;
}

static void
op_connection(yyjson_val *root, int *fd)
{
	struct http_server *s = server_find(number(root, "server"));

	if (s == NULL || *fd == -1)
		return;
	http_serve(s, *fd);
	*fd = -1;
}

/* Carry out one packet. */
static void
handle(const char *data, size_t len, int *fd)
{
	yyjson_doc *doc = yyjson_read(data, len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	const char *op = yyjson_get_str(yyjson_obj_get(root, "op"));

	if (op == NULL)
		;
	else if (strcmp(op, "connection") == 0)
		op_connection(root, fd);
	else if (strcmp(op, "server") == 0)
		op_server(root, fd);
	else if (strcmp(op, "options") == 0)
		op_options(root);
	else if (strcmp(op, "finish") == 0)
		web_finish(number(root, "ms"));
	yyjson_doc_free(doc);
}

static void
on_link(struct loop_io *w, int events)
{
	char data[WEB_PACKET_MAX];
	ssize_t n;
	int fd;

	(void)w;
	(void)events;
	while ((n = fd_recv(link_fd, data, sizeof(data), &fd)) > 0) {
		handle(data, (size_t)n, &fd);
		fd_close(&fd);
	}
	/* without a core there is nobody to ask */
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		loop_io_stop(&io);
		loop_stop();
	}
}

void
weblink_init(void)
{
	loop_io_start(&io, link_fd, LOOP_READ, on_link);
}

void
weblink_release(void)
{
	loop_io_stop(&io);
	fd_close(&link_fd);
}
