/*
 * Configurations: programs of all tempers, written as ini, changed a little from
 * one reload to the next.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "kernel.h"
#include "sim.h"

#define PROGRAMS 6
#define POOLS 2

static struct made {
	bool	 there;
	const char *command;
	int	 numprocs, priority, startsecs, startretries, stopwaitsecs, group;
	const char *autorestart, *logfile;
	bool	 autostart, redirect, asgroup, drop, oneshot, events;
	int	 needs[2];		/* other programs; -1: none */
	const char *conds[2], *loss;
	bool	 fcgi;
	int	 sockets;	/* which of the lines below */
	int	 value;		/* of the store; -1: none */
	const char *policy;	/* of restarts */
	const char *hooks;
	const char *ready, *watch;
} programs[PROGRAMS];

static struct pool_made {
	bool	 there;
	const char *command, *events, *autorestart;
	int	 numprocs, priority, buffer_size, startsecs;
} pools_made[POOLS];

#define ROLES 3

static struct role_made {
	bool	 there;
	int	 items[3];	/* programs; from PROGRAMS on two groups, two nodes; -1: none */
	int	 order;
	const char *more;
} roles_made[ROLES];

/* [template:t]; NULL: it is not there. */
static const char *template_command;
static bool had_brake, with_roles;
static int nodes[2];	/* capacity of [node:a], [node:b]; 0: it is not there */
static bool has_store;

static void
change_pool(struct pool_made *p)
{
	static const char *const commands[] = {
		"hear-good", "hear-good", "hear-slow", "hear-fail", "hear-die", "hear-babble",
		"hear-blind", "flood", "deaf", "crash",
	};
	static const char *const events[] = {
		"EVENT", "PROCESS_STATE", "PROCESS_STATE,REMOTE_COMMUNICATION", "TICK_60",
		"PROCESS_GROUP,TICK_5,SUPERVISOR_STATE_CHANGE", "PROCESS_LOG,PROCESS_COMMUNICATION",
	};
	static const char *const restarts[] = { "true", "true", "false", "unexpected" };

	p->command = commands[rnd(sizeof(commands) / sizeof(commands[0]))];
	p->events = events[rnd(sizeof(events) / sizeof(events[0]))];
	p->autorestart = restarts[rnd(4)];
	p->numprocs = (int)between(1, 3);
	p->priority = chance(700) ? -1 : (int)between(1, 30);
	p->buffer_size = chance(300) ? (int)between(1, 4) : (int)between(5, 60);
	p->startsecs = (int)between(0, 2);
}

static void
change_role(struct role_made *r)
{
	static const char *const more[] = {
		"", "", "", "goal=START\n", "goal=START\n", "goal=STOP\n", "mandatory=true\n",
		"exclude_from_add_all=true\n",
	};

	for (int i = 0; i < 3; i++)
		r->items[i] = chance(600) ? (int)rnd(PROGRAMS + (chance(300) ? 4 : 2)) : -1;
	r->order = (int)between(1, 2);
	r->more = more[rnd(sizeof(more) / sizeof(more[0]))];
}

static void
change_template(void)
{
	static const char *const commands[] = {
		NULL, "steady", "steady", "crash", "stubborn", "oneshot", "escape", "false",
	};

	template_command = commands[rnd(sizeof(commands) / sizeof(commands[0]))];
}

static void
depend(struct made *p, int before)
{
	static const char *const conds[] = {
		"", ":started", ":running", ":ready", ":done", "?", ":done?", ":started?",
	};
	static const char *const losses[] = { "keep", "restart", "stop" };

	p->loss = losses[rnd(3)];
	for (int i = 0; i < 2; i++) {
		p->needs[i] = before > 0 && chance(250) ? (int)rnd((uint32_t)before) : -1;
		p->conds[i] = conds[rnd(sizeof(conds) / sizeof(conds[0]))];
	}
}

