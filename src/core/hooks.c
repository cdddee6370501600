/*
 * When a hook has ended, what waited for it goes on by the state of now, not by the one in
 * which it was begun: the process may have been stopped meanwhile.
 */
#include "core/hooks.h"

#include <sys/wait.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"
#include "core/errand.h"
#include "core/flight.h"
#include "core/launch.h"
#include "core/life.h"
#include "core/proc.h"
#include "core/stopping.h"
#include "core/stream.h"
#include "core/survivors.h"

#define ENTRY 48		/* bytes of KEY=value */

struct hooks {
	struct errand errand;
	enum hook now;
	bool	 prepared;	/* pre_start of this start is done */
	bool	 exited;	/* post_exit is due */
	bool	 last;		/* it is what remains of a stop */
	char	*command;	/* of now: the program's may change meanwhile; owned */
	char	 entries[3][ENTRY];
};

static size_t running;

static void on_done(struct errand *x);
static void begin(struct proc *p, enum hook kind);

/* ---- which there are ---- */

static const char *const names[HOOKS] = {
	[HOOK_NONE] = "", [HOOK_PRE_START] = "pre_start", [HOOK_POST_START] = "post_start",
	[HOOK_PRE_STOP] = "pre_stop", [HOOK_STOP] = "stop_command",
	[HOOK_POST_EXIT] = "post_exit", [HOOK_RELOAD] = "reload_command",
};

const char *
hooks_name(enum hook kind)
{
	return names[kind];
}

static const char *
command_of(const struct proc *p, enum hook kind)
{
	const struct conf_acts *a = p->conf->acts;

	if (a == NULL)
		return NULL;
	switch (kind) {
	case HOOK_PRE_START:
		return a->pre_start;
	case HOOK_POST_START:
		return a->post_start;
	case HOOK_PRE_STOP:
		return a->pre_stop;
	case HOOK_STOP:
		return a->stop_command;
	case HOOK_POST_EXIT:
		return a->post_exit;
	case HOOK_RELOAD:
		return a->reload_command;
	case HOOK_NONE:
	case HOOKS:
		break;
	}
	return NULL;
}

bool
hooks_has(const struct proc *p, enum hook kind)
{
	return p->hooks != NULL && command_of(p, kind) != NULL;
}

enum hook
hooks_now(const struct proc *p)
{
	return p->hooks != NULL ? p->hooks->now : HOOK_NONE;
}

size_t
hooks_count(void)
{
	return running;
}

int
hooks_attach(struct proc *p)
{
	bool any = false;

	for (enum hook k = HOOK_NONE; k < HOOKS; k++)
		any = any || command_of(p, k) != NULL;
	if (!any || p->hooks != NULL)
		return 0;
	p->hooks = calloc(1, sizeof(*p->hooks));
	return p->hooks != NULL ? 0 : -1;
}

static void
forget(struct hooks *h)
{
	if (h->now != HOOK_NONE)
		running--;
	h->now = HOOK_NONE;
	free(h->command);
	h->command = NULL;
}

void
hooks_detach(struct proc *p)
{
	if (p->hooks == NULL)
		return;
	errand_cancel(&p->hooks->errand);
	forget(p->hooks);
	free(p->hooks);
	p->hooks = NULL;
}

/* ---- its end ---- */

static void
go_on_starting(struct proc *p, enum hook kind, const char *why)
{
	if (p->pid != 0 || p->launch != NULL || p->queued)
		return;		/* it was post_start of a process that is up by now */
	if (kind == HOOK_PRE_START && why[0] != '\0') {
		proc_spawn_failed(p, "pre_start: %s", why);
		return;
	}
	p->hooks->prepared = p->hooks->prepared || kind == HOOK_PRE_START;
	launch_start(p);
}

static void
go_on(struct proc *p, enum hook kind, const char *why)
{
	switch (p->fsm.st) {
	case P_STARTING:
		go_on_starting(p, kind, why);
		break;
	case P_STOPPING:
	case P_UNKNOWN:
		if (p->pid > 0)
			stopping_hook_ended(p, kind, why[0] == '\0');
		else if (kind == HOOK_POST_EXIT && p->hooks->last)
			proc_event(p, E_DOWN, (struct asker){ CAUSE_EXIT, p->status });
		else
			survivors_check_late(p);
		break;
	case P_EXITED:
		if (kind == HOOK_POST_EXIT && WIFSIGNALED(p->status) && proc_restart_due(p))
			survivors_shoo_late(p);
		break;
	case P_STOPPED:
	case P_RUNNING:
	case P_BACKOFF:
	case P_FATAL:
	case P_NSTATES:
		break;
	}
	life_hook_ended();
}

static void
on_done(struct errand *x)
{
	struct hooks *h = LOOP_OWNER(x, struct hooks, errand);
	struct proc *p = x->p;
	enum hook kind = h->now;

	forget(h);
	if (x->why[0] != '\0')
		log_warn("%s: %s %s", p->conf->name, names[kind], x->why);
	else
		log_debug("%s: %s is done", p->conf->name, names[kind]);
	go_on(p, kind, x->why);
	flight_save(p);
}

/* ---- its beginning ---- */

static void
on_begun(struct errand *x)
{
	flight_save(x->p);
}

