/*
 * Turns of the loop while there is much output: the pause between them (pace.h), and
 * flows that are looked at in each turn instead of being watched.  A pipe in the
 * kernel's event set costs its writer a wake-up call per write, a quarter of the
 * time of a short one; a program that writes line by line as fast as it can is
 * better served without.
 */
#ifndef LOG_TURN_H
#define LOG_TURN_H

#include <stddef.h>

struct flow;

/* This turn has moved n bytes out of f's pipe. */
void	turn_moved(struct flow *f, size_t n);
/* Look at f no more; nobody watches it until flow_start(). */
void	turn_forget(struct flow *f);
/* No pauses from now on. */
void	turn_hurry(void);
void	turn_release(void);

#endif
