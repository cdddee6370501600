/*
 * The two structs that are asked for by the thousand: processes and their
 * configuration.  A table says which members in which order; what XML puts around a
 * member is constant and copied in one go.
 */
#include <string.h>

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
};

static const struct field info_fields[] = {
	{ "name", F_TEXT }, { "group", F_TEXT },
	{ "start", F_INT }, { "stop", F_INT }, { "now", F_INT },
	{ "state", F_INT }, { "statename", F_TEXT }, { "spawnerr", F_TEXT },
	{ "exitstatus", F_EXIT },
	{ "logfile", F_TEXT }, { "stdout_logfile", F_TEXT }, { "stderr_logfile", F_TEXT },
	{ "pid", F_INT }, { "description", F_TEXT },
};

static const struct field config_fields[] = {
	{ "autostart", F_BOOL }, { "autorestart", F_RESTART },
	{ "directory", F_TEXT }, { "uid", F_UID }, { "command", F_TEXT },
	{ "exitcodes", F_INTS }, { "group", F_TEXT }, { "group_prio", F_INT },
	{ "inuse", F_BOOL }, { "killasgroup", F_BOOL }, { "name", F_TEXT },
	{ "process_prio", F_INT }, { "redirect_stderr", F_BOOL },
	{ "startretries", F_INT }, { "startsecs", F_INT },
	{ "stdout_capture_maxbytes", F_INT }, { "stdout_events_enabled", F_BOOL },
	{ "stdout_logfile", F_TEXT }, { "stdout_logfile_backups", F_INT },
	{ "stdout_logfile_maxbytes", F_INT }, { "stdout_syslog", F_BOOL },
	{ "stopsignal", F_INT }, { "stopwaitsecs", F_INT },
	{ "stderr_capture_maxbytes", F_INT }, { "stderr_events_enabled", F_BOOL },
	{ "stderr_logfile", F_TEXT }, { "stderr_logfile_backups", F_INT },
	{ "stderr_logfile_maxbytes", F_INT }, { "stderr_syslog", F_BOOL },
	{ "serverurl", F_TEXT },
};

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
	xml_struct_begin(b);
	for (size_t i = 0; i < n; i++) {
		xml_member(b, fields[i].name);
		put_field(b, fields[i].type, object, yyjson_obj_get(object, fields[i].name));
		xml_member_end(b);
	}
	xml_struct_end(b);
}

static void
put_structs(struct buf *b, const struct field *fields, size_t nfields, yyjson_val *objects)
{
	yyjson_val *object;
	size_t i, n;

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
