/*
 * What supervisord's page does when a link of it is followed: ?action= with one of
 * refresh, stopall, restartall, startall (ours), or start, stop, restart, clearlog and a
 * processname=.  Answered by a redirect to the page with a message, or to who accepts
 * JSON by {"message", "error"}.
 */
#ifndef WEB_ACTION_H
#define WEB_ACTION_H

#include <stdbool.h>

struct request;

bool	action_wanted(struct request *r);
void	action_do(struct request *r);

#endif
