/*
 * What a row means for its node: the calls of org.supd.Node and their replies.
 */
#ifndef GATEWAY_DEMAND_H
#define GATEWAY_DEMAND_H

#include <stdbool.h>
#include <yyjson.h>

#include "base/buf.h"
#include "gateway/offer.h"
#include "gateway/row.h"

#define DEMAND_NAME_SIZE 65	/* with its NUL */

/* What a node calls an instance or a binding of this id: the id, where it is a good name. */
void	demand_name(const char *id, char name[DEMAND_NAME_SIZE]);

/* undo: remove what a creation may have left. */
const char *demand_method(const struct row *r, bool undo);
/* Its parameters, a JSON object. */
void	demand_write(struct buf *b, const struct row *r, bool undo, const struct offer *o);
/* The reply to a creation or a change into the row: -1: no memory. */
int	demand_take(struct row *r, yyjson_val *params);

/* Does asked want what the row has, as far as it matters?  Both JSON, see ask.h. */
bool	demand_same(const struct row *r, const char *plan, const char *asked);
/*
 * The pending text of a change: the row's asked with parameters and context of asked over
 * it, and the new plan.  -1: no memory.
 */
int	demand_change(struct row *r, const char *plan, const char *asked);
/* Has a change the parameters and the plan that the row has (or is getting)? */
bool	demand_changes_nothing(const struct row *r, const char *plan, const char *asked);

#endif
