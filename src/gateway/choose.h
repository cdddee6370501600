/*
 * Which node gets the next instance: pure, over what nodes have said about themselves.
 *
 * A node is asked for its capacity now and then; in between, what is on its way to it is
 * subtracted here, and what it says about its capacity meanwhile is not believed, because
 * it may be from before.
 */
#ifndef GATEWAY_CHOOSE_H
#define GATEWAY_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node {
	char	*name;		/* of its [node:x], or its address; owned */
	char	*plan;		/* "": any; owned */
	char	**versions;	/* NULL-terminated; empty: says nothing; owned */
	int64_t	 free;		/* units, with what is outstanding subtracted */
	int64_t	 unit;		/* of one instance */
	int64_t	 limit_ms;	/* it answers within that time; 0: not known */
	unsigned outstanding;	/* provisions on their way */
	bool	 known;		/* it has described itself */
	bool	 draining;	/* takes nothing new */
};

enum choice { CHOICE_OK, CHOICE_NO_NODE, CHOICE_NO_PLAN, CHOICE_NO_VERSION, CHOICE_NO_CAPACITY };

/*
 * The node with most capacity left for an instance; of equals, the first.  version: "":
 * any.  over: nodes without capacity are fine.
 */
enum choice choose_node(struct node *const *nodes, size_t n, const char *plan,
	    const char *version, bool over, struct node **chosen);

/* An instance is on its way to it; it is over: was it made? */
void	node_promise(struct node *n);
void	node_settle(struct node *n, bool made);
/* One was removed. */
void	node_give_back(struct node *n);
/* It says how much is free. */
void	node_announce(struct node *n, int64_t units);

#endif
