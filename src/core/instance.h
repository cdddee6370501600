/*
 * Instances of templates, added and removed while the supervisor runs.  Each is the
 * process TEMPLATE:NAME, has a file in the state directory from before it is started until
 * after it is dead, and is like any program to an update.
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include "core/core.h"

struct instance_added {
	uint32_t id;		/* of the process */
	bool	 added;		/* false: the same one was there already */
	bool	 remembered;	/* it will be there after a new start of the supervisor */
};

/*
 * Add an instance and start it, if its template has autostart.  holes: NAME=value,
 * sorted, each fit for conf_check_hole().  Faults: BAD_NAME, no such template;
 * ALREADY_ADDED, there is another one of that name; STILL_RUNNING, the old one of that name is
 * being removed; INCORRECT_PARAMETERS names the hole; FAILED.
 */
int	core_add_instance(const char *template, const char *name,
	    const struct strlist *holes, struct asker by, struct instance_added *out,
	    struct err *e);
/*
 * Stop it, and when it is dead, forget and remove it (EV_GONE).  *id: its process; 0: there
 * is none, which is no fault.  FAILED: it stands in a file that a person has written.
 */
int	core_remove_instance(const char *template, const char *name, struct asker by,
	    uint32_t *id, struct err *e);

/* What became of a program that was scaled; ids of processes in order of their names. */
struct scaled {
	uint32_t *added, *removed;	/* owned */
	size_t	 nadded, nremoved;
	bool	 remembered;
};

/*
 * Give [program:name] n processes (-1: as many as its file says) in each of its groups, or
 * [service:name] n copies.  The
 * others are not touched; of those that go the highest number stops first.  Faults:
 * BAD_NAME; STILL_RUNNING, one that would come back is still on its way out; CANT_REREAD; FAILED.
 */
int	core_scale(const char *name, int64_t n, struct asker by, struct scaled *out,
	    struct err *e);
void	scaled_release(struct scaled *s);

#endif
