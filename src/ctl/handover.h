/*
 * The core's end of the links to the guests of sections (wire/guest.h).
 */
#ifndef CTL_HANDOVER_H
#define CTL_HANDOVER_H

#include "base/err.h"

struct park;
struct vcall;

/* Become helper_ops. */
void	handover_open(void);
/* Calls that wait for a guest get a fault. */
void	handover_close(void);
/*
 * Where a call of an interface that such a guest answers has to wait: org.supd.Store, or
 * org.supd.Node with parameter `node`, which may be left out while there is one node only.
 * NULL and e: there is no such guest.
 */
struct park *handover_park(const char *interface, const struct vcall *call, struct err *e);

#endif
