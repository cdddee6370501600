/*
 * A control server of a few lines, in a thread: for each call it looks the
 * method up in a script and sends what stands there, a few bytes at a time when
 * asked to.  What it was asked is kept.
 */
#ifndef T_UNIT_FAKE_SERVER_H
#define T_UNIT_FAKE_SERVER_H

#include <sys/socket.h>
#include <sys/un.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FAKE_HANGUP "\001"	/* in place of a reply: close the connection */

/* Replies to the calls that contain `call`; several are separated by newlines. */
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
} fake;

/* Returns whether the connection stays. */
static int
fake_answer(int fd, const char *call)
{
	const struct fake_rule *r = fake.rules;
	const char *at;

	snprintf(fake.asked + strlen(fake.asked), sizeof(fake.asked) - strlen(fake.asked),
	    "%s\n", call);
	while (r->call != NULL && strstr(call, r->call) == NULL)
		r++;
	at = r->call != NULL ? r->replies : "{\"parameters\":{}}";
	while (*at != '\0') {
		size_t n = strcspn(at, "\n");

		if (*at == FAKE_HANGUP[0])
			return 0;
		for (size_t done = 0; done < n; ) {
			size_t part = fake.chunk > 0 && fake.chunk < n - done ?
			    fake.chunk : n - done;

			if (send(fd, at + done, part, MSG_NOSIGNAL) == -1)
				return 0;
			done += part;
		}
		if (at[n] == '\n' || at[n] == '\0')
			send(fd, "", 1, MSG_NOSIGNAL);
		at += n + (at[n] == '\n');
	}
	return 1;
}

static void
fake_serve(int fd)
{
	static char in[1 << 20];
	size_t len = 0;
	char *end;

	for (;;) {
		struct pollfd p[2] = { { .fd = fd, .events = POLLIN },
			{ .fd = fake.stop[0], .events = POLLIN } };
		ssize_t n;

		poll(p, 2, -1);
		if (p[1].revents != 0 && p[0].revents == 0)
			return;
		n = read(fd, in + len, sizeof(in) - len);
		if (n <= 0)
			return;
		len += (size_t)n;
		while ((end = memchr(in, '\0', len)) != NULL) {
			size_t used = (size_t)(end - in) + 1;

			if (!fake_answer(fd, in))
				return;
			memmove(in, in + used, len - used);
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

static void
fake_start(const struct fake_rule *rules)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	static int serial;
	size_t n;

	n = (size_t)snprintf(sa.sun_path + 1, sizeof(sa.sun_path) - 1, "supd-unit-%d-%d",
	    (int)getpid(), serial++);
	snprintf(fake.url, sizeof(fake.url), "unix://@%s", sa.sun_path + 1);
	fake.rules = rules;
	fake.chunk = 0;
	fake.asked[0] = '\0';
	fake.connections = 0;
	fake.fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (bind(fake.fd, (struct sockaddr *)&sa,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n)) == -1 ||
	    listen(fake.fd, 8) == -1 || pipe(fake.stop) == -1 ||
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
