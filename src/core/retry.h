/*
 * When a process is started again by itself: pauses, limits, and exit statuses after which it
 * is no use (struct conf_retry); and the brake on all of them together.
 */
#ifndef CORE_RETRY_H
#define CORE_RETRY_H

#include "core/core.h"

/* Make room for what the program of p wants to be remembered; -1: no memory. */
int	retry_attach(struct proc *p);
void	retry_detach(struct proc *p);

/* p has ended unasked, or could not be started: count it, and see whether that is the end. */
void	retry_count(struct proc *p, struct asker by);
/* Somebody has asked for the start that begins: nothing counts any more. */
void	retry_forget(struct proc *p);

/* The pause before the next start; -1: supervisord's rules hold. */
int64_t	retry_pause_ms(const struct proc *p);
/* Why the next step is FATAL, CAUSE_LIMIT or CAUSE_PERMANENT; CAUSE_NONE: it need not be. */
enum cause retry_verdict(const struct proc *p);
/* How many pauses in a row; and from an earlier image of the core. */
int	retry_row(const struct proc *p);
void	retry_recall(struct proc *p, int row);

/*
 * The brake: how long p has to wait with a start that nobody has asked for.  0: it may, and
 * has been counted; else the place at that time is kept for it.
 */
int64_t	retry_brake_ms(struct proc *p);
/* At the end of a run. */
void	retry_release(void);

#endif
