/*
 * A session with one supervisor: where it is, who we are, and the calls.
 * The configuration is read when something of it is needed: a command with -s
 * does without, until the server wants a user name.
 */
#include "cli/ctl.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/endpoint.h"
#include "wire/json.h"

static volatile sig_atomic_t stop_asked;

int
ctl_load(struct ctl *c, struct err *e)
{
	if (c->conf_loaded)
		return 0;
	c->conf_loaded = true;
	return c->load(c->config_opt, &c->conf, e);
}

/* What was typed last beats the options, these the address, and that the file. */
static void
use_identity(struct ctl *c)
{
	struct client *k = &c->client;

	k->username = c->asked_user != NULL ? c->asked_user :
	    c->user_opt != NULL ? c->user_opt :
	    k->url_username != NULL ? k->url_username : c->conf.username;
	k->password = c->asked_password != NULL ? c->asked_password :
	    c->password_opt != NULL ? c->password_opt :
	    k->url_username != NULL ? k->url_password : c->conf.password;
	if (k->username != NULL && k->password == NULL)
		k->password = "";
	k->cacert = c->cacert_opt != NULL ? c->cacert_opt : c->conf.cacert;
}

static int
use_url(struct ctl *c, const char *url, struct err *e)
{
	struct client old = c->client;

	if (client_init(&c->client, url, e) == -1) {
		c->client = old;
		return -1;
	}
	c->client.stop = old.stop;
	c->client.wait_mask = old.wait_mask;
	if (c->have_client)
		client_release(&old);
	c->have_client = true;
	use_identity(c);
	return 0;
}

/*
 * No address given: the places where a server without a section for it is.  The
 * error of the first one is reported, because people expect that one.
 */
static int
try_defaults(struct ctl *c, struct err *e)
{
	const char *config = c->conf.path != NULL ? c->conf.path : "";
	char path[ENDPOINT_MAX], url[ENDPOINT_MAX + 8], first[ENDPOINT_MAX + 8] = "";
	struct err ignored;

	for (size_t i = 0; endpoint_default(i, config, path); i++) {
		snprintf(url, sizeof(url), "unix://%s", path);
		if (use_url(c, url, e) == -1)
			return -1;
		if (client_connect(&c->client, first[0] == '\0' ? e : &ignored) == 0)
			return 0;
		if (first[0] == '\0')
			memcpy(first, url, sizeof(first));
		if (c->client.fail != CLIENT_NO_FILE && c->client.fail != CLIENT_REFUSED)
			break;
	}
	if (use_url(c, first, e) == -1)
		return -1;
	return client_connect(&c->client, e);
}

int
ctl_connect(struct ctl *c, struct err *e)
{
	const char *url;

	if (c->have_client)
		return client_connect(&c->client, e);
	if ((c->url_opt == NULL || c->config_opt != NULL) && ctl_load(c, e) == -1)
		return -1;
	url = c->url_opt != NULL ? c->url_opt : c->conf.serverurl;
	if (url == NULL)
		return try_defaults(c, e);
	if (use_url(c, url, e) == -1)
		return -1;
	return client_connect(&c->client, e);
}

int
ctl_switch(struct ctl *c, const char *url, struct err *e)
{
	return use_url(c, url, e);
}

int
ctl_twin(const struct ctl *c, struct client *twin, struct err *e)
{
	if (client_init(twin, c->client.url, e) == -1)
		return -1;
	twin->username = c->client.username;
	twin->password = c->client.password;
	twin->cacert = c->client.cacert;
	return client_connect(twin, e);
}

/* The server wants to know who we are.  Returns whether we know more than before. */
static bool
find_identity(struct ctl *c)
{
	struct buf user = { 0 }, password = { 0 };
	struct err e;

	if (c->client.username == NULL && !c->conf_loaded && ctl_load(c, &e) == 0 &&
	    c->conf.username != NULL) {
		use_identity(c);
		return true;
	}
	if (!c->shell || !c->tty)
		return false;
	say("Server requires authentication");
	if (shell_ask(c, "Username:", false, &user) &&
	    shell_ask(c, "Password:", true, &password)) {
		free(c->asked_user);
		free(c->asked_password);
		c->asked_user = buf_steal(&user);
		c->asked_password = buf_steal(&password);
		use_identity(c);
		return true;
	}
	buf_release(&user);
	buf_release(&password);
	return false;
}

/* A refused call has done nothing, so it can be made again by somebody better known. */
static bool
retry_as_somebody(struct ctl *c)
{
	if (!c->have_client || c->client.fail != CLIENT_PASSWORD || !find_identity(c))
		return false;
	client_disconnect(&c->client);
	return true;
}

