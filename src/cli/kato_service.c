/*
 * kato service: instances of services that a [gateway:x] of this supervisor offers.  The
 * name of an instance is its id.
 */
#include "cli/kato.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define METHOD(name) GATEWAY_INTERFACE "." name
#define GUESTS "supd"			/* the group that gateways are in */
#define GUEST "gateway:"

/* ---- which gateway ---- */

/* Names of the gateways among these processes, in one piece of memory, NULL-terminated. */
static char **
gateways_of(yyjson_val *list)
{
	size_t n = yyjson_arr_size(list) + 1, bytes = n * sizeof(char *), at = 0;
	yyjson_arr_iter it = yyjson_arr_iter_with(list);
	char **names, *text;
	yyjson_val *p;

	while ((p = yyjson_arr_iter_next(&it)) != NULL)
		bytes += strlen(reply_str(p, "name")) + 1;
	names = calloc(1, bytes);
	if (names == NULL)
		return NULL;
	text = (char *)(names + n);
	it = yyjson_arr_iter_with(list);
	while ((p = yyjson_arr_iter_next(&it)) != NULL) {
		const char *name = reply_str(p, "name");

		if (strncmp(name, GUEST, strlen(GUEST)) != 0)
			continue;
		names[at++] = strcpy(text, name + strlen(GUEST));
		text += strlen(text) + 1;
	}
	return names;
}

/* Those of this supervisor; NULL: there is none, which is said. */
static char **
gateways(struct kato *k)
{
	struct reply r;
	char **names;

	if (!kato_call(k, CONTROL_INTERFACE ".Status", "{\"names\":[\"" GUESTS ":*\"]}", &r))
		return NULL;
	names = gateways_of(yyjson_obj_get(r.params, "processes"));
	reply_release(&r);
	if (names == NULL)
		kato_failed(k, KATO_FAILED, "out of memory");
	else if (names[0] == NULL) {
		kato_failed(k, KATO_FAILED, "no service is offered here: there is no"
		    " [gateway:x]");
		free(names);
		names = NULL;
	}
	return names;
}

/* {"gateway":NAME, "id":ID}, open for more members. */
static void
begin(struct buf *b, const char *gateway, const char *id)
{
	json_open(b, '{');
	json_kstr(b, "gateway", gateway);
	if (id != NULL)
		json_kstr(b, "id", id);
}

/* End the object and call. */
static bool
call(struct kato *k, const char *method, struct buf *b, struct reply *r)
{
	bool good;

	json_close(b, '}');
	if (b->failed)
		kato_failed(k, KATO_FAILED, "out of memory");
	good = !b->failed && kato_call(k, method, buf_text(b), r);
	buf_release(b);
	return good;
}

/* Does this gateway have an instance of that name?  -1: said why not. */
static int
has_instance(struct kato *k, const char *gateway, const char *id)
{
	struct buf b = { 0 };
	struct reply r;
	int n;

	begin(&b, gateway, id);
	if (!call(k, METHOD("List"), &b, &r))
		return -1;
	n = yyjson_arr_size(yyjson_obj_get(r.params, "instances")) > 0;
	reply_release(&r);
	return n;
}

/* Does it offer a service of that name? */
static int
has_service(struct kato *k, const char *gateway, const char *service)
{
	struct buf b = { 0 };
	struct reply r;
	int same;

	if (strcmp(gateway, service) == 0)
		return 1;
	begin(&b, gateway, NULL);
	if (!call(k, METHOD("Catalog"), &b, &r))
		return -1;
	same = strcmp(reply_str(r.params, "service"), service) == 0;
	reply_release(&r);
	return same;
}

/* The first gateway that is it; NULL: there is none, which is said, as what. */
static char *
find(struct kato *k, int (*is_it)(struct kato *k, const char *gateway, const char *word),
    const char *word, const char *what)
{
	char **all, *found = NULL;
	int rc = 0;

	if (k->gateway != NULL)
		return strdup(k->gateway);
	all = gateways(k);
	for (char **g = all; g != NULL && *g != NULL && found == NULL && rc != -1; g++) {
		rc = is_it(k, *g, word);
		if (rc == 1)
			found = strdup(*g);
	}
	if (all != NULL && found == NULL && rc != -1)
		kato_failed(k, KATO_FAILED, "no %s '%s'", what, word);
	free(all);
	return found;
}

/* Call fn for each gateway, or the one that -g names. */
static void
each(struct kato *k, void (*fn)(struct kato *k, const char *gateway, struct buf *json),
    struct buf *json)
{
	char *one[] = { (char *)(uintptr_t)k->gateway, NULL };
	char **all = k->gateway != NULL ? one : gateways(k);

