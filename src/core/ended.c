/*
 * The end of a process: what its wait status means in the state it was in, and
 * how supervisord says so.
 */
#include <sys/wait.h>
#include <stdio.h>

#include "base/log.h"
#include "core/hooks.h"
#include "core/listener.h"
#include "core/oom.h"
#include "core/proc.h"
#include "core/resume.h"
#include "core/ready.h"
#include "core/secrets.h"
#include "core/sockets.h"
#include "core/stdin.h"
#include "core/stream.h"
#include "core/survivors.h"

/* Nobody but the kernel knows why it has killed. */
static const char *
oom_text(const struct proc *p)
{
	if (p->oom == OOM_OWN_LIMIT)
		return ", out of memory: its memory_max is reached";
	return p->oom == OOM_OUTSIDE ? ", out of memory" : "";
}

/* "exit status 3", "terminated by SIGKILL", "terminated by SIGSEGV (core dumped)" */
static void
say_status(const struct proc *p, int status, char *text, size_t size)
{
	const char *name;

	if (WIFSIGNALED(status)) {
		name = conf_signal_name(WTERMSIG(status));
		snprintf(text, size, name ? "terminated by %s%s%s" :
		    "terminated by signal %s%s%s", name ? name : "?",
		    WCOREDUMP(status) ? " (core dumped)" : "", oom_text(p));
	} else
		snprintf(text, size, "exit status %d", WEXITSTATUS(status));
}

/* Death by signal counts as code -1 for supervisord and is never expected. */
static bool
is_expected(const struct proc *p, int status)
{
	if (!WIFEXITED(status))
		return false;
	for (size_t i = 0; i < p->conf->exitcodes.n; i++)
		if (p->conf->exitcodes.v[i] == WEXITSTATUS(status))
			return true;
	return false;
}

/* early: before startsecs were over. */
static enum ending
ending_of(const struct proc *p, int status, bool early)
{
	if (WIFSIGNALED(status))
		return END_SIGNAL;
	return is_expected(p, status) && !early ? END_EXPECTED : END_UNEXPECTED;
}

/* The task of a oneshot may be short. */
static bool
is_done(const struct proc *p, int status)
{
	return p->conf->type == TYPE_ONESHOT && is_expected(p, status);
}

/* Not up for startsecs, or it has not said that it is ready. */
static bool
is_early(const struct proc *p)
{
	if (p->fsm.st != P_STARTING)
		return false;
	if (p->conf->type == TYPE_NOTIFY)
		return true;
	return p->conf->startsecs > 0 &&
	    loop_now() - p->start_ms < p->conf->startsecs * 1000;
}

static struct asker
cause_of(const struct proc *p, int status)
{
	if (p->oom != OOM_NOT)
		return (struct asker){ CAUSE_OOM, p->oom };
	return (struct asker){ CAUSE_EXIT, status };
}

static void
ended_stopping(struct proc *p, int status, const char *how)
{
	p->counts.ended[END_STOPPED]++;
	if (is_expected(p, status))
		log_info("stopped: %s (%s)", p->conf->name, how);
	else
		log_warn("stopped: %s (%s)", p->conf->name, how);
	if (!hooks_hold_end(p))
		survivors_check(p);
}

static void
ended_too_quickly(struct proc *p, int status, const char *how)
{
	p->counts.ended[ending_of(p, status, true)]++;
	proc_set_spawnerr(p, p->conf->type == TYPE_NOTIFY ?
	    "Exited before it was ready (process log may have details)" :
	    "Exited too quickly (process log may have details)");
	log_warn("exited: %s (%s; not expected)", p->conf->name, how);
	proc_event(p, E_DOWN, cause_of(p, status));
	hooks_hold_end(p);
}

static void
ended_running(struct proc *p, int status, const char *how)
{
	char text[64];

	if (p->fsm.st == P_STARTING)	/* long enough, or startsecs=0: it was up */
		proc_event(p, E_UP, (struct asker){ CAUSE_UPTIME, 0 });
	p->expected = is_expected(p, status);
	p->counts.ended[ending_of(p, status, false)]++;
	if (p->expected) {
		proc_set_spawnerr(p, NULL);
		(p->group == core.guests ? log_debug : log_info)("exited: %s (%s; expected)",
		    p->conf->name, how);
	} else {
		snprintf(text, sizeof(text), "Bad exit code %d",
		    WIFEXITED(status) ? WEXITSTATUS(status) : -1);
		proc_set_spawnerr(p, text);
		log_warn("exited: %s (%s; not expected)", p->conf->name, how);
	}
	proc_event(p, E_DOWN, cause_of(p, status));
	/* a master that was killed leaves workers that still hold its port */
	if (!hooks_hold_end(p) && WIFSIGNALED(status) && proc_restart_due(p))
		survivors_shoo(p);
}

void
proc_reaped(struct proc *p, const struct reaped *r, const char *exec_failure)
{
	bool asked = p->fsm.st == P_STOPPING || p->fsm.st == P_UNKNOWN;
	char how[128];

	RB_REMOVE(pid_tree, &core.pids, p);
	p->pid = 0;
	resume_forget(p);
	p->status = r->status;
	p->has_status = true;
	p->counts.cpu_us += r->cpu_us;
	if (exec_failure == NULL)
		proc_count_launch(p);
	p->stop_wall_ms = sys->wall_ms();
	stdin_close(p);
	listener_hear_out(p);
	ready_end(p);	/* a probe is nobody that it left behind */
	stream_ended(p);
	secrets_remove(p);
	if (!asked)
		oom_find(p, r->status);
	say_status(p, r->status, how, sizeof(how));
	if (asked)
		ended_stopping(p, r->status, how);
	else if (exec_failure != NULL) {
		p->counts.ended[END_NOT_STARTED]++;
		p->not_executed = true;
		proc_set_spawnerr(p, exec_failure);
		log_info("spawnerr: %s", exec_failure);
		proc_event(p, E_DOWN, (struct asker){ CAUSE_SPAWN, r->status });
	} else if (is_early(p) && !is_done(p, r->status))
		ended_too_quickly(p, r->status, how);
	else
		ended_running(p, r->status, how);
	sockets_left(p);
	listener_ended(p);
}
