/*
 * The gateway by HTTP.
 */
#include "gateway/face.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/secret.h"
#include "http/access.h"
#include "http/http.h"
#include "serve/guest.h"
#include "wire/endpoint.h"

#define LISTEN_MOST	16
#define BACKLOG		511
#define PATIENCE	20	/* wrong passwords that are answered at once: platforms probe */
#define SERVER_TCP	1
#define SERVER_UNIX	2

static struct {
	int	 fd;
	bool	 is_unix;
} sockets[LISTEN_MOST];
static size_t nsockets;
static char *paths[LISTEN_MOST];	/* files of sockets that we have made */
static size_t npaths;
static bool serving;

/* ---- sockets ---- */

static int
keep(int fd, bool is_unix, struct err *e)
{
	if (nsockets == LISTEN_MOST) {
		close(fd);
		return err_set(e, FAULT_BAD_ARGUMENTS, "more than %d addresses", LISTEN_MOST);
	}
	sockets[nsockets].fd = fd;
	sockets[nsockets++].is_unix = is_unix;
	return 0;
}

static int
fail(int fd, struct err *e)
{
	err_set(e, FAULT_FAILED, "%s", strerror(errno));
	if (fd != -1)
		close(fd);
	return -1;
}

/* What was left by a predecessor is taken away; what somebody answers at is not. */
static int
clear_path(const struct sockaddr_un *sa, socklen_t len, struct err *e)
{
	struct stat st;
	int fd;

	if (sa->sun_path[0] == '\0' || lstat(sa->sun_path, &st) == -1)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, FAULT_FAILED, "the file is there and no socket");
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd != -1 && connect(fd, (const struct sockaddr *)sa, len) == 0) {
		close(fd);
		return err_set(e, FAULT_FAILED, "somebody else listens there");
	}
	if (fd != -1)
		close(fd);
	unlink(sa->sun_path);
	return 0;
}

static int
bind_unix(const char *path, struct err *e)
{
	mode_t mode = (mode_t)strtoul(guest_text("chmod", "0700"), NULL, 8), old;
	struct sockaddr_un sa;
	socklen_t len;
	int fd, rc;

	if (endpoint_address(path, &sa, &len, e) == -1 || clear_path(&sa, len, e) == -1)
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	old = umask(0177);
	rc = fd != -1 ? bind(fd, (struct sockaddr *)&sa, len) : -1;
	umask(old);
	if (rc == -1 || (sa.sun_path[0] != '\0' && chmod(sa.sun_path, mode) == -1) ||
	    listen(fd, BACKLOG) == -1)
		return fail(fd, e);
	if (keep(fd, true, e) == -1)
		return -1;
	if (sa.sun_path[0] != '\0')
		paths[npaths++] = strdup(sa.sun_path);
	return 0;
}

static int
bind_one(const struct addrinfo *ai, struct err *e)
{
	int one = 1, fd;

	fd = socket(ai->ai_family, ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == -1 ||
	    (ai->ai_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) == -1) ||
	    bind(fd, ai->ai_addr, ai->ai_addrlen) == -1 || listen(fd, BACKLOG) == -1)
		return fail(fd, e);
	return keep(fd, false, e);
}

/* "host:port", "[::1]:port", "*:port" */
static int
bind_tcp(char *at, struct err *e)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	char *colon = strrchr(at, ':');
	const char *host = at;
	struct addrinfo *list;
	int rc;

	if (colon == NULL)
		return err_set(e, FAULT_BAD_ARGUMENTS, "has no port");
	*colon = '\0';
	if (*host == '[' && colon > at && colon[-1] == ']') {
		colon[-1] = '\0';
		host++;
	}
	if (strcmp(host, "*") == 0) {
		host = NULL;
		hints.ai_family = AF_INET;
	}
	rc = getaddrinfo(host, colon + 1, &hints, &list);
	*colon = ':';
	if (rc != 0)
		return err_set(e, FAULT_FAILED, "%s", gai_strerror(rc));
	rc = bind_one(list, e);
	freeaddrinfo(list);
	return rc;
}

