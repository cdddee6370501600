/*
 * Counters of flows, in memory that outlives the logger.
 *
 * The law of each flow is in = written + dropped + flight, after every commit.
 * A commit is atomic also against SIGKILL: the new record is put into a journal
 * first, and a new logger carries out what the journal holds.  So it finds
 * every flow as of its last batch, and what that batch may have moved beyond:
 *
 * - A plain file that is written with splice: in and written follow the file.
 *   file_pos was its size at the last commit, so a bigger file of the same inode has
 *   received the difference after it.  Nothing is lost and nothing repeated.
 * - Bytes that pass through our memory: `reading` is set before a read and
 *   cleared by the commit that counts the bytes into flight.  Found set, one
 *   batch at most is unknown.  What is found in flight was read, and is lost
 *   but for the part that file_pos shows to be written.
 */
#ifndef LOG_TALLY_H
#define LOG_TALLY_H

#include <stdbool.h>
#include <stdint.h>

enum drop {
	DROP_STUCK,		/* the sink took nothing: FIFO or console without reader */
	DROP_ERROR,		/* the sink failed (no space), or a logger was killed */
	DROP_POLICY,		/* given up on purpose: flow removed, logger told to finish */
	DROP_REASONS
};

struct tally {
	uint32_t id;		/* of the flow; 0: free */
	uint32_t reading;	/* 1 while a read of the pipe is not yet counted */
	uint64_t in;		/* bytes taken out of the pipe */
	uint64_t written;	/* bytes that the sink took */
	uint64_t dropped[DROP_REASONS];
	uint64_t unmarked;	/* dropped bytes that no line in the log tells of yet */
	uint32_t unmarked_why;	/* errno, 0: no reader */
	uint32_t flight;	/* bytes read and not yet written */
	uint32_t gaps;		/* kills after which a batch is unknown */
	uint32_t rotations;
	uint64_t file_pos;	/* size of the plain file at the last commit */
	uint64_t file_ino;	/* its inode; 0: no plain file */
};

/*
 * Map the counters in fd, or make some in memory of our own when fd is none.
 * Returns 0, or -1 with errno.
 */
int	tally_init(int fd);
void	tally_release(void);
/*
 * The counters of flow id.  *known: a logger before us has left them, else they
 * are zero.  Returns their index, or -1: no room.
 */
int	tally_take(uint32_t id, bool *known);
void	tally_give(int i);
/* A copy to be changed and committed. */
struct tally tally_get(int i);
void	tally_commit(int i, const struct tally *t);
/* One store, no commit: see above. */
void	tally_reading(int i);

#endif
