/*
 * The table of supctl's commands, and how a line becomes a call of one: words
 * are split at blanks, our own options are taken out of them, and what holds for
 * every command (no words wanted, no server there) is said here.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

const struct command commands[] = {
{ "add", cmd_add, WORDS_GROUPS,
	"add <name> [...]\tStart using a program or group that reread has found" },
{ "avail", cmd_avail, CMD_ALONE | CMD_JSON,
	"avail\t\t\tList every configured process, in use or not" },
{ "blame", cmd_blame, CMD_CONNECT | CMD_JSON | CMD_OURS | CMD_ALONE,
	"blame\t\t\tHow long the last start of every process took, the slowest first\n"
	"--json\t\t\tAs a JSON array" },
{ "build", cmd_build, CMD_CONNECT | CMD_OURS | WORDS_GROUPS,
	"build <service>\t\tRun what a service is built with; ends with its exit status" },
{ "call", cmd_call, CMD_CONNECT | CMD_OURS,
	"call <method> [<JSON object>]\tCall a method of the control socket, and print what it "
	"answers\n"
	"call Node.List {\"node\":\"redis\"}\n"
	"call -f <method> [...]\tOne that answers many times (Ctrl-C to exit)" },
{ "clear", cmd_clear, CMD_CONNECT | WORDS_PROCESSES,
	"clear <name>\t\tEmpty the log files of a process\n"
	"clear <name> <name>\tEmpty the log files of several processes\n"
	"clear all\t\tEmpty the log files of all processes" },
{ "env", cmd_env, CMD_CONNECT | CMD_JSON | CMD_OURS | WORDS_PROCESSES,
	"env <name>\t\tThe variables of a process, and where each comes from\n"
	"--json\t\t\tAs a JSON array" },
{ "deploy", cmd_deploy, CMD_CONNECT | CMD_OURS | WORDS_GROUPS,
	"deploy <service> <directory>\tRun a service from a copy of these files; what it ran "
	"before comes back when they fail" },
{ "events", cmd_events, CMD_CONNECT | CMD_JSON | CMD_OURS,
	"events -f\t\tPrint what happens, one line for each event (Ctrl-C to exit)\n"
	"events -f <type> [...]\tOnly these types, e.g. PROCESS_STATE_FATAL\n"
	"--json\t\t\tOne JSON object on each line" },
{ "exit", cmd_quit, 0, "exit\tLeave the supervisor shell." },
{ "fg", cmd_fg, CMD_CONNECT | WORDS_PROCESSES,
	"fg <process>\tSee the output of a process and type its input\n"
	"\t\tCtrl-C to exit" },
{ "graph", cmd_graph, CMD_CONNECT | CMD_JSON | CMD_OURS | WORDS_PROCESSES,
	"graph\t\t\tWho depends on whom, as a tree\n"
	"graph <name> [...]\tThe same of these processes\n"
	"--dot\t\t\tFor Graphviz\n"
	"--svg\t\t\tAs a picture\n"
	"--json\t\t\tAs a JSON object" },
{ "help", cmd_help, CMD_HIDDEN | WORDS_COMMANDS,
	"help\t\tList the actions\n"
	"help <action>\tTell how an action is used" },
{ "instance", cmd_instance, CMD_CONNECT | CMD_JSON | CMD_OURS,
	"instance add <template> <name> [HOLE=VALUE ...]\tFill the holes of a template and "
	"start it\n"
	"instance remove <template> <name> [...]\tStop instances and forget them\n"
	"instance list [<template>]\tWhat there is, and what its holes are filled with\n"
	"--json\t\t\tThe list as a JSON array" },
{ "log-stats", cmd_log_stats, CMD_CONNECT | CMD_JSON | CMD_OURS | WORDS_PROCESSES,
	"log-stats\t\tCount the output of every process: read, written, lost\n"
	"log-stats <name> [...]\tThe same for these processes\n"
	"--json\t\t\tAs a JSON array" },
{ "maintail", cmd_maintail, CMD_CONNECT,
	"maintail -f\tFollow the supervisor's own log (Ctrl-C to exit)\n"
	"maintail -100\tIts last 100 *bytes*\n"
	"maintail\tIts last 1600 *bytes*\n" },
{ "metrics", cmd_metrics, CMD_CONNECT | CMD_JSON | CMD_OURS | CMD_ALONE,
	"metrics\t\t\tCount starts, ends and processor time of every process\n"
	"--json\t\t\tAs one JSON object, with the supervisor's own counters" },
{ "open", cmd_open, 0,
	"open <url>\tSpeak to another supervisor.\n"
	"\t\t(unix:///socket/path)" },
{ "pid", cmd_pid, CMD_CONNECT | CMD_JSON | WORDS_PROCESSES,
	"pid\t\t\tPID of the supervisor.\n"
	"pid <name>\t\tPID of one process.\n"
	"pid all\t\t\tPIDs of all processes, one on each line." },
{ "plan", cmd_plan, CMD_CONNECT | CMD_JSON | CMD_OURS | CMD_ALONE,
	"plan\t\t\tWhat update would do now, and which key demands it" },
{ "plot", cmd_plot, CMD_CONNECT | CMD_OURS | CMD_ALONE,
	"plot\t\t\tThe first start of every process as a time line (SVG)" },
{ "quit", cmd_quit, 0, "quit\tLeave the supervisor shell." },
{ "refresh", cmd_refresh, CMD_CONNECT | CMD_OURS | WORDS_PROCESSES,
	"refresh <name>\t\tHave a process read its own configuration again\n"
	"refresh <gname>:*\tAll processes of a group that can\n"
	"refresh <name> <name>\tSeveral processes or groups\n"
	"refresh all\t\tAll processes that can\n"
	"Note: by the reload_signal or reload_command of the program." },
{ "reload", cmd_reload, CMD_ALONE, "reload \t\tRestart the supervisor." },
{ "remove", cmd_remove, WORDS_GROUPS,
	"remove <name> [...]\tForget a stopped program or group" },
{ "reread", cmd_reread, CMD_ALONE,
	"reread \t\t\tRead the configuration again, without changing any process" },
{ "restart", cmd_restart, CMD_CONNECT | CMD_WAIT | WORDS_PROCESSES,
	"restart <name>\t\tStop and start a process\n"
	"restart <gname>:*\tStop and start all processes of a group\n"
	"restart <name> <name>\tStop all of these, then start them\n"
	"restart all\t\tStop and start all processes\n"
	"--wait STATE [--timeout SECONDS]\tEnd when they are in this state\n"
	"Note: restart uses the configuration as it was read last. To read it again: "
	"update." },
{ "scale", cmd_scale, CMD_CONNECT | CMD_OURS | WORDS_GROUPS,
	"scale <name>=<number>\tHave so many processes of a program from now on\n"
	"scale <name>=\t\tAs many as its file says" },
{ "runs", cmd_runs, CMD_CONNECT | CMD_JSON | CMD_OURS | WORDS_PROCESSES,
	"runs <name>\t\tWhen a scheduled program ran, how it ended, and when it runs next\n"
	"--json\t\t\tAs a JSON object" },
{ "shutdown", cmd_shutdown, CMD_ALONE, "shutdown \tStop all processes and the supervisor." },
{ "signal", cmd_signal, CMD_CONNECT | WORDS_PROCESSES,
	"signal <signal name> <name>\t\tSend a signal to a process\n"
	"signal <signal name> <gname>:*\t\tTo all processes of a group\n"
	"signal <signal name> <name> <name>\tTo several processes or groups\n"
	"signal <signal name> all\t\tTo all processes" },
{ "start", cmd_start, CMD_CONNECT | CMD_WAIT | WORDS_PROCESSES,
	"start <name>\t\tStart a process\n"
	"start <gname>:*\t\tStart all processes of a group\n"
	"start <name> <name>\tStart several processes or groups\n"
	"start all\t\tStart all processes\n"
	"--wait STATE [--timeout SECONDS]\tEnd when they are in this state" },
{ "status", cmd_status, CMD_JSON | CMD_WAIT | CMD_GUESTS | WORDS_PROCESSES,
	"status <name>\t\tState of a process\n"
	"status <gname>:*\tState of all processes of a group\n"
	"status <name> <name>\tState of several processes\n"
	"status\t\t\tState of all processes\n"
	"--all\t\t\tThe supervisor's own helpers too\n"
	"--json\t\t\tAs a JSON array\n"
	"--wait STATE [--timeout SECONDS]\tWhen they are in this state" },
{ "stop", cmd_stop, CMD_CONNECT | CMD_WAIT | WORDS_PROCESSES,
	"stop <name>\t\tStop a process\n"
	"stop <gname>:*\t\tStop all processes of a group\n"
	"stop <name> <name>\tStop several processes or groups\n"
	"stop all\t\tStop all processes\n"
	"--wait STATE [--timeout SECONDS]\tEnd when they are in this state" },
{ "tail", cmd_tail, CMD_CONNECT | WORDS_PROCESSES,
	"tail [-f] <name> [stdout|stderr] (stdout unless said)\n"
	"Ex:\n"
	"tail -f <name>\t\tFollow what a process prints\n"
	"\t\t\tCtrl-C to exit.\n"
	"tail -100 <name>\tThe last 100 *bytes* it has printed\n"
	"tail <name> stderr\tThe last 1600 *bytes* of its stderr" },
{ "update", cmd_update, WORDS_GROUPS,
	"update\t\t\tRead the configuration again and make it so: only what changed "
	"is touched\n"
	"update all\t\tThe same\n"
	"update <gname> [...]\tOnly these groups" },
{ "version", cmd_version, CMD_CONNECT | CMD_ALONE,
	"version\t\t\tVersion of the supervisor" },
{ "why", cmd_why, CMD_CONNECT | CMD_JSON | CMD_OURS | WORDS_PROCESSES,
	"why <name>\t\tHow the process came into its state, and what it said last" },
{ "EOF", cmd_quit, CMD_HIDDEN, NULL },
{ "__complete", cmd_complete, CMD_HIDDEN, NULL },	/* for contrib/completions */
{ NULL, NULL, 0, NULL },
};

