/*
 * Any bytes on a connection of the web guest: requests, good ones and bad ones, through
 * the route table to answers.  Control calls are answered with one reply each.  When the
 * client has gone nothing is left of it.
 */
#include <sys/socket.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/loop.h"
#include "http/conn.h"
#include "web/routes.h"

#define DIALS 64
#define TURNS 100	/* of the loop, until everything has to be over */

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static int ends[DIALS];
static int dials;

static void
no_log(enum log_level level, const char *fmt, va_list ap)
{
	(void)level;
	(void)fmt;
	(void)ap;
}

static int
dial(void *arg, uid_t uid, struct err *e)
{
	static const char reply[] = "{\"parameters\":{\"processes\":[],\"text\":\"x\"}}";
	int pair[2];

	(void)arg;
	(void)uid;
	if (dials == DIALS || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: no connection");
	if (write(pair[1], reply, sizeof(reply)) == -1)
		abort();
	ends[dials++] = pair[1];
	return pair[0];
}

static struct http_server *
begin(void)
{
	static const struct http_site site = { .routes = routes, .log = no_log };

	signal(SIGPIPE, SIG_IGN);
	if (loop_init() == -1 || http_init(&site, async_new(dial, NULL, 16)) == -1)
		abort();
	return server_add(1, "fuzz", true, NULL, NULL);
}

/* What is answered is read: a full socket would hold everything up. */
static void
turn(int fd)
{
	static char data[1 << 16];

	loop_turn();
	while (fd != -1 && recv(fd, data, sizeof(data), MSG_DONTWAIT) > 0)
		continue;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct http_server *server;
	int pair[2];

	if (server == NULL)
		server = begin();
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == -1)
		abort();
	http_serve(server, pair[1]);
	for (size_t at = 0; at < len;) {
		ssize_t n = send(pair[0], data + at, len - at, MSG_NOSIGNAL);

		if (n == -1 && http.count == 0)
			break;
		at += n > 0 ? (size_t)n : 0;
		turn(pair[0]);
	}
	for (int i = 0; i < 8; i++)
		turn(pair[0]);
	close(pair[0]);
	for (int i = 0; i < TURNS && http.count > 0; i++) {
		turn(-1);
		if (http.count > 0)	/* who is suspended is watched after a moment */
			usleep(1000);
	}
	if (http.count != 0)
		abort();
	while (dials > 0)
		close(ends[--dials]);
	turn(-1);
	return 0;
}
