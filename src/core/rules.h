/*
 * What the program and the supervisor want of the next step of a process, and how long its
 * timers run.  Nothing is changed here.
 */
#ifndef CORE_RULES_H
#define CORE_RULES_H

#include "core/core.h"

#define RULES_HURRY_MS	1000	/* what is left of stopwaitsecs after a second TERM */

struct fsm_rules rules_of(const struct proc *p);
/* Does it start again after this end? */
bool	rules_restart(const struct proc *p);
/* How many failed starts may follow each other, less one. */
int64_t	rules_startretries(const struct proc *p);
/* What it means that p's timer is over. */
enum cause rules_due(const struct proc *p);
int32_t	rules_due_arg(const struct proc *p);

/* Until SIGKILL; before the next try of a start; before a restart that is at once. */
int64_t	rules_kill_ms(const struct proc *p);
int64_t	rules_back_off_ms(const struct proc *p);
int64_t	rules_restart_ms(const struct proc *p);

#endif
