/*
 * A row: what the gateway knows about one service instance or one binding.
 *
 * It is written before anybody is answered and before a node is called, so whatever
 * happens to the gateway, the next one finds what was promised and finishes it.  A row
 * that is over stays as ROW_GONE for a while: who asks again gets the same answer.
 */
#ifndef GATEWAY_ROW_H
#define GATEWAY_ROW_H

#include <stdbool.h>
#include <stdint.h>

enum row_state {		/* numbers stand in the database */
	ROW_NONE = 0,		/* there is no row */
	ROW_CREATING = 1,
	ROW_READY = 2,
	ROW_UPDATING = 3,
	ROW_DELETING = 4,
	ROW_FAILED = 5,		/* it was not created; nothing is there */
	ROW_GONE = 6,		/* it was deleted */
};

enum row_op { OP_NONE = 0, OP_CREATE = 1, OP_UPDATE = 2, OP_DELETE = 3 };
enum op_state { OP_RUNNING = 0, OP_SUCCEEDED = 1, OP_FAILED = 2 };

struct row {
	char	*instance;	/* its id; never NULL */
	char	*binding;	/* "": the row is the instance itself */
	char	*service, *plan; /* ids of the catalog */
	char	*node;		/* who has it, or is asked to; "": nobody yet */
	char	*name;		/* what a person calls it; "" */
	char	*asked;		/* what was asked for, JSON; see ask.h */
	char	*result;	/* of the node, JSON: {"credentials":...}; "" */
	char	*pending;	/* an update in progress: what was asked for, JSON; "" */
	char	*request;	/* id of the request that made it, where that is its name; "" */
	char	*text;		/* of the last operation, for people */
	enum row_state state;
	enum row_op op;		/* the last one, or the one in progress */
	enum op_state op_state;
	int64_t	 serial;	/* of operations, over all rows */
	int64_t	 changed_s;	/* wall clock */
	int	 code;		/* of a failed operation: section 3.1 numbers, 30500; else 0 */
	bool	 doubtful;	/* FAILED: the node may have made it nevertheless */
};

/* Free what it points to. */
void	row_release(struct row *r);
/* Replace a text of it; -1: no memory, unchanged. */
int	row_set(char **field, const char *text);
/* Every text that is NULL becomes ""; -1: no memory. */
int	row_fill(struct row *r);
/* "create-17": what the platform is told to ask for. */
void	row_operation(const struct row *r, char *text, unsigned long size);
bool	row_is_busy(const struct row *r);

#endif
