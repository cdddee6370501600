/*
 * The older routes of gateways, /gateway/v1 and /service/internal/v1, over the same rows.
 * Every caller shows the token; errors are numbers with a text.
 *
 * Here a request makes up no id: who repeats one with the same X-VCAP-Request-ID gets the
 * instance that the first one made.
 */
#include "gateway/v1.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/secret.h"
#include "base/sys.h"
#include "gateway/broker.h"
#include "gateway/controller.h"
#include "gateway/face.h"
#include "gateway/orphans.h"
#include "gateway/rows.h"
#include "serve/guest.h"
#include "wire/json.h"

static const struct offer *offer;

void
v1_open(const struct offer *o)
{
	offer = o;
}

/* ---- who may ask ---- */

void
v1_admit(struct request *r)
{
	const char *type = request_header(r, "Content-Type");
	const char *said = request_header(r, "X-VCAP-Service-Token");
	const char *ours = guest_text("token", "");

	if (*ours == '\0')
		v1_refuse(r, 404, CODE_NOT_FOUND, "these routes need a token in the gateway's"
		    " section");
	else if (type == NULL || strncasecmp(type, "application/json", 16) != 0)
		v1_refuse(r, 400, CODE_MEDIA, "Content-Type has to be application/json");
	else if (!secret_check("", said != NULL ? said : "", "", ours))
		v1_refuse(r, 401, CODE_TOKEN, "X-VCAP-Service-Token is not right");
	else if (!controller_is_heard())
		v1_refuse(r, 503, CODE_UNAVAILABLE, "the cloud controller has not said yet what"
		    " it knows");
}

/* ---- asking ---- */

static void
on_answer(struct ask *a, const struct answer *answer)
{
	v1_answer((struct v1 *)(void *)((char *)a - offsetof(struct v1, ask)), answer);
}

static void
new_id(char id[UUID_SIZE])
{
	unsigned char h[16];
	size_t got = 0;
	ssize_t n;

	while (got < sizeof(h)) {
		n = sys->random(h + got, sizeof(h) - got);
		got += n > 0 ? (size_t)n : 0;
	}
	h[6] = (unsigned char)((h[6] & 0x0f) | 0x40);
	h[8] = (unsigned char)((h[8] & 0x3f) | 0x80);
	snprintf(id, UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8],
	    h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

static void
release(struct request *r)
{
	struct v1 *q = r->state;

	broker_forget(&q->ask);
	yyjson_doc_free(q->doc);
	buf_release(&q->asked);
	free(q->path);
	free(q->instance);
	free(q);
}

/* Takes over path. */
static struct v1 *
begin(struct request *r, enum ask_kind kind, char *path)
{
	struct v1 *q = calloc(1, sizeof(*q));

	if (q == NULL) {
		free(path);
		request_abort(r);
		return NULL;
	}
	q->r = r;
	q->offer = offer;
	q->path = path;
	if (!json_is_deep(buf_text(&r->body), r->body.len, FACE_DEPTH))
		q->doc = yyjson_read(buf_text(&r->body), r->body.len, 0);
	q->ask = (struct ask){ .kind = kind, .binding = "", .request = "", .done = on_answer };
	r->state = q;
	r->release = release;
	return q;
}

static const char *
text(const struct v1 *q, const char *key)
{
	const char *s = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(q->doc), key));

	return s != NULL && *s != '\0' ? s : NULL;
}

/* All are there; else it is refused. */
static bool
has(struct v1 *q, const char *const *keys)
{
	char said[128];

	for (; *keys != NULL; keys++)
		if (yyjson_obj_get(yyjson_doc_get_root(q->doc), *keys) == NULL) {
			snprintf(said, sizeof(said), "%s is missing", *keys);
			v1_refuse(q->r, 400, CODE_MALFORMED, said);
			return false;
		}
	return true;
}

