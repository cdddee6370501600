/*
 * Listening sockets: a path is taken in a way that nobody connects to before it
 * has its mode and owner, a living server is never pushed away, and a dead one's
 * socket is.
 *
 * Accepting never spins: when there is no room (clients, descriptors), all
 * listeners pause until a client leaves or RETRY_MS have passed.
 */
#include "ctl/listen.h"

#include <bsd/string.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/sys.h"
#include "core/core.h"
#include "core/flight.h"
#include "ctl/client.h"
#include "ctl/clock.h"
#include "ctl/inet.h"
#include "wire/endpoint.h"

#define BACKLOG		1024	/* as supervisord */
#define ACCEPT_AT_ONCE	64	/* connections taken in one turn of the loop */
#define RETRY_MS	1000	/* until the next look when accept found no descriptor */

struct listener {
	STAILQ_ENTRY(listener) link;
	struct loop_io io;
	int	 fd;
	bool	 is_unix;	/* else the web guest accepts, not we */
	char	*name;		/* of its section; owned */
	char	 path[ENDPOINT_MAX];
	bool	 named;		/* path is ours: remove it at the end */
	dev_t	 dev;		/* of what we have put there */
	ino_t	 ino;
	struct access access;
};

static STAILQ_HEAD(, listener) listeners = STAILQ_HEAD_INITIALIZER(listeners);
static struct loop_timer retry;
static bool paused;

/* ---- accepting ---- */

static void on_connection(struct loop_io *w, int events);

static void
on_retry(struct loop_timer *t)
{
	(void)t;
	listen_resume();
}

static void
pause_all(bool look_again)
{
	struct listener *l;

	paused = true;
	clock_press(true);
	STAILQ_FOREACH(l, &listeners, link)
		loop_io_stop(&l->io);
	if (look_again)
		loop_timer_start(&retry, RETRY_MS, on_retry);
}

void
listen_resume(void)
{
	struct listener *l;

	if (!paused)
		return;
	paused = false;
	clock_press(false);
	loop_timer_stop(&retry);
	STAILQ_FOREACH(l, &listeners, link)
		if (l->is_unix)
			loop_io_start(&l->io, l->fd, LOOP_READ, on_connection);
}

static void
on_connection(struct loop_io *w, int events)
{
	struct listener *l = LOOP_OWNER(w, struct listener, io);
	int fd;

	(void)events;
	for (int i = 0; i < ACCEPT_AT_ONCE && !paused; i++) {
		if (clients_full()) {
			pause_all(false);
			return;
		}
		fd = sys->accept(l->fd);
		if (fd != -1) {
			client_new(fd, &l->access);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno != EAGAIN) {
			log_warn("cannot accept a connection on %s: %s", l->path,
			    strerror(errno));
			pause_all(true);
		}
		return;
	}
}

/* ---- taking a path ---- */

static int
cannot(struct err *e, const char *what, const char *path)
{
	return err_set(e, FAULT_FAILED, "Cannot open an HTTP server: socket.error reported "
	    "errno.%s (%d) (%s %s: %s)", errno_name(errno), errno, what, path,
	    strerror(errno));
}

/* Does anybody listen at path? */
static bool
answers(const char *path)
{
	struct sockaddr_un a;
	socklen_t len;

	/* after a crash it is our own, which children before their exec still hold */
	if (core.recovered || endpoint_address(path, &a, &len, NULL) == -1)
		return false;
	return fd_somebody_listens((struct sockaddr *)&a, len);
}

static int
in_use(struct err *e)
{
	return err_set(e, FAULT_FAILED, "Another program is already listening on a port that "
	    "one of our HTTP servers is configured to use.  Shut this program down first "
	    "before starting supervisord.");
}

/* Remove what a dead server left; -1 and e when it lives. */
static int
unlink_stale(const char *path, struct err *e)
{
	if (answers(path))
		return in_use(e);
	fprintf(stderr, "Unlinking stale socket %s\n", path);
	sys->unlink(path);
	return 0;
}

