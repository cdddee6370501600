/*
 * The page that a person opens.  It holds a plain table with links for who has no
 * script, as supervisord's has; the script puts its own in place of that.
 */
#include "web/page.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/client.h"
#include "http/escape.h"
#include "http/http.h"
#include "http/origin.h"
#include "web/action.h"
#include "web/embed.h"
#include "web/html.h"
#include "web/names.h"
#include "wire/varlink.h"

/* ---- the plain table ---- */

/* One link; where has %s for the name. */
static void
add_link(struct buf *b, const char *before, const char *name, const char *after,
    const char *text)
{
	buf_adds(b, "<a href=\"");
	buf_adds(b, before);
	url_add(b, name);
	buf_addf(b, "%s\">%s</a>", after, text);
}

static void
add_action(struct buf *b, const char *name, const char *action, const char *text)
{
	char after[32];

	snprintf(after, sizeof(after), "&amp;action=%s", action);
	add_link(b, "index.html?processname=", name, after, text);
}

static bool
is_down(const char *state)
{
	return strcmp(state, "STOPPED") == 0 || strcmp(state, "EXITED") == 0 ||
	    strcmp(state, "FATAL") == 0;
}

static void
add_row(struct buf *b, yyjson_val *process)
{
	const char *state = reply_str(process, "statename");
	struct buf full = { 0 };
	const char *name;

	names_add(&full, reply_str(process, "group"), reply_str(process, "name"));
	name = buf_text(&full);
	buf_adds(b, "<tr><td>");
	for (const char *s = state; *s != '\0'; s++)
		buf_addc(b, (char)(*s | 0x20));
	buf_adds(b, "</td><td>");
	html_add(b, reply_str(process, "description"));
	buf_adds(b, "</td><td><a href=\"tail.html?processname=");
	url_add(b, name);
	buf_adds(b, "\">");
	html_add(b, name);
	buf_adds(b, "</a></td><td>");
	if (strcmp(state, "RUNNING") == 0) {
		add_action(b, name, "restart", "Restart");
		add_action(b, name, "stop", "Stop");
	} else if (is_down(state)) {
		add_action(b, name, "start", "Start");
	}
	add_action(b, name, "clearlog", "Clear Log");
	add_link(b, "logtail/", name, "", "Tail -f Stdout");
	add_link(b, "logtail/", name, "/stderr", "Tail -f Stderr");
	buf_adds(b, "</td></tr>\n");
	buf_release(&full);
}

static void
add_table(struct buf *b, yyjson_val *processes)
{
	yyjson_arr_iter it;
	yyjson_val *process;

	if (yyjson_arr_size(processes) == 0) {
		buf_adds(b, "<p>No programs to manage</p>\n");
		return;
	}
	buf_adds(b, "<table>\n<thead><tr><th>State</th><th>Description</th><th>Name</th>"
	    "<th>Action</th></tr></thead>\n<tbody>\n");
	yyjson_arr_iter_init(processes, &it);
	while ((process = yyjson_arr_iter_next(&it)) != NULL)
		add_row(b, process);
	buf_adds(b, "</tbody>\n</table>\n");
}

/* ---- the whole of it ---- */

static void
add_message(struct buf *b, const char *message)
{
	if (message == NULL)
		return;
	buf_adds(b, "<p class=\"message\">");
	html_add(b, message);
	buf_adds(b, "</p>\n");
}

/* page.html with its holes filled. */
static void
fill(struct buf *b, const char *identifier, const char *message, yyjson_val *processes)
{
	const char *at = page_html.data, *hole, *end;

	while ((hole = memchr(at, '@', (size_t)(page_html.end - at))) != NULL &&
	    (end = memchr(hole + 1, '@', (size_t)(page_html.end - hole - 1))) != NULL) {
		size_t n = (size_t)(end - hole - 1);

		buf_add(b, at, (size_t)(hole - at));
		if (strncmp(hole + 1, "TOKEN", n) == 0)
			buf_adds(b, origin_token());
		else if (strncmp(hole + 1, "IDENTIFIER", n) == 0)
			html_add(b, identifier);
		else if (strncmp(hole + 1, "MESSAGE", n) == 0)
			add_message(b, message);
		else if (strncmp(hole + 1, "TABLE", n) == 0)
			add_table(b, processes);
		at = end + 1;
	}
	buf_add(b, at, (size_t)(page_html.end - at));
}

static void
free_state(struct request *r)
{
	free(r->state);
}

static void
on_status(struct request *r, const struct async_reply *reply)
{
	const char *message = request_query(r, "message");
	struct buf b = { 0 };

	if (reply->fault != NULL && message == NULL)
		message = reply->fault->msg;
	fill(&b, r->state != NULL ? r->state : "supervisor", message,
	    yyjson_obj_get(reply->params, "processes"));
	html_headers(r);
	request_reply(r, 200, "text/html;charset=utf-8", &b);
}

static void
on_state(struct request *r, const struct async_reply *reply)
{
	r->state = strdup(reply_str(reply->params, "identifier"));
	r->release = free_state;
	request_call(r, 0, CONTROL_INTERFACE ".Status", NULL, on_status);
}

void
page_index(struct request *r)
{
	if (action_wanted(r))
		action_do(r);
	else
		request_call(r, 0, CONTROL_INTERFACE ".GetState", NULL, on_state);
}

/* ---- files ---- */

/* FNV-1a of the bytes: the browser keeps the file until there is another one. */
static void
send_file(struct request *r, const struct embedded *file, const char *type)
{
	const char *known = request_header(r, "If-None-Match");
	uint64_t hash = 0xcbf29ce484222325;
	char tag[24];

	for (const char *p = file->data; p < file->end; p++)
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3;
	snprintf(tag, sizeof(tag), "\"%016llx\"", (unsigned long long)hash);
	request_set(r, "ETag", tag);
	request_set(r, "Cache-Control", "no-cache");
	request_set(r, "X-Content-Type-Options", "nosniff");
	if (known != NULL && strstr(known, tag) != NULL)
		request_reply(r, 304, NULL, NULL);
	else
		request_reply_static(r, 200, type, file->data,
		    (size_t)(file->end - file->data));
}

void
page_script(struct request *r)
{
	send_file(r, &page_js, "text/javascript;charset=utf-8");
}

void
page_style(struct request *r)
{
	send_file(r, &page_css, "text/css;charset=utf-8");
}

void
page_ok(struct request *r)
{
	static const char text[] = "OK";

	request_reply_static(r, 200, "text/plain", text, sizeof(text) - 1);
}
