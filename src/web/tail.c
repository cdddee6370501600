/*
 * Logs.  Following begins with the last 1024 bytes, as in supervisord, or with as many
 * as ?bytes= says.
 */
#include "web/tail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "http/escape.h"
#include "http/http.h"
#include "web/html.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define FIRST_BYTES	1024			/* supervisord's, of a log that is followed */
#define FIRST_MAX	(1024 * 1024)		/* most that ?bytes= brings */
#define PAGE_MAX	(8 * 1024 * 1024)	/* most that ?limit= of tail.html brings */

/* A number of bytes between least and most; else what is left out means. */
static long long
bytes_of(struct request *r, const char *key, long long least, long long most)
{
	const char *text = request_query(r, key);
	long long n;

	if (text == NULL || text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return least;
	n = strlen(text) > 12 ? most : atoll(text);
	return n < least ? least : n > most ? most : n;
}

/* ---- following ---- */

static void
on_text(struct request *r, const struct async_reply *reply)
{
	yyjson_val *text = yyjson_obj_get(reply->params, "text");

	if (reply->fault != NULL && r->state == NULL) {
		enum fault code = reply->fault->code;

		request_fail(r, code == FAULT_SHUTDOWN_STATE || code == FAULT_FAILED ? 503 :
		    404, NULL);
		return;
	}
	if (r->state == NULL) {		/* the first reply: the log is there */
		r->state = r;
		/* a proxy shall not gather what is to be read now */
		request_set(r, "X-Accel-Buffering", "no");
		request_set(r, "X-Content-Type-Options", "nosniff");
		request_set(r, "Cache-Control", "no-store");
		request_stream(r, 200, "text/plain;charset=utf-8", NULL);
	}
	if (text != NULL && yyjson_get_len(text) > 0)
		request_write(r, yyjson_get_str(text), yyjson_get_len(text));
	if (!reply->continues)
		request_end(r);
}

static void
follow(struct request *r, const char *name, const char *channel)
{
	struct buf params = { 0 };

	json_open(&params, '{');
	json_kstr(&params, "name", name);
	json_kstr(&params, "channel", channel);
	json_kint(&params, "bytes", bytes_of(r, "bytes", FIRST_BYTES, FIRST_MAX));
	json_close(&params, '}');
	request_call(r, ASYNC_MORE, LOG_INTERFACE ".Follow", buf_text(&params), on_text);
	buf_release(&params);
}

void
tail_log(struct request *r)
{
	const char *slash = strchr(r->tail, '/');
	const char *channel = slash != NULL ? slash + 1 : "stdout";
	char name[512];

	if (strcmp(channel, "stdout") != 0 && strcmp(channel, "stderr") != 0) {
		request_fail(r, 404, NULL);
		return;
	}
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(r->tail, "/"), r->tail);
	follow(r, name, channel);
}

void
tail_main(struct request *r)
{
	follow(r, "", "main");
}

/* ---- tail.html ---- */

/* text of len bytes, or with text NULL what there is instead. */
static void
send_page(struct request *r, const char *text)
{
	const char *name = request_query(r, "processname");
	struct buf b = { 0 }, title = { 0 };

	buf_adds(&b, "<pre class=\"tail\">");
	html_add(&b, text);
	buf_adds(&b, "</pre>\n");
	if (name != NULL) {
		buf_adds(&b, "<p class=\"tail\"><a href=\"tail.html?processname=");
		url_add(&b, name);
		buf_addf(&b, "&amp;limit=%lld\">Refresh</a></p>\n",
		    bytes_of(r, "limit", FIRST_BYTES, PAGE_MAX));
	}
	buf_addf(&title, "Supervisor tail of process %s", name != NULL ? name : "None");
	html_page(r, 200, buf_text(&title), &b);
	buf_release(&title);
}

static void
on_read(struct request *r, const struct async_reply *reply)
{
	struct buf b = { 0 };

	if (reply->fault == NULL) {
		send_page(r, reply_str(reply->params, "text"));
		return;
	}
	if (reply->fault->code == FAULT_NO_FILE)
		buf_addf(&b, "No file for %s", request_query(r, "processname"));
	else
		buf_addf(&b, "ERROR: unexpected rpc fault [%d] %s", (int)reply->fault->code,
		    reply->fault->msg);
	send_page(r, buf_text(&b));
	buf_release(&b);
}

void
tail_page(struct request *r)
{
	const char *name = request_query(r, "processname");
	struct buf params = { 0 };

	if (name == NULL || name[0] == '\0') {
		send_page(r, "No process name found");
		return;
	}
	json_open(&params, '{');
	json_kstr(&params, "name", name);
	json_kstr(&params, "channel", "stdout");
	json_kint(&params, "offset", -bytes_of(r, "limit", FIRST_BYTES, PAGE_MAX));
	json_kint(&params, "length", 0);
	json_close(&params, '}');
	request_call(r, 0, LOG_INTERFACE ".Read", buf_text(&params), on_read);
	buf_release(&params);
}
