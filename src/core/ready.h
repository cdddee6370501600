/*
 * Readiness: a process is RUNNING when it has stayed up, and ready when it serves.
 * Which of them counts for a dependency is its ready= key.
 */
#ifndef CORE_READY_H
#define CORE_READY_H

#include "core/core.h"

void	ready_release(void);

/* Take what the program of p says about it; -1: no memory. */
int	ready_attach(struct proc *p);
void	ready_detach(struct proc *p);

/* NOTIFY_SOCKET for the environment of p, "@..."; NULL: it has none. */
const char *ready_socket(const struct proc *p);
/*
 * Before a child: the descriptor that becomes ready=fd:N (*number) in it, or -1. errno is
 * set and *number is -1 when it cannot be made.
 */
int	ready_fd(struct proc *p, int *number);
/* There is a child, or it was not made; its end has come. */
void	ready_begin(struct proc *p, bool made);
void	ready_end(struct proc *p);
/* It is RUNNING; it is asked to stop. */
void	ready_running(struct proc *p);
void	ready_stopping(struct proc *p);

/* Take what programs have said so far: before their deaths are. */
void	ready_hear(void);
/* Lines about how p serves, as it shows and says; none for who has nothing to say. */
void	ready_explain(const struct proc *p, struct buf *out);

/* A process found again after a crash, which was ready or not. */
void	ready_recall(struct proc *p, bool was_ready);

#endif
