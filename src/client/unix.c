/*
 * Varlink over a UNIX socket, the core's own: calls and replies are frames of the
 * stream as they stand.
 */
#include "client/transport.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "wire/endpoint.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define FILL_BYTES (64 * 1024)	/* room for one read: a reply of 200 processes */

/* unix:///path, or unix://@name for an abstract socket. */
static int
address(struct client *c, struct sockaddr_un *sa, socklen_t *len, struct err *e)
{
	if (c->url[7] == '\0') {
		err_set(e, FAULT_FAILED, "%s has no path", c->url);
		return client_fails(c, CLIENT_URL);
	}
	if (endpoint_address(c->url + 7, sa, len, e) == -1)
		return client_fails(c, CLIENT_URL);
	return 0;
}

/*
 * Anyone can listen under an abstract name: what answers there has to be root's
 * or our own.
 */
static int
check_owner(struct client *c, struct err *e)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (c->url[7] != '@')
		return 0;
	if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return client_unreached(c, errno, e);
	if (peer.uid == 0 || peer.uid == geteuid())
		return 0;
	err_set(e, FAULT_FAILED, "%s belongs to user %u, who is neither root nor you",
	    c->url, (unsigned)peer.uid);
	client_disconnect(c);
	return client_fails(c, CLIENT_DENIED);
}

static int
log_in(struct client *c, struct err *e)
{
	struct buf b = { 0 };
	struct reply r;
	int rc;

	if (c->username == NULL)
		return 0;
	json_open(&b, '{');
	json_kstr(&b, "username", c->username);
	json_kstr(&b, "password", c->password);
	json_close(&b, '}');
	rc = client_send(c, CONTROL_INTERFACE ".Authenticate", buf_text(&b), false, e);
	if (rc == 0)
		rc = client_recv(c, &r, e);
	if (rc == 0)
		reply_release(&r);
	else
		client_disconnect(c);
	buf_release(&b);
	return rc;
}

static int
unix_connect(struct client *c, struct err *e)
{
	struct timeval limit = { .tv_sec = CLIENT_HEAR_SECONDS };
	struct sockaddr_un sa;
	socklen_t len;

	if (address(c, &sa, &len, e) == -1)
		return -1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd != -1)	/* holds for connect(), too */
		setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&sa, len) == -1)
		return client_unreached(c, errno, e);
	if (check_owner(c, e) == -1)
		return -1;
	return log_in(c, e);
}

/* Readable without a call: the server has closed, or said what nobody asked for. */
static bool
unix_ready(const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return c->fd != -1 && poll(&p, 1, 0) == 0;
}

static void
unix_disconnect(struct client *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
}

static int
unix_send(struct client *c, const char *call, size_t len, bool more, struct err *e)
{
	(void)more;		/* it is in the call */
	len++;			/* its NUL ends the frame */
	while (len > 0) {
		ssize_t n = send(c->fd, call, len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			return client_lost(c, e, "closed the connection");
		if (n == -1 && errno == EAGAIN)
			return client_lost(c, e, CLIENT_UNHEARD);
		if (n == -1)
			return client_lost(c, e, strerror(errno));
		call += n;
		len -= (size_t)n;
	}
	return 0;
}

static int
unix_fd(const struct client *c)
{
	return c->fd;
}

static int
unix_take(struct client *c, struct err *e)
{
	ssize_t n;

	if (buf_reserve(&c->in, FILL_BYTES) == -1)
		return client_lost(c, e, "sent more than fits into memory");
	n = recv(c->fd, c->in.data + c->in.len, c->in.cap - c->in.len - 1, MSG_DONTWAIT);
	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n == -1 && errno != ECONNRESET)
		return client_lost(c, e, strerror(errno));
	if (n <= 0)
		return client_lost(c, e, "closed the connection");
	c->in.len += (size_t)n;
	c->in.data[c->in.len] = '\0';
	return 1;
}

static bool
unix_heard(const struct client *c)
{
	int left = 0;

	return ioctl(c->fd, SIOCOUTQ, &left) == -1 || left == 0;
}

const struct transport transport_unix = {
	.connect = unix_connect,
	.ready = unix_ready,
	.disconnect = unix_disconnect,
	.send = unix_send,
	.fd = unix_fd,
	.take = unix_take,
	.heard = unix_heard,
};
