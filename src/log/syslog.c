/*
 * A system log that is slow or away costs lines, never time: they are counted, and
 * the count is sent before the next line that gets through.
 */
#include "log/syslog.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "base/sys.h"
#include "log/flow.h"
#include "log/logger.h"

#define LINE_MAX_BYTES	8192	/* what rsyslog and journald take by default */
#define USER_INFO	"<14>"	/* facility 1, priority 6 */
#define CONNECT_AGAIN_MS 1000

static int sock = -1;
static int64_t connect_ms;	/* not before that */
static unsigned long lost;	/* lines since the last one that got through */

static int
connect_log(void)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	int64_t now = sys->mono_ms();

	if (now < connect_ms)
		return -1;
	connect_ms = now + CONNECT_AGAIN_MS;
	sock = sys->socket(AF_UNIX, SOCK_DGRAM);
	if (sock == -1)
		return -1;
	if (sys->connect(sock, (struct sockaddr *)&to, sizeof(to)) == 0)
		return 0;
	fd_close(&sock);
	return -1;
}

/* One datagram; 0, or -1 when it was not taken. */
static int
send_text(const char *name, const char *text, size_t len)
{
	char data[LINE_MAX_BYTES], when[32];
	time_t now = (time_t)(sys->wall_ms() / 1000);
	struct tm tm;
	size_t n;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	n = (size_t)snprintf(data, sizeof(data), USER_INFO "%s %.100s: %.200s ", when,
	    logger.ident != NULL ? logger.ident : "supd", name);
	if (len > sizeof(data) - n)
		len = sizeof(data) - n;
	memcpy(data + n, text, len);
	if (sock == -1 && connect_log() == -1)
		return -1;
	if (fd_send(sock, data, n + len, -1) != -1)
		return 0;
	if (errno != EAGAIN && errno != ENOBUFS && errno != EMSGSIZE)
		fd_close(&sock);	/* a new system log has a new socket */
	return -1;
}

static void
send_line(const struct flow *f, const char *text, size_t len)
{
	char note[64];
	int n;

	if (lost > 0) {
		n = snprintf(note, sizeof(note), "--- supd: %lu lines dropped ---", lost);
		if (send_text(f->name, note, (size_t)n) == 0)
			lost = 0;
	}
	if (lost > 0 || send_text(f->name, text, len) == -1)
		lost++;
}

void
syslog_end(struct flow *f)
{
	struct buf *line;

	if (f->hold == NULL || f->hold->line.len == 0)
		return;
	line = &f->hold->line;
	send_line(f, line->data, line->len);
	buf_release(line);
	flow_unhold(f);
}

/* The begin of a line: wait for its end, but not for ever. */
static void
keep(struct flow *f, const char *data, size_t len)
{
	struct hold *h = len > 0 ? flow_hold(f) : NULL;

	if (h == NULL)
		return;
	buf_add(&h->line, data, len);
	h->line.failed = false;
	if (h->line.len >= LINE_MAX_BYTES)
		syslog_end(f);
}

void
syslog_lines(struct flow *f, const char *data, size_t len)
{
	const char *end = data + len, *newline;

	while ((newline = memchr(data, '\n', (size_t)(end - data))) != NULL) {
		size_t n = (size_t)(newline - data);

		if (f->hold != NULL && f->hold->line.len > 0) {
			keep(f, data, n);
			syslog_end(f);
		} else {
			send_line(f, data, n);
		}
		data = newline + 1;
	}
	keep(f, data, (size_t)(end - data));
}

void
syslog_close(void)
{
	fd_close(&sock);
}
