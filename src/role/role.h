/*
 * The roles of this machine: what the configuration says of each, its goal, and whether
 * its programs are to run now.  No process is known here: who calls asks for the places
 * of a program, and starts and stops.
 *
 * The goal is what a person has decided and what is remembered in roles.ini; `on` is what
 * is being done about it.
 */
#ifndef ROLE_ROLE_H
#define ROLE_ROLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

#define ROLES_MAX	1000	/* so that a place is four bytes */

struct role {
	struct conf_role conf;	/* owned */
	enum role_goal goal;
	bool	 said;		/* by a person: it is kept in roles.ini */
	bool	 on;		/* its programs are to run */
	uint32_t slot;		/* for who keeps it over a crash */
};

struct role_set {
	struct role *v;		/* in the order of the files; owned */
	size_t	 n;
	struct conf_rolegroup *groups;	/* owned */
	size_t	 ngroups;
	struct strlist lost;	/* "name goal" said of roles that are in no file now */
};

/* Where a program stands in a role: behind the items before it. */
struct role_place {
	uint16_t role;		/* index in the set */
	uint16_t item;
};

/*
 * Take the roles of c (it has none then), all of them without a goal but that of the
 * file.  More than ROLES_MAX, or no memory: -1 and e, and the set is empty.
 */
int	role_set_take(struct role_set *s, struct config *c, struct err *e);
/* Goals and what is on, as `from` has them, for roles of the same name; -1: no memory. */
int	role_set_inherit(struct role_set *s, const struct role_set *from);
void	role_set_release(struct role_set *s);

struct role *role_find(const struct role_set *s, const char *name);
/* A group of roles; NULL: there is none of that name. */
const struct conf_rolegroup *role_find_group(const struct role_set *s, const char *name);

/* Mandatory or given a goal: does it belong to this machine? */
bool	role_is_here(const struct role *r);

/*
 * Set chosen[i] for each role that names say, groups of roles being all of theirs.
 * -1 and BAD_NAME with what is not there; chosen is as it was then.
 */
int	role_choose(const struct role_set *s, const char *const *names, size_t n, bool *chosen,
	    struct err *e);
/* May the chosen roles be added to this machine, removed from it, stopped? */
int	role_may_add(const struct role_set *s, const bool *chosen, struct err *e);
int	role_may_remove(const struct role_set *s, const bool *chosen, struct err *e);
int	role_may_start(const struct role_set *s, const bool *chosen, struct err *e);

/*
 * The places of a program of this group, at most max; returns how many.  Of several in
 * one role the first counts.
 */
size_t	role_places(const struct role_set *s, const char *group, const struct program *p,
	    struct role_place *out, size_t max);

/* ---- goals.c ---- */

#define ROLES_FILE "roles.ini"

/* What is said, as the text of roles.ini. */
void	role_goals_print(const struct role_set *s, struct buf *out);
/*
 * Take what roles.ini says over what is there.  Roles that are not in any file are
 * kept for when they come back.  A line that cannot be right is left out: *bad
 * counts them.  -1: no memory.
 */
int	role_goals_read(struct role_set *s, const char *text, size_t len, size_t *bad);
/*
 * Mandatory roles start, and of two that exclude each other only the first keeps START;
 * then what is to start is on.  Returns the role that lost, NULL: none.
 */
const struct role *role_goals_settle(struct role_set *s);

#endif
