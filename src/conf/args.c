/*
 * The command line of supervisord: getopt in Python's dialect (options bundle,
 * long ones may be shortened, nothing follows them), one row per option.
 */
#include "conf/args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "conf/text.h"

enum option_kind { OPTION_FLAG, OPTION_TEXT };

/* A row; the field is bool or const char *.  key: of [supervisord], for the check. */
struct option_row {
	char	 letter;		/* '\0': long only */
	const char *word;
	enum option_kind kind;
	size_t	 off;
	const char *key;
	const char *help;
};

#define TEXT(l, w, field, k, h) { l, w, OPTION_TEXT, offsetof(struct conf_args, field) + \
	_Generic(((struct conf_args *)0)->field, const char *: 0), k, h }
#define FLAG(l, w, field, k, h) { l, w, OPTION_FLAG, offsetof(struct conf_args, field) + \
	_Generic(((struct conf_args *)0)->field, bool: 0), k, h }

static const struct option_row options[] = {
	TEXT('c', "configuration", configuration, NULL, "FILE: configuration file"),
	FLAG('n', "nodaemon", nodaemon, "nodaemon", "run in the foreground"),
	FLAG('s', "silent", silent, "silent", "no log on standard output"),
	FLAG('h', "help", help, NULL, "print this text"),
	FLAG('?', NULL, help, NULL, NULL),
	FLAG('v', "version", version, NULL, "print the version"),
	TEXT('u', "user", user, "user", "USER: become this user (name or uid)"),
	TEXT('m', "umask", umask, "umask", "OCTAL: umask of the daemon"),
	TEXT('d', "directory", directory, "directory", "DIR: directory of the daemon"),
	TEXT('l', "logfile", logfile, "logfile", "FILE: log of the supervisor"),
	TEXT('y', "logfile_maxbytes", logfile_maxbytes, "logfile_maxbytes",
	    "BYTES: size at which the log is rotated"),
	TEXT('z', "logfile_backups", logfile_backups, "logfile_backups",
	    "NUM: how many rotated logs to keep"),
	TEXT('e', "loglevel", loglevel, "loglevel",
	    "LEVEL: critical, error, warn, info, debug, trace, blather"),
	TEXT('j', "pidfile", pidfile, "pidfile", "FILE: file for the process id"),
	TEXT('i', "identifier", identifier, "identifier", "TEXT: name of this supervisor"),
	TEXT('q', "childlogdir", childlogdir, "childlogdir",
	    "DIR: directory of AUTO logs of programs"),
	FLAG('k', "nocleanup", nocleanup, "nocleanup", "keep AUTO logs of an earlier run"),
	TEXT('a', "minfds", minfds, "minfds", "NUM: descriptors that must be available"),
	FLAG('t', "strip_ansi", strip_ansi, "strip_ansi",
	    "remove ANSI escapes from logs of programs"),
	TEXT('\0', "minprocs", minprocs, "minprocs",
	    "NUM: processes that must be available"),
	TEXT('\0', "profile_options", profile_options, NULL, "LIST: ignored"),
};

#define NOPTIONS (sizeof(options) / sizeof(options[0]))

/* One option on the command line. */
struct given {
	const struct option_row *row;
	const char *value;	/* NULL: a flag */
	char	 shown[64];	/* as messages name it */
};

/*
 * The words are gone through twice: an option that does not exist is found
 * before any value is looked at, or help is given.
 */
struct parser {
	struct conf_args *a;	/* NULL in the first round */
	bool	 seen[NOPTIONS];
	bool	 done;		/* -h or -v: the rest does not matter */
	struct err *e;
};

const char *
args_value(const struct conf_args *a, const char *key)
{
	for (size_t i = 0; a != NULL && i < NOPTIONS; i++) {
		const void *field = (const char *)a + options[i].off;

		if (options[i].key == NULL || strcmp(options[i].key, key) != 0)
			continue;
		if (options[i].kind == OPTION_TEXT)
			return *(const char *const *)field;
		return *(const bool *)field ? "true" : NULL;
	}
	return NULL;
}

static int
check_value(const struct given *g, struct err *e)
{
	const struct conf_key *k = g->row->key != NULL && strcmp(g->row->key, "user") != 0
	    ? conf_key_find(&conf_supervisord_table, g->row->key) : NULL;
	struct conf_supervisord scratch = { 0 };
	struct err why;
	struct conf_parse p = { .key = k, .e = &why };
	struct buf shown = { 0 };

	if (k == NULL || g->value == NULL)	/* the user is looked up with the file */
		return 0;
	if (k->type->parse(conf_field(k, &scratch), g->value, &p) == 0) {
		if (k->type->release != NULL)
			k->type->release(conf_field(k, &scratch));
		return 0;
	}
	text_repr(&shown, g->value, strlen(g->value));
	err_set(e, FAULT_BAD_ARGUMENTS, "invalid value for %s %s: %s", g->shown,
	    buf_text(&shown), why.msg);
	buf_release(&shown);
	return -1;
}

static int
set_option(struct parser *p, const struct given *g)
{
	size_t i = (size_t)(g->row - options);
	void *field;

	if (p->a == NULL || p->done)
		return 0;
	if (p->seen[i])
		return err_set(p->e, FAULT_BAD_ARGUMENTS,
		    "conflicting command line option '%s'", g->shown);
	p->seen[i] = true;
	field = (char *)p->a + g->row->off;
	if (g->row->kind == OPTION_FLAG)
		*(bool *)field = true;
	else
		*(const char **)field = g->value;
	p->done = p->a->help || p->a->version;
	return check_value(g, p->e);
}

