/*
 * Control calls over HTTP.  The body is a call as the control socket takes it, without
 * its NUL, and the answer is the reply as the control socket gives it: also an error is
 * an answer, with status 200; 503 when the control socket cannot be asked.  With "more"
 * each reply is a record of a JSON text sequence (RFC 7464).
 */
#include "web/varlink.h"

#include <stdlib.h>
#include <string.h>

#include "http/http.h"
#include "wire/varlink.h"

#define TYPE_ONE	"application/json"
#define TYPE_MANY	"application/json-seq"
#define RECORD		'\x1e'	/* before each of a sequence */

/* A reply as the control socket gives it; one that it could not give is made here. */
static void
put(struct buf *b, const struct async_reply *reply)
{
	if (reply->text != NULL) {
		buf_add(b, reply->text, reply->len);
		buf_addc(b, '\n');
		return;
	}
	vreply_fault(b, CONTROL_INTERFACE, reply->fault);
	if (!b->failed)
		b->data[b->len - 1] = '\n';	/* in place of the NUL */
}

static void
reply_one(struct request *r, const struct async_reply *reply)
{
	struct buf b = { 0 };

	put(&b, reply);
	request_reply(r, reply->text != NULL ? 200 : 503, TYPE_ONE, &b);
}

static void
reply_many(struct request *r, const struct async_reply *reply)
{
	struct buf b = { 0 };

	buf_addc(&b, RECORD);
	put(&b, reply);
	if (b.failed)
		request_abort(r);
	else
		request_write(r, b.data, b.len);
	buf_release(&b);
	if (!reply->continues)
		request_end(r);
}

static void
call(struct request *r, const struct vcall *c, unsigned flags, request_done_fn done)
{
	char *params = c->params != NULL ? yyjson_val_write(c->params, 0, NULL) : NULL;

	if (c->params != NULL && params == NULL)
		request_fail(r, 500, NULL);
	else
		request_call(r, flags, c->method, params, done);
	free(params);
}

static bool
is_refused(struct request *r, const struct vcall *c)
{
	/* a request says its password in its own head, and nothing is kept after it */
	if (strcmp(c->method, CONTROL_INTERFACE ".Authenticate") == 0)
		request_fail(r, 400, "Authenticate is for the control socket; here every "
		    "request brings its password in the header Authorization.");
	else if (c->oneway)
		request_fail(r, 400, "A call over HTTP has an answer: leave out \"oneway\".");
	else
		return false;
	return true;
}

/* Does it wait for processes? */
static bool
may_last(const struct vcall *c)
{
	static const char *const methods[] = { "Start", "Stop", "Wait", "Update" };
	size_t n = strlen(CONTROL_INTERFACE ".");

	if (strncmp(c->method, NODE_INTERFACE ".", sizeof(NODE_INTERFACE)) == 0 ||
	    strncmp(c->method, GATEWAY_INTERFACE ".", sizeof(GATEWAY_INTERFACE)) == 0)
		return true;
	if (strncmp(c->method, CONTROL_INTERFACE ".", n) != 0)
		return false;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(c->method + n, methods[i]) == 0)
			return true;
	return false;
}

void
varlink_serve(struct request *r)
{
	unsigned flags = ASYNC_RAW;
	struct vcall c;
	struct err e;
	struct buf b = { 0 };

	if (vcall_parse(&c, buf_text(&r->body), r->body.len, &e) == -1) {
		put(&b, &(struct async_reply){ .fault = &e });
		request_reply(r, 400, TYPE_ONE, &b);
		return;
	}
	if (c.more)
		flags |= ASYNC_MORE;
	if (may_last(&c))
		flags |= ASYNC_SLOW;
	if (!is_refused(r, &c)) {
		if (c.more)
			request_stream(r, 200, TYPE_MANY, NULL);
		call(r, &c, flags, c.more ? reply_many : reply_one);
	}
	vcall_release(&c);
}
