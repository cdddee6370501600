/*
 * A control server of a few lines, in a thread: for each call it looks the
 * method up in a script and sends what stands there, a few bytes at a time when
 * asked to.  What it was asked is kept.  It speaks varlink, or HTTP.
 */
#ifndef T_UNIT_FAKE_SERVER_H
#define T_UNIT_FAKE_SERVER_H

#include <sys/socket.h>
#include <sys/un.h>
#include <netinet/in.h>
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAKE_HANGUP "\001"	/* in place of a reply: close the connection */

/*
 * Replies to the calls that contain `call`; several are separated by newlines.  What
 * begins with FAKE_RAW is sent as it stands, and the connection closed.
 */
#define FAKE_RAW "HTTP/1."

struct fake_rule {
	const char *call;
	const char *replies;
};

static struct {
	int	 fd;
	char	 url[128];
	pthread_t thread;
	int	 stop[2];
	const struct fake_rule *rules;	/* ended by a NULL call */
	size_t	 chunk;		/* bytes in one write; 0: all */
	char	 asked[1 << 16];	/* all calls, a newline after each */
	int	 connections;
	int	 http;
	char	 head[4096];	/* of the last request */
} fake;

static int
fake_send(int fd, const char *data, size_t len)
{
	for (size_t done = 0; done < len; ) {
		size_t part = fake.chunk > 0 && fake.chunk < len - done ? fake.chunk : len - done;

		if (send(fd, data + done, part, MSG_NOSIGNAL) == -1)
			return -1;
		done += part;
	}
	return 0;
}

static int
fake_text(int fd, const char *text)
{
	return fake_send(fd, text, strlen(text));
}

/* One reply; more: it is one of a stream. */
static void
fake_reply(int fd, const char *text, size_t len, int more)
{
	char size[80];

	if (!fake.http) {
		fake_send(fd, text, len);
		send(fd, "", 1, MSG_NOSIGNAL);
		return;
	}
	snprintf(size, sizeof(size), more ? "%zx\r\n\036" : "HTTP/1.1 200 OK\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    more ? len + 2 : len);
	fake_text(fd, size);
	fake_send(fd, text, len);
	if (more)
		fake_text(fd, "\n\r\n");
}

/* Returns whether the connection stays. */
static int
fake_answer(int fd, const char *call)
{
	const struct fake_rule *r = fake.rules;
	int more = strstr(call, "\"more\":true") != NULL;
	const char *at;

	if (strstr(call, "GetInfo") == NULL)
		snprintf(fake.asked + strlen(fake.asked),
		    sizeof(fake.asked) - strlen(fake.asked), "%s\n", call);
	while (r->call != NULL && strstr(call, r->call) == NULL)
		r++;
	at = r->call != NULL ? r->replies : "{\"parameters\":{}}";
	if (fake.http && strncmp(at, FAKE_RAW, strlen(FAKE_RAW)) == 0) {
		fake_text(fd, at);
		return 0;
	}
	if (fake.http && more && *at != FAKE_HANGUP[0])
		fake_text(fd, "HTTP/1.1 200 OK\r\nContent-Type: application/json-seq\r\n"
		    "Transfer-Encoding: chunked\r\n\r\n");
	while (*at != '\0') {
		size_t n = strcspn(at, "\n");

		if (*at == FAKE_HANGUP[0])
			return 0;
		fake_reply(fd, at, n, more);
		at += n + (at[n] == '\n');
	}
	if (fake.http && more)
		fake_text(fd, "0\r\n\r\n");
	return 1;
}

/* The call that begins in, of len bytes and a NUL: its length with all around it; 0. */
static size_t
fake_call(char *in, size_t len, char **call)
{
	char *end;
	size_t head, body;

	*call = in;
	if (!fake.http) {
		end = memchr(in, '\0', len);
		return end != NULL ? (size_t)(end - in) + 1 : 0;
	}
	end = strstr(in, "\r\n\r\n");
	if (end == NULL)
		return 0;
	head = (size_t)(end - in) + 4;
	end = strstr(in, "Content-Length: ");
	body = end != NULL ? strtoul(end + 16, NULL, 10) : 0;
	if (len < head + body)
		return 0;
	snprintf(fake.head, sizeof(fake.head), "%.*s", (int)head, in);
	*call = in + head;
	return head + body;
}

static void
fake_serve(int fd)
{
	static char in[1 << 20];
	size_t len = 0, used;
	char *call, kept;

	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			{ .fd = fake.stop[0], .events = POLLIN } };
		ssize_t n;

		poll(p, 2, -1);
		if (p[1].revents != 0 && p[0].revents == 0)
			return;
		n = read(fd, in + len, sizeof(in) - len - 1);
		if (n <= 0)
			return;
		len += (size_t)n;
		in[len] = '\0';
		while (len > 0 && (used = fake_call(in, len, &call)) > 0) {
			kept = in[used];
			in[used] = '\0';
			if (!fake_answer(fd, call))
				return;
			in[used] = kept;
			memmove(in, in + used, len - used + 1);
			len -= used;
		}
	}
}

static void *
fake_run(void *arg)
{
	(void)arg;
	for (;;) {
		struct pollfd p[2] = { { .fd = fake.fd, .events = POLLIN },
			{ .fd = fake.stop[0], .events = POLLIN } };
		int fd;

		poll(p, 2, -1);
		if (p[1].revents != 0)
			return NULL;
		fd = accept(fake.fd, NULL, NULL);
		fake.connections++;
		fake_serve(fd);
		close(fd);
	}
}

/* A socket of unix://@NAME and that address. */
static int
fake_unix(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	static int serial;
	size_t n;
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	n = (size_t)snprintf(sa.sun_path + 1, sizeof(sa.sun_path) - 1, "supd-unit-%d-%d",
	    (int)getpid(), serial++);
	snprintf(fake.url, sizeof(fake.url), "unix://@%s", sa.sun_path + 1);
	return bind(fd, (struct sockaddr *)&sa,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) == 0 ? fd : -1;
}

/* The same of http://127.0.0.1:PORT. */
static int
fake_tcp(void)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 ||
	    getsockname(fd, (struct sockaddr *)&sa, &len) == -1)
		return -1;
	snprintf(fake.url, sizeof(fake.url), "http://127.0.0.1:%d", ntohs(sa.sin_port));
	return fd;
}

static void
fake_start(const struct fake_rule *rules, int http)
{
	fake.rules = rules;
	fake.http = http;
	fake.chunk = 0;
	fake.asked[0] = '\0';
	fake.connections = 0;
	fake.fd = http ? fake_tcp() : fake_unix();
	if (fake.fd == -1 || listen(fake.fd, 8) == -1 || pipe(fake.stop) == -1 ||
	    pthread_create(&fake.thread, NULL, fake_run, NULL) != 0) {
		printf("Bail out! the fake server cannot listen\n");
		exit(1);
	}
}

static void
fake_stop(void)
{
	close(fake.stop[1]);
	pthread_join(fake.thread, NULL);
	close(fake.stop[0]);
	close(fake.fd);
}

#endif
