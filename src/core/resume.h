/*
 * A process that is suspended (SIGSTOP) does not get the signal that asks it to stop
 * before it goes on.  Nearly all others are dead a moment later, and SIGCONT to each
 * costs a second signal: so it goes only to those that are not.
 */
#ifndef CORE_RESUME_H
#define CORE_RESUME_H

struct proc;

/* p was asked to stop just now. */
void	resume_later(struct proc *p);
/* It is dead, or there is no more to do. */
void	resume_forget(struct proc *p);
/* At the end of a run. */
void	resume_release(void);

#endif
