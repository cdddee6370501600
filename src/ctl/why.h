/*
 * Why a process is in its state, in words.
 */
#ifndef CTL_WHY_H
#define CTL_WHY_H

#include <stdint.h>

struct buf;
struct proc;

/* The moment that the text is about. */
struct why_now {
	int64_t	wall_ms;
	int64_t	timer_ms;	/* until p's timer fires; -1: it is not set */
};

/* Sentences about the present state, a newline after each; never none. */
void	why_text(const struct proc *p, const struct why_now *now, struct buf *out);

#endif
