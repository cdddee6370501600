/*
 * Connections of readers.  All work is done at the end of the turn, in one job: there
 * the scratch buffer is free, and a reader that was closed in a callback can go.
 */
#include "log/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/sys.h"
#include "log/corelink.h"
#include "log/flow.h"
#include "wire/varlink.h"

#define READERS_MAX	512	/* connections; more are closed */
#define LOOK_MS		250	/* files may change without us: supervisord looks every 100 */

static TAILQ_HEAD(all_readers, reader) readers = TAILQ_HEAD_INITIALIZER(readers);
static size_t nreaders;
static struct loop_job job;
static struct loop_timer look;

static void on_io(struct loop_io *io, int events);
static void on_job(struct loop_job *w);

static void
unfollow(struct reader *r)
{
	if (r->state == READER_FOLLOWS)
		LIST_REMOVE(r, flow_link);
	r->state = READER_CALLS;
	r->flow = NULL;
	fd_close(&r->file);
}

static void
release(struct reader *r)
{
	unfollow(r);
	loop_io_stop(&r->io);
	fd_close(&r->fd);
	buf_release(&r->in);
	buf_release(&r->out);
	TAILQ_REMOVE(&readers, r, link);
	nreaders--;
	free(r);
}

void
reader_close(struct reader *r)
{
	r->closing = true;
	loop_io_stop(&r->io);
	loop_job_add(&job, on_job);
}

void
reader_new(int fd, const char *data, size_t len)
{
	struct reader *r = nreaders < READERS_MAX ? calloc(1, sizeof(*r)) : NULL;

	if (r == NULL) {
		fd_close(&fd);
		return;
	}
	logfile_relieve(fd);
	sys->set_nonblock(fd, true);
	r->fd = fd;
	r->file = -1;
	TAILQ_INSERT_TAIL(&readers, r, link);
	nreaders++;
	buf_add(&r->in, data, len);
	if (memchr(data, '\0', len) == NULL)
		buf_addc(&r->in, '\0');
	loop_job_add(&job, on_job);
}

/* ---- in and out ---- */

static void
watch(struct reader *r)
{
	bool more = r->sent < r->out.len;

	if (!r->closing && (!r->hangup || more))
		loop_io_start(&r->io, r->fd, (r->hangup ? 0 : LOOP_READ) |
		    (more ? LOOP_WRITE : 0), on_io);
}

/* Send what the connection takes.  false: it takes nothing more, or is gone. */
static bool
send_out(struct reader *r)
{
	while (r->sent < r->out.len) {
		ssize_t n = fd_send(r->fd, r->out.data + r->sent, r->out.len - r->sent, -1);

		if (n == -1) {
			if (errno != EAGAIN && errno != EINTR)
				reader_close(r);
			return false;
		}
		r->sent += (size_t)n;
	}
	if (r->out.cap > READER_OUT_LOW)
		buf_release(&r->out);
	else
		buf_clear(&r->out);
	r->sent = 0;
	return true;
}

static void
receive(struct reader *r)
{
	char data[4096];
	int stray;
	ssize_t n = fd_recv(r->fd, data, sizeof(data), &stray);

	fd_close(&stray);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		r->hangup = true;
		loop_io_stop(&r->io);
		return;
	}
	buf_add(&r->in, data, (size_t)n);
	if (r->in.failed || r->in.len > VARLINK_MAX_CALL)
		reader_close(r);
}

/* Not ours: the core answers this call and goes on with the connection. */
static void
give_back(struct reader *r)
{
	if (r->hangup || corelink_give_back(r->fd, r->in.data, r->in.len) == -1) {
		reader_close(r);
		return;
	}
	r->fd = -1;
	reader_close(r);
}

/* Answer one complete call, if there is one.  false: there is not. */
static bool
next_call(struct reader *r)
{
	ssize_t len = varlink_frame(r->in.data, r->in.len);

	if (len == -1)
		return false;
	if (!reader_call(r, r->in.data, (size_t)len)) {
		give_back(r);
		return false;
	}
	buf_drop(&r->in, (size_t)len + 1);
	if (r->in.len == 0)
		buf_release(&r->in);
	return true;
}

void
reader_run(struct reader *r)
{
	bool moved = true;

	while (!r->closing && moved) {
		if (r->out.failed) {
			reader_close(r);
			break;
		}
		if (!send_out(r) || r->closing)
			break;
		moved = r->state == READER_CALLS ? next_call(r) : text_more(r);
	}
	if (r->hangup && (r->state == READER_FOLLOWS ||
	    (r->state == READER_CALLS && r->out.len == 0)))
		reader_close(r);
	watch(r);
}

static void
on_io(struct loop_io *io, int events)
{
	struct reader *r = LOOP_OWNER(io, struct reader, io);

	if (events & LOOP_READ)
		receive(r);
	loop_job_add(&job, on_job);
}

static void
on_look(struct loop_timer *w)
{
	(void)w;
	loop_job_add(&job, on_job);
}

static void
on_job(struct loop_job *w)
{
	struct reader *r, *next;
	bool follows = false;

	(void)w;
	TAILQ_FOREACH_SAFE(r, &readers, link, next) {
		if (!r->closing)
			reader_run(r);
		if (r->closing)
			release(r);
		else if (r->state == READER_FOLLOWS && r->file != -1)
			follows = true;
	}
	if (follows && !loop_timer_active(&look))
		loop_timer_start(&look, LOOK_MS, on_look);
}

/* ---- news from flows ---- */

void
reader_wake(struct flow *f)
{
	if (!LIST_EMPTY(&f->readers))
		loop_job_add(&job, on_job);
}

void
reader_push(struct flow *f, const char *data, size_t len)
{
	struct reader *r;

	LIST_FOREACH(r, &f->readers, flow_link) {
		if (r->file != -1)
			continue;
		if (r->out.len - r->sent > READER_OUT_MAX)
			r->missed += len;
		else
			text_frame(r, data, len);
		loop_job_add(&job, on_job);
	}
}

void
reader_forget_flow(struct flow *f)
{
	struct reader *r, *next;

	TAILQ_FOREACH_SAFE(r, &readers, link, next)
		if (r->flow == f) {
			unfollow(r);
			reader_close(r);
		}
}

void
reader_release_all(void)
{
	struct reader *r, *next;

	loop_timer_stop(&look);
	loop_job_cancel(&job);
	TAILQ_FOREACH_SAFE(r, &readers, link, next) {
		if (!r->closing)
			send_out(r);
		release(r);
	}
}
