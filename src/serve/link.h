/*
 * The guest's end of the link to the core (wire/guest.h).  Packets of the core are handed
 * to one function as they come.  Ours wait in a bounded queue while the core is busy; only
 * lines of the log are dropped, and counted.
 */
#ifndef SERVE_LINK_H
#define SERVE_LINK_H

#include <sys/types.h>
#include <stddef.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

/*
 * A packet: its op and the whole object, both borrowed.  *fd (-1: none came) may be taken
 * over: set it to -1 then.
 */
typedef void (*serve_link_fn)(const char *op, yyjson_val *root, int *fd);

/* Watch descriptor 3.  When the core is gone, the loop is stopped. */
void	serve_link_init(serve_link_fn fn);
void	serve_link_release(void);

/* A control connection for calls of uid: an async_dial_fn. */
int	serve_link_dial(void *arg, uid_t uid, struct err *e);
/*
 * Give a client back to the core, with what it sent and nobody answered yet.  fd is owned
 * by the link afterwards; -1: cannot be given back, fd is still the caller's.
 */
int	serve_link_give_back(int fd, const char *data, size_t len);
/* A packet of our own kind, which is owned; -1: the queue is full. */
int	serve_link_send(struct buf *packet);
/* Lines that are less important are not sent. */
void	serve_link_set_level(enum log_level level);
/* A line for the supervisor's log.  What a stranger has sent may stand in it. */
void	serve_link_log(enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

#endif
