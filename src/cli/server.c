/*
 * Commands about the supervisor itself, and about this client: reload, shutdown,
 * version, open, quit, help.
 */
#include "cli/ctl.h"

#include <string.h>

#include "wire/varlink.h"

/* In the shell a person confirms; on the command line it was meant. */
static bool
confirmed(struct ctl *c, const char *question)
{
	struct buf answer = { 0 };
	bool yes;

	if (!c->shell)
		return true;
	yes = shell_ask(c, question, false, &answer) &&
	    (buf_text(&answer)[0] == 'y' || buf_text(&answer)[0] == 'Y');
	buf_release(&answer);
	return yes;
}

void
cmd_reload(struct ctl *c, struct words *w)
{
	struct reply r;
	struct err e;

	(void)w;
	if (!confirmed(c, "Really restart the remote supervisord process y/N? "))
		return;
	if (ctl_call(c, CONTROL_INTERFACE ".Restart", NULL, &r, &e) == 0) {
		reply_release(&r);
		say("Restarted supervisord");
	} else if (c->client.fail == CLIENT_FAULT && e.code == FAULT_SHUTDOWN_STATE) {
		say_failed(c, EXIT_GENERIC, "ERROR: already shutting down");
	} else {
		say_error(c, &e);
	}
}

void
cmd_shutdown(struct ctl *c, struct words *w)
{
	struct reply r;
	struct err e;

	(void)w;
	if (!confirmed(c, "Really shut the remote supervisord process down y/N? "))
		return;
	if (ctl_call(c, CONTROL_INTERFACE ".Shutdown", NULL, &r, &e) == 0) {
		reply_release(&r);
		say("Shut down");
		return;
	}
	switch (c->have_client ? c->client.fail : CLIENT_URL) {
	case CLIENT_FAULT:
		if (e.code == FAULT_SHUTDOWN_STATE)
			say("ERROR: already shutting down");
		else
			say_error(c, &e);
		break;
	case CLIENT_NO_FILE:
	case CLIENT_REFUSED:
		say_failed(c, EXIT_GENERIC, "ERROR: %s (already shut down?)", e.msg);
		break;
	default:
		say_error(c, &e);
		break;
	}
}

void
cmd_version(struct ctl *c, struct words *w)
{
	struct reply r;
	struct err e;

	(void)w;
	if (ctl_call(c, CONTROL_INTERFACE ".GetState", NULL, &r, &e) == -1) {
		say_error(c, &e);
		return;
	}
	say("%s", reply_str(r.params, "version"));
	reply_release(&r);
}

void
cmd_open(struct ctl *c, struct words *w)
{
	struct words none = { .timeout_ms = -1 };
	struct err e;
	int before = c->status;

	if (w->n != 1 || !client_knows(w->v[0])) {
		say_failed(c, EXIT_GENERIC, "ERROR: url must be http:// or unix://");
		return;
	}
	if (ctl_switch(c, w->v[0], &e) == -1) {
		say_error(c, &e);
		return;
	}
	cmd_status(c, &none);
	if (c->status != EXIT_GENERIC)
		c->status = before;	/* what status found is no failure of open */
}

void
cmd_quit(struct ctl *c, struct words *w)
{
	(void)w;
	c->leave = true;
	say("%s", "");
}

static void
list(unsigned want)
{
	const char *names[64];
	size_t n = 0;

	for (const struct command *k = commands; k->name != NULL; k++)
		if ((k->flags & (CMD_OURS | CMD_HIDDEN)) == want &&
		    n < sizeof(names) / sizeof(names[0]))
			names[n++] = k->name;
	say_columns(names, n);
}

void
cmd_help(struct ctl *c, struct words *w)
{
	const struct command *k;

	(void)c;
	if (w->n == 0) {
		say("\ndefault commands (type help <topic>):\n"
		    "=====================================");
		list(0);
		say("\nmore commands (type help <topic>):\n"
		    "==================================");
		list(CMD_OURS);
		say("%s", "");
		return;
	}
	k = command_find(w->rest);
	if (k == NULL || k->usage == NULL)
		say("*** No help on %s", w->rest);
	else
		say("%s", k->usage);
}
