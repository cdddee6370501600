/*
 * Connections and their calls.  All work on a connection is done in its turn(), from a job at
 * the end of the loop's turn, so that no function of a method ever runs below another one.
 * A connection that was closed is freed there, too.
 */
#include "serve/varlink.h"

#include <bsd/sys/queue.h>
#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/loop.h"
#include "base/sys.h"
#include "serve/link.h"
#include "wire/json.h"

#define CONNS_MAX	512	/* connections; more are closed */
#define IN_PAUSE	(64 * 1024)	/* bytes of calls behind the one in progress */
#define OUT_PAUSE	(256 * 1024)	/* unread replies: no further call, no room */
#define OUT_MAX		(16 * 1024 * 1024)	/* unread replies: closed */

struct serve_conn {
	TAILQ_ENTRY(serve_conn) link;	/* all */
	int	 fd;		/* owned; -1: closed or given back */
	uid_t	 uid;
	struct loop_io io;
	struct loop_job job;
	struct buf in, out;
	size_t	 sent;		/* of out */
	struct call *call;	/* in progress; owned; NULL: none */
	bool	 eof;		/* it sends nothing more */
	bool	 closing;	/* freed at the end of the turn */
};

static TAILQ_HEAD(conn_list, serve_conn) conns = TAILQ_HEAD_INITIALIZER(conns);
static size_t nconns;
static const struct serve_interface *served;
static size_t nserved;
static const struct err *broken; /* not NULL: the fault of every call */
static void (*finished)(void);	/* not NULL: no more calls */
static struct loop_job last_job;

static void on_io(struct loop_io *io, int events);
static void on_job(struct loop_job *j);

/* ---- life ---- */

static void
wake(struct serve_conn *c)
{
	loop_job_add(&c->job, on_job);
}

static void
close_conn(struct serve_conn *c)
{
	c->closing = true;
	loop_io_stop(&c->io);
	wake(c);
}

static void
free_call(struct serve_conn *c)
{
	struct call *call = c->call;

	c->call = NULL;
	if (call == NULL)
		return;
	vcall_release(&call->v);
	free(call);
}

static void
on_last(struct loop_job *j)
{
	void (*done)(void) = finished;

	(void)j;
	if (done != NULL && nconns == 0) {
		finished = NULL;
		done();
	}
}

static void
free_conn(struct serve_conn *c)
{
	if (c->call != NULL && c->call->kept && !c->call->answered &&
	    c->call->gone != NULL)
		c->call->gone(c->call);
	free_call(c);
	loop_io_stop(&c->io);
	loop_job_cancel(&c->job);
	fd_close(&c->fd);
	buf_release(&c->in);
	buf_release(&c->out);
	TAILQ_REMOVE(&conns, c, link);
	nconns--;
	free(c);
	if (finished != NULL && nconns == 0)
		loop_job_add(&last_job, on_last);
}

void
serve_open(const struct serve_interface *interfaces, size_t n)
{
	served = interfaces;
	nserved = n;
	finished = NULL;
}

void
serve_break(const struct err *why)
{
	broken = why;
}

void
serve_take(int fd, const char *data, size_t len)
{
	struct serve_conn *c = nconns < CONNS_MAX ? calloc(1, sizeof(*c)) : NULL;
	pid_t pid;

	if (c == NULL) {
		fd_close(&fd);
		return;
	}
	sys->set_nonblock(fd, true);
	c->fd = fd;
	if (sys->peer(fd, &c->uid, &pid) == -1)
		c->uid = (uid_t)-1;
	TAILQ_INSERT_TAIL(&conns, c, link);
	nconns++;
	buf_add(&c->in, data, len);
	if (memchr(data, '\0', len) == NULL)
		buf_addc(&c->in, '\0');
	wake(c);
}

void
serve_finish(void (*done)(void))
{
	struct serve_conn *c;

	finished = done;
	TAILQ_FOREACH(c, &conns, link)
		wake(c);
	loop_job_add(&last_job, on_last);
}

void
serve_release(void)
{
	struct serve_conn *c;

	finished = NULL;
	loop_job_cancel(&last_job);
	while ((c = TAILQ_FIRST(&conns)) != NULL)
		free_conn(c);
}