static void
ask(struct v1 *q)
{
	if (q->asked.failed)
		v1_refuse(q->r, 500, CODE_INTERNAL, "out of memory");
	else
		broker_ask(&q->ask);
}

/* unique_id is that of a plan, or of the service, whose plan has a name. */
static const struct plan *
find_plan(struct v1 *q)
{
	const char *id = text(q, "unique_id"), *name = text(q, "plan");
	const struct plan *p = offer_plan(offer, id);

	if (p != NULL)
		return p;
	if (strcmp(id, offer->id) != 0 && strcmp(id, offer->name) != 0)
		v1_refuse(q->r, 400, CODE_UNKNOWN_ID, "no plan has this unique_id");
	else if (name == NULL)
		p = offer->default_plan;
	else if ((p = offer_plan_named(offer, name)) == NULL)
		v1_refuse(q->r, 400, CODE_UNKNOWN_PLAN, "there is no such plan");
	return p;
}

/* The id of what the same request has made before, or a new one. */
static void
choose_id(struct v1 *q)
{
	const char *request = request_header(q->r, "X-VCAP-Request-ID");
	struct row row;
	struct err e;

	new_id(q->id);
	q->ask.instance = q->id;
	if (request == NULL || *request == '\0')
		return;
	q->ask.request = request;
	if (rows_find_request(request, &row, &e) == 1 && row.state != ROW_GONE) {
		q->instance = row.instance;
		q->ask.instance = q->instance;
		row.instance = NULL;
	}
	row_release(&row);
}

static void
put_said(struct v1 *q, const char *key)
{
	if (text(q, key) != NULL)
		json_kstr(&q->asked, key, text(q, key));
}

static void
provision(struct request *r, char *path)
{
	static const char *const needed[] = { "unique_id", "name", NULL };
	struct v1 *q = begin(r, ASK_CREATE, path);
	const struct plan *p;

	if (q == NULL || !has(q, needed))
		return;
	if (text(q, "unique_id") == NULL) {
		v1_refuse(r, 400, CODE_MALFORMED, "unique_id is no text");
		return;
	}
	p = find_plan(q);
	if (p == NULL)
		return;
	choose_id(q);
	json_open(&q->asked, '{');
	put_said(q, "organization_guid");
	put_said(q, "space_guid");
	put_said(q, "name");
	put_said(q, "email");
	if (text(q, "version") != NULL || guest_text("default_version", NULL) != NULL)
		json_kstr(&q->asked, "version", text(q, "version") != NULL ?
		    text(q, "version") : guest_text("default_version", ""));
	json_close(&q->asked, '}');
	q->ask.service = offer->id;
	q->ask.plan = p->id;
	q->ask.asked = buf_text(&q->asked);
	ask(q);
}

static void
unprovision(struct request *r, char *path, const char *instance)
{
	struct v1 *q = begin(r, ASK_DELETE, path);

	if (q == NULL)
		return;
	q->ask.instance = instance;
	ask(q);
}

/* The plan of an instance; -1: it is refused. */
static int
plan_of(struct v1 *q, const char *instance)
{
	struct row row;
	struct err e;
	int rc = rows_find(instance, "", &row, &e);
	const struct plan *p = rc == 1 ? offer_plan(offer, row.plan) : NULL;

	row_release(&row);
	if (p != NULL) {
		q->ask.plan = p->id;
		return 0;
	}
	if (rc == -1)
		v1_refuse(q->r, 500, CODE_INTERNAL, e.msg);
	else
		v1_refuse(q->r, 404, CODE_NOT_FOUND, ask_text(R_NOT_FOUND));
	return -1;
}

