/*
 * Whose is a process of any pid?
 */
#ifndef CORE_OWNER_H
#define CORE_OWNER_H

#include "core/core.h"

/*
 * The program whose main process it is, or comes from: by its parents, its process group,
 * or, once its parents are gone and it has come to us, by the mark it inherited.
 * NULL: it is nobody's, or dead and reaped.
 */
struct proc *owner_of(pid_t pid);
/* Shall we learn of its death by reaping? */
bool	owner_is_our_child(pid_t pid);

#endif
