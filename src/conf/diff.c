/*
 * What changed between two configurations of a program, read off the key table.
 */
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

static char *
print(const struct conf_key *k, const struct program *p)
{
	struct buf out = { 0 };

	k->type->print(conf_field_const(k, p), &out);
	return buf_steal(&out);
}

enum conf_apply
conf_diff(const struct program *a, const struct program *b, struct conf_change *why)
{
	const struct conf_table *t = &conf_program_table;
	const struct conf_key *key = NULL;

	for (size_t i = 0; i < t->nkeys; i++) {
		const struct conf_key *k = &t->keys[i];

		if (k->type->equal(conf_field_const(k, a), conf_field_const(k, b)))
			continue;
		if (key == NULL || k->apply > key->apply)
			key = k;
	}
	if (why != NULL && key != NULL)
		*why = (struct conf_change){ key->name, key->apply, print(key, a),
		    print(key, b) };
	else if (why != NULL)
		*why = (struct conf_change){ 0 };
	return key != NULL ? key->apply : APPLY_NOTHING;
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
program_equal(const struct program *a, const struct program *b)
{
	const struct conf_table *t = &conf_program_table;

	if (strcmp(a->name, b->name) != 0)
		return false;
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

bool
conf_group_equal(const struct group *a, const struct group *b)
{
	if (a->kind != b->kind || a->priority != b->priority ||
	    a->nprograms != b->nprograms || strcmp(a->name, b->name) != 0)
		return false;
	for (size_t i = 0; i < a->nprograms; i++) {
		const struct program *p = a->programs[i], *q = b->programs[i];

		if (p != q && (p == NULL || q == NULL || !program_equal(p, q)))
			return false;
	}
	return true;
}
