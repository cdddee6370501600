/*
 * From the parameters of a method to those of its control call.  Every value is taken
 * as a string by what it prints as, as supervisord mostly does; only numbers, and what
 * goes to a program, have to be what they should.
 */
#include <string.h>

#include "web/rpc.h"
#include "wire/json.h"

#define TAIL_MOST	(64 * 1024 * 1024)	/* bytes of a log in one answer */

int
rpc_fault_arg(const struct rpc *c, enum fault code, size_t i, struct err *e)
{
	struct buf text = { 0 };

	xvalue_print(c->args[i], &text);
	err_set(e, code, "%s: %s", fault_name(code), buf_text(&text));
	buf_release(&text);
	return -1;
}

static void
put_value(struct buf *json, const struct xvalue *v)
{
	struct buf text = { 0 };

	if (v->type == XV_STRING) {
		json_bytes(json, v->text, v->len);
		return;
	}
	xvalue_print(v, &text);
	json_bytes(json, buf_text(&text), text.len);
	json->failed |= text.failed;
	buf_release(&text);
}

/* "string name" as "name" */
static const char *
name_of(const char *param)
{
	return strchr(param, ' ') + 1;
}

static int
put_member(const struct rpc *c, size_t i, struct buf *json, struct err *e)
{
	const char *param = c->method->params[i];
	int64_t n;

	json_key(json, name_of(param));
	switch (param[0]) {
	case 'i':
		if (!xvalue_int(c->args[i], &n))
			return rpc_fault_arg(c, FAULT_INCORRECT_PARAMETERS, i, e);
		json_int(json, n);
		return 0;
	case 'b':
		json_bool(json, xvalue_truth(c->args[i]));
		return 0;
	default:
		put_value(json, c->args[i]);
		return 0;
	}
}

static int
put_members(const struct rpc *c, size_t from, struct buf *json, struct err *e)
{
	for (size_t i = from; i < c->nargs; i++)
		if (put_member(c, i, json, e) == -1)
			return -1;
	return 0;
}

int
rpc_ask_params(const struct rpc *c, struct buf *json, struct err *e)
{
	return put_members(c, 0, json, e);
}

/* suffix: what makes a group's name out of it. */
static int
put_names(const struct rpc *c, const char *suffix, struct buf *json, struct err *e)
{
	struct buf name = { 0 };

	xvalue_print(c->args[0], &name);
	buf_adds(&name, suffix);
	json_key(json, "names");
	json_open(json, '[');
	json_bytes(json, buf_text(&name), name.len);
	json_close(json, ']');
	json->failed |= name.failed;
	buf_release(&name);
	return put_members(c, 1, json, e);
}

int
rpc_ask_one(const struct rpc *c, struct buf *json, struct err *e)
{
	return put_names(c, "", json, e);
}

int
rpc_ask_group(const struct rpc *c, struct buf *json, struct err *e)
{
	const struct xvalue *v = c->args[0];

	/* no group is called so, and with a suffix it might mean a process */
	if (v->type == XV_STRING && strchr(v->text, ':') != NULL)
		return rpc_fault_arg(c, FAULT_BAD_NAME, 0, e);
	return put_names(c, ":*", json, e);
}

int
rpc_ask_tail(const struct rpc *c, struct buf *json, struct err *e)
{
	int64_t offset, length;

	if (!xvalue_int(c->args[1], &offset))
		return rpc_fault_arg(c, FAULT_INCORRECT_PARAMETERS, 1, e);
	if (!xvalue_int(c->args[2], &length))
		return rpc_fault_arg(c, FAULT_INCORRECT_PARAMETERS, 2, e);
	if (put_member(c, 0, json, e) == -1)
		return -1;
	json_kint(json, "bytes", length < 0 ? 0 : length > TAIL_MOST ? TAIL_MOST : length);
	return 0;
}

int
rpc_ask_stdin(const struct rpc *c, struct buf *json, struct err *e)
{
	if (c->args[1]->type != XV_STRING)
		return rpc_fault_arg(c, FAULT_INCORRECT_PARAMETERS, 1, e);
	if (put_member(c, 0, json, e) == -1)
		return -1;
	json_key(json, "chars");
	put_value(json, c->args[1]);
	return 0;
}

bool
rpc_is_about_group(const struct rpc *c)
{
	const struct xvalue *v = c->args[0];
	const char *colon = v->type == XV_STRING ? strchr(v->text, ':') : NULL;

	return colon != NULL && (colon[1] == '\0' || strcmp(colon + 1, "*") == 0);
}
