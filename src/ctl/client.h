/*
 * One connection.  Its life: accepted, calls one after the other, closed.
 * It is freed at the end of the loop turn in which it was closed, so a function
 * that closes it may still be below one that uses it: check `state` after
 * anything that can close.
 *
 * Invariants: at most one call is in progress (state BUSY, STREAM or PARKED);
 * input and output are bounded; nothing is read or written outside the turn
 * function of client.c.
 */
#ifndef CTL_CLIENT_H
#define CTL_CLIENT_H

#include <bsd/sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/loop.h"
#include "ctl/access.h"

struct request;

enum client_state {
	CLIENT_OPEN,		/* waits for a call */
	CLIENT_BUSY,		/* a call is in progress: c->request or an update */
	CLIENT_STREAM,		/* gets events */
	CLIENT_PARKED,		/* its call waits for the guest that answers it */
	CLIENT_HTTP,		/* waits for the web guest; nothing was read from it */
	CLIENT_DRAIN,		/* last answer given; what comes is thrown away */
	CLIENT_DEAD,		/* closed, freed at the end of the turn */
};

/* Which clock runs against a client; see the lists in client.c. */
enum client_clock { CLOCK_OWES, CLOCK_IDLE, CLOCK_NONE, CLOCK_KINDS };

/* Whose it is: others never take the places that the owner needs. */
enum client_kind { CLIENT_OWNER, CLIENT_FOREIGN, CLIENT_GUEST, CLIENT_KINDS };

struct client {
	TAILQ_ENTRY(client) link;	/* list of its clock, or of the dead */
	TAILQ_ENTRY(client) mode_link;	/* subscribers, parked or waiting ones */
	enum client_state state;
	int	 fd;
	uid_t	 uid;
	const struct access *access;	/* borrowed: of its listener; NULL: came back */
	bool	 admitted;
	bool	 spoke_varlink;	/* its first byte was '{' */
	bool	 eof;		/* it sends nothing more */
	enum client_kind kind;
	bool	 shut;		/* we have said that we send nothing more */
	unsigned refused;	/* wrong passwords */
	enum client_clock clock;
	int64_t	 since_ms;	/* when that clock was started */
	struct loop_io io;
	struct loop_job job;	/* a turn at the end of the loop's turn */
	struct loop_timer again; /* a turn in the next one: there is more to serve */
	struct buf in;
	size_t	 scanned;	/* bytes of in without a NUL */
	struct buf out;
	size_t	 sent;		/* bytes of out already written */
	size_t	 charged;	/* bytes of memory counted for it */
	size_t	 drained;	/* bytes thrown away in DRAIN */
	struct request *request; /* owned; BUSY */
	struct update *update;	/* owned; BUSY */
	struct park *park;	/* PARKED: where; borrowed: it refuses all before it goes */
	int64_t	 parked_ms;	/* PARKED, HTTP: since when; 0: not in a list of park.c, web.c */
	struct role_wait *roles; /* owned; BUSY */
	uint32_t events;	/* STREAM: bits of the kinds it gets */
	uint64_t next;		/* STREAM: serial of the next event for it */
	bool	 behind;	/* STREAM: that one has happened already */
};

TAILQ_HEAD(client_list, client);

/* Set limits from the number of descriptors; forget all clients. */
void	clients_open(void);
/* Write what can be written, then close all. */
void	clients_close(void);
size_t	clients_count(void);
/* How many of this kind there may be. */
size_t	clients_share(enum client_kind kind);

/*
 * Serve a new connection, whose descriptor is owned from now on (also on failure).
 * access NULL: admitted already.  Returns NULL when there is no room for it.
 */
struct client *client_new(int fd, const struct access *access);
/* The same for a connection that our web guest has made for calls of uid. */
struct client *client_admit(int fd, uid_t uid);
/* Close now; freed at the end of the turn. */
void	client_close(struct client *c);
/* Bytes of output that wait for the client to read. */
size_t	client_unsent(const struct client *c);

/*
 * Something was put into c->out outside a turn, or its call has ended: write and
 * serve at the end of this turn of the loop.
 */
void	client_wake(struct client *c);
/* The call in progress is over. */
void	client_done(struct client *c);
/* Drop the call that stands first in c->in. */
void	client_skip_call(struct client *c);
/* After what is in c->out, no more: drain and close. */
void	client_finish(struct client *c);

/* Is there no room for another one? */
bool	clients_full(void);

#endif
