/*
 * The HTTP server faked, for tests of route handlers: a request is made by hand, the
 * control calls that it makes are written down and answered by the test, and its
 * answer can be looked at.  Defines all of http/http.h that handlers use.
 *
 *	struct request *r = fake_request(HTTP_POST, "/RPC2", "<methodCall>...");
 *	handler(r);
 *	is_str(fake_call(0)->method, "org.supd.Control.Status", "...");
 *	fake_reply(0, "{\"parameters\":{...}}");
 *	is_int(fake.status, 200, "..."); is_str(buf_text(&fake.body), "...", "...");
 *	fake_request_end(r);
 */
#ifndef T_UNIT_HTTP_FAKE_H
#define T_UNIT_HTTP_FAKE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/access.h"
#include "http/http.h"

#define FAKE_CALLS 256

struct fake_call {
	struct request *r;
	unsigned flags;
	char	*method, *params;	/* owned */
	request_done_fn done;
	bool	 over;
};

static struct {
	unsigned status;	/* 0: not answered yet */
	char	 type[64];
	struct buf set;		/* "Name: value\n" of request_set() */
	struct buf body;	/* of the answer, or all that was written to its stream */
	bool	 streams, ended, aborted;
	request_fn produce;
	size_t	 unread;	/* what request_unread() says; the test's to change */
	struct fake_call calls[FAKE_CALLS];
	size_t	 ncalls;
	const char *headers[16];	/* "name", "value", ... of the request; the test's */
	const char *query[16];
} fake;

static struct http_server fake_server = { .id = 1, .name = (char *)(uintptr_t)"fake" };

/* Begin a request; forgets the one before. */
__attribute__((unused)) static struct request *
fake_request(enum http_method method, const char *path, const char *body)
{
	struct request *r = calloc(1, sizeof(*r));

	for (size_t i = 0; i < fake.ncalls; i++) {
		free(fake.calls[i].method);
		free(fake.calls[i].params);
	}
	buf_release(&fake.body);
	buf_release(&fake.set);
	memset(&fake, 0, sizeof(fake));
	r->method = method;
	r->path = path;
	r->tail = "";
	r->server = &fake_server;
	r->uid = (uid_t)-1;
	if (body != NULL)
		buf_adds(&r->body, body);
	return r;
}

__attribute__((unused)) static void
fake_request_end(struct request *r)
{
	if (r->release != NULL)
		r->release(r);
	buf_release(&r->body);
	free(r);
}

/* The i-th control call; an empty one when there is none. */
__attribute__((unused)) static struct fake_call *
fake_call(size_t i)
{
	static struct fake_call none = { .method = (char *)(uintptr_t)"",
		.params = (char *)(uintptr_t)"" };

	return i < fake.ncalls ? &fake.calls[i] : &none;
}

/* Answer the i-th call with this JSON, as the control socket would. */
__attribute__((unused)) static void
fake_reply(size_t i, const char *json)
{
	struct fake_call *c = fake_call(i);
	yyjson_doc *doc = yyjson_read(json, strlen(json), 0);
	yyjson_val *root = yyjson_doc_get_root(doc);
	struct async_reply reply = {
		.params = yyjson_obj_get(root, "parameters"),
		.text = json, .len = strlen(json),
		.continues = yyjson_is_true(yyjson_obj_get(root, "continues")),
	};

	if (c->done == NULL || c->over)
		printf("# call %zu cannot be answered\n", i);
	else {
		c->over = !reply.continues;
		c->done(c->r, &reply);
	}
	yyjson_doc_free(doc);
}

__attribute__((unused)) static void
fake_fault(size_t i, enum fault code, const char *text)
{
	struct fake_call *c = fake_call(i);
	struct err e;
	struct async_reply reply = { .fault = &e };

	err_set(&e, code, "%s", text);
	c->over = true;
	if (c->done != NULL)
		c->done(c->r, &reply);
}

/* ---- http/http.h ---- */

static const char *
fake_look_up(const char *const *pairs, const char *name)
{
	for (size_t i = 0; i < 16 && pairs[i] != NULL; i += 2)
		if (strcasecmp(pairs[i], name) == 0)
			return pairs[i + 1];
	return NULL;
}

const char *
request_header(const struct request *r, const char *name)
{
	(void)r;
	return fake_look_up(fake.headers, name);
}

const char *
request_query(const struct request *r, const char *key)
{
	(void)r;
	return fake_look_up(fake.query, key);
}

const char *
request_form(struct request *r, const char *key)
{
	return request_query(r, key);
}

void
request_call(struct request *r, unsigned flags, const char *method, const char *params,
    request_done_fn done)
{
	if (fake.ncalls < FAKE_CALLS)
		fake.calls[fake.ncalls++] = (struct fake_call){ r, flags, strdup(method),
			strdup(params != NULL ? params : "{}"), done, false };
}

void
request_set(struct request *r, const char *name, const char *value)
{
	(void)r;
	buf_addf(&fake.set, "%s: %s\n", name, value);
}

static void
fake_begin(unsigned status, const char *type)
{
	if (fake.status != 0)
		printf("# answered twice\n");
	fake.status = status;
	snprintf(fake.type, sizeof(fake.type), "%s", type != NULL ? type : "");
}

void
request_reply(struct request *r, unsigned status, const char *type, struct buf *body)
{
	if (body != NULL && body->failed)
		request_fail(r, 500, NULL);
	else {
		fake_begin(status, type);
		if (body != NULL)
			buf_add(&fake.body, body->data, body->len);
	}
	if (body != NULL)
		buf_release(body);
}

void
request_reply_static(struct request *r, unsigned status, const char *type, const void *data,
    size_t len)
{
	(void)r;
	fake_begin(status, type);
	buf_add(&fake.body, data, len);
}

void
request_fail(struct request *r, unsigned status, const char *text)
{
	(void)r;
	fake_begin(status, "text/html");
	buf_adds(&fake.body, text != NULL ? text : "");
}

void
request_redirect(struct request *r, unsigned status, const char *location)
{
	request_set(r, "Location", location);
	fake_begin(status, NULL);
}

void
request_stream(struct request *r, unsigned status, const char *type, request_fn produce)
{
	(void)r;
	fake_begin(status, type);
	fake.streams = true;
	fake.produce = produce;
}

bool
request_write(struct request *r, const void *data, size_t len)
{
	(void)r;
	buf_add(&fake.body, data, len);
	return fake.unread < HTTP_STREAM_PAUSE;
}

size_t
request_unread(const struct request *r)
{
	(void)r;
	return fake.unread;
}

void
request_end(struct request *r)
{
	(void)r;
	fake.ended = true;
}

void
request_abort(struct request *r)
{
	(void)r;
	fake.aborted = true;
}

#endif
