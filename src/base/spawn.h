/*
 * Creating a process.  Called through sys->spawn only.
 */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include "base/sys.h"

/*
 * Start a child as s says.  Returns its pid at once, before it has reached exec;
 * s and what it points to must stay as they are until then.  -1 with errno when there
 * is no new process.
 */
pid_t	spawn_child(const struct spawn *s);
/* Do children share our memory?  May become false at the first spawn. */
bool	spawn_shares(void);
/* A handler was installed: children must undo it.  Call after every such change. */
void	spawn_signals_changed(void);

/*
 * A child made by clone gets a copy of all our descriptors, and closes them at
 * exec: with thousands of programs that is most of the work.  Instead it can
 * share our table, put the few descriptors it needs into a place of reserved low
 * numbers, and unshare only what lies below SPAWN_PLACES_END: then a spawn costs
 * the same whatever we have open.
 */
#define SPAWN_PLACES	16	/* children on their way to exec at a time */
#define SPAWN_PLACE_FDS	3	/* stdin, stdout, stderr */
#define SPAWN_FIRST_FD	5	/* 3 and 4 are where guests get things */
#define SPAWN_PLACES_END (SPAWN_FIRST_FD + SPAWN_PLACES * SPAWN_PLACE_FDS)

/*
 * Occupy 3, 4 and the places, so that no other descriptor of ours is there.  Call
 * before anything is opened.  Places stay unused where the kernel or the limit of
 * descriptors does not allow them.
 */
void	spawn_reserve(void);
/* Is it possible to share? */
bool	spawn_has_places(void);
/* The child of this place has its own descriptors, or is dead. */
void	spawn_empty_place(int place);

#endif
