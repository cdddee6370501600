/*
 * Answers: whole ones, which libmicrohttpd sends by itself, and streams, which it asks
 * for piece by piece.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/conn.h"
#include "http/escape.h"
#include "http/room.h"

#define PIECE_BYTES	(64 * 1024)	/* of a long answer: each has its own time limit */

/* ---- beginning ---- */

void
request_set(struct request *r, const char *name, const char *value)
{
	struct buf *b = &r->answer->headers;

	buf_add(b, name, strlen(name) + 1);
	buf_add(b, value, strlen(value) + 1);
}

static bool
add_headers(struct request *r, const char *type)
{
	struct answer *a = r->answer;
	const char *at = buf_text(&a->headers), *end = at + a->headers.len, *value;

	if (a->headers.failed)
		return false;
	for (; at < end; at = value + strlen(value) + 1) {
		value = at + strlen(at) + 1;
		if (MHD_add_response_header(a->response, at, value) == MHD_NO)
			return false;
	}
	return (type == NULL ||
	    MHD_add_response_header(a->response, "Content-Type", type) == MHD_YES) &&
	    MHD_add_response_header(a->response, "Server", "supd") == MHD_YES;
}

static void
begin(struct request *r, unsigned status, const char *type, struct MHD_Response *response)
{
	struct answer *a = r->answer;

	if (a->state != ANSWER_NONE) {		/* the first one stands */
		if (response != NULL)
			MHD_destroy_response(response);
		return;
	}
	a->response = response;
	a->status = status;
	a->state = ANSWER_READY;
	if (response == NULL || !add_headers(r, type))
		a->state = ANSWER_BROKEN;
	conn_wake(r->conn);
}

enum MHD_Result
answer_queue(struct request *r)
{
	struct answer *a = r->answer;
	enum MHD_Result rc;

	if (a->state != ANSWER_READY)
		return MHD_NO;
	rc = MHD_queue_response(r->conn->mhd, a->status, a->response);
	MHD_destroy_response(a->response);
	a->response = NULL;
	a->state = ANSWER_SENT;
	return rc;
}

void
answer_release(struct request *r)
{
	struct answer *a = r->answer;

	if (a->response != NULL)
		MHD_destroy_response(a->response);
	loop_job_cancel(&a->produce_job);
	loop_timer_stop(&a->delay);
	if (a->offender != NULL)
		access_waited(a->offender);
	buf_release(&a->headers);
	buf_release(&a->form);
	buf_release(&a->out);
}

/* ---- whole answers ---- */

/* A long one: handed out in pieces, so that its clock sees that it is read. */
struct pieces {
	struct connection *conn;	/* borrowed: outlives its responses */
	const char *data;
	size_t	 len;
	char	*owned;		/* NULL: data is not ours */
	size_t	 cap;		/* of owned */
};

static ssize_t
read_pieces(void *cls, uint64_t pos, char *to, size_t max)
{
	struct pieces *p = cls;
	size_t left = p->len - (size_t)pos;

	http_clock_set(p->conn, HTTP_GIVE);
	if (max > left)
		max = left;
	memcpy(to, p->data + pos, max);
	return (ssize_t)max;
}

static void
free_pieces(void *cls)
{
	struct pieces *p = cls;

	if (p->owned != NULL)
		room_give(p->owned, p->cap);
	free(p);
}

/* Takes over owned (NULL: data is not ours) with its cap bytes, also when it fails. */
static struct MHD_Response *
in_pieces(struct request *r, const char *data, size_t len, char *owned, size_t cap)
{
	struct pieces *p = malloc(sizeof(*p));
	struct MHD_Response *response = NULL;

	if (p != NULL) {
		*p = (struct pieces){ r->conn, data, len, owned, cap };
		response = MHD_create_response_from_callback(len, PIECE_BYTES, read_pieces,
		    p, free_pieces);
	}
	if (response == NULL) {
		free(owned);
		free(p);
	}
	return response;
}

