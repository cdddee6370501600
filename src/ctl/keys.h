/*
 * Sections as JSON, for the guests that carry them out (wire/guest.h).
 */
#ifndef CTL_KEYS_H
#define CTL_KEYS_H

#include "base/buf.h"
#include "conf/conf.h"

struct conf_table;
struct helper;

/* Every key of a table with a value, as members of an object; secrets in clear. */
void	keys_put(struct buf *b, const struct conf_table *t, const void *fields);
/* The whole text for the guest of one section, which need not exist (the store). */
void	keys_sections(struct buf *b, const struct config *c, enum guest_section kind,
	    const char *name);
/* The packet of options. */
void	keys_options(struct buf *b, const struct helper *h);

#endif
