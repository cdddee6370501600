/*
 * Varlink frames and calls.  What comes from a peer is checked before anything
 * is built from it: the nesting first, on the bare text, then the types.  A
 * refused call says which member is wrong and what would be right.
 */
#include "wire/varlink.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"

ssize_t
varlink_frame(const char *data, size_t len)
{
	const char *end = len > 0 ? memchr(data, '\0', len) : NULL;

	return end != NULL ? (ssize_t)(end - data) : -1;
}

static const char *
kind(yyjson_val *v)
{
	switch (yyjson_get_type(v)) {
	case YYJSON_TYPE_NULL:
		return "null";
	case YYJSON_TYPE_BOOL:
		return "a boolean";
	case YYJSON_TYPE_NUM:
		return "a number";
	case YYJSON_TYPE_STR:
		return "a string";
	case YYJSON_TYPE_ARR:
		return "an array";
	case YYJSON_TYPE_OBJ:
		return "an object";
	default:
		return "nothing";
	}
}

/* A string that is all of its C string: "\u0000" would hide what follows it. */
static bool
is_text(yyjson_val *v)
{
	return yyjson_is_str(v) && strlen(yyjson_get_str(v)) == yyjson_get_len(v);
}

static int
wrong(struct err *e, const char *what, const char *key, const char *right, yyjson_val *v)
{
	if (yyjson_is_str(v) && !is_text(v))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "%s '%s' has a NUL character in it", what, key);
	return err_set(e, FAULT_INCORRECT_PARAMETERS, "%s '%s' is %s, not %s", what, key,
	    kind(v), right);
}

/* "more" and "oneway" of the call itself. */
static int
flag(yyjson_val *root, const char *key, bool *out, struct err *e)
{
	yyjson_val *v = yyjson_obj_get(root, key);

	*out = yyjson_is_true(v);
	if (v != NULL && !yyjson_is_bool(v) && !yyjson_is_null(v))
		return wrong(e, "member", key, "a boolean", v);
	return 0;
}

static int
parse_members(struct vcall *c, struct err *e)
{
	yyjson_val *root = yyjson_doc_get_root(c->doc), *method, *params;

	if (!yyjson_is_obj(root))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "the call is %s, not an object", kind(root));
	method = yyjson_obj_get(root, "method");
	if (method == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "the call has no member 'method'");
	if (!is_text(method))
		return wrong(e, "member", "method", "a string", method);
	c->method = yyjson_get_str(method);
	params = yyjson_obj_get(root, "parameters");
	if (params != NULL && !yyjson_is_obj(params) && !yyjson_is_null(params))
		return wrong(e, "member", "parameters", "an object", params);
	if (yyjson_is_obj(params))
		c->params = params;
	if (flag(root, "more", &c->more, e) == -1)
		return -1;
	return flag(root, "oneway", &c->oneway, e);
}

int
vcall_parse(struct vcall *c, const char *frame, size_t len, struct err *e)
{
	yyjson_read_err why;

	*c = (struct vcall){ 0 };
	if (len > VARLINK_MAX_CALL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "the call has %zu bytes, more than %d", len, VARLINK_MAX_CALL);
	if (json_is_deep(frame, len, VARLINK_MAX_DEPTH))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "the call is nested deeper than %d levels", VARLINK_MAX_DEPTH);
	/* Without YYJSON_READ_INSITU the text is only read. */
	c->doc = yyjson_read_opts((char *)(uintptr_t)frame, len, YYJSON_READ_NOFLAG, NULL,
	    &why);
	if (c->doc == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "the call is no JSON: %s at byte %zu", why.msg, why.pos);
	if (parse_members(c, e) == -1) {
		vcall_release(c);
		return -1;
	}
	return 0;
}

void
vcall_release(struct vcall *c)
{
	yyjson_doc_free(c->doc);
	*c = (struct vcall){ 0 };
}

