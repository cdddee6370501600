/*
 * GET /healthz.  Who is done (a program that ended as it should) or was stopped by a
 * person is not missing; who is still on its way is.
 */
#include "web/health.h"

#include <string.h>

#include "client/client.h"
#include "http/http.h"
#include "web/names.h"
#include "wire/json.h"
#include "wire/varlink.h"

static void
add_line(struct buf *b, yyjson_val *process)
{
	names_add(b, reply_str(process, "group"), reply_str(process, "name"));
	buf_addf(b, " %s\n", reply_str(process, "statename"));
}

static void
add_object(struct buf *b, yyjson_val *process)
{
	json_open(b, '{');
	json_kstr(b, "group", reply_str(process, "group"));
	json_kstr(b, "name", reply_str(process, "name"));
	json_kstr(b, "statename", reply_str(process, "statename"));
	json_close(b, '}');
}

/* Writes each that is missing; returns how many. */
static size_t
add_missing(struct buf *b, yyjson_val *params,
    void (*add)(struct buf *b, yyjson_val *process))
{
	yyjson_val *process;
	yyjson_arr_iter it;
	size_t n = 0;

	yyjson_arr_iter_init(yyjson_obj_get(params, "processes"), &it);
	while ((process = yyjson_arr_iter_next(&it)) != NULL)
		if (reply_bool(process, "missing") && !reply_bool(process, "guest")) {
			add(b, process);
			n++;
		}
	return n;
}

static bool
wants_json(const struct request *r)
{
	const char *accept = request_header(r, "Accept");

	return accept != NULL && strstr(accept, "application/json") != NULL;
}

static void
on_metrics(struct request *r, const struct async_reply *reply)
{
	const char *state = reply_str(reply->params, "supervisor");
	bool serves = strcmp(state, "RUNNING") == 0, json = wants_json(r);
	struct buf b = { 0 };
	size_t missing;

	if (reply->fault != NULL) {
		request_fail(r, 503, reply->fault->msg);
		return;
	}
	if (json) {
		json_open(&b, '{');
		json_kstr(&b, "supervisor", state);
		json_key(&b, "missing");
		json_open(&b, '[');
	} else if (!serves) {
		buf_addf(&b, "supervisor %s\n", state);
	}
	missing = add_missing(&b, reply->params, json ? add_object : add_line);
	if (json)
		buf_adds(&b, "]}\n");
	else if (serves && missing == 0)
		buf_adds(&b, "ok\n");
	request_set(r, "Cache-Control", "no-store");
	request_reply(r, serves && missing == 0 ? 200 : 503,
	    json ? "application/json" : "text/plain;charset=utf-8", &b);
}

void
health_serve(struct request *r)
{
	request_call(r, 0, CONTROL_INTERFACE ".Metrics", NULL, on_metrics);
}
