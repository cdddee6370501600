/*
 * Nothing of a program is left after its stop.  Once the main process is
 * reaped, its descendants are found in one of three tiers:
 *   A  cgroup v2: every process is in the program's own cgroup;
 *   B  adopted children of ours, known by the mark in their environment or by
 *      their process group;
 *   C  the process group alone, where /proc cannot be read.
 * They get stopsignal (or stop_signals), and SIGKILL when the time is over; until then the
 * process stays STOPPING.  Before an automatic restart they get stopsignal only.
 */
#ifndef CORE_SURVIVORS_H
#define CORE_SURVIVORS_H

#include "core/core.h"

/* Find out which tier holds here; once, before the first spawn. */
void	survivors_init(void);
void	survivors_release(void);
/* p's main process is reaped: proc_gone() follows when nothing is left. */
void	survivors_check(struct proc *p);
/* The same some time later: its process group is not looked at any more. */
void	survivors_check_late(struct proc *p);
/* The next step of the stop: they get its signal. */
void	survivors_ask_again(struct proc *p);
/* The time is over: SIGKILL to what is left. */
void	survivors_kill(struct proc *p);
/*
 * p was killed and is about to be started again: ask what it left behind to stop,
 * so that it does not keep a port or a lock from the new one, and hold the
 * restart until it is gone, for a second at most.
 */
void	survivors_shoo(struct proc *p);
void	survivors_shoo_late(struct proc *p);
/* A child of nobody was reaped: look again. */
void	survivors_orphan_died(void);
void	survivors_forget(struct proc *p);
/*
 * For cgroup.c and adopted.c: has this survivor been asked in this stop?  If not, it
 * is noted; what finds no place there may be asked again.
 */
bool	survivors_asked(struct proc *p, pid_t pid);
/* One of those that were asked, for the log; 0: none. */
pid_t	survivors_one(const struct proc *p);
/*
 * At the end: SIGKILL to all in our cgroups and to every descendant that carries our
 * mark, until there is none: life_swept() follows.  Returns how many were found at
 * once; -1: it could not look, and does so again.
 */
int	survivors_sweep(void);
bool	survivors_swept(void);
/* Tier A: cgroup.procs of p's cgroup, made when needed; -1: none. */
int	survivors_cgroup(struct proc *p);

#endif