static void
change(struct made *p)
{
	static const char *const commands[] = {
		"steady", "steady", "crash", "false", "oneshot", "stubborn", "flood",
		"escape", "escape", "asleep", "device", "deaf", "missing", "directory",
		"plain", "a 'quoted word' b",
	};
	static const char *const restarts[] = { "true", "false", "unexpected" };
	static const char *const policies[] = {
		"backoff=200ms\nbackoff_max=5s\n", "backoff=1s\nbackoff_jitter=0\n",
		"restart_limit=3/10s\n", "restart_limit=1/1s\nfatal_retry=20s\n",
		"fatal_retry=5s\nbackoff=3s\nbackoff_factor=1.5\n",
		"stop_signals=TERM 1s INT 500ms KILL\n", "stop_signals=QUIT 3s\nbackoff=1s\n",
		"permanent_exitcodes=1,3\nrestart_limit=4/60s\nbackoff=10ms\n",
		"schedule=every 2s\n", "schedule=every 1s\nschedule_overlap=queue\n",
		"schedule=every 3s\nschedule_overlap=kill\nschedule_jitter=700ms\n",
		"schedule=* * * * *\nschedule_zone=UTC\nbackoff=1s\n", "schedule=@start\n",
		"env_clear=true\nmemory_max=1MB\npids_max=5\nlimit_core=0\nnice=1\n",
	};
	static const char *const hooks[] = {
		"pre_start=/sim/oneshot\n", "pre_start=/sim/false\npost_exit=/sim/oneshot\n",
		"pre_start=/sim/steady\nhook_timeout=2s\n", "post_exit=/sim/steady\nhook_timeout=3s\n",
		"pre_stop=/sim/oneshot\npost_exit=/sim/oneshot\n", "stop_command=/sim/false\n",
		"stop_command=/sim/steady\npre_stop=/sim/crash\n",
		"post_start=/sim/steady\nhook_timeout=1s\npost_exit=/sim/nosuch\n",
		("pre_start=/sim/oneshot\npost_start=/sim/false\npre_stop=/sim/stubborn\n"
		    "post_exit=/sim/crash\nhook_timeout=500ms\n"),
	};
	static const char *const readies[] = {
		"ready=notify\n", "type=notify\n", "type=notify\nready_timeout=2\n",
		"ready=exec:/sim/probe\n", "ready=http://127.0.0.1:80/\nready_timeout=9\n",
		"ready=notify\nready_timeout=3\n", "ready=fd:5\nready_timeout=4\n",
	};
	static const char *const watches[] = {
		"health=exec:/sim/probe 'a b'\nhealth_interval=3s\nhealth_retries=2\n",
		"health=tcp:80\nhealth_interval=700ms\non_unhealthy=stop\nhealth_timeout=1s\n",
		"health=unix:/x\nhealth_interval=5s\non_unhealthy=none\nhealth_retries=1\n",
		"health=exec:/sim/missing\nhealth_interval=2s\nhealth_start_period=3s\n",
		"watchdog=1s\n", "watchdog=4s\nhealth=tcp:80\nhealth_interval=4s\n",
		"watchdog=900ms\nnotify_access=main\n",
	};
	static const char *const logs[] = { "NONE", "AUTO", "/tmp/x.log", "NONE" };

	p->command = commands[rnd(sizeof(commands) / sizeof(commands[0]))];
	p->numprocs = chance(700) ? 1 : (int)between(2, 4);
	p->priority = (int)between(1, 3) * 10;
	p->startsecs = (int)between(0, 3);
	p->startretries = (int)between(0, 4);
	p->stopwaitsecs = (int)between(0, 4);
	p->group = (int)rnd(3);
	p->autorestart = restarts[rnd(3)];
	p->logfile = logs[rnd(4)];
	p->autostart = chance(700);
	p->redirect = chance(300);
	p->asgroup = chance(300);
	p->drop = chance(200);
	p->events = chance(200);
	p->oneshot = chance(150);
	/* on those before it, so that there is no circle */
	depend(p, (int)(p - programs));
	p->fcgi = chance(150);
	p->value = chance(800) ? -1 : (int)rnd(SIM_VALUES);
	p->sockets = chance(600) ? 0 : (int)between(1, 4);
	p->hooks = chance(700) ? "" : hooks[rnd(sizeof(hooks) / sizeof(hooks[0]))];
	p->ready = chance(700) ? "" : readies[rnd(sizeof(readies) / sizeof(readies[0]))];
	p->watch = chance(750) ? "" : watches[rnd(sizeof(watches) / sizeof(watches[0]))];
	p->policy = chance(600) ? "" : policies[rnd(sizeof(policies) / sizeof(policies[0]))];
}

bool
config_had_brake(void)
{
	return had_brake;
}

void
config_first(void)
{
	had_brake = false;
	for (int i = 0; i < PROGRAMS; i++) {
		change(&programs[i]);
		programs[i].there = chance(650);
	}
	programs[rnd(PROGRAMS)].there = true;
	for (int i = 0; i < POOLS; i++) {
		change_pool(&pools_made[i]);
		pools_made[i].there = chance(300);
	}
	for (int i = 0; i < 2; i++)
		nodes[i] = chance(200);
	has_store = chance(100);
	with_roles = chance(400);
	template_command = NULL;
	if (chance(500))
		change_template();
	for (int i = 0; i < ROLES; i++) {
		change_role(&roles_made[i]);
		roles_made[i].there = with_roles && chance(700);
	}
	config_write();
}

