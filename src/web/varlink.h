/*
 * POST /varlink: one control call per request, as JSON; a stream for a call with "more".
 */
#ifndef WEB_VARLINK_H
#define WEB_VARLINK_H

struct request;

void	varlink_serve(struct request *r);

#endif
