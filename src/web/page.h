/*
 * The page that a person opens, and the files it is made of.
 */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

struct request;

/* "/" and "/index.html": the page, or with action= what action.h does. */
void	page_index(struct request *r);
void	page_script(struct request *r);
void	page_style(struct request *r);
/* "/ok.html" */
void	page_ok(struct request *r);

#endif
