/*
 * runs: when a scheduled program ran, how that went, and when it runs next.
 */
#include "cli/ctl.h"

#include <stdio.h>
#include <time.h>

#include "wire/json.h"
#include "wire/varlink.h"

/* "2026-11-21 03:00:00" by our clock; "-" for none. */
static void
put_time(struct buf *b, yyjson_val *seconds)
{
	time_t at = (time_t)yyjson_get_num(seconds);
	char text[32];
	struct tm tm;

	if (seconds != NULL && localtime_r(&at, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		buf_adds(b, text);
	else
		buf_addc(b, '-');
}

static void
show(yyjson_val *params)
{
	yyjson_val *runs = yyjson_obj_get(params, "runs"), *r;
	const char *zone = reply_str(params, "zone");
	struct buf b = { 0 };
	yyjson_arr_iter it;

	buf_addf(&b, "schedule %s", reply_str(params, "schedule"));
	if (zone[0] != '\0')
		buf_addf(&b, " (%s)", zone);
	buf_adds(&b, ", next ");
	put_time(&b, yyjson_obj_get(params, "next"));
	if (yyjson_get_bool(yyjson_obj_get(params, "stopped")))
		buf_adds(&b, ", which is passed over: stopped by a person");
	buf_addc(&b, '\n');
	yyjson_arr_iter_init(runs, &it);
	while ((r = yyjson_arr_iter_next(&it)) != NULL) {
		yyjson_val *took = yyjson_obj_get(r, "duration");
		char text[24] = "-";

		if (took != NULL)
			snprintf(text, sizeof(text), "%.1f s", yyjson_get_num(took));
		put_time(&b, yyjson_obj_get(r, "time"));
		buf_addf(&b, "  %-11s %10s  %s\n", reply_str(r, "result"), text,
		    reply_str(r, "text"));
	}
	say_buf(&b);
	buf_release(&b);
}

void
cmd_runs(struct ctl *c, struct words *w)
{
	struct buf b = { 0 };
	struct reply r;

	if (!ctl_ask_about(c, w, "runs", CONTROL_INTERFACE ".GetRuns", "no schedule", &r))
		return;
	json_value(&b, r.params);
	buf_addc(&b, '\n');
	if (w->json)
		say_buf(&b);
	else
		show(r.params);
	reply_release(&r);
	buf_release(&b);
}
