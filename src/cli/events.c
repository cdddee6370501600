/*
 * events -f: what happens, one line for each event.
 */
#include "cli/ctl.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "wire/json.h"

struct listener {
	bool	 json;
	struct buf line;
};

/* 2026-11-21 03:51:00,500: as in the supervisor's log. */
static void
add_time(struct buf *b, double seconds)
{
	double whole = floor(seconds);
	time_t t = (time_t)whole;
	struct tm tm;
	char text[32];
	int ms = (int)((seconds - whole) * 1000 + 0.5);

	if (ms == 1000) {
		t++;
		ms = 0;
	}
	localtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
	buf_addf(b, "%s,%03d", text, ms);
}

/* A payload may have several lines, and data behind them: it stays one line here. */
static void
add_payload(struct buf *b, const char *payload)
{
	size_t n = strlen(payload);

	while (n > 0 && payload[n - 1] == '\n')
		n--;
	for (size_t i = 0; i < n; i++) {
		unsigned char ch = (unsigned char)payload[i];

		if (ch == '\n')
			buf_adds(b, "\\n");
		else if (ch < 0x20 || ch == 0x7f)
			buf_addf(b, "\\x%02x", ch);
		else
			buf_addc(b, (char)ch);
	}
}

static int
on_event(yyjson_val *params, void *arg)
{
	struct listener *l = arg;
	const char *payload = reply_str(params, "payload");

	if (reply_str(params, "event")[0] == '\0')	/* a subscription's first reply */
		return 0;
	buf_clear(&l->line);
	if (l->json) {
		json_value(&l->line, params);
	} else {
		add_time(&l->line, reply_num(params, "time"));
		buf_addc(&l->line, ' ');
		buf_adds(&l->line, reply_str(params, "event"));
		if (payload[0] != '\0')
			buf_addc(&l->line, ' ');
		add_payload(&l->line, payload);
	}
	buf_addc(&l->line, '\n');
	say_buf(&l->line);
	return ferror(stdout);
}

void
cmd_events(struct ctl *c, struct words *w)
{
	struct listener l = { .json = w->json };
	bool follow = false, was;
	size_t kept = 0;
	struct err e;

	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->v[i], "-f") == 0)
			follow = true;
		else
			w->v[kept++] = w->v[i];
	}
	if (!follow) {
		say_failed(c, EXIT_INVALID_ARGS,
		    "Error: events are not kept; -f prints them as they happen");
		command_usage("events");
		return;
	}
	was = ctl_interruptible(c);
	if (client_subscribe(&c->client, w->v, kept, on_event, &l, &e) == -1) {
		if (c->client.fail != CLIENT_STOPPED)
			say_error(c, &e);
		else if (c->tty)
			say("%s", "");		/* behind the ^C on the screen */
		ctl_interrupted();
	}
	if (!was)
		ctl_uninterruptible(c);
	buf_release(&l.line);
}
