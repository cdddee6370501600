/*
 * The interactive shell: read a line, run it.  With a terminal there is a line
 * editor with history and completion; Ctrl-C there drops the line, and in a
 * command ends the waiting.  Without one, lines are simply read.
 */
#include "cli/ctl.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define HISTORY_LINES 1000

static const char *
prompt_of(const struct ctl *c)
{
	return c->conf.prompt != NULL ? c->conf.prompt : "supervisor";
}

/* ---- questions ---- */

/* false: Ctrl-C instead. */
static bool
wait_for_input(struct ctl *c)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	if (c->client.stop == NULL)
		return true;
	return ppoll(&p, 1, NULL, &c->client.wait_mask) > 0 && !ctl_interrupted();
}

/* Returns whether the terminal did echo until now. */
static bool
set_echo(bool on)
{
	struct termios t;
	bool was;

	if (tcgetattr(STDIN_FILENO, &t) == -1)
		return false;
	was = (t.c_lflag & ECHO) != 0;
	if (on)
		t.c_lflag |= (tcflag_t)ECHO;
	else
		t.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &t);
	return was;
}

bool
shell_ask(struct ctl *c, const char *question, bool secret, struct buf *answer)
{
	bool echo = false, got = false;
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	fputs(question, stdout);
	fflush(stdout);
	if (secret)
		echo = set_echo(false);
	if (wait_for_input(c) && (n = getline(&line, &size, stdin)) > 0) {
		buf_add(answer, line, (size_t)n - (line[n - 1] == '\n'));
		got = !answer->failed;
	}
	if (secret && echo)
		set_echo(true);
	if (secret || !got)
		say("%s", "");
	clearerr(stdin);
	free(line);
	return got;
}

/* ---- the line editor ---- */

static const char *
edit_prompt(EditLine *el)
{
	static char text[128];
	struct ctl *c;

	el_get(el, EL_CLIENTDATA, &c);
	snprintf(text, sizeof(text), "%s> ", prompt_of(c));
	return text;
}

static void
list_candidates(const struct candidates *l)
{
	const char **names = calloc(l->n, sizeof(*names));

	if (names == NULL)
		return;
	for (size_t i = 0; i < l->n; i++)
		names[i] = l->v[i];
	say("%s", "");
	say_columns(names, l->n);
	free(names);
}

static unsigned char
edit_complete(EditLine *el, int ch)
{
	const LineInfo *line = el_line(el);
	unsigned char result = CC_REFRESH_BEEP;
	struct candidates list;
	size_t have, common;
	struct ctl *c;
	char *more;

	(void)ch;
	el_get(el, EL_CLIENTDATA, &c);
	if (complete_line(c, line->buffer, (size_t)(line->cursor - line->buffer), &list,
	    &have) == -1)
		return CC_REFRESH_BEEP;
	common = complete_common(&list);
	if (list.n > 0 && (common > have || list.n == 1)) {
		more = strndup(list.v[0] + have, common - have);
		if (more != NULL && (el_insertstr(el, more) == 0 || more[0] == '\0'))
			result = CC_REFRESH;
		free(more);
		if (list.n == 1)
			el_insertstr(el, " ");
	} else if (list.n > 1) {
		list_candidates(&list);
		result = CC_REDISPLAY;
	}
	candidates_release(&list);
	return result;
}

/* Ctrl-C ended the line; its emptiness is not the end of input. */
static bool abandoned;

static unsigned char
edit_abandon(EditLine *el, int ch)
{
	const LineInfo *line = el_line(el);

	(void)ch;
	el_cursor(el, (int)(line->lastchar - line->cursor));
	el_deletestr(el, (int)(line->lastchar - line->buffer));
	fputs("^C\n", stdout);
	abandoned = true;
	return CC_NEWLINE;
}

/*
 * The entries built into this file (contrib/libs) are four; every terminal of
 * today understands one of them.
 */
