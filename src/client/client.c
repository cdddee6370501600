/*
 * The client's connection.  A connection that is found closed before a call is
 * sent is made anew; after that nothing is sent twice, because a start or a
 * signal must not happen twice.  Replies may be as large as memory allows.
 */
#include "client/client.h"

#include <sys/ioctl.h>
#include <sys/socket.h>
#include <linux/sockios.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "wire/endpoint.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define HEAR_SECONDS 10		/* that a living server may take to read what we said */
#define UNHEARD "does not answer: the server has read nothing for 10 seconds"
#define FILL_BYTES (64 * 1024)	/* room for one read: a reply of 200 processes */

static int
fails(struct client *c, enum client_fail why)
{
	c->fail = why;
	return -1;
}

int
client_init(struct client *c, const char *url, struct err *e)
{
	*c = (struct client){ .fd = -1, .url = strdup(url) };
	sigemptyset(&c->wait_mask);
	return c->url != NULL ? 0 : err_set(e, FAULT_FAILED, "out of memory");
}

static int
connect_failed(struct client *c, int no, struct err *e)
{
	enum client_fail why = CLIENT_BROKEN;

	if (no == ENOENT || no == ENOTDIR) {
		err_set(e, FAULT_FAILED, "%s no such file", c->url);
		why = CLIENT_NO_FILE;
	} else if (no == ECONNREFUSED) {
		err_set(e, FAULT_FAILED, "%s refused connection", c->url);
		why = CLIENT_REFUSED;
	} else if (no == EACCES || no == EPERM) {
		err_set(e, FAULT_FAILED, "%s permission denied", c->url);
		why = CLIENT_DENIED;
	} else if (no == EAGAIN) {	/* its backlog is full, and nobody accepts */
		err_set(e, FAULT_FAILED, "%s " UNHEARD, c->url);
	} else {
		err_set(e, FAULT_FAILED, "%s cannot be reached: %s", c->url, strerror(no));
	}
	client_disconnect(c);
	return fails(c, why);
}

/*
 * Does nobody listen at http://127.0.0.1[:PORT]?  Only here can that be known at
 * once; names of hosts are not looked up.
 */
static bool
is_dead_http(const char *url)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(80) };
	char host[64];
	size_t n;
	int fd, rc;

	if (strncmp(url, "http://", 7) != 0)
		return false;
	url += 7;
	n = strcspn(url, ":/");
	snprintf(host, sizeof(host), "%.*s", (int)n, url);
	if (url[n] == ':')
		sa.sin_port = htons((uint16_t)strtoul(url + n + 1, NULL, 10));
	if (inet_pton(AF_INET, strcmp(host, "localhost") == 0 ? "127.0.0.1" : host,
	    &sa.sin_addr) != 1 || ntohl(sa.sin_addr.s_addr) >> 24 != 127)
		return false;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = connect(fd, (struct sockaddr *)&sa, sizeof(sa)) == -1 ? errno : 0;
	if (fd != -1)
		close(fd);
	return rc == ECONNREFUSED;
}

static int
refuse_http(struct client *c, struct err *e)
{
	if (is_dead_http(c->url))
		return connect_failed(c, ECONNREFUSED, e);
	err_set(e, FAULT_FAILED, "%s cannot be used: this build speaks only to unix:// "
	    "sockets, HTTP comes with the web guest", c->url);
	return fails(c, CLIENT_URL);
}

/* unix:///path, or unix://@name for an abstract socket. */
static int
address(struct client *c, struct sockaddr_un *sa, socklen_t *len, struct err *e)
{
	if (strncmp(c->url, "unix://", 7) != 0)
		return refuse_http(c, e);
	if (c->url[7] == '\0') {
		err_set(e, FAULT_FAILED, "%s has no path", c->url);
		return fails(c, CLIENT_URL);
	}
	if (endpoint_address(c->url + 7, sa, len, e) == -1)
		return fails(c, CLIENT_URL);
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
		return connect_failed(c, errno, e);
	if (peer.uid == 0 || peer.uid == geteuid())
		return 0;
	err_set(e, FAULT_FAILED, "%s belongs to user %u, who is neither root nor you",
	    c->url, (unsigned)peer.uid);
	client_disconnect(c);
	return fails(c, CLIENT_DENIED);
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
	buf_release(&b);
	return rc;
}

