/*
 * The client's connection.  A connection that is found closed before a call is
 * sent is made anew; after that nothing is sent twice, because a start or a
 * signal must not happen twice.  Replies may be as large as memory allows.
 */
#include "client/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/transport.h"
#include "wire/varlink.h"

static const struct scheme {
	const char *prefix;
	const struct transport *by;
} schemes[] = {
	{ "unix://", &transport_unix },
	{ "http://", &transport_http },
	{ "https://", &transport_http },
};

static const struct transport *
transport_of(const char *url)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncmp(url, schemes[i].prefix, strlen(schemes[i].prefix)) == 0)
			return schemes[i].by;
	return NULL;
}

bool
client_knows(const char *url)
{
	return transport_of(url) != NULL;
}

static int
hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = c != '\0' ? strchr(digits, c | 0x20) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* A copy of n bytes with each %xx decoded; NULL without memory. */
static char *
decoded(const char *text, size_t n)
{
	char *out = malloc(n + 1);
	size_t len = 0;

	for (size_t i = 0; out != NULL && i < n; i++) {
		int high = text[i] == '%' && i + 2 < n + 1 ? hex(text[i + 1]) : -1;
		int low = high != -1 && i + 2 < n ? hex(text[i + 2]) : -1;

		out[len++] = low != -1 ? (char)(high * 16 + low) : text[i];
		i += low != -1 ? 2 : 0;
	}
	if (out != NULL)
		out[len] = '\0';
	return out;
}

/*
 * http://user:password@host becomes http://host: what is printed must not tell a
 * password.  A path on this machine may have any name.
 */
static int
split_identity(struct client *c)
{
	char *host = strstr(c->url, "://"), *end, *at, *colon;

	if (c->by != &transport_http)
		return 0;
	host += 3;
	end = host + strcspn(host, "/?#");
	at = memrchr(host, '@', (size_t)(end - host));
	if (at == NULL)
		return 0;
	colon = memchr(host, ':', (size_t)(at - host));
	c->url_username = decoded(host, (size_t)((colon != NULL ? colon : at) - host));
	if (colon != NULL)
		c->url_password = decoded(colon + 1, (size_t)(at - colon - 1));
	memmove(host, at + 1, strlen(at + 1) + 1);
	return c->url_username != NULL && (colon == NULL || c->url_password != NULL) ? 0 : -1;
}

int
client_init(struct client *c, const char *url, struct err *e)
{
	*c = (struct client){ .fd = -1, .url = strdup(url), .by = transport_of(url) };
	sigemptyset(&c->wait_mask);
	if (c->url != NULL && split_identity(c) == 0)
		return 0;
	client_release(c);
	return err_set(e, FAULT_FAILED, "out of memory");
}

int
client_fails(struct client *c, enum client_fail why)
{
	c->fail = why;
	return -1;
}

int
client_unreached(struct client *c, int no, struct err *e)
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
		err_set(e, FAULT_FAILED, "%s " CLIENT_UNHEARD, c->url);
	} else {
		err_set(e, FAULT_FAILED, "%s cannot be reached: %s", c->url, strerror(no));
	}
	client_disconnect(c);
	return client_fails(c, why);
}

int
client_lost(struct client *c, struct err *e, const char *how)
{
	err_set(e, FAULT_FAILED, "%s %s", c->url, how);
	client_disconnect(c);
	return client_fails(c, CLIENT_BROKEN);
}

int
client_connect(struct client *c, struct err *e)
{
	c->fail = CLIENT_FINE;
	if (c->by == NULL) {
		err_set(e, FAULT_FAILED, "%s is no address: it begins with unix://, "
		    "http:// or https://", c->url);
		return client_fails(c, CLIENT_URL);
	}
	if (c->in.len == c->taken && c->by->ready(c))
		return 0;
	client_disconnect(c);
	return c->by->connect(c, e);
}

void
client_disconnect(struct client *c)
{
	if (c->by != NULL)
		c->by->disconnect(c);
	c->taken = c->scanned = 0;
	buf_clear(&c->in);
}

void
client_release(struct client *c)
{
	client_disconnect(c);
	buf_release(&c->in);
	free(c->url);
	free(c->url_username);
	free(c->url_password);
	c->url = c->url_username = c->url_password = NULL;
}

/* ppoll() with the mask of c, past other signals; n of poll, -1: *c->stop was set. */
static int
wait_once(struct client *c, struct pollfd *p, size_t nfds, long timeout_ms, struct err *e)
{
	struct timespec ts = { .tv_sec = timeout_ms / 1000,
		.tv_nsec = timeout_ms % 1000 * 1000000 };
	int n;

	while (c->stop == NULL || !*c->stop) {
		n = ppoll(p, nfds, timeout_ms < 0 ? NULL : &ts,
		    c->stop != NULL ? &c->wait_mask : NULL);
		if (n != -1)
			return n;
		if (errno != EINTR)
			return 1;	/* reading will say what is wrong */
	}
	err_set(e, FAULT_FAILED, "interrupted");
	return client_fails(c, CLIENT_STOPPED);
}

int
client_wait(struct client *c, struct pollfd *p, size_t n, long timeout_ms, struct err *e)
{
	return wait_once(c, p, n, timeout_ms, e) == -1 ? -1 : 0;
}

/* An answer may take as long as it likes, but the server has to hear the call. */
int
client_await(struct client *c, struct err *e)
{
	struct pollfd p = { .fd = client_fd(c), .events = POLLIN };
	int n;

	if (p.fd == -1)
		return 0;
	n = wait_once(c, &p, 1, c->by->heard != NULL ? CLIENT_HEAR_SECONDS * 1000 : -1, e);
	if (n == 0 && !c->by->heard(c))
		return client_lost(c, e, CLIENT_UNHEARD);
	if (n == 0)
		n = wait_once(c, &p, 1, -1, e);
	return n == -1 ? -1 : 0;
}

int
client_fd(const struct client *c)
{
	return c->by->fd(c);
}

/* The replies that were handed out make room. */
static void
drop_taken(struct client *c)
{
	if (c->taken == 0)
		return;
	buf_drop(&c->in, c->taken);
	c->scanned -= c->taken;
	c->taken = 0;
}

int
client_fill(struct client *c, struct err *e)
{
	drop_taken(c);
	return c->by->take(c, e) == -1 ? -1 : 0;
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
		rc = client_fails(c, CLIENT_BROKEN);
	} else {
		rc = c->by->send(c, b.data, b.len - 1, more, e);
	}
	buf_release(&b);
	return rc;
}