static void
say_unreached(struct ctl *c, const struct err *e)
{
	bool is_here = strncmp(c->client.url, "unix:", 5) == 0;

	switch (c->client.fail) {
	case CLIENT_NO_FILE:
		say_failed(c, EXIT_NOT_RUNNING, "%s", e->msg);
		hint(c, "is supd running, and is this its socket? -s or -c name another one");
		break;
	case CLIENT_REFUSED:
		say_failed(c, EXIT_UNKNOWN, "%s", e->msg);
		hint(c, is_here ? "the socket is there, but nobody listens: supd has ended" :
		    "is supd running there, and is this the port of its [inet_http_server]?");
		break;
	default:
		say_error(c, e);
		break;
	}
}

bool
ctl_reach(struct ctl *c)
{
	struct err e;

	do {
		if (ctl_connect(c, &e) == 0)
			return true;
	} while (retry_as_somebody(c));
	if (c->have_client)
		say_unreached(c, &e);
	else
		say_error(c, &e);
	return false;
}

int
ctl_call(struct ctl *c, const char *method, const char *params, struct reply *r,
    struct err *e)
{
	do {
		if (ctl_connect(c, e) == 0 &&
		    client_call(&c->client, method, params, r, e) == 0)
			return 0;
	} while (retry_as_somebody(c));
	return -1;
}

bool
ctl_ask_about(struct ctl *c, const struct words *w, const char *command,
    const char *method, const char *unable, struct reply *r)
{
	struct buf b = { 0 };
	struct err e;
	bool asked;

	if (w->n != 1) {
		say_failed(c, EXIT_INVALID_ARGS, "Error: %s requires one process name", command);
		command_usage(command);
		return false;
	}
	json_open(&b, '{');
	json_kstr(&b, "name", w->v[0]);
	json_close(&b, '}');
	asked = ctl_call(c, method, buf_text(&b), r, &e) == 0;
	buf_release(&b);
	if (asked)
		return true;
	if (c->client.fail == CLIENT_FAULT && e.code == FAULT_BAD_NAME)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (no such process)", w->v[0]);
	else if (unable != NULL && c->client.fail == CLIENT_FAULT && e.code == FAULT_FAILED)
		say_failed(c, EXIT_GENERIC, "%s: ERROR (%s)", w->v[0], unable);
	else
		say_error(c, &e);
	return false;
}

int
ctl_stream(struct ctl *c, const char *method, const char *params, client_fn fn,
    void *arg, struct err *e)
{
	do {
		if (ctl_connect(c, e) == 0 &&
		    client_stream(&c->client, method, params, fn, arg, e) == 0)
			return 0;
	} while (retry_as_somebody(c));
	return -1;
}

void
ctl_release(struct ctl *c)
{
	if (c->have_client)
		client_release(&c->client);
	free(c->asked_user);
	free(c->asked_password);
	free(c->conf.path);
	free(c->conf.serverurl);
	free(c->conf.username);
	free(c->conf.password);
	free(c->conf.cacert);
	free(c->conf.prompt);
	free(c->conf.history_file);
}

static void
on_sigint(int sig)
{
	(void)sig;
	stop_asked = 1;
}

bool
ctl_interruptible(struct ctl *c)
{
	struct sigaction sa = { .sa_handler = on_sigint };
	sigset_t block;

	if (c->client.stop != NULL)
		return true;
	stop_asked = 0;
	sigemptyset(&sa.sa_mask);
	sigaction(SIGINT, &sa, NULL);
	sigemptyset(&block);
	sigaddset(&block, SIGINT);
	sigprocmask(SIG_BLOCK, &block, &c->client.wait_mask);
	sigdelset(&c->client.wait_mask, SIGINT);
	c->client.stop = &stop_asked;
	return false;
}

void
ctl_uninterruptible(struct ctl *c)
{
	if (c->client.stop == NULL)
		return;
	c->client.stop = NULL;
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_SETMASK, &c->client.wait_mask, NULL);
}

bool
ctl_stop_asked(void)
{
	return stop_asked != 0;
}

bool
ctl_interrupted(void)
{
	const struct timespec now = { 0 };
	bool was = stop_asked != 0;
	sigset_t set;

	/* One that came while nobody waited is held back: it would end the next wait. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	while (sigtimedwait(&set, NULL, &now) == SIGINT)
		was = true;
	stop_asked = 0;
	return was;
}
