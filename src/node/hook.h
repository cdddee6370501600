/*
 * Hooks: executables of the section, called with JSON on standard input and the same as
 * variables SUPD_NAME, SUPD_PORT, ... for who does not read that.  See supd-node(8).
 */
#ifndef NODE_HOOK_H
#define NODE_HOOK_H

#include "node/child.h"
#include "node/row.h"

/* binding: NULL unless it is about one.  As child_execute(). */
struct child *node_hook(enum hook_kind kind, const struct row *r, const struct binding *b,
	    child_fn fn, void *arg, struct err *e);

#endif
