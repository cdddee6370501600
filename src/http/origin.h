/*
 * Does a request that changes something come from where it says?
 *
 * A browser adds the password of a server, or the mere reach of a network, to whatever
 * another page makes it ask for.  So a browser has to show that the request was made by
 * a page of ours: by the token that our page carries, or by the headers with which
 * browsers name the origin of a request.  Scripts and programs are nobody's tool in
 * this way and need nothing; supervisord's GET links go on working for them.
 */
#ifndef HTTP_ORIGIN_H
#define HTTP_ORIGIN_H

#include <stdbool.h>

struct request;

#define ORIGIN_TOKEN_LEN 64	/* hex digits */

enum origin {
	ORIGIN_OURS,		/* may act */
	ORIGIN_UNKNOWN,		/* a browser that shows nothing, or another site: ask the person */
	ORIGIN_STALE,		/* a token that is not, or no longer, ours */
};

/* Random, made once in the life of the guest. */
const char *origin_token(void);
enum origin origin_of(struct request *r);
/*
 * The headers say that a browser made this request for a page of another site.  Enough
 * for POST, with which every browser says it; a GET may come without.
 */
bool	origin_is_foreign(const struct request *r);

#endif
