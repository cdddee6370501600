/*
 * The server: libmicrohttpd on its own epoll descriptor, which our loop watches.  It
 * takes requests apart and sends answers; what it hands to us is bounded, admitted and
 * given to its handler here.
 *
 * libmicrohttpd runs only below run(), which the loop calls: a callback of a control
 * call never finds itself inside it.
 */
#include "http/http.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/conn.h"
#include "http/origin.h"

#define HEAD_BYTES (16 * 1024)	/* of a connection: head of its request, head of the answer */

#define RUNS_AT_ONCE 8	/* of libmicrohttpd, then other descriptors get their turn */

struct http http;
static struct loop_io daemon_io;
static struct loop_job run_job, finished_job;
static struct loop_timer again, finish_timer;
static void (*finish_done)(void);

/* ---- requests ---- */

/* A request begins: its first line has come.  uri is as it was sent. */
static void *
on_uri(void *cls, const char *uri, struct MHD_Connection *mhd)
{
	struct connection *c = conn_of(mhd);
	struct exchange *x = calloc(1, sizeof(*x));

	(void)cls;
	request_over(c);	/* one whose head was no head */
	if (x == NULL)
		return NULL;
	x->r.conn = c;
	x->r.answer = &x->a;
	x->r.server = c->server;
	x->r.uid = c->uid;
	TAILQ_INIT(&x->a.calls);
	x->a.bad_path = strstr(uri, "%00") != NULL;
	c->request = &x->r;
	http_clock_set(c, HTTP_TAKE);
	return &x->r;
}

void
request_over(struct connection *c)
{
	struct request *r = c->request;

	if (r == NULL)
		return;
	c->request = NULL;
	call_cancel_all(r);
	if (r->release != NULL)
		r->release(r);
	answer_release(r);
	buf_release(&r->body);
	free(r);		/* the first member of its struct exchange */
}

static void
on_completed(void *cls, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct connection *c = conn_of(mhd);

	(void)cls;
	(void)code;
	request_over(c);
	*context = NULL;
	http_clock_set(c, HTTP_IDLE);
	if (http.finishing)
		conn_doom(c);
}

/* ---- admission ---- */

static void
say_who(const struct connection *c, char *text, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c->mhd,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *sa = info != NULL ? info->client_addr : NULL;

	if (sa != NULL && sa->sa_family == AF_INET)
		inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)sa)->sin_addr,
		    text, (socklen_t)size);
	else if (sa != NULL && sa->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
		    &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr, text,
		    (socklen_t)size);
	else
		snprintf(text, size, "uid %d", (int)c->uid);
}

static void
ask_for_password(struct request *r)
{
	char realm[128];

	snprintf(realm, sizeof(realm), "Basic realm=\"%s\"",
	    http.site->realm != NULL ? http.site->realm : "default");
	request_set(r, "WWW-Authenticate", realm);
	request_set(r, "Connection", "close");
	request_fail(r, MHD_HTTP_UNAUTHORIZED, "A user name and a password are needed here.");
}

static void
on_delay(struct loop_timer *t)
{
	struct answer *a = LOOP_OWNER(t, struct answer, delay);

	access_waited(a->offender);
	a->offender = NULL;
	ask_for_password(&LOOP_OWNER(a, struct exchange, a)->r);
}

static void
refuse_password(struct request *r, const char *user)
{
	struct answer *a = r->answer;
	char who[64];
	int64_t delay_ms;

	say_who(r->conn, who, sizeof(who));
	delay_ms = access_wrong(r->server, who, user, &a->offender);
	if (delay_ms == -1)
		request_abort(r);
	else
		loop_timer_start(&a->delay, delay_ms, on_delay);
}

static void
check_password(struct request *r)
{
	char user[128];

	switch (access_ask(r->server, request_header(r, "Authorization"), user,
	    sizeof(user))) {
	case ACCESS_YES:
		break;
	case ACCESS_NONE:
		ask_for_password(r);
		break;
	case ACCESS_WRONG:
		refuse_password(r, user);
		break;
	case ACCESS_MALFORMED:
		request_fail(r, MHD_HTTP_BAD_REQUEST, NULL);
		break;
	}
}