	for (char **g = all; g != NULL && *g != NULL; g++)
		fn(k, *g, json);
	if (all != one)
		free(all);
}

/* ---- catalog, list ---- */

static bool
is_table(const struct kato *k)
{
	return !k->json && !k->yaml;
}

/* The head of a table, once. */
static void
put_head(struct kato *k)
{
	if (k->head != NULL)
		puts(k->head);
	k->head = NULL;
}

static void
catalog_of(struct kato *k, const char *gateway, struct buf *json)
{
	struct buf b = { 0 };
	struct reply r;
	yyjson_arr_iter it;
	yyjson_val *p;

	begin(&b, gateway, NULL);
	if (!call(k, METHOD("Catalog"), &b, &r))
		return;
	put_head(k);
	if (!is_table(k))
		json_value(json, r.params);
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "plans"));
	while (is_table(k) && (p = yyjson_arr_iter_next(&it)) != NULL)
		printf("%-20s %-16s %-5s %s\n", reply_str(r.params, "service"),
		    reply_str(p, "name"), yyjson_is_true(yyjson_obj_get(p, "free")) ? "free" :
		    "paid", reply_str(p, "description"));
	reply_release(&r);
}

static void
list_of(struct kato *k, const char *gateway, struct buf *json)
{
	struct buf b = { 0 };
	struct reply r;
	yyjson_arr_iter it;
	yyjson_val *one;

	begin(&b, gateway, k->n > 0 ? k->v[0] : NULL);
	if (!call(k, METHOD("List"), &b, &r))
		return;
	put_head(k);
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "instances"));
	while ((one = yyjson_arr_iter_next(&it)) != NULL)
		if (!is_table(k))
			json_value(json, one);
		else
			printf("%-36s %-12s %-10s %-9s %3zu  %s\n", reply_str(one, "id"), gateway,
			    reply_str(one, "plan"), reply_str(one, "state"),
			    yyjson_arr_size(yyjson_obj_get(one, "bindings")),
			    strcmp(reply_str(one, "outcome"), "failed") == 0 ?
			    reply_str(one, "text") : reply_str(one, "node"));
	reply_release(&r);
}

static void
orphans_of(struct kato *k, const char *gateway, struct buf *json)
{
	struct buf b = { 0 };
	struct reply r;
	yyjson_arr_iter it;
	yyjson_val *one;

	begin(&b, gateway, NULL);
	json_kbool(&b, "purge", k->purge);
	if (!call(k, METHOD("Orphans"), &b, &r))
		return;
	put_head(k);
	it = yyjson_arr_iter_with(yyjson_obj_get(r.params, "orphans"));
	while ((one = yyjson_arr_iter_next(&it)) != NULL)
		if (!is_table(k))
			json_value(json, one);
		else
			printf("%-36s %-12s %-12s %-9s %s\n", reply_str(one, "name"), gateway,
			    reply_str(one, "node"),
			    yyjson_is_true(yyjson_obj_get(one, "missing")) ? "missing" :
			    yyjson_is_true(yyjson_obj_get(one, "certain")) ? "orphan" :
			    "suspected", reply_str(one, "binding"));
	if (is_table(k) && reply_int(r.params, "removed") > 0)
		printf("%lld removed\n", (long long)reply_int(r.params, "removed"));
	reply_release(&r);
}

/* A table with this head, as soon as there is an answer, or one JSON list of all. */
static void
table(struct kato *k, const char *head,
    void (*fn)(struct kato *k, const char *gateway, struct buf *json))
{
	struct buf json = { 0 };

	json_open(&json, '[');
	k->head = is_table(k) ? head : NULL;
	each(k, fn, &json);
	json_close(&json, ']');
	if (!is_table(k))
		kato_print_text(k, &json);
	buf_release(&json);
}

void
kato_service_catalog(struct kato *k)
{
	table(k, "SERVICE              PLAN             COST  DESCRIPTION", catalog_of);
}

void
kato_service_list(struct kato *k)
{
	table(k, "NAME                                 GATEWAY      PLAN       STATE     BOUND"
	    "  NODE", list_of);
}

void
kato_service_orphans(struct kato *k)
{
	table(k, "NAME                                 GATEWAY      NODE         STATE     "
	    "BINDING", orphans_of);
}

/* ---- create, delete, bind, unbind ---- */

static void
print_credentials(const struct kato *k, const struct reply *r)
{
	yyjson_val *v = yyjson_obj_get(r->params, "credentials");

	if (yyjson_obj_size(v) > 0)
		kato_print(k, v);
}

