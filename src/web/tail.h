/*
 * Logs: supervisord's /logtail/NAME[/CHANNEL] and /mainlogtail, which follow, and
 * /tail.html?processname=NAME&limit=BYTES, a page with the end of stdout.
 */
#ifndef WEB_TAIL_H
#define WEB_TAIL_H

struct request;

void	tail_log(struct request *r);
void	tail_main(struct request *r);
void	tail_page(struct request *r);

#endif