static void
do_bind(struct request *r, char *path, const char *instance)
{
	static const char *const needed[] = { "service_id", "label", "email",
		"binding_options", NULL };
	struct v1 *q = begin(r, ASK_CREATE, path);

	if (q == NULL || !has(q, needed) || plan_of(q, instance) == -1)
		return;
	new_id(q->id);
	json_open(&q->asked, '{');
	if (text(q, "app_id") != NULL)
		json_kstr(&q->asked, "app_guid", text(q, "app_id"));
	if (yyjson_is_obj(yyjson_obj_get(yyjson_doc_get_root(q->doc), "binding_options"))) {
		json_key(&q->asked, "parameters");
		json_value(&q->asked, yyjson_obj_get(yyjson_doc_get_root(q->doc),
		    "binding_options"));
	}
	json_close(&q->asked, '}');
	q->ask.instance = instance;
	q->ask.binding = q->id;
	q->ask.service = offer->id;
	q->ask.asked = buf_text(&q->asked);
	ask(q);
}

static void
unbind(struct request *r, char *path, const char *instance, const char *binding)
{
	static const char *const needed[] = { "service_id", "handle_id", "binding_options",
		NULL };
	struct v1 *q = begin(r, ASK_DELETE, path);

	if (q == NULL || !has(q, needed))
		return;
	q->ask.instance = instance;
	q->ask.binding = binding;
	ask(q);
}

/* ---- paths ---- */

/* Things that this gateway does not offer, and that the original calls extensions. */
static bool
is_extension(const char *part)
{
	return part != NULL && (strcmp(part, "snapshots") == 0 ||
	    strcmp(part, "serialized") == 0 || strcmp(part, "jobs") == 0);
}

static void
refuse_path(struct request *r, char *path, bool off)
{
	free(path);
	if (off)
		v1_refuse(r, 501, CODE_OFF, "this extension is not enabled");
	else
		v1_refuse(r, 404, CODE_NOT_FOUND, "there is nothing at this path");
}

/* configurations[/ID[/handles[/HANDLE]]] */
void
v1_serve(struct request *r)
{
	char *path = strdup(r->tail), *next = path, *part[5] = { 0 };
	size_t n = 0;
	bool post = r->method == HTTP_POST, gone = r->method == HTTP_DELETE;

	while (n < 5 && (part[n] = strsep(&next, "/")) != NULL)
		n++;
	if (path == NULL)
		request_abort(r);
	else if (strcmp(part[0], "configurations") != 0 || (n > 1 && *part[1] == '\0'))
		refuse_path(r, path, false);
	else if (n == 1 && post)
		provision(r, path);
	else if (n == 2 && gone)
		unprovision(r, path, part[1]);
	else if (n == 3 && strcmp(part[2], "handles") == 0 && post)
		do_bind(r, path, part[1]);
	else if (n == 4 && strcmp(part[2], "handles") == 0 && gone && *part[3] != '\0')
		unbind(r, path, part[1], part[3]);
	else
		refuse_path(r, path, is_extension(part[2]));
}

static void
answer_empty(struct request *r)
{
	request_reply_static(r, 200, "application/json", "{}", 2);
}

static void
purge(struct request *r)
{
	yyjson_doc *doc = yyjson_read(buf_text(&r->body), r->body.len, 0);
	yyjson_val *root = yyjson_doc_get_root(doc);

	if (!yyjson_is_obj(root))
		v1_refuse(r, 400, CODE_MALFORMED, "the body is no JSON object");
	else {
		orphans_purge_listed(yyjson_obj_get(root, "orphan_instances"),
		    yyjson_obj_get(root, "orphan_bindings"));
		answer_empty(r);
	}
	yyjson_doc_free(doc);
}

void
v1_internal(struct request *r)
{
	const char *what = r->tail;

	if (strcmp(what, "check_orphan") == 0 && r->method == HTTP_POST) {
		orphans_check(NULL);
		answer_empty(r);
	} else if (strcmp(what, "purge_orphan") == 0 && r->method == HTTP_DELETE)
		purge(r);
	else
		refuse_path(r, NULL, strcmp(what, "restore") == 0 ||
		    strcmp(what, "recover") == 0 || strncmp(what, "migration/", 10) == 0);
}
