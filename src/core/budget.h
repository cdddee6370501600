/*
 * stop_budget: the time of a whole shutdown, given out so that each process has a part of it
 * and none is left for which there is no time.
 */
#ifndef CORE_BUDGET_H
#define CORE_BUDGET_H

#include "core/core.h"

/* The shutdown begins: who stops after whom, and how long may each take?  0: no limit. */
void	budget_begin(int64_t ms);
/* What p may take for ms of its stop, after which rest_ms (ms included) is all it wants. */
int64_t	budget_fit_ms(const struct proc *p, int64_t ms, int64_t rest_ms);
/* p is told to stop; it is down. */
void	budget_told(struct proc *p);
void	budget_down(struct proc *p);
/* p is removed. */
void	budget_forget(const struct proc *p);
/* At the end: tell who has used it. */
void	budget_say(void);
void	budget_release(void);

#endif
