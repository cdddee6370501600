/*
 * GET /metrics.  What the core counts comes by one call, what the
 * logger counts by another; a logger that is not there costs its own lines only.
 */
#include "web/metrics.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/client.h"
#include "http/http.h"
#include "web/metrics_text.h"
#include "web/usage.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define OPEN_TYPE "application/openmetrics-text"

/* ---- one process ---- */

/* A row of the reply, and what /proc says. */
struct row {
	yyjson_val *v;
	const char *group, *name;
	int64_t	 pid;
	bool	 has_usage;
	struct usage usage;
};

static void
process_labels(struct metrics_out *o, const struct row *row)
{
	metrics_label(o, "group", row->group);
	metrics_label(o, "name", row->name);
}

static void
one_int(struct metrics_out *o, const struct row *row, const char *suffix, int64_t n)
{
	metrics_sample(o, suffix);
	process_labels(o, row);
	metrics_int(o, n);
}

static void
one_num(struct metrics_out *o, const struct row *row, const char *suffix, double n)
{
	metrics_sample(o, suffix);
	process_labels(o, row);
	metrics_num(o, n);
}

static void
put_state(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, NULL, reply_int(row->v, "state"));
}

static void
put_up(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, NULL, strcmp(reply_str(row->v, "statename"), "RUNNING") == 0);
}

static void
put_missing(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, NULL, reply_bool(row->v, "missing"));
}

/* Of those that can tell. */
static void
put_ready(struct metrics_out *o, const struct row *row)
{
	if (yyjson_obj_get(row->v, "ready") != NULL)
		one_int(o, row, NULL, reply_bool(row->v, "ready"));
}

static void
put_healthy(struct metrics_out *o, const struct row *row)
{
	if (yyjson_obj_get(row->v, "healthy") != NULL)
		one_int(o, row, NULL, reply_bool(row->v, "healthy"));
}

static void
put_start(struct metrics_out *o, const struct row *row)
{
	if (row->pid > 0)
		one_num(o, row, NULL, reply_num(row->v, "start"));
}

static void
put_uptime(struct metrics_out *o, const struct row *row)
{
	struct timespec now;
	double up;

	clock_gettime(CLOCK_REALTIME, &now);
	up = (double)now.tv_sec + (double)now.tv_nsec / 1e9 - reply_num(row->v, "start");
	if (row->pid > 0)
		one_num(o, row, NULL, up > 0 ? up : 0);
}

static void
put_starts(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, NULL, reply_int(row->v, "starts"));
}

static void
put_restarts(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, NULL, reply_int(row->v, "restarts"));
}

static void
put_ends(struct metrics_out *o, const struct row *row)
{
	static const char *const causes[] = {
		"stopped", "expected", "unexpected", "signal", "not_started",
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		metrics_sample(o, NULL);
		process_labels(o, row);
		metrics_label(o, "cause", causes[i]);
		metrics_int(o, reply_int(row->v, causes[i]));
	}
}

static void
put_latency(struct metrics_out *o, const struct row *row)
{
	one_int(o, row, "_count", reply_int(row->v, "launched"));
	one_num(o, row, "_sum", reply_num(row->v, "launch_seconds"));
}

static void
put_cpu(struct metrics_out *o, const struct row *row)
{
	one_num(o, row, NULL, reply_num(row->v, "cpu_seconds") +
	    (row->has_usage ? row->usage.cpu_seconds : 0));
}

static void
put_memory(struct metrics_out *o, const struct row *row)
{
	if (row->has_usage)
		one_int(o, row, NULL, row->usage.memory_bytes);
}

#define STATES "STOPPED 0, STARTING 10, RUNNING 20, BACKOFF 30, STOPPING 40, EXITED 100, " \
	"FATAL 200, UNKNOWN 1000."

