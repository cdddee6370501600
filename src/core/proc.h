/*
 * One supervised process: its record, its steps.
 * proc.c is the only writer of proc->fsm.
 */
#ifndef CORE_PROC_H
#define CORE_PROC_H

#include "core/core.h"

/*
 * Make the record of a process from its program, which it owns from now on (also
 * on failure).  Opens its pipes; NULL with e when there is no memory.
 */
struct proc *proc_new(struct pgroup *g, struct program *conf, struct err *e);
/* It must be down.  Tells observers EV_GONE, closes the pipes. */
void	proc_free(struct proc *p);
/* The same without its program, which the caller owns then. */
struct program *proc_dissolve(struct proc *p);
/* Rules changed in a way that the running process need not notice. */
void	proc_replace_conf(struct proc *p, struct program *conf);

/* May its record go?  In UNKNOWN there may still be a process, which must keep it. */
static inline bool
proc_is_at_rest(const struct proc *p)
{
	return pstate_is_stopped(p->fsm.st) && p->pid == 0;
}

/*
 * Take a step now.  Never called from inside a step: use proc_later() there.
 */
void	proc_event(struct proc *p, enum pevent ev, struct asker by);
/* The same at the end of this turn of the loop. */
void	proc_later(struct proc *p, enum pevent ev, struct asker by);

/* An automatic restart that is due happens in delay_ms. */
void	proc_hold_restart(struct proc *p, int64_t delay_ms);
/* Is it in a pause before a start that comes by itself? */
bool	proc_pauses(const struct proc *p);
/* That pause is over now. */
void	proc_hasten(struct proc *p, struct asker by);
/* The supervisor is in a hurry: what is left of stopwaitsecs shrinks to a second. */
void	proc_cut_short(struct proc *p);
/* If it is STOPPING, it has so long from now on. */
void	proc_more_time(struct proc *p, int64_t ms);
/* The time of its stop is shared with others from now on. */
void	proc_fit_stop(struct proc *p);

/* The child has passed exec: with startsecs=0 that is RUNNING. */
void	proc_exec_passed(struct proc *p);
/* It is RUNNING after startsecs, which an update may have changed meanwhile. */
void	proc_await_up(struct proc *p);
/* The same for monitoring, once for each launch: its death may be seen first. */
void	proc_count_launch(struct proc *p);
/* It could not be started: why, in supervisord's words; BACKOFF follows. */
void	proc_spawn_failed(struct proc *p, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* A child has been created. */
void	proc_spawned(struct proc *p, pid_t pid);
/* Of type=notify: it has said that it is ready, which is RUNNING. */
void	proc_says_ready(struct proc *p);
/* Its main process is another one from now on, which comes from it. */
void	proc_follow(struct proc *p, pid_t pid);
/* While it is stopping: it has at least so long from now on until SIGKILL. */
void	proc_extend_stop(struct proc *p, int64_t ms);
/* The main process is dead and reaped; exec_failed: it never got so far. */
void	proc_reaped(struct proc *p, const struct reaped *r, const char *exec_failure);
/* Nothing of it is left after a stop. */
void	proc_gone(struct proc *p);

/*
 * A process found again by a new image of the core: put it into its state.  due_again: it
 * is FATAL until fatal_retry is over.
 */
void	proc_adopt(struct proc *p, enum pstate st, int fails, pid_t pid, bool due_again);

void	proc_set_spawnerr(struct proc *p, const char *text);

RB_PROTOTYPE(pid_tree, proc, by_pid, )
RB_PROTOTYPE(id_tree, proc, by_id, )
RB_PROTOTYPE(name_tree, pgroup, by_name, )

#endif
