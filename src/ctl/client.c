/*
 * Connections.  All reading, serving and writing happens in turn(), which runs
 * when the descriptor is ready, or at the end of a loop turn when a call has made
 * progress.  Input and output are bounded for each client and for all together;
 * who does not read its replies is not served further, and after a while closed.
 */
#include "ctl/client.h"

#include <sys/resource.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/sys.h"
#include "core/core.h"
#include "ctl/clock.h"
#include "ctl/listen.h"
#include "ctl/methods.h"
#include "ctl/park.h"
#include "ctl/reload.h"
#include "ctl/roles.h"
#include "ctl/subscribe.h"
#include "ctl/wait.h"
#include "ctl/web.h"
#include "wire/varlink.h"

#define CLIENTS_MAX	1024
#define READ_BYTES	(16 * 1024)
#define IN_PAUSE	(64 * 1024)	/* bytes of calls behind the one in progress */
#define OUT_PAUSE	(256 * 1024)	/* unread replies: serve nothing more until read */
#define OUT_MAX		(32 * 1024 * 1024) /* unread replies: close; 20,000 programs are 20 MiB */
#define KEEP_BYTES	4096		/* of an empty buffer, for the next call */
#define ALL_MAX		(64 * 1024 * 1024) /* bytes held for all clients together */
#define TURN_MS		2		/* then other descriptors get their turn */
#define DRAIN_MAX	(256 * 1024)	/* bytes read after the last answer */

static struct client_list dead = TAILQ_HEAD_INITIALIZER(dead);
static struct loop_job burial;
static size_t count, counts[CLIENT_KINDS], limit = CLIENTS_MAX;
static size_t held;	/* bytes of memory in the buffers of all clients */

static void turn(struct client *c);

/* ---- making and ending ---- */

static void
bury(struct loop_job *j)
{
	struct client *c;

	(void)j;
	while ((c = TAILQ_FIRST(&dead)) != NULL) {
		TAILQ_REMOVE(&dead, c, link);
		buf_release(&c->in);
		buf_release(&c->out);
		free(c);
	}
}

void
clients_open(void)
{
	struct rlimit rl;

	clock_init();
	count = held = 0;
	memset(counts, 0, sizeof(counts));
	limit = CLIENTS_MAX;
	/* A quarter of the descriptors at most: the programs need the others. */
	if (getrlimit(RLIMIT_NOFILE, &rl) == 0 && rl.rlim_cur / 4 < limit)
		limit = rl.rlim_cur / 4 < 8 ? 8 : (size_t)(rl.rlim_cur / 4);
}

bool
clients_full(void)
{
	return count >= limit;
}

size_t
clients_count(void)
{
	return count;
}

static void
on_io(struct loop_io *w, int events);

size_t
clients_share(enum client_kind kind)
{
	/* foreigners at most half of the places, the guest a quarter */
	static const size_t part[] = {
		[CLIENT_OWNER] = 1, [CLIENT_FOREIGN] = 2, [CLIENT_GUEST] = 4,
	};

	return limit / part[kind];
}

static struct client *
make(int fd, enum client_kind kind, uid_t uid)
{
	struct client *c = NULL;

	if (kind == CLIENT_OWNER || counts[kind] < clients_share(kind))
		c = calloc(1, sizeof(*c));
	if (c == NULL) {
		fd_close(&fd);
		return NULL;
	}
	c->fd = fd;
	c->uid = uid;
	c->kind = kind;
	count++;
	core.counts.connections++;
	counts[kind]++;
	clock_add(c);
	loop_io_start(&c->io, fd, LOOP_READ, on_io);
	return c;
}

struct client *
client_new(int fd, const struct access *access)
{
	uid_t uid = (uid_t)-1;
	struct client *c;
	pid_t pid;

	if (sys->peer(fd, &uid, &pid) == -1)
		uid = (uid_t)-1;
	c = make(fd, access_is_owner(uid) ? CLIENT_OWNER : CLIENT_FOREIGN, uid);
	if (c == NULL)
		return NULL;
	c->access = access;
	c->admitted = access == NULL || access_admits(access, uid);
	return c;
}

struct client *
client_admit(int fd, uid_t uid)
{
	struct client *c = NULL;

	if (clients_full())
		fd_close(&fd);
	else
		c = make(fd, CLIENT_GUEST, uid);
	if (c != NULL)
		c->admitted = c->spoke_varlink = true;
	return c;
}

void
client_close(struct client *c)
{
	if (c->state == CLIENT_DEAD)
		return;
	loop_io_stop(&c->io);
	loop_job_cancel(&c->job);
	loop_timer_stop(&c->again);
	request_free(c->request);
	c->request = NULL;
	update_forget(c->update);
	c->update = NULL;
	role_wait_forget(c->roles);
	c->roles = NULL;
	if (c->state == CLIENT_STREAM)
		subscribe_remove(c);
	if (c->state == CLIENT_PARKED)
		park_leave(c);
	if (c->state == CLIENT_HTTP)
		web_untake(c);
	clock_remove(c);
	fd_close(&c->fd);
	count--;
	counts[c->kind]--;
	held -= c->charged;
	c->state = CLIENT_DEAD;
	TAILQ_INSERT_TAIL(&dead, c, link);
	loop_job_add(&burial, bury);
	listen_resume();
}

