/*
 * From the reply of a control call to the value that supervisord would answer.
 */
#include <string.h>

#include "web/rpc.h"
#include "web/xmlrpc_write.h"
#include "wire/json.h"
#include "wire/varlink.h"

static void
put_text(struct buf *b, yyjson_val *v)
{
	xml_string(b, yyjson_is_str(v) ? yyjson_get_str(v) : "", yyjson_get_len(v));
}

static void
put_any(struct buf *b, yyjson_val *v)
{
	if (yyjson_is_int(v))
		xml_int(b, yyjson_get_sint(v));
	else if (yyjson_is_bool(v))
		xml_bool(b, yyjson_get_bool(v));
	else
		put_text(b, v);
}

int
rpc_map_true(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)reply;
	(void)e;
	xml_bool(&c->out, true);
	return 0;
}

int
rpc_map_key(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)e;
	put_any(&c->out, yyjson_obj_get(reply, c->method->key));
	return 0;
}

/* ---- the supervisor ---- */

static int
check_running(yyjson_val *reply, struct err *e)
{
	if (yyjson_get_int(yyjson_obj_get(reply, "statecode")) != 1)
		return err_set(e, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	return 0;
}

int
rpc_map_running(struct rpc *c, yyjson_val *reply, struct err *e)
{
	return check_running(reply, e) == -1 ? -1 : rpc_map_key(c, reply, e);
}

static void
put_member(struct buf *b, const char *name, yyjson_val *v)
{
	xml_member(b, name);
	put_any(b, v);
	xml_member_end(b);
}

int
rpc_map_state(struct rpc *c, yyjson_val *reply, struct err *e)
{
	if (check_running(reply, e) == -1)
		return -1;
	xml_struct_begin(&c->out);
	put_member(&c->out, "statecode", yyjson_obj_get(reply, "statecode"));
	put_member(&c->out, "statename", yyjson_obj_get(reply, "statename"));
	xml_struct_end(&c->out);
	return 0;
}

/* ---- what became of processes ---- */

static void
put_result(struct buf *b, yyjson_val *result)
{
	static const char *const members[] = { "name", "group", "status", "description" };

	xml_struct_begin(b);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		put_member(b, members[i], yyjson_obj_get(result, members[i]));
	xml_struct_end(b);
}

/* A group that is not there is the one result of its own. */
static bool
is_unknown_group(yyjson_val *results)
{
	yyjson_val *first = yyjson_arr_get_first(results);

	return yyjson_arr_size(results) == 1 &&
	    yyjson_get_int(yyjson_obj_get(first, "status")) == FAULT_BAD_NAME &&
	    yyjson_equals_str(yyjson_obj_get(first, "name"), "*");
}

int
rpc_map_results(struct rpc *c, yyjson_val *reply, struct err *e)
{
	yyjson_val *results = yyjson_obj_get(reply, "results"), *result;
	size_t i, n;

	if (c->method->params[0] != NULL && is_unknown_group(results))
		return rpc_fault_arg(c, FAULT_BAD_NAME, 0, e);
	xml_array_begin(&c->out);
	yyjson_arr_foreach(results, i, n, result)
		put_result(&c->out, result);
	xml_array_end(&c->out);
	return 0;
}

int
rpc_map_result(struct rpc *c, yyjson_val *reply, struct err *e)
{
	yyjson_val *first = yyjson_arr_get_first(yyjson_obj_get(reply, "results"));
	const char *text = yyjson_get_str(yyjson_obj_get(first, "description"));
	int status = yyjson_get_int(yyjson_obj_get(first, "status"));

	if (rpc_is_about_group(c))
		return rpc_map_results(c, reply, e);
	if (status == FAULT_SUCCESS)
		return rpc_map_true(c, reply, e);
	return err_set(e, status != 0 ? (enum fault)status : FAULT_FAILED, "%s",
	    text != NULL ? text : "FAILED");
}

/* ---- logs ---- */

/* supervisord's rules, where size is that of the log: see its tailProcessLog. */
static void
put_tail(struct buf *b, yyjson_val *text, int64_t size, int64_t offset, int64_t length)
{
	bool passed_over = size - offset > length;

	xml_array_begin(b);
	if (!passed_over && offset >= size)
		xml_string(b, "", 0);
	else
		put_text(b, text);
	xml_int(b, size);
	xml_bool(b, passed_over);
	xml_array_end(b);
}

/* So that sums of two stay numbers. */
static int64_t
within(int64_t n)
{
	return n > INT64_MAX / 4 ? INT64_MAX / 4 : n < INT64_MIN / 4 ? INT64_MIN / 4 : n;
}

int
rpc_map_tail(struct rpc *c, yyjson_val *reply, struct err *e)
{
	int64_t offset = 0, length = 0;

	(void)e;
	xvalue_int(c->args[1], &offset);
	xvalue_int(c->args[2], &length);
	put_tail(&c->out, yyjson_obj_get(reply, "text"),
	    yyjson_get_sint(yyjson_obj_get(reply, "offset")), within(offset), within(length));
	return 0;
}

/* The reply of Status: {"names":["group:name", ...]} for the next call. */
int
rpc_map_clear(struct rpc *c, yyjson_val *reply, struct err *e)
{
	static const struct method clear_each = {
		.call = LOG_INTERFACE ".ClearEach", .map = rpc_map_results,
	};
	yyjson_val *processes = yyjson_obj_get(reply, "processes"), *p;
	struct buf name = { 0 };
	size_t i, n;

	(void)e;
	buf_clear(&c->json);
	buf_adds(&c->json, "{\"names\":[");
	yyjson_arr_foreach(processes, i, n, p) {
		const char *group = yyjson_get_str(yyjson_obj_get(p, "group"));
		const char *process = yyjson_get_str(yyjson_obj_get(p, "name"));

		buf_clear(&name);
		buf_adds(&name, group != NULL ? group : "");
		buf_addc(&name, ':');
		buf_adds(&name, process != NULL ? process : "");
		json_bytes(&c->json, buf_text(&name), name.len);
	}
	buf_adds(&c->json, "]}");
	c->json.failed |= name.failed;
	buf_release(&name);
	return rpc_again(c, &clear_each);
}

/* ---- the configuration ---- */

static void
put_list(struct buf *b, yyjson_val *names)
{
	yyjson_val *name;
	size_t i, n;

	xml_array_begin(b);
	yyjson_arr_foreach(names, i, n, name)
		put_text(b, name);
	xml_array_end(b);
}

int
rpc_map_reread(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)e;
	xml_array_begin(&c->out);
	xml_array_begin(&c->out);
	put_list(&c->out, yyjson_obj_get(reply, "added"));
	put_list(&c->out, yyjson_obj_get(reply, "changed"));
	put_list(&c->out, yyjson_obj_get(reply, "removed"));
	xml_array_end(&c->out);
	xml_array_end(&c->out);
	return 0;
}
