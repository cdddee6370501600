/*
 * Inside the server: connections, and what belongs to a request beside the part that
 * its handler sees.  http.c makes and ends both and speaks to libmicrohttpd; answer.c
 * and call.c are the handler's side; clock.c closes who is too slow.
 *
 * A connection is suspended while its request has no answer, or its stream nothing to
 * send: libmicrohttpd does not look at it then, and we watch for the client leaving,
 * once it has lasted for a moment.
 */
#ifndef HTTP_CONN_H
#define HTTP_CONN_H

#include <bsd/sys/queue.h>
#include <microhttpd.h>

#include "base/loop.h"
#include "http/access.h"
#include "http/http.h"

/* Which clock runs against a connection. */
enum http_clock {
	HTTP_IDLE,		/* waits for the first line of a request */
	HTTP_TAKE,		/* receives the rest of it */
	HTTP_GIVE,		/* sends its answer */
	HTTP_NONE,		/* waits for us */
	HTTP_CLOCKS,
};

struct connection {
	TAILQ_ENTRY(connection) link;	/* list of its clock */
	struct MHD_Connection *mhd;	/* borrowed */
	struct http_server *server;	/* borrowed */
	int	 fd;			/* borrowed of mhd */
	uid_t	 uid;			/* unix: of the other end; else -1 */
	struct request *request;	/* NULL: between two */
	bool	 suspended;
	bool	 doomed;		/* its socket is shut down */
	TAILQ_ENTRY(connection) quiet_link; /* suspended, not watched yet */
	bool	 is_quiet;		/* in that list */
	struct loop_io gone;		/* while suspended: has the client left? */
	enum http_clock clock;
	int64_t	 since_ms;
};

/* A control call of a request. */
struct http_call {
	TAILQ_ENTRY(http_call) link;
	struct request *r;
	struct async_call *async;	/* NULL: could not be made, fault says why */
	unsigned flags;
	request_done_fn done;
	struct err fault;
	struct loop_job job;		/* tells the fault */
};

enum answer_state {
	ANSWER_NONE,		/* not begun */
	ANSWER_READY,		/* response is there, to be queued */
	ANSWER_SENT,		/* libmicrohttpd has it */
	ANSWER_BROKEN,		/* close the connection instead */
};

struct answer {
	enum answer_state state;
	bool	 bad_path;	/* holds a NUL */
	bool	 handled;	/* the handler was called */
	const struct route *route; /* NULL: nothing is there */
	struct offender *offender; /* waits for its refusal; NULL: does not */
	unsigned status;
	struct MHD_Response *response;	/* owned while READY */
	struct buf headers;	/* "name\0value\0"... of request_set() */
	TAILQ_HEAD(, http_call) calls;
	struct buf form;	/* the body, decoded: "key\0value\0"... */
	bool	 form_ready;

	/* a stream */
	bool	 streams, ended;
	bool	 calls_paused;
	struct buf out;
	size_t	 taken;		/* of out: libmicrohttpd has them */
	request_fn produce;
	struct loop_job produce_job;
	struct loop_timer delay; /* of a refusal */
};

/* A request and its answer are one piece of memory. */
struct exchange {
	struct request r;
	struct answer a;
};

/* ---- http.c ---- */

/* Run libmicrohttpd at the end of this turn. */
void	http_run_soon(void);
/* The last connection may have gone. */
void	http_check_finished(void);
/* The request of c, if any, has ended in whatever way. */
void	request_over(struct connection *c);

/* The server as a whole. */
struct http {
	const struct http_site *site; /* borrowed */
	struct MHD_Daemon *daemon;
	struct async *calls;	/* borrowed */
	size_t	 most;		/* connections */
	size_t	 count;
	bool	 finishing;
};
extern struct http http;

/* ---- conn.c ---- */

/* How many there may be. */
size_t	conn_limit(void);
struct connection *conn_of(struct MHD_Connection *mhd);
void	conn_notify(void *cls, struct MHD_Connection *mhd, void **context,
	    enum MHD_ConnectionNotificationCode code);
void	conn_stop_listening(void);
/* Something was done to a suspended connection: go on with it at the end of this turn. */
void	conn_wake(struct connection *c);
/* Not from libmicrohttpd's callbacks but access handler and content reader. */
void	conn_suspend(struct connection *c);
/* Close it as soon as libmicrohttpd is run. */
void	conn_doom(struct connection *c);

/* ---- answer.c ---- */

/* Give the answer to libmicrohttpd; MHD_NO: close the connection. */
enum MHD_Result answer_queue(struct request *r);
void	answer_release(struct request *r);

/* ---- call.c ---- */

/* A moment's patience: the answer of a quick call is worth waiting for. */
void	call_wait(struct request *r);
/* The unread part of a stream has changed. */
void	call_pace(struct request *r);
void	call_cancel_all(struct request *r);
/* Whatever may last is over: tell SHUTDOWN_STATE. */
void	call_shut_down(struct request *r);

/* ---- clock.c ---- */

void	http_clock_init(void);
void	http_clock_add(struct connection *c);
void	http_clock_remove(struct connection *c);
/* Also restarts it. */
void	http_clock_set(struct connection *c, enum http_clock clock);
/* No more connections fit: idle ones are closed soon. */
void	http_clock_press(bool full);
/* Call fn for each connection; it may doom it. */
void	http_clock_each(void (*fn)(struct connection *c));
void	http_clock_release(void);

#endif
