/*
 * When the supervisor ends by itself, and its exit status: essential programs and
 * [supd] exit_when.
 */
#ifndef CORE_OUTCOME_H
#define CORE_OUTCOME_H

#include "core/core.h"

void	outcome_init(void);
/* p may have changed: is this the end of the supervisor? */
void	outcome_note(struct proc *p);

#endif
