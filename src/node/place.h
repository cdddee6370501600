/*
 * Directories of instances: config/, data/, log/, and a mark by which an instance that was
 * only half made is told from a directory that was there before.
 */
#ifndef NODE_PLACE_H
#define NODE_PLACE_H

#include "base/err.h"
#include "node/row.h"

/* Where it would be; the caller frees it, NULL: no memory. */
char	*place_path(const char *name);
/*
 * Make r->directory with the files of conf_template in config/.  It appears under its
 * name when it is complete.  -1 and e: something of that name is there already, and is not
 * touched; or it cannot be made.
 */
int	place_make(const struct row *r, struct err *e);
/*
 * Take it away from its name; what remains for place_remove() is hidden.  0 also when it is
 * not there, or was not made by us.
 */
int	place_hide(const struct row *r, struct err *e);
/* Remove what is hidden, and what place_make() has left unfinished; may take its time. */
int	place_remove(const char *directory);
/* Bytes in it; 0 when it cannot be read. */
int64_t	place_size(const char *directory);

#endif
