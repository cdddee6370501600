/*
 * The control server: listening sockets, connections, the method table, and
 * the link to the logger.  Everything happens in callbacks of the loop; no
 * client is ever waited for.
 */
#ifndef CTL_CTL_H
#define CTL_CTL_H

#include "base/err.h"
#include "conf/conf.h"

/* Before core_init(): see events from the first one on. */
void	ctl_watch(void);
/*
 * Listen where config says (or at the default places) and watch the core.  Call
 * it after core_init(), before core_run().  -1 and e, in supervisord's words,
 * when a socket cannot be had; then nothing is left open.
 */
int	ctl_open(const struct config *config, struct err *e);
/* Give the last replies a chance, close everything, remove our socket files. */
void	ctl_close(void);

#endif
