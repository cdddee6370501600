/*
 * Connections: how they come, how many there may be, and how they go.  Who is beyond a
 * limit waits in the backlog of his socket while others come to an end.
 */
#include "http/conn.h"

#include <sys/resource.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"

#define CONNECTIONS_MAX	2048
#define OTHER_FDS	320	/* descriptors for control calls and ourselves */
#define ACCEPT_AT_ONCE	64
#define WATCH_MS	50	/* a suspension that lasts is watched */
#define RETRY_MS	1000	/* until the next look when accept found no descriptor */

struct listener {
	LIST_ENTRY(listener) link;
	struct loop_io io;
	int	 fd;
	struct http_server *server;
};

static LIST_HEAD(, listener) listeners = LIST_HEAD_INITIALIZER(listeners);
static struct loop_timer retry;
static struct loop_job unpause_job;
static bool paused;
static struct connection *arriving;	/* conn_notify() is not told whose it is */

static TAILQ_HEAD(, connection) quiet = TAILQ_HEAD_INITIALIZER(quiet);
static struct loop_timer watch_timer;

static void on_listener(struct loop_io *w, int events);
static void watch_no_more(struct connection *c);

/* ---- how many ---- */

size_t
conn_limit(void)
{
	struct rlimit rl;
	size_t most = CONNECTIONS_MAX;

	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur < most + OTHER_FDS)
		most = rl.rlim_cur > OTHER_FDS + 8 ? (size_t)rl.rlim_cur - OTHER_FDS : 8;
	return most;
}

/* A server leaves a quarter of the places to the others. */
static bool
is_full(const struct http_server *s)
{
	return http.count >= http.most ||
	    s->connections >= http.most - http.most / 4;
}

static void
unpause(void)
{
	struct listener *l;

	if (!paused || http.finishing)
		return;
	paused = false;
	http_clock_press(false);
	loop_timer_stop(&retry);
	LIST_FOREACH(l, &listeners, link)
		loop_io_start(&l->io, l->fd, LOOP_READ, on_listener);
}

static void
on_unpause(struct loop_job *j)
{
	(void)j;
	unpause();
}

static void
on_retry(struct loop_timer *t)
{
	(void)t;
	unpause();
}

static void
pause_one(struct listener *l, bool look_again)
{
	paused = true;
	http_clock_press(true);
	loop_io_stop(&l->io);
	if (look_again)
		loop_timer_start(&retry, RETRY_MS, on_retry);
}

/* ---- coming and going ---- */

void
conn_notify(void *cls, struct MHD_Connection *mhd, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct connection *c;

	(void)cls;
	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		arriving->mhd = mhd;
		*context = arriving;
		arriving = NULL;
		return;
	}
	c = *context;
	request_over(c);
	http_clock_remove(c);
	watch_no_more(c);
	c->server->connections--;
	http.count--;
	free(c);
	if (paused)
		loop_job_add(&unpause_job, on_unpause);
	http_check_finished();
}

struct connection *
conn_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(mhd,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info->socket_context;
}

static void
refuse(int fd)
{
	static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\n"
		"Content-Length: 0\r\nConnection: close\r\n\r\n";

	(void)send(fd, answer, sizeof(answer) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	close(fd);
}

void
http_serve(struct http_server *s, int fd)
{
	struct connection *c;
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	pid_t pid;

	if (http.daemon == NULL || http.finishing || is_full(s) ||
	    (c = calloc(1, sizeof(*c))) == NULL) {
		refuse(fd);
		return;
	}
	*c = (struct connection){ .server = s, .fd = fd, .uid = (uid_t)-1 };
	if (s->is_unix && sys->peer(fd, &c->uid, &pid) == -1)
		c->uid = (uid_t)-1;
	if (getpeername(fd, (struct sockaddr *)&from, &len) == -1)
		len = 0;
	arriving = c;
	s->connections++;
	http.count++;
	http_clock_add(c);
	/* it calls conn_notify(), and closes fd when it fails */
	if (MHD_add_connection(http.daemon, fd, (struct sockaddr *)&from, len) == MHD_YES) {
		http_run_soon();
		return;
	}
	if (arriving == NULL)		/* conn_notify() has seen it come and go */
		return;
	arriving = NULL;
	http_clock_remove(c);
	s->connections--;
	http.count--;
	free(c);
}

static void
on_listener(struct loop_io *w, int events)
{
	struct listener *l = LOOP_OWNER(w, struct listener, io);
	int fd;

	(void)events;
	for (int i = 0; i < ACCEPT_AT_ONCE; i++) {
		if (is_full(l->server)) {
			pause_one(l, false);
			return;
		}
		fd = sys->accept(l->fd);
		if (fd != -1) {
			http_serve(l->server, fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN) {
			http_log(LOG_WARN, "cannot accept a connection on [%s]: %s",
			    l->server->name, strerror(errno));
			pause_one(l, true);
		}
		return;
	}
}

void
http_listen(struct http_server *s, int fd)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		http_log(LOG_ERRO, "[%s] is not served: out of memory", s->name);
		close(fd);
		return;
	}
	l->fd = fd;
	l->server = s;
	LIST_INSERT_HEAD(&listeners, l, link);
	loop_io_start(&l->io, fd, LOOP_READ, on_listener);
}

void
conn_stop_listening(void)
{
	struct listener *l;

	loop_timer_stop(&retry);
	loop_timer_stop(&watch_timer);
	loop_job_cancel(&unpause_job);
	while ((l = LIST_FIRST(&listeners)) != NULL) {
		LIST_REMOVE(l, link);
		loop_io_stop(&l->io);
		fd_close(&l->fd);
		free(l);
	}
}

/* ---- waiting ---- */

static void
watch_no_more(struct connection *c)
{
	loop_io_stop(&c->gone);
	if (c->is_quiet)
		TAILQ_REMOVE(&quiet, c, quiet_link);
	c->is_quiet = false;
}

void
conn_wake(struct connection *c)
{
	if (!c->suspended)
		return;
	c->suspended = false;
	watch_no_more(c);
	MHD_resume_connection(c->mhd);
	http_run_soon();
}

void
conn_doom(struct connection *c)
{
	if (c->doomed)
		return;
	c->doomed = true;
	if (c->request != NULL)
		request_abort(c->request);
	shutdown(c->fd, SHUT_RDWR);
	conn_wake(c);
	http_run_soon();
}

/*
 * Something happens on a suspended connection: the client sends more, which waits, or it
 * has left.  Over TCP who sends nothing more is gone; a UNIX socket tells whether the
 * other half is closed, too.
 */
static void
on_gone(struct loop_io *w, int events)
{
	struct connection *c = LOOP_OWNER(w, struct connection, gone);
	char byte;
	ssize_t n = recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

	(void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 || (n == 0 && c->server->is_unix && !sys->hung_up(c->fd)))
		loop_io_stop(&c->gone);
	else
		conn_doom(c);
}

static void
on_watch(struct loop_timer *t)
{
	struct connection *c;

	(void)t;
	while ((c = TAILQ_FIRST(&quiet)) != NULL) {
		watch_no_more(c);
		loop_io_start(&c->gone, c->fd, LOOP_READ, on_gone);
	}
}

void
conn_suspend(struct connection *c)
{
	if (c->suspended)
		return;
	c->suspended = true;
	MHD_suspend_connection(c->mhd);
	/* most are taken up again before anybody could leave */
	c->is_quiet = true;
	TAILQ_INSERT_TAIL(&quiet, c, quiet_link);
	if (!loop_timer_active(&watch_timer))
		loop_timer_start(&watch_timer, WATCH_MS, on_watch);
}
