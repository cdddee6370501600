/*
 * One history: draw what may go wrong, start the supervisor as supd.c does, let
 * operators and accidents come, ask it to exit, and see that it does.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "config.h"
#include "core/core.h"
#include "core/remember.h"
#include "core/sockets.h"
#include "ctl/ctl.h"
#include "kernel.h"
#include "sim.h"

#define YEAR_MS		(365LL * 86400 * 1000)
#define END_WITHIN_MS	(15 * 60 * 1000)	/* after SIGTERM */

static struct {
	int64_t	 next_ms;	/* of the operator */
	int64_t	 quiet_ms;	/* from here on nothing happens any more */
	int64_t	 term_ms;	/* SIGTERM */
	int64_t	 asked_ms;	/* when it was first sent; 0: not yet */
	int	 terms;		/* how often it is sent */
	const unsigned char *say;	/* sim_call: what the client says; else NULL */
	size_t	 nsay, said;
	struct file *caller;
	const char *const *step;	/* sim_script: the next one; else NULL */
	int64_t	 call_ms;		/* when a call of it was sent; 0: answered */
	struct file *watcher;
	bool	 answered;		/* the latest call */
	bool	 again;			/* the last one may be repeated */
	char	 end[20];		/* of the reply that is coming */
} plan;

static void
wound_somebody(void)
{
	static const int signals[] = { SIGKILL, SIGKILL, SIGTERM, SIGSEGV, SIGSTOP, SIGCONT };
	struct sproc *p = processes;
	int sig = signals[rnd(6)];

	for (uint32_t n = rnd(12); p != NULL && n > 0; n--)
		p = p->next;
	if (p == NULL || p->guest != NO_GUEST || p->life == ZOMBIE)
		return;
	say("somebody sends %d to %d of %s", sig, (int)p->pid, p->name);
	if (sig == SIGSTOP)
		p->stopped = p->life == ALIVE;
	else
		process_signal(p, sig);
}

static void
accident(void)
{
	if (strikes(FAULT_LOGGER, 300) && logger_process() != NULL) {
		say("the logger is killed");
		process_die(logger_process(), SIGKILL);
	}
	if (strikes(FAULT_LOGGER, 300) && web_process() != NULL) {
		say("the web guest is killed");
		process_die(web_process(), SIGKILL);
	}
	if (strikes(FAULT_LOGGER, 300) && helper_process() != NULL) {
		say("the guest %s is killed", helper_process()->name);
		process_die(helper_process(), SIGKILL);
	}
	if (chance(200))
		store_change();
	if (strikes(FAULT_CLOCK, 300)) {
		sim.wall_ms += chance(500) ? YEAR_MS : -YEAR_MS;
		say("the wall clock jumps");
	}
	if (chance(100))
		sim.faults_on = !sim.faults_on;
}

/* The bytes of sim_call, in pieces; replies are read and thrown away. */
static void
speak(void)
{
	char data[4096];
	size_t len = plan.nsay - plan.said;
	ssize_t n;

	plan.next_ms = sim.now_ms + 1;
	if (plan.caller == NULL && (plan.caller = kernel_connect(0)) == NULL)
		return;
	while (file_read(plan.caller, data, sizeof(data)) > 0)
		;
	if (len > 1000)
		len = 1000;
	n = file_send(plan.caller, plan.say + plan.said, len, NULL);
	if (n > 0)
		plan.said += (size_t)n;
}

/* ---- a script ---- */

#define STEP_MS	50		/* between two steps */
#define ANSWER_MS 60000		/* for a call; a stop may last some seconds */

/* The last bytes of a reply say whether more follows. */
static void
note_reply(const char *data, size_t len)
{
	static const char more[] = "\"continues\":true}";
	const size_t n = sizeof(more) - 1;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\0') {
			say("reply ...%.*s", (int)n, plan.end);
			if (memcmp(plan.end, more, n) != 0) {
				plan.call_ms = 0;
				plan.answered = true;
			}
		}
		memmove(plan.end, plan.end + 1, n - 1);
		plan.end[n - 1] = data[i];
	}
}

static void
hear(void)
{
	char data[4096];
	ssize_t n;

	while (plan.caller != NULL && (n = file_read(plan.caller, data, sizeof(data))) >= 0) {
		if (n > 0) {
			note_reply(data, (size_t)n);
			continue;
		}
		file_drop(&plan.caller);	/* cut off: that is an answer as well */
		plan.call_ms = 0;
	}
	while (plan.watcher != NULL && (n = file_read(plan.watcher, data, sizeof(data))) >= 0)
		if (n == 0)
			file_drop(&plan.watcher);
}

