/*
 * What a person or a program has asked for at run time and what shall outlive us: files
 * of the state directory.  Where there is no such directory, the texts are kept in memory, so
 * that they hold over reloads, restarts of the supervisor and crashes of the core.
 */
#ifndef CORE_REMEMBER_H
#define CORE_REMEMBER_H

#include <stdbool.h>

#include "base/err.h"

/*
 * Keep a text as the file `name` of the state directory.  *kept: it is on disk; false: only
 * in memory.  -1 and e when it could not be written although there is a place for it.
 */
int	remember(const char *name, const char *text, bool *kept, struct err *e);
/* Not any more; fine also when it was never kept. */
int	forget(const char *name, struct err *e);

/* All that is in memory, as ini text for conf_load(); NULL: nothing. */
const char *remember_text(void);
/* Memory that holds the same and survives exec; -1: there is nothing in it. */
int	remember_fd(void);
/* The supervisor ends for good. */
void	remember_release(void);
/* In a new image: read it.  fd is owned from now on; -1: there is none. */
void	remember_recall(int fd);

#endif
