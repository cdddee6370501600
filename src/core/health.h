/*
 * Health: whether a process that is ready goes on serving, by probes, again and again.
 */
#ifndef CORE_HEALTH_H
#define CORE_HEALTH_H

#include "core/core.h"

struct errand;

/* Send x to look once for what a ready or a health key says; it must be one for probes. */
void	probe_send(struct errand *x, struct proc *p, const struct conf_ready *what);

/* The keys of p are there, or have changed; -1: no memory. */
int	health_attach(struct proc *p);
void	health_detach(struct proc *p);
/* p is ready: look after it.  It is so no more. */
void	health_begin(struct proc *p);
void	health_end(struct proc *p);
/* A process found again after a crash, of which so much was known. */
void	health_recall(struct proc *p, enum health st);
/* Lines for why; none for who has no probe. */
void	health_explain(const struct proc *p, struct buf *out);

#endif
