/*
 * Calls about several processes that last: each gets a result when its process
 * has come to the state that is waited for, in the order of completion.
 *
 * A request is owned by its client.  It holds ids of processes, never pointers,
 * and hangs in a table by id, so that an event touches only the waits that are
 * about its process.
 */
#ifndef CTL_WAIT_H
#define CTL_WAIT_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/loop.h"
#include "core/fsm.h"

struct client;
struct event;
struct proc;
struct request;

enum wait_for {
	WAIT_UP,		/* a start: RUNNING, or it has failed */
	WAIT_DOWN,		/* a stop: any stopped state */
	WAIT_STATE,		/* one state, however long it takes */
	WAIT_CHANGE,		/* as WAIT_UP; of one that leaves its group: it has */
	WAIT_READY,		/* it serves; one that is to do something: it is done */
};

/*
 * A request for at most n processes.  more: send each result when it is known.
 * NULL and e when there is no memory.  It becomes c->request.
 */
struct request *request_new(struct client *c, enum wait_for what, size_t n, bool more,
	    struct err *e);
void	request_free(struct request *r);

/* A result that is known now: success (e NULL) or a fault. */
void	request_result(struct request *r, const struct proc *p, const struct err *e);
/* The same for a name that is no process. */
void	request_result_name(struct request *r, const char *name, const struct err *e);
/* Wait for p; or note its result at once if it is there already. */
void	request_wait(struct request *r, const struct proc *p);
/* The state of WAIT_STATE, and after how many milliseconds to give up (-1: never). */
void	request_until(struct request *r, enum pstate st, int64_t timeout_ms);
/* Members of the last reply, besides the results: write them with json.h. */
struct buf *request_also(struct request *r);
/* All processes are named: replies now when nothing has to be waited for. */
void	request_ready(struct request *r);

/* What happened to a process. */
void	wait_event(const struct event *ev);

#endif
