/*
 * The Open Service Broker API, 2.13 to 2.17: requests.
 *
 * The order of checks is the one that no platform and no checker trips over: version,
 * password, path, body.
 */
#include "gateway/osb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/broker.h"
#include "gateway/face.h"
#include "serve/guest.h"
#include "wire/json.h"

static const struct offer *offer;
static struct buf catalogs[OSB_MINOR_MOST + 1];	/* by minor version; made when asked for */

void
osb_open(const struct offer *o)
{
	offer = o;
}

void
osb_close(void)
{
	for (size_t i = 0; i < sizeof(catalogs) / sizeof(catalogs[0]); i++)
		buf_release(&catalogs[i]);
}

void
osb_refuse(struct request *r, unsigned status, const char *word, const char *text)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	if (word != NULL)
		json_kstr(&b, "error", word);
	json_kstr(&b, "description", text);
	json_close(&b, '}');
	request_reply(r, status, "application/json", &b);
}

/* ---- version ---- */

/* 2.MINOR as far as we know it; -1: another major version, too old, or nothing was said. */
static int
minor_of(const struct request *r)
{
	const char *said = request_header(r, "X-Broker-API-Version");
	char rest;
	int minor;

	if (said == NULL || sscanf(said, " 2.%4d%c", &minor, &rest) != 1 ||
	    minor < OSB_MINOR_LEAST)
		return -1;
	return minor < OSB_MINOR_MOST ? minor : OSB_MINOR_MOST;
}

void
osb_admit(struct request *r)
{
	if (minor_of(r) == -1)
		osb_refuse(r, 412, NULL, "the header X-Broker-API-Version has to say 2.13 or a"
		    " later 2.x");
}

/* ---- catalog ---- */

static void
catalog(struct request *r)
{
	int minor = minor_of(r);
	struct buf *b = &catalogs[minor];

	if (b->len == 0)
		catalog_write(b, offer, minor);
	if (b->failed) {
		buf_release(b);
		osb_refuse(r, 500, NULL, "out of memory");
	} else
		request_reply_static(r, 200, "application/json", b->data, b->len);
}

/* ---- bodies ---- */

static const char *
text(const struct osb *q, const char *key)
{
	const char *s = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(q->doc), key));

	return s != NULL && *s != '\0' ? s : NULL;
}

/* An object, or not there at all. */
static bool
is_object(const struct osb *q, const char *key)
{
	yyjson_val *v = yyjson_obj_get(yyjson_doc_get_root(q->doc), key);

	return v == NULL || yyjson_is_null(v) || yyjson_is_obj(v);
}

/* What is wrong with a body, in words; NULL: nothing. */
static const char *
wrong_body(const struct osb *q)
{
	bool instance = *q->ask.binding == '\0', create = q->ask.kind == ASK_CREATE;

	if (!yyjson_is_obj(yyjson_doc_get_root(q->doc)))
		return "the body is no JSON object";
	if (text(q, "service_id") == NULL)
		return "service_id is missing";
	if (create && text(q, "plan_id") == NULL)
		return "plan_id is missing";
	if (create && instance && text(q, "organization_guid") == NULL)
		return "organization_guid is missing";
	if (create && instance && text(q, "space_guid") == NULL)
		return "space_guid is missing";
	if (!is_object(q, "parameters"))
		return "parameters is no object";
	if (!is_object(q, "context"))
		return "context is no object";
	if (!is_object(q, "bind_resource"))
		return "bind_resource is no object";
	if (!is_object(q, "maintenance_info"))
		return "maintenance_info is no object";
	if (!instance && q->minor >= 17 && text(q, "predecessor_binding_id") != NULL)
		return "bindings of this service are not rotated";
	return NULL;
}

/* The members of the body that matter later. */
static void
put_asked(struct osb *q)
{
	static const char *const members[] = { "organization_guid", "space_guid", "context",
		"parameters", "app_guid", "bind_resource", "maintenance_info" };
	const char *who = request_header(q->r, "X-Broker-API-Originating-Identity");
	const char *version = guest_text("default_version", NULL);
	yyjson_val *root = yyjson_doc_get_root(q->doc), *v;

	json_open(&q->asked, '{');
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		v = yyjson_obj_get(root, members[i]);
		if (v == NULL || yyjson_is_null(v))
			continue;
		json_key(&q->asked, members[i]);
		json_value(&q->asked, v);
	}
	if (version != NULL && q->ask.kind == ASK_CREATE && *q->ask.binding == '\0')
		json_kstr(&q->asked, "version", version);
	if (who != NULL)
		json_kstr(&q->asked, "originating_identity", who);
	json_close(&q->asked, '}');
}

/* ---- asking ---- */

static void
release(struct request *r)
{
	struct osb *q = r->state;

	broker_forget(&q->ask);
	yyjson_doc_free(q->doc);
	buf_release(&q->asked);
	free(q->path);
	free(q);
}

