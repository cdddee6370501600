/*
 * Lines are connections.  A line has one call or is idle; a call has a line or waits in
 * the queue.  A line is given to a call of the same caller, and log calls keep to lines
 * of their own, because such a line ends at the logger.
 *
 * Lines block, but are only ever read with MSG_DONTWAIT, except in async_wait(), where
 * the time-out of the socket is the bound.
 */
#include "client/async.h"

#include <bsd/sys/queue.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/spare.h"
#include "client/client.h"
#include "wire/varlink.h"

#define LINES_LEAST	8
#define QUEUE_MAX	1024	/* calls that wait for a line */
#define READ_BYTES	(64 * 1024)
#define KEEP_BYTES	(16 * 1024)	/* of an empty buffer, for the next reply */
#define IDLE_MS		30000	/* the core closes lines that are idle for longer */
#define WAIT_US		10000	/* for a core that waits for its turn itself */

struct line {
	TAILQ_ENTRY(line) link;	/* idle or busy ones */
	struct async *a;
	int	 fd;
	uid_t	 uid;
	bool	 is_log;
	bool	 is_idle;	/* in that list */
	bool	 is_new;	/* no call was sent on it */
	bool	 is_slow;	/* counted as such */
	bool	 doomed;	/* its call was cancelled while it was delivered */
	struct loop_io io;
	struct loop_job more;	/* after a pause: replies that have come already */
	struct async_call *call; /* NULL: none */
	int64_t	 idle_ms;	/* since when */
	struct buf in;		/* received, not delivered */
	size_t	 scanned;	/* of in: holds no end of a reply */
	struct buf out;		/* of a call, what the socket did not take */
};

struct async_call {
	TAILQ_ENTRY(async_call) link;	/* a->queue, while queued */
	struct async *a;
	struct line *line;	/* NULL: none yet */
	bool	 queued;
	uid_t	 uid;
	unsigned flags;
	bool	 is_log;
	bool	 paused;
	async_fn fn;
	void	*arg;
	struct buf frame;	/* while it waits */
};

TAILQ_HEAD(line_list, line);

struct async {
	async_dial_fn dial;
	void	*arg;
	size_t	 most, nlines, nslow, ncalls, nqueued;
	struct line_list idle, busy;	/* idle: the one used last is first */
	struct line *current;	/* a callback with a reply of it runs; NULL: none */
	TAILQ_HEAD(, async_call) queue;
	struct loop_timer sweep;
	struct loop_job next;	/* serves the queue */
	struct buf frame;
	struct spare in;	/* buffer of a line that had a long reply */
	struct spare values;	/* what such a reply was read into */
};

static void on_line(struct loop_io *w, int events);

/* ---- lines ---- */

static void
line_free(struct line *l)
{
	struct async *a = l->a;

	TAILQ_REMOVE(l->is_idle ? &a->idle : &a->busy, l, link);
	loop_io_stop(&l->io);
	loop_job_cancel(&l->more);
	close(l->fd);
	a->nlines--;
	a->nslow -= l->is_slow;
	buf_release(&l->in);
	buf_release(&l->out);
	free(l);
}

