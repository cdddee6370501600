/*
 * The primary sink of a flow: the file, FIFO, console or memory that its path says.
 * Opens it, marks gaps in it, writes to it, rotates it.
 */
#ifndef LOG_SINK_H
#define LOG_SINK_H

#include <stdbool.h>
#include <stddef.h>

struct flow;
struct tally;

/* Put size and inode of a plain file into t. */
void	sink_count(const struct flow *f, struct tally *t);
/* Ready for the next byte of the program, gaps marked?  0, or -1 with errno. */
int	sink_ready(struct flow *f);
/*
 * Hand data over; what is taken is counted as written, now or when the console has
 * written it.  Returns the bytes taken; errno tells why not all were: 0 for a line
 * that has not ended.
 */
size_t	sink_take(struct flow *f, const char *data, size_t len, bool flush);
/* The line that tells of a gap, which was due first, is in the log. */
void	sink_marked(struct tally *t);
/* After a write. */
void	sink_rotate(struct flow *f);

#endif
