/*
 * Replies: cut from the stream, parsed, and the server's errors turned into
 * ours.  Calls are built on that.
 */
#include "client/client.h"

#include <stdio.h>
#include <string.h>

#include "client/transport.h"
#include "wire/json.h"
#include "wire/varlink.h"

enum client_fail
reply_refusal(const char *url, const char *error, yyjson_val *params, struct err *e)
{
	const char *last = strrchr(error, '.');

	last = last != NULL ? last + 1 : error;
	/* Whatever its name, supervisord's fault comes along. */
	if (yyjson_obj_get(params, "code") != NULL)
		err_set(e, (enum fault)reply_int(params, "code"), "%s",
		    reply_str(params, "text"));
	else if (strcmp(last, "PermissionDenied") == 0) {
		err_set(e, FAULT_FAILED, "%s requires authentication", url);
		return CLIENT_PASSWORD;
	} else if (strcmp(last, "MethodNotFound") == 0 ||
	    strcmp(last, "InterfaceNotFound") == 0)
		err_set(e, FAULT_UNKNOWN_METHOD, "%s is unknown to this supervisor",
		    reply_str(params, last[0] == 'M' ? "method" : "interface"));
	else if (strcmp(last, "InvalidParameter") == 0)
		err_set(e, FAULT_INCORRECT_PARAMETERS, "parameter '%s' is refused",
		    reply_str(params, "parameter"));
	else if (reply_str(params, "text")[0] != '\0')
		err_set(e, FAULT_FAILED, "%s: %s", last, reply_str(params, "text"));
	else
		err_set(e, FAULT_FAILED, "%s", error);
	return CLIENT_FAULT;
}

/* "BAD_NAME: web" is "web" to those who know the code. */
static void
drop_name(char *text, const char *name)
{
	size_t n = strlen(name);

	if (n > 0 && strncmp(text, name, n) == 0 && strncmp(text + n, ": ", 2) == 0)
		memmove(text, text + n + 2, strlen(text + n + 2) + 1);
}

/* The reply is an error: put it into e. */
static int
refused(struct client *c, const char *error, yyjson_val *params, struct err *e)
{
	struct err said;

	c->fail = reply_refusal(c->url, error, params, &said);
	drop_name(said.msg, reply_str(params, "name"));
	return err_set(e, said.code, "%s", said.msg);
}

static int
parse(struct client *c, const char *text, size_t len, struct reply *r, struct err *e)
{
	yyjson_val *root, *error;

	/* Not in situ, so the text is only read. */
	r->doc = yyjson_read_opts((char *)(uintptr_t)text, len, YYJSON_READ_NOFLAG, NULL,
	    NULL);
	root = yyjson_doc_get_root(r->doc);
	if (!yyjson_is_obj(root)) {
		reply_release(r);
		err_set(e, FAULT_FAILED, "%s does not answer like a supervisor", c->url);
		client_disconnect(c);
		c->fail = CLIENT_BROKEN;
		return -1;
	}
	r->params = yyjson_obj_get(root, "parameters");
	r->continues = reply_bool(root, "continues");
	error = yyjson_obj_get(root, "error");
	if (error != NULL) {
		refused(c, yyjson_is_str(error) ? yyjson_get_str(error) : "unknown error",
		    r->params, e);
		reply_release(r);
		return -1;
	}
	return 1;
}

int
client_next(struct client *c, struct reply *r, struct err *e)
{
	const char *text = buf_text(&c->in) + c->taken;
	ssize_t tail = varlink_frame(buf_text(&c->in) + c->scanned, c->in.len - c->scanned);
	size_t len;

	*r = (struct reply){ 0 };
	if (tail == -1) {
		c->scanned = c->in.len;
		return 0;
	}
	len = c->scanned + (size_t)tail - c->taken;
	c->taken += len + 1;
	c->scanned = c->taken;
	return parse(c, text, len, r, e);
}

int
client_recv(struct client *c, struct reply *r, struct err *e)
{
	int got;

	c->fail = CLIENT_FINE;
	while ((got = client_next(c, r, e)) == 0)
		if (client_await(c, e) == -1 || client_fill(c, e) == -1)
			return -1;
	return got == 1 ? 0 : -1;
}

void
reply_release(struct reply *r)
{
	yyjson_doc_free(r->doc);
	*r = (struct reply){ 0 };
}

int
client_call(struct client *c, const char *method, const char *params, struct reply *r,
    struct err *e)
{
	*r = (struct reply){ 0 };
	if (client_connect(c, e) == -1 || client_send(c, method, params, false, e) == -1)
		return -1;
	if (client_recv(c, r, e) == -1) {
		if (c->fail == CLIENT_STOPPED)
			client_disconnect(c);	/* its answer must not meet the next call */
		return -1;
	}
	return 0;
}

int
client_stream(struct client *c, const char *method, const char *params, client_fn fn,
    void *arg, struct err *e)
{
	bool goes_on = true;
	struct reply r;

	if (client_connect(c, e) == -1 || client_send(c, method, params, true, e) == -1)
		return -1;
	while (goes_on) {
		if (client_recv(c, &r, e) == -1) {
			if (c->fail == CLIENT_STOPPED)
				client_disconnect(c);
			return -1;
		}
		goes_on = r.continues;
		if (fn(r.params, arg) != 0 && goes_on) {
			client_disconnect(c);
			goes_on = false;
		}
		reply_release(&r);
	}
	return 0;
}

int
client_subscribe(struct client *c, char *const *types, size_t ntypes, client_fn fn,
    void *arg, struct err *e)
{
	struct buf b = { 0 };
	int rc;

	json_open(&b, '{');
	if (ntypes > 0) {
		json_key(&b, "types");
		json_open(&b, '[');
		for (size_t i = 0; i < ntypes; i++)
			json_str(&b, types[i]);
		json_close(&b, ']');
	}
	json_close(&b, '}');
	rc = client_stream(c, CONTROL_INTERFACE ".Subscribe", buf_text(&b), fn, arg, e);
	buf_release(&b);
	return rc;
}

const char *
reply_str(yyjson_val *obj, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_get(obj, key));

	return text != NULL ? text : "";
}

int64_t
reply_int(yyjson_val *obj, const char *key)
{
	return yyjson_get_sint(yyjson_obj_get(obj, key));
}

double
reply_num(yyjson_val *obj, const char *key)
{
	return yyjson_get_num(yyjson_obj_get(obj, key));
}

bool
reply_bool(yyjson_val *obj, const char *key)
{
	return yyjson_is_true(yyjson_obj_get(obj, key));
}