/* What people do between two reloads. */
void
config_edit(void)
{
	struct made *p = &programs[rnd(PROGRAMS)];

	if (with_roles && chance(200)) {
		change_role(&roles_made[rnd(ROLES)]);
		roles_made[rnd(ROLES)].there ^= true;
	}
	if (chance(100))
		change_template();
	switch (rnd(10)) {
	case 9:
		nodes[rnd(2)] = (int)rnd(3);
		has_store = chance(300);
		break;
	case 7:
		pools_made[rnd(POOLS)].there ^= true;
		break;
	case 8:
		change_pool(&pools_made[rnd(POOLS)]);
		break;
	case 0:
		p->there = !p->there;
		break;
	case 1:
		p->numprocs = (int)between(1, 5);
		break;
	case 2:
		p->startretries = (int)between(0, 4);
		p->redirect = chance(300);
		break;
	case 3:
		p->priority = (int)between(1, 3) * 10;
		p->group = (int)rnd(3);
		break;
	case 4:			/* a circle is refused: nothing changes */
		depend(p, chance(900) ? (int)(p - programs) : PROGRAMS);
		break;
	default:
		change(p);
		break;
	}
	if (chance(50))
		kernel_set_config("[supervisord\nnonsense");
	else
		config_write();
}

/* Some are of one program alone, some of all that have them. */
static size_t
write_sockets(char *at, size_t size, int i)
{
	const struct made *p = &programs[i];
	size_t n = 0;

	if (p->fcgi)
		n += (size_t)snprintf(at, size, chance(500) ? "socket=unix:///tmp/f%d\n"
		    "socket_mode=0600\n" : "socket=tcp://127.0.0.1:70%d\n", i);
	switch (p->sockets) {
	case 1:
		return n + (size_t)snprintf(at + n, size - n, "sockets=a=unix:///tmp/a%d\n"
		    "sockets_mode=%s\n", i, chance(500) ? "0600" : "0660");
	case 2:
		return n + (size_t)snprintf(at + n, size - n, "sockets=a=tcp://*:80%d, "
		    "b=unix:///tmp/shared,c=udp://[::1]:90%d\n", i, i);
	case 3:
		return n + (size_t)snprintf(at + n, size - n, "sockets=b=unix:///tmp/shared\n"
		    "sockets_backlog=%d\n", i + 1);
	case 4:		/* what an fcgi-program may have too */
		return n + (size_t)snprintf(at + n, size - n, "sockets=f=unix:///tmp/f0\n");
	}
	return n;
}

static size_t
write_program(char *at, size_t size, int i)
{
	static const char *const changes[] = { "restart", "ignore", "reload" };
	const struct made *p = &programs[i];
	char hole[40] = "";
	size_t n;

	if (p->value != -1)
		snprintf(hole, sizeof(hole), ",C=%%(config_v/%d)s", p->value);
	n = (size_t)snprintf(at, size, "[%sprogram:p%d]\ncommand=/sim/%s\nnumprocs=%d\n"
	    "process_name=%s\npriority=%d\nstartsecs=%d\nstartretries=%d\nstopwaitsecs=%d\n"
	    "autorestart=%s\nautostart=%s\nredirect_stderr=%s\nstdout_logfile=%s\n"
	    "stderr_logfile=%s\nstopasgroup=%s\nkillasgroup=%s\nlog_policy=%s\n"
	    "environment=A=\"1\",B=\"%%(process_num)d\"%s\n", p->fcgi ? "fcgi-" : "", i, p->command, p->numprocs,
	    p->numprocs > 1 ? "%(program_name)s_%(process_num)02d" : "%(program_name)s",
	    p->priority, p->startsecs, p->startretries, p->stopwaitsecs, p->autorestart,
	    p->autostart ? "true" : "false", p->redirect ? "true" : "false", p->logfile,
	    p->logfile, p->asgroup ? "true" : "false", p->asgroup ? "true" : "false",
	    p->drop ? "drop" : "block", hole);
	if (p->events)
		n += (size_t)snprintf(at + n, size - n, "stdout_events_enabled=true\n"
		    "stdout_capture_maxbytes=100\n");
	if (p->value != -1)	/* a change of this key alone is none of the value */
		n += (size_t)snprintf(at + n, size - n, "on_config_change=%s\n",
		    changes[i % 3]);
	n += (size_t)snprintf(at + n, size - n, "%s%s%stype=%s\n%son_dependency_loss=%s\ndepends_on=",
	    p->policy, p->hooks, p->watch, p->oneshot ? "oneshot" : "simple",
	    p->oneshot ? "" : p->ready, p->loss);
	for (int k = 0; k < 2; k++)
		if (p->needs[k] != -1 && programs[p->needs[k]].there)
			n += (size_t)snprintf(at + n, size - n, "%sp%d%s", k > 0 &&
			    p->needs[0] != -1 && programs[p->needs[0]].there ? ", " : "",
			    p->needs[k], p->conds[k]);
	n += (size_t)snprintf(at + n, size - n, "\n");
	return n + write_sockets(at + n, size - n, i);
}

