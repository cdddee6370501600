/*
 * The logger's end of the feed (wire/feed.h): packets of the core are carried out
 * as they come; ours wait in a bounded queue while the core is busy.
 */
#ifndef LOG_CORELINK_H
#define LOG_CORELINK_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow;

/* Watch descriptor 3. */
void	corelink_init(void);
/* {"op":"event"}: trouble of a sink and its end. */
void	corelink_event(const struct flow *f, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/*
 * An event out of a flow's bytes: kind "log" or "comm", text valid UTF-8.  -1: the core reads
 * too slowly, or there is no memory; nothing of it is sent then.
 */
int	corelink_output(struct flow *f, uint32_t proc, const char *kind, pid_t ended,
	    const char *text, size_t len);
/*
 * Give a client back to the core, with what it sent and nobody answered yet.
 * fd is closed here when it has left; -1: cannot be given back.
 */
int	corelink_give_back(int fd, const char *data, size_t len);
void	corelink_release(void);

/* Tell of a fence or of a line that matched (op); -1: later, match_tell() is called. */
int	corelink_match(const struct flow *f, const char *op, uint32_t fence);

#endif
