/*
 * Texts with holes, and what goes into them.
 */
#ifndef NODE_FILL_H
#define NODE_FILL_H

#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "node/row.h"

/* Calls fn with each hole of an instance that has a value: name, port, directory, ... */
void	fill_each(const struct row *r, void (*fn)(void *arg, const char *name, const char *value),
	    void *arg);
/* Append text with %(name)s filled and %% as %.  -1 and e: a hole that nobody knows. */
int	fill_text(struct buf *out, const char *text, const struct row *r, struct err *e);
/* A random word of 24 letters and digits; 0, or -1 and e. */
int	fill_secret(char word[25], struct err *e);

/*
 * The credentials of an instance as text of a JSON object: what every one has, the key
 * credentials, what was given when it is made anew (r->credentials), and over all of it the
 * member "credentials" of what a hook said (NULL: nothing).
 */
int	credentials_write(struct buf *out, const struct row *r, yyjson_val *said, struct err *e);
/* The same for a binding: a copy of the instance's, and what the hook said. */
int	credentials_bind(struct buf *out, const struct row *r, yyjson_val *said, struct err *e);

#endif
