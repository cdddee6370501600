/*
 * system.*: what the table says about itself.
 */
#include <stdlib.h>
#include <string.h>

#include "web/rpc.h"
#include "web/xmlrpc_write.h"

static int
compare(const void *name, const void *m)
{
	return strcmp(name, ((const struct method *)m)->name);
}

static bool has_supervisor;

void
rpc_offer(bool supervisor)
{
	has_supervisor = supervisor;
}

bool
rpc_is_offered(const struct method *m)
{
	return has_supervisor || strncmp(m->name, "system.", strlen("system.")) == 0;
}

const struct method *
rpc_find(const char *name)
{
	const struct method *m = bsearch(name, rpc_methods, rpc_nmethods,
	    sizeof(rpc_methods[0]), compare);

	return m != NULL && rpc_is_offered(m) ? m : NULL;
}

int
rpc_map_list(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)reply;
	(void)e;
	xml_array_begin(&c->out);
	for (size_t i = 0; i < rpc_nmethods; i++)
		if (rpc_is_offered(&rpc_methods[i]))
			xml_string(&c->out, rpc_methods[i].name, strlen(rpc_methods[i].name));
	xml_array_end(&c->out);
	return 0;
}

/* The method that the argument names. */
static const struct method *
named(const struct rpc *c, struct err *e)
{
	const struct xvalue *v = c->args[0];
	const struct method *m = v->type == XV_STRING ? rpc_find(v->text) : NULL;

	if (m == NULL)
		err_set(e, FAULT_SIGNATURE_UNSUPPORTED, "SIGNATURE_UNSUPPORTED");
	return m;
}

int
rpc_map_help(struct rpc *c, yyjson_val *reply, struct err *e)
{
	const struct method *m = named(c, e);
	struct buf text = { 0 };

	(void)reply;
	if (m == NULL)
		return -1;
	buf_addf(&text, "%s\n\n", m->help);
	for (size_t i = 0; i < RPC_PARAMS && m->params[i] != NULL; i++)
		buf_addf(&text, "@param %s\n", m->params[i]);
	buf_addf(&text, "@return %s\n", m->result);
	xml_string(&c->out, buf_text(&text), text.len);
	c->out.failed |= text.failed;
	buf_release(&text);
	return 0;
}

int
rpc_map_signature(struct rpc *c, yyjson_val *reply, struct err *e)
{
	const struct method *m = named(c, e);

	(void)reply;
	if (m == NULL)
		return -1;
	xml_array_begin(&c->out);
	xml_string(&c->out, m->result, strlen(m->result));
	for (size_t i = 0; i < RPC_PARAMS && m->params[i] != NULL; i++)
		xml_string(&c->out, m->params[i], strcspn(m->params[i], " "));
	xml_array_end(&c->out);
	return 0;
}
