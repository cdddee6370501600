/*
 * fg: a process as if it ran here.  Its two logs are followed, what is typed goes
 * to its stdin, and its events tell when it ends.  A call that streams occupies
 * its connection, so there is one for each; input takes the session's own.
 */
#include "cli/ctl.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define FIRST_BYTES	1024	/* of each log, printed at the start: as tail -f */
#define QUIET_MS	200	/* no output for so long after the end: that was all */

enum { FROM_STDOUT, FROM_STDERR, FROM_EVENTS, STREAMS };

struct fg {
	struct ctl *c;
	const char *name;	/* as given */
	struct client streams[STREAMS];
	bool	 open[STREAMS];
	bool	 ended;		/* the process, or the supervisor */
	bool	 left;		/* we: Ctrl-C or end of input */
};

static bool
is_running(struct ctl *c, char *name)
{
	yyjson_val *row;
	struct buf b = { 0 };
	struct reply r;
	struct err e;
	bool running = false;

	json_open(&b, '{');
	params_names(&b, "names", &name, 1);
	json_close(&b, '}');
	if (ctl_call(c, CONTROL_INTERFACE ".Status", buf_text(&b), &r, &e) == -1) {
		say_error(c, &e);
		buf_release(&b);
		return false;
	}
	row = yyjson_arr_get_first(yyjson_obj_get(r.params, "processes"));
	if (row == NULL || spec_of(name).name == NULL)
		say_failed(c, EXIT_GENERIC, "ERROR: bad process name supplied");
	else if (strcmp(reply_str(row, "statename"), "RUNNING") != 0)
		say_failed(c, EXIT_GENERIC, "ERROR: process not running");
	else
		running = true;
	reply_release(&r);
	buf_release(&b);
	return running;
}

static int
open_stream(struct fg *f, int i, const char *method, const char *params, struct err *e)
{
	f->open[i] = ctl_twin(f->c, &f->streams[i], e) == 0 &&
	    client_send(&f->streams[i], method, params, true, e) == 0;
	return f->open[i] ? 0 : -1;
}

static int
open_log(struct fg *f, int i, const char *channel, struct err *e)
{
	struct buf b = { 0 };
	int rc;

	json_open(&b, '{');
	json_kstr(&b, "name", f->name);
	json_kstr(&b, "channel", channel);
	json_kint(&b, "bytes", FIRST_BYTES);
	json_close(&b, '}');
	rc = open_stream(f, i, LOG_INTERFACE ".Follow", buf_text(&b), e);
	buf_release(&b);
	return rc;
}

/* Is it an event that ends our process?  payload: "processname:x groupname:y ..." */
static bool
is_end(const struct fg *f, yyjson_val *params)
{
	const char *event = reply_str(params, "event");
	struct spec s = spec_of(f->name);
	struct buf want = { 0 };
	bool ours;

	if (strcmp(event, "PROCESS_STATE_EXITED") != 0 &&
	    strcmp(event, "PROCESS_STATE_STOPPED") != 0 &&
	    strcmp(event, "PROCESS_STATE_BACKOFF") != 0 &&
	    strcmp(event, "PROCESS_STATE_FATAL") != 0)
		return false;
	buf_addf(&want, "processname:%s groupname:%.*s ", s.name, (int)s.group_len, s.group);
	ours = strncmp(reply_str(params, "payload"), buf_text(&want), want.len) == 0;
	buf_release(&want);
	return ours;
}

static void
on_reply(struct fg *f, int i, yyjson_val *params)
{
	yyjson_val *text = yyjson_obj_get(params, "text");

	if (i == FROM_EVENTS) {
		f->ended |= is_end(f, params);
		return;
	}
	fwrite(reply_str(params, "text"), 1, yyjson_get_len(text), stdout);
	fflush(stdout);
}

