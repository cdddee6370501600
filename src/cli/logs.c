/*
 * tail, maintail, clear and log-stats: calls of the logger, which the control
 * server passes on.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define TAIL_BYTES	1600	/* of tail, */
#define FOLLOW_BYTES	1024	/* and before what tail -f waits for: as supervisorctl */

/* What tail and maintail were asked for. */
struct tail {
	bool	 follow;
	int64_t	 bytes;
	const char *name;	/* "": the main log */
	const char *channel;
	const char *title;	/* in front of errors */
};

/* "-f" or "-N"; false: it is neither. */
static bool
parse_modifier(const char *word, struct tail *t)
{
	char *end;
	long n;

	if (strcmp(word, "-f") == 0) {
		t->follow = true;
		t->bytes = FOLLOW_BYTES;
		return true;
	}
	if (word[1] < '0' || word[1] > '9')
		return false;
	n = strtol(word + 1, &end, 10);
	t->bytes = n;
	return *end == '\0';
}

static void
tail_params(struct buf *b, const struct tail *t)
{
	json_open(b, '{');
	json_kstr(b, "name", t->name);
	json_kstr(b, "channel", t->channel);
	json_kint(b, "bytes", t->bytes);
	json_close(b, '}');
}

static void
say_tail_error(struct ctl *c, const struct tail *t, const struct err *e)
{
	const char *text = "unknown error reading log";

	if (c->client.fail != CLIENT_FAULT || e->code == FAULT_SHUTDOWN_STATE) {
		say_error(c, e);
		return;
	}
	if (e->code == FAULT_NO_FILE)
		text = "no log file";
	else if (e->code == FAULT_BAD_NAME)
		text = "no such process name";
	say_failed(c, EXIT_GENERIC, "%s: ERROR (%s)", t->title, text);
}

/* arg: a bool that is set while the last line has no end; or NULL. */
static int
on_text(yyjson_val *params, void *arg)
{
	const char *text = reply_str(params, "text");
	size_t n = yyjson_get_len(yyjson_obj_get(params, "text"));

	fwrite(text, 1, n, stdout);
	fflush(stdout);
	if (arg != NULL && n > 0)
		*(bool *)arg = text[n - 1] != '\n';
	return ferror(stdout);
}

/*
 * The last bytes as supervisorctl asks for them.  What is kept in no file may still
 * be in the logger's memory.
 */
static int
read_end(struct ctl *c, const struct tail *t, struct reply *r, struct err *e)
{
	struct buf b = { 0 };
	struct err ignored;
	int rc;

	json_open(&b, '{');
	json_kstr(&b, "name", t->name);
	json_kstr(&b, "channel", t->channel);
	json_kint(&b, "offset", -t->bytes);
	json_kint(&b, "length", 0);
	json_close(&b, '}');
	rc = ctl_call(c, LOG_INTERFACE ".Read", buf_text(&b), r, e);
	if (rc == -1 && c->client.fail == CLIENT_FAULT && e->code == FAULT_NO_FILE) {
		buf_clear(&b);
		tail_params(&b, t);
		rc = ctl_call(c, LOG_INTERFACE ".Tail", buf_text(&b), r, &ignored);
		if (rc == 0 && reply_str(r->params, "text")[0] == '\0') {
			reply_release(r);
			c->client.fail = CLIENT_FAULT;	/* e: there is no file */
			rc = -1;
		}
	}
	buf_release(&b);
	return rc;
}

static void
print_tail(struct ctl *c, const struct tail *t)
{
	struct reply r;
	struct err e;

	if (read_end(c, t, &r, &e) == -1) {
		say_tail_error(c, t, &e);
		return;
	}
	on_text(r.params, NULL);
	say("%s", "");
	reply_release(&r);
}

