/*
 * What the page's script asks for, as JSON.
 *
 * /status.json: {"token", "state": GetState's, "processes", "unknown": Status's}; with
 *	?names= only these, one on each line (none: no process).
 * /why.json?name=: what Why says.
 */
#ifndef WEB_STATUS_H
#define WEB_STATUS_H

struct request;

void	status_json(struct request *r);
void	status_why(struct request *r);

#endif
