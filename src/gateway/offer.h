/*
 * What the gateway offers: one service with its plans, as [gateway:x] and [plan:x/y] say.
 * Read once; a change of the sections begins a new guest.
 */
#ifndef GATEWAY_OFFER_H
#define GATEWAY_OFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "gateway/decide.h"

#define OFFER_ID_SIZE	37	/* of an id made from a name: a UUID with its NUL */

/* A JSON value of a key. */
struct offer_json {
	yyjson_doc *doc;	/* owned */
	yyjson_val *v;		/* NULL: not given */
};

struct plan {
	const char *name, *id, *description;
	const char *node_plan;	/* what nodes call it */
	bool	 free, bindable, updateable, over;
	enum async_rule async, async_bindings;
	int64_t	 polling_s;	/* 0: no limit */
	const char *maintenance, *maintenance_text;	/* NULL: not given */
	struct offer_json metadata, create, update, bind;
	char	 made_id[OFFER_ID_SIZE], made_text[200];
};

struct offer {
	const char *name, *id, *description, *version;
	yyjson_val *tags, *requires;	/* arrays of texts; NULL */
	bool	 bindable, updateable;
	struct offer_json metadata;
	struct plan *plans;	/* one at least */
	size_t	 nplans;
	const struct plan *default_plan;
	char	 made_id[OFFER_ID_SIZE], made_text[200];
};

/*
 * root: what the core says about the sections (wire/guest.h), which has to outlive o; name:
 * of the gateway.  -1 and e: a key holds what we cannot use, o needs no release.
 */
int	offer_load(struct offer *o, yyjson_val *root, const char *name, struct err *e);
void	offer_release(struct offer *o);
/* NULL: there is none. */
const struct plan *offer_plan(const struct offer *o, const char *id);
const struct plan *offer_plan_named(const struct offer *o, const char *name);
/* An id that is always the same for these words. */
void	offer_id(const char *kind, const char *name, char id[OFFER_ID_SIZE]);

/* The catalog as API version 2.MINOR knows it, whole. */
void	catalog_write(struct buf *b, const struct offer *o, int minor);

#endif
