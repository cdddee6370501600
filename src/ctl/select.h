/*
 * Which processes a call is about: its parameters "names" and "all" as a list of
 * ids, in supervisord's order, and the names that are not there.
 */
#ifndef CTL_SELECT_H
#define CTL_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "wire/varlink.h"

struct proc;

/* One process, or one name that is none. */
struct pick {
	uint32_t id;		/* 0: not there */
	int64_t	 priority;	/* order in a group */
	bool	 by_group;	/* meant by group or all: only where it makes sense */
	const char *name;	/* borrowed of the call: as given; NULL with all */
};

struct picks {
	struct pick *v;		/* owned */
	size_t	 n;
	size_t	 cap;
};

enum select_how {
	SELECT_SOME,		/* names or all: true is needed; no guests */
	SELECT_DEFAULT_ALL,	/* nothing said means all; guests when named */
};

/*
 * Order: names as given, groups and all by priority.  -1 and e for wrong
 * parameters; picks is empty then.
 */
int	select_picks(const struct vcall *call, enum select_how how, struct picks *out,
	    struct err *e);
void	picks_release(struct picks *p);

/* A string parameter that must be there. */
int	need_string(const struct vcall *call, const char *key, const char **out,
	    struct err *e);
/* The process that "name" names; *name: as it was given.  NULL and e. */
struct proc *need_process(const struct vcall *call, const char **name, struct err *e);
/* "group:process" as its two words; "name" is both, "group:" and "group:*" give "*". */
void	split_name(const char *name, char *group, char *process, size_t size);

#endif
