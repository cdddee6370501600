/*
 * The method GetEnvironment: what a process would find in its environment if it were
 * started now, and where each variable comes from.
 */
#include <stdio.h>
#include <string.h>

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
	char pid[16];

	json_open(b, '{');
	json_key(b, "name");
	json_bytes(b, entry, (size_t)(value - entry));
	value += *value == '=';
	if (from == FROM_SECRET)
		value = MASK;
	if (value == env->pid_text[0] || value == env->pid_text[1]) {
		snprintf(pid, sizeof(pid), "%d", (int)p->pid);
		value = p->pid > 0 ? pid : "";	/* only the child knows it in time */
	}
	json_key(b, "value");
	json_bytes(b, value, strlen(value));
	json_kbool(b, "secret", from == FROM_SECRET);
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

	if (need_string(call, "name", &name, e) == -1)
		return -1;
	p = core_find(name, e);
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
