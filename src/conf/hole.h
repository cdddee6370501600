/*
 * Values of the store in a program's section: %(config_COMPONENT/PATH)s.  They are not known
 * when the file is loaded, so expansion leaves them as they are, and each start fills them.
 */
#ifndef CONF_HOLE_H
#define CONF_HOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "conf/conf.h"

#define HOLE_NAME	"config_"
#define HOLE_PATH_MAX	512	/* bytes */

/* Is this, between the brackets, the name of such a value? */
bool	hole_is_name(const char *name, size_t len);
/* Bytes of the hole that text begins with; 0: it begins with none. */
size_t	hole_len(const char *text);
/* The next hole of a text; path (not ended) and its length.  NULL: there is none. */
const char *hole_find(const char *text, const char **path, size_t *len);

/* The value of a path; NULL: there is none. */
typedef const char *(*hole_fn)(const char *path, size_t len);
/* Append text with every hole filled; one without a value stays as it is. */
void	hole_fill(const char *text, hole_fn value, struct buf *out);

/*
 * Let p->config have the paths that p names; it is made when there are some, and on_change was
 * not set.  -1: no memory.
 */
int	hole_collect(struct program *p);

#endif
