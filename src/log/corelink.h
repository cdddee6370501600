/*
 * The logger's end of the feed (wire/feed.h): packets of the core are carried out
 * as they come; ours wait in a bounded queue while the core is busy.
 */
#ifndef LOG_CORELINK_H
#define LOG_CORELINK_H

#include <stdbool.h>
#include <stddef.h>

struct flow;

/* Watch descriptor 3. */
void	corelink_init(void);
/* {"op":"event"}: trouble of a sink and its end. */
void	corelink_event(const struct flow *f, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * Give a client back to the core, with what it sent and nobody answered yet.
 * fd is closed here when it has left; -1: cannot be given back.
 */
int	corelink_give_back(int fd, const char *data, size_t len);
void	corelink_release(void);

#endif
