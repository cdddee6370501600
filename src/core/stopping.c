/*
 * The steps of a stop.  A pid is ours to signal until we reap it: it cannot have been given
 * to another.
 */
#include "core/stopping.h"

#include <errno.h>
#include <signal.h>

#include "base/log.h"
#include "core/hooks.h"
#include "core/launch.h"
#include "core/life.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/resume.h"
#include "core/survivors.h"

static const struct asker nobody = { CAUSE_NONE, 0 };

/* ---- which step ---- */

/*
 * pre_stop, stop_command, then stop_signals or else stopsignal; SIGKILL is none of them.
 */
static const enum hook hook_steps[] = { HOOK_PRE_STOP, HOOK_STOP };

#define HOOK_STEPS (sizeof(hook_steps) / sizeof(hook_steps[0]))

static const struct steplist *
signals_of(const struct proc *p)
{
	static const struct steplist none;

	return p->conf->acts != NULL ? &p->conf->acts->stop_signals : &none;
}

static unsigned
count_hooks(const struct proc *p)
{
	unsigned n = 0;

	for (size_t i = 0; i < HOOK_STEPS; i++)
		n += hooks_has(p, hook_steps[i]);
	return n;
}

static unsigned
count_steps(const struct proc *p)
{
	return count_hooks(p) + (signals_of(p)->n > 0 ? (unsigned)signals_of(p)->n : 1);
}

/* HOOK_NONE: the step is a signal. */
static enum hook
hook_of(const struct proc *p, unsigned step)
{
	for (size_t i = 0; i < HOOK_STEPS; i++)
		if (hooks_has(p, hook_steps[i]) && step-- == 0)
			return hook_steps[i];
	return HOOK_NONE;
}

/* Of a hook: the signal that would follow. */
static int
signal_of(const struct proc *p, unsigned step)
{
	unsigned i = step > count_hooks(p) ? step - count_hooks(p) : 0;

	return i < signals_of(p)->n ? signals_of(p)->v[i].sig : p->conf->stopsignal;
}

static int64_t
ms_of(const struct proc *p, unsigned step)
{
	unsigned i = step - count_hooks(p);

	if (hook_of(p, step) == HOOK_PRE_STOP)
		return p->conf->acts->hook_timeout;
	if (hook_of(p, step) == HOOK_NONE && i < signals_of(p)->n)
		return signals_of(p)->v[i].ms;
	return p->conf->stopwaitsecs * 1000;
}

unsigned
stopping_first(const struct proc *p, struct asker by)
{
	/* who hangs, or has not begun, is not asked kindly */
	return p->pid == 0 || by.cause == CAUSE_WATCHDOG || life_hurried() ? count_hooks(p) : 0;
}

/* Is there another step?  In a hurry, one signal is enough. */
bool
stopping_is_milder(const struct proc *p)
{
	if (p->killed || life_kills() || p->stop_step + 1u >= count_steps(p))
		return false;
	return !life_hurried() || hook_of(p, p->stop_step) != HOOK_NONE;
}

/* It leaves a core behind, which says where. */
static bool
hangs(const struct proc *p)
{
	const struct transition *last =
	    &p->ring[(p->ntransitions + TRANSITIONS_KEPT - 1) % TRANSITIONS_KEPT];

	return last->cause == CAUSE_WATCHDOG && p->stop_step == count_hooks(p);
}

int
stopping_signal(const struct proc *p)
{
	return hangs(p) ? SIGABRT : signal_of(p, p->stop_step);
}

int
stopping_next_signal(const struct proc *p)
{
	unsigned next = p->stop_step + 1u;

	return hook_of(p, next) != HOOK_NONE ? 0 : signal_of(p, next);
}

int64_t
stopping_ms(const struct proc *p)
{
	return ms_of(p, p->stop_step);
}

int64_t
stopping_left_ms(const struct proc *p)
{
	int64_t ms = 0;

	if (p->fsm.st == P_STOPPING && p->killed)
		return 0;
	for (unsigned i = p->fsm.st == P_STOPPING ? p->stop_step : 0; i < count_steps(p); i++)
		ms += ms_of(p, i);
	return ms;
}

/* ---- sending ---- */

int
stopping_send(struct proc *p, int sig, bool group)
{
	log_debug("killing %s (pid %d) %swith signal %s", p->conf->name, (int)p->pid,
	    group ? "process group " : "", conf_signal_name(sig));
	if (group && sys->kill(-p->pid, sig) == 0)
		return 0;
	/* no such group: the child has not made it yet */
	if (sys->kill(p->pid, sig) == 0 || errno == ESRCH)
		return 0;
	log_crit("unknown problem killing %s (%d): %s", p->conf->name, (int)p->pid,
	    errno_name(errno));
	return -1;
}

static void
take_step(struct proc *p)
{
	enum hook hook = hook_of(p, p->stop_step);
	int sig = stopping_signal(p);

	if (hook != HOOK_NONE) {
		hooks_stop(p, hook);
		return;
	}
	if (stopping_send(p, sig, p->conf->stopasgroup) == -1) {
		proc_later(p, E_LOST, (struct asker){ CAUSE_KILL_FAILED, errno });
		return;
	}
	if (p->conf->stopasgroup)	/* its children may be held, and it dies at once */
		sys->kill(-p->pid, SIGCONT);
	else if (sig != SIGKILL)
		resume_later(p);
}

void
stopping_begin(struct proc *p)
{
	p->killed = false;
	if (p->queued)
		launch_cancel(p);
	order_let_go(p);
	if (p->pid > 0)
		take_step(p);
	else if (!hooks_hold_stop(p))
		proc_later(p, E_DOWN, nobody);
}

void
stopping_next(struct proc *p)
{
	if (p->lingering) {
		survivors_ask_again(p);
		return;
	}
	if (p->pid == 0)		/* its post_exit runs */
		return;
	hooks_kill(p);
	if (hook_of(p, p->stop_step) == HOOK_NONE)
		log_info("the next step for %s (%d): it gets %s", p->conf->name, (int)p->pid,
		    conf_signal_name(stopping_signal(p)));
	take_step(p);
}

void
stopping_hook_ended(struct proc *p, enum hook kind, bool good)
{
	if (p->fsm.st != P_STOPPING || hook_of(p, p->stop_step) != kind)
		return;
	if (kind == HOOK_PRE_STOP || !good)
		proc_event(p, E_DUE, (struct asker){ CAUSE_NEXT_STEP, stopping_next_signal(p) });
}

void
stopping_kill(struct proc *p)
{
	hooks_kill(p);
	if (p->lingering) {
		survivors_kill(p);
		return;
	}
	log_warn("killing '%s' (%d) with SIGKILL", p->conf->name, (int)p->pid);
	if (p->pid > 0 && stopping_send(p, SIGKILL, p->conf->killasgroup) == -1)
		proc_later(p, E_LOST, (struct asker){ CAUSE_KILL_FAILED, errno });
}