static const char *
known_terminal(void)
{
	const char *term = getenv("TERM");

	if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
		return "dumb";
	if (strcmp(term, "linux") == 0)
		return "linux";
	if (strncmp(term, "screen", 6) == 0 || strncmp(term, "tmux", 4) == 0)
		return "screen";
	return "xterm";
}

static EditLine *
editor_new(struct ctl *c, History *past)
{
	EditLine *el = el_init("supctl", stdin, stdout, stderr);

	if (el == NULL)
		return NULL;
	el_set(el, EL_TERMINAL, known_terminal());
	el_set(el, EL_CLIENTDATA, c);
	el_set(el, EL_PROMPT, edit_prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);	/* terminal settings over Ctrl-Z and back */
	if (past != NULL)
		el_set(el, EL_HIST, history, past);
	el_set(el, EL_ADDFN, "supctl-complete", "Complete a word", edit_complete);
	el_set(el, EL_ADDFN, "supctl-abandon", "Drop the line", edit_abandon);
	el_set(el, EL_BIND, "^I", "supctl-complete", NULL);
	el_set(el, EL_BIND, "^C", "supctl-abandon", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	el_set(el, EL_SETTY, "-d", "-isig", NULL);	/* Ctrl-C is a key while typing */
	el_source(el, NULL);
	return el;
}

static History *
history_open(const struct ctl *c)
{
	History *past = history_init();
	HistEvent ev;

	if (past == NULL)
		return NULL;
	history(past, &ev, H_SETSIZE, HISTORY_LINES);
	history(past, &ev, H_SETUNIQUE, 1);
	if (c->history_opt != NULL)
		history(past, &ev, H_LOAD, c->history_opt);
	else if (c->conf.history_file != NULL)
		history(past, &ev, H_LOAD, c->conf.history_file);
	return past;
}

static void
history_close(const struct ctl *c, History *past)
{
	HistEvent ev;

	if (past == NULL)
		return;
	if (c->history_opt != NULL)
		history(past, &ev, H_SAVE, c->history_opt);
	else if (c->conf.history_file != NULL)
		history(past, &ev, H_SAVE, c->conf.history_file);
	history_end(past);
}

static bool
is_blank(const char *line)
{
	return line[strspn(line, " \t\r\n")] == '\0';
}

static void
run_line(struct ctl *c, const char *text)
{
	char *line = strdup(text);

	if (line == NULL) {
		say("error: out of memory");
		return;
	}
	ctl_interrupted();	/* Ctrl-C before this was for something else */
	command_line(c, line);
	free(line);
}

static void
edit_lines(struct ctl *c, EditLine *el, History *past)
{
	const char *line;
	HistEvent ev;
	int n;

	while (!c->leave) {
		abandoned = false;
		line = el_gets(el, &n);
		if (abandoned)
			continue;
		if (line == NULL || n <= 0) {
			say("%s", "");
			return;
		}
		if (!is_blank(line) && past != NULL)
			history(past, &ev, H_ENTER, line);
		run_line(c, line);
	}
}

static void
read_lines(struct ctl *c)
{
	char *line = NULL;
	size_t size = 0;

	while (!c->leave) {
		printf("%s> ", prompt_of(c));
		fflush(stdout);
		if (getline(&line, &size, stdin) == -1) {
			say("%s", "");
			break;
		}
		run_line(c, line);
	}
	free(line);
}

void
shell_run(struct ctl *c)
{
	struct words none = { .timeout_ms = -1 };
	EditLine *el = NULL;
	History *past = NULL;

	c->shell = true;
	if (c->tty && isatty(STDIN_FILENO)) {
		ctl_interruptible(c);
		past = history_open(c);
		el = editor_new(c, past);
	}
	cmd_status(c, &none);
	if (el != NULL)
		edit_lines(c, el, past);
	else
		read_lines(c);
	history_close(c, past);
	if (el != NULL)
		el_end(el);
	ctl_uninterruptible(c);
}
