/*
 * Chance, trace and complaints.
 */
#include "sim.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct sim sim;
bool sim_aborts;
static uint64_t state;

/* splitmix64 */
static uint64_t
draw(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void
sim_seed(uint64_t seed)
{
	state = seed * 0x2545f4914f6cdd1dULL + 1;
	sim = (struct sim){ .seed = seed, .trace = sim.trace, .graphs = sim.graphs,
		.hash = 14695981039346656037ULL };
	sim.now_ms = between(0, 1000000);	/* since boot */
	sim.wall_ms = 1800000000000LL;
}

uint32_t
rnd(uint32_t n)
{
	return n > 0 ? (uint32_t)((draw() >> 32) % n) : 0;
}

int64_t
between(int64_t from, int64_t to)
{
	return from + (int64_t)rnd((uint32_t)(to - from + 1));
}

bool
chance(unsigned per_mille)
{
	return rnd(1000) < per_mille;
}

bool
strikes(unsigned fault, unsigned per_mille)
{
	return sim.faults_on && (sim.faults & fault) != 0 && chance(per_mille);
}

static void
mix(const char *text)
{
	for (; *text != '\0'; text++)
		sim.hash = (sim.hash ^ (unsigned char)*text) * 1099511628211ULL;
}

void
say(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int n;

	n = snprintf(line, sizeof(line), "%lld ", (long long)sim.now_ms);
	va_start(ap, fmt);
	vsnprintf(line + n, sizeof(line) - (size_t)n, fmt, ap);
	va_end(ap);
	mix(line);
	if (sim.trace)
		puts(line);
}

void
fail(const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	printf("seed %llu: at %lld ms, turn %lu: %s\n", (unsigned long long)sim.seed,
	    (long long)sim.now_ms, sim.turns, text);
	fflush(stdout);
	if (sim_aborts)
		abort();	/* so that libFuzzer keeps the input */
	_exit(1);
}
