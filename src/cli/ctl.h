/*
 * What the commands of supctl share: the session, a command's words, the table,
 * and how things are said.
 *
 * Everything a command has to say goes to stdout, errors too, as supervisorctl
 * does; the exit status is the status of the last thing that failed.
 */
#ifndef CLI_CTL_H
#define CLI_CTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "cli/cli.h"
#include "client/client.h"

/* Exit statuses, supervisorctl's. */
enum {
	EXIT_GENERIC = 1,
	EXIT_INVALID_ARGS = 2,
	EXIT_DEGRADED = 3,	/* status: something is stopped */
	EXIT_UNKNOWN = 4,	/* status: no such process, or no answer */
	EXIT_NOT_RUNNING = 7,
};

struct ctl {
	const char *argv0;
	const char *config_opt, *url_opt, *user_opt, *password_opt, *history_opt,
		*cacert_opt;
	cli_load_fn load;
	struct cli_config conf;	/* owned strings */
	bool	 conf_loaded;
	struct client client;
	bool	 have_client;	/* client is initialised */
	char	*asked_user;	/* owned; typed by a person */
	char	*asked_password;
	bool	 shell;		/* commands come from a shell, not the command line */
	bool	 tty;		/* a person reads stdout */
	bool	 colour;
	bool	 leave;		/* the shell shall end */
	int	 status;	/* exit status */
};

/* One command's words, options taken out. */
struct words {
	char	**v;		/* borrowed from the line */
	size_t	 n;
	bool	 json;
	bool	 guests;	/* --all */
	const char *wait;	/* state to wait for; NULL: none */
	int64_t	 timeout_ms;	/* -1: as long as it takes */
	char	*rest;		/* the words as they were typed */
};

enum {
	CMD_CONNECT = 1 << 0,	/* needs the server: say so before anything else */
	CMD_ALONE = 1 << 1,	/* takes no words */
	CMD_JSON = 1 << 2,	/* knows --json */
	CMD_WAIT = 1 << 3,	/* knows --wait and --timeout */
	CMD_GUESTS = 1 << 4,	/* knows --all */
	CMD_OURS = 1 << 5,	/* supervisorctl has no such command */
	CMD_HIDDEN = 1 << 6,
	/* what Tab completes */
	WORDS_PROCESSES = 1 << 7,
	WORDS_GROUPS = 1 << 8,
	WORDS_COMMANDS = 1 << 9,
};

struct command {
	const char *name;
	void	(*run)(struct ctl *c, struct words *w);
	unsigned flags;
	const char *usage;	/* printed by help, NULL: none */
};

/* The table, in alphabetical order, ended by a NULL name. */
extern const struct command commands[];
const struct command *command_find(const char *name);
/* Run one line: c->status tells how it went.  The line is changed. */
void	command_line(struct ctl *c, char *line);
void	command_usage(const char *name);

/* ---- session.c ---- */

/* Read the configuration, once; -1 and e. */
int	ctl_load(struct ctl *c, struct err *e);
/* Reach the server; -1 and e, c->client.fail says why. */
int	ctl_connect(struct ctl *c, struct err *e);
/* The same, for commands that begin with it: prints what is wrong. */
bool	ctl_reach(struct ctl *c);
/* Speak to another server from now on. */
int	ctl_switch(struct ctl *c, const char *url, struct err *e);
/* A second connection to the same server, for calls at the same time. */
int	ctl_twin(const struct ctl *c, struct client *twin, struct err *e);
/* As in client.h; a missing user name is looked up or asked for. */
int	ctl_call(struct ctl *c, const char *method, const char *params, struct reply *r,
	    struct err *e);
/*
 * For a command about one process, the word of w: method's reply to {"name":word}.  false:
 * it was said what is wrong; unable: the reason where it cannot be done, or NULL.
 */
bool	ctl_ask_about(struct ctl *c, const struct words *w, const char *command,
	    const char *method, const char *unable, struct reply *r);
int	ctl_stream(struct ctl *c, const char *method, const char *params, client_fn fn,
	    void *arg, struct err *e);
void	ctl_release(struct ctl *c);
/*
 * Let SIGINT end the wait for a reply (CLIENT_STOPPED) instead of us.  Returns
 * whether it did already, so that the caller can pair it with ctl_uninterruptible.
 */
bool	ctl_interruptible(struct ctl *c);
void	ctl_uninterruptible(struct ctl *c);
/* Was there a SIGINT since?  Forgets it. */
bool	ctl_interrupted(void);
bool	ctl_stop_asked(void);

