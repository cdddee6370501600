/*
 * An event listener: the part of a process record that speaks supervisord's protocol.
 *
 * Its standard output is a pipe of its own for each run, which we read; what it says goes
 * on into the pipe of its log as far as that takes it.  Events go to its standard input.
 * Nothing here waits: who says too much is read slowly, who reads nothing gets nothing.
 */
#ifndef CORE_LISTENER_H
#define CORE_LISTENER_H

#include "core/core.h"
#include "core/protocol.h"

struct listener {
	struct proc *p;		/* borrowed: it owns us */
	int	 rd;		/* our end of its standard output; -1: none */
	struct loop_io io;
	struct loop_timer pause; /* it said much: others first */
	struct protocol said;
	struct note *note;	/* BUSY: the event that it has; NULL: none that we know */
	uint64_t pool_serial;	/* of that event */
	uint64_t unlogged;	/* bytes that the log did not take, not told yet */
};

/* For a new process of a pool; -1: no memory. */
int	listener_new(struct proc *p);
void	listener_free(struct proc *p);

/* Its pipe, for a child to be: [0] is for listener_take().  0, or -1 with errno. */
int	listener_pipe(const struct proc *p, int out[2]);
/* The child exists: hear it through rd, which is owned from now on. */
void	listener_take(struct proc *p, int rd);
/*
 * After a crash of the core: go on with a listener that was in this state.  The event that
 * a BUSY one has is not known any more; its result is heard.  Who was not clean is killed.
 */
void	listener_adopt(struct proc *p, int rd, unsigned st, bool clean);
/* It is dead: hear what it has said last. */
void	listener_hear_out(struct proc *p);
/* And give back the event that it did not answer. */
void	listener_ended(struct proc *p);

/* Can it take an event? */
bool	listener_is_free(const struct proc *p);
/*
 * Send it an event with these bytes.  0; or -1 with errno: EPIPE when it has closed its
 * standard input, EAGAIN when it has not read what it got before.
 */
int	listener_send(struct proc *p, struct note *note, uint64_t pool_serial,
	    const char *data, size_t len);

/* For the flight record: its descriptor (-1: none), and is nothing half said? */
int	listener_fd(const struct proc *p);
bool	listener_is_clean(const struct proc *p);

#endif
