/*
 * Sets of roles: goals as text and back, choosing by name, exclusions, what a changed file
 * does to goals, and where a program stands.
 */
#include <stdlib.h>
#include <string.h>

#include "role/role.h"
#include "tap.h"

/* A list of words between blanks. */
static struct strlist
words(const char *text)
{
	struct strlist l = { calloc(16, sizeof(char *)), 0 };

	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		l.v[l.n++] = strndup(text, n);
		text += n + strspn(text + n, " ");
	}
	return l;
}

/* One role for each word: "name", "name!" is mandatory, "name+" has the goal START. */
static struct config *
config_of(const char *text)
{
	struct config *c = calloc(1, sizeof(*c));
	struct strlist l = words(text);

	c->roles = calloc(l.n + 1, sizeof(*c->roles));
	for (size_t i = 0; i < l.n; i++) {
		size_t n = strcspn(l.v[i], "!+");
		struct conf_role *r = &c->roles[c->nroles++];

		r->name = strndup(l.v[i], n);
		r->mandatory = l.v[i][n] == '!';
		r->goal = l.v[i][n] == '+' ? GOAL_START : GOAL_NONE;
	}
	strlist_release(&l);
	return c;
}

static struct role_set
set_of(const char *text)
{
	struct config *c = config_of(text);
	struct role_set s;
	struct err e;

	role_set_take(&s, c, &e);
	free(c);
	return s;
}

/* "a:START,on b:none" */
static const char *
goals(const struct role_set *s)
{
	static struct buf b;

	buf_clear(&b);
	for (size_t i = 0; i < s->n; i++)
		buf_addf(&b, "%s%s:%s%s%s", i > 0 ? " " : "", s->v[i].conf.name,
		    conf_goal_name(s->v[i].goal), s->v[i].on ? ",on" : "",
		    s->v[i].said ? ",said" : "");
	return buf_text(&b);
}

static void
test_goals(void)
{
	static const char text[] = "; by hand\n[role:Web]\ngoal = START\n[role:gone]\ngoal=STOP\n"
	    "[role:db]\ngoal = SOON\n[other]\nx = 1\n";
	struct role_set s = set_of("base! Web db+ c"), again;
	struct buf out = { 0 };
	size_t bad;

	is_int(role_goals_read(&s, text, strlen(text), &bad), 0, "read");
	is_int((int64_t)bad, 2, "two sections are not understood");
	ok(role_goals_settle(&s) == NULL, "nobody has lost");
	is_str(goals(&s), "base:START,on Web:START,on,said db:START,on c:none", "file and hand");
	role_goals_print(&s, &out);
	is_str(buf_text(&out), "; What kato has said of roles.  Written by supd.\n\n[role:Web]\n"
	    "goal = START\n\n[role:gone]\ngoal = STOP\n", "what is said, and of whom is gone");
	again = set_of("gone Web");
	role_goals_read(&again, buf_text(&out), out.len, &bad);
	role_goals_settle(&again);
	is_str(goals(&again), "gone:STOP,said Web:START,on,said", "which comes back");
	is_int((int64_t)bad, 0, "and is understood");
	is_int(role_goals_read(&again, "nonsense", 8, &bad), 0, "a file that is no ini");
	ok(bad > 0, "is told of");
	buf_release(&out);
	role_set_release(&s);
	role_set_release(&again);
}

