/*
 * The older routes: answers, and refusals with their numbers.
 */
#include "gateway/v1.h"

#include <string.h>

#include "gateway/face.h"
#include "wire/json.h"

/* ---- refusals ---- */

void
v1_refuse(struct request *r, unsigned status, int code, const char *text)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	json_kint(&b, "code", code);
	json_kstr(&b, "description", text);
	json_key(&b, "error");
	json_open(&b, '{');
	json_key(&b, "backtrace");
	json_open(&b, '[');
	json_close(&b, ']');
	json_key(&b, "types");
	json_open(&b, '[');
	json_close(&b, ']');
	json_close(&b, '}');
	json_close(&b, '}');
	request_reply(r, status, "application/json", &b);
}

void
v1_fail(struct request *r, unsigned status, const char *text)
{
	v1_refuse(r, status, status == 404 ? CODE_NOT_FOUND : status < 500 ? CODE_MALFORMED :
	    CODE_INTERNAL, text);
}

/* ---- answers ---- */

static void
put_copy(struct buf *b, const char *text, const char *key, const char *node)
{
	yyjson_doc *doc = yyjson_read(text, strlen(text), 0);
	yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), key), *name, *member;
	size_t i, n;

	if (yyjson_is_obj(v)) {
		json_key(b, key);
		json_open(b, '{');
		yyjson_obj_foreach(v, i, n, name, member) {
			json_key(b, yyjson_get_str(name));
			json_value(b, member);
		}
		if (node != NULL && yyjson_obj_get(v, "node_id") == NULL)
			json_kstr(b, "node_id", node);
		json_close(b, '}');
	} else if (v != NULL && !yyjson_is_null(v)) {
		json_key(b, key);
		json_value(b, v);
	}
	yyjson_doc_free(doc);
}

static void
put_configuration(struct buf *b, const struct v1 *q, const struct row *row)
{
	const struct plan *p = offer_plan(q->offer, row->plan);
	yyjson_doc *doc = yyjson_read(row->asked, strlen(row->asked), 0);
	const char *version = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc),
	    "version"));
	yyjson_val *options = yyjson_obj_get(yyjson_doc_get_root(q->doc), "binding_options");

	json_key(b, "configuration");
	json_open(b, '{');
	json_kstr(b, "plan", p != NULL ? p->name : row->plan);
	json_kstr(b, "version", version != NULL ? version : q->offer->version);
	if (*row->binding != '\0' && options != NULL) {
		json_key(b, "data");
		json_open(b, '{');
		json_key(b, "binding_options");
		json_value(b, options);
		json_close(b, '}');
	}
	json_close(b, '}');
	yyjson_doc_free(doc);
}

static void
put_made(struct buf *b, const struct v1 *q, const struct row *row)
{
	json_kstr(b, "service_id", *row->binding != '\0' ? row->binding : row->instance);
	put_configuration(b, q, row);
	put_copy(b, row->result, "credentials", row->node);
	put_copy(b, row->result, "dashboard_url", NULL);
	put_copy(b, row->result, "syslog_drain_url", NULL);
}

static void
refuse(struct v1 *q, const struct answer *a)
{
	static const struct {
		unsigned status;
		int code;
	} refusals[] = {
		[R_BAD] = { 400, CODE_MALFORMED },
		[R_BAD_PLAN] = { 400, CODE_UNKNOWN_PLAN },
		[R_BAD_PARAMETERS] = { 400, CODE_MALFORMED },
		[R_NOT_FOUND] = { 404, CODE_NOT_FOUND },
		[R_GONE] = { 404, CODE_NOT_FOUND },
		[R_DIFFERS] = { 500, CODE_INTERNAL },
		[R_BUSY] = { 500, CODE_INTERNAL },
		[R_ASYNC_ONLY] = { 500, CODE_INTERNAL },
		[R_MAINTENANCE] = { 400, CODE_MALFORMED },
		[R_NOT_BINDABLE] = { 400, CODE_MALFORMED },
		[R_NOT_POSSIBLE] = { 400, CODE_MALFORMED },
		[R_NO_VERSION] = { 400, CODE_UNKNOWN_VERSION },
		[R_NO_NODE] = { 400, CODE_UNKNOWN_PLAN },
		[R_NO_CAPACITY] = { 500, CODE_INTERNAL },
		[R_UNAVAILABLE] = { 503, CODE_UNAVAILABLE },
		[R_FAILED] = { 500, CODE_INTERNAL },
		[R_TIMEOUT] = { 504, CODE_TIMEOUT },
		[R_BROKEN] = { 500, CODE_INTERNAL },
	};
	int code = a->result == R_FAILED && a->code >= CODE_SERVICE ? a->code :
	    refusals[a->result].code;

	v1_refuse(q->r, refusals[a->result].status, code,
	    a->text != NULL && *a->text != '\0' ? a->text : ask_text(a->result));
}

void
v1_answer(struct v1 *q, const struct answer *a)
{
	struct buf b = { 0 };

	if (a->result > R_ACCEPTED) {
		refuse(q, a);
		return;
	}
	json_open(&b, '{');
	if (q->ask.kind == ASK_CREATE)
		put_made(&b, q, a->row);
	json_close(&b, '}');
	request_reply(q->r, 200, "application/json", &b);
}