const struct command *
command_find(const char *name)
{
	for (const struct command *k = commands; k->name != NULL; k++)
		if (strcmp(k->name, name) == 0)
			return k;
	return NULL;
}

void
command_usage(const char *name)
{
	say("%s", command_find(name)->usage);
}

/*
 * Take the value of --name VALUE or --name=VALUE out of the words.  *at is the
 * option's place and ends at what was taken last.  NULL: it is another option;
 * an empty value: there is none.
 */
static const char *
option_value(char *const *v, size_t n, size_t *at, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(v[*at], name, len) != 0)
		return NULL;
	if (v[*at][len] == '=')
		return v[*at] + len + 1;
	if (v[*at][len] != '\0')
		return NULL;
	return *at + 1 < n ? v[++*at] : "";
}

static bool
is_state(const char *text)
{
	static const char *const states[] = {
		"STOPPED", "STARTING", "RUNNING", "BACKOFF", "STOPPING", "EXITED", "FATAL",
		"UNKNOWN",
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(states[i], text) == 0)
			return true;
	return false;
}

static int
take_wait(struct words *w, char **v, size_t n, size_t *at, struct err *e)
{
	const char *value;
	char *end;
	double seconds;

	if ((value = option_value(v, n, at, "--wait")) != NULL) {
		if (!is_state(value))
			return err_set(e, FAULT_BAD_ARGUMENTS, "--wait needs a state such as "
			    "RUNNING, STOPPED or EXITED, not '%s'", value);
		w->wait = value;
		return 1;
	}
	if ((value = option_value(v, n, at, "--timeout")) != NULL) {
		seconds = strtod(value, &end);
		if (end == value || *end != '\0' || !(seconds >= 0 && seconds < 1e9))
			return err_set(e, FAULT_BAD_ARGUMENTS,
			    "--timeout needs a number of seconds, not '%s'", value);
		w->timeout_ms = (int64_t)(seconds * 1000);
		return 1;
	}
	return 0;
}

