/*
 * Words of a command line and KEY=value lists, split by the rules of Python's
 * shlex, which are nearly a shell's.
 */
#ifndef CONF_WORDS_H
#define CONF_WORDS_H

#include <stddef.h>

#include "base/err.h"
#include "conf/conf.h"

/*
 * The value of an `environment` key: KEY=value, KEY="value with , blanks".  env
 * gets KEY=value strings, sorted by key, the last of equal keys.  The caller
 * releases env.  Returns 0, or -1 with supervisord's message.
 */
int	env_parse(const char *text, struct strlist *env, struct err *e);
/* The value of a variable in a list sorted by key; NULL: not there. */
const char *env_get(const struct strlist *env, const char *key, size_t len);
/* Sort KEY=value strings by key; of equal keys the last stays, others are freed. */
int	env_sort(struct strlist *env);

/* Copies of all of from behind what is in to.  Returns -1: no memory. */
int	strlist_copy(struct strlist *to, const struct strlist *from);
/* Append text, which the list owns from now on.  Returns -1 (text freed): no memory. */
int	strlist_add(struct strlist *l, char *text);

#endif
