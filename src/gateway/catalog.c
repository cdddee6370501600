/*
 * The catalog, cut to what a version of the broker API knows: a platform of 2.13 may
 * refuse a member that came later.
 */
#include "gateway/offer.h"

#include "wire/json.h"

static void
put_json(struct buf *b, const char *key, const struct offer_json *j)
{
	if (j->v == NULL)
		return;
	json_key(b, key);
	json_value(b, j->v);
}

static void
put_schema(struct buf *b, const char *key, const struct offer_json *j)
{
	if (j->v == NULL)
		return;
	json_key(b, key);
	json_open(b, '{');
	put_json(b, "parameters", j);
	json_close(b, '}');
}

static void
put_schemas(struct buf *b, const struct plan *p)
{
	if (p->create.v == NULL && p->update.v == NULL && p->bind.v == NULL)
		return;
	json_key(b, "schemas");
	json_open(b, '{');
	if (p->create.v != NULL || p->update.v != NULL) {
		json_key(b, "service_instance");
		json_open(b, '{');
		put_schema(b, "create", &p->create);
		put_schema(b, "update", &p->update);
		json_close(b, '}');
	}
	if (p->bind.v != NULL) {
		json_key(b, "service_binding");
		json_open(b, '{');
		put_schema(b, "create", &p->bind);
		json_close(b, '}');
	}
	json_close(b, '}');
}

static void
put_plan(struct buf *b, const struct offer *o, const struct plan *p, int minor)
{
	json_open(b, '{');
	json_kstr(b, "id", p->id);
	json_kstr(b, "name", p->name);
	json_kstr(b, "description", p->description);
	put_json(b, "metadata", &p->metadata);
	json_kbool(b, "free", p->free);
	json_kbool(b, "bindable", p->bindable);
	put_schemas(b, p);
	if (minor >= 15) {
		if (p->updateable != o->updateable)
			json_kbool(b, "plan_updateable", p->updateable);
		if (p->polling_s > 0)
			json_kint(b, "maximum_polling_duration", p->polling_s);
		if (p->maintenance != NULL) {
			json_key(b, "maintenance_info");
			json_open(b, '{');
			json_kstr(b, "version", p->maintenance);
			if (minor >= 16 && p->maintenance_text != NULL)
				json_kstr(b, "description", p->maintenance_text);
			json_close(b, '}');
		}
	}
	json_close(b, '}');
}

static void
put_list(struct buf *b, const char *key, yyjson_val *v)
{
	if (v == NULL)
		return;
	json_key(b, key);
	json_value(b, v);
}

void
catalog_write(struct buf *b, const struct offer *o, int minor)
{
	json_open(b, '{');
	json_key(b, "services");
	json_open(b, '[');
	json_open(b, '{');
	json_kstr(b, "id", o->id);
	json_kstr(b, "name", o->name);
	json_kstr(b, "description", o->description);
	put_list(b, "tags", o->tags);
	put_list(b, "requires", o->requires);
	json_kbool(b, "bindable", o->bindable);
	if (minor >= 14) {
		json_kbool(b, "instances_retrievable", true);
		json_kbool(b, "bindings_retrievable", true);
	}
	put_json(b, "metadata", &o->metadata);
	json_kbool(b, "plan_updateable", o->updateable);
	json_key(b, "plans");
	json_open(b, '[');
	for (size_t i = 0; i < o->nplans; i++)
		put_plan(b, o, &o->plans[i], minor);
	json_close(b, ']');
	json_close(b, '}');
	json_close(b, ']');
	json_close(b, '}');
}