static void
call(const char *text)
{
	if (plan.caller == NULL)
		plan.caller = kernel_connect(0);
	plan.answered = false;
	if (plan.caller != NULL && file_send(plan.caller, text, strlen(text) + 1, NULL) > 0)
		plan.call_ms = sim.now_ms;
}

static void
watch(void)
{
	static const char text[] = "{\"method\":\"org.supd.Control.Subscribe\",\"more\":true}";

	plan.watcher = kernel_connect(0);
	if (plan.watcher != NULL)
		file_send(plan.watcher, text, sizeof(text), NULL);
}

static void
kill_program(const char *kind)
{
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->life == ALIVE && strcmp(p->kind, kind) == 0) {
			process_signal(p, SIGKILL);
			return;
		}
}

static void
take_step(void)
{
	const char *step = *plan.step;

	plan.next_ms = sim.now_ms + STEP_MS;
	hear();
	if (plan.call_ms != 0 && sim.now_ms - plan.call_ms > ANSWER_MS)
		fail("no answer to the call before '%s'", step != NULL ? step : "the end");
	if (plan.call_ms != 0)
		return;
	if (step == NULL) {
		if (!plan.answered && plan.again) {	/* its own reply had no memory */
			plan.again = false;
			plan.step--;
			return;
		}
		if (!plan.answered)
			fail("the last call has no answer");
		plan.next_ms = plan.quiet_ms = INT64_MAX;
		plan.term_ms = sim.now_ms;
		return;
	}
	plan.step++;
	say("step: %.60s", step);
	if (step[0] == '{')
		call(step);
	else if (strcmp(step, "watch") == 0)
		watch();
	else if (strcmp(step, "values") == 0)
		store_give();
	else if (strncmp(step, "config ", 7) == 0)
		kernel_set_config(step + 7);
	else if (strncmp(step, "signal ", 7) == 0)
		core_signal(atoi(step + 7));
	else if (strncmp(step, "kill ", 5) == 0)
		kill_program(step + 5);
	else if (strncmp(step, "wait ", 5) == 0)
		plan.next_ms = sim.now_ms + atoi(step + 5);
	else
		fail("step '%s'?", step);
}

static void
operate(void)
{
	if (plan.say != NULL) {
		speak();
		return;
	}
	if (plan.step != NULL) {
		take_step();
		return;
	}
	plan.next_ms = sim.now_ms + (chance(300) ? between(0, 5) : between(5, 4000));
	accident();
	switch (rnd(16)) {
	case 0: case 1:
		if (sim.graphs)
			graph_edit();
		else
			config_edit();
		break;
	case 2: case 3:
		wound_somebody();
		break;
	case 4:
		core_signal(SIGUSR2);
		break;
	case 5:
		if (chance(60))
			core_signal(SIGHUP);
		break;
	default:
		clients_begin();
		break;
	}
}

static void
ask_to_exit(void)
{
	if (plan.asked_ms == 0)
		plan.asked_ms = sim.now_ms;
	say("SIGTERM");
	core_signal(chance(800) ? SIGTERM : SIGINT);
	plan.term_ms = --plan.terms > 0 ? sim.now_ms + between(0, 4000) : INT64_MAX;
}

int64_t
operator_next_ms(void)
{
	int64_t at_ms = plan.next_ms;

	if (plan.asked_ms != 0 && sim.now_ms - plan.asked_ms > END_WITHIN_MS)
		fail("SIGTERM came %lld ms ago, and it still runs",
		    (long long)(sim.now_ms - plan.asked_ms));
	return plan.term_ms < at_ms ? plan.term_ms : at_ms;
}

void
operator_run(void)
{
	if (plan.next_ms <= sim.now_ms)
		operate();
	if (plan.next_ms >= plan.quiet_ms)
		plan.next_ms = INT64_MAX;
	if (plan.term_ms <= sim.now_ms)
		ask_to_exit();
}

/* ---- the world as a whole ---- */

int64_t
world_next_ms(void)
{
	int64_t at_ms = operator_next_ms(), other = clients_next_ms();

	at_ms = other < at_ms ? other : at_ms;
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->next_ms < at_ms)
			at_ms = p->next_ms;
	return at_ms;
}

static void
processes_run(void)
{
	struct sproc *p;

	for (p = processes; p != NULL;) {
		if (p->life == ZOMBIE || p->next_ms > sim.now_ms) {
			p = p->next;
			continue;
		}
		p->next_ms = INT64_MAX;
		p->act(p);
		p = processes;		/* the list may have changed */
	}
}

void
world_run(void)
{
	processes_run();
	clients_run();
	operator_run();
}