size_t
client_unsent(const struct client *c)
{
	return c->out.len - c->sent;
}

static void
on_job(struct loop_job *j)
{
	turn(LOOP_OWNER(j, struct client, job));
}

static void
on_again(struct loop_timer *t)
{
	turn(LOOP_OWNER(t, struct client, again));
}

void
client_wake(struct client *c)
{
	if (c->state != CLIENT_DEAD)
		loop_job_add(&c->job, on_job);
}

void
client_done(struct client *c)
{
	if (c->state == CLIENT_BUSY || c->state == CLIENT_PARKED)
		c->state = CLIENT_OPEN;
	client_wake(c);
}

void
client_finish(struct client *c)
{
	if (c->state == CLIENT_STREAM)
		subscribe_remove(c);
	if (c->state != CLIENT_DEAD)
		c->state = CLIENT_DRAIN;
	client_wake(c);
}

/* ---- reading and writing ---- */

/*
 * The other side sends nothing more.  It may still read: only when both directions
 * are closed nobody is there.  Calls that came before are answered all the same:
 * they may be of the kind that wants no reply.
 */
static void
on_eof(struct client *c)
{
	bool calls = c->state == CLIENT_OPEN && c->in.len > 0;

	c->eof = true;
	if (c->state == CLIENT_DRAIN || (!calls && sys->hung_up(c->fd)))
		client_close(c);
}

/*
 * The first byte tells the language.  It stays unread: who does not speak varlink goes
 * to the web guest with all that he has said.
 */
static bool
speaks_varlink(struct client *c)
{
	char first;
	struct iovec iov = { &first, 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (c->spoke_varlink)
		return true;
	n = sys->recvmsg(c->fd, &m, MSG_PEEK);
	/* what comes from now on must be seen before it is read */
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n != 1)
		return true;	/* the read tells why */
	if (first != '{') {
		web_take(c);
		return false;
	}
	c->spoke_varlink = true;
	return true;
}

static void
read_some(struct client *c)
{
	static char data[READ_BYTES];
	ssize_t n;

	if (c->state != CLIENT_DRAIN && !speaks_varlink(c))
		return;
	n = sys->read(c->fd, data, sizeof(data));
	if (n == -1) {
		if (errno != EAGAIN && errno != EINTR)
			client_close(c);
		return;
	}
	if (n == 0) {
		on_eof(c);
		return;
	}
	if (c->state == CLIENT_DRAIN) {
		c->drained += (size_t)n;
		if (c->drained > DRAIN_MAX)
			client_close(c);
		return;
	}
	buf_add(&c->in, data, (size_t)n);
	if (c->in.failed)
		client_close(c);
}

/*
 * Returns true when it got something off.  A reply for which there was no memory has
 * lost its end: the connection must end as well, since the next reply would be taken
 * for a part of it.
 */
static bool
write_some(struct client *c)
{
	bool progress = false;
	ssize_t n;

	if (c->out.failed) {
		log_warn("closed a control connection of uid %u: no memory for a reply",
		    (unsigned)c->uid);
		client_close(c);
		return false;
	}
	while (client_unsent(c) > 0) {
		n = fd_send(c->fd, c->out.data + c->sent, client_unsent(c), -1);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && errno != EAGAIN)
			client_close(c);
		if (n == -1)
			break;
		progress = true;
		c->sent += (size_t)n;
	}
	if (c->sent == c->out.len || c->sent > OUT_PAUSE) {
		buf_drop(&c->out, c->sent);
		c->sent = 0;
	}
	return progress;
}

/* ---- serving ---- */

/* Bytes of the next whole call behind `done`; -1: none. */
static ssize_t
next_call(struct client *c, size_t done)
{
	size_t from = done > c->scanned ? done : c->scanned;
	ssize_t n = varlink_frame(c->in.data + from, c->in.len - from);

	c->scanned = n == -1 ? c->in.len : from;
	return n == -1 ? -1 : n + (ssize_t)(from - done);
}

void
client_skip_call(struct client *c)
{
	ssize_t n = varlink_frame(buf_text(&c->in), c->in.len);

	buf_drop(&c->in, n == -1 ? c->in.len : (size_t)n + 1);
	c->scanned = 0;
}

static void
refuse_long(struct client *c)
{
	struct err e;

	err_set(&e, FAULT_INCORRECT_PARAMETERS,
	    "INCORRECT_PARAMETERS: a call has at most %d bytes", VARLINK_MAX_CALL);
	vreply_fault(&c->out, CONTROL_INTERFACE, &e);
	client_finish(c);
}

