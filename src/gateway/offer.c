/*
 * The service and its plans, from keys.
 */
#include "gateway/offer.h"

#include <sha1.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/schema.h"

/* A plan where no [plan:x/y] says another: nodes have the same default. */
#define PLAN_NAME	"free"

void
offer_id(const char *kind, const char *name, char id[OFFER_ID_SIZE])
{
	uint8_t h[SHA1_DIGEST_LENGTH];
	SHA1_CTX ctx;

	SHA1Init(&ctx);
	SHA1Update(&ctx, (const uint8_t *)kind, strlen(kind) + 1);
	SHA1Update(&ctx, (const uint8_t *)name, strlen(name));
	SHA1Final(h, &ctx);
	h[6] = (uint8_t)((h[6] & 0x0f) | 0x50);	/* a UUID made from a name */
	h[8] = (uint8_t)((h[8] & 0x3f) | 0x80);
	snprintf(id, OFFER_ID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-"
	    "%02x%02x%02x%02x%02x%02x", h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7], h[8],
	    h[9], h[10], h[11], h[12], h[13], h[14], h[15]);
}

/* ---- keys ---- */

static const char *
text(yyjson_val *keys, const char *key, const char *fallback)
{
	const char *s = yyjson_get_str(yyjson_obj_get(keys, key));

	return s != NULL && *s != '\0' ? s : fallback;
}

static bool
is_set(yyjson_val *keys, const char *key, bool fallback)
{
	yyjson_val *v = yyjson_obj_get(keys, key);

	return yyjson_is_bool(v) ? yyjson_is_true(v) : fallback;
}

/* A switch that may be left to the gateway: text, because it has no default. */
static int
is_said(yyjson_val *keys, const char *key, bool fallback, bool *out, struct err *e)
{
	const char *s = text(keys, key, NULL);

	*out = fallback;
	if (s == NULL)
		return 0;
	*out = strcmp(s, "true") == 0;
	if (*out || strcmp(s, "false") == 0)
		return 0;
	return err_set(e, FAULT_BAD_ARGUMENTS, "%s: '%s' is neither true nor false", key, s);
}

static enum async_rule
async_rule(yyjson_val *keys, const char *key, enum async_rule fallback)
{
	const char *s = text(keys, key, "");

	return strcmp(s, "never") == 0 ? ASYNC_NEVER : strcmp(s, "allowed") == 0 ?
	    ASYNC_ALLOWED : strcmp(s, "required") == 0 ? ASYNC_REQUIRED : fallback;
}

static int
json(struct offer_json *j, yyjson_val *keys, const char *key, struct err *e)
{
	const char *s = text(keys, key, NULL);

	if (s == NULL)
		return 0;
	j->doc = yyjson_read(s, strlen(s), 0);
	j->v = yyjson_doc_get_root(j->doc);
	if (!yyjson_is_obj(j->v))
		return err_set(e, FAULT_BAD_ARGUMENTS, "%s: no JSON object", key);
	return 0;
}

static int
schema(struct offer_json *j, yyjson_val *keys, const char *key, struct err *e)
{
	if (json(j, keys, key, e) == -1)
		return -1;
	if (j->v == NULL)
		return 0;
	if (strlen(text(keys, key, "")) > SCHEMA_MAX)
		return err_set(e, FAULT_BAD_ARGUMENTS, "%s: is longer than 64 KiB", key);
	if (schema_check(j->v, e) == -1)
		return err_add(e, "%s", key);
	return 0;
}

static yyjson_val *
list(yyjson_val *keys, const char *key)
{
	yyjson_val *v = yyjson_obj_get(keys, key);

	return yyjson_arr_size(v) > 0 ? v : NULL;
}

/* ---- plans ---- */

static void
plan_name(struct plan *p, const struct offer *o, yyjson_val *keys, const char *name)
{
	char full[200];

	snprintf(full, sizeof(full), "%s/%s", o->name, name);
	offer_id("plan", full, p->made_id);
	snprintf(p->made_text, sizeof(p->made_text), "Plan %s of %s", name, o->name);
	p->name = name;
	p->id = text(keys, "id", p->made_id);
	p->description = text(keys, "description", p->made_text);
	p->node_plan = text(keys, "node_plan", name);
}