/* ---- beginning and end ---- */

static void
draw_plan(void)
{
	static const unsigned kinds[] = {
		0, 0, FAULT_FORK, FAULT_EXEC, FAULT_FILES, FAULT_MEMORY, FAULT_EINTR,
		FAULT_SHORT, FAULT_LOGGER, FAULT_CLOCK, FAULT_SLOW, FAULT_SIGNAL,
		FAULT_FORK | FAULT_EXEC, FAULT_SHORT | FAULT_EINTR,
		FAULT_ALL & ~FAULT_MEMORY, FAULT_ALL,
	};

	sim.faults = kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))];
	if (sim.graphs)
		sim.faults = 0;
	sim.no_memory = chance(500) ? 2 : 30;
	sim.tier_a = chance(300);
	sim.tier_c = chance(250);
	sim.shares_memory = chance(850);
	sim.refuses_sharing = chance(50);
	sim.shares_files = chance(800);
	plan.next_ms = sim.now_ms;
	plan.quiet_ms = sim.now_ms + between(1000, chance(300) ? 120000 : 30000);
	plan.term_ms = plan.quiet_ms + (chance(500) ? 0 : between(0, 60000));
	plan.asked_ms = 0;
	plan.terms = chance(700) ? 1 : (int)between(2, 4);
}

/* supd.c's run(); true: it wants to start again. */
static bool
run_once(const struct conf_args *args)
{
	struct config *c;
	struct err e = { 0 };
	bool again;

	struct conf_args with_memory = *args;

	sim.faults_on = false;
	with_memory.memory = remember_text();
	c = conf_load(args->configuration, &with_memory, &e);
	if (c == NULL) {
		say("refused: %s", e.msg);
		sockets_release(false);
		remember_release();
		return false;
	}
	loop_init();
	ctl_watch();
	if (core_open_log(c, &e) == -1 || core_init(args, &e) == -1 ||
	    ctl_open(c, &e) == -1) {
		if (!memory_is_short())
			fail("it cannot start: %s", e.msg);
		say("it cannot start: %s", e.msg);
		if (e.msg[0] == '\0')
			fail("it cannot start and does not say why");
		_exit(0);		/* as supd.c does */
	}
	check_open();
	sim.faults_on = plan.say == NULL && (plan.step != NULL || chance(500));
	sim.running = true;
	core_run();
	sim.running = false;
	ctl_close();
	check_close();
	clients_end(true);
	again = core.state == SUP_RESTARTING;
	process_nobody_born();
	core_release();
	if (loop_left() > 0)
		fail("%zu watchers or jobs are left at the end", loop_left());
	loop_free();
	return again;
}

static void
live(void)
{
	struct conf_args args = { .configuration = "/sim/supd.conf" };

	say("faults %#x%s%s", sim.faults, sim.tier_a ? " cgroups" : "",
	    sim.tier_c ? " no /proc" : "");
	core.is_pid1 = true;
	core.argv0 = "/sim/supd";
	if (sim.graphs)
		graph_first();
	else if (plan.step == NULL)
		config_first();
	store_reset();
	while (run_once(&args))
		say("it starts again");
	clients_end(false);
	file_drop(&plan.caller);
	file_drop(&plan.watcher);
	fd_close(&core.counters);
	check_end();
	process_free_all();
	for (int fd = 0; fd < 3; fd++)
		file_drop(&table[fd]);
}

void
sim_history(uint64_t seed)
{
	sim_seed(seed);
	sys = &sys_sim;
	kernel_reset();
	draw_plan();
	live();
}

void
sim_call(const unsigned char *data, size_t len)
{
	sim_seed(1);
	sys = &sys_sim;
	kernel_reset();
	plan.next_ms = sim.now_ms;
	plan.quiet_ms = sim.now_ms + 3000;
	plan.term_ms = plan.quiet_ms;
	plan.asked_ms = 0;
	plan.terms = 1;
	plan.step = NULL;
	plan.say = data;
	plan.nsay = len;
	plan.said = 0;
	live();
}

void
sim_script(const char *const *steps)
{
	sim_seed(1);
	sys = &sys_sim;
	kernel_reset();
	sim.faults = FAULT_MEMORY;	/* only where nomem.c asks for it */
	plan.next_ms = sim.now_ms;
	plan.quiet_ms = plan.term_ms = INT64_MAX;
	plan.asked_ms = 0;
	plan.terms = 1;
	plan.call_ms = 0;
	plan.again = true;
	plan.step = steps;
	while (*plan.step != NULL && strncmp(*plan.step, "config ", 7) == 0)
		kernel_set_config(*plan.step++ + 7);
	live();
}
