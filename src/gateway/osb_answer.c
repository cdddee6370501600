/*
 * The Open Service Broker API: answers, cut to the version that was asked for.  A platform
 * of 2.13 may refuse a member that it does not know.
 */
#include "gateway/osb.h"

#include <stdio.h>
#include <string.h>

#include "gateway/face.h"
#include "wire/json.h"

#define RETRY_AFTER	"2"	/* seconds: most instances are there by then */

/* ---- refusals ---- */

static const struct {
	unsigned status;
	const char *word;
} refusals[] = {
	[R_BAD] = { 400, NULL },
	[R_BAD_PLAN] = { 400, NULL },
	[R_BAD_PARAMETERS] = { 400, NULL },
	[R_NOT_FOUND] = { 404, NULL },
	[R_GONE] = { 410, NULL },
	[R_DIFFERS] = { 409, NULL },
	[R_BUSY] = { 422, "ConcurrencyError" },
	[R_ASYNC_ONLY] = { 422, "AsyncRequired" },
	[R_MAINTENANCE] = { 422, "MaintenanceInfoConflict" },
	[R_NOT_BINDABLE] = { 400, NULL },
	[R_NOT_POSSIBLE] = { 422, NULL },
	[R_NO_VERSION] = { 400, NULL },
	[R_NO_NODE] = { 500, NULL },
	[R_NO_CAPACITY] = { 500, NULL },
	[R_UNAVAILABLE] = { 503, NULL },
	[R_FAILED] = { 500, NULL },
	[R_TIMEOUT] = { 504, NULL },
	[R_BROKEN] = { 500, NULL },
};

static void
refuse(struct osb *q, const struct answer *a)
{
	const char *text = a->text != NULL && *a->text != '\0' ? a->text :
	    ask_text(a->result);

	/* a gone thing has the empty object for a body */
	if (a->result == R_GONE) {
		request_reply_static(q->r, 410, "application/json", "{}", 2);
		return;
	}
	osb_refuse(q->r, refusals[a->result].status, refusals[a->result].word, text);
}

/* ---- what a row has ---- */

static yyjson_doc *
parse(const char *text)
{
	return yyjson_read(text, strlen(text), 0);
}

static void
put(struct buf *b, const char *text, const char *key)
{
	yyjson_doc *doc = parse(text);
	yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(doc), key);

	if (v != NULL && !yyjson_is_null(v)) {
		json_key(b, key);
		json_value(b, v);
	}
	yyjson_doc_free(doc);
}

static void
put_operation(struct buf *b, const struct row *row)
{
	char name[40];

	row_operation(row, name, sizeof(name));
	json_kstr(b, "operation", name);
}

static void
put_binding(struct buf *b, const struct osb *q, const struct row *row)
{
	put(b, row->result, "credentials");
	put(b, row->result, "syslog_drain_url");
	put(b, row->result, "route_service_url");
	put(b, row->result, "volume_mounts");
	if (q->minor >= 15)
		put(b, row->result, "endpoints");
}

static void
put_fetched(struct buf *b, const struct osb *q, const struct row *row)
{
	if (*row->binding != '\0') {
		put_binding(b, q, row);
		put(b, row->asked, "parameters");
		return;
	}
	json_kstr(b, "service_id", row->service);
	json_kstr(b, "plan_id", row->plan);
	put(b, row->result, "dashboard_url");
	put(b, row->asked, "parameters");
	if (q->minor >= 17)
		put(b, row->asked, "maintenance_info");
}

static void
put_last(struct buf *b, const struct osb *q, const struct row *row)
{
	static const char *const words[] = { "in progress", "succeeded", "failed" };
	bool failed = row->op_state == OP_FAILED;

	json_kstr(b, "state", words[row->op_state]);
	json_kstr(b, "description", *row->text != '\0' ? row->text : words[row->op_state]);
	if (failed && *row->binding == '\0' && q->minor >= 16) {
		json_kbool(b, "instance_usable", row->state == ROW_READY);
		if (row->op == OP_UPDATE)
			json_kbool(b, "update_repeatable", true);
	}
	if (row->op_state == OP_RUNNING)
		request_set(q->r, "Retry-After", RETRY_AFTER);
}

/* ---- the answer ---- */

static void
put_body(struct buf *b, const struct osb *q, const struct answer *a)
{
	const struct row *row = a->row;

	if (row == NULL)
		return;
	if (a->result == R_ACCEPTED) {
		if (q->ask.kind == ASK_CREATE && *row->binding == '\0')
			put(b, row->result, "dashboard_url");
		put_operation(b, row);
		return;
	}
	switch (q->ask.kind) {
	case ASK_CREATE:
		if (*row->binding != '\0')
			put_binding(b, q, row);
		else
			put(b, row->result, "dashboard_url");
		break;
	case ASK_UPDATE:
		put(b, row->result, "dashboard_url");
		break;
	case ASK_FETCH:
		put_fetched(b, q, row);
		break;
	case ASK_LAST:
		put_last(b, q, row);
		break;
	case ASK_DELETE:
		break;
	}
}

void
osb_answer(struct osb *q, const struct answer *a)
{
	struct buf b = { 0 };
	unsigned status = 200;

	if (a->result > R_ACCEPTED) {
		refuse(q, a);
		return;
	}
	if (a->result == R_ACCEPTED)
		status = 202;
	else if (a->result == R_MADE && q->ask.kind == ASK_CREATE)
		status = 201;
	json_open(&b, '{');
	put_body(&b, q, a);
	json_close(&b, '}');
	request_reply(q->r, status, "application/json", &b);
}
