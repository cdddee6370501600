/*
 * Standard input of processes.  Almost nobody writes to it, so the queue is
 * made with the pipe's end and its buffer only when something does not fit.
 */
#include "core/stdin.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"

#define QUEUE_KEPT	4096	/* bytes of an empty queue, for the next time */

struct stdin_pipe {
	int	 fd;
	struct buf queue;
	struct loop_io io;
	struct proc *p;		/* borrowed: it owns us */
};

int
stdin_take(struct proc *p, int fd)
{
	struct stdin_pipe *in = calloc(1, sizeof(*in));

	stdin_close(p);
	if (in == NULL) {
		fd_close(&fd);
		return -1;
	}
	in->fd = fd;
	in->p = p;
	p->stdin_pipe = in;
	return 0;
}

void
stdin_close(struct proc *p)
{
	struct stdin_pipe *in = p->stdin_pipe;

	if (in == NULL)
		return;
	p->stdin_pipe = NULL;
	loop_io_stop(&in->io);
	fd_close(&in->fd);
	buf_release(&in->queue);
	free(in);
}

int
stdin_fd(const struct proc *p)
{
	return p->stdin_pipe != NULL ? p->stdin_pipe->fd : -1;
}

/* Write what fits; 0, or -1 with errno when nobody will ever read it. */
static int
push(struct stdin_pipe *in)
{
	while (in->queue.len > 0) {
		ssize_t n = sys->write(in->fd, in->queue.data, in->queue.len);

		if (n == -1)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		buf_drop(&in->queue, (size_t)n);
	}
	return 0;
}

static void
on_writable(struct loop_io *w, int events)
{
	struct stdin_pipe *in = LOOP_OWNER(w, struct stdin_pipe, io);

	(void)events;
	if (push(in) == -1) {
		log_debug("%s closed its stdin, %zu bytes were not read",
		    in->p->conf->name, in->queue.len);
		buf_release(&in->queue);
	}
	if (in->queue.len == 0) {
		loop_io_stop(w);
		if (in->queue.cap > QUEUE_KEPT)
			buf_release(&in->queue);
	}
}

int
stdin_send(struct proc *p, const char *data, size_t len)
{
	struct stdin_pipe *in = p->stdin_pipe;

	if (in == NULL) {
		errno = EPIPE;
		return -1;
	}
	if (in->queue.len > 0 && in->queue.len + len > STDIN_QUEUE_MAX) {
		errno = EAGAIN;
		return -1;
	}
	if (buf_reserve(&in->queue, len) == -1) {
		in->queue.failed = false;
		errno = ENOMEM;
		return -1;
	}
	buf_add(&in->queue, data, len);
	if (push(in) == -1) {
		buf_release(&in->queue);
		errno = EPIPE;
		return -1;
	}
	if (in->queue.len > 0)
		loop_io_start(&in->io, in->fd, LOOP_WRITE, on_writable);
	return 0;
}

bool
stdin_has_rest(const struct proc *p)
{
	return p->stdin_pipe != NULL && p->stdin_pipe->queue.len > 0;
}

int
proc_stdin(struct proc *p, const char *data, size_t len, struct err *e)
{
	struct stdin_pipe *in = p->stdin_pipe;

	if (p->pid == 0 || p->fsm.st == P_STOPPING)
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	if (in == NULL)
		return err_set(e, FAULT_NO_FILE, "NO_FILE: %s", p->conf->name);
	sys->set_nonblock(in->fd, true);	/* not at each start: hardly anybody writes */
	if (in->queue.len + len > STDIN_QUEUE_MAX)
		return err_set(e, FAULT_FAILED,
		    "FAILED: %s does not read its stdin, %zu bytes wait already",
		    p->conf->name, in->queue.len);
	buf_add(&in->queue, data, len);
	if (in->queue.failed) {
		buf_clear(&in->queue);
		return err_set(e, FAULT_FAILED, "FAILED: out of memory");
	}
	if (push(in) == -1) {
		buf_release(&in->queue);
		return err_set(e, FAULT_NO_FILE, "NO_FILE: %s", p->conf->name);
	}
	if (in->queue.len > 0)
		loop_io_start(&in->io, in->fd, LOOP_WRITE, on_writable);
	return 0;
}
