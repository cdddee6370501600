/*
 * ready=log: a line of a program's output is looked for, and the core told of the first one.
 *
 * What an earlier process has written does not count.  So before a new one is started the
 * core puts up a fence: all that is in the pipe then is taken, the line that was begun is
 * forgotten, and the core told so; what comes behind it is of the new process.
 */
#ifndef LOG_MATCH_H
#define LOG_MATCH_H

#include <stddef.h>
#include <stdint.h>

struct flow;

/*
 * What to look for; NULL or "": nothing.  With another fence than before it is looked for
 * anew, and the core is told.  -1: no memory.
 */
int	match_set(struct flow *f, const char *regex, uint32_t fence);
void	match_free(struct flow *f);
void	match_take(struct flow *f, const char *data, size_t len);
/* The core reads again: tell it what it was not told. */
void	match_tell(struct flow *f);

#endif
