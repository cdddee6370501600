/*
 * Counters of flows, and the batch that is being moved, in memory that outlives the
 * logger.
 *
 * The law of each flow is in = written + dropped + captured + flight, after every commit.
 * A commit is atomic also against SIGKILL: the new record is put into a journal
 * first, and a new logger carries out what the journal holds.  So it finds
 * every flow as of its last batch, and what that batch may have moved beyond:
 *
 * - A plain file that is written with splice: in and written follow the file.
 *   file_pos was its size at the last commit, so a bigger file of the same inode has
 *   received the difference after it.  Nothing is lost and nothing repeated.
 *   Several flows may share a file: the one that was in the middle of writing is torn,
 *   and what grew is its own, so it is settled before anybody writes there again.
 *   A line of our own is announced in `marking`, so that it is not counted as output.
 * - Bytes that pass through our memory come by splice into the stage, a part of
 *   this memory.  The offset of the open file, which all loggers share, moves with
 *   them: it says how many there are, also when nobody lived to count them.
 *   `reading` tells these from bytes that were counted into flight.
 */
#ifndef LOG_TALLY_H
#define LOG_TALLY_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_STAGE	(64 * 1024)	/* bytes: the size of a pipe */

enum drop {
	DROP_STUCK,		/* the sink took nothing: FIFO or console without reader */
	DROP_ERROR,		/* the sink failed (no space), or a logger was killed */
	DROP_POLICY,		/* given up on purpose: flow removed, logger told to finish */
	DROP_REASONS
};

struct tally {
	uint32_t id;		/* of the flow; 0: free */
	uint32_t reading;	/* 1 while bytes are in the stage and not yet counted */
	uint64_t in;		/* bytes taken out of the pipe */
	uint64_t written;	/* bytes that the sink took */
	uint64_t dropped[DROP_REASONS];
	uint64_t captured;	/* bytes of messages (capture mode), which no sink gets */
	uint64_t unmarked;	/* dropped bytes that no line in the log tells of yet */
	uint32_t unmarked_why;	/* errno, 0: no reader */
	uint32_t flight;	/* bytes read and not yet written */
	uint32_t gaps;		/* kills after which nobody knows what was written */
	uint32_t rotations;
	uint64_t file_pos;	/* size of the plain file at the last commit */
	uint64_t file_ino;	/* its inode; 0: no plain file */
	uint32_t gap;		/* 1: a batch is unknown, and no line tells of it yet */
	uint32_t marking;	/* bytes of such a line that is being written to the file now */
	uint32_t torn;		/* 1: killed while its file was written, and not yet settled */
	uint32_t pad;
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
/*
 * Read at most TALLY_STAGE bytes of pipe for record i; returns as read, *data is where
 * they are, until the next call.  A commit with reading = 0 has to follow.
 */
ssize_t	tally_read(int i, int pipe, char **data);
/* Record i knows how long its file is, which is written now, until the next commit. */
void	tally_begin(int i);
/* A record that was left in the middle of writing the file with this inode; -1: none. */
int	tally_torn(uint64_t ino);
/* The bytes in the stage, if they are of record i, are not the last ones in flight any more. */
void	tally_unstage(int i);
/*
 * What a killed logger left in the stage for record i; 0 when nothing, or when
 * another flow was the last.  *data stays until tally_forget_left().
 */
size_t	tally_left(int i, char **data);
/* The kernel could not splice: `reading` found set means that a batch may be lost. */
bool	tally_left_unknown(void);
void	tally_forget_left(void);

#endif
