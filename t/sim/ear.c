/*
 * Event listeners: honest, slow, refusing, dying and nonsensical ones, and a ledger of what
 * each event met with.  An event that an honest listener has taken never comes again; one
 * that comes again was rejected, or its listener has died with it.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/core.h"
#include "core/listener.h"
#include "core/pool.h"
#include "sim.h"

#define POOLS	4
#define LEDGER	4096	/* events of a pool that are looked at */

enum verdict { NEW, HELD, TAKEN, RETURNED };

static struct ledger {
	char	 pool[32];
	long	 top;		/* the greatest poolserial that the core has given out */
	struct {
		uint8_t	 verdict;
		bool	 given;	/* by the core */
		pid_t	 holder;
	} event[LEDGER];
} ledgers[POOLS];

struct ear {
	char	 in[65536];
	size_t	 n;
	bool	 asked;		/* it has said READY and got nothing yet */
	bool	 lies;		/* what it answers counts for nothing */
	long	 held;		/* poolserial; -1: none */
	struct ledger *ledger;
};

static bool
is(const struct sproc *p, const char *kind)
{
	return strcmp(p->kind, kind) == 0;
}

static struct ledger *
ledger_of(const char *pool)
{
	for (int i = 0; i < POOLS; i++)
		if (strcmp(ledgers[i].pool, pool) == 0 || ledgers[i].pool[0] == '\0') {
			snprintf(ledgers[i].pool, sizeof(ledgers[i].pool), "%s", pool);
			return &ledgers[i];
		}
	fail("more pools than there are: %s", pool);
}

void
ears_forget(const char *pool)
{
	for (int i = 0; i < POOLS; i++)
		if (pool == NULL || strcmp(ledgers[i].pool, pool) == 0)
			memset(&ledgers[i], 0, sizeof(ledgers[i]));
}

/* ---- speaking ---- */

static bool
speak(struct sproc *p, const char *text)
{
	say("%s %d says %s", p->name, (int)p->pid, text);
	return p->fd[1] != NULL &&
	    file_write(p->fd[1], text, strlen(text)) == (ssize_t)strlen(text);
}

static void
ask(struct sproc *p)
{
	p->ear->asked = speak(p, "READY\n");
}

static void
verdict(struct sproc *p, enum verdict v)
{
	struct ear *e = p->ear;

	if (e->held >= 0 && e->held < LEDGER)
		e->ledger->event[e->held].verdict = (uint8_t)v;
	e->held = -1;
}

static void
answer(struct sproc *p)
{
	bool refuses = is(p, "hear-fail") && chance(600);

	if (p->ear->lies) {
		verdict(p, RETURNED);
		speak(p, chance(500) ? "RESULT x\n" : "RESULT 2\nOKREADY\nREADY\n");
		return;
	}
	if (!speak(p, refuses ? "RESULT 4\nFAIL" : "RESULT 2\nOK"))
		return;
	verdict(p, refuses ? RETURNED : TAKEN);
	ask(p);
}

/* ---- hearing ---- */

/* Its number may be somebody else's by now. */
static bool
holds(const struct sproc *p, long serial)
{
	return p != NULL && p->life == ALIVE && p->ear != NULL && p->ear->held == serial;
}

static void
check_event(struct sproc *p, long serial)
{
	struct ear *e = p->ear;
	uint8_t was;

	if (!e->asked && !e->lies)
		fail("%s gets event %ld and is not READY", p->name, serial);
	e->asked = false;
	e->held = serial;
	if (serial >= LEDGER)
		return;
	was = e->ledger->event[serial].verdict;
	if (was == TAKEN)
		fail("%s gets event %ld, which was processed", p->name, serial);
	if (was == HELD && holds(process_find(e->ledger->event[serial].holder), serial))
		fail("%s gets event %ld, which %d has", p->name, serial,
		    (int)e->ledger->event[serial].holder);
	if (!e->ledger->event[serial].given)
		fail("%s gets event %ld, which its pool did not give", p->name, serial);
	e->ledger->event[serial].verdict = HELD;
	e->ledger->event[serial].holder = p->pid;
}

/* One whole event in the buffer?  Check it and take it. */
static bool
take_event(struct sproc *p)
{
	struct ear *e = p->ear;
	char *end = memchr(e->in, '\n', e->n), pool[32], kind[64];
	size_t len, head;
	long serial;

	if (end == NULL)
		return false;
	head = (size_t)(end - e->in) + 1;
	*end = '\0';
	if (sscanf(e->in, "ver:3.0 server:supervisor serial:%*d pool:%31s poolserial:%ld "
	    "eventname:%63s len:%zu", pool, &serial, kind, &len) != 4)
		fail("%s gets '%s', which is no event", p->name, e->in);
	*end = '\n';
	if (head + len > e->n)
		return false;
	if (strncmp(p->name, pool, strlen(pool)) != 0)
		fail("%s gets an event of pool %s", p->name, pool);
	e->ledger = ledger_of(pool);
	say("%s %d hears %ld %s", p->name, (int)p->pid, serial, kind);
	check_event(p, serial);
	memmove(e->in, e->in + head + len, e->n - head - len);
	e->n -= head + len;
	return true;
}

