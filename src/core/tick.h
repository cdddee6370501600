/*
 * TICK_5, TICK_60, TICK_3600: told when a slice of the wall clock begins, as long as
 * somebody wants them.  Otherwise there is no timer, and nobody is woken.
 */
#ifndef CORE_TICK_H
#define CORE_TICK_H

#include <stdint.h>

/* Make these kinds of ticks, from the next slices on; 0: none. */
void	tick_want(uint32_t kinds);

#endif
