/*
 * The calls of org.supd.Log.  What was written before a call is in its answer: the pipe
 * is drained first.  Faults and offsets are supervisord's.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "log/console.h"
#include "log/flow.h"
#include "log/logger.h"
#include "log/reader.h"
#include "log/talk.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define DRAIN_MAX	(1 << 20)	/* bytes: a flooding program must not hold the answer */

/* Name and channel of a call. */
struct target {
	const char *name;
	const char *channel_name;	/* "stdout" */
	enum channel channel;
};

static int
parse_target(const struct vcall *c, struct target *t, struct err *e)
{
	*t = (struct target){ .name = "", .channel_name = "" };
	if (vcall_string(c, "name", &t->name, e) == -1 ||
	    vcall_string(c, "channel", &t->channel_name, e) == -1)
		return -1;
	if (strcmp(t->channel_name, "main") == 0)
		t->channel = CHANNEL_MAIN;
	else if (strcmp(t->channel_name, "stderr") == 0)
		t->channel = CHANNEL_STDERR;
	else if (strcmp(t->channel_name, "stdout") == 0 || *t->channel_name == '\0')
		t->channel = CHANNEL_STDOUT;
	else
		return err_set(e, FAULT_BAD_ARGUMENTS,
		    "BAD_ARGUMENTS: channel '%s' is not stdout, stderr or main",
		    t->channel_name);
	return 0;
}

static int
bad_name(const struct target *t, struct err *e)
{
	return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", t->name);
}

/*
 * The flow, drained.  NULL with *e untouched: the program is known, but not this
 * channel of it (redirect_stderr); NULL with e set: unknown.
 */
static struct flow *
find(const struct target *t, struct err *e)
{
	struct flow *f = flow_by_name(t->name, t->channel);

	if (f != NULL)
		flow_drain(f, DRAIN_MAX);
	else if (t->channel != CHANNEL_MAIN &&
	    flow_by_name(t->name, CHANNEL_STDOUT) == NULL &&
	    flow_by_name(t->name, CHANNEL_STDERR) == NULL)
		bad_name(t, e);
	return f;
}

static int
no_file(struct err *e, const char *path)
{
	if (path == NULL || *path == '\0')
		return err_set(e, FAULT_NO_FILE, "NO_FILE");
	return err_set(e, FAULT_NO_FILE, "NO_FILE: %s", path);
}

/*
 * Open the log for reading: 1 it is a file, now r->file; 0 it is in memory; -1 and e.
 */
static int
open_log(struct reader *r, struct flow *f, struct err *e)
{
	if (f->sink != SINK_FILE || (f->file.fd != -1 && !f->file.plain) ||
	    (f->file.fd == -1 && f->ring.used > 0))
		return 0;
	if (text_open(r, f) == 0)
		return 1;
	if (errno == EINVAL)
		return 0;
	if (errno == ENOENT || errno == ENOTDIR)
		return no_file(e, f->path);
	return err_set(e, FAULT_FAILED, "FAILED: cannot read '%s': %s", f->path,
	    flow_reason(errno));
}

/* supervisord's readLog: which part of size bytes. */
static int
read_range(int64_t size, int64_t offset, int64_t length, int64_t *from, int64_t *to,
    struct err *e)
{
	if (length < 0 || (offset < 0 && length != 0))
		return err_set(e, FAULT_BAD_ARGUMENTS, "BAD_ARGUMENTS");
	if (offset < 0)
		offset = offset < -size ? 0 : size + offset;
	if (offset > size)
		offset = size;
	if (length == 0 || length > size - offset)
		length = size - offset;
	*from = offset;
	*to = offset + length;
	return 0;
}

static int
check_size(int64_t size, int64_t most, struct err *e)
{
	if (size > most)
		return err_set(e, FAULT_FAILED, "FAILED: %lld bytes are too many for one "
		    "answer, ask for %lld at a time", (long long)size, (long long)most);
	return 0;
}

