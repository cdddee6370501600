/*
 * Any bytes on a control connection of a living core: it goes on, answers or
 * refuses, keeps every promise of t/sim/check.c, and ends on SIGTERM.
 */
#include "../sim/sim.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	sim_aborts = true;
	sim_call(data, len);
	return 0;
}
