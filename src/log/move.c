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
#include "log/logger.h"
#include "log/reader.h"
#include "log/syslog.h"

#define BATCHES_PER_TURN 16	/* one flooding program must not starve the others */

/* ---- counting ---- */

static void
count_file(const struct flow *f, struct tally *t)
{
	t->file_pos = flow_is_plain(f) ? (uint64_t)f->file.pos : 0;
	t->file_ino = flow_is_plain(f) ? (uint64_t)f->file.ino : 0;
}

void
flow_wrote(struct flow *f, size_t n)
{
	struct tally t = tally_get(f->slot);

	t.written += n;
	t.flight -= (uint32_t)n;
	count_file(f, &t);
	tally_commit(f->slot, &t);
}

void
flow_dropped(struct flow *f, size_t n, enum drop reason, int error)
{
	struct tally t = tally_get(f->slot);

	t.flight -= (uint32_t)n;
	t.dropped[reason] += n;
	t.unmarked += n;
	t.unmarked_why = (uint32_t)error;
	tally_commit(f->slot, &t);
}

/* The file is not as the last commit says: others wrote to it, or it is a new one. */
static void
count_position(struct flow *f)
{
	struct tally t = tally_get(f->slot), old = t;

	count_file(f, &t);
	if (t.file_pos != old.file_pos || t.file_ino != old.file_ino)
		tally_commit(f->slot, &t);
}

/* ---- the sink ---- */

bool
flow_is_plain(const struct flow *f)
{
	return f->sink == SINK_FILE && f->file.plain;
}

/* 1 or 2 for the names of our own stdout and stderr, 0 for another path, -1: refused. */
static int
own_fd(const char *path)
{
	static const char *const dirs[] = { "/dev/fd/", "/proc/self/fd/" };

	if (strcmp(path, "/dev/stdout") == 0)
		return 1;
	if (strcmp(path, "/dev/stderr") == 0)
		return 2;
	for (size_t i = 0; i < 2; i++) {
		size_t len = strlen(dirs[i]);

		if (strncmp(path, dirs[i], len) != 0)
			continue;
		if ((path[len] == '1' || path[len] == '2') && path[len + 1] == '\0')
			return path[len] - '0';
		return -1;	/* the supervisor's, not ours */
	}
	return 0;
}

/* Open the file; a name for our own stdout (a link to it) is the console. */
static int
open_file(struct flow *f)
{
	if (own_fd(f->path) == -1) {
		errno = EBADF;
		return -1;
	}
	if (logfile_open(&f->file) == -1)
		return -1;
	if (f->file.plain)
		return 0;
	f->console = console_same(f->file.dev, f->file.ino);
	if (f->console != NULL) {
		logfile_close(&f->file);
		f->sink = SINK_CONSOLE;
	}
	return 0;
}

void
flow_open_sink(struct flow *f)
{
	int own = own_fd(f->path);

	if (f->hold != NULL)
		loop_io_stop(&f->hold->writable);
	console_forget(f->console, f);
	f->console = NULL;
	f->sink = SINK_FILE;
	if (f->path[0] == '\0') {
		f->sink = SINK_NONE;
	} else if (own > 0) {
		f->console = console_at(own);
		f->sink = SINK_CONSOLE;
	} else if (open_file(f) == -1) {
		flow_trouble(f, errno);
	}
}

static size_t
mark_text(char *text, size_t size, const struct tally *t)
{
	return (size_t)snprintf(text, size, "--- supd: %llu bytes dropped: %s ---\n",
	    (unsigned long long)t->unmarked, flow_reason((int)t->unmarked_why));
}

static int
put_mark(struct flow *f, const char *text, size_t len)
{
	char line[160] = "\n";

	switch ((enum sink)f->sink) {
	case SINK_NONE:
		ring_add(&f->ring, text, len, logger.ring_max);
		return 0;
	case SINK_CONSOLE:
		if (console_mark(f->console, f, text, len))
			return 0;
		errno = console_busy(f->console);
		return -1;
	case SINK_FILE:
		break;
	}
	if (f->file.plain || !f->inside_line)
		return logfile_mark(&f->file, text, len);
	memcpy(line + 1, text, len);
	if (logfile_mark(&f->file, line, len + 1) == -1)
		return -1;
	f->inside_line = false;
	return 0;
}

