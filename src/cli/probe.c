/*
 * supd probe: one look at a service, for ready= and health=, and for people.  It may wait, for
 * a name server too: whoever starts it says for how long.
 */
#include "cli/cli.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STATUS_LINE 256		/* bytes of an answer that are read */

static const char usage[] =
"supd probe -- look once whether a service answers.\n"
"\n"
"Usage: supd probe http http://HOST[:PORT][/PATH]   status 200 to 399\n"
"       supd probe tcp HOST:PORT                    somebody accepts\n"
"       supd probe unix /PATH\n"
"\n"
"The exit status is 0 or 1; then the reason is printed.\n";

static int
failed(const char *what, const char *why)
{
	printf("%s: %s\n", what, why);
	return EXIT_FAILURE;
}

/* ---- connections ---- */

/* "[::1]:80" or "host:80" (the port may be missing with def): a connection, or -1 and *why. */
static int
connect_tcp(const char *at, size_t len, const char *def, const char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL, *a;
	char host[256];
	const char *port = def, *name = host;
	char *colon;
	int fd = -1, rc;

	*why = "no host and port";
	if (len >= sizeof(host))
		return -1;
	memcpy(host, at, len);
	host[len] = '\0';
	colon = strrchr(host, ':');
	if (colon != NULL && strchr(colon, ']') == NULL) {
		*colon = '\0';
		port = colon + 1;
	}
	if (host[0] == '[' && strlen(host) > 1 && host[strlen(host) - 1] == ']') {
		host[strlen(host) - 1] = '\0';
		name = host + 1;
	}
	if (port == NULL || *port == '\0' || *name == '\0')
		return -1;
	rc = getaddrinfo(name, port, &hints, &list);
	if (rc != 0) {
		*why = gai_strerror(rc);
		return -1;
	}
	for (a = list; a != NULL && fd == -1; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd == -1 || connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			continue;
		*why = strerror(errno);
		close(fd);
		fd = -1;
	}
	freeaddrinfo(list);
	return fd;
}

static int
probe_tcp(const char *at)
{
	const char *why;

	return connect_tcp(at, strlen(at), NULL, &why) != -1 ? EXIT_SUCCESS : failed(at, why);
}

static int
probe_unix(const char *path)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(un.sun_path))
		return failed(path, "too long for a socket");
	memcpy(un.sun_path, path, strlen(path));
	if (fd == -1 || connect(fd, (struct sockaddr *)&un, sizeof(un)) == -1)
		return failed(path, strerror(errno));
	return EXIT_SUCCESS;
}

/* ---- HTTP ---- */

static int
ask(int fd, const char *host, size_t host_len, const char *path)
{
	char text[2048];
	int n = snprintf(text, sizeof(text), "GET %s HTTP/1.0\r\nHost: %.*s\r\n"
	    "User-Agent: supd-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n",
	    *path != '\0' ? path : "/", (int)host_len, host);

	if (n < 0 || (size_t)n >= sizeof(text)) {
		errno = E2BIG;
		return -1;
	}
	return send(fd, text, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -1;
}

/* The status of the answer; 0: it is none of HTTP's; -1 with errno. */
static int
read_status(int fd)
{
	char text[STATUS_LINE] = "";
	size_t len = 0;
	ssize_t n = 1;
	int status = 0;

	while (len < sizeof(text) - 1 && memchr(text, '\n', len) == NULL &&
	    (n = recv(fd, text + len, sizeof(text) - 1 - len, 0)) > 0)
		len += (size_t)n;
	if (n == -1)
		return -1;
	text[len] = '\0';
	return sscanf(text, "HTTP/%*u.%*u %3d", &status) == 1 ? status : 0;
}

static int
probe_http(const char *url)
{
	const char *host = url + strlen("http://"), *why;
	size_t len = strcspn(host, "/?#");
	int fd, status;

	if (strncmp(url, "http://", strlen("http://")) != 0)
		return failed(url, "is no http://HOST");
	fd = connect_tcp(host, len, "80", &why);
	if (fd == -1)
		return failed(url, why);
	if (ask(fd, host, len, host + len) == -1 || (status = read_status(fd)) == -1)
		return failed(url, strerror(errno));
	if (status >= 200 && status <= 399)
		return EXIT_SUCCESS;
	if (status == 0)
		return failed(url, "the answer is not HTTP");
	printf("%s: status %d\n", url, status);
	return EXIT_FAILURE;
}

int
probe_main(int argc, char **argv)
{
	static const struct {
		const char *word;
		int	(*probe)(const char *at);
	} table[] = {
		{ "http", probe_http }, { "tcp", probe_tcp }, { "unix", probe_unix },
	};

	for (size_t i = 0; argc == 3 && i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(argv[1], table[i].word) == 0)
			return table[i].probe(argv[2]);
	fputs(usage, argc == 2 && strcmp(argv[1], "--help") == 0 ? stdout : stderr);
	return argc == 2 && strcmp(argv[1], "--help") == 0 ? EXIT_SUCCESS : 2;
}
