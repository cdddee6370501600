/*
 * The method GetEnvironment: what a process would find in its environment if it were
 * started now, and where each variable comes from.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/core.h"
#include "core/environ.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

#define MASK "***"

/* The words of the protocol. */
static const char *const origins[] = {
	[FROM_OUTSIDE] = "inherited", [FROM_US] = "supervisor",
	[FROM_COMMON] = "supervisord", [FROM_ACCOUNT] = "user_env",
	[FROM_FILE] = "env_file", [FROM_PROGRAM] = "environment", [FROM_SECRET] = "secret",
};

/*
 * Passwords stand in plain variables, too, and who may ask us need not know them: by these
 * words in its name a variable is taken for a secret.
 */
static const char *const secret_words[] = {
	"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "CREDENTIAL", "PRIVATE_KEY",
	"ACCESS_KEY", "API_KEY", "APIKEY",
};

static bool
is_secret_name(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(secret_words) / sizeof(secret_words[0]); i++) {
		size_t n = strlen(secret_words[i]);

		for (size_t at = 0; at + n <= len; at++)
			if (strncasecmp(name + at, secret_words[i], n) == 0)
				return true;
	}
	return false;
}

/* A value; the password of an address, scheme://user:password@host, is masked. */
static void
put_value(struct buf *b, const char *value)
{
	const char *host = strstr(value, "://"), *colon, *at;
	struct buf shown = { 0 };

	host = host != NULL ? host + 3 : "";
	at = memrchr(host, '@', strcspn(host, "/?#"));
	colon = at != NULL ? memchr(host, ':', (size_t)(at - host)) : NULL;
	if (colon == NULL) {
		json_bytes(b, value, strlen(value));
		return;
	}
	buf_add(&shown, value, (size_t)(colon + 1 - value));
	buf_addf(&shown, MASK "%s", at);
	json_bytes(b, buf_text(&shown), shown.len);
	b->failed |= shown.failed;
	buf_release(&shown);
}

/* "file:line" where the variable is set, as far as it is set in a file. */
static void
put_place(struct buf *b, const struct proc *p, enum environ_origin from,
    const struct given_var *given)
{
	struct buf place = { 0 };

	if (from == FROM_FILE)
		buf_addf(&place, "%s:%d", given->file, given->line);
	else if (from == FROM_SECRET)
		buf_adds(&place, given->file);
	else if (from == FROM_PROGRAM || from == FROM_ACCOUNT)
		buf_addf(&place, "%s:%d", p->conf->file, p->conf->line);
	else if (from == FROM_COMMON)
		buf_adds(&place, core.config->path);
	json_key(b, "place");
	json_bytes(b, buf_text(&place), place.len);
	buf_release(&place);
}

static void
put_variable(struct buf *b, const struct proc *p, const struct environ *env, size_t i)
{
	const struct given_var *given;
	enum environ_origin from = environ_origin(env, p, i, &given);
	const char *entry = env->v[i], *value = entry + strcspn(entry, "=");
	bool secret = from == FROM_SECRET || is_secret_name(entry, (size_t)(value - entry));
	char pid[16];

	json_open(b, '{');
	json_key(b, "name");
	json_bytes(b, entry, (size_t)(value - entry));
	value += *value == '=';
	if (secret)
		value = MASK;
	if (value == env->pid_text[0] || value == env->pid_text[1]) {
		snprintf(pid, sizeof(pid), "%d", (int)p->pid);
		value = p->pid > 0 ? pid : "";	/* only the child knows it in time */
	}
	json_key(b, "value");
	put_value(b, value);
	json_kbool(b, "secret", secret);
	json_kstr(b, "origin", origins[from]);
	put_place(b, p, from, given);
	json_close(b, '}');
}

int
do_get_environment(struct client *c, const struct vcall *call, struct err *e)
{
	struct environ env = { 0 };
	const char *name;
	struct proc *p;

	p = need_process(call, &name, e);
	if (p == NULL)
		return -1;
	if (p->group == core.guests)
		return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	if (environ_make(&env, p, e) == -1) {
		environ_release(&env);
		e->code = FAULT_FAILED;
		return err_add(e, "FAILED");
	}
	vreply_begin(&c->out);
	json_key(&c->out, "variables");
	json_open(&c->out, '[');
	for (size_t i = 0; i < env.n; i++)
		put_variable(&c->out, p, &env, i);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	environ_release(&env);
	return 0;
}