/* NULL when the caller did not give it; null says the same. */
static yyjson_val *
param(const struct vcall *c, const char *key)
{
	yyjson_val *v = yyjson_obj_get(c->params, key);

	return yyjson_is_null(v) ? NULL : v;
}

int
vcall_string(const struct vcall *c, const char *key, const char **out, struct err *e)
{
	yyjson_val *v = param(c, key);

	if (v == NULL)
		return 0;
	if (!is_text(v))
		return wrong(e, "parameter", key, "a string", v);
	*out = yyjson_get_str(v);
	return 0;
}

int
vcall_bytes(const struct vcall *c, const char *key, const char **out, size_t *len,
    struct err *e)
{
	yyjson_val *v = param(c, key);

	if (v == NULL)
		return 0;
	if (!yyjson_is_str(v))
		return wrong(e, "parameter", key, "a string", v);
	*out = yyjson_get_str(v);
	*len = yyjson_get_len(v);
	return 0;
}

int
vcall_int(const struct vcall *c, const char *key, int64_t *out, struct err *e)
{
	yyjson_val *v = param(c, key);

	if (v == NULL)
		return 0;
	if (!yyjson_is_num(v))
		return wrong(e, "parameter", key, "an integer", v);
	if (!yyjson_is_int(v))
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter '%s' has a fraction; an integer is needed", key);
	if (yyjson_is_uint(v) && yyjson_get_uint(v) > INT64_MAX)
		return err_set(e, FAULT_INCORRECT_PARAMETERS,
		    "parameter '%s' is greater than %lld", key, (long long)INT64_MAX);
	*out = yyjson_get_sint(v);
	return 0;
}

int
vcall_bool(const struct vcall *c, const char *key, bool *out, struct err *e)
{
	yyjson_val *v = param(c, key);

	if (v == NULL)
		return 0;
	if (!yyjson_is_bool(v))
		return wrong(e, "parameter", key, "a boolean", v);
	*out = yyjson_get_bool(v);
	return 0;
}

int
vcall_strings(const struct vcall *c, const char *key, yyjson_val **arr, struct err *e)
{
	yyjson_val *v = param(c, key), *item;
	yyjson_arr_iter it;
	size_t i = 0;

	*arr = NULL;
	if (v == NULL)
		return 0;
	if (!yyjson_is_arr(v))
		return wrong(e, "parameter", key, "an array of strings", v);
	yyjson_arr_iter_init(v, &it);
	while ((item = yyjson_arr_iter_next(&it)) != NULL) {
		i++;
		if (!is_text(item)) {
			char what[40];

			snprintf(what, sizeof(what), "element %zu of", i);
			return wrong(e, what, key, "a string", item);
		}
	}
	*arr = v;
	return 0;
}

void
vreply_begin(struct buf *b)
{
	buf_adds(b, "{\"parameters\":{");
}

void
vreply_end(struct buf *b, bool continues)
{
	buf_adds(b, continues ? "},\"continues\":true}" : "}}");
	buf_addc(b, '\0');
}

void
vreply_fault(struct buf *b, const char *interface, const struct err *e)
{
	buf_addf(b, "{\"error\":\"%s.Fault\",\"parameters\":{", interface);
	json_kint(b, "code", e->code);
	json_kstr(b, "name", fault_name(e->code));
	json_kstr(b, "text", e->msg);
	vreply_end(b, false);
}

void
vreply_error(struct buf *b, const char *error, const char *key, const char *value)
{
	buf_adds(b, "{\"error\":");
	json_str(b, error);
	buf_adds(b, ",\"parameters\":{");
	if (key != NULL)
		json_kstr(b, key, value);
	vreply_end(b, false);
}

void
vcall_write(struct buf *b, const char *method, const char *params, bool more)
{
	buf_adds(b, "{\"method\":");
	json_str(b, method);
	buf_adds(b, ",\"parameters\":");
	buf_adds(b, params != NULL ? params : "{}");
	buf_adds(b, more ? ",\"more\":true}" : "}");
	buf_addc(b, '\0');
}
