/*
 * One HTTP request, from the route table to its answer.
 *
 * Life: the request is here whole (head and body, both bounded), its password was
 * right, a row of the route table is found and its handler called, once.  The handler
 * answers with request_reply() or begins an answer with request_stream(), at once or in
 * a callback of a control call.  It must do one of them some time; until then, and
 * until the client has read the answer, the struct stays.  When the client goes away
 * first, calls of the request are cancelled and no callback comes any more.  In both
 * cases release() is called at the end, once, for what the handler has put into state.
 *
 * No function here blocks, fails for lack of memory without ending the request, or
 * calls a callback before it returns.
 */
#ifndef HTTP_HTTP_H
#define HTTP_HTTP_H

#include <sys/types.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/log.h"
#include "client/async.h"

#define HTTP_BODY_MAX	(1024 * 1024)	/* bytes of a request's body: VARLINK_MAX_CALL */
#define HTTP_STREAM_PAUSE (64 * 1024)	/* unread bytes of a stream: write no more */
#define HTTP_STREAM_MAX	(1024 * 1024)	/* unread bytes of a stream: it is broken off */

enum http_method {
	HTTP_GET = 1,
	HTTP_HEAD = 2,		/* answer as for GET: the body is left out by itself */
	HTTP_POST = 4,
	HTTP_PUT = 8,
	HTTP_PATCH = 16,
	HTTP_DELETE = 32,
	HTTP_OTHER = 64,	/* no handler sees it */
};

struct http_server;	/* access.h */
struct connection;		/* http.c */
struct request;

typedef void (*request_fn)(struct request *r);

struct request {
	enum http_method method;
	const char *path;	/* percent-decoded, without the query: "/logtail/a:b" */
	const char *tail;	/* what follows the path of its route's row: "a:b" */
	struct buf body;	/* as sent; empty without one */
	bool	 is_http10;
	const struct http_server *server; /* borrowed: outlives all requests */
	uid_t	 uid;		/* of the other end of a unix socket; else (uid_t)-1 */

	/* The handler's, NULL before it. */
	void	*state;
	request_fn release;	/* the request ends: free state; NULL: nothing to do */

	struct connection *conn;	/* of http.c, as all that follows */
	struct answer *answer;
};

/* One path: rows are tried in order, the first that fits is it. */
struct route {
	const char *path;	/* "/ok.html", or with '*' at the end any that begins so */
	unsigned methods;	/* enum http_method, or'ed; any other is answered with 400 */
	request_fn fn;
	bool	 is_open;	/* needs no password even where the server has one */
	bool	 asks;		/* sees for itself where a POST comes from (origin.h) */
};

/* What a guest puts behind the server; lives as long as it. */
struct http_site {
	const struct route *routes;	/* ends with a row without path */
	/* A line for the supervisor's log.  What a stranger has sent may stand in it. */
	void	(*log)(enum log_level level, const char *fmt, va_list ap)
		    __attribute__((format(printf, 2, 0)));
	/*
	 * The head of a request is here, its password was not looked at: answer, and nobody
	 * else looks at it; or leave it.  NULL: leave all.
	 */
	request_fn admit;
	/* request_fail() and what is refused before a handler: as text for people, in HTML; or so */
	void	(*fail)(struct request *r, unsigned status, const char *text);
	const char *realm;		/* whose password it is; NULL: "default" */
};

/* ---- what was asked ---- */

/* A header's value, the name in any case; NULL: not sent.  Valid as long as r. */
const char *request_header(const struct request *r, const char *name);
/* ?key=value, percent-decoded; "" for ?key alone, NULL: not there.  Valid as long as r. */
const char *request_query(const struct request *r, const char *key);
/* The same of a body that is a form (application/x-www-form-urlencoded). */
const char *request_form(struct request *r, const char *key);

/* ---- control calls ---- */

/*
 * Call the supervisor on behalf of the request.  done gets the reply, or the fault;
 * with ASYNC_MORE every reply, until one does not continue.  Also when the call cannot
 * be made at all: done hears of a fault then.  While a stream has HTTP_STREAM_PAUSE
 * unread bytes, replies of ASYNC_MORE calls wait.
 * flags: ASYNC_ values of client/async.h; ASYNC_SLOW for what waits for a process.
 * Several may be under way at once.
 */
typedef void (*request_done_fn)(struct request *r, const struct async_reply *reply);
void	request_call(struct request *r, unsigned flags, const char *method,
	    const char *params, request_done_fn done);

/* ---- the answer ---- */

/* A header for the answer, before it is begun.  Name and value are copied. */
void	request_set(struct request *r, const char *name, const char *value);
/*
 * The whole answer.  type: Content-Type, NULL: none.  The bytes of body are taken over
 * and body is left empty; NULL: no body.  If body->failed, the answer is status 500.
 */
void	request_reply(struct request *r, unsigned status, const char *type,
	    struct buf *body);
/* The same with bytes that live as long as the program. */
void	request_reply_static(struct request *r, unsigned status, const char *type,
	    const void *data, size_t len);
/* A small page that says status and text; text NULL: what the status means. */
void	request_fail(struct request *r, unsigned status, const char *text);
/* To another place: 301, 302, 303... */
void	request_redirect(struct request *r, unsigned status, const char *location);

/*
 * Begin an answer whose end is not known: in chunks, or to HTTP/1.0 until the
 * connection closes.  produce (NULL: not wanted) is called in a turn of the loop when
 * the client has taken what was written: write more then, or end, or write later.
 */
void	request_stream(struct request *r, unsigned status, const char *type,
	    request_fn produce);
/*
 * Write to a stream.  True: go on; false: HTTP_STREAM_PAUSE is reached, better wait for
 * produce.  Beyond HTTP_STREAM_MAX the connection is broken off, as by request_abort().
 */
bool	request_write(struct request *r, const void *data, size_t len);
/* Bytes written that the client has not taken. */
size_t	request_unread(const struct request *r);
/* After what is written, the end of the stream. */
void	request_end(struct request *r);
/* Break the connection off, so that the client sees that the rest is missing. */
void	request_abort(struct request *r);

/* ---- the server, for the main.c of a guest ---- */

/* calls: for request_call().  -1: no memory, or no way to wait for events. */
int	http_init(const struct http_site *site, struct async *calls);
/* A server's listening socket (owned from now on). */
void	http_listen(struct http_server *server, int fd);
/* A connection of a server: owned from now on. */
void	http_serve(struct http_server *server, int fd);
/* Accept nothing more; done is called when the last answer has gone, or after ms. */
void	http_finish(int64_t ms, void (*done)(void));
void	http_release(void);

#endif