size_t
serve_busy(void)
{
	struct serve_conn *c;
	size_t n = 0;

	TAILQ_FOREACH(c, &conns, link)
		n += c->call != NULL;
	return n;
}

/* ---- in and out ---- */

static void
receive(struct serve_conn *c)
{
	char data[4096];
	int stray;
	ssize_t n = fd_recv(c->fd, data, sizeof(data), &stray);

	fd_close(&stray);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		c->eof = true;
		/* who has only ended his half still reads */
		if (n == -1 || sys->hung_up(c->fd))
			close_conn(c);
		return;
	}
	buf_add(&c->in, data, (size_t)n);
	if (c->in.failed || (c->in.len > VARLINK_MAX_CALL &&
	    varlink_frame(c->in.data, c->in.len) == -1))
		close_conn(c);
}

/* Send what the connection takes.  Returns bytes that stay. */
static size_t
send_out(struct serve_conn *c)
{
	while (!c->closing && c->sent < c->out.len) {
		ssize_t n = fd_send(c->fd, c->out.data + c->sent, c->out.len - c->sent, -1);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			close_conn(c);
		if (n == -1)
			break;
		c->sent += (size_t)n;
	}
	if (c->sent == c->out.len) {
		buf_release(&c->out);
		c->sent = 0;
	} else if (c->sent > OUT_PAUSE) {
		buf_drop(&c->out, c->sent);
		c->sent = 0;
	}
	return c->out.len - c->sent;
}

static void
watch(struct serve_conn *c)
{
	bool reads = !c->eof && c->in.len < IN_PAUSE;
	int events = (reads ? LOOP_READ : 0) | (c->sent < c->out.len ? LOOP_WRITE : 0);

	/* a long call is being read to its end */
	if (!c->eof && c->call == NULL)
		events |= LOOP_READ;
	if (events != 0)
		loop_io_start(&c->io, c->fd, events, on_io);
	else
		loop_io_stop(&c->io);
}

static void
on_io(struct loop_io *io, int events)
{
	struct serve_conn *c = LOOP_OWNER(io, struct serve_conn, io);

	if (events & LOOP_READ)
		receive(c);
	wake(c);
}

/* ---- calls ---- */

static void
give_back(struct serve_conn *c)
{
	if (serve_link_give_back(c->fd, buf_text(&c->in), c->in.len) == 0)
		c->fd = -1;
	close_conn(c);
}

/* The row of a method; *ours: its interface is one of ours, and the call for us. */
static const struct serve_method *
find_method(const struct vcall *v, bool *ours)
{
	const char *dot = strrchr(v->method, '.');
	size_t len = dot != NULL ? (size_t)(dot - v->method) : 0;

	*ours = false;
	for (size_t i = 0; i < nserved; i++) {
		const struct serve_interface *f = &served[i];

		if (strlen(f->name) != len || strncmp(f->name, v->method, len) != 0)
			continue;
		*ours = f->is_ours == NULL || f->is_ours(v);
		for (size_t j = 0; j < f->nmethods; j++)
			if (strcmp(f->methods[j].name, dot + 1) == 0)
				return &f->methods[j];
	}
	return NULL;
}

/* A varlink error of the service interface, with at most one member. */
static void
refuse(struct call *call, const char *error, const char *key, const char *value)
{
	vreply_error(&call->conn->out, error, key, value);
	call->answered = true;
}

static void
run(struct serve_conn *c, const struct serve_method *m)
{
	struct call *call = c->call;
	struct err e = { 0 };

	call->mark = c->out.len;
	if (m == NULL)
		refuse(call, SERVICE_INTERFACE ".MethodNotFound", "method", call->v.method);
	else if (m->only_more && !call->v.more)
		refuse(call, SERVICE_INTERFACE ".ExpectedMore", NULL, NULL);
	else if (broken != NULL)
		call_fault(call, broken);
	else if (call->v.oneway && !m->acts)
		call->answered = true;
	else if (m->fn(call, &e) == -1) {
		c->out.len = call->mark;
		call_fault(call, &e);
	}
	/* neither answered nor kept: a mistake of ours, which shall not hang the client */
	if (!call->answered && !call->kept) {
		err_set(&e, FAULT_FAILED, "FAILED: no answer");
		call_fault(call, &e);
	}
}

