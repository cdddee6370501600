/*
 * How long the loop waits before it looks for events again.  Many programs that
 * write a line now and then would wake us for each line; a few milliseconds
 * later they all can be served in one turn.  A program that fills its pipe
 * must not wait for us, so the pause follows the pipes: it ends where the
 * fullest pipe would be half full.
 */
#ifndef LOG_PACE_H
#define LOG_PACE_H

#include <stddef.h>
#include <stdint.h>

#define PACE_MAX_US	5000	/* 200 turns a second; supervisord needs 500 for the same */

struct pace {
	int	pause_us;	/* the present pause */
	int64_t	last_us;	/* when the last turn with output was */
};

/*
 * A turn has read output, at most `most` bytes out of one pipe.  Returns the pause
 * in microseconds; 0 after a time without output, so the first line never waits.
 */
int	pace_turn(struct pace *p, size_t most, int64_t now_us);

#endif
