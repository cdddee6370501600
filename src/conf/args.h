/*
 * The command line, inside the room; the face is in conf.h.
 */
#ifndef CONF_ARGS_H
#define CONF_ARGS_H

#include "conf/conf.h"

/* What was given for a key of [supervisord]; NULL: nothing.  a may be NULL. */
const char *args_value(const struct conf_args *a, const char *key);

/* As conf_args_parse, for faces that take words behind the options: *rest. */
int	args_parse_words(struct conf_args *a, char **argv, char ***rest, struct err *e);

#endif
