/*
 * Names of processes as people write them, and as control calls want them.
 */
#ifndef WEB_NAMES_H
#define WEB_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* "group:name", or "name" when both are equal. */
void	names_add(struct buf *b, const char *group, const char *name);
/* Is it "group:*" or "group:" ?  Then the group, as far as there is room. */
bool	names_group(const char *name, char *group, size_t size);
/* {"names":["web"]} with more members after it, when not NULL: ",\"wait\":true". */
void	names_params(struct buf *b, const char *name, const char *more);

#endif
