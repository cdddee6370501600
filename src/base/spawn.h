/*
 * Creating a process.  Called through sys->spawn only.
 */
#ifndef BASE_SPAWN_H
#define BASE_SPAWN_H

#include "base/sys.h"

/*
 * Start a child as s says.  Returns its pid at once, before it has reached exec;
 * s and what it points to must stay as they are until s->err_fd's other end
 * shows end of file.  -1 with errno when there is no new process.
 */
pid_t	spawn_child(const struct spawn *s);

#endif
