/*
 * What programs do.  The last part of a command's path is the temper of the
 * program; chance decides the times.
 */
#include "kernel.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim.h"

#define EXIT(code) ((code) << 8)	/* as in a wait status */

static void act(struct sproc *p);

int
program_file(const char *path, struct stat *st)
{
	*st = (struct stat){ .st_mode = S_IFREG | 0755 };
	if (strncmp(path, "/sim/", 5) != 0 || strcmp(path, "/sim/missing") == 0)
		return ENOENT;
	if (strcmp(path, "/sim/directory") == 0)
		st->st_mode = S_IFDIR | 0755;
	if (strcmp(path, "/sim/plain") == 0)
		st->st_mode = S_IFREG | 0644;
	return 0;
}

static bool
is(const struct sproc *p, const char *kind)
{
	return strcmp(p->kind, kind) == 0;
}

static void
dies_in(struct sproc *p, int64_t ms, int status)
{
	p->dies_ms = sim.now_ms + ms;
	p->dies_status = status;
}

static void
schedule(struct sproc *p)
{
	p->next_ms = p->dies_ms;
	if (p->flood > 0 && sim.now_ms + 1 < p->next_ms)
		p->next_ms = sim.now_ms + between(1, 20);
	if (p->ear != NULL && ear_next_ms(p) < p->next_ms)
		p->next_ms = ear_next_ms(p);
	if (p->notifies && p->say_ms < p->next_ms)
		p->next_ms = p->say_ms;
}

/* Children that outlive it, in every way to get out of sight. */
static void
leave_children(struct sproc *p)
{
	for (int n = (int)between(1, 3); n > 0; n--) {
		struct sproc *child = process_fork(p);

		if (child == NULL)
			return;
		child->act = act;
		if (chance(500))
			child->pgid = child->pid;	/* setsid */
		if (chance(300))
			child->marked = false;		/* a title over its environment */
		if (chance(300))
			child->ignores_term = true;
		if (chance(500))
			for (int i = 0; i < 3; i++)
				file_drop(&child->fd[i]);
		if (chance(600))
			dies_in(child, between(0, 20000), EXIT(0));
		schedule(child);
		if (chance(300) && process_fork(child) != NULL)
			processes->act = act;	/* a grandchild */
	}
}

static void
write_line(struct sproc *p)
{
	char line[2000];
	size_t len = rnd(sizeof(line)) + 1;

	memset(line, 'x', len);
	line[len - 1] = '\n';
	if (p->fd[1] != NULL && chance(500))
		file_write(p->fd[1], line, len);
	else if (p->fd[2] != NULL)
		file_write(p->fd[2], line, len);
}

static void
act(struct sproc *p)
{
	char data[4096];

	if (sim.now_ms >= p->dies_ms) {
		process_die(p, p->dies_status);
		return;
	}
	if (p->ear != NULL) {
		ear_act(p);
		if (p->life != ALIVE)
			return;
	}
	if (p->notifies) {
		teller_act(p);
		if (p->life != ALIVE)
			return;
	}
	if (p->flood > 0 && !p->stopped) {
		p->flood -= (int64_t)sizeof(data);
		memset(data, 'y', sizeof(data));
		data[sizeof(data) - 1] = '\n';
		if (p->fd[1] != NULL)
			file_write(p->fd[1], data, sizeof(data));
	}
	schedule(p);
}

/* It succeeds mostly; some take longer than anybody waits. */
static void
probe_begin(struct sproc *p)
{
	p->notifies = false;
	if (chance(500))
		write_line(p);
	p->ignores_term = chance(300);
	dies_in(p, chance(900) ? between(0, 60) : between(1000, 20000), EXIT(chance(700) ? 0 : 1));
	schedule(p);
}

void
program_begin(struct sproc *p)
{
	p->act = act;
	if (p->probe) {
		probe_begin(p);
		return;
	}
	teller_begin(p);
	ear_begin(p);
	if (p->ear == NULL && chance(500))
		write_line(p);
	if (is(p, "crash"))
		dies_in(p, between(0, chance(500) ? 900 : 8000),
		    chance(500) ? EXIT((int)rnd(256)) : SIGSEGV);
	else if (is(p, "false"))
		dies_in(p, 0, EXIT(1));
	else if (is(p, "oneshot"))
		dies_in(p, between(0, 6000), EXIT(0));
	else if (is(p, "stubborn"))
		p->ignores_term = true;
	else if (is(p, "flood"))
		p->flood = between(1, 60) * 4096;
	else if (is(p, "escape")) {
		leave_children(p);
		if (chance(500))
			dies_in(p, between(0, 9000), EXIT(0));
	} else if (is(p, "asleep"))
		p->stopped = true;
	else if (is(p, "device"))
		p->unkillable_ms = sim.now_ms + between(0, 40000);
	else if (is(p, "deaf"))
		file_drop(&p->fd[0]);
	schedule(p);
}

/* A signal that it may handle. */
void
program_told(struct sproc *p, int sig)
{
	if (p->life != ALIVE)
		return;
	if (p->guest != NO_GUEST) {
		process_die(p, sig);
		return;
	}
	if (p->ignores_term || sig == SIGCHLD || sig == SIGWINCH || sig == SIGURG)
		return;
	if (sim.now_ms < p->unkillable_ms) {
		dies_in(p, p->unkillable_ms - sim.now_ms, sig);
		schedule(p);
		return;
	}
	if (chance(500)) {
		process_die(p, sig);
		return;
	}
	dies_in(p, chance(800) ? between(0, 300) : between(300, 4000), EXIT(0));
	p->next_ms = p->dies_ms;
}