/* Our options out of the words, wherever they stand; "--" ends them. */
static int
take_options(struct words *w, unsigned flags, struct err *e)
{
	size_t n = w->n, kept = 0;
	int took;

	w->timeout_ms = -1;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(w->v[i], "--") == 0) {
			while (++i < n)
				w->v[kept++] = w->v[i];
			break;
		}
		if ((flags & CMD_JSON) != 0 && strcmp(w->v[i], "--json") == 0) {
			w->json = true;
			continue;
		}
		if ((flags & CMD_GUESTS) != 0 && strcmp(w->v[i], "--all") == 0) {
			w->guests = true;
			continue;
		}
		if ((flags & CMD_WAIT) != 0) {
			if ((took = take_wait(w, w->v, n, &i, e)) == -1)
				return -1;
			if (took == 1)
				continue;
		}
		w->v[kept++] = w->v[i];
	}
	w->n = kept;
	return 0;
}

static void
run(struct ctl *c, const struct command *k, struct words *w)
{
	struct err e;

	if (take_options(w, k->flags, &e) == -1) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: %s", e.msg);
		return;
	}
	if ((k->flags & CMD_ALONE) != 0 && w->n > 0) {
		say_failed(c, EXIT_GENERIC, "Error: %s accepts no arguments", k->name);
		command_usage(k->name);
		return;
	}
	if ((k->flags & CMD_CONNECT) != 0 && !ctl_reach(c))
		return;
	k->run(c, w);
}

/* "?" is short for help, with or without a blank behind it. */
static char *
expand_help(char *line)
{
	struct buf b = { 0 };

	buf_adds(&b, "help ");
	buf_adds(&b, line + 1);
	return buf_steal(&b);
}

void
command_line(struct ctl *c, char *line)
{
	const struct command *k;
	struct words w = { 0 };
	char *help = NULL, *name, *word, *rest = NULL, *typed;

	line += strspn(line, BLANKS);
	for (size_t n = strlen(line); n > 0 && strchr(BLANKS, line[n - 1]) != NULL; n--)
		line[n - 1] = '\0';
	if (line[0] == '\0')
		return;
	if (line[0] == '?' && (line = help = expand_help(line)) == NULL)
		return;
	typed = strdup(line);
	w.v = calloc(strlen(line) / 2 + 1, sizeof(*w.v));
	if (typed == NULL || w.v == NULL) {
		say_failed(c, EXIT_GENERIC, "error: out of memory");
		goto out;
	}
	name = strtok_r(line, BLANKS, &rest);
	w.rest = typed + (name - line) + strlen(name);
	w.rest += strspn(w.rest, BLANKS);
	while ((word = strtok_r(NULL, BLANKS, &rest)) != NULL)
		w.v[w.n++] = word;
	k = command_find(name);
	if (k == NULL)
		say_failed(c, EXIT_GENERIC, "*** Unknown syntax: %s", typed);
	else
		run(c, k, &w);
out:
	free(w.v);
	free(typed);
	free(help);
}
