/*
 * Listening sockets of [inet_http_server]: made by the core, accepted from by the web
 * guest.  The core keeps them, so that nobody is refused while the guest is restarted,
 * nor over a crash of its own.
 */
#ifndef CTL_INET_H
#define CTL_INET_H

#include "base/err.h"
#include "conf/conf.h"

/*
 * The i-th one of the configuration (from 0).  Returns a descriptor that listens, or -1
 * and e in supervisord's words.  May ask for the address of a name, so it may block.
 */
int	inet_listen(size_t i, const struct conf_server *s, struct err *e);

#endif
