/*
 * From an ask to an answer: decide, write, call the node, write, answer.
 */
#ifndef GATEWAY_BROKER_H
#define GATEWAY_BROKER_H

#include "base/err.h"
#include "gateway/ask.h"
#include "gateway/offer.h"

/* The database and the nodes are open.  What was in progress goes on.  -1 and e. */
int	broker_open(const struct offer *o, struct err *e);
/* resume.c, for broker_open(): every row that is busy or in doubt.  -1 and e. */
int	broker_resume(struct err *e);
/* Asks that wait are forgotten. */
void	broker_close(void);

void	broker_ask(struct ask *a);
/* Whoever asked has gone: no done().  What was begun goes on.  Fine at any time. */
void	broker_forget(struct ask *a);

#endif