/*
 * Has the server closed the connection, or sent what nobody asked for, while
 * no call was under way?  Then the next call needs another connection.
 */
static bool
stale(const struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	return c->in.len > c->taken || poll(&p, 1, 0) != 0;
}

int
client_connect(struct client *c, struct err *e)
{
	struct timeval limit = { .tv_sec = HEAR_SECONDS };
	struct sockaddr_un sa;
	socklen_t len;

	c->fail = CLIENT_FINE;
	if (c->fd != -1 && !stale(c))
		return 0;
	client_disconnect(c);
	if (address(c, &sa, &len, e) == -1)
		return -1;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd != -1)	/* holds for connect(), too */
		setsockopt(c->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (c->fd == -1 || connect(c->fd, (struct sockaddr *)&sa, len) == -1)
		return connect_failed(c, errno, e);
	if (check_owner(c, e) == -1)
		return -1;
	if (log_in(c, e) == -1) {
		client_disconnect(c);
		return -1;
	}
	return 0;
}

void
client_disconnect(struct client *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	c->taken = c->scanned = 0;
	buf_clear(&c->in);
}

void
client_release(struct client *c)
{
	client_disconnect(c);
	buf_release(&c->in);
	free(c->url);
	c->url = NULL;
}

static int
lost(struct client *c, struct err *e, const char *how)
{
	err_set(e, FAULT_FAILED, "%s %s", c->url, how);
	client_disconnect(c);
	return fails(c, CLIENT_BROKEN);
}

/* Of a UNIX socket: is something of what we said not read yet? */
static bool
unheard(const struct client *c)
{
	int left = 0;

	return ioctl(c->fd, SIOCOUTQ, &left) == 0 && left > 0;
}

/*
 * 0: there is something to read; -1: *stop was set instead, or nobody reads what we
 * said.  An answer itself may take as long as it likes.
 */
static int
wait_readable(struct client *c, struct err *e)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	const struct timespec limit = { .tv_sec = HEAR_SECONDS };
	bool heard = false;
	int n;

	while (c->stop == NULL || !*c->stop) {
		n = ppoll(&p, 1, heard ? NULL : &limit,
		    c->stop != NULL ? &c->wait_mask : NULL);
		if (n > 0 || (n == -1 && errno != EINTR))
			return 0;	/* read() will say what is wrong */
		if (n == 0 && unheard(c))
			return lost(c, e, UNHEARD);
		heard = n == 0;
	}
	err_set(e, FAULT_FAILED, "interrupted");
	return fails(c, CLIENT_STOPPED);
}

int
client_fill(struct client *c, struct err *e)
{
	ssize_t n;

	if (c->taken > 0) {
		buf_drop(&c->in, c->taken);
		c->scanned -= c->taken;
		c->taken = 0;
	}
	if (buf_reserve(&c->in, FILL_BYTES) == -1)
		return lost(c, e, "sent more than fits into memory");
	do {
		if (wait_readable(c, e) == -1)
			return -1;
		n = read(c->fd, c->in.data + c->in.len, c->in.cap - c->in.len - 1);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	if (n == -1 && errno != ECONNRESET)
		return lost(c, e, strerror(errno));
	if (n <= 0)
		return lost(c, e, "closed the connection");
	c->in.len += (size_t)n;
	c->in.data[c->in.len] = '\0';
	return 0;
}

static int
send_all(struct client *c, const char *data, size_t len, struct err *e)
{
	while (len > 0) {
		ssize_t n = send(c->fd, data, len, MSG_NOSIGNAL);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			return lost(c, e, "closed the connection");
		if (n == -1 && errno == EAGAIN)
			return lost(c, e, UNHEARD);
		if (n == -1)
			return lost(c, e, strerror(errno));
		data += n;
		len -= (size_t)n;
	}
	return 0;
}

int
client_send(struct client *c, const char *method, const char *params, bool more,
    struct err *e)
{
	struct buf b = { 0 };
	int rc;

	c->fail = CLIENT_FINE;
	vcall_write(&b, method, params, more);
	if (b.failed) {
		err_set(e, FAULT_FAILED, "out of memory");
		rc = fails(c, CLIENT_BROKEN);
	} else {
		rc = send_all(c, b.data, b.len, e);
	}
	buf_release(&b);
	return rc;
}
