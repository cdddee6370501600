/*
 * supctl and supervisorctl: the command line.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/options.h"

static const char usage[] =
"supctl -- talk to a running supervisor.\n"
"\n"
"Usage: %s [options] [action [arguments]]\n"
"\n"
"Options:\n"
"-c/--configuration FILENAME -- configuration file (searched for if not given)\n"
"-h/--help -- print this text and exit\n"
"-i/--interactive -- start a shell when there is no action\n"
"-s/--serverurl URL -- where the supervisor listens: unix:///path, http://host:port\n"
"     or https://host:port (default: what the configuration says, else\n"
"     /run/supd.sock)\n"
"-u/--username USERNAME -- user name, where the supervisor wants one\n"
"-p/--password PASSWORD -- and the password\n"
"-r/--history-file FILENAME -- keep the lines typed into the shell there\n"
"--cacert FILENAME -- the certificates to trust for https (default: the system's)\n"
"--version -- print the version of this program and exit\n"
"\n"
"action [arguments] -- see below\n"
"\n"
"An action is a command like \"tail\" or \"stop\". Without one, a shell reads\n"
"actions line by line. The action \"help\" lists them all, \"help stop\" tells how\n"
"to use one.\n"
"\n";

static int
refuse(const char *argv0, const struct err *e)
{
	fprintf(stderr, "Error: %s\nFor help, use %s -h\n", e->msg, argv0);
	return EXIT_INVALID_ARGS;
}

/* All words as one line: what a shell user would have typed. */
static void
run_words(struct ctl *c, char **words)
{
	struct buf line = { 0 };
	char *text;

	for (; *words != NULL; words++) {
		buf_adds(&line, *words);
		buf_addc(&line, ' ');
	}
	text = buf_steal(&line);
	if (text == NULL)
		say_failed(c, EXIT_GENERIC, "error: out of memory");
	else
		command_line(c, text);
	free(text);
}

static bool
wants_colour(void)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return (no == NULL || no[0] == '\0') && term != NULL && strcmp(term, "dumb") != 0;
}

static int
session(struct ctl *c, char **words)
{
	struct err e;

	/* With an address a command may do without any file; the shell has a prompt. */
	if ((c->config_opt != NULL || c->url_opt == NULL || *words == NULL) &&
	    ctl_load(c, &e) == -1)
		return refuse(c->argv0, &e);
	if (*words != NULL) {
		run_words(c, words);
		return c->status;
	}
	shell_run(c);
	return 0;
}

int
supctl_main(int argc, char **argv, cli_load_fn load)
{
	static char out[64 * 1024];	/* status of a thousand: one write */
	bool help = false, interactive = false, version = false;
	struct ctl c = { .argv0 = argc > 0 ? argv[0] : "supctl", .load = load };
	struct option table[] = {
		{ 'c', "configuration", &c.config_opt, NULL, false },
		{ 'h', "help", NULL, &help, false },
		{ 'i', "interactive", NULL, &interactive, false },
		{ 's', "serverurl", &c.url_opt, NULL, false },
		{ 'u', "username", &c.user_opt, NULL, false },
		{ 'p', "password", &c.password_opt, NULL, false },
		{ 'r', "history-file", &c.history_opt, NULL, false },
		{ '\0', "cacert", &c.cacert_opt, NULL, true },
		{ '\0', "version", NULL, &version, false },
	};
	struct options o = { .table = table, .n = sizeof(table) / sizeof(table[0]) };
	int first, status;
	struct err e;

	if (argc < 1)
		return EXIT_INVALID_ARGS;
	setvbuf(stdout, out, _IOFBF, sizeof(out));
	first = options_take(&o, argv, &e);
	if (first == -1)
		return refuse(c.argv0, &e);
	if (help || version) {
		if (help)
			printf(usage, c.argv0);
		else
			puts(SUPD_VERSION);
		return fflush(stdout) == 0 ? 0 : EXIT_GENERIC;
	}
	if (c.url_opt != NULL && !client_knows(c.url_opt)) {
		err_set(&e, FAULT_BAD_ARGUMENTS,
		    "invalid value for -s '%s': value '%s' is not a URL", c.url_opt, c.url_opt);
		return refuse(c.argv0, &e);
	}
	c.tty = isatty(STDOUT_FILENO) == 1;
	c.colour = c.tty && wants_colour();
	status = session(&c, argv + first);
	if (fflush(stdout) != 0 && status == 0)
		status = EXIT_GENERIC;
	ctl_release(&c);
	return status;
}
