/*
 * metrics: what the supervisor counts, as a table for people or JSON for others.
 */
#include "cli/ctl.h"

#include "wire/json.h"
#include "wire/varlink.h"

static void
add_row(struct buf *b, yyjson_val *row)
{
	static const char *const counts[] = {
		"starts", "restarts", "stopped", "expected", "unexpected", "signal",
		"not_started",
	};
	struct buf name = { 0 };

	spec_print(&name, reply_str(row, "group"), reply_str(row, "name"));
	buf_addf(b, "%-32s %-9s", buf_text(&name), reply_str(row, "statename"));
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		buf_addf(b, " %8lld", (long long)reply_int(row, counts[i]));
	buf_addf(b, " %10.2f\n", reply_num(row, "cpu_seconds"));
	buf_release(&name);
}

static void
show_table(yyjson_val *params)
{
	static const char *const own[] = {
		"wakeups", "orphans", "connections", "calls", "events", "events_lost",
		"events_dropped",
	};
	struct buf b = { 0 };
	yyjson_arr_iter it;
	yyjson_val *row;

	buf_addf(&b, "%-32s %-9s %8s %8s %8s %8s %8s %8s %8s %10s\n", "NAME", "STATE",
	    "STARTS", "RESTARTS", "STOPPED", "EXPECTED", "UNEXPECT", "SIGNAL", "NOSTART",
	    "CPU");
	yyjson_arr_iter_init(yyjson_obj_get(params, "processes"), &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL)
		add_row(&b, row);
	buf_adds(&b, "supervisor:");
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		buf_addf(&b, "%s %s %lld", i > 0 ? "," : "", own[i],
		    (long long)reply_int(params, own[i]));
	buf_addc(&b, '\n');
	say_buf(&b);
	buf_release(&b);
}

void
cmd_metrics(struct ctl *c, struct words *w)
{
	struct buf b = { 0 };
	struct reply r;
	struct err e;

	if (ctl_call(c, CONTROL_INTERFACE ".Metrics", NULL, &r, &e) == -1) {
		say_error(c, &e);
		return;
	}
	if (w->json) {
		json_value(&b, r.params);
		buf_addc(&b, '\n');
		say_buf(&b);
	} else {
		show_table(r.params);
	}
	buf_release(&b);
	reply_release(&r);
}
