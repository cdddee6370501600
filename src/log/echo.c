/*
 * The begin of a line waits for its end: of a program in the hold of its flow, of the
 * main log in own_line.
 */
#include "log/echo.h"

#include <string.h>

#include "log/console.h"
#include "log/flow.h"
#include "log/logger.h"
#include "wire/json.h"

#define HEAD_LEN	29	/* "2026-11-21 03:51:00,500 INFO " */
#define LEVEL_AT	24

static struct buf own_line;	/* as JSON only */

static void
put_json(struct buf *b, const char *name, const char *group, const char *channel)
{
	console_put_time(b);
	buf_addc(b, ',');
	json_kstr(b, "name", name);
	json_kstr(b, "group", group);
	json_kstr(b, "channel", channel);
}

static void
put_text(struct buf *b, const char *text, size_t len)
{
	json_key(b, "text");
	json_bytes(b, text, len);
	buf_adds(b, "}\n");
}

/* ---- the main log ---- */

/* A line without time and level goes on with a message. */
static void
put_own(struct buf *b, const char *line, size_t len)
{
	bool begins = len >= HEAD_LEN && line[10] == ' ' && line[19] == ',' &&
	    line[LEVEL_AT - 1] == ' ' && line[HEAD_LEN - 1] == ' ';

	put_json(b, "supd", "supd", "main");
	if (begins) {
		json_key(b, "level");
		json_bytes(b, line + LEVEL_AT, HEAD_LEN - 1 - LEVEL_AT);
		line += HEAD_LEN;
		len -= HEAD_LEN;
	}
	put_text(b, line, len);
}

static void
put_own_lines(struct buf *b, const char *data, size_t len)
{
	const char *newline;

	while ((newline = memchr(data, '\n', len)) != NULL) {
		size_t n = (size_t)(newline - data);

		if (own_line.len > 0) {
			buf_add(&own_line, data, n);
			put_own(b, buf_text(&own_line), own_line.len);
			buf_release(&own_line);
		} else {
			put_own(b, data, n);
		}
		data += n + 1;
		len -= n + 1;
	}
	if (len > 0 && own_line.len < CONSOLE_LINE_MAX)
		buf_add(&own_line, data, len);
}

void
echo_own(const char *data, size_t len)
{
	bool json = logger.format == CONSOLE_JSON;
	struct buf *b = len > 0 ? console_borrow(len, json ? 0 : FEED_MAIN_ID) : NULL;

	if (b == NULL)
		return;
	if (json)
		put_own_lines(b, data, len);
	else
		buf_add(b, data, len);
	console_give_back(json || data[len - 1] == '\n' ? 0 : FEED_MAIN_ID);
}

/* ---- programs ---- */

static void
put_line(struct buf *b, const struct flow *f, const char *line, size_t len)
{
	if (logger.format == CONSOLE_JSON) {
		put_json(b, f->name, f->group, flow_channel_name(f));
		put_text(b, line, len);
		return;
	}
	buf_adds(b, f->name);
	buf_addc(b, ' ');
	buf_adds(b, flow_channel_name(f));
	buf_adds(b, " | ");
	buf_add(b, line, len);
	buf_addc(b, '\n');
}

/* Whole lines, some at a time so that their tags do not fill the memory. */
static void
put_lines(const struct flow *f, const char *data, size_t len)
{
	const char *newline = NULL;
	struct buf *b;

	while (len > 0 && (b = console_borrow(len, 0)) != NULL) {
		while (b->len < FLOW_BATCH && len > 0) {
			newline = memchr(data, '\n', len);
			put_line(b, f, data, (size_t)(newline - data));
			len -= (size_t)(newline + 1 - data);
			data = newline + 1;
		}
		console_give_back(0);
	}
}

void
echo_end(struct flow *f)
{
	struct buf *said;

	if (f->hold == NULL || f->hold->said.len == 0)
		return;
	said = &f->hold->said;
	buf_addc(said, '\n');
	if (!said->failed)
		put_lines(f, said->data, said->len);
	buf_release(said);
	flow_unhold(f);
}

/* A part of a line without its newline. */
static void
keep(struct flow *f, const char *data, size_t len)
{
	struct hold *h = len > 0 ? flow_hold(f) : NULL;

	if (h == NULL)
		return;
	buf_add(&h->said, data, len);
	if (h->said.failed || h->said.len >= CONSOLE_LINE_MAX)
		echo_end(f);
}

void
echo_lines(struct flow *f, const char *data, size_t len)
{
	const char *end;
	size_t n;

	if (f->hold != NULL && f->hold->said.len > 0) {
		end = memchr(data, '\n', len);
		n = end != NULL ? (size_t)(end - data) : len;
		keep(f, data, n);
		if (end == NULL)
			return;
		echo_end(f);
		data += n + 1;
		len -= n + 1;
	}
	end = len > 0 ? memrchr(data, '\n', len) : NULL;
	n = end != NULL ? (size_t)(end - data) + 1 : 0;
	put_lines(f, data, n);
	keep(f, data + n, len - n);
}

void
echo_release(void)
{
	buf_release(&own_line);
}
