/*
 * Goals as the text of roles.ini and back.  It has the sections and the key of the main
 * file, so that it can be read, and put back, by hand:
 *
 *	[role:echo]
 *	goal = START
 */
#include <bsd/stdlib.h>
#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/ini.h"
#include "role/role.h"

#define PREFIX "role:"

static void
print_goal(struct buf *out, const char *name, const char *goal)
{
	buf_addf(out, "\n[" PREFIX "%s]\ngoal = %s\n", name, goal);
}

void
role_goals_print(const struct role_set *s, struct buf *out)
{
	buf_adds(out, "; What kato has said of roles.  Written by supd.\n");
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].said)
			print_goal(out, s->v[i].conf.name, conf_goal_name(s->v[i].goal));
	for (size_t i = 0; i + 1 < s->lost.n; i += 2)
		print_goal(out, s->lost.v[i], s->lost.v[i + 1]);
}

static bool
goal_of(const char *text, enum role_goal *goal)
{
	static const enum role_goal all[] = { GOAL_NONE, GOAL_STOP, GOAL_START };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(text, conf_goal_name(all[i])) == 0) {
			*goal = all[i];
			return true;
		}
	return false;
}

static int
lost_add(struct role_set *s, const char *text)
{
	char **v = array_room(s->lost.v, s->lost.n, sizeof(*v)), *copy = strdup(text);

	if (v != NULL)
		s->lost.v = v;
	if (v == NULL || copy == NULL) {
		free(copy);
		return -1;
	}
	v[s->lost.n++] = copy;
	return 0;
}

/* A role that is in no file now: -1: no memory. */
static int
keep_lost(struct role_set *s, const char *name, enum role_goal goal)
{
	if (lost_add(s, name) == -1)
		return -1;
	if (lost_add(s, conf_goal_name(goal)) == 0)
		return 0;
	free(s->lost.v[--s->lost.n]);
	return -1;
}

int
role_goals_read(struct role_set *s, const char *text, size_t len, size_t *bad)
{
	struct err e;
	struct report r = { .e = &e };
	struct ini ini;
	struct ini_section *section;
	int rc = 0;

	*bad = 0;
	ini_init(&ini);
	if (ini_read_text(&ini, ROLES_FILE, text, len, NULL, &r) == -1)
		(*bad)++;	/* what stands before the line that is wrong counts */
	STAILQ_FOREACH(section, &ini.sections, link) {
		struct ini_key *k = ini_get(&ini, section, "goal");
		enum role_goal goal;
		struct role *role;

		if (strncmp(section->name, PREFIX, strlen(PREFIX)) != 0 || k == NULL ||
		    !goal_of(k->value, &goal)) {
			(*bad)++;
			continue;
		}
		role = role_find(s, section->title);
		if (role == NULL && keep_lost(s, section->title, goal) == -1)
			rc = -1;
		if (role == NULL)
			continue;
		role->goal = goal;
		role->said = true;
	}
	ini_release(&ini);
	return rc;
}

const struct role *
role_goals_settle(struct role_set *s)
{
	const struct role *lost = NULL;

	for (size_t i = 0; i < s->n; i++) {
		struct role *r = &s->v[i];

		if (r->conf.mandatory)
			r->goal = GOAL_START;
		r->on = r->goal == GOAL_START;
	}
	for (size_t i = 0; i < s->n; i++)
		for (size_t k = i + 1; k < s->n; k++) {
			struct role *a = &s->v[i], *b = &s->v[k], *loser;

			if (!a->on || !b->on || (!strlist_has(&a->conf.exclusive, b->conf.name) &&
			    !strlist_has(&b->conf.exclusive, a->conf.name)))
				continue;
			loser = b->conf.mandatory ? a : b;
			loser->on = false;
			loser->goal = GOAL_STOP;
			lost = loser;
		}
	return lost;
}

/* The goal that was said of a role which was in no file; false: none. */
static bool
find_lost(const struct role_set *from, const char *name, enum role_goal *goal)
{
	for (size_t i = 0; i + 1 < from->lost.n; i += 2)
		if (strcmp(from->lost.v[i], name) == 0)
			return goal_of(from->lost.v[i + 1], goal);
	return false;
}

/* What r was, as far as nobody has changed its mind; the rest is settled anew. */
static enum keep { KEEP_NOTHING, KEEP_ON, KEEP_OFF }
inherit_role(struct role *r, const struct role_set *from)
{
	const struct role *old = role_find(from, r->conf.name);

	if (old == NULL) {
		r->said = find_lost(from, r->conf.name, &r->goal);
		return KEEP_NOTHING;
	}
	r->slot = old->slot;
	r->said = old->said;
	if (old->said)		/* else the file has the word */
		r->goal = old->goal;
	if (r->goal != old->goal || r->goal == GOAL_NONE || r->conf.mandatory)
		return KEEP_NOTHING;
	return old->on ? KEEP_ON : KEEP_OFF;
}

/* What was said of roles that are gone waits for them to come back. */
static int
inherit_lost(struct role_set *s, const struct role_set *from)
{
	for (size_t i = 0; i < from->n; i++)
		if (from->v[i].said && role_find(s, from->v[i].conf.name) == NULL &&
		    keep_lost(s, from->v[i].conf.name, from->v[i].goal) == -1)
			return -1;
	for (size_t i = 0; i + 1 < from->lost.n; i += 2) {
		enum role_goal goal;

		if (role_find(s, from->lost.v[i]) == NULL &&
		    goal_of(from->lost.v[i + 1], &goal) &&
		    keep_lost(s, from->lost.v[i], goal) == -1)
			return -1;
	}
	return 0;
}

int
role_set_inherit(struct role_set *s, const struct role_set *from)
{
	enum keep *keep = calloc(s->n + 1, sizeof(*keep));

	if (keep == NULL)
		return -1;
	for (size_t i = 0; i < s->n; i++)
		keep[i] = inherit_role(&s->v[i], from);
	role_goals_settle(s);
	for (size_t i = 0; i < s->n; i++)
		if (keep[i] != KEEP_NOTHING)
			s->v[i].on = keep[i] == KEEP_ON;
	free(keep);
	return inherit_lost(s, from);
}