int
face_bind(struct err *e)
{
	char *all = strdup(guest_text("listen", "")), *next = all, *at;
	int rc = all != NULL ? 0 : err_set(e, FAULT_FAILED, "out of memory");

	while (rc == 0 && (at = strsep(&next, ", ")) != NULL) {
		if (*at == '\0')
			continue;
		rc = strncmp(at, "unix:", 5) == 0 ? bind_unix(at + 5, e) : bind_tcp(at, e);
		if (rc == -1)
			err_add(e, "listen: %s", at);
	}
	free(all);
	return rc;
}

/* ---- requests ---- */

static bool
begins(const struct request *r, const char *path)
{
	return strncmp(r->path, path, strlen(path)) == 0;
}

static bool
is_v1(const struct request *r)
{
	return begins(r, V1_PATH) || begins(r, V1_INTERNAL);
}

static void
admit(struct request *r)
{
	const char *id = request_header(r, "X-Broker-API-Request-Identity");

	if (id != NULL)
		request_set(r, "X-Broker-API-Request-Identity", id);
	if (is_v1(r))
		v1_admit(r);
	else if (begins(r, OSB_PATH))
		osb_admit(r);
}

static void
refuse(struct request *r, unsigned status, const char *text)
{
	if (is_v1(r))
		v1_fail(r, status, text);
	else
		osb_refuse(r, status, NULL, text);
}

static void
health(struct request *r)
{
	static const char text[] = "ok\n";

	request_reply_static(r, 200, "text/plain", text, sizeof(text) - 1);
}

#define ALL (HTTP_GET | HTTP_HEAD | HTTP_POST | HTTP_PUT | HTTP_PATCH | HTTP_DELETE)

static const struct route routes[] = {
	{ .path = OSB_PATH "*", .methods = ALL, .fn = osb_serve },
	{ .path = V1_PATH "*", .methods = ALL, .fn = v1_serve, .is_open = true },
	{ .path = V1_INTERNAL "*", .methods = ALL, .fn = v1_internal, .is_open = true },
	{ .path = "/healthz", .methods = HTTP_GET | HTTP_HEAD, .fn = health, .is_open = true },
	{ .path = NULL },
};

__attribute__((format(printf, 2, 0))) static void
put_log(enum log_level level, const char *fmt, va_list ap)
{
	char line[512];

	vsnprintf(line, sizeof(line), fmt, ap);
	guest_log(level, "%s", line);
}

static const struct http_site site = {
	.routes = routes, .log = put_log, .admit = admit, .fail = refuse, .realm = "supd gateway",
};

/* ---- life ---- */

static struct http_server *
add_server(int64_t id, struct err *e)
{
	const char *username = guest_text("username", NULL);
	char hidden[SECRET_SHA_SIZE];
	struct http_server *s;

	secret_hide(guest_text("password", ""), hidden);
	s = server_add(id, guest.section, id == SERVER_UNIX, username, hidden);
	if (s == NULL)
		err_set(e, FAULT_FAILED, "out of memory");
	else
		s->patience = PATIENCE;
	return s;
}

int
face_open(const struct offer *o, struct err *e)
{
	struct http_server *tcp = add_server(SERVER_TCP, e), *local = add_server(SERVER_UNIX, e);
	bool open = false;

	if (tcp == NULL || local == NULL)
		return -1;
	osb_open(o);
	v1_open(o);
	if (http_init(&site, guest.core) == -1)
		return err_set(e, FAULT_FAILED, "no HTTP: no way to wait for events");
	for (size_t i = 0; i < nsockets; i++) {
		http_listen(sockets[i].is_unix ? local : tcp, sockets[i].fd);
		open |= !sockets[i].is_unix;
	}
	nsockets = 0;
	serving = true;
	if (open && guest_text("username", NULL) == NULL)
		guest_log(LOG_WARN, "everybody who reaches its port may use this gateway: set"
		    " username and password");
	return 0;
}

static void
on_finished(void)
{
	guest_unhold();
}

void
face_finish(int64_t ms)
{
	if (!serving)
		return;
	guest_hold();
	http_finish(ms, on_finished);
}

void
face_close(void)
{
	while (nsockets > 0)
		fd_close(&sockets[--nsockets].fd);
	if (serving)
		http_release();
	serving = false;
	/* whoever is killed leaves them to the next one, see clear_path() */
	while (npaths > 0) {
		if (paths[--npaths] != NULL)
			unlink(paths[npaths]);
		free(paths[npaths]);
	}
	osb_close();
	server_free_all();
}
