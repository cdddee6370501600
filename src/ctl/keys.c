/*
 * Sections as JSON, read off the key tables.
 */
#include "ctl/keys.h"

#include <stdlib.h>
#include <string.h>

#include "conf/keys.h"
#include "conf/state.h"
#include "core/core.h"
#include "wire/json.h"

#define GUEST_CALLS	16	/* control connections that the guest of a section may have */

/* Whole numbers stay numbers, in the unit of their key. */
static bool
is_number(const struct conf_type *t)
{
	return t == &conf_integer || t == &conf_seconds || t == &conf_bytes;
}

static void
put_list(struct buf *b, const struct conf_key *k, const struct strlist *l)
{
	json_key(b, k->name);
	json_open(b, '[');
	for (size_t i = 0; i < l->n; i++)
		json_str(b, l->v[i]);
	json_close(b, ']');
}

static void
put_text(struct buf *b, const struct conf_key *k, const void *field)
{
	struct buf text = { 0 };

	k->type->print(field, &text);
	b->failed |= text.failed;
	if (text.len > 0) {
		json_key(b, k->name);
		json_bytes(b, text.data, text.len);
	}
	buf_release(&text);
}

void
keys_put(struct buf *b, const struct conf_table *t, const void *fields)
{
	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];
		const void *field = conf_field_const(k, fields);

		if (is_number(k->type))
			json_kint(b, k->name, *(const int64_t *)field);
		else if (k->type == &conf_boolean)
			json_kbool(b, k->name, *(const bool *)field);
		else if (k->type == &conf_list)
			put_list(b, k, field);
		else
			put_text(b, k, field);
	}
}

/* The sections [plan:NAME/...]. */
static void
put_plans(struct buf *b, const struct config *c, const char *name)
{
	size_t len = strlen(name);

	json_key(b, "plans");
	json_open(b, '[');
	for (size_t i = 0; i < c->nguests; i++) {
		const struct conf_guest *g = &c->guests[i];

		if (g->kind != SECTION_PLAN || strncmp(g->name, name, len) != 0 ||
		    g->name[len] != '/')
			continue;
		json_open(b, '{');
		json_kstr(b, "name", g->name + len + 1);
		json_key(b, "keys");
		json_open(b, '{');
		keys_put(b, &conf_plan_table, g->keys);
		json_close(b, '}');
		json_close(b, '}');
	}
	json_close(b, ']');
}

/* Those that we run ourselves: others cannot be called. */
static void
put_nodes(struct buf *b, const struct config *c)
{
	json_key(b, "nodes");
	json_open(b, '[');
	for (size_t i = 0; i < c->nguests; i++)
		if (c->guests[i].kind == SECTION_NODE && c->guests[i].keys->command == NULL)
			json_str(b, c->guests[i].name);
	json_close(b, ']');
}

void
keys_sections(struct buf *b, const struct config *c, enum guest_section kind, const char *name)
{
	const struct conf_table *t = conf_guest_kinds[kind]->table;
	const struct conf_guest *g = conf_find_guest(c, kind, name);

	json_open(b, '{');
	json_kstr(b, "section", g != NULL ? g->section : t->section);
	json_key(b, "keys");
	json_open(b, '{');
	if (g != NULL)
		keys_put(b, t, g->keys);
	json_close(b, '}');
	if (kind == SECTION_GATEWAY) {
		put_plans(b, c, name);
		put_nodes(b, c);
	}
	json_close(b, '}');
}

/* The key user of its section. */
static void
put_user(struct buf *b, const struct conf_user *u)
{
	if (!u->set)
		return;
	json_kint(b, "uid", u->uid);
	json_kint(b, "gid", u->gid);
	json_key(b, "groups");
	json_open(b, '[');
	for (size_t i = 0; i < u->ngroups; i++)
		json_int(b, u->groups[i]);
	json_close(b, ']');
}

void
keys_options(struct buf *b, const struct helper *h)
{
	const struct conf_guest *g = conf_find_guest(core.config, h->kind, h->name);
	const struct conf_table *t = conf_guest_kinds[h->kind]->table;
	char *dir = state_dir(&core.config->supd);

	buf_clear(b);
	json_open(b, '{');
	json_kstr(b, "op", "options");
	json_kstr(b, "kind", t->section);
	json_kstr(b, "name", h->name);
	json_kint(b, "loglevel", core.config->supervisord.loglevel);
	json_kint(b, "calls", GUEST_CALLS);
	json_kstr(b, "identifier", core.config->supervisord.identifier);
	json_kstr(b, "config", core.config->path);
	json_kstr(b, "statedir", dir != NULL ? dir : "");
	json_kbool(b, "statedir_given", core.config->supd.statedir != NULL);
	if (g != NULL)
		put_user(b, &g->keys->user);
	json_close(b, '}');
	free(dir);
}
