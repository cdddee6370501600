/*
 * Only for tree.c and change.c: what a struct tree holds.
 */
#ifndef STORE_INNER_H
#define STORE_INNER_H

#include "serve/db.h"
#include "store/path.h"
#include "store/tree.h"

struct tree {
	struct db *db;
	int64_t	 history;	/* changes that are kept */
	int64_t	 revision;	/* of the last change, uncommitted ones included */
	int64_t	 committed;
	bool	 broken;	/* the file failed within this transaction */
};

/* A node as it is in the file. */
struct node {
	bool	 there;
	bool	 object;
	int64_t	 revision;
	struct buf value;	/* JSON text, unless object */
};

/* All return -1 for their callers to return. */
int	tree_refuse(struct tree_err *e, enum tree_why why, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	tree_broken(struct tree *t, struct tree_err *e);

int	node_read(struct tree *t, const char *key, struct node *n, struct tree_err *e);
void	node_release(struct node *n);
/* "a list" */
const char *node_type(const struct node *n);
const char *value_type(yyjson_val *v);
/* Append a node and all below it as JSON; n as read before. */
int	node_print(struct tree *t, const char *key, struct buf *json, struct tree_err *e);

#endif