/* The address that supervisorctl would have asked for in vain. */
static void
say_cannot_read(struct ctl *c, const struct tail *t, const struct err *e)
{
	if (c->client.fail != CLIENT_FAULT || e->code == FAULT_SHUTDOWN_STATE) {
		say_error(c, e);
		return;
	}
	if (t->name[0] == '\0')
		fprintf(stderr, "%s/mainlogtail", c->client.url);
	else
		fprintf(stderr, "%s/logtail/%s/%s", c->client.url, t->name, t->channel);
	fprintf(stderr, " Cannot read, status code %d\n",
	    e->code == FAULT_BAD_NAME || e->code == FAULT_NO_FILE ? 404 : 500);
}

static void
follow(struct ctl *c, const struct tail *t)
{
	bool was = ctl_interruptible(c), open_line = false;
	struct buf b = { 0 };
	struct err e;
	int rc;

	say("==> Press Ctrl-C to exit <==");
	tail_params(&b, t);
	rc = ctl_stream(c, LOG_INTERFACE ".Follow", buf_text(&b), on_text, &open_line,
	    &e);
	if (rc == -1 && c->client.fail == CLIENT_STOPPED) {
		ctl_interrupted();
		say("%s", "");
	} else if (rc == -1) {
		if (open_line)
			say("%s", "");
		say_cannot_read(c, t, &e);
	}
	buf_release(&b);
	if (!was)
		ctl_uninterruptible(c);
}

static void
show_tail(struct ctl *c, const struct tail *t)
{
	if (t->follow)
		follow(c, t);
	else
		print_tail(c, t);
}

static void
wrong_use(struct ctl *c, const char *command, const char *what)
{
	say_failed(c, EXIT_GENERIC, "Error: %s", what);
	command_usage(command);
}

void
cmd_tail(struct ctl *c, struct words *w)
{
	struct tail t = { .bytes = TAIL_BYTES, .channel = "stdout" };
	char **v = w->v;
	size_t n = w->n;

	if (n == 0) {
		wrong_use(c, "tail", "too few arguments");
		return;
	}
	if (v[0][0] == '-') {
		v++;
		n--;
		if (n == 0) {
			say_failed(c, EXIT_GENERIC, "Error: tail requires process name");
			return;
		}
		if (!parse_modifier(v[-1], &t)) {
			say_failed(c, EXIT_GENERIC, "Error: bad argument %s", v[-1]);
			return;
		}
	}
	if (w->n > 3) {
		wrong_use(c, "tail", "too many arguments");
		return;
	}
	if (n > 1)
		t.channel = v[n - 1];
	if (strcmp(t.channel, "stdout") != 0 && strcmp(t.channel, "stderr") != 0) {
		say_failed(c, EXIT_GENERIC, "Error: bad channel '%s'", t.channel);
		return;
	}
	t.name = t.title = v[0];
	show_tail(c, &t);
}

void
cmd_maintail(struct ctl *c, struct words *w)
{
	struct tail t = {
		.bytes = TAIL_BYTES, .name = "", .channel = "main", .title = "supervisord",
	};

	if (w->n > 1) {
		wrong_use(c, "maintail", "too many arguments");
		return;
	}
	if (w->n == 1 && (w->v[0][0] != '-' || !parse_modifier(w->v[0], &t))) {
		say_failed(c, EXIT_GENERIC, "Error: bad argument %s", w->v[0]);
		return;
	}
	show_tail(c, &t);
}

/* ---- clear ---- */

/* false: no use in trying the next one. */
static bool
clear_one(struct ctl *c, const char *name)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;
	bool go_on = true;

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_close(&b, '}');
	if (ctl_call(c, LOG_INTERFACE ".Clear", buf_text(&b), &r, &e) == 0) {
		say("%s: cleared", name);
		reply_release(&r);
	} else if (c->client.fail != CLIENT_FAULT || e.code == FAULT_SHUTDOWN_STATE) {
		say_error(c, &e);
		go_on = false;
	} else if (e.code == FAULT_BAD_NAME) {
		say_failed(c, EXIT_GENERIC, "%s: ERROR (no such process)", name);
	} else {
		say_failed(c, EXIT_GENERIC, "%s: ERROR (failed)", name);
	}
	buf_release(&b);
	return go_on;
}