void
request_reply(struct request *r, unsigned status, const char *type, struct buf *body)
{
	size_t len = body != NULL ? body->len : 0, cap;
	struct MHD_Response *response;
	char *data;

	if (body != NULL && body->failed) {
		buf_release(body);
		request_fail(r, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
		return;
	}
	if (len == 0) {
		if (body != NULL)
			buf_release(body);
		response = MHD_create_response_empty(MHD_RF_NONE);
	} else {
		cap = body->cap;
		data = buf_steal(body);
		response = len > PIECE_BYTES ? in_pieces(r, data, len, data, cap) :
		    MHD_create_response_from_buffer_with_free_callback(len, data, free);
		if (response == NULL && len <= PIECE_BYTES)
			free(data);
	}
	begin(r, status, type, response);
}

void
request_reply_static(struct request *r, unsigned status, const char *type, const void *data,
    size_t len)
{
	begin(r, status, type, len > PIECE_BYTES ? in_pieces(r, data, len, NULL, 0) :
	    MHD_create_response_from_buffer_static(len, data));
}

void
request_fail(struct request *r, unsigned status, const char *text)
{
	const char *reason = MHD_get_reason_phrase_for(status);
	struct buf b = { 0 };

	if (http.site->fail != NULL) {
		http.site->fail(r, status, text != NULL ? text : reason);
		return;
	}
	buf_addf(&b, "<!DOCTYPE html>\n<title>%u %s</title>\n<h1>%s</h1>\n<p>", status,
	    reason, reason);
	/* it may hold what the caller has sent */
	html_add(&b, text != NULL ? text : "supd cannot answer this request.");
	buf_adds(&b, "</p>\n");
	request_reply(r, status, "text/html", &b);
}

void
request_redirect(struct request *r, unsigned status, const char *location)
{
	request_set(r, "Location", location);
	request_reply(r, status, NULL, NULL);
}

/* ---- streams ---- */

static void
on_produce(struct loop_job *j)
{
	struct answer *a = LOOP_OWNER(j, struct answer, produce_job);
	struct exchange *x = LOOP_OWNER(a, struct exchange, a);

	if (!a->ended && a->state != ANSWER_BROKEN)
		a->produce(&x->r);
}

static ssize_t
read_stream(void *cls, uint64_t pos, char *to, size_t max)
{
	struct request *r = cls;
	struct answer *a = r->answer;
	size_t left = a->out.len - a->taken;

	(void)pos;
	if (a->state == ANSWER_BROKEN)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (left == 0 && a->ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (left == 0) {
		http_clock_set(r->conn, HTTP_NONE);
		conn_suspend(r->conn);
		return 0;
	}
	http_clock_set(r->conn, HTTP_GIVE);
	if (max > left)
		max = left;
	memcpy(to, a->out.data + a->taken, max);
	a->taken += max;
	if (a->taken == a->out.len) {
		a->taken = 0;
		buf_clear(&a->out);
		if (a->produce != NULL)
			loop_job_add(&a->produce_job, on_produce);
	}
	call_pace(r);
	return (ssize_t)max;
}

void
request_stream(struct request *r, unsigned status, const char *type, request_fn produce)
{
	r->answer->streams = true;
	r->answer->produce = produce;
	begin(r, status, type, MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
	    PIECE_BYTES / 4, read_stream, r, NULL));
}

size_t
request_unread(const struct request *r)
{
	return r->answer->out.len - r->answer->taken;
}

bool
request_write(struct request *r, const void *data, size_t len)
{
	struct answer *a = r->answer;

	if (!a->streams || a->ended || a->state == ANSWER_BROKEN)
		return false;
	if (a->taken > 0 && a->taken >= a->out.len / 2) {
		buf_drop(&a->out, a->taken);
		a->taken = 0;
	}
	buf_add(&a->out, data, len);
	if (a->out.failed || request_unread(r) > HTTP_STREAM_MAX) {
		request_abort(r);
		return false;
	}
	call_pace(r);
	conn_wake(r->conn);
	return request_unread(r) < HTTP_STREAM_PAUSE;
}

void
request_end(struct request *r)
{
	r->answer->ended = true;
	conn_wake(r->conn);
}

void
request_abort(struct request *r)
{
	r->answer->state = ANSWER_BROKEN;
	call_cancel_all(r);
	conn_doom(r->conn);
}
