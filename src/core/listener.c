/*
 * Hearing what listeners say, and acting on it.
 */
#include "core/listener.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/flight.h"
#include "core/life.h"
#include "core/pool.h"
#include "core/stdin.h"

#define READ_BYTES	(16 * 1024)	/* in one turn of the loop */
#define PAUSE_MS	2	/* after so much: about 8 MB/s */
#define LAST_WORDS	(256 * 1024)	/* read of a dead one, whose children may go on */
#define BODY_KEPT	64	/* bytes of the memory for results */

static void on_readable(struct loop_io *w, int events);

static const char *
name_of(const struct listener *l)
{
	return l->p->conf->name;
}

int
listener_new(struct proc *p)
{
	struct listener *l = calloc(1, sizeof(*l));

	/* an OK must be heard also when there is no memory any more */
	if (l == NULL || buf_reserve(&l->said.body, BODY_KEPT) == -1) {
		free(l);
		return -1;
	}
	l->p = p;
	l->rd = -1;
	p->listener = l;
	return 0;
}

static void
stop_hearing(struct listener *l)
{
	loop_io_stop(&l->io);
	loop_timer_stop(&l->pause);
	fd_close(&l->rd);
}

void
listener_free(struct proc *p)
{
	struct listener *l = p->listener;

	if (l == NULL)
		return;
	stop_hearing(l);
	note_drop(&l->note);
	protocol_release(&l->said);
	free(l);
	p->listener = NULL;
}

/* ---- the log ---- */

static void
tell_unlogged(struct listener *l)
{
	if (l->unlogged > 0)
		log_warn("%s: %llu bytes of its output did not get into its log", name_of(l),
		    (unsigned long long)l->unlogged);
	l->unlogged = 0;
}

/* Pass it on to the logger; a log that takes nothing must not keep us from hearing. */
static void
copy_to_log(struct listener *l, const char *data, size_t len)
{
	int log = l->p->streams[0].wr;
	ssize_t n;

	do
		n = log != -1 ? sys->write(log, data, len) : 0;
	while (n == -1 && errno == EINTR);
	if (n > 0 && l->unlogged > 0)
		tell_unlogged(l);
	if (n < (ssize_t)len)
		l->unlogged += len - (n > 0 ? (size_t)n : 0);
}

/* ---- what it says ---- */

static void
log_change(const struct listener *l, enum listener_state from)
{
	log_debug("%s: %s -> %s", name_of(l), listener_state_name(from),
	    listener_state_name(l->said.st));
	if (l->said.st == LISTENER_UNKNOWN)
		log_warn("%s: has entered the UNKNOWN state and will no longer receive events, "
		    "this usually indicates the process violated the eventlistener protocol",
		    name_of(l));
}

static void
give_back(struct listener *l)
{
	if (l->note != NULL)
		pool_reject(l->p->group->pool, l->note, l->pool_serial);
	note_drop(&l->note);
}

static void
on_result(struct listener *l)
{
	const struct buf *body = &l->said.body;
	bool accepted = pool_accepts(l->p->group->pool, l->note, buf_text(body), body->len);

	if (accepted)
		log_debug("%s: event was processed", name_of(l));
	else
		log_warn("%s: event was rejected", name_of(l));
	log_change(l, LISTENER_BUSY);
	if (!accepted)
		give_back(l);
	note_drop(&l->note);
	if (l->said.body.cap > 4 * BODY_KEPT) {
		buf_release(&l->said.body);
		buf_reserve(&l->said.body, BODY_KEPT);
	}
}

static void
hear(struct listener *l, const char *data, size_t len)
{
	enum listener_state from;
	size_t used;

	for (; len > 0; data += used, len -= used) {
		from = l->said.st;
		switch (protocol_hear(&l->said, data, len, &used)) {
		case HEARD_NOTHING:
			break;
		case HEARD_READY:
			log_change(l, from);
			pool_kick(l->p->group->pool);
			break;
		case HEARD_RESULT:
			on_result(l);
			break;
		case HEARD_BAD_RESULT:
			log_warn("%s: bad result line: '%s'", name_of(l), l->said.line);
			log_change(l, from);
			give_back(l);
			break;
		case HEARD_NONSENSE:
			log_change(l, from);
			break;
		}
	}
}