/* Begin the next complete call, if there is one; false: there is not. */
static bool
next_call(struct serve_conn *c)
{
	ssize_t len = c->in.len > 0 ? varlink_frame(c->in.data, c->in.len) : -1;
	const struct serve_method *m;
	struct call *call;
	struct err e;
	bool ours;

	if (finished != NULL && c->sent == c->out.len) {
		give_back(c);
		return false;
	}
	if (len == -1 || finished != NULL)
		return false;
	call = calloc(1, sizeof(*call));
	if (call == NULL || vcall_parse(&call->v, c->in.data, (size_t)len, &e) == -1) {
		free(call);
		give_back(c);	/* the core says what is wrong with it */
		return false;
	}
	call->conn = c;
	call->uid = c->uid;
	c->call = call;
	m = find_method(&call->v, &ours);
	if (!ours) {
		free_call(c);
		give_back(c);
		return false;
	}
	buf_drop(&c->in, (size_t)len + 1);
	if (c->in.len == 0)
		buf_release(&c->in);
	run(c, m);
	return true;
}

static void
tell_room(struct serve_conn *c)
{
	struct call *call = c->call;
	void (*room)(struct call *) = call->room;

	if (room == NULL || c->out.len - c->sent >= OUT_PAUSE)
		return;
	call->room = NULL;
	room(call);
}

static void
turn(struct serve_conn *c)
{
	bool more = true;
	size_t left;

	while (!c->closing && more) {
		left = send_out(c);
		if (c->out.failed || left > OUT_MAX)
			close_conn(c);
		if (c->call != NULL && c->call->answered)
			free_call(c);
		more = false;
		if (c->closing)
			break;
		if (c->call == NULL && left < OUT_PAUSE)
			more = next_call(c);
		else if (c->call != NULL)
			tell_room(c);
	}
	if (!c->closing && c->eof && c->call == NULL && c->sent == c->out.len)
		close_conn(c);
	if (c->closing)
		free_conn(c);
	else
		watch(c);
}

static void
on_job(struct loop_job *j)
{
	turn(LOOP_OWNER(j, struct serve_conn, job));
}

/* ---- replies ---- */

/* The pieces go straight into the connection's output; a reply nobody wants is cut off. */
struct buf *
call_begin(struct call *c)
{
	c->mark = c->conn->out.len;
	vreply_begin(&c->conn->out);
	return &c->conn->out;
}

void
call_end(struct call *c, bool continues)
{
	vreply_end(&c->conn->out, continues);
	c->answered = !continues;
	if (c->v.oneway)
		c->conn->out.len = c->mark;
	wake(c->conn);
}

void
call_ok(struct call *c)
{
	call_begin(c);
	call_end(c, false);
}

struct buf *
call_error(struct call *c, const char *error)
{
	struct buf *b = &c->conn->out;

	c->mark = b->len;
	json_open(b, '{');
	json_kstr(b, "error", error);
	json_key(b, "parameters");
	json_open(b, '{');
	return b;
}

void
call_fault(struct call *c, const struct err *e)
{
	const char *dot = strrchr(c->v.method, '.'), *name = fault_name(e->code);
	struct err full = *e;
	char interface[128] = "";

	if (dot != NULL && (size_t)(dot - c->v.method) < sizeof(interface)) {
		memcpy(interface, c->v.method, (size_t)(dot - c->v.method));
		interface[dot - c->v.method] = '\0';
	}
	if (strncmp(e->msg, name, strlen(name)) != 0)
		err_add(&full, "%s", name);
	c->mark = c->conn->out.len;
	vreply_fault(&c->conn->out, interface, &full);
	if (c->v.oneway)
		c->conn->out.len = c->mark;
	c->answered = true;
	wake(c->conn);
}

void
call_keep(struct call *c, void *data, void (*gone)(struct call *c))
{
	c->kept = true;
	c->data = data;
	c->gone = gone;
}

bool
call_has_room(const struct call *c)
{
	return c->conn->out.len - c->conn->sent < OUT_PAUSE;
}

void
call_await(struct call *c, void (*room)(struct call *c))
{
	c->room = room;
}
