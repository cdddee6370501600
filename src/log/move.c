/*
 * Bytes from the pipe to the sinks.
 *
 * Two ways.  A plain file that wants the bytes as they are gets them by splice: they
 * are in the pipe or in the file at any time, so neither a full disk nor a
 * kill costs one.  Everything else passes through the scratch buffer: read, counted
 * into flight, handed to each sink; what the primary sink does not take
 * stays in the hold, and while something is there nothing more is read.
 */
#include "log/flow.h"

#include <sys/stat.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "log/console.h"
#include "log/corelink.h"
#include "log/debug.h"
#include "log/echo.h"
#include "log/logger.h"
#include "log/match.h"
#include "log/reader.h"
#include "log/sink.h"
#include "log/syslog.h"
#include "log/talk.h"
#include "log/turn.h"

#define BATCHES_PER_TURN 16	/* one flooding program must not starve the others */
#define BUSY_BATCH	(48 * 1024)	/* bytes: the program was about to wait for us */
#define BUSY_OFTEN	8	/* such batches make a pipe worth growing */
/*
 * splice holds the pipe while it writes the file, so a writer with a pipe of one batch
 * sleeps each time; with four it goes on.  All pipes of one user share a quota
 * (16,384 pages): a few may grow.
 */
#define BIG_PIPE	(256 * 1024)
#define BIG_PIPES_MAX	16

/* ---- counting ---- */

void
flow_wrote(struct flow *f, size_t n)
{
	struct tally t = tally_get(f->slot);

	t.written += n;
	t.flight -= (uint32_t)n;
	sink_count(f, &t);
	tally_commit(f->slot, &t);
}

void
flow_dropped(struct flow *f, size_t n, enum drop reason, int error)
{
	struct tally t = tally_get(f->slot);

	/* Two gaps with something between them are made one. */
	if (f->gap_first && f->hold != NULL) {
		n += f->hold->pend.len;
		buf_clear(&f->hold->pend);
	}
	f->gap_first = false;
	tally_unstage(f->slot);
	t.flight -= (uint32_t)n;
	t.dropped[reason] += n;
	t.unmarked += n;
	t.unmarked_why = (uint32_t)error;
	tally_commit(f->slot, &t);
}

/* Keep what the sink left; what finds no memory is dropped and counted. */
static void
keep(struct flow *f, const char *data, size_t len)
{
	struct hold *h = flow_hold(f);
	struct tally t = tally_get(f->slot);

	if (h != NULL && h->pend.len == 0)
		f->gap_first = t.unmarked > 0 || t.gap;
	if (h != NULL && buf_reserve(&h->pend, len) == 0) {
		buf_add(&h->pend, data, len);
		return;
	}
	if (h != NULL)
		h->pend.failed = false;
	flow_dropped(f, len, DROP_ERROR, ENOMEM);
}

void
flow_deliver(struct flow *f, const char *data, size_t len, bool flush)
{
	struct hold *h = f->hold;
	bool held = h != NULL && h->pend.len > 0;
	size_t done, all = len;
	int error;

	if (held) {
		if (len > 0)
			keep(f, data, len);
		data = h->pend.data;
		all = h->pend.len;
	}
	if (all == 0)
		return;
	done = sink_take(f, data, all, flush);
	error = errno;
	if (held)
		buf_drop(&h->pend, done);
	else if (done < all)
		keep(f, data + done, all - done);
	if (done == all || error == 0) {
		flow_worked(f);
		if (done < all)
			flow_flush_later(f, done > 0);
	} else {
		flow_failed(f, error);
	}
	flow_unhold(f);
}

void
flow_push(struct flow *f, bool flush)
{
	if (f->hold != NULL && f->hold->pend.len > 0)
		flow_deliver(f, NULL, 0, flush);
}

/* ---- out of the pipe ---- */

static void
ended(struct flow *f)
{
	char esc;

	f->eof = true;
	flow_stop(f);
	flow_end_run(f);
	if (ansi_end(&f->ansi, &esc) == 1) {
		struct tally t = tally_get(f->slot);

		t.written--;	/* it was counted there with the rest of a sequence */
		t.flight++;
		tally_commit(f->slot, &t);
		flow_deliver(f, &esc, 1, true);
	}
	syslog_end(f);
	echo_end(f);
	flow_push(f, true);
}

/* Sinks besides the primary one, and memory. */
static void
share(struct flow *f, const char *data, size_t len)
{
	if (!flow_is_plain(f)) {
		ring_add(&f->ring, data, len, logger.ring_max);
		reader_push(f, data, len);
	}
	if (f->syslog)
		syslog_lines(f, data, len);
	if (f->echo)
		echo_lines(f, data, len);
	if (f->copy)
		echo_own(data, len);
}

bool
flow_strips(const struct flow *f)
{
	return logger.strip_ansi && f->channel != CHANNEL_MAIN;
}

bool
flow_reads(const struct flow *f)
{
	return f->syslog || f->copy || f->echo || f->talk != NULL || f->match != NULL ||
	    flow_strips(f) || debug_wants(f);
}

