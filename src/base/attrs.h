/*
 * What a process may have besides identity, directory and descriptors: limits, priorities,
 * processors, rights.  A child sets them by bare system calls; nothing here allocates.
 */
#ifndef BASE_ATTRS_H
#define BASE_ATTRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTR_LIMITS	16	/* the kernel's resources, numbered as RLIMIT_x */
#define ATTR_INFINITY	UINT64_MAX
#define ATTR_CAPS	64	/* at most; the kernel has fewer */

struct attr_limit {
	uint64_t soft, hard;
};

struct attr_number {
	bool	 set;
	int	 n;
};

struct attr_cpus {
	unsigned char *mask;	/* owned; as sched_setaffinity() takes it; NULL: leave */
	size_t	 len;
};

struct attr_caps {
	bool	 set;
	uint64_t keep;		/* bit i: capability i */
};

struct attrs {
	struct attr_limit *limit[ATTR_LIMITS];	/* owned; NULL: leave */
	struct attr_number nice;
	struct attr_number oom_score_adj;
	struct attr_number ionice;	/* as ioprio_set() takes it */
	struct attr_cpus cpu_affinity;
	struct attr_caps capabilities;
	bool	 no_new_privs;
};

/* What can fail; ATTR_LIMIT and the number of a resource for a limit. */
enum attr {
	ATTR_LIMIT,
	ATTR_NICE = ATTR_LIMIT + ATTR_LIMITS,
	ATTR_IONICE,
	ATTR_OOM_SCORE_ADJ,
	ATTR_CPU_AFFINITY,
	ATTR_CAPABILITIES,
	ATTR_NO_NEW_PRIVS,
};

/* "limit_nofile": the key of the configuration. */
const char *attr_name(int what);
/*
 * In the child, before it gives its user id away and behind that.  Returns 0, or a negative
 * errno and *what failed.
 */
long	attrs_before_user(const struct attrs *a, int *what);
long	attrs_as_user(const struct attrs *a, int *what);

#endif