/* One row per family: all of its samples stand together. */
static const struct {
	enum metric_type type;
	const char *name, *unit, *help;
	void	(*put)(struct metrics_out *o, const struct row *row);
} of_process[] = {
	{ METRIC_GAUGE, "supd_process_state", NULL, STATES, put_state },
	{ METRIC_GAUGE, "supd_process_up", NULL, "1 while RUNNING.", put_up },
	{ METRIC_GAUGE, "supd_process_missing", NULL,
	    "1 while it should run and does not.", put_missing },
	{ METRIC_GAUGE, "supd_process_ready", NULL,
	    "1 while it is ready; of those with a key ready.", put_ready },
	{ METRIC_GAUGE, "supd_process_healthy", NULL,
	    "1 while it is healthy; of those with a key health.", put_healthy },
	{ METRIC_GAUGE, "supd_process_start_time_seconds", "seconds",
	    "When it was started, in Unix time.", put_start },
	{ METRIC_GAUGE, "supd_process_uptime_seconds", "seconds",
	    "For how long it has been up.", put_uptime },
	{ METRIC_COUNTER, "supd_process_starts", NULL,
	    "Starts, asked for or not.", put_starts },
	{ METRIC_COUNTER, "supd_process_restarts", NULL,
	    "Starts that nobody asked for.", put_restarts },
	{ METRIC_COUNTER, "supd_process_ends", NULL,
	    "Runs that ended: stopped as asked, by an expected or unexpected exit, by a "
	    "signal, or never begun.", put_ends },
	{ METRIC_SUMMARY, "supd_process_start_latency_seconds", "seconds",
	    "Time from the decision to start to the exec of the program.", put_latency },
	{ METRIC_COUNTER, "supd_process_cpu_seconds", "seconds",
	    "Processor time of all runs, with children that were waited for.", put_cpu },
	{ METRIC_GAUGE, "supd_process_resident_memory_bytes", "bytes",
	    "Resident memory of the main process.", put_memory },
};

/* ---- the supervisor itself ---- */

static const struct {
	const char *name, *key, *help;
} of_core[] = {
	{ "supd_wakeups", "wakeups", "Times that the supervisor woke up." },
	{ "supd_orphans_reaped", "orphans", "Dead processes that were no program's." },
	{ "supd_control_connections", "connections", "Connections to the control socket." },
	{ "supd_control_calls", "calls", "Calls of the control protocol." },
	{ "supd_events", "events", "Events published." },
	{ "supd_events_lost", "events_lost", "Events that slow readers have missed." },
	{ "supd_events_dropped", "events_dropped",
	    "Events that full pools of listeners have dropped." },
};

static void
put_core(struct metrics_out *o, yyjson_val *params)
{
	for (size_t i = 0; i < sizeof(of_core) / sizeof(of_core[0]); i++) {
		metrics_family(o, METRIC_COUNTER, of_core[i].name, NULL, of_core[i].help);
		metrics_sample(o, NULL);
		metrics_int(o, reply_int(params, of_core[i].key));
	}
	metrics_family(o, METRIC_GAUGE, "supd_start_time_seconds", "seconds",
	    "When the supervisor was started, in Unix time.");
	metrics_sample(o, NULL);
	metrics_num(o, reply_num(params, "start"));
	metrics_family(o, METRIC_INFO, "supd", NULL, "The supervisor.");
	metrics_sample(o, NULL);
	metrics_label(o, "version", SUPD_VERSION);
	metrics_int(o, 1);
}

/* Memory and time of the core are shown beside those of its guests. */
static void
put_core_row(struct metrics_out *o, size_t family, yyjson_val *params)
{
	struct row row = { .v = params, .group = "supd", .name = "core",
		.pid = reply_int(params, "pid") };

	if (of_process[family].put != put_cpu && of_process[family].put != put_memory)
		return;
	row.has_usage = usage_of((pid_t)row.pid, &row.usage);
	of_process[family].put(o, &row);
}