/* Read once; returns what read() does. */
static ssize_t
read_some(struct listener *l)
{
	static char data[READ_BYTES];
	ssize_t n = sys->read(l->rd, data, sizeof(data));

	if (n > 0) {
		copy_to_log(l, data, (size_t)n);
		hear(l, data, (size_t)n);
	}
	return n;
}

static void
on_pause_over(struct loop_timer *t)
{
	struct listener *l = LOOP_OWNER(t, struct listener, pause);

	loop_io_start(&l->io, l->rd, LOOP_READ, on_readable);
}

static void
on_readable(struct loop_io *w, int events)
{
	struct listener *l = LOOP_OWNER(w, struct listener, io);
	ssize_t n = read_some(l);

	(void)events;
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {			/* it has closed its standard output */
		stop_hearing(l);
	} else if (n == READ_BYTES) {
		loop_io_stop(w);
		loop_timer_start(&l->pause, PAUSE_MS, on_pause_over);
	}
	flight_save(l->p);
	life_listener_moved();
}

/* ---- its life ---- */

int
listener_pipe(const struct proc *p, int out[2])
{
	return p->listener != NULL ? sys->pipe(out) : 0;
}

/* Neither direction, nor the log, must ever let us wait. */
static void
begin_hearing(struct listener *l, int rd)
{
	stop_hearing(l);
	l->rd = rd;
	sys->set_nonblock(rd, true);
	sys->set_nonblock(l->p->streams[0].wr, true);
	if (stdin_fd(l->p) != -1)
		sys->set_nonblock(stdin_fd(l->p), true);
	loop_io_start(&l->io, rd, LOOP_READ, on_readable);
}

void
listener_take(struct proc *p, int rd)
{
	struct listener *l = p->listener;

	if (l == NULL)
		return;
	protocol_begin(&l->said);
	note_drop(&l->note);
	begin_hearing(l, rd);
}

void
listener_adopt(struct proc *p, int rd, unsigned st, bool clean)
{
	struct listener *l = p->listener;

	if (l == NULL) {
		fd_close(&rd);
		return;
	}
	clean = clean && st <= LISTENER_UNKNOWN;
	l->said.st = clean ? (enum listener_state)st : LISTENER_UNKNOWN;
	begin_hearing(l, rd);
	if (clean)
		return;
	/* what it has said and was told in part is lost with the crashed image */
	log_warn("%s: was in the middle of a message, killing it", p->conf->name);
	if (p->pid > 0)
		sys->kill(p->pid, SIGKILL);
}

void
listener_hear_out(struct proc *p)
{
	struct listener *l = p->listener;
	ssize_t n = 0, all = 0;

	if (l == NULL)
		return;
	while (l->rd != -1 && all < LAST_WORDS &&
	    ((n = read_some(l)) > 0 || (n == -1 && errno == EINTR)))
		all += n;
	stop_hearing(l);
	tell_unlogged(l);
}

void
listener_ended(struct proc *p)
{
	if (p->listener == NULL)
		return;
	give_back(p->listener);
	life_listener_moved();
}

/* ---- events for it ---- */

bool
listener_is_free(const struct proc *p)
{
	return p->fsm.st == P_RUNNING && p->listener->said.st == LISTENER_READY;
}

int
listener_send(struct proc *p, struct note *note, uint64_t pool_serial, const char *data,
    size_t len)
{
	struct listener *l = p->listener;

	if (stdin_send(p, data, len) == -1)
		return -1;
	protocol_sent(&l->said);
	l->note = note_hold(note);
	l->pool_serial = pool_serial;
	flight_save(p);
	return 0;
}

int
listener_fd(const struct proc *p)
{
	return p->listener != NULL ? p->listener->rd : -1;
}

bool
listener_is_clean(const struct proc *p)
{
	return protocol_is_clean(&p->listener->said) && !stdin_has_rest(p);
}
