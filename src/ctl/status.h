/*
 * A process as the API shows it.
 */
#ifndef CTL_STATUS_H
#define CTL_STATUS_H

#include <stdint.h>

#include "core/core.h"

struct buf;
struct proc;

/* "RUNNING", as supervisord names its own states. */
const char *status_supervisor(enum supervisor_state st);
/* Type Process of org.supd.Control, as an object. */
void	status_put(struct buf *b, const struct proc *p, int64_t now_ms);

#endif
