/*
 * One request of the broker API on its way to an answer.
 */
#ifndef GATEWAY_OSB_H
#define GATEWAY_OSB_H

#include "base/buf.h"
#include "gateway/ask.h"
#include "gateway/offer.h"
#include "http/http.h"

struct osb {
	struct ask ask;
	struct request *r;
	const struct offer *offer;
	int	 minor;		/* the version is 2.MINOR */
	char	*path;		/* instance and binding of ask point into it */
	yyjson_doc *doc;	/* the body; NULL: none, or no JSON */
	struct buf asked;
};

/* osb_answer.c: the answer of the broker as an answer of HTTP. */
void	osb_answer(struct osb *q, const struct answer *a);

#endif
