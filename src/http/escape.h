/*
 * Text for HTML and for URLs.
 */
#ifndef HTTP_ESCAPE_H
#define HTTP_ESCAPE_H

#include "base/buf.h"

/* Text as it is read: what HTML would understand is escaped, also inside quotes. */
void	html_add(struct buf *b, const char *text);
/* Percent-encoded as Python's quote() does it, which supervisord uses: '/' stays. */
void	url_add(struct buf *b, const char *text);

#endif