/* Give what stands at temp the name path. */
static int
take_name(const char *temp, const char *path, struct err *e)
{
	for (int tries = 0; tries < 2; tries++) {
		if (sys->link(temp, path) == 0)
			return 0;
		if (errno == EEXIST) {
			if (unlink_stale(path, e) == -1)
				return -1;
			continue;
		}
		/* File systems without hard links, e.g. 9p and vfat. */
		if (errno != EPERM && errno != EOPNOTSUPP && errno != ENOSYS)
			break;
		if (answers(path))
			return in_use(e);
		if (sys->rename(temp, path) == 0)
			return 0;
		break;
	}
	return cannot(e, "linking", path);
}

static const char *
user_name(char *number, size_t size)
{
	struct passwd *pw = getpwuid(geteuid());

	if (pw != NULL)
		return pw->pw_name;
	snprintf(number, size, "%u", (unsigned)geteuid());
	return number;
}

static int
give_owner(const char *path, const struct conf_owner *owner, struct err *e)
{
	char number[16];

	if (owner->uid == (uid_t)-1 && owner->gid == (gid_t)-1)
		return 0;
	if (sys->chown(path, owner->uid, owner->gid) == 0)
		return 0;
	if (errno != EPERM)
		return cannot(e, "changing the owner of", path);
	return err_set(e, FAULT_FAILED, "Not permitted to chown %s to uid/gid (%d, %d); adjust "
	    "\"sockchown\" value in config file or on command line to values that the "
	    "current user (%s) can successfully chown", path, (int)owner->uid,
	    (int)owner->gid, user_name(number, sizeof(number)));
}

/*
 * Bind and listen under temp with the mode, then move to path.  Where temp is
 * too long for an address, path itself is bound.
 */
static int
bind_path(struct listener *l, int mode, const struct conf_owner *owner, struct err *e)
{
	char temp[ENDPOINT_MAX + 16];
	const char *at = temp;
	struct sockaddr_un a;
	struct stat st;
	socklen_t len;

	snprintf(temp, sizeof(temp), "%s.%d", l->path, (int)sys->getpid());
	if (endpoint_address(temp, &a, &len, NULL) == -1) {
		at = l->path;
		if (endpoint_address(at, &a, &len, e) == -1)
			return -1;
		if (sys->stat(at, &st) == 0 && unlink_stale(at, e) == -1)
			return -1;
	}
	if (at == temp)
		sys->unlink(temp);
	if (sys->bind(l->fd, (struct sockaddr *)&a, len) == -1)
		return cannot(e, "binding", at);
	if (sys->chmod(at, (mode_t)mode) == -1 || sys->listen(l->fd, BACKLOG) == -1) {
		cannot(e, "listening on", at);
		goto failed;
	}
	if (at == temp && take_name(temp, l->path, e) == -1)
		goto failed;
	if (at == temp)
		sys->unlink(temp);
	l->named = true;
	if (sys->stat(l->path, &st) == 0) {
		l->dev = st.st_dev;
		l->ino = st.st_ino;
	}
	return give_owner(l->path, owner, e);
failed:
	sys->unlink(at);
	return -1;
}

static int
bind_abstract(struct listener *l, struct err *e)
{
	struct sockaddr_un a;
	socklen_t len;

	l->access.own_only = true;
	if (endpoint_address(l->path, &a, &len, e) == -1)
		return -1;
	if (sys->bind(l->fd, (struct sockaddr *)&a, len) == -1)
		return errno == EADDRINUSE ? in_use(e) : cannot(e, "binding", l->path);
	if (sys->listen(l->fd, BACKLOG) == -1)
		return cannot(e, "listening on", l->path);
	return 0;
}

/* ---- opening and closing ---- */

static void
listener_free(struct listener *l)
{
	struct stat st;

	loop_io_stop(&l->io);
	fd_close(&l->fd);
	if (l->named && sys->stat(l->path, &st) == 0 && st.st_dev == l->dev &&
	    st.st_ino == l->ino)
		sys->unlink(l->path);
	access_release(&l->access);
	free(l->name);
	free(l);
}