static int
plan_load(struct plan *p, const struct offer *o, yyjson_val *keys, const char *name,
    struct err *e)
{
	plan_name(p, o, keys, name);
	p->free = is_set(keys, "free", true);
	p->over = is_set(keys, "allow_over_provisioning", false);
	p->async = async_rule(keys, "async", ASYNC_ALLOWED);
	p->async_bindings = async_rule(keys, "async_bindings", ASYNC_NEVER);
	p->polling_s = yyjson_get_sint(yyjson_obj_get(keys, "maximum_polling_duration"));
	p->maintenance = text(keys, "maintenance_version", NULL);
	p->maintenance_text = text(keys, "maintenance_description", NULL);
	if (is_said(keys, "bindable", o->bindable, &p->bindable, e) == -1 ||
	    is_said(keys, "plan_updateable", o->updateable, &p->updateable, e) == -1 ||
	    json(&p->metadata, keys, "metadata", e) == -1 ||
	    schema(&p->create, keys, "create_schema", e) == -1 ||
	    schema(&p->update, keys, "update_schema", e) == -1 ||
	    schema(&p->bind, keys, "bind_schema", e) == -1)
		return err_add(e, "plan %s", name);
	return 0;
}

static int
plans_load(struct offer *o, yyjson_val *list, struct err *e)
{
	size_t i, n = yyjson_arr_size(list);
	yyjson_val *one;

	o->nplans = n > 0 ? n : 1;
	o->plans = calloc(o->nplans, sizeof(*o->plans));
	if (o->plans == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (n == 0)
		return plan_load(&o->plans[0], o, NULL, PLAN_NAME, e);
	yyjson_arr_foreach(list, i, n, one)
		if (plan_load(&o->plans[i], o, yyjson_obj_get(one, "keys"),
		    text(one, "name", ""), e) == -1)
			return -1;
	for (i = 0; i < o->nplans; i++)
		if (offer_plan(o, o->plans[i].id) != &o->plans[i])
			return err_set(e, FAULT_BAD_ARGUMENTS, "plan %s: id '%s' is that of"
			    " another plan", o->plans[i].name, o->plans[i].id);
	return 0;
}

int
offer_load(struct offer *o, yyjson_val *root, const char *name, struct err *e)
{
	yyjson_val *keys = yyjson_obj_get(root, "keys");
	const char *plan;

	*o = (struct offer){ .name = text(keys, "service", name) };
	offer_id("service", o->name, o->made_id);
	snprintf(o->made_text, sizeof(o->made_text), "The service %s", o->name);
	o->id = text(keys, "service_id", o->made_id);
	o->description = text(keys, "description", o->made_text);
	o->version = text(keys, "version", "1.0");
	o->tags = list(keys, "tags");
	o->requires = list(keys, "requires");
	o->bindable = is_set(keys, "bindable", true);
	o->updateable = is_set(keys, "plan_updateable", false);
	if (json(&o->metadata, keys, "metadata", e) == -1 ||
	    plans_load(o, yyjson_obj_get(root, "plans"), e) == -1) {
		offer_release(o);
		return -1;
	}
	plan = text(keys, "default_plan", NULL);
	o->default_plan = plan != NULL ? offer_plan_named(o, plan) : &o->plans[0];
	if (o->default_plan != NULL)
		return 0;
	offer_release(o);
	return err_set(e, FAULT_BAD_ARGUMENTS, "default_plan: there is no plan '%s'", plan);
}

static void
release_json(struct offer_json *j)
{
	yyjson_doc_free(j->doc);
	*j = (struct offer_json){ 0 };
}

void
offer_release(struct offer *o)
{
	for (size_t i = 0; o->plans != NULL && i < o->nplans; i++) {
		struct plan *p = &o->plans[i];

		release_json(&p->metadata);
		release_json(&p->create);
		release_json(&p->update);
		release_json(&p->bind);
	}
	free(o->plans);
	release_json(&o->metadata);
	o->plans = NULL;
	o->nplans = 0;
}

const struct plan *
offer_plan(const struct offer *o, const char *id)
{
	for (size_t i = 0; i < o->nplans; i++)
		if (strcmp(o->plans[i].id, id) == 0)
			return &o->plans[i];
	return NULL;
}

const struct plan *
offer_plan_named(const struct offer *o, const char *name)
{
	for (size_t i = 0; i < o->nplans; i++)
		if (strcmp(o->plans[i].name, name) == 0)
			return &o->plans[i];
	return NULL;
}
