/*
 * org.supd.Node.
 */
#ifndef NODE_METHODS_H
#define NODE_METHODS_H

#include "serve/varlink.h"

extern const struct serve_interface node_interface;

#endif