/* What is counted into flight, to all sinks; data may be gone afterwards. */
static void
hand_over(struct flow *f, const char *data, size_t len)
{
	if (len == 0)
		return;
	share(f, data, len);
	if (flow_loses(f))
		flow_dropped(f, len, f->hold->error == EAGAIN ? DROP_STUCK : DROP_ERROR,
		    f->hold->error);
	else
		flow_deliver(f, data, len, false);
	if (flow_is_plain(f))
		reader_wake(f);
	if (debug_wants(f))
		debug_output(f, data, len);
}

/* Messages leave flight, but not for the log. */
static void
count_captured(struct flow *f, size_t n)
{
	struct tally t;

	if (n == 0)
		return;
	t = tally_get(f->slot);
	t.captured += n;
	t.flight -= (uint32_t)n;
	tally_commit(f->slot, &t);
}

void
flow_end_run(struct flow *f)
{
	const char *data = NULL;
	size_t len, captured;

	if (f->talk == NULL)
		return;
	talk_end(f, &data, &len, &captured);
	count_captured(f, captured);
	hand_over(f, data, len);
}

void
flow_arrived(struct flow *f, char *data, size_t n)
{
	struct tally t = tally_get(f->slot);
	size_t len = n, captured = 0;
	const char *rest;

	if (flow_strips(f)) {
		len = ansi_strip(&f->ansi, data, n, logger_scratch);
		data = logger_scratch;
	}
	/* What strip_ansi takes away was handled as it should be: written. */
	t.reading = 0;
	t.in += n;
	t.written += n - len;
	t.flight += (uint32_t)len;
	tally_commit(f->slot, &t);
	rest = data;
	if (f->match != NULL)
		match_take(f, data, len);
	if (f->talk != NULL)
		talk_take(f, data, len, &rest, &len, &captured);
	count_captured(f, captured);
	hand_over(f, rest, len);
}

static size_t
through_memory(struct flow *f)
{
	struct tally t;
	char *data;
	ssize_t n = tally_read(f->slot, f->pipe, &data);

	if (n > 0) {
		flow_arrived(f, data, (size_t)n);
		return (size_t)n;
	}
	t = tally_get(f->slot);
	t.reading = 0;
	tally_commit(f->slot, &t);
	if (n == 0)
		ended(f);
	return 0;
}

static size_t
through_splice(struct flow *f)
{
	struct tally t;
	ssize_t n;

	if (sink_ready(f) == -1) {
		flow_failed(f, errno);
		return 0;
	}
	if (!flow_is_plain(f) || !f->file.splice)
		return through_memory(f);
	n = logfile_splice(&f->file, f->pipe, FLOW_BATCH);
	if (n == -1 && errno == EINVAL)
		return through_memory(f);
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		flow_failed(f, errno);
	if (n == 0)
		ended(f);
	if (n <= 0)
		return 0;
	t = tally_get(f->slot);
	t.in += (uint64_t)n;
	t.written += (uint64_t)n;
	t.file_pos = (uint64_t)f->file.pos;
	tally_commit(f->slot, &t);
	flow_worked(f);
	sink_rotate(f);
	reader_wake(f);
	return (size_t)n;
}

size_t
flow_batch(struct flow *f)
{
	bool held = f->hold != NULL && f->hold->pend.len > 0;

	if (f->pipe == -1 || f->eof)
		return 0;
	if (flow_loses(f))
		return through_memory(f);
	if (held && f->hold->error != 0) {
		/* A sink in trouble: bring it the older bytes first. */
		flow_push(f, false);
		if (f->hold != NULL && f->hold->error != 0)
			return 0;
	}
	/* splice holds the pipe for longer than one who writes many lines likes. */
	if (f->sink == SINK_FILE && (f->file.plain || f->file.fd == -1) &&
	    f->file.splice && !flow_reads(f) && !f->polled)
		return through_splice(f);
	return through_memory(f);
}

void
flow_drain(struct flow *f, size_t max)
{
	size_t all = 0, n;

	/* A file that waits for its first byte is not made by looking for one. */
	if (f->sink == SINK_FILE && f->file.ino == 0 && f->pipe != -1 &&
	    !sys->can_read(f->pipe))
		return;
	while (all < max && (n = flow_batch(f)) > 0)
		all += n;
}

static void
grow_pipe(struct flow *f)
{
	static int grown;

	if (++f->busy == BUSY_OFTEN && grown < BIG_PIPES_MAX &&
	    sys->set_pipe_size(f->pipe, BIG_PIPE) != -1)
		grown++;
}

void
flow_stop(struct flow *f)
{
	loop_io_stop(&f->io);
	turn_forget(f);
}

size_t
flow_turn(struct flow *f)
{
	size_t n, all = 0;

	for (int i = 0; i < BATCHES_PER_TURN && (n = flow_batch(f)) > 0; i++) {
		all += n;
		if (n < BUSY_BATCH)
			break;
		if (f->busy < BUSY_OFTEN)
			grow_pipe(f);
	}
	turn_moved(f, all);
	return all;
}

static void
on_readable(struct loop_io *io, int events)
{
	(void)events;
	flow_turn(LOOP_OWNER(io, struct flow, io));
}

void
flow_start(struct flow *f)
{
	if (f->pipe != -1 && !f->eof && !f->polled)
		loop_io_start(&f->io, f->pipe, LOOP_READ, on_readable);
}