/* ---- say.c ---- */

/* A line on stdout, there at once. */
void	say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same, and c->status = status. */
void	say_failed(struct ctl *c, int status, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* Advice for a person at a terminal; nobody else sees it. */
void	hint(const struct ctl *c, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
/* "error: ..." for a call that failed in no way the command knows; status 1. */
void	say_error(struct ctl *c, const struct err *e);
/* Names in columns, 80 wide, as Python's cmd module sets them. */
void	say_columns(const char *const *names, size_t n);
/* The buffer to stdout. */
void	say_buf(const struct buf *b);
const char *colour_of(const struct ctl *c, const char *state);
const char *colour_end(const struct ctl *c);
/* An array of rows, one on each line. */
void	say_rows(yyjson_val *rows);

/* ---- names ---- */

/* "group:name", "name" for "name:name", "group:*" or "group:" for all of a group. */
struct spec {
	const char *group;
	size_t	 group_len;
	const char *name;	/* NULL: all of them */
};

struct spec spec_of(const char *word);
/* The reverse: "group:name", or "name" when both are equal. */
void	spec_print(struct buf *b, const char *group, const char *name);
/* The words as JSON array, with this key. */
void	params_names(struct buf *b, const char *key, char *const *v, size_t n);
/* Is one of the words "all"? */
bool	has_all(const struct words *w);

/* ---- commands, by file ---- */

void	cmd_status(struct ctl *c, struct words *w);
void	cmd_pid(struct ctl *c, struct words *w);
void	cmd_start(struct ctl *c, struct words *w);
void	cmd_stop(struct ctl *c, struct words *w);
void	cmd_refresh(struct ctl *c, struct words *w);
void	cmd_restart(struct ctl *c, struct words *w);
void	cmd_signal(struct ctl *c, struct words *w);
/* --wait: 0 when all are there; else prints who is not, status 1. */
void	wait_for(struct ctl *c, struct words *w);
void	cmd_reread(struct ctl *c, struct words *w);
void	cmd_update(struct ctl *c, struct words *w);
void	cmd_add(struct ctl *c, struct words *w);
void	cmd_remove(struct ctl *c, struct words *w);
void	cmd_avail(struct ctl *c, struct words *w);
void	cmd_plan(struct ctl *c, struct words *w);
void	cmd_reload(struct ctl *c, struct words *w);
void	cmd_shutdown(struct ctl *c, struct words *w);
void	cmd_version(struct ctl *c, struct words *w);
void	cmd_open(struct ctl *c, struct words *w);
void	cmd_quit(struct ctl *c, struct words *w);
void	cmd_help(struct ctl *c, struct words *w);
void	cmd_tail(struct ctl *c, struct words *w);
void	cmd_maintail(struct ctl *c, struct words *w);
void	cmd_call(struct ctl *c, struct words *w);
void	cmd_clear(struct ctl *c, struct words *w);
void	cmd_log_stats(struct ctl *c, struct words *w);
void	cmd_metrics(struct ctl *c, struct words *w);
void	cmd_fg(struct ctl *c, struct words *w);
void	cmd_events(struct ctl *c, struct words *w);
void	cmd_graph(struct ctl *c, struct words *w);
void	cmd_blame(struct ctl *c, struct words *w);
void	cmd_plot(struct ctl *c, struct words *w);
void	cmd_runs(struct ctl *c, struct words *w);
void	cmd_env(struct ctl *c, struct words *w);
void	cmd_why(struct ctl *c, struct words *w);
void	cmd_instance(struct ctl *c, struct words *w);
void	cmd_build(struct ctl *c, struct words *w);
void	cmd_deploy(struct ctl *c, struct words *w);
void	cmd_scale(struct ctl *c, struct words *w);
void	cmd_complete(struct ctl *c, struct words *w);

/* ---- shell.c, complete.c ---- */

void	shell_run(struct ctl *c);
/* Print the question and read a line from the person; false: end of input. */
bool	shell_ask(struct ctl *c, const char *question, bool secret, struct buf *answer);

/* Words that could stand where `flags` says (WORDS_...), owned. */
struct candidates {
	char	**v;
	size_t	 n;
};

int	candidates_collect(struct ctl *c, unsigned flags, struct candidates *out);
void	candidates_release(struct candidates *l);
/* For a cursor after len bytes of line: the words, and how much of them is there. */
int	complete_line(struct ctl *c, const char *line, size_t len, struct candidates *out,
	    size_t *prefix_len);
/* Length of what all of them begin with. */
size_t	complete_common(const struct candidates *l);

#endif
