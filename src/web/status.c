/*
 * What the page's script asks for: two control calls made one object, or one as it is.
 */
#include "web/status.h"

#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "http/http.h"
#include "http/origin.h"
#include "web/html.h"
#include "wire/json.h"
#include "wire/varlink.h"

static void
send(struct request *r, struct buf *b)
{
	html_headers(r);
	request_reply(r, 200, "application/json", b);
}

static void
send_fault(struct request *r, const struct err *e)
{
	request_fail(r, e->code == FAULT_BAD_NAME ? 404 : 503, e->msg);
}

static void
release(struct request *r)
{
	buf_release(r->state);
	free(r->state);
}

static void
on_status(struct request *r, const struct async_reply *reply)
{
	struct buf *b = r->state;

	/* it shuts down: the page shall say so, and has nobody to show */
	json_key(b, "processes");
	if (reply->fault != NULL) {
		buf_adds(b, "[],\"unknown\":[]");
	} else {
		json_value(b, yyjson_obj_get(reply->params, "processes"));
		json_key(b, "unknown");
		json_value(b, yyjson_obj_get(reply->params, "unknown"));
	}
	json_close(b, '}');
	send(r, b);
}

/* The lines of names as a JSON array. */
static void
add_names(struct buf *b, const char *names)
{
	size_t n;

	json_key(b, "names");
	json_open(b, '[');
	for (; *names != '\0'; names += n + (names[n] != '\0')) {
		n = strcspn(names, "\n");
		if (n > 0)
			json_bytes(b, names, n);
	}
	json_close(b, ']');
}

static void
on_state(struct request *r, const struct async_reply *reply)
{
	const char *names = request_query(r, "names");
	struct buf *b = r->state, params = { 0 };

	if (reply->fault != NULL) {
		send_fault(r, reply->fault);
		return;
	}
	json_open(b, '{');
	json_kstr(b, "token", origin_token());
	json_key(b, "state");
	json_value(b, reply->params);
	if (names != NULL && names[0] == '\0') {	/* no names would mean all */
		buf_adds(b, ",\"processes\":[],\"unknown\":[]}");
		send(r, b);
		return;
	}
	json_open(&params, '{');
	if (names != NULL)
		add_names(&params, names);
	json_close(&params, '}');
	request_call(r, 0, CONTROL_INTERFACE ".Status", buf_text(&params), on_status);
	buf_release(&params);
}

void
status_json(struct request *r)
{
	r->state = calloc(1, sizeof(struct buf));
	if (r->state == NULL) {
		request_fail(r, 503, "out of memory");
		return;
	}
	r->release = release;
	request_call(r, 0, CONTROL_INTERFACE ".GetState", NULL, on_state);
}

/* ---- why ---- */

static void
on_why(struct request *r, const struct async_reply *reply)
{
	struct buf b = { 0 };

	if (reply->fault != NULL) {
		send_fault(r, reply->fault);
		return;
	}
	json_value(&b, reply->params);
	send(r, &b);
}

void
status_why(struct request *r)
{
	const char *name = request_query(r, "name");
	struct buf params = { 0 };

	if (name == NULL) {
		request_fail(r, 400, "name is missing");
		return;
	}
	json_open(&params, '{');
	json_kstr(&params, "name", name);
	json_close(&params, '}');
	request_call(r, 0, CONTROL_INTERFACE ".Why", buf_text(&params), on_why);
	buf_release(&params);
}