/* A whole name, or the start of exactly one. */
static const struct option_row *
find_long(const char *name, size_t len, struct err *e)
{
	const struct option_row *found = NULL;
	size_t n = 0;

	for (size_t i = 0; i < NOPTIONS; i++) {
		const char *word = options[i].word;

		if (word == NULL || strncmp(word, name, len) != 0)
			continue;
		if (word[len] == '\0')
			return &options[i];
		found = &options[i];
		n++;
	}
	if (n == 0)
		err_set(e, FAULT_BAD_ARGUMENTS, "option --%.*s not recognized", (int)len, name);
	else if (n > 1)
		err_set(e, FAULT_BAD_ARGUMENTS, "option --%.*s not a unique prefix", (int)len,
		    name);
	return n == 1 ? found : NULL;
}

/* "--name", "--name=value"; *used: how many words. */
static int
take_long(struct given *g, char **argv, int *used, struct err *e)
{
	const char *name = argv[0] + 2, *value = strchr(name, '=');
	size_t len = value != NULL ? (size_t)(value - name) : strlen(name);

	*used = 1;
	g->row = find_long(name, len, e);
	if (g->row == NULL)
		return -1;
	snprintf(g->shown, sizeof(g->shown), "--%s", g->row->word);
	g->value = value != NULL ? value + 1 : NULL;
	if (g->row->kind == OPTION_FLAG)
		return g->value == NULL ? 0 : err_set(e, FAULT_BAD_ARGUMENTS,
		    "option %s must not have an argument", g->shown);
	if (g->value != NULL)
		return 0;
	if (argv[1] == NULL)
		return err_set(e, FAULT_BAD_ARGUMENTS, "option %s requires argument", g->shown);
	g->value = argv[1];
	*used = 2;
	return 0;
}

/* The letter at text in "-nc" or "-cFILE"; following: the next word. */
static int
take_short(struct given *g, const char *text, const char *following, struct err *e)
{
	g->row = NULL;
	for (size_t i = 0; i < NOPTIONS; i++)
		if (options[i].letter != '\0' && options[i].letter == *text)
			g->row = &options[i];
	if (g->row == NULL)
		return err_set(e, FAULT_BAD_ARGUMENTS, "option -%.*s not recognized",
		    (int)text_char(text, strlen(text)), text);
	snprintf(g->shown, sizeof(g->shown), "-%c", *text);
	g->value = NULL;
	if (g->row->kind == OPTION_FLAG)
		return 0;
	g->value = text[1] != '\0' ? text + 1 : following;
	return g->value != NULL ? 0 : err_set(e, FAULT_BAD_ARGUMENTS,
	    "option %s requires argument", g->shown);
}

/* All letters of one word; *used: how many words. */
static int
take_letters(struct parser *p, char **argv, int *used)
{
	struct given g;

	*used = 1;
	for (const char *text = argv[0] + 1; *text != '\0'; text++) {
		if (take_short(&g, text, argv[1], p->e) == -1 || set_option(p, &g) == -1)
			return -1;
		if (g.row->kind == OPTION_FLAG)
			continue;
		*used = text[1] == '\0' ? 2 : 1;
		break;
	}
	return 0;
}

static int
refuse_words(char **argv, struct err *e)
{
	struct buf words = { 0 };

	for (char **word = argv; *word != NULL; word++) {
		if (word > argv)
			buf_adds(&words, ", ");
		text_repr(&words, *word, strlen(*word));
	}
	err_set(e, FAULT_BAD_ARGUMENTS, "positional arguments are not supported: [%s]",
	    buf_text(&words));
	buf_release(&words);
	return -1;
}

/* One round over a NULL-terminated list; returns what follows the options, or NULL. */
static char **
take_words(struct parser *p, char **argv)
{
	struct given g;
	int used;

	for (; *argv != NULL && argv[0][0] == '-' && argv[0][1] != '\0'; argv += used) {
		if (strcmp(*argv, "--") == 0)
			return argv + 1;
		if (argv[0][1] != '-') {
			if (take_letters(p, argv, &used) == -1)
				return NULL;
		} else if (take_long(&g, argv, &used, p->e) == -1 ||
		    set_option(p, &g) == -1) {
			return NULL;
		}
	}
	return argv;
}

static int
parse_args(struct conf_args *a, char **argv, char ***rest, struct err *e)
{
	struct parser syntax = { .e = e }, values = { .a = a, .e = e };
	char **words;

	*a = (struct conf_args){ 0 };
	words = take_words(&syntax, argv);
	if (words == NULL)
		return -1;
	if (rest != NULL)
		*rest = words;
	else if (*words != NULL)
		return refuse_words(words, e);
	return take_words(&values, argv) != NULL ? 0 : -1;
}

int
conf_args_parse(struct conf_args *a, int argc, char **argv, struct err *e)
{
	static char *none[] = { NULL };

	return parse_args(a, argc > 0 ? argv + 1 : none, NULL, e);
}

int
args_parse_words(struct conf_args *a, char **argv, char ***rest, struct err *e)
{
	return parse_args(a, argv + 1, rest, e);
}

const char *
conf_usage(void)
{
	static char text[4096];
	size_t len = 0;

	for (size_t i = 0; i < NOPTIONS && len < sizeof(text); i++) {
		const struct option_row *o = &options[i];
		char letter[5] = "    ";

		if (o->help == NULL)
			continue;
		if (o->letter != '\0')
			snprintf(letter, sizeof(letter), "-%c, ", o->letter);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "  %s--%-18s %s\n",
		    letter, o->word, o->help);
	}
	return text;
}
