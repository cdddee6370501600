/*
 * The files of the page, as they are in the tree.
 */
#ifndef WEB_EMBED_H
#define WEB_EMBED_H

#include <stddef.h>

struct embedded {
	const char *data;
	const char *end;
};

extern const struct embedded page_html, page_css, page_js;

#endif
