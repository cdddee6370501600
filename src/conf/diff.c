/*
 * What changed between two configurations of a program, read off the key table.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

static char *
print(const struct conf_key *k, const void *fields)
{
	struct buf out = { 0 };

	k->type->print(conf_field_const(k, fields), &out);
	return buf_steal(&out);
}

/* What only an [fcgi-program:x] has: none is all zero. */
static const struct conf_fcgi *
fcgi_of(const struct program *p)
{
	static const struct conf_fcgi none = { .socket_owner = { (uid_t)-1, (gid_t)-1 } };

	return p->fcgi != NULL ? p->fcgi : &none;
}

/* The change in one table that asks for more than what is in why already. */
static void
find_change(const struct conf_table *t, const void *a, const void *b,
    struct conf_change *why)
{
	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];

		if (k->type->equal(conf_field_const(k, a), conf_field_const(k, b)) ||
		    (why->key != NULL && k->apply <= why->apply))
			continue;
		conf_change_release(why);
		*why = (struct conf_change){ k->name, k->apply, print(k, a), print(k, b) };
	}
}

/* Of a service: what others tell, which counts from its next start on. */
static bool
copy_changed(const struct conf_copy *a, const struct conf_copy *b)
{
	if (a == NULL || b == NULL)
		return a != b;
	return a->writes != b->writes || !strlist_equal(&a->peers, &b->peers);
}

/* Of an instance: also those that no key has. */
static bool
holes_changed(const struct conf_instance *a, const struct conf_instance *b)
{
	if (a == NULL || b == NULL)
		return a != b;
	return a->place != b->place || !strlist_equal(&a->holes, &b->holes);
}

enum conf_apply
conf_diff(const struct program *a, const struct program *b, struct conf_change *why)
{
	struct conf_change found = { 0 };
	enum conf_apply apply;

	find_change(&conf_program_table, a, b, &found);
	find_change(&conf_fcgi_table, fcgi_of(a), fcgi_of(b), &found);
	if (found.key == NULL && holes_changed(a->instance, b->instance))
		found = (struct conf_change){ .key = "holes", .apply = APPLY_LIVE };
	if (found.key == NULL && copy_changed(a->copy, b->copy))
		found = (struct conf_change){ .key = "ports of services", .apply = APPLY_LIVE };
	apply = found.apply;
	if (why == NULL)
		conf_change_release(&found);
	else
		*why = found;
	return apply;
}

/* The first key of a guest's section that differs. */
static bool
guest_keys_differ(const struct conf_guest *a, const struct conf_guest *b,
    struct conf_change *why)
{
	const struct conf_table *t = conf_guest_kinds[a->kind]->table;

	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];
		bool hide = k->flags & KEY_SECRET;

		if (k->type->equal(conf_field_const(k, a->keys), conf_field_const(k, b->keys)))
			continue;
		*why = (struct conf_change){ k->name, APPLY_RESTART,
			hide ? NULL : print(k, a->keys), hide ? NULL : print(k, b->keys) };
		return true;
	}
	return false;
}

/* Is there a section of this kind, a part of x when that is not NULL, in only one tree? */
static bool
others_differ(const struct config *from, const struct config *to, enum guest_section kind,
    const char *x, struct conf_change *why)
{
	size_t len = x != NULL ? strlen(x) : 0;

	for (size_t i = 0; i < from->nguests; i++) {
		const struct conf_guest *a = &from->guests[i], *b;
		bool ours = a->kind == kind && (x == NULL ||
		    (strncmp(a->name, x, len) == 0 && a->name[len] == '/'));

		if (!ours)
			continue;
		b = conf_find_guest(to, kind, a->name);
		if (b == NULL || (x != NULL && guest_keys_differ(a, b, why))) {
			conf_change_release(why);
			*why = (struct conf_change){ x != NULL ? "[plan:x/y]" : "nodes",
				APPLY_RESTART, NULL, NULL };
			return true;
		}
	}
	return false;
}

bool
conf_guest_diff(const struct config *from, const struct conf_guest *a, const struct config *to,
    const struct conf_guest *b, struct conf_change *why)
{
	*why = (struct conf_change){ 0 };
	if (guest_keys_differ(a, b, why))
		return true;
	return a->kind == SECTION_GATEWAY &&
	    (others_differ(from, to, SECTION_PLAN, a->name, why) ||
	    others_differ(to, from, SECTION_PLAN, a->name, why) ||
	    others_differ(from, to, SECTION_NODE, NULL, why) ||
	    others_differ(to, from, SECTION_NODE, NULL, why));
}

/* Of events it counts what they mean. */
static bool
pool_key_equal(const struct conf_key *k, const struct conf_listener *a,
    const struct conf_listener *b)
{
	if (strcmp(k->name, "events") == 0)
		return a->kinds == b->kinds;
	return k->type->equal(conf_field_const(k, a), conf_field_const(k, b));
}

enum conf_apply
conf_listener_diff(const struct conf_listener *a, const struct conf_listener *b,
    struct conf_change *why)
{
	const struct conf_table *t = &conf_listener_table;
	struct buf from = { 0 }, to = { 0 };

	*why = (struct conf_change){ 0 };
	for (size_t i = 0; a != NULL && b != NULL && i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];

		if (strcmp(k->name, "priority") == 0 || pool_key_equal(k, a, b))
			continue;	/* the priority is the group's */
		k->type->print(conf_field_const(k, a), &from);
		k->type->print(conf_field_const(k, b), &to);
		*why = (struct conf_change){ k->name, k->apply, buf_steal(&from),
			buf_steal(&to) };
		return k->apply;
	}
	return APPLY_NOTHING;
}

static bool
pool_equal(const struct conf_listener *a, const struct conf_listener *b)
{
	const struct conf_table *t = &conf_listener_table;

	if (a == NULL || b == NULL)
		return a == b;
	for (size_t i = 0; i < t->nkeys; i++)
		if (!pool_key_equal(&t->keys[i], a, b))
			return false;
	return true;
}

void
conf_change_release(struct conf_change *c)
{
	free(c->from);
	free(c->to);
	*c = (struct conf_change){ 0 };
}

/*
 * As supervisord compares: how a name came about does not count, and an AUTO log
 * equals anything.
 */
static bool
keys_equal(const struct conf_table *t, const void *a, const void *b)
{
	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];
		const struct conf_stream *s = conf_field_const(k, a), *u = conf_field_const(k, b);

		if (k->apply == APPLY_NOTHING)
			continue;
		if (k->type == &conf_logfile &&
		    (s->kind == LOGFILE_AUTO || u->kind == LOGFILE_AUTO))
			continue;
		if (!k->type->equal(s, u))
			return false;
	}
	return true;
}

static bool
program_equal(const struct program *a, const struct program *b)
{
	return strcmp(a->name, b->name) == 0 && keys_equal(&conf_program_table, a, b) &&
	    keys_equal(&conf_fcgi_table, fcgi_of(a), fcgi_of(b));
}

bool
conf_group_equal(const struct group *a, const struct group *b)
{
	if (a->kind != b->kind || a->priority != b->priority ||
	    a->nprograms != b->nprograms || strcmp(a->name, b->name) != 0 ||
	    !pool_equal(a->listener, b->listener))
		return false;
	for (size_t i = 0; i < a->nprograms; i++) {
		const struct program *p = a->programs[i], *q = b->programs[i];

		if (p != q && (p == NULL || q == NULL || !program_equal(p, q)))
			return false;
	}
	return true;
}
