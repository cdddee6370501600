/*
 * Events: what observers learn.  Each that somebody outside may see has a serial, which
 * grows by one; listener pools number those that they accept on their own (pool.h).
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <sys/types.h>
#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "conf/events.h"
#include "core/fsm.h"

struct buf;
struct core;
struct proc;

enum event_type {
	EV_STATE,		/* a process changed its state */
	EV_GROUP_ADDED,
	EV_GROUP_REMOVED,
	EV_SUPERVISOR_RUNNING,
	EV_SUPERVISOR_STOPPING,
	EV_OUTPUT,		/* a process with events_enabled wrote something */
	EV_COMMUNICATION,	/* it wrote something between the marks of capture mode */
	EV_REMOTE,		/* a client sent it */
	EV_TICK,
	EV_HEALTH,		/* a process was found to be healthy, or not */
	EV_TROUBLE,		/* the logger reports about a stream */
	EV_READY,		/* a process says that it serves; has no serial */
	EV_GONE,		/* a process record is about to be freed; has no serial */
};

/* An event written down, shared by all who keep it. */
struct note {
	unsigned refs;
	enum event_kind kind;
	uint64_t serial;
	int64_t	 accepted;	/* serial among those that pools took; -1: none did yet */
	size_t	 chars;		/* of the payload, as Python counts them */
	size_t	 len;		/* bytes; may hold NULs */
	char	 payload[];
};

/* What its type does not need is zero. */
struct event {
	enum event_type type;
	uint64_t serial;
	int64_t	 wall_ms;
	struct note **note;	/* where core_publish() keeps it written down */
	const struct proc *proc; /* STATE, OUTPUT, COMMUNICATION, GONE; TROUBLE or NULL */
	enum pstate from, to;	/* STATE */
	int	 tries;		/* STATE: STARTING and BACKOFF */
	pid_t	 pid;		/* as supervisord puts it in the payload */
	bool	 expected;	/* STATE, to EXITED */
	bool	 healthy;	/* HEALTH */
	bool	 is_err;	/* OUTPUT, COMMUNICATION: of stderr */
	const char *group;	/* GROUP_* */
	const char *text;	/* HEALTH: why not; TROUBLE; REMOTE: its type */
	const char *data;	/* OUTPUT, COMMUNICATION, REMOTE: valid UTF-8 */
	size_t	 len;		/* of data */
	int64_t	 period, when;	/* TICK: seconds */
};

enum event_kind event_kind(const struct event *ev);
/* "PROCESS_STATE_RUNNING" */
const char *event_name(const struct event *ev);
/* Payload in supervisord's form ("processname:x groupname:x ..."). */
void	event_payload(const struct event *ev, struct buf *out);
/* Write ev down; NULL: no memory.  The caller has the one reference. */
struct note *note_new(const struct event *ev);
/* The note of an event that is being published; NULL: no memory.  note_hold() to keep it. */
struct note *event_note(const struct event *ev);
struct note *note_hold(struct note *n);
/* Give a reference back and set it to NULL; does nothing to NULL. */
void	note_drop(struct note **n);

/* Lives in the observer's struct.  Called inside the loop; must not change a process. */
struct observer {
	TAILQ_ENTRY(observer) link;
	void	(*fn)(struct observer *o, const struct event *ev);
	uint32_t wants;		/* kinds that are made only for who wants them: ticks */
};

TAILQ_HEAD(observer_list, observer);

void	core_observe(struct core *c, struct observer *o);
void	core_unobserve(struct core *c, struct observer *o);
/* o, which observes, wants these ticks from now on. */
void	core_want(struct core *c, struct observer *o, uint32_t kinds);
void	core_publish(struct core *c, struct event *ev);

#endif
