/*
 * What a path means, and writing to it.  Every byte of a program that a sink takes is
 * counted here, except those that move.c splices.
 */
#include "log/sink.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log/console.h"
#include "log/corelink.h"
#include "log/flow.h"
#include "log/logger.h"

void
sink_count(const struct flow *f, struct tally *t)
{
	t->file_pos = flow_is_plain(f) ? (uint64_t)f->file.pos : 0;
	t->file_ino = flow_is_plain(f) ? (uint64_t)f->file.ino : 0;
}

/* The file is not as the last commit says: others wrote to it, or it is a new one. */
static void
count_position(struct flow *f)
{
	struct tally t = tally_get(f->slot), old = t;

	sink_count(f, &t);
	if (t.file_pos != old.file_pos || t.file_ino != old.file_ino)
		tally_commit(f->slot, &t);
}

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
	if (f->file.plain) {
		ring_clear(&f->ring);	/* from here on the file is what is read */
		return 0;
	}
	f->console = console_same(f->file.dev, f->file.ino);
	if (f->console != NULL) {
		logfile_close(&f->file);
		f->sink = SINK_CONSOLE;
	}
	return 0;
}

void
flow_open_sink(struct flow *f, bool now)
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
	} else if (now && open_file(f) == -1) {
		flow_trouble(f, errno);
	}
}

static int
mark_text(char *text, size_t size, const struct tally *t)
{
	return snprintf(text, size, LOGFILE_MARK "%llu bytes dropped: %s ---\n",
	    (unsigned long long)t->unmarked, flow_reason((int)t->unmarked_why));
}

/* Announced first: a logger after us must not take it for output. */
static int
mark_file(struct flow *f, const char *line, size_t len)
{
	struct tally t = tally_get(f->slot);
	char text[256];
	int error;

	len = logfile_mark_text(&f->file, line, len, text, sizeof(text));
	if (!f->file.plain)
		return logfile_mark(&f->file, text, len);
	t.marking = (uint32_t)len;
	tally_commit(f->slot, &t);
	tally_begin(f->slot);
	if (logfile_mark(&f->file, text, len) == 0)
		return 0;
	error = errno;
	t.marking = 0;
	tally_commit(f->slot, &t);
	errno = error;
	return -1;
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
		return mark_file(f, text, len);
	memcpy(line + 1, text, len);
	if (mark_file(f, line, len + 1) == -1)
		return -1;
	f->inside_line = false;
	return 0;
}

void
sink_marked(struct tally *t)
{
	if (t->gap)
		t->gap = 0;
	else
		t->unmarked = 0;
	t->marking = 0;
}

/* Say in the log itself what is missing in this place.  0, or -1 with errno. */
static int
mark_gaps(struct flow *f)
{
	struct tally t;
	char text[128];
	int len;

	for (t = tally_get(f->slot); t.gap || t.unmarked > 0; t = tally_get(f->slot)) {
		len = t.gap ? snprintf(text, sizeof(text), LOGFILE_MARK "logger restarted, up "
		    "to %d bytes may be missing here ---\n", FLOW_BATCH) :
		    mark_text(text, sizeof(text), &t);
		if (put_mark(f, text, (size_t)len) == -1)
			return -1;
		t = tally_get(f->slot);
		sink_marked(&t);
		sink_count(f, &t);
		tally_commit(f->slot, &t);
	}
	return 0;
}

int
sink_ready(struct flow *f)
{
	if (f->sink == SINK_FILE) {
		if (f->file.fd == -1 ? open_file(f) == -1 : logfile_ready(&f->file) == -1)
			return -1;
		count_position(f);
	}
	/* Older bytes that are still held come before the gap. */
	if (f->hold == NULL || f->hold->pend.len == 0 || f->gap_first) {
		if (mark_gaps(f) == -1)
			return -1;
		f->gap_first = false;
	}
	tally_begin(f->slot);
	return 0;
}

void
sink_rotate(struct flow *f)
{
	int done = logfile_rotate(&f->file, f->maxbytes, f->backups);

	if (done == 1) {
		struct tally t = tally_get(f->slot);

		t.rotations++;
		sink_count(f, &t);
		tally_commit(f->slot, &t);
	} else if (done == -1 && !f->rotate_told) {
		f->rotate_told = true;
		corelink_event(f, "cannot rotate '%s': %s", f->path, flow_reason(errno));
	}
}

size_t
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
		sink_rotate(f);
		break;
	}
	errno = error;
	return done;
}