/*
 * Answer calls from the buffer, until one takes its time, output jams, or others
 * want their turn.  Returns true when there was one.
 */
static bool
serve(struct client *c, int64_t until)
{
	size_t done = 0;
	ssize_t n;

	if (c->state != CLIENT_OPEN || c->in.len == 0)
		return false;
	while (c->state == CLIENT_OPEN && client_unsent(c) < OUT_PAUSE) {
		n = next_call(c, done);
		if (n == -1)
			break;
		method_call(c, c->in.data + done, (size_t)n);
		if (c->state == CLIENT_PARKED)	/* the call goes along to a guest */
			break;
		done += (size_t)n + 1;
		if (loop_now() >= until)
			break;
	}
	if (c->state == CLIENT_DEAD)
		return false;
	buf_drop(&c->in, done);
	c->scanned = c->scanned > done ? c->scanned - done : 0;
	if (c->scanned == c->in.len && c->in.len > VARLINK_MAX_CALL)
		refuse_long(c);
	return done > 0;
}

/* ---- after a turn ---- */

static void
shrink(struct buf *b)
{
	if (b->len == 0 && b->cap > KEEP_BYTES)
		buf_release(b);
}

/* Count its memory; false: it had to be closed. */
static bool
account(struct client *c)
{
	size_t now;

	shrink(&c->in);
	shrink(&c->out);
	now = c->in.cap + c->out.cap;
	held = held - c->charged + now;
	c->charged = now;
	if (client_unsent(c) <= OUT_MAX && (held <= ALL_MAX || now <= KEEP_BYTES * 2) &&
	    !c->in.failed && !c->out.failed)
		return true;
	log_warn("closed a control connection of uid %u: it holds %zu bytes, all "
	    "together %zu", (unsigned)c->uid, now, held);
	client_close(c);
	return false;
}

static void
set_clock(struct client *c, bool progress)
{
	bool owes = client_unsent(c) > 0 || c->state == CLIENT_DRAIN ||
	    (c->state == CLIENT_OPEN && (c->in.len > 0 || !c->spoke_varlink));

	if (owes)
		clock_set(c, CLOCK_OWES, progress);
	else if (c->state == CLIENT_OPEN)
		clock_set(c, CLOCK_IDLE, progress);
	else
		clock_set(c, CLOCK_NONE, false);
}

static void
set_watch(struct client *c)
{
	bool half = c->state == CLIENT_OPEN && c->scanned == c->in.len;
	bool want = !c->eof && c->state != CLIENT_HTTP && (c->state == CLIENT_DRAIN || c->in.len < IN_PAUSE || half);
	int events = (want ? LOOP_READ : 0) | (client_unsent(c) > 0 ? LOOP_WRITE : 0);

	if (events != 0)
		loop_io_start(&c->io, c->fd, events, on_io);
	else
		loop_io_stop(&c->io);
}

/*
 * Everything is said: end the connection, or our half of it.  While the timer for
 * another turn runs, calls may be left in the buffer.
 */
static void
wind_up(struct client *c)
{
	if (client_unsent(c) > 0)
		return;
	if (c->state == CLIENT_STREAM && c->behind)
		subscribe_more(c);
	else if (c->state == CLIENT_DRAIN) {
		if (c->eof)
			client_close(c);
		else if (!c->shut)
			sys->shutdown(c->fd, SHUT_WR);
		c->shut = true;
	} else if (c->state == CLIENT_OPEN && c->eof && !loop_timer_active(&c->again))
		client_close(c);
}

static void
turn(struct client *c)
{
	int64_t until = loop_now() + TURN_MS;
	bool progress = false, served;

	if (c->state == CLIENT_DEAD)
		return;
	loop_timer_stop(&c->again);
	do {
		served = serve(c, until);
		if (served && loop_now() >= until)
			loop_timer_start(&c->again, 0, on_again);
		progress |= served;
		if (c->state != CLIENT_DEAD)
			progress |= write_some(c);
		if (c->state == CLIENT_PARKED)
			park_take(c);
		if (c->state != CLIENT_DEAD)
			wind_up(c);
	} while (served && c->state == CLIENT_OPEN && loop_now() < until);
	if (c->state == CLIENT_DEAD || !account(c))
		return;
	set_clock(c, progress);
	set_watch(c);
}

static void
on_io(struct loop_io *w, int events)
{
	struct client *c = LOOP_OWNER(w, struct client, io);

	if (events & LOOP_READ)
		read_some(c);
	turn(c);
}

void
clients_close(void)
{
	struct client *c;
	struct err e;

	while ((c = clock_any()) != NULL) {
		if (c->state == CLIENT_BUSY) {	/* what it waits for never comes */
			err_set(&e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
			method_fault(c, &e);
		}
		write_some(c);
		client_close(c);
	}
	loop_job_cancel(&burial);
	bury(NULL);
}