/* Parameters of the command line: a JSON object; false: it is none, which is said. */
static bool
put_parameters(struct kato *k, struct buf *b, const char *text)
{
	yyjson_doc *doc = text != NULL ? yyjson_read(text, strlen(text), 0) : NULL;
	bool good = text == NULL || yyjson_is_obj(yyjson_doc_get_root(doc));

	if (!good)
		kato_failed(k, KATO_USAGE, "'%s' is no JSON object such as {\"size\": 3}", text);
	else if (text != NULL) {
		json_key(b, "parameters");
		json_value(b, yyjson_doc_get_root(doc));
	}
	yyjson_doc_free(doc);
	return good;
}

/* One line like those of other commands of kato; whoever called ends it, unless it failed. */
static bool
act(struct kato *k, const char *doing, const char *name, const char *method, struct buf *b,
    struct reply *r)
{
	struct err e = { 0 };

	json_close(b, '}');
	if (b->failed)
		err_set(&e, FAULT_FAILED, "out of memory");
	if (is_table(k)) {
		printf("%s %s...   ", doing, name);
		fflush(stdout);
	}
	if (!b->failed && ctl_call(&k->ctl, method, buf_text(b), r, &e) == 0) {
		buf_release(b);
		return true;
	}
	buf_release(b);
	if (is_table(k))
		puts("failed");
	kato_refused(k, &e);
	return false;
}

void
kato_service_create(struct kato *k)
{
	char *gateway = find(k, has_service, k->v[0], "service");
	struct buf b = { 0 };
	struct reply r;

	if (gateway == NULL)
		return;
	begin(&b, gateway, k->v[1]);
	if (k->plan != NULL)
		json_kstr(&b, "plan", k->plan);
	if (!put_parameters(k, &b, k->n > 2 ? k->v[2] : NULL))
		buf_release(&b);
	else if (act(k, "creating", k->v[1], METHOD("Create"), &b, &r)) {
		if (is_table(k))
			puts(yyjson_is_true(yyjson_obj_get(r.params, "created")) ? "ok" :
			    "ok (was there)");
		print_credentials(k, &r);
		reply_release(&r);
	}
	free(gateway);
}

static void
bind_or_unbind(struct kato *k, bool on)
{
	char *gateway = find(k, has_instance, k->v[0], "instance");
	const char *member = on ? "created" : "deleted";
	struct buf b = { 0 };
	struct reply r;

	if (gateway == NULL)
		return;
	begin(&b, gateway, k->v[0]);
	json_kstr(&b, "binding", k->v[1]);
	if (!put_parameters(k, &b, on && k->n > 2 ? k->v[2] : NULL))
		buf_release(&b);
	else if (act(k, on ? "binding" : "unbinding", k->v[1],
	    on ? METHOD("Bind") : METHOD("Unbind"), &b, &r)) {
		if (is_table(k))
			puts(yyjson_is_true(yyjson_obj_get(r.params, member)) ? "ok" :
			    on ? "ok (was there)" : "ok (was not there)");
		if (on)
			print_credentials(k, &r);
		reply_release(&r);
	}
	free(gateway);
}

void
kato_service_bind(struct kato *k)
{
	bind_or_unbind(k, true);
}

void
kato_service_unbind(struct kato *k)
{
	bind_or_unbind(k, false);
}

static void
delete(struct kato *k, const char *name)
{
	char *gateway = find(k, has_instance, name, "instance");
	struct buf b = { 0 };
	struct reply r;

	if (gateway == NULL)
		return;
	begin(&b, gateway, name);
	if (act(k, "deleting", name, METHOD("Delete"), &b, &r)) {
		if (is_table(k))
			puts(yyjson_is_true(yyjson_obj_get(r.params, "deleted")) ? "ok" :
			    "ok (was not there)");
		reply_release(&r);
	}
	free(gateway);
}

void
kato_service_delete(struct kato *k)
{
	for (size_t i = 0; i < k->n; i++)
		delete(k, k->v[i]);
}

void
kato_service_credentials(struct kato *k)
{
	char *gateway = find(k, has_instance, k->v[0], "instance");
	struct buf b = { 0 };
	struct reply r;

	if (gateway == NULL)
		return;
	begin(&b, gateway, k->v[0]);
	if (k->n > 1)
		json_kstr(&b, "binding", k->v[1]);
	if (call(k, METHOD("Credentials"), &b, &r)) {
		kato_print(k, yyjson_obj_get(r.params, "credentials"));
		reply_release(&r);
	}
	free(gateway);
}
