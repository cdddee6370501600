/*
 * What every page has.
 */
#ifndef WEB_HTML_H
#define WEB_HTML_H

#include "base/buf.h"

struct request;

/*
 * What every page says to a browser: nothing from elsewhere, in nobody's frame, not to
 * be kept.  Before the answer is begun.
 */
void	html_headers(struct request *r);
/* A small page: title, then body (HTML, taken over). */
void	html_page(struct request *r, unsigned status, const char *title, struct buf *body);

#endif