static const struct route *
find_route(struct request *r)
{
	const struct route *row;
	size_t n;

	for (row = http.site->routes; row->path != NULL; row++) {
		n = strlen(row->path);
		if (row->path[n - 1] == '*' && strncmp(row->path, r->path, n - 1) == 0) {
			r->tail = r->path + n - 1;
			return row;
		}
		if (strcmp(row->path, r->path) == 0) {
			r->tail = r->path + n;
			return row;
		}
	}
	return NULL;
}

static bool
has_body(const struct request *r)
{
	const char *length = request_header(r, "Content-Length");

	return request_header(r, "Transfer-Encoding") != NULL ||
	    (length != NULL && strtoull(length, NULL, 10) > 0);
}

/* A body needs its length beforehand, and within the bound. */
static void
check_body(struct request *r)
{
	const char *length = request_header(r, "Content-Length");

	if (request_header(r, "Transfer-Encoding") != NULL || (length == NULL && r->method == HTTP_POST))
		request_fail(r, MHD_HTTP_LENGTH_REQUIRED, NULL);
	else if (length != NULL && strtoull(length, NULL, 10) > HTTP_BODY_MAX)
		request_fail(r, MHD_HTTP_CONTENT_TOO_LARGE, NULL);
}

static enum http_method
method_of(const char *word)
{
	static const struct {
		const char *word;
		enum http_method method;
	} methods[] = {
		{ "GET", HTTP_GET }, { "HEAD", HTTP_HEAD }, { "POST", HTTP_POST },
		{ "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH }, { "DELETE", HTTP_DELETE },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].word, word) == 0)
			return methods[i].method;
	return HTTP_OTHER;
}

/* Does the request look only? */
static bool
reads(const struct request *r)
{
	return (r->method & (HTTP_GET | HTTP_HEAD)) != 0;
}

/* So far nothing speaks against an answer by the handler. */
static bool
is_welcome(const struct request *r)
{
	return r->answer->state == ANSWER_NONE && r->answer->offender == NULL;
}

/* The head is here.  Who may not come in has his answer, or will have it, afterwards. */
static void
admit(struct request *r, const char *method)
{
	struct answer *a = r->answer;

	a->route = find_route(r);
	r->method = method_of(method);
	if (http.site->admit != NULL)
		http.site->admit(r);
	if (is_welcome(r) && (a->route == NULL || !a->route->is_open))
		check_password(r);
	if (!is_welcome(r))
		return;
	if (a->bad_path || (a->route == NULL && !reads(r)) ||
	    r->method == HTTP_OTHER || (a->route && (r->method & a->route->methods) == 0))
		request_fail(r, MHD_HTTP_BAD_REQUEST, NULL);
	else if (a->route == NULL)
		request_fail(r, MHD_HTTP_NOT_FOUND, NULL);
	else if (!reads(r) && !a->route->asks && origin_is_foreign(r))
		request_fail(r, MHD_HTTP_FORBIDDEN, "This was asked for by a page of another site.");
	else
		check_body(r);
}

/* ---- what libmicrohttpd asks for ---- */

/* Answer now, or be put aside. */
static enum MHD_Result
go_on(struct request *r)
{
	struct answer *a = r->answer;

	if (is_welcome(r) && !a->handled) {
		a->handled = true;
		a->route->fn(r);
		call_wait(r);
	}
	if (a->state == ANSWER_NONE) {
		http_clock_set(r->conn, HTTP_NONE);
		conn_suspend(r->conn);
		return MHD_YES;
	}
	http_clock_set(r->conn, HTTP_GIVE);
	return answer_queue(r);
}

/*
 * Called first with the head, then for each part of the body, then for the answer, and
 * again whenever the connection was suspended.  An answer that is queued at the first call
 * ends the connection: what follows is not read.  So a refusal goes out at once only where
 * a body would have to be read otherwise.
 */
static enum MHD_Result
on_request(void *cls, struct MHD_Connection *mhd, const char *url, const char *method,
    const char *version, const char *data, size_t *size, void **context)
{
	struct request *r = *context;

	(void)cls;
	(void)mhd;
	if (r == NULL)
		return MHD_NO;	/* there was no memory for it */
	if (r->path == NULL) {
		r->path = url;
		r->is_http10 = strcmp(version, "HTTP/1.0") == 0;
		admit(r, method);
		if (is_welcome(r) || !has_body(r))
			return MHD_YES;
		return go_on(r);
	}
	if (*size == 0)
		return go_on(r);
	buf_add(&r->body, data, *size);
	*size = 0;
	return r->body.failed ? MHD_NO : MHD_YES;
}

const char *
request_header(const struct request *r, const char *name)
{
	return MHD_lookup_connection_value(r->conn->mhd, MHD_HEADER_KIND, name);
}

const char *
request_query(const struct request *r, const char *key)
{
	const char *value = NULL;

	if (MHD_lookup_connection_value_n(r->conn->mhd, MHD_GET_ARGUMENT_KIND, key,
	    strlen(key), &value, NULL) == MHD_NO)
		return NULL;
	return value != NULL ? value : "";
}

/* ---- running ---- */

static void
on_again(struct loop_timer *t);

/*
 * It never waits for a time, only for another run: what it was told while it ran, and
 * requests that came together.
 */
static void
run(void)
{
	uint64_t ms;

	if (http.daemon == NULL)
		return;
	for (int i = 0; i < RUNS_AT_ONCE; i++) {
		MHD_run(http.daemon);
		if (MHD_get_timeout64(http.daemon, &ms) == MHD_NO)
			return;
	}
	loop_timer_start(&again, (int64_t)ms, on_again);
}

static void
on_again(struct loop_timer *t)
{
	(void)t;
	run();
}

static void
on_run(struct loop_job *j)
{
	(void)j;
	run();
}

void
http_run_soon(void)
{
	loop_job_add(&run_job, on_run);
}

static void
on_daemon(struct loop_io *w, int events)
{
	(void)w;
	(void)events;
	run();
}

void
http_log(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	http.site->log(level, fmt, ap);
	va_end(ap);
}

int
http_init(const struct http_site *site, struct async *calls)
{
	/* its wake-up through a descriptor is for other threads: we run it ourselves */
	const unsigned flags = MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET |
	    MHD_USE_NO_THREAD_SAFETY | (MHD_ALLOW_SUSPEND_RESUME & ~MHD_USE_ITC);
	const union MHD_DaemonInfo *info;

	http_clock_init();
	http = (struct http){ .site = site, .calls = calls, .most = conn_limit() };
	http.daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)http.most + 1,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)HEAD_BYTES,
	    MHD_OPTION_URI_LOG_CALLBACK, on_uri, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, conn_notify, NULL, MHD_OPTION_END);
	if (http.daemon == NULL)
		return -1;
	info = MHD_get_daemon_info(http.daemon, MHD_DAEMON_INFO_EPOLL_FD);
	loop_io_start(&daemon_io, info->epoll_fd, LOOP_READ, on_daemon);
	return 0;
}