/* Say in the log itself what is missing in this place.  0, or -1 with errno. */
static int
mark_gaps(struct flow *f)
{
	struct tally t = tally_get(f->slot);
	char text[128];

	if (f->gap) {
		size_t len = (size_t)snprintf(text, sizeof(text), "--- supd: logger "
		    "restarted, up to %d bytes may be missing here ---\n", FLOW_BATCH);

		if (put_mark(f, text, len) == -1)
			return -1;
		f->gap = false;
	}
	if (t.unmarked > 0) {
		if (put_mark(f, text, mark_text(text, sizeof(text), &t)) == -1)
			return -1;
		t.unmarked = 0;
		count_file(f, &t);
		tally_commit(f->slot, &t);
	}
	return 0;
}

/* Ready for the next byte of the program?  0, or -1 with errno. */
static int
sink_ready(struct flow *f)
{
	if (f->sink == SINK_FILE) {
		if (f->file.fd == -1 ? open_file(f) == -1 : logfile_ready(&f->file) == -1)
			return -1;
		count_position(f);
	}
	/* Older bytes that are still held come before the gap. */
	if (f->hold != NULL && f->hold->pend.len > 0)
		return 0;
	return mark_gaps(f);
}

static void
rotate(struct flow *f)
{
	int done = logfile_rotate(&f->file, f->maxbytes, f->backups);

	if (done == 1) {
		struct tally t = tally_get(f->slot);

		t.rotations++;
		count_file(f, &t);
		tally_commit(f->slot, &t);
	} else if (done == -1 && !f->rotate_told) {
		f->rotate_told = true;
		corelink_event(f, "cannot rotate '%s': %s", f->path, flow_reason(errno));
	}
}

/*
 * Hand data to the primary sink.  Returns the bytes taken; errno tells why not all
 * were: 0 for a line that has not ended.
 */
static size_t
sink_take(struct flow *f, const char *data, size_t len, bool flush)
{
	size_t done = len;
	int error = 0;

	if (sink_ready(f) == -1)
		return 0;
	switch ((enum sink)f->sink) {
	case SINK_NONE:
		flow_wrote(f, len);
		break;
	case SINK_CONSOLE:
		done = console_take(f->console, f, data, len, flush);
		error = console_busy(f->console);
		break;
	case SINK_FILE:
		done = logfile_write(&f->file, data, len);
		error = done < len ? errno : 0;
		if (done > 0 && !f->file.plain)
			f->inside_line = data[done - 1] != '\n';
		flow_wrote(f, done);
		rotate(f);
		break;
	}
	errno = error;
	return done;
}

/* Keep what the sink left; what finds no memory is dropped and counted. */
static void
keep(struct flow *f, const char *data, size_t len)
{
	struct hold *h = flow_hold(f);

	if (h != NULL && buf_reserve(&h->pend, len) == 0) {
		buf_add(&h->pend, data, len);
		return;
	}
	if (h != NULL)
		h->pend.failed = false;
	flow_dropped(f, len, DROP_ERROR, ENOMEM);
}

/* To the primary sink, in order after what is held. */
static void
deliver(struct flow *f, const char *data, size_t len, bool flush)
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
		deliver(f, NULL, 0, flush);
}

/* ---- out of the pipe ---- */

static void
ended(struct flow *f)
{
	char esc;

	f->eof = true;
	loop_io_stop(&f->io);
	if (ansi_end(&f->ansi, &esc) == 1) {
		struct tally t = tally_get(f->slot);

		t.written--;	/* it was counted there with the rest of a sequence */
		t.flight++;
		tally_commit(f->slot, &t);
		deliver(f, &esc, 1, true);
	}
	syslog_end(f);
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
	if (f->copy)
		console_copy(data, len);
}

static bool
strips(const struct flow *f)
{
	return logger.strip_ansi && f->channel != CHANNEL_MAIN;
}

