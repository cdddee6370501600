/*
 * Listening sockets of programs.  A UNIX socket gets owner and mode before it
 * listens: until then nobody can connect.
 */
#include "core/bind.h"

#include <errno.h>
#include <string.h>

#include "base/fd.h"
#include "base/sys.h"

/* As Python prints an OSError. */
static int
refuse(struct err *e, const char *what)
{
	return err_set(e, FAULT_FAILED, "%s[Errno %d] %s", what, errno, strerror(errno));
}

/* Make room at a path; -1 with errno. */
static int
clear_path(const struct conf_socket *at, bool steal)
{
	const char *path = at->addr.un.sun_path;
	struct stat st;

	if (sys->stat(path, &st) == -1)
		return 0;
	if (!S_ISSOCK(st.st_mode)) {
		errno = EEXIST;
		return -1;
	}
	if (!steal && fd_somebody_listens(&at->addr.any, at->len)) {
		errno = EADDRINUSE;
		return -1;
	}
	return sys->unlink(path);
}

static int
set_owner_and_mode(const struct conf_socket *at, const struct bind_rules *rules,
    struct err *e)
{
	const char *path = at->addr.un.sun_path;

	if ((rules->owner.uid != (uid_t)-1 || rules->owner.gid != (gid_t)-1) &&
	    sys->chown(path, rules->owner.uid, rules->owner.gid) == -1)
		return refuse(e, "Could not change ownership of socket file: ");
	if (sys->chmod(path, (mode_t)rules->mode) == -1)
		return refuse(e, "Could not change permissions of socket file: ");
	return 0;
}

static int
listen_at(int fd, const struct conf_socket *at, const struct bind_rules *rules,
    struct err *e)
{
	if (at->type == SOCK_STREAM && sys->listen(fd, (int)rules->backlog) == -1)
		return refuse(e, "");
	return 0;
}

static int
bind_unix(int fd, const struct conf_socket *at, const struct bind_rules *rules, bool steal,
    struct err *e)
{
	if (clear_path(at, steal) == -1 || sys->bind(fd, &at->addr.any, at->len) == -1)
		return refuse(e, "");
	if (set_owner_and_mode(at, rules, e) == 0 && listen_at(fd, at, rules, e) == 0)
		return 0;
	sys->unlink(at->addr.un.sun_path);
	return -1;
}

static int
bind_inet(int fd, const struct conf_socket *at, const struct bind_rules *rules,
    struct err *e)
{
	/* two programs could take one UDP port so; for TCP it is about old connections */
	if (at->type == SOCK_STREAM && sys->set_reuse(fd) == -1)
		return refuse(e, "");
	if (sys->bind(fd, &at->addr.any, at->len) == -1)
		return refuse(e, "");
	return listen_at(fd, at, rules, e);
}

int
bind_socket(const struct conf_socket *at, const struct bind_rules *rules, bool steal,
    struct err *e)
{
	bool is_unix = at->addr.any.sa_family == AF_UNIX;
	int fd = sys->socket(at->addr.any.sa_family, at->type);

	if (fd == -1)
		return refuse(e, "");
	if ((is_unix ? bind_unix(fd, at, rules, steal, e) : bind_inet(fd, at, rules, e)) == -1) {
		fd_close(&fd);
		return -1;
	}
	sys->set_nonblock(fd, false);	/* the flag is shared with the program */
	return fd;
}

int
bind_change(int fd, const struct conf_socket *at, const struct bind_rules *rules,
    struct err *e)
{
	if (at->addr.any.sa_family == AF_UNIX && set_owner_and_mode(at, rules, e) == -1)
		return -1;
	return listen_at(fd, at, rules, e);
}