/* What a hook is told besides the environment of its program. */
static void
fill_entries(struct proc *p, struct hooks *h, enum hook kind)
{
	const char *sig;
	int n = 0;

	snprintf(h->entries[n++], ENTRY, "SUPD_HOOK=%s", names[kind]);
	if (kind == HOOK_POST_EXIT) {
		sig = WIFSIGNALED(p->status) ? conf_signal_name(WTERMSIG(p->status)) : "";
		if (WIFSIGNALED(p->status))
			snprintf(h->entries[n++], ENTRY, "EXIT_STATUS=");
		else
			snprintf(h->entries[n++], ENTRY, "EXIT_STATUS=%d",
			    WEXITSTATUS(p->status));
		snprintf(h->entries[n++], ENTRY, "EXIT_SIGNAL=%s", sig != NULL ? sig : "?");
	} else if (p->pid > 0)
		snprintf(h->entries[n++], ENTRY, "MAINPID=%d", (int)p->pid);
	for (int i = 0; i <= n; i++)
		h->errand.more[i] = i < n ? h->entries[i] : NULL;
}

static int64_t
timeout_of(const struct proc *p, enum hook kind)
{
	return kind == HOOK_STOP ? 0 : p->conf->acts->hook_timeout;	/* 0: until SIGKILL */
}

/* In place of one that runs. */
static void
begin(struct proc *p, enum hook kind)
{
	struct hooks *h = p->hooks;

	errand_cancel(&h->errand);
	forget(h);
	h->now = kind;
	running++;
	fill_entries(p, h, kind);
	h->command = strdup(command_of(p, kind));
	h->errand.p = p;
	h->errand.command = h->command != NULL ? h->command : "";	/* which is refused */
	h->errand.to_log = true;
	h->errand.timeout_ms = timeout_of(p, kind);
	h->errand.done = on_done;
	h->errand.begun = on_begun;
	log_debug("%s: %s begins", p->conf->name, names[kind]);
	errand_send(&h->errand);
}

/* ---- when ---- */

void
hooks_starting(struct proc *p)
{
	if (p->hooks != NULL)
		p->hooks->prepared = false;
}

bool
hooks_hold_start(struct proc *p)
{
	if (p->hooks == NULL)
		return false;
	if (p->hooks->now == HOOK_NONE && !p->hooks->prepared && hooks_has(p, HOOK_PRE_START))
		begin(p, HOOK_PRE_START);
	return p->hooks->now != HOOK_NONE;
}

void
hooks_running(struct proc *p)
{
	if (p->pid > 0 && hooks_has(p, HOOK_POST_START))
		begin(p, HOOK_POST_START);
}

void
hooks_stop(struct proc *p, enum hook kind)
{
	begin(p, kind);
}

bool
hooks_hold_stop(struct proc *p)
{
	if (hooks_now(p) == HOOK_NONE)
		return false;
	if (p->hooks->now == HOOK_PRE_START)
		errand_signal(&p->hooks->errand, SIGTERM);
	return true;
}

static void
begin_post_exit(struct proc *p)
{
	begin(p, HOOK_POST_EXIT);
	p->hooks->exited = p->hooks->last = false;
}

bool
hooks_hold_end(struct proc *p)
{
	bool stopping = p->fsm.st == P_STOPPING || p->fsm.st == P_UNKNOWN;
	enum hook now = hooks_now(p);

	if (p->hooks == NULL)
		return false;
	p->hooks->exited = hooks_has(p, HOOK_POST_EXIT);
	if (stopping && (now == HOOK_PRE_STOP || now == HOOK_STOP))
		return true;	/* it may be about to end, and tell so */
	if (now != HOOK_NONE) {
		errand_cancel(&p->hooks->errand);
		forget(p->hooks);
	}
	if (stopping || !p->hooks->exited)
		return false;
	begin_post_exit(p);
	return true;
}

bool
hooks_hold_gone(struct proc *p)
{
	if (p->hooks == NULL || !p->hooks->exited || !hooks_has(p, HOOK_POST_EXIT))
		return false;
	begin_post_exit(p);
	p->hooks->last = true;
	proc_more_time(p, p->conf->acts->hook_timeout);
	return true;
}

int
hooks_reload(struct proc *p, struct err *e)
{
	if (hooks_now(p) != HOOK_NONE)
		return err_set(e, FAULT_FAILED, "FAILED: %s of %s still runs",
		    names[p->hooks->now], p->conf->name);
	begin(p, HOOK_RELOAD);
	return 0;
}

void
hooks_kill(struct proc *p)
{
	enum hook kind = hooks_now(p);

	if (kind == HOOK_NONE)
		return;
	log_warn("%s: %s is killed", p->conf->name, names[kind]);
	errand_cancel(&p->hooks->errand);
	forget(p->hooks);
	if (p->pid == 0 && p->fsm.st == P_STOPPING && !p->lingering)
		survivors_check_late(p);
	life_hook_ended();
}

/* ---- telling ---- */

void
hooks_text(const struct proc *p, struct buf *out)
{
	pid_t pid = hooks_pid(p);

	if (hooks_now(p) == HOOK_NONE)
		return;
	buf_addf(out, "%s %s", names[p->hooks->now], pid > 0 ? "runs" : "is about to run");
	if (pid > 0)
		buf_addf(out, " (pid %d)", (int)pid);
}

pid_t
hooks_pid(const struct proc *p)
{
	return p->hooks != NULL ? errand_pid(&p->hooks->errand) : 0;
}

bool
hooks_prepared(const struct proc *p)
{
	return p->hooks != NULL && p->hooks->prepared;
}

void
hooks_recall(struct proc *p, enum hook kind, pid_t pid, bool prepared)
{
	struct hooks *h = p->hooks;

	if (h == NULL)
		return;
	h->prepared = prepared;
	if (kind <= HOOK_NONE || kind >= HOOKS || pid <= 0)
		return;
	h->errand = (struct errand){ .p = p, .timeout_ms = timeout_of(p, kind),
		.done = on_done, .begun = on_begun };
	if (errand_adopt(&h->errand, pid) == -1)
		return;
	h->now = kind;
	running++;
}
