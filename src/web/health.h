/*
 * GET /healthz: 200 when every program that should run does, else 503 and who does not,
 * one on each line, or as JSON to who accepts that.
 */
#ifndef WEB_HEALTH_H
#define WEB_HEALTH_H

struct request;

void	health_serve(struct request *r);

#endif
