/*
 * Calls by HTTP: each is one POST to /varlink of the address, whose body is the call.
 * The answer is the reply as application/json, or a stream of replies as
 * application/json-seq (RFC 7464: a record separator, JSON, a newline).
 *
 * libcurl's multi interface carries them without waiting, so that all waiting is ours:
 * it can be interrupted, and fg waits for several clients.  send() returns when the
 * request is out; from then on one descriptor, that of the connection, tells of replies.
 */
#include "client/transport.h"

#include <sys/select.h>
#include <curl/curl.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "client/failure.h"
#include "wire/varlink.h"

#define CONNECT_SECONDS	30L		/* until a server counts as unreachable */
#define KEEPALIVE_SECONDS 60L		/* so that a dead host ends tail -f */
#define TAKE_BYTES	(256 * 1024)	/* at a time, of a stream that does not end */
#define WANTED		4		/* descriptors: two while connecting to a name */
#define RECORD_SEPARATOR '\036'

enum body { BODY_NONE, BODY_JSON, BODY_SEQUENCE, BODY_OTHER };

struct http {
	CURLM	*multi;
	CURL	*easy;
	struct curl_slist *headers;
	const char *call;	/* borrowed: what is still to be sent, while send() runs */
	size_t	 left;		/* its bytes */
	struct buf *in;		/* borrowed: the client's, while one of our functions runs */
	bool	 running;	/* easy is in multi: a call is under way */
	bool	 eager;		/* there may be more that no descriptor tells of */
	enum body body;		/* of the answer */
	bool	 is_medusa;	/* the server of supervisord */
	char	 said[CURL_ERROR_SIZE]; /* libcurl's own words for a failure */
};

/* ---- what libcurl calls ---- */

static size_t
on_read(char *to, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	n *= size;
	if (n > h->left)
		n = h->left;
	memcpy(to, h->call, n);
	h->call += n;
	h->left -= n;
	return n;
}

static size_t
on_header(char *line, size_t size, size_t n, void *arg)
{
	static const char medusa[] = "Server: Medusa";
	struct http *h = arg;

	if (size * n >= sizeof(medusa) - 1 &&
	    strncasecmp(line, medusa, sizeof(medusa) - 1) == 0)
		h->is_medusa = true;
	return size * n;
}

/* By its type, "application/json; charset=utf-8". */
static enum body
body_of(CURL *easy)
{
	const char *type = NULL;
	size_t n;

	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	if (type == NULL)
		return BODY_OTHER;
	n = strcspn(type, "; \t");
	if (n == strlen("application/json") && strncasecmp(type, "application/json", n) == 0)
		return BODY_JSON;
	if (n == strlen("application/json-seq") &&
	    strncasecmp(type, "application/json-seq", n) == 0)
		return BODY_SEQUENCE;
	return BODY_OTHER;
}

/* JSON in one line, as its writer makes it: the newline ends it. */
static void
take_records(struct buf *in, const char *data, size_t n)
{
	for (size_t i = 0, len; i < n; i += len + 1) {
		const char *end = memchr(data + i, '\n', n - i);

		if (data[i] == RECORD_SEPARATOR)
			i++;
		len = end != NULL ? (size_t)(end - data) - i : n - i;
		buf_add(in, data + i, len);
		if (end != NULL)
			buf_addc(in, '\0');
	}
}

static size_t
on_body(char *data, size_t size, size_t n, void *arg)
{
	struct http *h = arg;

	n *= size;
	if (h->body == BODY_NONE)
		h->body = body_of(h->easy);
	if (h->body == BODY_JSON)
		buf_add(h->in, data, n);
	else if (h->body == BODY_SEQUENCE)
		take_records(h->in, data, n);
	return h->in->failed || h->body == BODY_OTHER ? 0 : n;	/* 0: an error */
}

/* ---- the end of a call ---- */

static void
stop(struct http *h)
{
	if (h->running)
		curl_multi_remove_handle(h->multi, h->easy);
	h->running = h->eager = false;
}

static int
wrong_answer(struct client *c, long status, struct err *e)
{
	if (status == 401) {
		err_set(e, FAULT_FAILED, "%s requires authentication", c->url);
		client_disconnect(c);
		return client_fails(c, CLIENT_PASSWORD);
	}
	failure_of_status(c->url, status, c->http->is_medusa, e);
	client_disconnect(c);
	return client_fails(c, CLIENT_BROKEN);
}

