/*
 * GET /events.  The bound for a reader that is slow is that of the control call: we read
 * no more of it while the stream is full, and the core counts what it has to forget.
 */
#include "web/events.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "http/http.h"
#include "web/html.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define RETRY_MS 1000		/* a browser comes back after this */
#define MISSED "EVENTS_MISSED"

struct watch {
	char	 run[40];	/* of the supervisor */
};

static void
free_watch(struct request *r)
{
	free(r->state);
}

static void
begin(struct request *r)
{
	char text[40];

	request_set(r, "Cache-Control", "no-store");
	request_set(r, "X-Accel-Buffering", "no");
	request_set(r, "X-Content-Type-Options", "nosniff");
	request_stream(r, 200, "text/event-stream", NULL);
	/* something has to come at once, so that the reader knows it is heard */
	snprintf(text, sizeof(text), "retry: %d\n\n", RETRY_MS);
	request_write(r, text, strlen(text));
}

static void
put(struct request *r, yyjson_val *params)
{
	const struct watch *w = r->state;
	const char *event = reply_str(params, "event");
	struct buf b = { 0 }, data = { 0 };

	json_value(&data, params);	/* on one line */
	buf_addf(&b, "id: %s:%lld\n", w->run, (long long)reply_int(params, "serial"));
	buf_addf(&b, "event: %s\ndata: ", strcmp(event, MISSED) == 0 ? "missed" : event);
	buf_add(&b, buf_text(&data), data.len);
	buf_adds(&b, "\n\n");
	if (b.failed || data.failed)
		request_abort(r);
	else
		request_write(r, b.data, b.len);
	buf_release(&data);
	buf_release(&b);
}

static void
on_event(struct request *r, const struct async_reply *reply)
{
	if (reply->fault != NULL)	/* the supervisor has gone: come again */
		request_abort(r);
	else if (!reply->continues)
		request_end(r);
	else
		put(r, reply->params);
}

/* ---- where to begin ---- */

/* ?types=A,B as a JSON array. */
static void
add_types(struct buf *b, const char *types)
{
	size_t n;

	json_key(b, "types");
	json_open(b, '[');
	for (; *types != '\0'; types += n + (types[n] != '\0')) {
		n = strcspn(types, ", ");
		if (n > 0)
			json_bytes(b, types, n);
	}
	json_close(b, ']');
}

/* "RUN:SERIAL" or "SERIAL" of the last event that was seen, or "all"; false: it is none. */
static bool
add_since(struct buf *b, const char *id)
{
	const char *colon = strrchr(id, ':');
	const char *digits = colon != NULL ? colon + 1 : id;
	size_t n = strspn(digits, "0123456789");

	if (strcmp(id, "all") == 0) {
		json_kint(b, "since", 0);
		return true;
	}
	if (n == 0 || n > 18 || digits[n] != '\0')
		return false;
	json_kint(b, "since", atoll(digits) + 1);
	if (colon != NULL) {
		json_key(b, "run");
		json_bytes(b, id, (size_t)(colon - id));
	}
	return true;
}

static const char *
last_seen(struct request *r)
{
	const char *id = request_header(r, "Last-Event-ID");

	return id != NULL ? id : request_query(r, "since");
}

/* Parameters of Subscribe; false: ?since= is wrong. */
static bool
add_params(struct request *r, struct buf *b)
{
	const char *types = request_query(r, "types"), *id = last_seen(r);
	bool good = true;

	json_open(b, '{');
	if (types != NULL)
		add_types(b, types);
	if (id != NULL && id[0] != '\0')
		good = add_since(b, id);
	json_close(b, '}');
	return good;
}

static void
subscribe(struct request *r, unsigned flags, request_done_fn done)
{
	struct buf params = { 0 };

	if (add_params(r, &params))
		request_call(r, flags, CONTROL_INTERFACE ".Subscribe", buf_text(&params), done);
	else
		request_fail(r, 400, "since is not the id of an event");
	buf_release(&params);
}

/* Without "more" it does nothing, but says what is wrong about the types. */
static void
on_checked(struct request *r, const struct async_reply *reply)
{
	if (reply->fault != NULL && reply->fault->code == FAULT_INCORRECT_PARAMETERS) {
		request_fail(r, 400, reply->fault->msg);
		return;
	}
	begin(r);
	subscribe(r, ASYNC_MORE, on_event);
}

static void
on_state(struct request *r, const struct async_reply *reply)
{
	struct watch *w = r->state;

	if (reply->fault != NULL) {
		request_fail(r, 503, reply->fault->msg);
		return;
	}
	snprintf(w->run, sizeof(w->run), "%s", reply_str(reply->params, "run"));
	subscribe(r, 0, on_checked);
}

void
events_serve(struct request *r)
{
	r->state = calloc(1, sizeof(struct watch));
	if (r->state == NULL) {
		request_fail(r, 503, "out of memory");
		return;
	}
	r->release = free_watch;
	request_call(r, 0, CONTROL_INTERFACE ".GetState", NULL, on_state);
}
