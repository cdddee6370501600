/*
 * org.supd.Gateway: the gateway on the control socket, for kato service.
 */
#ifndef GATEWAY_SERVICE_H
#define GATEWAY_SERVICE_H

#include "gateway/offer.h"
#include "serve/varlink.h"

extern const struct serve_interface service_interface;

void	service_open(const struct offer *o);

#endif