/* A batch has come into the stage: count it, hand it out. */
static void
arrived(struct flow *f, char *data, size_t n)
{
	struct tally t = tally_get(f->slot);
	size_t len = n;

	if (strips(f)) {
		len = ansi_strip(&f->ansi, data, n, logger_scratch);
		data = logger_scratch;
	}
	/* What strip_ansi takes away was handled as it should be: written. */
	t.reading = 0;
	t.in += n;
	t.written += n - len;
	t.flight += (uint32_t)len;
	tally_commit(f->slot, &t);
	share(f, data, len);
	if (flow_loses(f))
		flow_dropped(f, len, f->hold->error == EAGAIN ? DROP_STUCK : DROP_ERROR,
		    f->hold->error);
	else
		deliver(f, data, len, false);
	if (flow_is_plain(f))
		reader_wake(f);
}

static size_t
through_memory(struct flow *f)
{
	struct tally t;
	char *data;
	ssize_t n = tally_read(f->slot, f->pipe, &data);

	if (n > 0) {
		arrived(f, data, (size_t)n);
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
	rotate(f);
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
	if (f->sink == SINK_FILE && (f->file.plain || f->file.fd == -1) &&
	    f->file.splice && !f->syslog && !f->copy && !strips(f))
		return through_splice(f);
	return through_memory(f);
}

void
flow_drain(struct flow *f, size_t max)
{
	size_t all = 0, n;

	while (all < max && (n = flow_batch(f)) > 0)
		all += n;
}

static void
on_readable(struct loop_io *io, int events)
{
	struct flow *f = LOOP_OWNER(io, struct flow, io);
	size_t n, most = 0;

	(void)events;
	for (int i = 0; i < BATCHES_PER_TURN && (n = flow_batch(f)) > 0; i++) {
		if (n > most)
			most = n;
		if (n < FLOW_BATCH)
			break;
	}
	logger_moved(most);
}

void
flow_start(struct flow *f)
{
	if (f->pipe != -1 && !f->eof)
		loop_io_start(&f->io, f->pipe, LOOP_READ, on_readable);
}

/* ---- after a killed logger ---- */

/* How much of what is not counted as written is in the plain file. */
static uint64_t
grown(const struct flow *f, const struct tally *t)
{
	uint64_t pos = (uint64_t)f->file.pos;

	if (!flow_is_plain(f) || t->file_ino != f->file.ino || pos <= t->file_pos)
		return 0;
	/* More than one batch: somebody else wrote. */
	return pos - t->file_pos <= FLOW_BATCH ? pos - t->file_pos : 0;
}

/*
 * t->flight bytes were in the memory of the dead.  The last of them may be in the
 * stage; returns how many of these can go to the sink now.
 */
static size_t
rescue(struct flow *f, struct tally *t, size_t len)
{
	uint64_t there = grown(f, t), lost;
	size_t again;

	if (there > t->flight)
		there = t->flight;
	t->written += there;
	lost = t->flight - there;
	/* A console or FIFO may have them already: rather lose than repeat. */
	if (!flow_is_plain(f))
		len = 0;
	again = lost < len ? (size_t)lost : len;
	lost -= again;
	t->dropped[DROP_ERROR] += lost;
	t->flight = (uint32_t)again;
	if (lost > 0) {
		t->unmarked += lost;
		t->unmarked_why = EOWNERDEAD;
	}
	if (lost > 0 && !flow_is_plain(f))
		t->gaps++;
	return again;
}

void
flow_take_over(struct flow *f)
{
	struct tally t = tally_get(f->slot);
	uint64_t moved = t.flight == 0 && !t.reading ? grown(f, &t) : 0;
	bool uncounted = t.reading != 0;
	size_t len, again = 0;
	char *data;

	len = tally_left(f->slot, &data);
	t.in += moved;
	t.written += moved;
	if (len > 0 && !uncounted && strips(f)) {
		len = ansi_strip(&f->ansi, data, len, logger_scratch);
		data = logger_scratch;
	}
	if (t.flight > 0)
		again = rescue(f, &t, uncounted ? 0 : len);
	if (uncounted && tally_left_unknown()) {
		t.gaps++;
		f->gap = true;
	}
	/* Uncounted bytes stay so until arrived() counts them: we may be killed here. */
	t.reading = uncounted && len > 0;
	count_file(f, &t);
	tally_commit(f->slot, &t);
	if (len == 0)
		return;
	if (uncounted)
		arrived(f, data, len);
	else if (again > 0)
		deliver(f, data + len - again, again, false);
	tally_forget_left();
}