/* A part of what is kept in memory, by offsets in all that ever came. */
static void
reply_memory(struct reader *r, const struct flow *f, int64_t from, int64_t to)
{
	struct buf text = { 0 };
	int64_t first;

	ring_tail(&f->ring, f->ring.used, &text);
	first = (int64_t)(f->ring.total - text.len);
	if (from < first)
		from = first;
	vreply_begin(&r->out);
	json_key(&r->out, "text");
	json_bytes(&r->out, buf_text(&text) + (from < to ? from - first : 0),
	    from < to ? (size_t)(to - from) : 0);
	buf_release(&text);
}

static int
do_read(struct reader *r, const struct vcall *c, struct err *e)
{
	struct target t;
	struct flow *f;
	int64_t offset = 0, length = 0, most = INT64_MAX, from = 0, to = 0;
	int kind;

	e->code = FAULT_NONE;
	if (parse_target(c, &t, e) == -1 || vcall_int(c, "offset", &offset, e) == -1 ||
	    vcall_int(c, "length", &length, e) == -1 ||
	    vcall_int(c, "most", &most, e) == -1)
		return -1;
	f = find(&t, e);
	if (f == NULL)
		return e->code != FAULT_NONE ? -1 : no_file(e, NULL);
	if (f->sink == SINK_NONE)
		return no_file(e, NULL);
	kind = open_log(r, f, e);
	if (kind == -1)
		return -1;
	if (read_range(kind == 1 ? r->end : (int64_t)f->ring.total, offset, length, &from,
	    &to, e) == -1 || check_size(to - from, most, e) == -1) {
		fd_close(&r->file);
		return -1;
	}
	if (kind == 1) {
		text_begin(r, from, to, "");
	} else {
		reply_memory(r, f, from, to);
		vreply_end(&r->out, false);
	}
	return 0;
}

/* supervisord's tailLog never fails for a missing log. */
static int
do_tail(struct reader *r, const struct vcall *c, struct err *e)
{
	struct target t;
	struct flow *f;
	int64_t bytes = 0, size, from;
	char tail[80];
	int kind;

	e->code = FAULT_NONE;
	if (parse_target(c, &t, e) == -1 || vcall_int(c, "bytes", &bytes, e) == -1)
		return -1;
	if (bytes < 0)
		return err_set(e, FAULT_BAD_ARGUMENTS, "BAD_ARGUMENTS");
	f = find(&t, e);
	if (f == NULL && e->code != FAULT_NONE)
		return -1;
	kind = f != NULL ? open_log(r, f, e) : -1;
	if (kind == -1) {
		buf_adds(&r->out, "{\"parameters\":{\"text\":\"\",\"offset\":0,"
		    "\"overflow\":false}}");
		buf_addc(&r->out, '\0');
		return 0;
	}
	size = kind == 1 ? r->end : (int64_t)f->ring.total;
	from = size > bytes ? size - bytes : 0;
	snprintf(tail, sizeof(tail), ",\"offset\":%lld,\"overflow\":%s", (long long)size,
	    size > bytes ? "true" : "false");
	if (kind == 1) {
		text_begin(r, from, size, tail);
	} else {
		reply_memory(r, f, from, size);
		buf_adds(&r->out, tail);
		vreply_end(&r->out, false);
	}
	return 0;
}

static int
do_follow(struct reader *r, const struct vcall *c, struct err *e)
{
	struct target t;
	struct flow *f;
	int64_t bytes = 0;
	int kind;

	e->code = FAULT_NONE;
	if (parse_target(c, &t, e) == -1 || vcall_int(c, "bytes", &bytes, e) == -1)
		return -1;
	if (!c->more) {
		vreply_error(&r->out, "org.varlink.service.ExpectedMore", NULL, NULL);
		return 0;
	}
	f = find(&t, e);
	if (f == NULL)
		return e->code != FAULT_NONE ? -1 : no_file(e, NULL);
	kind = open_log(r, f, e);
	if (kind == -1)
		return -1;
	if (bytes < 0)
		bytes = 0;
	if (kind == 1) {
		r->at = r->end > bytes ? r->end - bytes : 0;
		/* An empty first reply: the call is accepted. */
		vreply_begin(&r->out);
		json_kstr(&r->out, "text", "");
	} else {
		reply_memory(r, f, (int64_t)f->ring.total - bytes,
		    (int64_t)f->ring.total);
	}
	vreply_end(&r->out, true);
	r->flow = f;
	r->ncut = 0;
	r->state = READER_FOLLOWS;
	LIST_INSERT_HEAD(&f->readers, r, flow_link);
	return 0;
}

