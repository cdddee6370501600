/*
 * What callers ask of one process: start, stop, signal, refresh, in supervisord's order of
 * checks and with its faults.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "core/hooks.h"
#include "core/launch.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/survivors.h"

int
proc_start(struct proc *p, struct asker by, struct err *e)
{
	/* supervisord looks at the file first, so a running one may fail here too */
	if (launch_check(p, e) == -1)
		return -1;
	if (pstate_is_running(p->fsm.st))
		return err_set(e, FAULT_ALREADY_STARTED, "ALREADY_STARTED: %s",
		    p->conf->name);
	if (p->fsm.st == P_UNKNOWN)
		return err_set(e, FAULT_FAILED,
		    "FAILED: %s is in an unknown process state", p->conf->name);
	if (core.state != SUP_RUNNING || p->leaving)
		return err_set(e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	if (p->updating)
		return err_set(e, FAULT_FAILED, "FAILED: %s is being updated",
		    p->conf->name);
	if (p->fsm.st == P_STOPPING) {
		log_warn("process '%s' already running", p->conf->name);
		return err_set(e, FAULT_ABNORMAL_TERMINATION,
		    "ABNORMAL_TERMINATION: %s", p->conf->name);
	}
	p->want_up = p->started = true;
	p->stopped_by_person = false;
	proc_event(p, E_START, by);
	return 0;
}

int
proc_stop(struct proc *p, struct asker by, struct err *e)
{
	/* an EXITED one that is about to be restarted can still be held */
	bool restarting = proc_restart_due(p);

	if (!pstate_is_running(p->fsm.st) && !restarting)
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	p->want_up = p->again = false;
	p->stopped_by_person = by.cause == CAUSE_OPERATOR;
	if (restarting && p->lingering)	/* they were asked when it died */
		survivors_kill(p);
	proc_event(p, E_STOP, by);
	if (restarting)		/* no change of state, but it will not come by itself */
		order_state_changed(p, p->fsm.st);
	if (p->fsm.st == P_UNKNOWN)
		return err_set(e, FAULT_FAILED, "FAILED: unknown problem killing %s",
		    p->conf->name);
	return 0;
}

bool
proc_can_refresh(const struct proc *p)
{
	const struct conf_acts *a = p->conf->acts;

	return hooks_has(p, HOOK_RELOAD) || (a != NULL && a->reload_signal != 0);
}

int
proc_refresh(struct proc *p, struct err *e)
{
	const struct conf_acts *a = p->conf->acts;

	if (p->fsm.st != P_RUNNING || p->pid == 0)
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	if (!proc_can_refresh(p))
		return err_set(e, FAULT_FAILED, "FAILED: %s has no reload_signal and no"
		    " reload_command", p->conf->name);
	if (hooks_has(p, HOOK_RELOAD))
		return hooks_reload(p, e);
	log_info("%s (%d) gets %s to read its configuration again (reload_signal)",
	    p->conf->name, (int)p->pid, conf_signal_name(a->reload_signal));
	return proc_signal(p, a->reload_signal, e);
}

int
proc_signal(struct proc *p, int sig, struct err *e)
{
	if (!pstate_is_signallable(p->fsm.st) || p->pid == 0)
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	log_debug("sending %s (pid %d) sig %s", p->conf->name, (int)p->pid,
	    sig == 0 ? "0" : conf_signal_name(sig));
	if (sys->kill(p->pid, sig) == -1 && errno != ESRCH)
		return err_set(e, FAULT_FAILED, "FAILED: cannot signal %s: %s",
		    p->conf->name, strerror(errno));
	return 0;
}

int
proc_start_failed(const struct proc *p, struct err *e)
{
	if (p->spawnerr != NULL)
		return err_set(e, FAULT_SPAWN_ERROR, "SPAWN_ERROR: %s", p->conf->name);
	return err_set(e, FAULT_ABNORMAL_TERMINATION, "ABNORMAL_TERMINATION: %s",
	    p->conf->name);
}
