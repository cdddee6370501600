/*
 * What a hook is told.
 */
#include "node/hook.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/fill.h"
#include "serve/guest.h"
#include "wire/json.h"

static const char *const names[HOOK_KINDS] = {
	[HOOK_PROVISION] = "provision", [HOOK_UNPROVISION] = "unprovision",
	[HOOK_BIND] = "bind", [HOOK_UNBIND] = "unbind", [HOOK_ENABLE] = "enable",
	[HOOK_DISABLE] = "disable", [HOOK_UPDATE] = "update", [HOOK_MONITOR] = "monitor",
};

static void
put_input(struct buf *out, const char *name, const struct row *r, const struct binding *b)
{
	json_open(out, '{');
	json_kstr(out, "op", name);
	json_kstr(out, "node", guest.name);
	json_kstr(out, "service", node.service);
	json_kstr(out, "name", r->name);
	json_kstr(out, "plan", r->plan);
	json_kstr(out, "version", r->version);
	json_kstr(out, "host", node.host);
	json_kint(out, "port", r->port);
	json_kstr(out, "directory", r->directory);
	json_kstr(out, "password", r->secret);
	json_key(out, "credentials");
	buf_adds(out, r->credentials);
	json_key(out, "parameters");
	buf_adds(out, b != NULL ? b->parameters : r->parameters);
	if (b != NULL) {
		json_kstr(out, "binding", b->name);
		json_key(out, "bound");
		buf_adds(out, b->credentials);
	}
	json_close(out, '}');
}

struct variables {
	char	*v[16];
	size_t	 n;
};

static void
add_variable(void *arg, const char *name, const char *value)
{
	struct variables *l = arg;
	char *entry;

	if (l->n + 1 >= sizeof(l->v) / sizeof(l->v[0]) ||
	    asprintf(&entry, "SUPD_%s=%s", name, value) == -1)
		return;
	for (char *c = entry; *c != '='; c++)
		if (*c >= 'a' && *c <= 'z')
			*c = (char)(*c - 'a' + 'A');
	l->v[l->n++] = entry;
}

struct child *
node_hook(enum hook_kind kind, const struct row *r, const struct binding *b, child_fn fn,
    void *arg, struct err *e)
{
	struct variables l = { .v = { NULL } };
	struct buf input = { 0 };
	struct child *c = NULL;

	add_variable(&l, "op", names[kind]);
	if (b != NULL)
		add_variable(&l, "binding", b->name);
	fill_each(r, add_variable, &l);
	put_input(&input, names[kind], r, b);
	if (input.failed)
		err_set(e, FAULT_FAILED, "out of memory");
	else
		c = child_execute(node.hook[kind], l.v, r->directory, &input, node.hook_ms, fn,
		    arg, e);
	for (size_t i = 0; i < l.n; i++)
		free(l.v[i]);
	buf_release(&input);
	return c;
}
