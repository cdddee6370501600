/*
 * A process as the API shows it.
 */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include <stdint.h>

struct buf;
struct proc;

/* Type Process of org.supd.Control, as an object. */
void	status_put(struct buf *b, const struct proc *p, int64_t now_ms);

#endif