static struct line *
line_new(struct async *a, uid_t uid, bool is_log, struct err *e)
{
	static const struct timeval limit = { 0, WAIT_US };
	struct line *l = calloc(1, sizeof(*l));
	int flags;

	if (l == NULL) {
		err_set(e, FAULT_FAILED, "out of memory");
		return NULL;
	}
	*l = (struct line){ .a = a, .uid = uid, .is_log = is_log, .is_new = true };
	l->fd = a->dial(a->arg, uid, e);
	if (l->fd == -1) {
		free(l);
		return NULL;
	}
	flags = fcntl(l->fd, F_GETFL);
	if (flags != -1 && (flags & O_NONBLOCK))
		fcntl(l->fd, F_SETFL, flags & ~O_NONBLOCK);
	setsockopt(l->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	TAILQ_INSERT_HEAD(&a->busy, l, link);
	a->nlines++;
	loop_io_start(&l->io, l->fd, LOOP_READ, on_line);
	return l;
}

static void
watch(struct line *l)
{
	bool paused = l->call != NULL && l->call->paused;
	int events = (paused ? 0 : LOOP_READ) | (l->out.len > 0 ? LOOP_WRITE : 0);

	if (events != 0)
		loop_io_start(&l->io, l->fd, events, on_line);
	else
		loop_io_stop(&l->io);
}

static void
on_sweep(struct loop_timer *t)
{
	struct async *a = LOOP_OWNER(t, struct async, sweep);
	int64_t now = loop_now();
	struct line *l;

	while ((l = TAILQ_LAST(&a->idle, line_list)) != NULL && now - l->idle_ms >= IDLE_MS)
		line_free(l);
	if (l != NULL)
		loop_timer_start(t, l->idle_ms + IDLE_MS - now, on_sweep);
}

static void
line_set_idle(struct line *l)
{
	struct async *a = l->a;

	a->nslow -= l->is_slow;
	l->is_slow = false;
	l->idle_ms = loop_now();
	l->is_idle = true;
	if (l->in.cap > KEEP_BYTES) {
		spare_give(&a->in, l->in.data, l->in.cap);
		l->in = (struct buf){ 0 };
	}
	watch(l);
	TAILQ_REMOVE(&a->busy, l, link);
	TAILQ_INSERT_HEAD(&a->idle, l, link);
	if (!loop_timer_active(&a->sweep))
		loop_timer_start(&a->sweep, IDLE_MS, on_sweep);
}

static struct line *
take_idle(struct async *a, uid_t uid, bool is_log)
{
	struct line *l = a->current;

	/* a callback that makes the next call: its line is as good as idle */
	if (l != NULL && l->call == NULL && !l->doomed && l->uid == uid &&
	    l->is_log == is_log)
		return l;
	TAILQ_FOREACH(l, &a->idle, link)
		if (l->uid == uid && l->is_log == is_log) {
			TAILQ_REMOVE(&a->idle, l, link);
			TAILQ_INSERT_HEAD(&a->busy, l, link);
			l->is_idle = false;
			return l;
		}
	return NULL;
}

/* A line for c, idle or new; NULL with e.code FAULT_NONE: it has to wait for one. */
static struct line *
find_line(struct async *a, const struct async_call *c, struct err *e)
{
	bool slow = (c->flags & (ASYNC_SLOW | ASYNC_MORE)) != 0;
	struct line *l;

	e->code = FAULT_NONE;
	if (slow && a->nslow >= a->most - a->most / 4)
		return NULL;
	l = take_idle(a, c->uid, c->is_log);
	if (l == NULL && a->nlines >= a->most) {
		if (TAILQ_EMPTY(&a->idle))
			return NULL;
		line_free(TAILQ_LAST(&a->idle, line_list));
	}
	if (l == NULL)
		l = line_new(a, c->uid, c->is_log, e);
	if (l != NULL) {
		a->nslow += slow - l->is_slow;
		l->is_slow = slow;
	}
	return l;
}

/* ---- sending ---- */

/* Returns -1 when the line is dead. */
static int
push(struct line *l, const char *data, size_t len)
{
	ssize_t n = send(l->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n == -1 && errno != EAGAIN && errno != EINTR)
		return -1;
	if (n == -1)
		n = 0;
	if ((size_t)n < len)
		buf_add(&l->out, data + n, len - (size_t)n);
	if (l->out.len > 0 || l->call->paused)
		watch(l);
	return l->out.failed ? -1 : 0;
}

/*
 * Give c's frame to a line.  One that was idle may be dead without our knowing: then
 * nothing has reached anybody, and the next line is tried.
 * 1: sent; 0: it has to wait for a line; -1 and e.
 */
static int
place(struct async *a, struct async_call *c, const struct buf *frame, struct err *e)
{
	struct line *l;

	while ((l = find_line(a, c, e)) != NULL) {
		bool is_new = l->is_new;

		l->is_new = false;
		l->call = c;
		c->line = l;
		if (push(l, frame->data, frame->len) == 0)
			return 1;
		c->line = NULL;
		line_free(l);
		if (is_new)
			return err_set(e, FAULT_FAILED, "FAILED: the connection to the "
			    "supervisor is lost");
	}
	return e->code == FAULT_NONE ? 0 : -1;
}

static void
enqueue(struct async_call *c)
{
	TAILQ_INSERT_TAIL(&c->a->queue, c, link);
	c->a->nqueued++;
	c->queued = true;
}

static void
dequeue(struct async_call *c)
{
	if (!c->queued)
		return;
	TAILQ_REMOVE(&c->a->queue, c, link);
	c->a->nqueued--;
	c->queued = false;
}

static void
call_free(struct async_call *c)
{
	dequeue(c);
	c->a->ncalls--;
	buf_release(&c->frame);
	free(c);
}

/* The last callback of c, by our own word. */
static void
fail(struct async_call *c, const struct err *e)
{
	struct async_reply r = { .fault = e };
	async_fn fn = c->fn;
	void *arg = c->arg;

	call_free(c);
	fn(arg, &r);
}

/* Lines have become free: the calls that wait, in order. */
static void
on_next(struct loop_job *j)
{
	struct async *a = LOOP_OWNER(j, struct async, next);
	struct async_call *c, *after;
	struct err e;
	int rc;

	TAILQ_FOREACH_SAFE(c, &a->queue, link, after) {
		rc = place(a, c, &c->frame, &e);
		if (rc == -1) {
			fail(c, &e);
			loop_job_add(j, on_next);	/* it may have changed the queue */
			return;
		}
		if (rc == 1) {
			dequeue(c);
			buf_release(&c->frame);
		}
	}
}

static void
serve_queue(struct async *a)
{
	if (a->nqueued > 0)
		loop_job_add(&a->next, on_next);
}

/* ---- replies ---- */

static void
line_lost(struct line *l)
{
	struct async_call *c = l->call;
	struct async *a = l->a;
	struct err e;

	line_free(l);
	if (c != NULL) {
		err_set(&e, FAULT_FAILED, "FAILED: the connection to the supervisor is lost");
		fail(c, &e);
	}
	serve_queue(a);
}

/* What a reply has been read into. */
struct reading {
	yyjson_doc *doc;
	void	*pool;		/* its memory, of a long reply; or NULL */
	size_t	 cap;
};

/* Not in situ, so the text is only read. */
static void
read_text(struct async *a, const char *text, size_t len, struct reading *r)
{
	char *writable = (char *)(uintptr_t)text;
	size_t most = yyjson_read_max_memory_usage(len, 0);
	yyjson_alc alc;

	*r = (struct reading){ 0 };
	if (len > KEEP_BYTES) {
		r->pool = spare_take(&a->values, most, &r->cap);
		if (r->pool == NULL)
			r->pool = malloc(r->cap = most);
	}
	if (r->pool != NULL && yyjson_alc_pool_init(&alc, r->pool, r->cap))
		r->doc = yyjson_read_opts(writable, len, 0, &alc, NULL);
	else
		r->doc = yyjson_read_opts(writable, len, 0, NULL, NULL);
}

static void
reading_release(struct async *a, struct reading *r)
{
	yyjson_doc_free(r->doc);
	if (r->pool != NULL)
		spare_give(&a->values, r->pool, r->cap);
}

/* Read what text says; -1: it is no reply. */
static int
parse(struct async_call *c, struct async_reply *r, struct reading *reading, struct err *e)
{
	yyjson_val *root, *error;

	*reading = (struct reading){ 0 };
	if ((c->flags & (ASYNC_RAW | ASYNC_MORE)) == ASYNC_RAW)
		return 0;
	read_text(c->a, r->text, r->len, reading);
	root = yyjson_doc_get_root(reading->doc);
	if (!yyjson_is_obj(root))
		return -1;
	r->params = yyjson_obj_get(root, "parameters");
	r->continues = (c->flags & ASYNC_MORE) && reply_bool(root, "continues");
	error = yyjson_obj_get(root, "error");
	if (error == NULL)
		return 0;
	reply_refusal("the supervisor", yyjson_is_str(error) ? yyjson_get_str(error) :
	    "unknown error", r->params, e);
	r->fault = e;
	r->params = NULL;
	r->continues = false;
	return 0;
}

/* Returns false when the line is no more. */
static bool
deliver(struct line *l, const char *text, size_t len)
{
	struct async_reply r = { .text = text, .len = len };
	struct async_call *c = l->call;
	struct async *a = l->a;
	async_fn fn = c->fn;
	void *arg = c->arg;
	struct reading reading;
	struct err e;

	if (parse(c, &r, &reading, &e) == -1) {
		reading_release(a, &reading);
		line_lost(l);
		return false;
	}
	if (!r.continues) {
		l->call = NULL;
		call_free(c);
	}
	a->current = l;
	fn(arg, &r);
	a->current = NULL;
	reading_release(a, &reading);
	if (!l->doomed)
		return true;
	line_free(l);
	serve_queue(a);
	return false;
}

/*
 * Hand out the whole replies in l->in.  After a last one the line is set free here, not
 * before: the text of the reply lies in its buffer.  Returns false when it is no more.
 */
static bool
deliver_all(struct line *l)
{
	struct async *a = l->a;
	size_t done = 0, begin;
	ssize_t n;

	while (l->call != NULL && !l->call->paused) {
		n = varlink_frame(buf_text(&l->in) + l->scanned, l->in.len - l->scanned);
		if (n == -1) {
			l->scanned = l->in.len;
			break;
		}
		begin = done;
		done = l->scanned += (size_t)n + 1;
		if (!deliver(l, l->in.data + begin, done - 1 - begin))
			return false;
	}
	buf_drop(&l->in, done);
	l->scanned -= done;
	if (l->call != NULL)
		return true;
	if (l->in.len > 0 || l->out.len > 0) {	/* what nobody asked for */
		line_free(l);
		serve_queue(a);
		return false;
	}
	line_set_idle(l);
	serve_queue(a);
	return true;
}

/* 1: something came; 0: not now; -1: the line is no more. */
static int
receive(struct line *l, int flags)
{
	static char data[READ_BYTES];
	ssize_t n = recv(l->fd, data, sizeof(data), flags);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	/* a stream would keep it for as long as it lasts */
	if (l->in.data == NULL && l->call != NULL && !(l->call->flags & ASYNC_MORE))
		l->in.data = spare_take(&l->a->in, 0, &l->in.cap);
	if (n > 0)
		buf_add(&l->in, data, (size_t)n);
	/* also when it is idle: nobody has asked */
	if (n <= 0 || l->in.failed || l->call == NULL) {
		line_lost(l);
		return -1;
	}
	return deliver_all(l) ? 1 : -1;
}

static void
on_line(struct loop_io *w, int events)
{
	struct line *l = LOOP_OWNER(w, struct line, io);
	struct buf rest;

	if ((events & LOOP_WRITE) && l->out.len > 0 && l->call != NULL) {
		rest = l->out;
		l->out = (struct buf){ 0 };
		if (push(l, rest.data, rest.len) == -1) {
			buf_release(&rest);
			line_lost(l);
			return;
		}
		buf_release(&rest);
		if (l->out.len == 0)
			watch(l);
	}
	if (events & LOOP_READ)
		receive(l, MSG_DONTWAIT);
}

/* ---- what users call ---- */

struct async *
async_new(async_dial_fn dial, void *arg, size_t most)
{
	struct async *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->dial = dial;
	a->arg = arg;
	a->most = most < LINES_LEAST ? LINES_LEAST : most;
	TAILQ_INIT(&a->idle);
	TAILQ_INIT(&a->busy);
	TAILQ_INIT(&a->queue);
	return a;
}

void
async_free(struct async *a)
{
	struct async_call *c;
	struct line *l;

	while ((c = TAILQ_FIRST(&a->queue)) != NULL)
		call_free(c);
	while ((l = TAILQ_FIRST(&a->busy)) != NULL) {
		if (l->call != NULL)
			call_free(l->call);
		line_free(l);
	}
	while ((l = TAILQ_FIRST(&a->idle)) != NULL)
		line_free(l);
	loop_timer_stop(&a->sweep);
	loop_job_cancel(&a->next);
	buf_release(&a->frame);
	spare_release(&a->in);
	spare_release(&a->values);
	free(a);
}

struct async_call *
async_call(struct async *a, uid_t uid, unsigned flags, const char *method,
    const char *params, async_fn fn, void *arg, struct err *e)
{
	struct async_call *c = calloc(1, sizeof(*c));
	int rc;

	buf_clear(&a->frame);
	vcall_write(&a->frame, method, params, flags & ASYNC_MORE);
	if (c == NULL || a->frame.failed) {
		buf_release(&a->frame);
		free(c);
		err_set(e, FAULT_FAILED, "FAILED: out of memory");
		return NULL;
	}
	*c = (struct async_call){ .a = a, .uid = uid, .flags = flags, .fn = fn, .arg = arg,
		.is_log = strncmp(method, LOG_INTERFACE ".", sizeof(LOG_INTERFACE)) == 0 };
	rc = place(a, c, &a->frame, e);
	if (rc == 0 && a->nqueued >= QUEUE_MAX)
		rc = err_set(e, FAULT_FAILED, "FAILED: too many calls are in progress");
	if (rc == -1) {
		free(c);
		return NULL;
	}
	a->ncalls++;
	if (rc == 0) {
		c->frame = a->frame;
		a->frame = (struct buf){ 0 };
		enqueue(c);
	} else if (a->frame.cap > KEEP_BYTES)
		buf_release(&a->frame);
	return c;
}

void
async_cancel(struct async_call *c)
{
	struct async *a = c->a;
	struct line *l = c->line;

	call_free(c);
	if (l != NULL)
		l->call = NULL;
	if (l != NULL && l == a->current)
		l->doomed = true;
	else if (l != NULL)
		line_free(l);
	serve_queue(a);
}

static void
on_more(struct loop_job *j)
{
	deliver_all(LOOP_OWNER(j, struct line, more));
}

void
async_pause(struct async_call *c, bool pause)
{
	if (c->paused == pause)
		return;
	c->paused = pause;
	if (c->line == NULL)
		return;
	watch(c->line);
	if (!pause && c->line->in.len > 0)
		loop_job_add(&c->line->more, on_more);
}

bool
async_wait(struct async_call *c)
{
	return c->line != NULL && c->line->out.len == 0 && receive(c->line, 0) == 1;
}

void
async_take(struct async_call *c)
{
	if (c->line != NULL)
		receive(c->line, MSG_DONTWAIT);
}

size_t
async_busy(const struct async *a)
{
	return a->ncalls;
}
