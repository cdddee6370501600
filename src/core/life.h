/*
 * Start, shutdown and restart of the supervisor itself.
 */
#ifndef CORE_LIFE_H
#define CORE_LIFE_H

#include "core/core.h"

void	life_init(void);
void	life_release(void);
/* Start what has autostart, in order. */
void	life_autostart(struct pgroup *g, struct asker by);
void	life_autostart_one(struct proc *p, struct asker by);
/* A second signal asked to be quick. */
bool	life_hurried(void);
/* And now everything is killed. */
bool	life_kills(void);
/* A hook of a process has ended. */
void	life_hook_ended(void);
/* The signal that asked for the end; 0: a client did. */
int	life_end_signal(void);
/* At the end: nothing that programs left behind lives any more. */
void	life_swept(void);
/* A listener has said something, or ended: a shutdown may wait for that. */
void	life_listener_moved(void);
/* proc.c tells each transition: shutdown and updates wait for them. */
void	life_state_changed(struct proc *p, enum pstate from);
/* guest.c tells that the last guest has ended, which ends the run. */
void	life_guests_gone(void);

#endif