static struct listener *
listener_new(const struct conf_server *s, struct err *e)
{
	struct listener *l = calloc(1, sizeof(*l));

	if (l == NULL || access_init(&l->access, s->username, s->password) == -1 ||
	    (l->name = strdup(s->section != NULL ? s->section : "default")) == NULL) {
		if (l != NULL)
			access_release(&l->access);
		free(l);
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	l->fd = -1;
	l->is_unix = s->is_unix;
	return l;
}

static void
listener_add(struct listener *l)
{
	static int64_t last_id;

	l->access.id = ++last_id;
	STAILQ_INSERT_TAIL(&listeners, l, link);
	if (l->is_unix)
		loop_io_start(&l->io, l->fd, LOOP_READ, on_connection);
}

static int
listener_open(const struct conf_server *s, struct err *e)
{
	struct listener *l = listener_new(s, e);
	int rc;

	if (l == NULL)
		return -1;
	if (strlcpy(l->path, s->file, sizeof(l->path)) >= sizeof(l->path)) {
		listener_free(l);
		return err_set(e, FAULT_FAILED, "socket path '%s' is longer than the %d "
		    "characters that the system allows", s->file, ENDPOINT_MAX - 1);
	}
	l->fd = sys->socket(AF_UNIX, SOCK_STREAM);
	if (l->fd == -1)
		rc = cannot(e, "making a socket for", s->file);
	else if (l->path[0] == '@')
		rc = bind_abstract(l, e);
	else
		rc = bind_path(l, s->chmod, &s->chown, e);
	if (rc == -1) {
		listener_free(l);
		return -1;
	}
	listener_add(l);
	return 0;
}

/* i: which of the configuration's TCP servers. */
static int
inet_open(size_t i, const struct conf_server *s, struct err *e)
{
	struct listener *l = listener_new(s, e);

	if (l == NULL)
		return -1;
	l->fd = inet_listen(i, s, e);
	if (l->fd == -1) {
		listener_free(l);
		return -1;
	}
	if (s->username == NULL)
		log_crit("Server '%s' running without any HTTP authentication checking",
		    s->section);
	listener_add(l);
	return 0;
}

/* No section names a socket: the first default place that can be had. */
static int
open_default(const char *config_path, struct err *e)
{
	char path[ENDPOINT_MAX];
	struct conf_server s = {
		.is_unix = true, .file = path, .chmod = 0700,
		.chown = { (uid_t)-1, (gid_t)-1 },
	};

	for (size_t i = 0; endpoint_default(i, config_path, path); i++) {
		if (listener_open(&s, e) == 0) {
			log_debug("control socket is %s", path);
			return 0;
		}
		if (path[0] != '@' && answers(path))
			return -1;	/* another one of ours lives there */
	}
	return -1;
}

int
listen_open(const struct config *config, struct err *e)
{
	size_t nunix = 0, ninet = 0;

	paused = false;
	for (size_t i = 0; i < config->nservers; i++) {
		const struct conf_server *s = &config->servers[i];

		if (s->is_unix ? listener_open(s, e) == -1 : inet_open(ninet, s, e) == -1)
			goto failed;
		nunix += s->is_unix;
		ninet += !s->is_unix;
	}
	flight_close_listeners();
	if (nunix == 0 && open_default(config->path != NULL ? config->path : "", e) == -1)
		goto failed;
	return 0;
failed:
	listen_close();
	return -1;
}

bool
listen_get(size_t i, struct served *out)
{
	const struct listener *l;

	STAILQ_FOREACH(l, &listeners, link)
		if (i-- == 0) {
			*out = (struct served){ l->name, l->is_unix, &l->access,
				l->is_unix ? -1 : l->fd };
			return true;
		}
	return false;
}

void
listen_close(void)
{
	struct listener *l;

	loop_timer_stop(&retry);
	while ((l = STAILQ_FIRST(&listeners)) != NULL) {
		STAILQ_REMOVE_HEAD(&listeners, link);
		listener_free(l);
	}
}
