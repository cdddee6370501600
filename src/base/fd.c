/*
 * Descriptor helpers.
 */
#include "base/fd.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"

#define CHUNK 4096	/* bytes of a file of /proc read at a time */

void
fd_close(int *fd)
{
	int saved = errno;

	if (*fd != -1)
		sys->close(*fd);
	*fd = -1;
	errno = saved;
}

/* Room for one descriptor, aligned as the kernel wants it. */
union fd_control {
	struct cmsghdr header;
	char space[CMSG_SPACE(sizeof(int))];
};

ssize_t
fd_send(int sock, const void *data, size_t len, int fd)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	union fd_control control;
	struct cmsghdr *c;

	if (fd != -1) {
		memset(&control, 0, sizeof(control));
		m.msg_control = control.space;
		m.msg_controllen = sizeof(control.space);
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(fd));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sys->sendmsg(sock, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t
fd_recv(int sock, void *data, size_t len, int *fd)
{
	struct iovec iov = { .iov_base = data, .iov_len = len };
	union fd_control control;
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.space, .msg_controllen = sizeof(control.space) };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	n = sys->recvmsg(sock, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n == -1)
		return -1;
	c = CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(*fd)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	errno = (m.msg_flags & MSG_CTRUNC) != 0 ? EMFILE : 0;
	return n;
}

bool
fd_somebody_listens(const struct sockaddr *a, socklen_t len)
{
	int fd = sys->socket(AF_UNIX, SOCK_STREAM);
	bool yes;

	if (fd == -1)
		return true;
	/* a full backlog (EAGAIN) is somebody, too */
	yes = sys->connect(fd, a, len) == 0 || errno == EAGAIN;
	fd_close(&fd);
	return yes;
}

/* To the end of the file, or until there is more than `most`. */
static int
read_all(int fd, size_t most, struct buf *out)
{
	size_t from = out->len;
	ssize_t n;

	do {
		n = -1;
		errno = ENOMEM;
		if (buf_reserve(out, CHUNK) == -1)
			break;
		n = sys->read(fd, out->data + out->len, CHUNK);
		if (n > 0)
			out->len += (size_t)n;
		if (n > 0 && out->len - from > most) {
			n = -1;
			errno = EFBIG;
		}
	} while (n > 0 || (n == -1 && errno == EINTR));
	if (out->data != NULL)
		out->data[out->len] = '\0';
	return n == 0 ? 0 : -1;
}

int
fd_slurp(const char *path, struct buf *out)
{
	int fd = sys->open(path, O_RDONLY, 0), r;

	if (fd == -1)
		return -1;
	r = read_all(fd, SIZE_MAX, out);
	fd_close(&fd);
	return r;
}

int
fd_slurp_regular(const char *path, size_t most, struct buf *out)
{
	int fd = sys->open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0), r;
	struct stat st;

	if (fd == -1)
		return -1;
	r = sys->fstat(fd, &st);
	if (r == 0 && !S_ISREG(st.st_mode)) {
		errno = EINVAL;
		r = -1;
	}
	if (r == 0)
		r = read_all(fd, most, out);
	fd_close(&fd);
	return r;
}

bool
fd_is_short(void)
{
	return errno == EMFILE || errno == ENFILE || errno == ENOMEM;
}

void
fd_fill_stdio(void)
{
	for (;;) {
		int pair[2], fd = open("/dev/null", O_RDWR);

		if (fd == -1) {
			/* No /dev: a pipe without reader or writer does as well. */
			if (pipe(pair) == -1)
				return;
			fd = pair[0];
			if (pair[1] > STDERR_FILENO)
				close(pair[1]);
		}
		if (fd > STDERR_FILENO) {
			close(fd);
			return;
		}
	}
}

void
fd_raise_limit(unsigned long long want, unsigned long long *soft,
    unsigned long long *hard)
{
	struct rlimit now, more;

	*soft = *hard = 0;
	if (getrlimit(RLIMIT_NOFILE, &now) == -1)
		return;
	*soft = now.rlim_cur;
	*hard = now.rlim_max;
	more = now;
	if (more.rlim_cur < want)
		more.rlim_cur = want < now.rlim_max ? want : now.rlim_max;
	if (more.rlim_cur == now.rlim_cur || setrlimit(RLIMIT_NOFILE, &more) == -1)
		*soft = *hard = 0;	/* children have what we still have */
}
