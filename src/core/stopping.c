/*
 * The steps of a stop.  A pid is ours to signal until we reap it: it cannot have been given
 * to another.
 */
#include "core/stopping.h"

#include <errno.h>
#include <signal.h>

#include "base/log.h"
#include "core/launch.h"
#include "core/life.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/resume.h"
#include "core/survivors.h"

static const struct asker nobody = { CAUSE_NONE, 0 };

/* ---- which step ---- */

static const struct steplist *
steps_of(const struct proc *p)
{
	static const struct steplist none;

	return p->conf->acts != NULL ? &p->conf->acts->stop_signals : &none;
}

bool
stopping_is_milder(const struct proc *p)
{
	return !life_hurried() && !p->killed && p->stop_step + 1u < steps_of(p)->n;
}

/* Who hangs leaves a core behind, which says where. */
static bool
hangs(const struct proc *p)
{
	const struct transition *last =
	    &p->ring[(p->ntransitions + TRANSITIONS_KEPT - 1) % TRANSITIONS_KEPT];

	return p->stop_step == 0 && last->cause == CAUSE_WATCHDOG;
}

int
stopping_signal(const struct proc *p)
{
	const struct steplist *l = steps_of(p);

	if (hangs(p))
		return SIGABRT;
	return p->stop_step < l->n ? l->v[p->stop_step].sig : p->conf->stopsignal;
}

int64_t
stopping_ms(const struct proc *p)
{
	const struct steplist *l = steps_of(p);

	return p->stop_step < l->n ? l->v[p->stop_step].ms : p->conf->stopwaitsecs * 1000;
}

int64_t
stopping_left_ms(const struct proc *p)
{
	const struct steplist *l = steps_of(p);
	size_t first = p->fsm.st == P_STOPPING ? p->stop_step : 0;
	int64_t ms = 0;

	if (p->fsm.st == P_STOPPING && p->killed)
		return 0;
	if (l->n == 0)
		return p->conf->stopwaitsecs * 1000;
	for (size_t i = first; i < l->n; i++)
		ms += l->v[i].ms;
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
send_step(struct proc *p)
{
	int sig = stopping_signal(p);

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
	if (p->pid == 0)
		proc_later(p, E_DOWN, nobody);
	else
		send_step(p);
}

void
stopping_next(struct proc *p)
{
	if (p->lingering) {
		survivors_ask_again(p);
		return;
	}
	log_info("%s (%d) has not ended: it gets %s", p->conf->name, (int)p->pid,
	    conf_signal_name(stopping_signal(p)));
	if (p->pid > 0)
		send_step(p);
}

void
stopping_kill(struct proc *p)
{
	if (p->lingering) {
		survivors_kill(p);
		return;
	}
	log_warn("killing '%s' (%d) with SIGKILL", p->conf->name, (int)p->pid);
	if (p->pid > 0 && stopping_send(p, SIGKILL, p->conf->killasgroup) == -1)
		proc_later(p, E_LOST, (struct asker){ CAUSE_KILL_FAILED, errno });
}
