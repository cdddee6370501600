/*
 * Guests: other processes of our own file, supervised like any program.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "core/core.h"

/* Make the group of guests and start the logger. */
int	guest_init(struct err *e);
void	guest_start(void);
void	guest_release(void);
/* For launch.c: argv of a guest, and what differs in its struct spawn. */
int	guest_argv(const struct proc *p, struct strlist *argv);
void	guest_fill(const struct proc *p, struct spawn *s);
#define FINISH_MS	2000	/* for the logger to write what it has */
#define GUEST_PAUSE_MAX	3	/* seconds between two starts of a guest that fails */
#define GUEST_SHORT_MS	200	/* a guest that lived less waits as long for the next */

/* For launch.c: the child of a guest exists. */
void	guest_spawned(struct proc *p);
/* For life.c: a guest changed its state. */
void	guest_state_changed(struct proc *p);
/* Let the logger write everything and go; guest_done() tells when. */
void	guest_finish(void);
bool	guest_done(void);

#endif