static void
on_answer(struct ask *a, const struct answer *answer)
{
	osb_answer((struct osb *)(void *)((char *)a - offsetof(struct osb, ask)), answer);
}

static bool
is_true(const struct request *r, const char *key)
{
	const char *value = request_query(r, key);

	return value != NULL && strcmp(value, "true") == 0;
}

static const char *
query(const struct request *r, const char *key)
{
	const char *value = request_query(r, key);

	return value != NULL && *value != '\0' ? value : NULL;
}

static void
ask_with_body(struct osb *q)
{
	const char *wrong;

	if (json_is_deep(buf_text(&q->r->body), q->r->body.len, FACE_DEPTH)) {
		osb_refuse(q->r, 400, NULL, "the body is nested too deep");
		return;
	}
	q->doc = yyjson_read(buf_text(&q->r->body), q->r->body.len, 0);
	wrong = wrong_body(q);
	if (wrong != NULL) {
		osb_refuse(q->r, 400, NULL, wrong);
		return;
	}
	put_asked(q);
	if (q->asked.failed) {
		osb_refuse(q->r, 500, NULL, "out of memory");
		return;
	}
	q->ask.service = text(q, "service_id");
	q->ask.plan = text(q, "plan_id");
	q->ask.asked = buf_text(&q->asked);
	broker_ask(&q->ask);
}

static void
ask_with_query(struct osb *q)
{
	q->ask.service = query(q->r, "service_id");
	q->ask.plan = query(q->r, "plan_id");
	if (q->ask.kind == ASK_DELETE && (q->ask.service == NULL || q->ask.plan == NULL)) {
		osb_refuse(q->r, 400, NULL, "service_id and plan_id are needed in the query");
		return;
	}
	broker_ask(&q->ask);
}

static void
ask(struct request *r, enum ask_kind kind, char *path, const char *instance,
    const char *binding)
{
	struct osb *q = calloc(1, sizeof(*q));
	const char *operation = request_query(r, "operation");

	if (q == NULL) {
		free(path);
		request_abort(r);
		return;
	}
	*q = (struct osb){ .r = r, .offer = offer, .minor = minor_of(r), .path = path };
	q->ask = (struct ask){ .kind = kind, .instance = instance, .binding = binding,
		.request = "", .done = on_answer, .accepts = is_true(r, "accepts_incomplete"),
		.is_delete = operation != NULL && (strncmp(operation, "delete", 6) == 0 ||
		    strncmp(operation, "deprovision", 11) == 0) };
	/* bindings that take their time came with 2.14 */
	if (*binding != '\0' && q->minor < 14)
		q->ask.accepts = false;
	r->state = q;
	r->release = release;
	if (kind == ASK_CREATE || kind == ASK_UPDATE)
		ask_with_body(q);
	else
		ask_with_query(q);
}

/* ---- paths ---- */

/* What a method does; -1: nothing. */
static int
kind_of(const struct request *r, bool is_binding, bool is_last)
{
	if (is_last)
		return r->method & (HTTP_GET | HTTP_HEAD) ? ASK_LAST : -1;
	switch (r->method) {
	case HTTP_GET:
	case HTTP_HEAD:
		return ASK_FETCH;
	case HTTP_PUT:
		return ASK_CREATE;
	case HTTP_PATCH:
		return is_binding ? -1 : ASK_UPDATE;
	case HTTP_DELETE:
		return ASK_DELETE;
	case HTTP_POST:
	case HTTP_OTHER:
		break;
	}
	return -1;
}

/*
 * "service_instances/I", "…/last_operation", "…/service_bindings/B" and that with
 * "/last_operation" again.
 */
static void
serve_instance(struct request *r, char *path)
{
	char *part[6] = { 0 }, *next = path;
	size_t n = 0;
	bool is_last, is_binding, good;
	int kind;

	while (n < 6 && (part[n] = strsep(&next, "/")) != NULL)
		n++;
	is_binding = n >= 4 && strcmp(part[2], "service_bindings") == 0;
	is_last = n >= 3 && strcmp(part[n - 1], "last_operation") == 0 && n != 4;
	good = next == NULL && strcmp(part[0], "service_instances") == 0 && n >= 2 &&
	    *part[1] != '\0' && n == (is_binding ? 4u : 2u) + is_last &&
	    (!is_binding || *part[3] != '\0');
	kind = good ? kind_of(r, is_binding, is_last) : -1;
	if (!good || kind == -1) {
		free(path);
		osb_refuse(r, good ? 405 : 404, NULL, good ? "no such method here" :
		    "there is nothing at this path");
		return;
	}
	ask(r, (enum ask_kind)kind, path, part[1], is_binding ? part[3] : "");
}

void
osb_serve(struct request *r)
{
	char *path;

	if (strcmp(r->tail, "catalog") == 0 && r->method & (HTTP_GET | HTTP_HEAD)) {
		catalog(r);
		return;
	}
	path = strdup(r->tail);
	if (path == NULL)
		request_abort(r);
	else
		serve_instance(r, path);
}