/* A log that cannot be followed (there is none) is left out; lost events end us. */
static void
take(struct fg *f, int i)
{
	struct client *s = &f->streams[i];
	struct reply r;
	struct err e;
	int got;

	got = client_fill(s, &e);
	while (got != -1 && (got = client_next(s, &r, &e)) == 1) {
		on_reply(f, i, r.params);
		reply_release(&r);
	}
	if (got == -1) {
		f->open[i] = false;
		if (i == FROM_EVENTS)
			f->ended = true;
	}
}

static void
type(struct fg *f)
{
	char data[4096];
	ssize_t n = read(STDIN_FILENO, data, sizeof(data));
	struct buf b = { 0 };
	struct reply r;
	struct err e;

	if (n == -1 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		f->left = true;
		return;
	}
	json_open(&b, '{');
	json_kstr(&b, "name", f->name);
	json_key(&b, "chars");
	json_bytes(&b, data, (size_t)n);
	json_close(&b, '}');
	if (ctl_call(f->c, CONTROL_INTERFACE ".SendStdin", buf_text(&b), &r, &e) == 0)
		reply_release(&r);
	else if (f->c->client.fail == CLIENT_FAULT && e.code != FAULT_NOT_RUNNING)
		say_error(f->c, &e);	/* e.g. its stdin is closed; output goes on */
	else
		f->ended = true;
	buf_release(&b);
}

/* Wait and serve; timeout as in poll.  Returns whether there was anything. */
static bool
turn(struct fg *f, bool typing, int timeout_ms)
{
	struct pollfd p[STREAMS + 1] = { 0 };
	bool ready[STREAMS], any = false;
	struct timespec ts;
	int n;

	for (int i = 0; i < STREAMS; i++) {
		p[i].fd = f->open[i] ? client_fd(&f->streams[i]) : -1;
		p[i].events = POLLIN;
		ready[i] = f->open[i] && p[i].fd == -1;
		any |= ready[i];
	}
	p[STREAMS].fd = typing ? STDIN_FILENO : -1;
	p[STREAMS].events = POLLIN;
	ts = (struct timespec){ .tv_nsec = any ? 0 : (long)timeout_ms * 1000000 };
	n = ppoll(p, STREAMS + 1, !any && timeout_ms < 0 ? NULL : &ts,
	    &f->c->client.wait_mask);
	for (int i = 0; i < STREAMS; i++)
		if (ready[i] || (n > 0 && p[i].revents != 0))
			take(f, i);
	if (n > 0 && p[STREAMS].revents != 0)
		type(f);
	return any || n > 0;
}

static void
run(struct fg *f)
{
	struct err e;

	if (open_stream(f, FROM_EVENTS, CONTROL_INTERFACE ".Subscribe",
	    "{\"types\":[\"PROCESS_STATE\"]}", &e) == -1 ||
	    open_log(f, FROM_STDOUT, "stdout", &e) == -1 ||
	    open_log(f, FROM_STDERR, "stderr", &e) == -1) {
		say_failed(f->c, EXIT_GENERIC, "error: %s", e.msg);
		return;
	}
	say("==> Press Ctrl-C to exit <==");
	while (!f->ended && !f->left && !ctl_stop_asked())
		turn(f, true, -1);
	if (f->ended) {
		while (turn(f, false, QUIET_MS))	/* its last words */
			;
		say("Process got killed");
	}
	say("Exiting foreground");
}

void
cmd_fg(struct ctl *c, struct words *w)
{
	struct fg f = { .c = c };
	bool was;

	if (w->n != 1) {
		say_failed(c, EXIT_GENERIC, w->n == 0 ? "ERROR: no process name supplied" :
		    "ERROR: too many process names supplied");
		if (w->n == 0)
			command_usage("fg");
		return;
	}
	if (!is_running(c, w->v[0]))
		return;
	f.name = w->v[0];
	for (int i = 0; i < STREAMS; i++)
		f.streams[i].fd = -1;
	was = ctl_interruptible(c);
	run(&f);
	ctl_interrupted();
	if (!was)
		ctl_uninterruptible(c);
	for (int i = 0; i < STREAMS; i++)
		client_release(&f.streams[i]);
}
