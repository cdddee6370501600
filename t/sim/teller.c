/*
 * Programs that have a NOTIFY_SOCKET say something there, by sd_notify(3): in time, late, or
 * never; themselves, or a child of theirs; and sometimes that another is their main process.
 */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

#include "core/core.h"
#include "sim.h"

/* The truth that check.c holds the core to. */
static void
note_said(const struct sproc *p, bool said)
{
	for (struct sproc *q = processes; q != NULL; q = q->next)
		if (strcmp(q->name, p->name) == 0)
			q->said = said;
}

static void
tell(struct sproc *p, const char *text)
{
	say("%s %d says %s", p->name, (int)p->pid, text);
	if (strstr(text, "READY=1") != NULL)
		note_said(p, true);
	kernel_notify(p->pid, text);
}

/* A child goes on in its place. */
static void
hand_over(struct sproc *p)
{
	struct sproc *child = process_fork(p);
	char text[64];

	if (child == NULL)
		return;
	child->act = p->act;
	child->notifies = true;
	child->said = true;
	child->say_ms = sim.now_ms + between(100, 5000);
	child->dies_ms = INT64_MAX;
	child->next_ms = child->say_ms;
	if (chance(500))
		child->pgid = child->pid;
	snprintf(text, sizeof(text), "MAINPID=%d\nREADY=1", (int)child->pid);
	tell(child, text);
	process_die(p, 0);
}

void
teller_begin(struct sproc *p)
{
	p->say_ms = INT64_MAX;
	if (p->notifies && chance(850))
		p->say_ms = sim.now_ms + between(0, chance(800) ? 1500 : 9000);
}

void
teller_act(struct sproc *p)
{
	static const char *const words[] = {
		"WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1", "STATUS=well", "READY=1",
		"RELOADING=1\nMONOTONIC_USEC=1", "STOPPING=1", "EXTEND_TIMEOUT_USEC=3000000",
		"WATCHDOG=trigger", "WATCHDOG_USEC=100000", "ERRNO=2", "MAINPID=1", "nonsense",
	};
	struct sproc *child;

	if (sim.now_ms < p->say_ms)
		return;
	p->say_ms = sim.now_ms + between(200, 3000);
	if (p->stopped)
		return;
	if (p->said && p->main && chance(60)) {
		hand_over(p);
		return;
	}
	if (!p->said && chance(800)) {
		child = chance(200) ? process_fork(p) : NULL;
		tell(child != NULL ? child : p, "READY=1");
		if (child != NULL)
			process_die(child, 0);
		return;
	}
	tell(p, words[rnd(sizeof(words) / sizeof(words[0]))]);
}

bool
teller_said(const struct proc *p)
{
	const struct sproc *q = process_find(p->pid);

	return q == NULL || q->life == ZOMBIE || q->said;
}
