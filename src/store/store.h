/*
 * The store guest: the tree of tree.h as the interface org.supd.Store, for [store].
 *
 * What arrives in one turn of the loop is one transaction; every answer, also of a read that
 * came behind a change, leaves after the commit.  So nothing is told that could be lost.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "store/tree.h"

struct call;

/* The face "supd store". */
int	store_main(int argc, char **argv);

extern struct tree *store_tree;		/* from begin() to end() */
extern const char *store_file;		/* its path; NULL: in memory */

/* methods.c: an error reply to a call, of a method or of a stream. */
void	store_refuse(struct call *call, const struct tree_err *e);
/* -1 and e as a fault, for a method that answers at once. */
int	store_get(struct call *call, struct err *e);
int	store_set(struct call *call, struct err *e);
int	store_delete(struct call *call, struct err *e);
int	store_push(struct call *call, struct err *e);
int	store_pop(struct call *call, struct err *e);
int	store_describe(struct call *call, struct err *e);

/* Is there a change that is not committed yet? */
bool	store_in_transaction(void);

int	store_watch(struct call *call, struct err *e);
int	store_values(struct call *call, struct err *e);
/* stream.c: what was committed is told to those whom it concerns. */
void	store_tell(void);
/* The core wants values: a packet "wanted". */
void	store_packet(const char *op, yyjson_val *root);
/* Streams end, because the guest does. */
void	store_hush(void);

#endif
