/*
 * why: the causal chain of a process's state in the server's words, and when it
 * failed, what the program itself said last.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define SHOWN_LINES	10	/* of each log */
#define SHOWN_BYTES	4096

static bool
has_failed(yyjson_val *process)
{
	const char *state = reply_str(process, "statename");

	return strcmp(state, "FATAL") == 0 || strcmp(state, "BACKOFF") == 0 ||
	    (strcmp(state, "EXITED") == 0 && reply_int(process, "exitstatus") != 0);
}

/* The last bytes of a log into text; empty when there is none. */
static void
fetch_tail(struct ctl *c, const char *name, const char *channel, struct buf *text)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;

	json_open(&b, '{');
	json_kstr(&b, "name", name);
	json_kstr(&b, "channel", channel);
	json_kint(&b, "bytes", SHOWN_BYTES);
	json_close(&b, '}');
	if (ctl_call(c, LOG_INTERFACE ".Tail", buf_text(&b), &r, &e) == 0) {
		yyjson_val *v = yyjson_obj_get(r.params, "text");

		buf_add(text, reply_str(r.params, "text"), yyjson_get_len(v));
		reply_release(&r);
	}
	buf_release(&b);
}

/* Where the last lines begin. */
static size_t
last_lines(const struct buf *text)
{
	size_t at = text->len, lines = 0;

	if (at > 0 && text->data[at - 1] == '\n')
		at--;
	while (at > 0 && (text->data[at - 1] != '\n' || ++lines < SHOWN_LINES))
		at--;
	return at;
}

static void
show_tail(struct ctl *c, const char *name, const char *channel)
{
	struct buf text = { 0 }, out = { 0 };
	const char *line;

	fetch_tail(c, name, channel, &text);
	if (text.len > 0) {
		buf_addf(&out, "last output on %s:\n", channel);
		line = text.data + last_lines(&text);
		while (line < text.data + text.len) {
			size_t left = (size_t)(text.data + text.len - line);
			const char *end = memchr(line, '\n', left);
			size_t n = end != NULL ? (size_t)(end - line) : left;

			buf_adds(&out, "    ");
			buf_add(&out, line, n);
			buf_addc(&out, '\n');
			line += n + (end != NULL);
		}
		say_buf(&out);
	}
	buf_release(&out);
	buf_release(&text);
}

static void
show_text(struct ctl *c, yyjson_val *params, const char *name)
{
	yyjson_val *process = yyjson_obj_get(params, "process"), *line;
	yyjson_arr_iter it;

	yyjson_arr_iter_init(yyjson_obj_get(params, "text"), &it);
	while ((line = yyjson_arr_iter_next(&it)) != NULL)
		if (yyjson_is_str(line))
			say("%s", yyjson_get_str(line));
	if (!has_failed(process))
		return;
	show_tail(c, name, "stdout");
	show_tail(c, name, "stderr");
}

static void
show_json(struct ctl *c, yyjson_val *params, const char *name)
{
	struct buf b = { 0 }, text = { 0 };

	json_open(&b, '{');
	json_key(&b, "process");
	json_value(&b, yyjson_obj_get(params, "process"));
	json_key(&b, "text");
	json_value(&b, yyjson_obj_get(params, "text"));
	json_key(&b, "transitions");
	json_value(&b, yyjson_obj_get(params, "transitions"));
	fetch_tail(c, name, "stdout", &text);
	json_key(&b, "stdout");
	json_bytes(&b, buf_text(&text), text.len);
	buf_clear(&text);
	fetch_tail(c, name, "stderr", &text);
	json_key(&b, "stderr");
	json_bytes(&b, buf_text(&text), text.len);
	json_close(&b, '}');
	buf_addc(&b, '\n');
	say_buf(&b);
	buf_release(&text);
	buf_release(&b);
}

void
cmd_why(struct ctl *c, struct words *w)
{
	struct reply r;

	if (!ctl_ask_about(c, w, "why", CONTROL_INTERFACE ".Why", NULL, &r))
		return;
	if (w->json)
		show_json(c, r.params, w->v[0]);
	else
		show_text(c, r.params, w->v[0]);
	reply_release(&r);
}
