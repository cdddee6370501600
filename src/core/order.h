/*
 * Dependencies between processes: who waits for whom before a start, who fails
 * with whom, and who has to be down first at a stop.
 *
 * A process that has to wait is STARTING without a pid (`held`).  Whatever changes
 * a process looks only at those that depend on it.
 */
#ifndef CORE_ORDER_H
#define CORE_ORDER_H

#include "core/core.h"

void	order_init(void);
void	order_release(void);

/* Something has changed that p depends on: if it waits or has failed, look again. */
void	order_look_again(struct proc *p);
/* Its rules have changed: it, and who depends on it, looks again. */
void	order_rules_changed(struct proc *p);
/* p is healthy, or not; lost: not any more, which is a loss for who needs it so. */
void	order_health_changed(struct proc *p, bool lost);
/* p goes: there is nothing to look at any more. */
void	order_forget(struct proc *p);

/*
 * May p be started now?  If not, it is held: it is started as soon as it may
 * (launch_start), or ends FATAL with a dependency.  What is not wanted yet and has to
 * come first is asked to start.
 */
bool	order_may_start(struct proc *p);
/* Does it wait for what nobody starts? */
bool	order_is_stuck(const struct proc *p);
/* It is not wanted any more. */
void	order_let_go(struct proc *p);
/* Note who asked for the start that begins now: it decides what else is started. */
void	order_note_start(struct proc *p, struct asker by);
/* Stop p, and start it when it is down. */
void	order_restart(struct proc *p, struct asker by);
/* p has changed its state, has passed exec, or is ready. */
void	order_state_changed(struct proc *p, enum pstate from);

/* Is there one that depends on p and is not down? */
bool	order_in_use(const struct proc *p);
/* Call fn for every process that p depends on. */
void	order_each_dependency(struct proc *p, void (*fn)(struct proc *to));

#endif
