/*
 * From what the fullest pipe gave in the time since the last turn follows when it
 * would be half full.  The pause grows towards that, at most twofold each
 * turn, and falls at once.
 */
#include "log/pace.h"

#define QUIET_US	20000	/* no output for so long: nobody is busy */
#define FIRST_US	100	/* below that a sleep costs more than it saves */
#define HALF_PIPE	(32 * 1024)	/* bytes */

int
pace_turn(struct pace *p, size_t most, int64_t now_us)
{
	int64_t since = now_us - p->last_us, due, limit;

	p->last_us = now_us;
	if (since > QUIET_US || most == 0) {
		p->pause_us = 0;
		return 0;
	}
	due = since * HALF_PIPE / (int64_t)most;
	limit = p->pause_us > 0 ? 2 * (int64_t)p->pause_us : FIRST_US;
	if (due > limit)
		due = limit;
	if (due > PACE_MAX_US)
		due = PACE_MAX_US;
	p->pause_us = due >= FIRST_US ? (int)due : 0;
	return p->pause_us;
}