static void
test_choose(void)
{
	static const char *const both[] = { "pair", "c" }, *const wrong[] = { "a", "x" };
	struct role_set s = set_of("a b c m!");
	bool chosen[4] = { false };
	struct err e = { 0 };

	s.groups = calloc(1, sizeof(*s.groups));
	s.ngroups = 1;
	s.groups[0].name = strdup("pair");
	s.groups[0].roles = words("a b");
	is_int(role_choose(&s, wrong, 2, chosen, &e), -1, "one that is not there");
	is_str(e.msg, "BAD_NAME: no role or group of roles 'x'", "is named");
	ok(!chosen[0], "and nothing is chosen");
	is_int(role_choose(&s, both, 2, chosen, &e), 0, "a group and a role");
	ok(chosen[0] && chosen[1] && chosen[2] && !chosen[3], "are three roles");
	is_int(role_may_start(&s, chosen, &e), -1, "what is not here cannot start");
	s.v[1].conf.exclusive = words("c");
	is_int(role_may_add(&s, chosen, &e), -1, "two that exclude each other");
	is_str(e.msg, "FAILED: role 'b' excludes role 'c', which is to be added as well", "why");
	chosen[1] = false;
	is_int(role_may_add(&s, chosen, &e), 0, "one of them is fine");
	s.v[1].goal = GOAL_STOP;
	is_int(role_may_add(&s, chosen, &e), -1, "unless the other one is here");
	is_int(role_may_remove(&s, chosen, &e), 0, "a removal");
	chosen[3] = true;
	is_int(role_may_remove(&s, chosen, &e), -1, "but not of what is mandatory");
	s.v[1].goal = s.v[2].goal = GOAL_START;
	ok(role_goals_settle(&s) == &s.v[2], "of two the second stays down");
	is_str(goals(&s), "a:none b:START,on c:STOP m:START,on", "and only that");
	role_set_release(&s);
}

static void
test_inherit(void)
{
	struct role_set old = set_of("a b+ c d m!"), new = set_of("b d+ m c e+"), third;

	role_goals_settle(&old);
	old.v[0].goal = GOAL_START;	/* a: kept for when it comes back */
	old.v[0].said = true;
	old.v[2].goal = GOAL_START;	/* c: role add -s: not on yet */
	old.v[2].said = true;
	is_int(role_set_inherit(&new, &old), 0, "inherit");
	is_str(goals(&new), "b:none d:START,on m:none c:START,said e:START,on",
	    "the file has the word where nobody has spoken, else who has");
	third = set_of("a c");
	role_set_inherit(&third, &new);
	is_str(goals(&third), "a:START,on,said c:START,said", "a role that was away comes back");
	role_set_release(&old);
	role_set_release(&new);
	role_set_release(&third);
}

static const char *
places(const struct role_set *s, const char *group, const char *process, const char *section,
    const char *roles)
{
	struct conf_in_roles in = { words(roles) };
	struct program p = { .name = (char *)(uintptr_t)process,
		.section = (char *)(uintptr_t)section, .in_roles = *roles != '\0' ? &in : NULL };
	struct role_place v[4];
	size_t n = role_places(s, group, &p, v, 4);
	static struct buf b;

	buf_clear(&b);
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "%s%s@%d", i > 0 ? " " : "", s->v[v[i].role].conf.name,
		    v[i].item == UINT16_MAX ? -1 : v[i].item);
	strlist_release(&in.roles);
	return buf_text(&b);
}

static void
test_places(void)
{
	struct role_set s = set_of("a b");

	s.v[0].conf.programs = words("db web:1 site-* node:echo");
	s.v[1].conf.programs = words("* web");
	is_str(places(&s, "db", "db", "program:db", ""), "a@0 b@0", "by name, and by pattern");
	is_str(places(&s, "g", "db", "program:db", ""), "a@0 b@0", "in a group of another name");
	is_str(places(&s, "web", "1", "program:web", ""), "a@1 b@0", "one process, and a group");
	is_str(places(&s, "web", "2", "program:web", ""), "b@0", "another one");
	is_str(places(&s, "site-x", "site-x", "program:site-x", ""), "a@2 b@0", "a pattern");
	is_str(places(&s, "supd", "node:echo", "guest", ""), "a@3", "a guest by name only");
	is_str(places(&s, "l", "l", "eventlistener:l", ""), "", "no listener");
	is_str(places(&s, "x", "x", "program:x", "a"), "a@-1 b@0", "the program's own key: behind");
	is_str(places(&s, "db", "db", "program:db", "a"), "a@0 b@0", "both: as the role says");
	role_set_release(&s);
}

int
main(void)
{
	test_goals();
	test_choose();
	test_inherit();
	test_places();
	return tap_done();
}