static void
put_processes(struct metrics_out *o, yyjson_val *params)
{
	yyjson_val *all = yyjson_obj_get(params, "processes"), *v;
	size_t n = yyjson_arr_size(all), i, max;
	struct row *rows = calloc(n + 1, sizeof(*rows));

	if (rows == NULL) {
		o->b.failed = true;
		return;
	}
	yyjson_arr_foreach(all, i, max, v) {
		rows[i] = (struct row){ .v = v, .group = reply_str(v, "group"),
			.name = reply_str(v, "name"), .pid = reply_int(v, "pid") };
		rows[i].has_usage = usage_of((pid_t)rows[i].pid, &rows[i].usage);
	}
	for (size_t f = 0; f < sizeof(of_process) / sizeof(of_process[0]); f++) {
		metrics_family(o, of_process[f].type, of_process[f].name, of_process[f].unit,
		    of_process[f].help);
		for (i = 0; i < n; i++)
			of_process[f].put(o, &rows[i]);
		put_core_row(o, f, params);
	}
	free(rows);
}

/* ---- logs ---- */

static const struct {
	const char *name, *unit, *help;
	const char *keys[3], *reasons[3];
} of_log[] = {
	{ "supd_log_read_bytes", "bytes", "Output of programs that was read.",
	    { "in_bytes" }, { NULL } },
	{ "supd_log_written_bytes", "bytes", "Output that has reached its log.",
	    { "written_bytes" }, { NULL } },
	{ "supd_log_dropped_bytes", "bytes", "Output that was lost, by reason.",
	    { "dropped_stuck", "dropped_error", "dropped_policy" },
	    { "stuck", "error", "policy" } },
	{ "supd_log_rotations", NULL, "Times that a log was rotated.",
	    { "rotations" }, { NULL } },
};

static void
put_stream(struct metrics_out *o, size_t family, yyjson_val *v)
{
	const char *name = reply_str(v, "name");

	for (size_t k = 0; k < 3 && of_log[family].keys[k] != NULL; k++) {
		metrics_sample(o, NULL);
		metrics_label(o, "group", name[0] != '\0' ? reply_str(v, "group") : "supd");
		metrics_label(o, "name", name[0] != '\0' ? name : "core");
		metrics_label(o, "channel", reply_str(v, "channel"));
		if (of_log[family].reasons[k] != NULL)
			metrics_label(o, "reason", of_log[family].reasons[k]);
		metrics_int(o, reply_int(v, of_log[family].keys[k]));
	}
}

static void
put_logs(struct metrics_out *o, yyjson_val *streams)
{
	yyjson_val *v;
	size_t i, n;

	for (size_t f = 0; f < sizeof(of_log) / sizeof(of_log[0]); f++) {
		metrics_family(o, METRIC_COUNTER, of_log[f].name, of_log[f].unit,
		    of_log[f].help);
		yyjson_arr_foreach(streams, i, n, v)
			put_stream(o, f, v);
	}
}

/* ---- the request ---- */

static void
free_out(struct request *r)
{
	struct metrics_out *o = r->state;

	buf_release(&o->b);
	free(o);
}

static void
on_stats(struct request *r, const struct async_reply *reply)
{
	struct metrics_out *o = r->state;

	if (reply->fault == NULL)
		put_logs(o, yyjson_obj_get(reply->params, "streams"));
	metrics_end(o);
	request_set(r, "Cache-Control", "no-store");
	request_reply(r, 200, o->is_open ? OPEN_TYPE "; version=1.0.0; charset=utf-8" :
	    "text/plain; version=0.0.4; charset=utf-8", &o->b);
}

static void
on_metrics(struct request *r, const struct async_reply *reply)
{
	struct metrics_out *o = r->state;

	if (reply->fault != NULL) {
		request_fail(r, 503, reply->fault->msg);
		return;
	}
	put_core(o, reply->params);
	put_processes(o, reply->params);
	request_call(r, 0, LOG_INTERFACE ".GetStats", NULL, on_stats);
}

void
metrics_serve(struct request *r)
{
	const char *accept = request_header(r, "Accept");
	struct metrics_out *o = calloc(1, sizeof(*o));

	if (o == NULL) {
		request_fail(r, 503, "out of memory");
		return;
	}
	o->is_open = accept != NULL && strstr(accept, OPEN_TYPE) != NULL;
	r->state = o;
	r->release = free_out;
	request_call(r, 0, CONTROL_INTERFACE ".Metrics", NULL, on_metrics);
}
