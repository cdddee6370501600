/*
 * Words about transitions, times and ends.
 */
#ifndef CTL_CAUSE_H
#define CTL_CAUSE_H

#include <stdint.h>

struct buf;
struct transition;

/* The cause of one transition: "asked for by uid 0". */
void	cause_put(const struct transition *t, struct buf *out);

/* "2026-11-21 03:51:00" */
void	cause_put_time(struct buf *out, int64_t wall_ms);
/* "0.2 s", "12 s", "2 min 3 s", "5 h 0 min", "3 d 4 h" */
void	cause_put_span(struct buf *out, int64_t ms);
/* "exited with status 1", "was ended by SIGKILL (core dumped)" */
void	cause_put_status(struct buf *out, int status);
/* "was killed by the kernel ..."; why: enum oom. */
void	cause_put_oom(struct buf *out, int why);

#endif
