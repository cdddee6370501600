/*
 * The two structs that are asked for by the thousand: processes and their
 * configuration.  A table says which members in which order; what XML puts around a
 * member is constant and copied in one go.
 */
#include <string.h>

#include "http/room.h"
#include "web/rpc.h"
#include "web/xmlrpc_write.h"

enum field_type {
	F_TEXT, F_INT, F_BOOL,
	F_INTS,		/* an array */
	F_UID,		/* a number, or "none" where it is not there */
	F_RESTART,	/* "unexpected", or a boolean */
	F_EXIT,		/* a number, and 0 while there is another state than of its end */
};

struct field {
	const char *name;
	enum field_type type;
	const char *head;	/* what stands before its value */
	size_t	 len;		/* of head */
};

#define HEAD(name) "<member>\n<name>" name "</name>\n"
#define FIELD(name, type) { name, type, HEAD(name), sizeof(HEAD(name)) - 1 }

/* In the order in which the supervisor says them: then each is found at once. */

static const struct field info_fields[] = {
	FIELD("name", F_TEXT), FIELD("group", F_TEXT),
	FIELD("start", F_INT), FIELD("stop", F_INT), FIELD("now", F_INT),
	FIELD("state", F_INT), FIELD("statename", F_TEXT), FIELD("spawnerr", F_TEXT),
	FIELD("exitstatus", F_EXIT),
	FIELD("logfile", F_TEXT), FIELD("stdout_logfile", F_TEXT),
	FIELD("stderr_logfile", F_TEXT),
	FIELD("pid", F_INT), FIELD("description", F_TEXT),
};

static const struct field config_fields[] = {
	FIELD("autostart", F_BOOL), FIELD("autorestart", F_RESTART),
	FIELD("directory", F_TEXT), FIELD("uid", F_UID), FIELD("command", F_TEXT),
	FIELD("exitcodes", F_INTS), FIELD("group", F_TEXT), FIELD("group_prio", F_INT),
	FIELD("inuse", F_BOOL), FIELD("killasgroup", F_BOOL), FIELD("name", F_TEXT),
	FIELD("process_prio", F_INT), FIELD("redirect_stderr", F_BOOL),
	FIELD("startretries", F_INT), FIELD("startsecs", F_INT),
	FIELD("stdout_capture_maxbytes", F_INT), FIELD("stdout_events_enabled", F_BOOL),
	FIELD("stdout_logfile", F_TEXT), FIELD("stdout_logfile_backups", F_INT),
	FIELD("stdout_logfile_maxbytes", F_INT), FIELD("stdout_syslog", F_BOOL),
	FIELD("stopsignal", F_INT), FIELD("stopwaitsecs", F_INT),
	FIELD("stderr_capture_maxbytes", F_INT), FIELD("stderr_events_enabled", F_BOOL),
	FIELD("stderr_logfile", F_TEXT), FIELD("stderr_logfile_backups", F_INT),
	FIELD("stderr_logfile_maxbytes", F_INT), FIELD("stderr_syslog", F_BOOL),
	FIELD("serverurl", F_TEXT),
};

#define MANY 50		/* a struct has about a KiB */
#define COUNT(array) (sizeof(array) / sizeof(array[0]))

static void
put_ints(struct buf *b, yyjson_val *list)
{
	yyjson_val *item;
	size_t i, n;

	xml_array_begin(b);
	yyjson_arr_foreach(list, i, n, item)
		xml_int(b, yyjson_get_sint(item));
	xml_array_end(b);
}

static void
put_text(struct buf *b, yyjson_val *v)
{
	xml_string(b, yyjson_is_str(v) ? yyjson_get_str(v) : "", yyjson_get_len(v));
}

/* supervisord forgets it in BACKOFF and FATAL. */
static int64_t
exit_status(yyjson_val *object, yyjson_val *v)
{
	int64_t state = yyjson_get_sint(yyjson_obj_get(object, "state"));

	return state == 0 || state == 100 ? yyjson_get_sint(v) : 0;	/* STOPPED, EXITED */
}

static void
put_field(struct buf *b, enum field_type type, yyjson_val *object, yyjson_val *v)
{
	switch (type) {
	case F_TEXT:
		put_text(b, v);
		break;
	case F_INT:
		xml_int(b, yyjson_get_sint(v));
		break;
	case F_BOOL:
		xml_bool(b, yyjson_get_bool(v));
		break;
	case F_INTS:
		put_ints(b, v);
		break;
	case F_UID:
		if (v != NULL)
			xml_int(b, yyjson_get_sint(v));
		else
			xml_string(b, "none", 4);
		break;
	case F_RESTART:
		if (yyjson_equals_str(v, "unexpected"))
			put_text(b, v);
		else
			xml_bool(b, yyjson_equals_str(v, "true"));
		break;
	case F_EXIT:
		xml_int(b, exit_status(object, v));
		break;
	}
}

static void
put_struct(struct buf *b, const struct field *fields, size_t n, yyjson_val *object)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(object);

	xml_struct_begin(b);
	for (size_t i = 0; i < n; i++) {
		buf_add(b, fields[i].head, fields[i].len);
		put_field(b, fields[i].type, object, yyjson_obj_iter_get(&it, fields[i].name));
		xml_member_end(b);
	}
	xml_struct_end(b);
}

static void
put_structs(struct buf *b, const struct field *fields, size_t nfields, yyjson_val *objects)
{
	yyjson_val *object;
	size_t i, n;

	if (yyjson_arr_size(objects) >= MANY)
		room_take(b);
	xml_array_begin(b);
	yyjson_arr_foreach(objects, i, n, object)
		put_struct(b, fields, nfields, object);
	xml_array_end(b);
}

/* Guests answer to their names; supervisord has none. */
int
rpc_map_info(struct rpc *c, yyjson_val *reply, struct err *e)
{
	yyjson_val *p = yyjson_arr_get_first(yyjson_obj_get(reply, "processes"));

	if (p == NULL || rpc_is_about_group(c) ||
	    yyjson_get_bool(yyjson_obj_get(p, "guest")))
		return rpc_fault_arg(c, FAULT_BAD_NAME, 0, e);
	put_struct(&c->out, info_fields, COUNT(info_fields), p);
	return 0;
}

int
rpc_map_infos(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)e;
	put_structs(&c->out, info_fields, COUNT(info_fields),
	    yyjson_obj_get(reply, "processes"));
	return 0;
}

int
rpc_map_configs(struct rpc *c, yyjson_val *reply, struct err *e)
{
	(void)e;
	put_structs(&c->out, config_fields, COUNT(config_fields),
	    yyjson_obj_get(reply, "configs"));
	return 0;
}
