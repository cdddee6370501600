/*
 * How a process is asked to end: by its pre_stop and its stop_command, by stopsignal or the
 * steps of stop_signals, and then by SIGKILL.
 */
#ifndef CORE_STOPPING_H
#define CORE_STOPPING_H

#include "core/hooks.h"

/* The first thing that it gets; the next one; SIGKILL (p->killed is set), also what it left. */
void	stopping_begin(struct proc *p);
void	stopping_next(struct proc *p);
void	stopping_kill(struct proc *p);

/* Its hook has ended: pre_stop, or stop_command with success or not. */
void	stopping_hook_ended(struct proc *p, enum hook kind, bool good);

/* Where a stop begins: a step, counted from 0. */
unsigned stopping_first(const struct proc *p, struct asker by);
/* Is there something before SIGKILL that has not been tried? */
bool	stopping_is_milder(const struct proc *p);
/* The signal of the present step, and how long it has. */
int	stopping_signal(const struct proc *p);
/* The signal of the next step; 0: that is a command. */
int	stopping_next_signal(const struct proc *p);
int64_t	stopping_ms(const struct proc *p);
/* How long that and all the steps behind it may take, until SIGKILL. */
int64_t	stopping_left_ms(const struct proc *p);

/* Send sig to the process, or to its group.  -1: the kernel refuses. */
int	stopping_send(struct proc *p, int sig, bool group);

#endif
