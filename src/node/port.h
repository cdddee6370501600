/*
 * Ports of instances.
 */
#ifndef NODE_PORT_H
#define NODE_PORT_H

#include "base/err.h"

/*
 * The lowest port of the range that no row has and nobody listens at; wish: that one, if it
 * is free (0: none).  0 with a node that has no ports.  -1 and e: there is none left.
 */
int	port_choose(int wish, int *port, struct err *e);

#endif