/* ---- the end ---- */

static void
on_finish(struct loop_timer *t)
{
	(void)t;
	finish_done();
}

static void
on_finished(struct loop_job *j)
{
	(void)j;
	loop_timer_stop(&finish_timer);
	finish_done();
}

void
http_check_finished(void)
{
	if (http.finishing && http.count == 0)
		loop_job_add(&finished_job, on_finished);
}

static void
finish_one(struct connection *c)
{
	struct request *r = c->request;

	if (r == NULL || !r->answer->handled) {
		conn_doom(c);
		return;
	}
	call_shut_down(r);
	if (r->answer->streams)
		request_end(r);
}

void
http_finish(int64_t ms, void (*done)(void))
{
	http.finishing = true;
	finish_done = done;
	conn_stop_listening();
	loop_timer_start(&finish_timer, ms, on_finish);
	if (http.daemon != NULL)
		http_clock_each(finish_one);
	http_check_finished();
}

static void
stop_one(struct connection *c)
{
	conn_doom(c);
}

void
http_release(void)
{
	conn_stop_listening();
	if (http.daemon == NULL)
		return;
	/* it must not be stopped while a connection is suspended */
	http_clock_each(stop_one);
	MHD_run(http.daemon);
	loop_io_stop(&daemon_io);
	MHD_stop_daemon(http.daemon);
	http.daemon = NULL;
	loop_timer_stop(&again);
	loop_timer_stop(&finish_timer);
	loop_job_cancel(&run_job);
	loop_job_cancel(&finished_job);
	http_clock_release();
}
