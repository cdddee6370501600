/*
 * A varlink service of a guest, on the loop, for connections that the core has handed over.
 *
 * A connection has one call at a time, in the order in which they came; the next one is
 * taken when the last reply has been given.  A call of an interface that is not ours goes
 * back to the core together with its connection, so org.varlink.service is answered there
 * (ctl/service.c lists the interfaces).  Nothing waits for a client: who does not read
 * its replies is not served further, and one whose stream piles up is closed.
 *
 * Life of a call: the method's function runs once.  It returns
 *   0 after its reply:		call_begin(), json_...(), call_end(c, false);
 *   0 after call_keep():	the reply, or many with continues, follow later;
 *   -1 and e:			a fault; nothing that it wrote counts.
 * A struct call is gone after the last reply: touch it no more.
 */
#ifndef SERVE_VARLINK_H
#define SERVE_VARLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/varlink.h"

struct serve_conn;

struct call {
	struct vcall v;		/* method, params, more, oneway; lives as long as the call */
	uid_t	 uid;		/* of the peer; (uid_t)-1: not known */
	void	*data;		/* the method's own, from call_keep() */
	/* only for varlink.c: */
	struct serve_conn *conn;
	size_t	 mark;		/* of the connection's output, where this call's began */
	void	(*gone)(struct call *c);
	void	(*room)(struct call *c);
	bool	 kept, answered;
};

typedef int (*serve_fn)(struct call *c, struct err *e);

struct serve_method {
	const char *name;	/* without the interface */
	serve_fn fn;
	bool	 only_more;	/* without `more` the call gets ExpectedMore */
	bool	 acts;		/* also carried out when no reply is wanted (oneway) */
};

struct serve_interface {
	const char *name;	/* "org.supd.Node" */
	const struct serve_method *methods;	/* borrowed, as all of this */
	size_t	 nmethods;
	/* Is this call for us?  false: back to the core.  NULL: every call is. */
	bool	(*is_ours)(const struct vcall *v);
};

/* Serve these from now on; static memory. */
void	serve_open(const struct serve_interface *interfaces, size_t n);
/* Every call gets this fault (borrowed); NULL: no more. */
void	serve_break(const struct err *why);
/* Own a connection; data is what it has sent so far. */
void	serve_take(int fd, const char *data, size_t len);
/*
 * Take no more calls: idle connections go back to the core.  done is called (once, from the
 * loop) as soon as no call is in progress and every reply has left.
 */
void	serve_finish(void (*done)(void));
/* Close all; kept calls get their gone(). */
void	serve_release(void);
/* Calls in progress. */
size_t	serve_busy(void);

/* ---- replies ---- */

/* Begin a reply: its members are written into the buf with json_k...(). */
struct buf *call_begin(struct call *c);
/* continues: more replies follow (only for v.more). */
void	call_end(struct call *c, bool continues);
/* The empty reply. */
void	call_ok(struct call *c);
/* The last reply of a kept call: supervisord's fault as the interface's error Fault. */
void	call_fault(struct call *c, const struct err *e);
/*
 * An error of the interface, "org.supd.Store.RevisionMismatch"; as call_begin(), ended
 * by call_end(c, false).
 */
struct buf *call_error(struct call *c, const char *error);

/*
 * The reply comes later.  gone: the client has left before that, or the guest ends: forget c,
 * which is freed afterwards; NULL: the call is dropped silently.
 */
void	call_keep(struct call *c, void *data, void (*gone)(struct call *c));
/*
 * For streams: has the client read enough for another reply?  false: room() of call_await()
 * is called when it has, once.
 */
bool	call_has_room(const struct call *c);
void	call_await(struct call *c, void (*room)(struct call *c));

#endif
