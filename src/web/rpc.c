/*
 * The course of a request: read, find the method, check the number of parameters, ask
 * the supervisor, answer.  The calls of a system.multicall follow each other; those
 * that need no control call are answered in a loop, so nothing recurses.
 *
 * supervisord looks at the number of parameters first, then whether it is shutting
 * down, then at the parameters.  The supervisor says the second; so where parameters are
 * refused here it is asked for its state before the caller hears of it.
 */
#include "web/rpc.h"

#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "web/xmlrpc_write.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define ANSWER_MOST	(128 * 1024 * 1024)	/* bytes; of a multicall */
#define MULTICALL	"system.multicall"

static struct rpc *spare;	/* the last one that ended: its memory serves the next */

static int
map_refused(struct rpc *c, yyjson_val *reply, struct err *e)
{
	if (yyjson_get_int(yyjson_obj_get(reply, "statecode")) != 1)
		return err_set(e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	*e = c->refused;
	return -1;
}

/* ---- life ---- */

static void
rpc_free(struct rpc *c)
{
	xcall_release(&c->call);
	buf_release(&c->json);
	buf_release(&c->out);
	free(c);
}

static void
on_release(struct request *r)
{
	struct rpc *c = r->state;

	r->state = NULL;
	buf_release(&c->out);
	if (spare != NULL)
		rpc_free(spare);
	spare = c;
}

static struct rpc *
rpc_new(struct request *r)
{
	struct rpc *c = spare, kept;

	spare = NULL;
	if (c == NULL)
		c = calloc(1, sizeof(*c));
	if (c == NULL)
		return NULL;
	kept = *c;
	*c = (struct rpc){ .request = r, .call = kept.call, .json = kept.json };
	r->state = c;
	r->release = on_release;
	return c;
}

/* ---- one call ---- */

/* What is about the one who was named says the name as it was given. */
static int
complete(const struct rpc *c, struct err *e)
{
	const char *name = fault_name(e->code);
	bool names = c->nargs > 0 && strcmp(c->method->params[0], "string name") == 0;

	switch (e->code) {
	case FAULT_NO_FILE:
		names = names && c->method->ask == rpc_ask_stdin;
		break;
	case FAULT_BAD_NAME:
	case FAULT_ABNORMAL_TERMINATION:
	case FAULT_SPAWN_ERROR:
	case FAULT_ALREADY_STARTED:
	case FAULT_NOT_RUNNING:
	case FAULT_ALREADY_ADDED:
	case FAULT_STILL_RUNNING:
		break;
	default:
		names = false;
		break;
	}
	if (names)
		return rpc_fault_arg(c, e->code, 0, e);
	if (strncmp(e->msg, name, strlen(name)) != 0)
		err_add(e, "%s", name);
	return -1;
}

static void
answer(struct rpc *c)
{
	request_reply(c->request, 200, "text/xml", &c->out);
}

/* The call has its value in c->out; or, with e, is a fault. */
static void
end_call(struct rpc *c, const struct err *e)
{
	if (e != NULL)
		c->out.len = c->mark;
	if (c->is_multi) {
		if (e != NULL)
			xml_fault(&c->out, e);
		return;
	}
	if (e != NULL) {
		buf_clear(&c->out);
		xml_reply_fault(&c->out, e);
	} else {
		xml_reply_end(&c->out);
	}
	answer(c);
}

static void run(struct rpc *c);

static void
on_reply(struct request *r, const struct async_reply *reply)
{
	struct rpc *c = r->state;
	struct err e;
	int rc = -1;

	if (reply->fault != NULL)
		e = *reply->fault;
	else
		rc = c->step->map(c, reply->params, &e);
	if (rc == RPC_AGAIN)
		return;
	if (rc == -1)
		complete(c, &e);
	end_call(c, rc == -1 ? &e : NULL);
	if (c->is_multi)
		run(c);
}

int
rpc_again(struct rpc *c, const struct method *step)
{
	c->step = step;
	request_call(c->request, step->flags, step->call,
	    c->json.failed ? NULL : buf_text(&c->json), on_reply);
	return RPC_AGAIN;
}

/* Ask the supervisor.  What the caller may not ask is refused when it has answered. */
static int
ask(struct rpc *c)
{
	static const struct method state = {
		.call = CONTROL_INTERFACE ".GetState", .map = map_refused,
	};
	const struct method *m = c->method;
	int rc;

	buf_clear(&c->json);
	json_open(&c->json, '{');
	if (m->more != NULL)
		buf_adds(&c->json, m->more);
	rc = (m->ask != NULL ? m->ask : rpc_ask_params)(c, &c->json, &c->refused);
	json_close(&c->json, '}');
	if (rc == 0 && c->json.failed)
		rc = err_set(&c->refused, FAULT_FAILED, "FAILED: out of memory");
	if (rc == 0)
		return rpc_again(c, m);
	buf_clear(&c->json);
	buf_adds(&c->json, "{}");
	return rpc_again(c, &state);
}

static size_t
count_params(const struct method *m)
{
	size_t n = 0;

	while (n < RPC_PARAMS && m->params[n] != NULL)
		n++;
	return n;
}

/* 0: the value is there; -1 and e; RPC_AGAIN: the supervisor was asked. */
static int
begin_call(struct rpc *c, const struct method *m, const struct xvalue *params, struct err *e)
{
	size_t most = m != NULL ? count_params(m) : 0;
	const struct xvalue *v;

	c->mark = c->out.len;
	c->nargs = 0;
	if (m == NULL)
		return err_set(e, FAULT_UNKNOWN_METHOD, "UNKNOWN_METHOD");
	if (params->count > most || params->count + m->optional < most)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS");
	c->method = m;
	for (v = params->first; v != NULL; v = v->next)
		c->args[c->nargs++] = v;
	return m->call != NULL ? ask(c) : m->map(c, NULL, e);
}

/* ---- many calls ---- */

static int
refuse(struct err *e, const char *why)
{
	return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: %s", why);
}

/* One of a multicall; returns as begin_call(). */
static int
begin_part(struct rpc *c, const struct xvalue *part, struct err *e)
{
	static const struct xvalue none = { .type = XV_ARRAY };
	const struct xvalue *name = xvalue_member(part, "methodName");
	const struct xvalue *params = xvalue_member(part, "params");

	c->mark = c->out.len;
	if (name == NULL)
		return refuse(e, "No methodName");
	if (name->type != XV_STRING)
		return refuse(e, "methodName is no string");
	if (strcmp(name->text, MULTICALL) == 0)
		return refuse(e, "Recursive " MULTICALL " forbidden");
	/* Some write an empty struct where they have no parameters. */
	if (params == NULL || (params->type == XV_STRUCT && params->count == 0))
		params = &none;
	if (params->type != XV_ARRAY)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS");
	return begin_call(c, rpc_find(name->text), params, e);
}

static void
run(struct rpc *c)
{
	const struct xvalue *part;
	struct err e;
	int rc;

	while ((part = c->next) != NULL && c->out.len <= ANSWER_MOST) {
		c->next = part->next;
		rc = begin_part(c, part, &e);
		if (rc == RPC_AGAIN)
			return;
		end_call(c, rc == -1 ? &e : NULL);
	}
	if (part != NULL) {
		err_set(&e, FAULT_FAILED, "FAILED: the answer would have more than %d MiB",
		    ANSWER_MOST >> 20);
		buf_release(&c->out);
		xml_reply_fault(&c->out, &e);
	} else {
		xml_array_end(&c->out);
		xml_reply_end(&c->out);
	}
	answer(c);
}

static void
begin_multicall(struct rpc *c)
{
	const struct xvalue *calls = c->call.params.first;
	struct err e;

	if (c->call.params.count != 1 || calls->type != XV_ARRAY) {
		err_set(&e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS");
		end_call(c, &e);
		return;
	}
	c->is_multi = true;
	c->next = calls->first;
	xml_array_begin(&c->out);
	run(c);
}

void
rpc_post(struct request *r)
{
	struct rpc *c = rpc_new(r);
	struct err e;
	int rc;

	if (c == NULL) {
		request_fail(r, 500, NULL);
		return;
	}
	if (xcall_read(&c->call, buf_text(&r->body), r->body.len, &e) == -1) {
		request_fail(r, 400, e.msg);
		return;
	}
	xml_reply_begin(&c->out);
	if (strcmp(c->call.method, MULTICALL) == 0) {
		begin_multicall(c);
		return;
	}
	rc = begin_call(c, rpc_find(c->call.method), &c->call.params, &e);
	if (rc != RPC_AGAIN)
		end_call(c, rc == -1 ? &e : NULL);
}
