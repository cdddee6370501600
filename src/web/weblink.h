/*
 * The guest's end of the link to the core (wire/web.h).
 */
#ifndef WEB_WEBLINK_H
#define WEB_WEBLINK_H

#include <sys/types.h>
#include <stdarg.h>

#include "base/err.h"
#include "base/log.h"

/* Watch descriptor 3. */
void	weblink_init(void);
void	weblink_release(void);

/* A control connection for calls of uid: an async_dial_fn. */
int	weblink_dial(void *arg, uid_t uid, struct err *e);
/* A line for the supervisor's log.  What a stranger has sent may stand in it. */
void	weblink_log(enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	weblink_vlog(enum log_level level, const char *fmt, va_list ap)
	    __attribute__((format(printf, 2, 0)));

#endif
