/*
 * The nodes of this service, and calls to them (org.supd.Node).
 *
 * Nodes describe themselves when somebody wants a new instance and what they said is
 * old: nothing is asked while nobody wants anything.
 */
#ifndef GATEWAY_NODES_H
#define GATEWAY_NODES_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/err.h"
#include "gateway/choose.h"

/* root, as for offer_load(); service: whose nodes.  -1 and e. */
int	nodes_open(yyjson_val *root, const char *service, struct err *e);
void	nodes_close(void);
/* NULL: not, or not any more. */
struct node *nodes_find(const char *name);
struct node *const *nodes_all(size_t *n);
/* How long an operation may take there. */
int64_t	node_patience_ms(const struct node *n);

/* ---- what they are ---- */

struct nodes_wait {
	TAILQ_ENTRY(nodes_wait) link;
	void	(*fn)(struct nodes_wait *w);
	bool	 queued;
};

/*
 * Did all nodes say lately what they are?  False: they are asked, and fn is called when
 * every one has answered or failed to.  again: what was said before is not enough.
 */
bool	nodes_known(struct nodes_wait *w, bool again, void (*fn)(struct nodes_wait *w));
void	nodes_wait_not(struct nodes_wait *w);

/* ---- calls ---- */

enum node_how {
	NODE_DONE,
	NODE_REFUSED,		/* and has left nothing of it */
	NODE_LATER,		/* may be tried again */
	NODE_UNSURE,		/* no answer: it may have happened or not */
};

struct node_reply {
	enum node_how how;
	yyjson_val *params;	/* NODE_DONE: an object, or NULL; borrowed */
	const char *text;	/* else: why not */
	int	 code;		/* NODE_REFUSED: of the service; 0: none; NODE_CANNOT */
};

#define NODE_CANNOT (-1)	/* it does not know the method */

struct node_call;
typedef void (*node_fn)(void *arg, const struct node_reply *r);

/*
 * Call a method with params, the text of a JSON object ("{...}").  fn is called once, never
 * before this returns, at the latest after the node's limit.  NULL and e: no memory.
 */
struct node_call *node_ask(struct node *n, const char *method, const char *params, node_fn fn,
	    void *arg, struct err *e);
/* Nobody wants to know any more; what was called goes on. */
void	node_forget(struct node_call *c);

#endif
