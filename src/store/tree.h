/*
 * The tree of the store: JSON values under paths, a revision for the whole that grows by one
 * with each change, and the last changes.
 *
 * An object is a node with nodes below it, everything else (lists too) one value.  A node's
 * revision is that of the last change of it or below it.  A change is made by one function
 * inside a transaction of the caller and counts when tree_commit() has returned 0; after a
 * refusal the tree is as before, so more changes may follow in the same transaction.
 *
 * Where a change takes if_rev: TREE_ANY makes it whatever is there; 0 only where nothing is;
 * N only where the node is there and was not changed after revision N.
 *
 * Rules and names: doozer's (GET, SET, DEL, WAIT and its errors), but that a node deleted
 * meanwhile refuses every N, because making it again would undo the deletion unseen.
 */
#ifndef STORE_TREE_H
#define STORE_TREE_H

#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"

#define TREE_ANY	(-1)
#define TREE_LOCAL	"local"	/* what is below "local/web" goes for "web" on this machine */
#define TREE_VALUE_MAX	(256 * 1024)	/* bytes of one value that is no object */

/* Why a call is refused. */
enum tree_why {
	TREE_FAILED,		/* the file: every change of the transaction is lost */
	TREE_REV_MISMATCH,
	TREE_NOENT,		/* nothing there */
	TREE_NOTDIR,		/* a value stands where the path goes on */
	TREE_ISDIR,		/* an object would be replaced by a value */
	TREE_TYPE_MISMATCH,	/* a value would be replaced by one of another type */
	TREE_BAD_PATH,
	TREE_RANGE,		/* too large; or a revision that was never there */
	TREE_TOO_LATE,		/* changes from that revision on are no longer known */
};

struct tree_err {
	enum tree_why why;
	int64_t	 revision;	/* REV_MISMATCH: of the node, 0: none.  TOO_LATE: first kept */
	struct err e;
};

struct tree;

/* path NULL: in memory.  history: changes that are kept, 1 at least. */
struct tree *tree_open(const char *path, int64_t history, struct err *e);
void	tree_close(struct tree *t);

/* Of the last change; 0: there was none. */
int64_t	tree_revision(const struct tree *t);
/* Of the last change that is committed. */
int64_t	tree_committed(const struct tree *t);
/* Of the first change that is still known; 0: there was none. */
int	tree_first(struct tree *t, int64_t *first, struct tree_err *e);
/* "REV_MISMATCH" */
const char *tree_why(enum tree_why why);

/*
 * The value as JSON text.  here: with what "local" says about it: objects are merged, and a
 * null there takes away.  *revision: of the node (with here: the later one of the two).
 */
int	tree_get(struct tree *t, const char *path, bool here, struct buf *json,
	    int64_t *revision, struct tree_err *e);

int	tree_begin(struct tree *t, struct tree_err *e);
/* -1: no change of this transaction was made. */
int	tree_commit(struct tree *t, struct tree_err *e);

/* What is written: a value; or text, which becomes what is there already, or a string. */
struct tree_new {
	yyjson_val *value;	/* NULL: text */
	const char *text;
};

/* Without force neither the type of what is there nor of what is above is changed. */
int	tree_set(struct tree *t, const char *path, const struct tree_new *new, int64_t if_rev,
	    bool force, struct tree_err *e);
/* With everything below. */
int	tree_delete(struct tree *t, const char *path, int64_t if_rev, struct tree_err *e);
/* Append to a list, which is made when it is not there; list: as it is then. */
int	tree_push(struct tree *t, const char *path, const struct tree_new *item, int64_t if_rev,
	    struct buf *list, struct tree_err *e);
/* Take out the first item like this one; NULL: the last item. */
int	tree_pop(struct tree *t, const char *path, const struct tree_new *item, int64_t if_rev,
	    struct buf *list, struct tree_err *e);

/* A change.  value: JSON text, NULL: deleted.  tree: an object was there, or is. */
struct tree_change {
	int64_t	 revision;
	const char *path;
	const char *value;
	bool	 tree;
};
typedef void (*tree_change_fn)(void *arg, const struct tree_change *change);

/*
 * The changes of revisions from .. in order, `most` at a time; returns how many, or -1 with
 * TOO_LATE or RANGE (from is later than the next change).
 */
int	tree_changes(struct tree *t, int64_t from, int most, tree_change_fn fn, void *arg,
	    struct tree_err *e);

#endif
