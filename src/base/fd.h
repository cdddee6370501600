/*
 * Descriptors: close, send and receive across a UNIX socket, standard
 * descriptors at start.  Uses the table in sys.h.
 */
#ifndef BASE_FD_H
#define BASE_FD_H

#include <sys/socket.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Close and set to -1; does nothing to -1.  Keeps errno. */
void	fd_close(int *fd);
/*
 * One message with at most one descriptor (fd -1: none) on a SOCK_SEQPACKET or
 * stream socket.  Returns bytes sent, or -1 with errno (EAGAIN: full).
 */
ssize_t	fd_send(int sock, const void *data, size_t len, int fd);
/*
 * Sets *fd to -1 when none came; the caller owns it otherwise.  Returns as recvmsg.
 * Success with errno EMFILE: one came, and there was no place for it, so it is lost.
 */
ssize_t	fd_recv(int sock, void *data, size_t len, int *fd);
/* Is there somebody at a UNIX address?  Asking must not remove whom we cannot ask. */
bool	fd_somebody_listens(const struct sockaddr *a, socklen_t len);
/* Append a whole file, as /proc has them; -1 with errno, perhaps with a part of it. */
int	fd_slurp(const char *path, struct buf *out);
/*
 * Append a whole regular file of at most `most` bytes, without waiting for anything but the
 * disk; -1 with errno: EFBIG for more, EINVAL for another kind of file.
 */
int	fd_slurp_regular(const char *path, size_t most, struct buf *out);
/* Has the last call failed for want of descriptors or memory?  Later it may not. */
bool	fd_is_short(void);
/* Open /dev/null (or a dead pipe) in place of closed descriptors 0, 1 and 2. */
void	fd_fill_stdio(void);
/*
 * Raise RLIMIT_NOFILE as far as allowed, at most to `want`.  The limits found
 * are returned so that children can get them back.
 */
void	fd_raise_limit(unsigned long long want, unsigned long long *soft,
	    unsigned long long *hard);

#endif
