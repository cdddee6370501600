/*
 * The pipes of a process.  They are made once and kept for its whole life; the
 * core keeps the read end too, so nothing is lost while there is no logger.
 */
#ifndef CORE_STREAM_H
#define CORE_STREAM_H

#include "core/core.h"

/* Names of log files (AUTO gets a random one); -1: no memory. */
int	stream_init_pair(struct proc *p, const struct program *conf);
/* Make pipes where they are missing; -1 with errno (EMFILE). */
int	stream_open_pair(struct proc *p);
/* The same for a process that perhaps never runs: not where descriptors are few. */
void	stream_open_early(struct proc *p);
void	stream_release_pair(struct proc *p);
/* The rules changed: tell the logger again. */
void	stream_update_pair(struct proc *p);
/* Does the core want to know what is written there?  Of a listener it hears itself. */
bool	stream_is_told(const struct stream *s);
/* The process has ended: what is in such a pipe is what it said last. */
void	stream_ended(struct proc *p);
/* Its first start: a log that waited for that is made now. */
void	stream_first_start(struct proc *p);
/* redirect_stderr changed: other pipes.  The process must be down. */
int	stream_rebuild_pair(struct proc *p);
/* The main log of the supervisor itself. */
int	stream_open_main(void);
void	stream_release_main(void);
/* The logger has lost it: it stands in core.unsent afterwards. */
void	stream_send_again(struct stream *s);
/* A new logger knows nothing: put every stream into core.unsent. */
void	stream_resend_all(void);

#endif
