/*
 * The seam between calls and the ways they travel.  A transport carries one call after
 * the other, and brings each reply to c->in as JSON text ended by NUL, however it came;
 * all else (replies, faults, streams, waiting) is the same for every address.
 */
#ifndef CLIENT_TRANSPORT_H
#define CLIENT_TRANSPORT_H

#include "client/client.h"

struct pollfd;

struct transport {
	/* Reach the server and be admitted; -1, c->fail and e. */
	int	(*connect)(struct client *c, struct err *e);
	/* Is there a connection, silent and open, on which the next call can go? */
	bool	(*ready)(const struct client *c);
	/* Drop it, with all that is under way. */
	void	(*disconnect)(struct client *c);
	/* One call, `call` without its NUL; it is on its way when this returns. */
	int	(*send)(struct client *c, const char *call, size_t len, bool more,
		    struct err *e);
	/* What is readable when take() may have something; -1: take() knows at once. */
	int	(*fd)(const struct client *c);
	/* Move what has come to c->in, without waiting: 1; 0: nothing has; -1. */
	int	(*take)(struct client *c, struct err *e);
	/* Has the server read what was sent?  NULL: that is not known here. */
	bool	(*heard)(const struct client *c);
};

extern const struct transport transport_unix;
extern const struct transport transport_http;	/* http.c; or nohttp.c, which refuses */

#define CLIENT_HEAR_SECONDS 10	/* that a living server may take to read what we said */
#define CLIENT_UNHEARD "does not answer: the server has read nothing for 10 seconds"

/* For transports.  All three return -1; the last two disconnect. */
int	client_fails(struct client *c, enum client_fail why);
/* The server cannot be reached; no: an errno. */
int	client_unreached(struct client *c, int no, struct err *e);
/* The connection is lost: "URL how". */
int	client_lost(struct client *c, struct err *e, const char *how);
/*
 * Wait until poll() has something for the n descriptors, at most timeout_ms (-1: for
 * ever).  0; -1: *c->stop was set instead.
 */
int	client_wait(struct client *c, struct pollfd *p, size_t n, long timeout_ms,
	    struct err *e);
/* Wait until take() may have something; -1: that will not be, or *c->stop was set. */
int	client_await(struct client *c, struct err *e);

#endif
