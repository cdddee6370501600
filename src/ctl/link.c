/*
 * Links to guests.  Nothing is ever waited for: a full socket is watched for room, and
 * where no event tells, a timer looks again.
 */
#include "ctl/link.h"

#include <errno.h>

#include "base/fd.h"
#include "base/log.h"
#include "wire/feed.h"

#define RETRY_MS	10	/* too many descriptors are on their way: no event tells */
#define AT_ONCE		64	/* packets read in one turn of the loop */
#define BYTES_AT_ONCE	(256 * 1024)	/* of them: output of programs is long */

static void
on_retry(struct loop_timer *t)
{
	link_pump(LOOP_OWNER(t, struct link, retry));
}

static void
on_job(struct loop_job *j)
{
	link_pump(LOOP_OWNER(j, struct link, job));
}

static void
receive(struct link *l)
{
	static char data[FEED_MAX];	/* no other link has longer ones */
	ssize_t n = -1;
	size_t bytes = 0;
	int fd;

	for (int i = 0; i < AT_ONCE && bytes < BYTES_AT_ONCE; i++) {
		n = fd_recv(l->fd, data, sizeof(data), &fd);
		if (n <= 0)
			break;
		if (fd == -1 && errno == EMFILE)
			log_warn("too many open files: a connection that came back from a "
			    "helper is closed");
		bytes += (size_t)n;
		l->take(l, data, (size_t)n, &fd);
		fd_close(&fd);
		if (l->fd == -1)
			return;
	}
	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		loop_io_stop(&l->io);	/* it has gone: the core finds out, too */
}

static void
on_io(struct loop_io *w, int events)
{
	struct link *l = LOOP_OWNER(w, struct link, io);

	if (events & LOOP_WRITE)
		link_pump(l);
	if ((events & LOOP_READ) && l->fd != -1)
		receive(l);
}

void
link_up(struct link *l, int fd)
{
	l->fd = fd;
	loop_io_start(&l->io, fd, LOOP_READ, on_io);
	loop_job_add(&l->job, on_job);
}

void
link_down(struct link *l)
{
	loop_io_stop(&l->io);
	loop_timer_stop(&l->retry);
	loop_job_cancel(&l->job);
	l->fd = -1;
}

void
link_release(struct link *l)
{
	link_down(l);
	buf_release(&l->packet);
}

void
link_kick(struct link *l)
{
	if (l->fd != -1)
		loop_job_add(&l->job, on_job);
}

void
link_pump(struct link *l)
{
	if (l->fd != -1 && l->pump(l))
		loop_io_start(&l->io, l->fd, LOOP_READ, on_io);
}

void
link_retry(struct link *l)
{
	loop_timer_start(&l->retry, RETRY_MS, on_retry);
}

enum sent
link_send(struct link *l, int fd)
{
	if (l->packet.failed) {
		link_retry(l);
		return SENT_LATER;
	}
	if (fd_send(l->fd, l->packet.data, l->packet.len, fd) != -1)
		return SENT;
	switch (errno) {
	case EAGAIN:
		loop_io_start(&l->io, l->fd, LOOP_READ | LOOP_WRITE, on_io);
		return SENT_LATER;
	case EMSGSIZE:
	case EBADF:
		return SENT_NEVER;
	case ETOOMANYREFS:	/* until the guest takes some, no event tells */
	case ENOBUFS:
	case ENOMEM:
	case EINTR:
		link_retry(l);
		return SENT_LATER;
	default:		/* it is dying: down() and up() follow */
		loop_io_stop(&l->io);
		return SENT_LATER;
	}
}