/* supervisord's first line in a cleared main log. */
__attribute__((format(printf, 2, 3))) static void
greet(struct flow *f, const char *fmt, ...)
{
	char line[128];
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	len = log_format(line, sizeof(line), LOG_INFO, fmt, ap);
	va_end(ap);
	logfile_mark(&f->file, line, len);
}

static int
clear(struct flow *f, const struct target *t, struct err *e)
{
	if (f->sink == SINK_NONE) {
		ring_clear(&f->ring);
		return 0;
	}
	if (f->file.ino == 0 && f->sink == SINK_FILE)
		return 0;	/* never opened: nothing of ours is in it */
	if (f->sink == SINK_CONSOLE || (f->file.fd != -1 && !f->file.plain))
		return err_set(e, FAULT_FAILED, "FAILED: %s: '%s' is not a regular file",
		    t->name, f->path);
	if (logfile_clear(&f->file) == -1)
		return err_set(e, FAULT_FAILED, "FAILED: %s: cannot clear '%s': %s", t->name,
		    f->path, flow_reason(errno));
	if (f->channel == CHANNEL_MAIN)
		greet(f, "reopening log file");
	reader_wake(f);
	return 0;
}

/* The channel that t says, or both. */
static int
clear_target(const struct target *t, struct err *e)
{
	bool one = *t->channel_name != '\0';
	struct flow *f;

	e->code = FAULT_NONE;
	f = find(t, e);
	if (f == NULL && e->code != FAULT_NONE)
		return -1;
	if (f == NULL && one)
		return no_file(e, NULL);
	if (f != NULL && clear(f, t, e) == -1)
		return -1;
	f = !one ? flow_by_name(t->name, CHANNEL_STDERR) : NULL;
	if (f == NULL)
		return 0;
	flow_drain(f, DRAIN_MAX);
	return clear(f, t, e);
}

static int
do_clear(struct reader *r, const struct vcall *c, struct err *e)
{
	struct target t;

	if (parse_target(c, &t, e) == -1 || clear_target(&t, e) == -1)
		return -1;
	vreply_begin(&r->out);
	vreply_end(&r->out, false);
	return 0;
}

/* "group:name" and "name" as the two words of a result. */
static void
put_words(struct buf *b, const char *name)
{
	const char *colon = strchr(name, ':');

	json_kstr(b, "name", colon != NULL ? colon + 1 : name);
	json_key(b, "group");
	json_bytes(b, name, colon != NULL ? (size_t)(colon - name) : strlen(name));
}

static int
do_clear_each(struct reader *r, const struct vcall *c, struct err *e)
{
	yyjson_val *names, *name;
	size_t i, n;

	if (vcall_strings(c, "names", &names, e) == -1)
		return -1;
	vreply_begin(&r->out);
	json_key(&r->out, "results");
	json_open(&r->out, '[');
	yyjson_arr_foreach(names, i, n, name) {
		struct target t = { .name = yyjson_get_str(name), .channel_name = "" };
		bool done = clear_target(&t, e) == 0;

		json_open(&r->out, '{');
		put_words(&r->out, t.name);
		json_kint(&r->out, "status", done ? FAULT_SUCCESS : (int64_t)e->code);
		json_kstr(&r->out, "description", done ? "OK" : e->msg);
		json_close(&r->out, '}');
	}
	json_close(&r->out, ']');
	vreply_end(&r->out, false);
	return 0;
}

