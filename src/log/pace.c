/*
 * The pause doubles while little comes and halves while much comes.
 */
#include "log/pace.h"

#define QUIET_US	20000	/* no output for so long: nobody is busy */
#define FIRST_US	100	/* below that a sleep costs more than it saves */
#define LITTLE		(16 * 1024)	/* bytes: a quarter of a pipe */
#define MUCH		(32 * 1024)

int
pace_turn(struct pace *p, size_t most, int64_t now_us)
{
	int64_t since = now_us - p->last_us;

	p->last_us = now_us;
	if (since > QUIET_US || most >= 2 * MUCH)
		p->pause_us = 0;
	else if (most >= MUCH)
		p->pause_us /= 2;
	else if (most < LITTLE)
		p->pause_us = p->pause_us < FIRST_US ? FIRST_US : p->pause_us * 2;
	if (p->pause_us < FIRST_US)
		p->pause_us = 0;
	if (p->pause_us > PACE_MAX_US)
		p->pause_us = PACE_MAX_US;
	return p->pause_us;
}
