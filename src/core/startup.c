/*
 * Times of the last start of a process, and of its first, which is its part of the boot.
 */
#include "core/startup.h"

#include "core/edge.h"

/* Since the supervisor began, never 0; the largest one stands for later ones, too. */
static uint32_t
since_start(int64_t us)
{
	int64_t n = (us - core.start_us) / STARTUP_US + 1;

	return n < 1 ? 1 : n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Is the last start the first? */
static bool
is_first(const struct proc *p)
{
	return p->boot.wanted == since_start(p->startup.wanted_us);
}

void
startup_wanted(struct proc *p)
{
	p->startup = (struct startup){ .wanted_us = sys->mono_us() };
	if (p->boot.wanted == 0)
		p->boot.wanted = since_start(p->startup.wanted_us);
}

void
startup_spawned(struct proc *p)
{
	struct startup *s = &p->startup;

	if (s->wanted_us == 0 || s->spawned_us != 0)	/* found again, or another try */
		return;
	s->spawned_us = sys->mono_us();
	if (is_first(p))
		p->boot.spawned = since_start(s->spawned_us);
}

void
startup_look(struct proc *p)
{
	struct startup *s = &p->startup;

	if (s->spawned_us == 0 || s->ready_us != 0 || !edge_holds(p, DEP_READY))
		return;
	s->ready_us = sys->mono_us();
	if (is_first(p))
		p->boot.ready = since_start(s->ready_us);
}
