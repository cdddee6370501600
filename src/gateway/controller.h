/*
 * Registration at a cloud controller, where cloud_controller_uri names one: the offering is
 * sent again and again while the gateway lives, and once more, as inactive, when it ends.
 */
#ifndef GATEWAY_CONTROLLER_H
#define GATEWAY_CONTROLLER_H

#include <stdbool.h>

#include "base/err.h"
#include "gateway/offer.h"

int	controller_open(const struct offer *o, struct err *e);
/* Say that the offering is not active any more; the guest waits for that. */
void	controller_finish(void);
void	controller_close(void);
/* Has it said which instances it knows?  True without one. */
bool	controller_is_heard(void);

#endif