static int
transfer_failed(struct client *c, CURLcode rc, struct err *e)
{
	long no = 0;
	enum client_fail why;

	curl_easy_getinfo(c->http->easy, CURLINFO_OS_ERRNO, &no);
	if (rc == CURLE_COULDNT_CONNECT && no != 0)
		return client_unreached(c, (int)no, e);
	why = failure_of_transfer(c->url, rc, c->http->said, e);
	client_disconnect(c);
	return client_fails(c, why);
}

/* The transfer is over: as take(). */
static int
finish(struct client *c, bool news, struct err *e)
{
	struct http *h = c->http;
	CURLcode rc = CURLE_OK;
	long status = 0;
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left)) != NULL)
		if (m->msg == CURLMSG_DONE)
			rc = m->data.result;
	curl_easy_getinfo(h->easy, CURLINFO_RESPONSE_CODE, &status);
	stop(h);
	if (h->body == BODY_SEQUENCE && news)
		return 1;	/* what has come may be all that was to come */
	if (h->body == BODY_OTHER || status == 401)
		return wrong_answer(c, status, e);
	if (rc != CURLE_OK)
		return transfer_failed(c, rc, e);
	if (h->body == BODY_SEQUENCE)
		return client_lost(c, e, "closed the connection");
	if (h->body == BODY_NONE)
		return wrong_answer(c, status, e);
	buf_addc(h->in, '\0');
	return 1;
}

/* ---- the transport ---- */

/* Let libcurl do what it can: as take(). */
static int
perform(struct client *c, struct err *e)
{
	struct http *h = c->http;
	size_t before = c->in.len;
	int running = 0;
	long timeout_ms;

	h->in = &c->in;
	do {
		if (curl_multi_perform(h->multi, &running) != CURLM_OK)
			return client_lost(c, e, "cannot be used: libcurl is in disorder");
		timeout_ms = -1;
		curl_multi_timeout(h->multi, &timeout_ms);
	} while (running > 0 && timeout_ms == 0 && c->in.len - before < TAKE_BYTES);
	h->eager = timeout_ms == 0;
	if (running == 0)
		return finish(c, c->in.len > before, e);
	return c->in.len > before;
}

/* What libcurl waits for. */
static size_t
wanted(const struct http *h, struct pollfd p[WANTED])
{
	fd_set in, out, odd;
	size_t n = 0;
	int max = -1;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&odd);
	curl_multi_fdset(h->multi, &in, &out, &odd, &max);
	for (unsigned fd = 0; max >= 0 && fd <= (unsigned)max && n < WANTED; fd++) {
		p[n] = (struct pollfd){ .fd = (int)fd };
		if (FD_ISSET(fd, &in))
			p[n].events |= POLLIN;
		if (FD_ISSET(fd, &out))
			p[n].events |= POLLOUT;
		n += p[n].events != 0;
	}
	return n;
}

/* Is the request out?  Then the connection is only read. */
static bool
is_sent(const struct http *h)
{
	struct pollfd p[WANTED] = { 0 };

	return h->left == 0 && wanted(h, p) == 1 && p[0].events == POLLIN;
}

static int
http_send(struct client *c, const char *call, size_t len, bool more, struct err *e)
{
	struct http *h = c->http;
	struct pollfd p[WANTED];
	long timeout_ms;

	(void)more;		/* it is in the call */
	stop(h);
	h->call = call;
	h->left = len;
	h->body = BODY_NONE;
	h->is_medusa = false;
	h->said[0] = '\0';
	curl_easy_setopt(h->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)len);
	if (curl_multi_add_handle(h->multi, h->easy) != CURLM_OK)
		return client_lost(c, e, "cannot be used: out of memory");
	h->running = true;
	for (;;) {
		if (perform(c, e) == -1)
			return -1;
		if (!h->running || is_sent(h))
			return 0;
		timeout_ms = 100;	/* for a libcurl that resolves names in a thread */
		if (wanted(h, p) > 0)
			curl_multi_timeout(h->multi, &timeout_ms);
		if (client_wait(c, p, wanted(h, p), timeout_ms, e) == -1)
			return -1;
	}
}

static int
http_fd(const struct client *c)
{
	struct pollfd p[WANTED];

	return c->http->running && !c->http->eager && wanted(c->http, p) > 0 ? p[0].fd : -1;
}

static int
http_take(struct client *c, struct err *e)
{
	if (!c->http->running)
		return client_lost(c, e, "closed the connection");
	return perform(c, e);
}

static bool
http_ready(const struct client *c)
{
	return c->http != NULL && !c->http->running;
}

static void
http_disconnect(struct client *c)
{
	struct http *h = c->http;

	if (h == NULL)
		return;
	stop(h);
	curl_easy_cleanup(h->easy);
	curl_multi_cleanup(h->multi);
	curl_slist_free_all(h->headers);
	free(h);
	c->http = NULL;
}