static void
put_stats(struct buf *b, const struct flow *f)
{
	static const char *const sinks[] = { "none", "file", "console" };
	struct tally t = tally_get(f->slot);
	bool plain = f->sink != SINK_FILE || f->file.plain || f->file.fd == -1;

	json_open(b, '{');
	json_kstr(b, "name", f->name);
	json_kstr(b, "group", f->group);
	json_kstr(b, "channel", flow_channel_name(f));
	json_kint(b, "in_bytes", (int64_t)t.in);
	json_kint(b, "written_bytes", (int64_t)t.written);
	json_kint(b, "dropped_bytes", (int64_t)(t.dropped[DROP_STUCK] +
	    t.dropped[DROP_ERROR] + t.dropped[DROP_POLICY]));
	json_kint(b, "captured_bytes", (int64_t)t.captured);
	json_kint(b, "flight_bytes", (int64_t)t.flight);
	json_kint(b, "dropped_stuck", (int64_t)t.dropped[DROP_STUCK]);
	json_kint(b, "dropped_error", (int64_t)t.dropped[DROP_ERROR]);
	json_kint(b, "dropped_policy", (int64_t)t.dropped[DROP_POLICY]);
	json_kint(b, "unknown_gaps", (int64_t)t.gaps);
	json_kint(b, "rotations", (int64_t)t.rotations);
	json_kint(b, "events_lost", (int64_t)talk_lost(f));
	json_kstr(b, "error", f->hold != NULL && f->hold->error != 0 ?
	    flow_reason(f->hold->error) : "");
	json_kstr(b, "sink", plain ? sinks[f->sink] : "stream");
	json_close(b, '}');
}

/* Do the names, where given, include f? */
static bool
is_wanted(yyjson_val *names, const struct flow *f)
{
	yyjson_val *name;
	size_t i, n;

	if (names == NULL)
		return true;
	yyjson_arr_foreach(names, i, n, name)
		if (flow_is_named(f, yyjson_get_str(name)))
			return true;
	return false;
}

static int
do_stats(struct reader *r, const struct vcall *c, struct err *e)
{
	yyjson_val *names, *name;
	struct flow **all;
	size_t n, i, count;

	if (vcall_strings(c, "names", &names, e) == -1)
		return -1;
	yyjson_arr_foreach(names, i, count, name)
		if (flow_by_name(yyjson_get_str(name), CHANNEL_STDOUT) == NULL &&
		    flow_by_name(yyjson_get_str(name), CHANNEL_STDERR) == NULL)
			return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s",
			    yyjson_get_str(name));
	all = flow_all(&n);
	vreply_begin(&r->out);
	json_key(&r->out, "streams");
	json_open(&r->out, '[');
	for (i = 0; i < n; i++)
		if (is_wanted(names, all[i])) {
			flow_drain(all[i], DRAIN_MAX);
			put_stats(&r->out, all[i]);
		}
	json_close(&r->out, ']');
	vreply_end(&r->out, false);
	return 0;
}

static const struct {
	const char *name;
	int	(*fn)(struct reader *r, const struct vcall *c, struct err *e);
} methods[] = {
	{ LOG_INTERFACE ".Read", do_read },
	{ LOG_INTERFACE ".Tail", do_tail },
	{ LOG_INTERFACE ".Follow", do_follow },
	{ LOG_INTERFACE ".Clear", do_clear },
	{ LOG_INTERFACE ".ClearEach", do_clear_each },
	{ LOG_INTERFACE ".GetStats", do_stats },
};

static void
dispatch(struct reader *r, const struct vcall *c)
{
	struct err e;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(c->method, methods[i].name) != 0)
			continue;
		if (logger.closed)
			err_set(&e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
		if (logger.closed || methods[i].fn(r, c, &e) == -1)
			vreply_fault(&r->out, LOG_INTERFACE, &e);
		return;
	}
	vreply_error(&r->out, "org.varlink.service.MethodNotFound", "method", c->method);
}

bool
reader_call(struct reader *r, const char *frame, size_t len)
{
	struct vcall c;
	struct err e;

	if (vcall_parse(&c, frame, len, &e) == -1)
		return false;
	if (strncmp(c.method, LOG_INTERFACE ".", sizeof(LOG_INTERFACE)) != 0) {
		vcall_release(&c);
		return false;
	}
	/* Without a reply only Clear and ClearEach do anything. */
	if (!c.oneway || strncmp(c.method, LOG_INTERFACE ".Clear", strlen(LOG_INTERFACE) + 6) == 0)
		dispatch(r, &c);
	if (c.oneway)
		buf_clear(&r->out);
	vcall_release(&c);
	return true;
}
