/*
 * Clients whose call a guest answers: they wait, for a bounded time, until the guest can take
 * them, and leave with their connection and all that they have sent.
 */
#ifndef CTL_PARK_H
#define CTL_PARK_H

#include <stdbool.h>
#include <stddef.h>
#include <yyjson.h>

#include "base/loop.h"
#include "ctl/client.h"

struct link;
struct proc;

/* Of one guest. */
struct park {
	struct link *link;	/* borrowed: to the guest */
	const char *interface;	/* of its faults */
	const char *who;	/* "the logger"; borrowed */
	struct client_list waiting;
	size_t	 n;
	struct loop_timer patience;
};

/*
 * c is PARKED with a call in its buffer, and c->park says where: hand it over, or keep it
 * until there is a guest, for a bounded time.
 */
void	park_take(struct client *c);
/* c goes away while it waits. */
void	park_leave(struct client *c);
/* For pump() of the link: hand over who waits; as pump(). */
bool	park_pump(struct park *p, const struct proc *guest);
/* Who waits gets a fault: nobody comes any more. */
void	park_refuse_all(struct park *p, const char *why);

/* A client comes back, with what the guest has not answered. */
void	park_return(yyjson_val *data, int fd);

#endif
