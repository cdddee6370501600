/*
 * Listening sockets of the control server.
 */
#ifndef CTL_LISTEN_H
#define CTL_LISTEN_H

#include "base/err.h"
#include "conf/conf.h"

/* See ctl_open(). */
int	listen_open(const struct config *config, struct err *e);
/* Closes them, and removes the files that are still ours. */
void	listen_close(void);
/* A client has gone: there is room for another one. */
void	listen_resume(void);

#endif
