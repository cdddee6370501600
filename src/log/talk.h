/*
 * What the core is told of a flow's bytes: an event for each batch (events_enabled) and one
 * for each message (capture_maxbytes).  Nothing here is waited for: when the core does
 * not read, events are dropped and counted, and the log goes on.
 */
#ifndef LOG_TALK_H
#define LOG_TALK_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow;

/* What a flow has to tell; to be called whenever that changes. -1: no memory. */
int	talk_set(struct flow *f, uint32_t proc, bool events, int64_t capture_max, pid_t ended);
void	talk_free(struct flow *f);
/*
 * Bytes on their way to the log.  What is left for the log stands at *log, until the next
 * call, *len bytes; *captured counts what is not for the log, marks included.  The
 * difference to what came is held, and comes with a later call.
 */
void	talk_take(struct flow *f, const char *data, size_t n, const char **log, size_t *len,
	    size_t *captured);
/*
 * The program of this pid has ended: no more of it comes.  What was held goes to the log,
 * which is the caller's to do, as for talk_take().
 */
void	talk_end(struct flow *f, const char **log, size_t *len, size_t *captured);
/* Do these rules say that what is held will never go on? */
bool	talk_ends(const struct flow *f, pid_t ended, int64_t capture_max);
/* Bytes that are held. */
size_t	talk_held(const struct flow *f);
/* Events that were dropped. */
uint64_t talk_lost(const struct flow *f);
/* The core reads again: say what it did not get. */
void	talk_tell_lost(struct flow *f);

#endif
