/*
 * start, stop, restart, refresh, signal, and --wait.
 *
 * Names are taken one after the other, as supervisorctl does, although one call
 * could carry them all: `start database web` means that the database is up when
 * web is started.  Groups and "all" are one call each and run together.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* What a fault means for a verb: text in brackets, exit status. */
struct meaning {
	enum fault code;
	const char *text;
	int	 status;
};

struct verb {
	const char *name;	/* of the command */
	const char *method;
	const char *done;	/* "started" */
	int	 no_group;	/* exit status for an unknown group */
	int	 no_words;	/* and for no words at all */
	const struct meaning *meanings;	/* ended by FAULT_NONE */
	const char *signal;	/* signal only */
	bool	 wait;		/* server answers when the process is there */
	bool	 plain;		/* the method knows no waiting */
};

static const struct meaning start_meanings[] = {
	{ FAULT_BAD_NAME, "no such process", EXIT_GENERIC },
	{ FAULT_NO_FILE, "no such file", EXIT_GENERIC },
	{ FAULT_NOT_EXECUTABLE, "file is not executable", EXIT_GENERIC },
	{ FAULT_ALREADY_STARTED, "already started", 0 },
	{ FAULT_SPAWN_ERROR, "spawn error", EXIT_NOT_RUNNING },
	{ FAULT_ABNORMAL_TERMINATION, "abnormal termination", EXIT_NOT_RUNNING },
	{ FAULT_NONE, NULL, 0 },
};

static const struct meaning stop_meanings[] = {
	{ FAULT_BAD_NAME, "no such process", EXIT_GENERIC },
	{ FAULT_NOT_RUNNING, "not running", 0 },
	{ FAULT_NONE, NULL, 0 },
};

static const struct meaning signal_meanings[] = {
	{ FAULT_BAD_NAME, "no such process", EXIT_GENERIC },
	{ FAULT_BAD_SIGNAL, "bad signal name", EXIT_GENERIC },
	{ FAULT_NOT_RUNNING, "not running", EXIT_NOT_RUNNING },
	{ FAULT_NONE, NULL, 0 },
};

static const struct meaning refresh_meanings[] = {
	{ FAULT_BAD_NAME, "no such process", EXIT_GENERIC },
	{ FAULT_NOT_RUNNING, "not running", EXIT_NOT_RUNNING },
	{ FAULT_NONE, NULL, 0 },
};

static const struct verb start_verb = {
	.name = "start", .method = CONTROL_INTERFACE ".Start", .done = "started",
	.no_group = EXIT_INVALID_ARGS, .no_words = EXIT_INVALID_ARGS,
	.meanings = start_meanings, .wait = true,
};

static const struct verb stop_verb = {
	.name = "stop", .method = CONTROL_INTERFACE ".Stop", .done = "stopped",
	.no_group = EXIT_GENERIC, .no_words = EXIT_GENERIC,
	.meanings = stop_meanings, .wait = true,
};

/* A verb at work on one word. */
struct job {
	struct ctl *c;
	const struct verb *verb;
	bool	 trouble;	/* a hint would help */
};

static void
report_fault(struct job *j, const char *name, enum fault code, const char *text)
{
	const struct meaning *m = j->verb->meanings;

	while (m->code != FAULT_NONE && m->code != code)
		m++;
	if (m->code == FAULT_NONE) {
		say_failed(j->c, EXIT_GENERIC, "%s: ERROR (%s)", name,
		    text[0] != '\0' ? text : fault_name(code));
		return;
	}
	say("%s: ERROR (%s)", name, m->text);
	if (m->status != 0)
		j->c->status = m->status;
	j->trouble |= code == FAULT_SPAWN_ERROR || code == FAULT_ABNORMAL_TERMINATION;
}

static int
on_results(yyjson_val *params, void *arg)
{
	struct job *j = arg;
	struct buf name = { 0 };
	yyjson_arr_iter it;
	yyjson_val *row;

	yyjson_arr_iter_init(yyjson_obj_get(params, "results"), &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		enum fault code = (enum fault)reply_int(row, "status");

		if (code == FAULT_BAD_NAME && strcmp(reply_str(row, "name"), "*") == 0) {
			say_failed(j->c, j->verb->no_group, "%s: ERROR (no such group)",
			    reply_str(row, "group"));
			continue;
		}
		buf_clear(&name);
		spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
		if (code == FAULT_SUCCESS)
			say("%s: %s", buf_text(&name), j->verb->done);
		else
			report_fault(j, buf_text(&name), code, reply_str(row, "description"));
	}
	buf_release(&name);
	return 0;
}

/* The call was refused as a whole: say it as the result of its word. */
static void
report_refused(struct job *j, const char *word, const struct err *e)
{
	struct spec s = spec_of(word != NULL ? word : "all");
	struct buf name = { 0 };

	if (j->c->client.fail != CLIENT_FAULT || word == NULL ||
	    e->code == FAULT_SHUTDOWN_STATE || e->code == FAULT_INCORRECT_PARAMETERS) {
		say_error(j->c, e);
		return;
	}
	if (s.name == NULL && e->code == FAULT_BAD_NAME) {
		say_failed(j->c, j->verb->no_group, "%.*s: ERROR (no such group)",
		    (int)s.group_len, s.group);
		return;
	}
	if (s.name == NULL || strlen(s.name) != s.group_len ||
	    strncmp(s.name, s.group, s.group_len) != 0)
		buf_adds(&name, word);
	else
		buf_adds(&name, s.name);
	report_fault(j, buf_text(&name), e->code, e->msg);
	buf_release(&name);
}

