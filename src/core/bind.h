/*
 * Making listening sockets for programs.
 */
#ifndef CORE_BIND_H
#define CORE_BIND_H

#include "conf/conf.h"

/* Of a UNIX socket; backlog also of others. */
struct bind_rules {
	struct conf_owner owner;
	int	 mode;
	int64_t	 backlog;
};

/*
 * A socket that is bound and listens; programs get it, so it is one that waits.  What
 * stands at the path of a UNIX socket is removed when it is a socket; unless steal is
 * set, only when nobody listens there.  -1 and e, in supervisord's words, else.
 */
int	bind_socket(const struct conf_socket *at, const struct bind_rules *rules, bool steal,
	    struct err *e);
/* Other rules for one that listens already. */
int	bind_change(int fd, const struct conf_socket *at, const struct bind_rules *rules,
	    struct err *e);

#endif
