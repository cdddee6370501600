/*
 * One request of the older routes on its way to an answer.
 */
#ifndef GATEWAY_V1_H
#define GATEWAY_V1_H

#include "base/buf.h"
#include "gateway/ask.h"
#include "gateway/offer.h"
#include "http/http.h"

#define UUID_SIZE 37

enum {
	CODE_MEDIA = 30000, CODE_MALFORMED = 30001, CODE_UNKNOWN_ID = 30002,
	CODE_UNKNOWN_PLAN = 30003, CODE_UNKNOWN_VERSION = 30004, CODE_TOKEN = 30100,
	CODE_NOT_FOUND = 30300, CODE_INTERNAL = 30500, CODE_OFF = 30501,
	CODE_UNAVAILABLE = 30600, CODE_TIMEOUT = 30700,
	CODE_SERVICE = 31000,	/* from here on the service's own */
};

struct v1 {
	struct ask ask;
	struct request *r;
	const struct offer *offer;
	yyjson_doc *doc;
	struct buf asked;
	char	 id[UUID_SIZE];		/* a new one */
	char	*path, *instance;	/* ask's ids point into them */
};

/* v1_answer.c: the answer of the broker as an answer of HTTP. */
void	v1_answer(struct v1 *q, const struct answer *a);

#endif