/* The file with the certificates to trust; NULL: there is none. */
static const char *
ca_file(const struct client *c)
{
	static const char *const usual[] = {
		"/etc/ssl/certs/ca-certificates.crt",	/* Debian, Alpine, Arch */
		"/etc/pki/tls/certs/ca-bundle.crt",	/* Fedora */
		"/etc/ssl/ca-bundle.pem",		/* SUSE */
		"/etc/ssl/cert.pem",
	};
	const char *named = c->cacert != NULL ? c->cacert : getenv("SSL_CERT_FILE");

	if (named != NULL && named[0] != '\0')
		return named;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		if (access(usual[i], R_OK) == 0)
			return usual[i];
	return NULL;
}

/* http://host:9001/ and http://host:9001 are the same address. */
static bool
set_target(struct client *c)
{
	size_t len = strcspn(c->url, "?#");
	struct buf target = { 0 };
	bool set;

	while (len > 0 && c->url[len - 1] == '/')
		len--;
	buf_add(&target, c->url, len);
	buf_adds(&target, "/varlink");
	set = !target.failed &&
	    curl_easy_setopt(c->http->easy, CURLOPT_URL, buf_text(&target)) == CURLE_OK;
	buf_release(&target);
	return set;
}

/*
 * A body that is read by a function without another to rewind it cannot be sent again:
 * libcurl repeats a request on a connection that turns out to be closed, and a start
 * must not happen twice.
 */
static void
set_options(struct client *c)
{
	CURL *easy = c->http->easy;

	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, c->http->said);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "supctl/" SUPD_VERSION);
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_SECONDS);
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
	if (c->username != NULL) {
		curl_easy_setopt(easy, CURLOPT_USERNAME, c->username);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, c->password);
	}
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, c->http->headers);
	curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
	curl_easy_setopt(easy, CURLOPT_READDATA, c->http);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, c->http);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, c->http);
}

static struct http *
http_new(void)
{
	static const char *const headers[] = {
		"Content-Type: application/json", "Expect:",
		"Accept: application/json, application/json-seq",
	};
	static bool global;
	struct http *h = calloc(1, sizeof(*h));

	if (!global)
		global = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
	if (h == NULL || !global) {
		free(h);
		return NULL;
	}
	h->easy = curl_easy_init();
	h->multi = curl_multi_init();
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		struct curl_slist *more = curl_slist_append(h->headers, headers[i]);

		if (more != NULL)
			h->headers = more;
	}
	return h;
}

/* A first call that changes nothing tells whether there is a supervisor, and admits us. */
static int
greet(struct client *c, struct err *e)
{
	struct reply r;

	if (client_send(c, SERVICE_INTERFACE ".GetInfo", NULL, false, e) == -1 ||
	    client_recv(c, &r, e) == -1) {
		client_disconnect(c);
		return -1;
	}
	reply_release(&r);
	return 0;
}

/* libcurl does not say which file it is, and leaks a little when there is none. */
static int
check_trust(struct client *c, const char *cacert, struct err *e)
{
	if (strncmp(c->url, "https:", 6) != 0)
		return 0;
	if (cacert == NULL)
		err_set(e, FAULT_FAILED, "%s cannot be trusted: this system has no CA "
		    "certificates, and no file of them was named", c->url);
	else if (access(cacert, R_OK) == -1)
		err_set(e, FAULT_FAILED, "%s cannot be trusted: cannot read '%s': %s", c->url,
		    cacert, strerror(errno));
	else
		return 0;
	return client_fails(c, CLIENT_CERTIFICATE);
}

static int
http_connect(struct client *c, struct err *e)
{
	const char *cacert = ca_file(c), *host = strstr(c->url, "://") + 3;

	if (strcspn(host, ":/?#") == 0) {
		err_set(e, FAULT_FAILED, "%s is no address: http://HOST:PORT would be one",
		    c->url);
		return client_fails(c, CLIENT_URL);
	}
	if (check_trust(c, cacert, e) == -1)
		return -1;
	c->http = http_new();
	if (c->http == NULL || c->http->easy == NULL || c->http->multi == NULL ||
	    !set_target(c))
		return client_lost(c, e, "cannot be used: out of memory");
	set_options(c);
	if (cacert != NULL)
		curl_easy_setopt(c->http->easy, CURLOPT_CAINFO, cacert);
	return greet(c, e);
}

const struct transport transport_http = {
	.connect = http_connect,
	.ready = http_ready,
	.disconnect = http_disconnect,
	.send = http_send,
	.fd = http_fd,
	.take = http_take,
};
