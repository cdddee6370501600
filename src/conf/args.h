/*
 * The command line, inside the room; the face is in conf.h.
 */
#ifndef CONF_ARGS_H
#define CONF_ARGS_H

#include "conf/conf.h"

/* What was given for a key of [supervisord]; NULL: nothing.  a may be NULL. */
const char *args_value(const struct conf_args *a, const char *key);

#endif
