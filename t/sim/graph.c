/*
 * Histories of dependencies: some dozens of programs, a random graph between them, and
 * people who start, stop, change and wound them.  Nothing else goes wrong here, so that what
 * check.c and depends.c want of an order holds without exception.
 */
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "kernel.h"
#include "sim.h"

#define NODES	40
#define EDGES	5		/* of one node, at most */

static struct node {
	bool	 there, autostart, oneshot;
	const char *command, *restart, *loss;
	int	 priority, startsecs, numprocs;
	int	 rank;		/* edges lead to lower ones: there is no circle */
	int	 to[EDGES];	/* -1: none */
	const char *cond[EDGES];
} nodes[NODES];
static int n;

int
graph_size(void)
{
	return n;
}

static void
change_edges(struct node *x, unsigned density)
{
	static const char *const conds[] = {
		"", "", ":started", ":running", ":ready", ":done", "?", ":running?",
	};

	for (int i = 0; i < EDGES; i++) {
		int to = (int)rnd((uint32_t)n);

		x->to[i] = nodes[to].rank < x->rank && chance(density) ? to : -1;
		for (int j = 0; j < i; j++)
			if (x->to[j] == x->to[i])
				x->to[i] = -1;
		x->cond[i] = conds[rnd(sizeof(conds) / sizeof(conds[0]))];
		if (x->to[i] != -1 && nodes[x->to[i]].oneshot && chance(500))
			x->cond[i] = ":done";
	}
}

static void
change(struct node *x)
{
	static const char *const commands[] = {
		"steady", "steady", "steady", "steady", "crash", "false", "stubborn", "oneshot",
	};
	static const char *const restarts[] = { "true", "false", "unexpected" };
	static const char *const losses[] = { "keep", "keep", "restart", "stop" };

	x->there = chance(900);
	x->oneshot = chance(200);
	x->command = x->oneshot ? "oneshot" : commands[rnd(sizeof(commands) / sizeof(commands[0]))];
	x->restart = restarts[rnd(3)];
	x->loss = losses[rnd(4)];
	x->autostart = chance(800);
	x->priority = (int)between(1, 4) * 10;
	x->startsecs = (int)between(0, 2);
	x->numprocs = chance(900) ? 1 : 2;
}

static size_t
write_node(char *at, size_t size, int i)
{
	const struct node *x = &nodes[i];
	size_t len = (size_t)snprintf(at, size, "[program:p%d]\ncommand=/sim/%s\nnumprocs=%d\n"
	    "process_name=%s\npriority=%d\nstartsecs=%d\nstartretries=1\nstopwaitsecs=1\n"
	    "autorestart=%s\nautostart=%s\nstdout_logfile=NONE\nstderr_logfile=NONE\ntype=%s\n"
	    "on_dependency_loss=%s\ndepends_on=", i, x->command, x->numprocs,
	    x->numprocs > 1 ? "%(program_name)s_%(process_num)02d" : "%(program_name)s",
	    x->priority, x->startsecs, x->restart, x->autostart ? "true" : "false",
	    x->oneshot ? "oneshot" : "simple", x->loss);
	bool any = false;

	for (int k = 0; k < EDGES; k++)
		if (x->to[k] != -1 && nodes[x->to[k]].there) {
			len += (size_t)snprintf(at + len, size - len, "%sp%d%s", any ? ", " : "",
			    x->to[k], x->cond[k]);
			any = true;
		}
	return len + (size_t)snprintf(at + len, size - len, "\n");
}

static void
write_all(void)
{
	static char text[65536];
	size_t len = (size_t)snprintf(text, sizeof(text), "[supervisord]\nlogfile=/tmp/s.log\n"
	    "pidfile=/tmp/s.pid\n[unix_http_server]\nfile=/tmp/sim.sock\n");

	for (int i = 0; i < n; i++)
		if (nodes[i].there)
			len += write_node(text + len, sizeof(text) - len, i);
	kernel_set_config(text);
	say("graph of %d nodes", n);
}

void
graph_first(void)
{
	unsigned density = (unsigned)between(50, 900);

	n = (int)between(3, NODES);
	for (int i = 0; i < n; i++)
		nodes[i].rank = (int)rnd(1000);
	for (int i = 0; i < n; i++) {
		change(&nodes[i]);
		change_edges(&nodes[i], density);
	}
	write_all();
}

void
graph_edit(void)
{
	struct node *x = &nodes[rnd((uint32_t)n)];

	if (chance(500))
		change(x);
	else
		change_edges(x, (unsigned)between(50, 900));
	write_all();
}