static void
clear_all(struct ctl *c)
{
	struct candidates names;

	if (candidates_collect(c, WORDS_PROCESSES, &names) == -1) {
		say_failed(c, EXIT_GENERIC, "error: cannot get the list of processes");
		return;
	}
	for (size_t i = 0; i < names.n; i++)
		if (spec_of(names.v[i]).name != NULL && !clear_one(c, names.v[i]))
			break;
	candidates_release(&names);
}

void
cmd_clear(struct ctl *c, struct words *w)
{
	if (w->n == 0) {
		wrong_use(c, "clear", "clear requires a process name");
		return;
	}
	if (has_all(w)) {
		clear_all(c);
		return;
	}
	for (size_t i = 0; i < w->n; i++) {
		struct spec s = spec_of(w->v[i]);

		if (s.name == NULL)	/* no groups here; "None" is what people grep for */
			say_failed(c, EXIT_GENERIC, "%.*s:None: ERROR (no such process)",
			    (int)s.group_len, s.group);
		else if (!clear_one(c, w->v[i]))
			return;
	}
}

/* ---- log-stats ---- */

static void
add_stats(struct buf *b, yyjson_val *row)
{
	struct buf name = { 0 };
	int64_t dropped = reply_int(row, "dropped_bytes");

	if (reply_str(row, "name")[0] != '\0')
		spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
	else
		buf_adds(&name, "supervisord");	/* its own log */
	buf_addf(b, "%-32s %-7s %14lld %14lld %10lld %9lld %5lld %5lld  %s\n",
	    buf_text(&name), reply_str(row, "channel"),
	    (long long)reply_int(row, "in_bytes"),
	    (long long)reply_int(row, "written_bytes"), (long long)dropped,
	    (long long)reply_int(row, "flight_bytes"),
	    (long long)reply_int(row, "unknown_gaps"),
	    (long long)reply_int(row, "rotations"), reply_str(row, "sink"));
	if (dropped > 0)
		buf_addf(b, "%40s lost: %lld sink stuck, %lld sink failed, %lld by policy\n",
		    "", (long long)reply_int(row, "dropped_stuck"),
		    (long long)reply_int(row, "dropped_error"),
		    (long long)reply_int(row, "dropped_policy"));
	if (reply_str(row, "error")[0] != '\0')
		buf_addf(b, "%40s %s\n", "", reply_str(row, "error"));
	buf_release(&name);
}

void
cmd_log_stats(struct ctl *c, struct words *w)
{
	yyjson_val *streams, *row;
	struct buf b = { 0 };
	yyjson_arr_iter it;
	struct reply r;
	struct err e;

	json_open(&b, '{');
	if (w->n > 0 && !has_all(w))
		params_names(&b, "names", w->v, w->n);
	json_close(&b, '}');
	if (ctl_call(c, LOG_INTERFACE ".GetStats", buf_text(&b), &r, &e) == -1) {
		if (c->client.fail == CLIENT_FAULT && e.code == FAULT_BAD_NAME)
			say_failed(c, EXIT_GENERIC, "%s: ERROR (no such process)", e.msg);
		else
			say_error(c, &e);
		buf_release(&b);
		return;
	}
	streams = yyjson_obj_get(r.params, "streams");
	buf_clear(&b);
	if (w->json) {
		say_rows(streams);
	} else {
		buf_addf(&b, "%-32s %-7s %14s %14s %10s %9s %5s %5s  %s\n", "NAME", "CHANNEL",
		    "IN", "WRITTEN", "DROPPED", "IN-FLIGHT", "GAPS", "ROTAT", "SINK");
		yyjson_arr_iter_init(streams, &it);
		while ((row = yyjson_arr_iter_next(&it)) != NULL)
			add_stats(&b, row);
		say_buf(&b);
	}
	buf_release(&b);
	reply_release(&r);
}
