/*
 * The values of the store that programs name (core/values.h): asking the store for them over
 * its link, and what it tells.
 */
#ifndef CTL_WANTED_H
#define CTL_WANTED_H

#include <stdbool.h>
#include <yyjson.h>

struct link;

/* kick: the paths have changed, so pump the link to the store. */
void	wanted_open(void (*kick)(void));
void	wanted_close(void);
/* A new store has everything to learn. */
void	wanted_up(void);
void	wanted_down(void);
/* For pump() of its link; as pump(). */
bool	wanted_pump(struct link *l);
/* A packet "values", or "failed". */
void	wanted_take(yyjson_val *root);
void	wanted_failed(yyjson_val *root);

#endif