static void
hear(struct sproc *p)
{
	struct ear *e = p->ear;
	ssize_t n = p->fd[0] != NULL ? file_read(p->fd[0], e->in + e->n,
	    sizeof(e->in) - e->n) : 0;

	if (n > 0)
		e->n += (size_t)n;
	if (!take_event(p))
		return;
	if (is(p, "hear-die") && chance(300)) {
		verdict(p, HELD);
		process_die(p, chance(500) ? 0 : 9);
	} else if (!is(p, "hear-slow") || chance(200))
		answer(p);
}

/* ---- what they do in their time ---- */

void
ear_act(struct sproc *p)
{
	static const char babble[8000];
	struct ear *e = p->ear;

	if (p->stopped || p->fd[1] == NULL)
		return;
	if (is(p, "hear-babble")) {
		e->lies = true;
		if (chance(300))
			speak(p, chance(500) ? "READY\nREADY\n" : "no protocol\n");
		else if (chance(300))
			file_write(p->fd[1], babble, sizeof(babble));
	} else if (is(p, "hear-blind")) {	/* answers what it has not read */
		e->lies = true;
		speak(p, "READY\nRESULT 2\nOK");
	} else if (e->held >= 0) {
		answer(p);
	} else if (!e->asked && e->n == 0) {
		ask(p);
	} else {
		hear(p);
	}
}

int64_t
ear_next_ms(const struct sproc *p)
{
	return sim.now_ms + (is(p, "hear-slow") ? between(1, 4000) : between(1, 300));
}

void
ear_begin(struct sproc *p)
{
	if (strncmp(p->kind, "hear-", 5) != 0)
		return;
	p->ear = raw_alloc(sizeof(*p->ear));
	p->ear->held = -1;
}

void
ear_end(struct sproc *p)
{
	raw_free(p->ear);
	p->ear = NULL;
}

/* ---- the core's side ---- */

/* In order, but for those that come back. */
static void
check_order(const struct pgroup *g)
{
	struct ledger *l = ledger_of(g->name);
	const struct proc *p;
	long top = l->top, serial;

	TAILQ_FOREACH(p, &g->procs, link) {
		serial = (long)p->listener->pool_serial;
		if (p->listener->note == NULL || serial >= LEDGER ||
		    l->event[serial].given)
			continue;
		if (serial < l->top)
			fail("pool %s gives event %ld after %ld", g->name, serial, l->top);
		l->event[serial].given = true;
		top = serial > top ? serial : top;
	}
	l->top = top;
}

static void
check_pool(const struct pgroup *g)
{
	const struct pool *pool = g->pool;
	const struct proc *p;
	uint64_t hand = 0;

	TAILQ_FOREACH(p, &g->procs, link) {
		const struct listener *l = p->listener;

		hand += l->note != NULL;
		if (l->note != NULL && l->said.st != LISTENER_BUSY)
			fail("%s has an event and is %s", p->conf->name,
			    listener_state_name(l->said.st));
		if (l->rd != -1 && p->pid == 0)
			fail("%s is heard and does not live", p->conf->name);
	}
	if (pool->accepted != pool->n + hand + pool->processed + pool->dropped)
		fail("pool %s: %llu accepted, but %zu wait, %llu in hand, %llu processed, "
		    "%llu dropped", g->name, (unsigned long long)pool->accepted, pool->n,
		    (unsigned long long)hand, (unsigned long long)pool->processed,
		    (unsigned long long)pool->dropped);
	check_order(g);
	if (pool->n > 60)		/* more than any buffer_size of ours */
		fail("pool %s keeps %zu events", g->name, pool->n);
	if (pool->n == 0 && pool->bytes != 0)
		fail("pool %s is empty and has %zu bytes", g->name, pool->bytes);
}

void
check_pools(void)
{
	const struct pgroup *g;

	TAILQ_FOREACH(g, &core.groups, link)
		if (g->pool != NULL)
			check_pool(g);
}

/* At rest nobody who could have an event is without one that waits. */
void
check_pools_idle(void)
{
	const struct pgroup *g;
	const struct proc *p;

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			if (g->pool != NULL && g->pool->n > 0 && !g->pool->throttled &&
			    listener_is_free(p) && process_find(p->pid) != NULL &&
			    process_find(p->pid)->fd[0] != NULL &&
			    strcmp(process_find(p->pid)->kind, "hear-blind") != 0 &&
			    !(sim.faults & FAULT_MEMORY))
				fail("%s waits for an event, and %zu wait for it",
				    p->conf->name, g->pool->n);
}
