/*
 * What a mistyped name was meant to be.
 */
#ifndef CONF_SUGGEST_H
#define CONF_SUGGEST_H

#include "conf/keys.h"

/* The key of a table that is nearest; NULL: none is near. */
const char *suggest_key(const struct conf_table *t, const char *key);
/* A table that has this very key; NULL: none. */
const struct conf_table *suggest_home(const char *key);
/* The table whose section is nearest; NULL: none is near. */
const struct conf_table *suggest_section(const char *section);

#endif
