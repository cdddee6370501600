/*
 * Guests: other processes of our own file, supervised like any program.  One row of a
 * table each; what they are told goes through the links that ctl provides.
 */
#ifndef CORE_GUEST_H
#define CORE_GUEST_H

#include "base/sys.h"
#include "core/core.h"

#define GUEST_PAUSE_MAX	3	/* seconds between two starts of a guest that fails */
#define GUEST_SHORT_MS	200	/* a guest that lived less waits as long for the next */
#define GUEST_FINISH_MS	2000	/* to do what is left to do */
#define GUEST_LATE_MS	1000	/* to end after that */

/* Make the group of guests; start those that are needed from the beginning. */
int	guest_init(struct err *e);
void	guest_start(void);
void	guest_release(void);

/* For helper.c: a process record in the group of guests; NULL and e. */
struct proc *guest_proc(const char *name, const char *command, struct err *e);
/* Start p if nobody has wanted it so far; not while the guests go. */
void	guest_want(struct proc *p);
/* Let it finish and go; with leaving for good, else it is started again. */
void	guest_dismiss(struct guest *g, bool for_good);
/* Stop p until it is started again; it finishes what it does. */
void	guest_stop(struct proc *p, struct asker by);
/* Close its sockets. */
void	guest_hang_up(struct guest *g);

/* For launch.c: argv of a guest, and what differs in its struct spawn. */
int	guest_argv(const struct proc *p, struct strlist *argv);
void	guest_fill(const struct proc *p, struct spawn *s);
/* The child of a guest exists. */
void	guest_spawned(struct proc *p);
/* It could not be executed: this step failed. */
void	guest_refused(const struct proc *p, enum spawn_step step);
/* For rules.c: a guest has died at once; how long until the next try. */
int64_t	guest_pause_ms(const struct proc *p);
/* For life.c: a guest changed its state. */
void	guest_state_changed(struct proc *p);

/*
 * Let every guest finish what it does and go, the logger after the others; then
 * life_guests_gone() is called.  Who takes too long is killed.
 */
void	guest_finish(void);
bool	guest_done(void);

#endif
