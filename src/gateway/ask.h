/*
 * What somebody asks of the gateway, in whatever language it came, and the answer: the
 * faces (osb.c, v1.c, varlink.c) make asks of requests and words of answers.
 *
 * The texts of an ask are the face's and live until done is called or broker_forget().
 * done is called once, perhaps before broker_ask() returns; its answer is borrowed.
 */
#ifndef GATEWAY_ASK_H
#define GATEWAY_ASK_H

#include <bsd/sys/queue.h>
#include <stdbool.h>

#include "gateway/nodes.h"
#include "gateway/row.h"

enum ask_kind { ASK_CREATE, ASK_UPDATE, ASK_DELETE, ASK_FETCH, ASK_LAST };

enum result {
	R_DONE,			/* it is as asked; it was before, or nothing was to do */
	R_MADE,			/* an operation has ended well */
	R_ACCEPTED,		/* it goes on; row says its name */
	R_BAD,			/* the request is no good */
	R_BAD_PLAN,		/* no such service or plan */
	R_BAD_PARAMETERS,	/* they do not fit their schema */
	R_NOT_FOUND,
	R_GONE,			/* not found by who wants it deleted */
	R_DIFFERS,		/* another one of this id is there */
	R_BUSY,			/* another operation is in progress */
	R_ASYNC_ONLY,		/* only for who can wait */
	R_MAINTENANCE,		/* another maintenance version is meant */
	R_NOT_BINDABLE,
	R_NOT_POSSIBLE,		/* this change cannot be made */
	R_NO_VERSION,		/* no node has this version */
	R_NO_NODE,		/* no node is there, or none has this plan */
	R_NO_CAPACITY,
	R_UNAVAILABLE,		/* a node that might have it does not answer */
	R_FAILED,		/* the node has refused; code and text say why */
	R_TIMEOUT,		/* the node has not answered */
	R_BROKEN,		/* the gateway itself cannot: its disk is full... */
};

struct answer {
	enum result result;
	const struct row *row;	/* NULL: it is about none */
	const char *text;	/* for people; NULL */
	int	 code;		/* R_FAILED: the node's number, or 0 */
};

struct ask {
	enum ask_kind kind;
	const char *instance;
	const char *binding;	/* "": about the instance itself */
	const char *service;	/* id; NULL: not said, which creations must */
	const char *plan;	/* id; NULL: not said */
	/*
	 * JSON object of what the broker API calls organization_guid, space_guid, context,
	 * parameters, app_guid, bind_resource, maintenance_info, and of version and name;
	 * as far as they were said.  NULL: nothing was.
	 */
	const char *asked;
	const char *request;	/* id of the request, where that is its name; "" */
	bool	 accepts;	/* the answer may come before the end */
	bool	 is_delete;	/* ASK_LAST: a deletion is asked about */
	void	(*done)(struct ask *a, const struct answer *answer);

	/* The broker's. */
	TAILQ_ENTRY(ask) link;
	struct ask_list *list;	/* that it waits in; NULL: in none */
	struct nodes_wait wait;	/* for nodes to describe themselves */
	bool	 asked_nodes;	/* it has waited once */
};

TAILQ_HEAD(ask_list, ask);

/* What a result means, for people. */
const char *ask_text(enum result r);
/* Call done. */
void	ask_answer(struct ask *a, enum result result, const struct row *row, const char *text,
	    int code);

#endif
