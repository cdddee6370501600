/*
 * What an event listener says on its standard output, as a pure step: no process, no
 * event, no log.  listener.c hears and acts.
 *
 * supervisord's protocol: READY and a newline asks for an event; "RESULT n", a newline and
 * n bytes answer it.  Who says anything else is not understood any more.
 */
#ifndef CORE_PROTOCOL_H
#define CORE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* supervisord's names. */
enum listener_state {
	LISTENER_ACKNOWLEDGED,	/* at first, and after a result */
	LISTENER_READY,
	LISTENER_BUSY,		/* has an event */
	LISTENER_UNKNOWN,	/* for good */
};

#define PROTOCOL_LINE	512	/* bytes of "RESULT n"; more is no such line */
#define PROTOCOL_BODY	(256 * 1024)	/* bytes of a result that are kept */

struct protocol {
	enum listener_state st;
	bool	 in_result;	/* the line has come, `left` bytes of the body not yet */
	size_t	 left;
	size_t	 n;		/* bytes in line */
	char	 line[PROTOCOL_LINE + 1];	/* what is not yet enough to decide */
	struct buf body;
};

enum heard {
	HEARD_NOTHING,		/* yet */
	HEARD_READY,
	HEARD_RESULT,		/* p->body, until the next call; ACKNOWLEDGED now */
	HEARD_BAD_RESULT,	/* p->line is no result; UNKNOWN now */
	HEARD_NONSENSE,		/* UNKNOWN now */
};

/* A process has been started: it knows of nothing. */
void	protocol_begin(struct protocol *p);
void	protocol_release(struct protocol *p);
/* An event was sent to a READY one. */
void	protocol_sent(struct protocol *p);
/* Take bytes up to the first thing that is worth acting on; *used says how many. */
enum heard protocol_hear(struct protocol *p, const char *data, size_t len, size_t *used);
/* Nothing is half said or half heard: another image of the core can go on from st. */
bool	protocol_is_clean(const struct protocol *p);
/* "READY" */
const char *listener_state_name(enum listener_state st);

#endif
