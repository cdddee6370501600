/*
 * What the supervisor does to its own process before the loop: descriptors,
 * signals, limits, user, becoming a daemon, pid file.
 */
#ifndef CORE_SETUP_H
#define CORE_SETUP_H

#include "core/core.h"

/*
 * First of all, before anything is opened: signals that we handle are held back
 * (PID 1 would lose them), 0 to 2 are open, what we inherited is close-on-exec.
 */
void	setup_first(char **argv);
/* Sub-reaper when not PID 1. */
void	setup_reaper(void);
/* [supervisord] user; -1 with supervisord's text. Notes go to the log later. */
int	setup_user(const struct config *c, struct err *e);
/* minfds and minprocs; ours as high as allowed, the children's as found. */
void	setup_limits(const struct config *c);
/* directory and umask, as supervisord only when daemonising. */
int	setup_place(const struct config *c, struct err *e);

/*
 * Go on in a child; the parent waits until setup_daemon_ready() and exits 0, or
 * exits with the child's status when that ends before.
 */
int	setup_daemonize(struct err *e);
void	setup_daemon_ready(void);

void	setup_write_pidfile(const struct config *c);
void	setup_remove_pidfile(const struct config *c);

#endif