/* One call for a word, or for all (word NULL); false: there is no point in going on. */
static bool
do_word(struct job *j, char *word)
{
	struct buf b = { 0 };
	struct err e;
	int rc;

	json_open(&b, '{');
	if (word != NULL)
		params_names(&b, "names", &word, 1);
	else
		json_kbool(&b, "all", true);
	if (j->verb->signal != NULL)
		json_kstr(&b, "signal", j->verb->signal);
	else if (!j->verb->plain)
		json_kbool(&b, "wait", j->verb->wait);
	json_close(&b, '}');
	rc = ctl_stream(j->c, j->verb->method, buf_text(&b), on_results, j, &e);
	buf_release(&b);
	if (rc == 0)
		return true;
	report_refused(j, word, &e);
	return j->c->client.fail == CLIENT_FAULT && e.code != FAULT_SHUTDOWN_STATE;
}

static void
do_words(struct ctl *c, struct words *w, const struct verb *verb)
{
	struct job j = { .c = c, .verb = verb };

	if (has_all(w))
		do_word(&j, NULL);
	else
		for (size_t i = 0; i < w->n && do_word(&j, w->v[i]); i++)
			;
	if (j.trouble)
		hint(c, "supctl why NAME tells what is wrong");
}

/* With --wait the server answers at once, and we wait for the state. */
static void
do_verb(struct ctl *c, struct words *w, const struct verb *verb)
{
	struct verb quick = *verb;

	quick.wait = w->wait == NULL;
	do_words(c, w, &quick);
}

static bool
no_words(struct ctl *c, struct words *w, const char *name, int status)
{
	if (w->n > 0)
		return false;
	say_failed(c, status, "Error: %s requires a process name", name);
	command_usage(name);
	return true;
}

void
cmd_start(struct ctl *c, struct words *w)
{
	if (no_words(c, w, "start", start_verb.no_words))
		return;
	do_verb(c, w, &start_verb);
	if (w->wait != NULL)
		wait_for(c, w);
}

void
cmd_stop(struct ctl *c, struct words *w)
{
	if (no_words(c, w, "stop", stop_verb.no_words))
		return;
	do_verb(c, w, &stop_verb);
	if (w->wait != NULL)
		wait_for(c, w);
}

void
cmd_restart(struct ctl *c, struct words *w)
{
	if (no_words(c, w, "restart", EXIT_GENERIC))
		return;
	do_words(c, w, &stop_verb);	/* a start has to find it stopped */
	do_verb(c, w, &start_verb);
	if (w->wait != NULL)
		wait_for(c, w);
}

void
cmd_refresh(struct ctl *c, struct words *w)
{
	static const struct verb verb = {
		.name = "refresh", .method = CONTROL_INTERFACE ".Refresh",
		.done = "refreshed", .no_group = EXIT_GENERIC, .plain = true,
		.meanings = refresh_meanings,
	};

	if (!no_words(c, w, "refresh", EXIT_GENERIC))
		do_words(c, w, &verb);
}

void
cmd_signal(struct ctl *c, struct words *w)
{
	struct verb verb = {
		.name = "signal", .method = CONTROL_INTERFACE ".Signal",
		.done = "signalled", .no_group = EXIT_GENERIC,
		.meanings = signal_meanings,
	};

	if (w->n < 2) {
		say_failed(c, EXIT_GENERIC,
		    "Error: signal requires a signal name and a process name");
		command_usage("signal");
		return;
	}
	verb.signal = w->v[0];
	w->v++;
	w->n--;
	do_words(c, w, &verb);
	w->v--;
	w->n++;
}

/* ---- --wait ---- */

struct waiting {
	struct ctl *c;
	const struct words *w;
	bool	 missed;
};

static int
on_waited(yyjson_val *params, void *arg)
{
	struct waiting *wt = arg;
	struct buf name = { 0 };
	yyjson_arr_iter it;
	yyjson_val *row;

	yyjson_arr_iter_init(yyjson_obj_get(params, "results"), &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		if (reply_int(row, "status") == FAULT_SUCCESS)
			continue;
		wt->missed = true;
		if (wt->w->json)
			continue;
		buf_clear(&name);
		spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
		say("%s: ERROR (not %s: %s)", buf_text(&name), wt->w->wait,
		    reply_str(row, "description"));
	}
	buf_release(&name);
	return 0;
}

/* The state decides: errors of the command before it (already started) do not count. */
void
wait_for(struct ctl *c, struct words *w)
{
	struct waiting wt = { .c = c, .w = w };
	struct buf b = { 0 };
	struct err e;
	int rc;

	json_open(&b, '{');
	json_kstr(&b, "state", w->wait);
	if (w->n > 0 && !has_all(w))
		params_names(&b, "names", w->v, w->n);
	else
		json_kbool(&b, "all", true);
	if (w->timeout_ms >= 0)
		json_kint(&b, "timeout", w->timeout_ms);
	json_close(&b, '}');
	rc = ctl_stream(c, CONTROL_INTERFACE ".Wait", buf_text(&b), on_waited, &wt, &e);
	buf_release(&b);
	if (rc == -1)
		say_error(c, &e);
	else
		c->status = wt.missed ? EXIT_GENERIC : 0;
}
