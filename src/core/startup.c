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

void
startup_wanted(struct proc *p)
{
	struct startup *s = &p->startup;

	s->wanted_us = sys->mono_us();
	s->spawned_us = s->ready_us = 0;
	s->again = s->boot.wanted != 0;
	if (!s->again)
		s->boot.wanted = since_start(s->wanted_us);
}

void
startup_spawned(struct proc *p)
{
	struct startup *s = &p->startup;

	if (s->wanted_us == 0 || s->spawned_us != 0)	/* found again, or another try */
		return;
	s->spawned_us = sys->mono_us();
	if (!s->again)
		s->boot.spawned = since_start(s->spawned_us);
}

void
startup_look(struct proc *p)
{
	struct startup *s = &p->startup;

	if (s->spawned_us == 0 || s->ready_us != 0 || !edge_holds(p, DEP_READY))
		return;
	s->ready_us = sys->mono_us();
	if (!s->again)
		s->boot.ready = since_start(s->ready_us);
}
