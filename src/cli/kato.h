/*
 * What the commands of kato share: the session, the options, the table, and how things
 * are said.
 *
 * Answers go to stdout, what is wrong to stderr.  Unlike supctl, kato has one meaning
 * for each exit status, whatever the command is.
 */
#ifndef CLI_KATO_H
#define CLI_KATO_H

#include "cli/ctl.h"

/* Exit statuses. */
enum {
	KATO_OK = 0,
	KATO_FAILED = 1,	/* refused, not ready, changed by somebody else meanwhile */
	KATO_USAGE = 2,
	KATO_DOWN = 3,		/* status: a process that should run does not */
	KATO_DENIED = 4,
	KATO_UNREACHED = 7,	/* no supervisor there */
};

/* The one machine there is, as kato names it. */
#define KATO_NODE "127.0.0.1"

/* Options that commands may have; one row each in kato.c. */
enum {
	OPT_ALL = 1 << 0,	/* -a, --all */
	OPT_ALL_BUT = 1 << 1,
	OPT_ONLY = 1 << 2,
	OPT_JSON = 1 << 3,	/* -j */
	OPT_YAML = 1 << 4,	/* -y */
	OPT_VERBOSE = 1 << 5,	/* -v */
	OPT_NODE = 1 << 6,	/* -n NODE; only KATO_NODE is there */
	OPT_CLUSTER = 1 << 7,	/* -c: every node, of which there is one */
	OPT_NO_START = 1 << 8,	/* -s: change the goal only */
	OPT_BLOCK = 1 << 9,	/* -b SECONDS */
	OPT_FORCE = 1 << 10,
	OPT_IF_REV = 1 << 11,	/* --if-rev N */
	OPT_FULL = 1 << 12,	/* -f: component and path in one word */
	OPT_FROM = 1 << 13,	/* --from N */
	OPT_GATEWAY = 1 << 14,	/* -g NAME */
	OPT_PLAN = 1 << 15,	/* --plan NAME */
	OPT_PURGE = 1 << 16,	/* --purge */
	OPT_RAW = 1 << 17,
	OPT_TIME = 1 << 18,
	OPT_NO_COLOR = 1 << 19,
	OPT_LOCAL = 1 << 20,	/* -l */
	/* no options: what the words are, for shells that complete them */
	WORDS_OF_ROLES = 1 << 28,
	WORDS_OF_PROCESSES = 1 << 29,
	/* no option: the command changes something, and kato history shows it */
	KATO_CHANGES = 1 << 30,
};

struct kato_command;

struct kato {
	struct ctl ctl;		/* the session */
	const struct kato_command *command;
	int	 status;	/* to exit with */
	/* the command's words, options taken out, and the options */
	char	**v;		/* borrowed from argv; NULL after the last */
	size_t	 n;
	bool	 all, all_but, only, json, yaml, verbose, cluster, no_start, force, full, purge,
		 raw, time, no_color, local;
	const char *node, *block, *if_rev, *from, *gateway, *plan;
	const char *head;	/* of a table, not printed yet; NULL */
};

struct kato_command {
	const char *name;	/* "role add": one or two words */
	const char *words;	/* what follows it, for the usage; "": nothing */
	const char *help;	/* a few lines; the first says what it does */
	void	(*run)(struct kato *k);
	unsigned options;	/* OPT_... */
	size_t	 min, max;	/* words; max 0 with words "": none */
};

#define KATO_MANY SIZE_MAX	/* as max: any number of words */

/* The command that the words begin with, and how many words its name has; NULL: none. */
const struct kato_command *kato_find(char *const *v, int *nwords);
/* Its long options, one on each line. */
void	kato_print_options(const struct kato_command *c);

/* ---- kato_say.c ---- */

/* A line on stderr with "kato: " in front; the status unless one is set. */
void	kato_failed(struct kato *k, int status, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* A call has failed: say why, with the status that goes with it. */
void	kato_refused(struct kato *k, const struct err *e);
/* One call; false: it has failed, and that is said. */
bool	kato_call(struct kato *k, const char *method, const char *params, struct reply *r);
bool	kato_stream(struct kato *k, const char *method, const char *params, client_fn fn,
	    void *arg);
/* The value on stdout: JSON with -j, else YAML. */
void	kato_print(const struct kato *k, yyjson_val *v);
/* The same for text of JSON that was made here. */
void	kato_print_text(struct kato *k, const struct buf *json);
/* As YAML, for kato_print and for whoever writes a file. */
void	yaml_value(struct buf *b, yyjson_val *v);

/* ---- commands, by file ---- */

void	kato_version(struct kato *k);
void	kato_help(struct kato *k);
/* The paths of a store that runs and what is there, but no value; empty: there is none. */
void	kato_config_outline(struct kato *k, struct buf *out);
void	kato_config_get(struct kato *k);
void	kato_config_set(struct kato *k);
void	kato_config_del(struct kato *k);
void	kato_config_push(struct kato *k);
void	kato_config_pop(struct kato *k);
void	kato_config_watch(struct kato *k);
void	kato_process_list(struct kato *k);
void	kato_process_start(struct kato *k);
void	kato_process_stop(struct kato *k);
void	kato_process_restart(struct kato *k);
void	kato_process_ready(struct kato *k);
void	kato_service_catalog(struct kato *k);
void	kato_service_list(struct kato *k);
void	kato_service_create(struct kato *k);
void	kato_service_delete(struct kato *k);
void	kato_service_bind(struct kato *k);
void	kato_service_unbind(struct kato *k);
void	kato_service_credentials(struct kato *k);
void	kato_service_orphans(struct kato *k);
void	kato_status(struct kato *k);
void	kato_start(struct kato *k);
void	kato_stop(struct kato *k);
void	kato_restart(struct kato *k);
void	kato_role_add(struct kato *k);
void	kato_role_remove(struct kato *k);
void	kato_role_list(struct kato *k);
void	kato_role_info(struct kato *k);
void	kato_node_list(struct kato *k);
void	kato_log_tail(struct kato *k);
void	kato_info(struct kato *k);
void	kato_history(struct kato *k);
/* This command was given, with k->status: for kato history. */
void	kato_note(struct kato *k, const char *command);
void	kato_inspect(struct kato *k);
void	kato_report(struct kato *k);
/* v: the words so far; table ended by a NULL name. */
void	kato_complete(struct kato *k, char **v, const struct kato_command *table);

#endif
