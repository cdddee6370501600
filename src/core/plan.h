/*
 * What is different between the groups in use and those of another config.
 */
#ifndef CORE_PLAN_H
#define CORE_PLAN_H

#include "core/core.h"

/* What has to happen to one process of a group that stays. */
struct plan_proc {
	struct proc *p;		/* in use; NULL: it is new */
	size_t	 index;		/* in the new group; SIZE_MAX: it goes */
	enum conf_apply apply;	/* both: the strongest change */
	struct conf_change why;	/* owned */
};

struct plan_group {
	struct plan_proc *procs; /* only those with something to do; owned */
	size_t	 n;
	bool	 priority;	/* the group's priority changed */
	struct conf_change pool; /* of a pool's keys the first that changed; owned */
};

/*
 * Compare g with what c says of it; -1: no memory.  Nothing to do: n is 0,
 * priority false and pool has no key.
 */
int	plan_group(const struct pgroup *g, const struct group *to, const struct config *c,
	    struct plan_group *out);
void	plan_group_release(struct plan_group *pg);

/* One more step, copied; why NULL: none.  -1: no memory. */
int	plan_add(struct plan *out, const char *group, const char *name, const char *action,
	    const struct conf_change *why);

/* A fresh tree from the file in use; e is CANT_REREAD. */
struct config *plan_load(struct err *e);
/* supervisord's notion of a changed group. */
bool	plan_changed(const struct pgroup *g, const struct group *to,
	    const struct config *c);

#endif