static size_t
write_pool(char *at, size_t size, int i)
{
	const struct pool_made *p = &pools_made[i];

	return (size_t)snprintf(at, size, "[eventlistener:l%d]\ncommand=/sim/%s\nnumprocs=%d\n"
	    "process_name=%%(program_name)s_%%(process_num)d\nevents=%s\nbuffer_size=%d\n"
	    "priority=%d\nstartsecs=%d\nautorestart=%s\n", i, p->command, p->numprocs,
	    p->events, p->buffer_size, p->priority, p->startsecs, p->autorestart);
}

static bool
has_group(int g)
{
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].there && programs[i].group == g)
			return true;
	return false;
}

static bool
is_there(int item)
{
	if (item >= PROGRAMS + 2)
		return nodes[item - PROGRAMS - 2] != 0;
	return item >= PROGRAMS ? has_group(item - PROGRAMS) : programs[item].there;
}

static const char *
item_name(int item)
{
	static const char *const names[] = { "p0", "p1", "p2", "p3", "p4", "p5", "g0", "g1",
		"node:a", "node:b" };

	return names[item];
}

/* Only what is there; a role that names nobody is refused, and now and then one does. */
static size_t
write_role(char *at, size_t size, int i)
{
	const struct role_made *r = &roles_made[i];
	size_t n = (size_t)snprintf(at, size, "[role:r%d]\norder=%d\n%sprograms=", i, r->order,
	    r->more);
	const char *comma = "";

	for (int k = 0; k < 3; k++) {
		if (r->items[k] == -1 || (!is_there(r->items[k]) && !chance(10)))
			continue;
		n += (size_t)snprintf(at + n, size - n, "%s%s", comma, item_name(r->items[k]));
		comma = ", ";
	}
	return n + (size_t)snprintf(at + n, size - n, "\n");
}

void
config_write(void)
{
	char text[16384];
	bool brake = chance(100);
	size_t n = (size_t)snprintf(text, sizeof(text), "[supervisord]\nlogfile=/tmp/s.log\n"
	    "pidfile=/tmp/s.pid\nloglevel=%s\n[supd]\nstop_budget=%d\n%s"
	    "[unix_http_server]\nfile=/tmp/sim.sock\n", chance(300) ? "debug" : "info",
	    chance(800) ? 0 : (int)between(1, 60),
	    brake ? "restart_brake=2/5s\n" : "");

	had_brake = had_brake || brake;
	for (int i = 0; i < PROGRAMS; i++)
		if (programs[i].there)
			n += write_program(text + n, sizeof(text) - n, i);
	for (int i = 0; i < POOLS; i++)
		if (pools_made[i].there)
			n += write_pool(text + n, sizeof(text) - n, i);
	for (int i = 0; i < ROLES; i++)
		if (roles_made[i].there)
			n += write_role(text + n, sizeof(text) - n, i);
	for (int g = 0; g < 2; g++) {
		size_t at = n;
		bool any = false;

		n += (size_t)snprintf(text + n, sizeof(text) - n, "[group:g%d]\npriority=%d\n"
		    "programs=", g, (int)between(1, 3) * 10);
		for (int i = 0; i < PROGRAMS; i++)
			if (programs[i].there && programs[i].group == g) {
				n += (size_t)snprintf(text + n, sizeof(text) - n, "%sp%d",
				    any ? "," : "", i);
				any = true;
			}
		n = any ? n + (size_t)snprintf(text + n, sizeof(text) - n, "\n") : at;
	}
	for (int i = 0; i < 2; i++)
		if (nodes[i] != 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "[node:%c]\n"
			    "capacity=%d\n", 'a' + i, nodes[i]);
	if (template_command != NULL)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "[template:t]\n"
		    "command=/sim/%s %%(hole)s\nstartsecs=%d\nautostart=%s\nstopwaitsecs=1\n"
		    "priority=%d\n%s", template_command, (int)rnd(2), chance(800) ? "true" :
		    "false", (int)between(1, 3) * 10, programs[0].there && chance(300) ?
		    "depends_on=p0:started\n" : "");
	if (has_store)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "[store]\n");
	text[n] = '\0';
	kernel_set_config(text);
	say("config of %zu bytes", n);
}
