/*
 * The clocks that run against clients.  Each client is in the list of its clock,
 * ordered by since_ms, so the next one to expire is at a head; one timer runs for
 * all of them, and none while no clock runs.
 */
#ifndef CTL_CLOCK_H
#define CTL_CLOCK_H

#include <stdbool.h>

#include "ctl/client.h"

#define CLOCK_OWES_MS	60000	/* half a request, or output that is not read */
#define CLOCK_IDLE_MS	600000	/* between two calls */
#define CLOCK_FULL_MS	5000	/* either of these, while others wait to get in */
#define CLOCK_AT_ONCE	64	/* then so many are closed, not all that could be */

void	clock_init(void);
/* A new client: it owes us its first call. */
void	clock_add(struct client *c);
void	clock_remove(struct client *c);
/* Put c under this clock; restart: it has just shown life. */
void	clock_set(struct client *c, enum client_clock kind, bool restart);
/* Nobody else gets in: clients that keep silent are closed sooner. */
void	clock_press(bool full);
/* Any client; NULL: there is none. */
struct client *clock_any(void);

#endif
