/*
 * Setting the attributes of attrs.h.  Runs in a child that shares our memory: bare calls,
 * and nothing is written but the child's own stack.
 */
#include "base/attrs.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <fcntl.h>
#include <linux/capability.h>

#include "base/bare.h"

#define IOPRIO_WHO_PROCESS 1	/* linux/ioprio.h */

static const char *const names[] = {
	[ATTR_LIMIT + RLIMIT_CPU] = "limit_cpu",
	[ATTR_LIMIT + RLIMIT_FSIZE] = "limit_fsize",
	[ATTR_LIMIT + RLIMIT_DATA] = "limit_data",
	[ATTR_LIMIT + RLIMIT_STACK] = "limit_stack",
	[ATTR_LIMIT + RLIMIT_CORE] = "limit_core",
	[ATTR_LIMIT + RLIMIT_RSS] = "limit_rss",
	[ATTR_LIMIT + RLIMIT_NPROC] = "limit_nproc",
	[ATTR_LIMIT + RLIMIT_NOFILE] = "limit_nofile",
	[ATTR_LIMIT + RLIMIT_MEMLOCK] = "limit_memlock",
	[ATTR_LIMIT + RLIMIT_AS] = "limit_as",
	[ATTR_LIMIT + RLIMIT_LOCKS] = "limit_locks",
	[ATTR_LIMIT + RLIMIT_SIGPENDING] = "limit_sigpending",
	[ATTR_LIMIT + RLIMIT_MSGQUEUE] = "limit_msgqueue",
	[ATTR_LIMIT + RLIMIT_NICE] = "limit_nice",
	[ATTR_LIMIT + RLIMIT_RTPRIO] = "limit_rtprio",
	[ATTR_LIMIT + RLIMIT_RTTIME] = "limit_rttime",
	[ATTR_NICE] = "nice", [ATTR_IONICE] = "ionice",
	[ATTR_OOM_SCORE_ADJ] = "oom_score_adj", [ATTR_CPU_AFFINITY] = "cpu_affinity",
	[ATTR_CAPABILITIES] = "capabilities", [ATTR_NO_NEW_PRIVS] = "no_new_privs",
};

const char *
attr_name(int what)
{
	size_t i = (size_t)what;

	return i < sizeof(names) / sizeof(names[0]) && names[i] != NULL ? names[i] : "?";
}

static long
set_limits(const struct attrs *a, int *what)
{
	for (int i = 0; i < ATTR_LIMITS; i++) {
		uint64_t pair[2];
		long r;

		if (a->limit[i] == NULL)
			continue;
		pair[0] = a->limit[i]->soft;
		pair[1] = a->limit[i]->hard;
		*what = ATTR_LIMIT + i;
		r = bare(SYS_prlimit64, 0, i, (long)pair, 0, 0);
		if (r < 0)
			return r;
	}
	return 0;
}

static long
set_oom_score(int score)
{
	static const char path[] = "/proc/self/oom_score_adj";
	unsigned n = score < 0 ? (unsigned)-score : (unsigned)score;
	char text[12], *at = text + sizeof(text);
	long fd, r;

	do
		*--at = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	if (score < 0)
		*--at = '-';
	fd = bare(SYS_openat, AT_FDCWD, (long)path, O_WRONLY | O_CLOEXEC, 0, 0);
	if (fd < 0)
		return fd;
	r = bare(SYS_write, fd, (long)at, text + sizeof(text) - at, 0, 0);
	bare(SYS_close, fd, 0, 0, 0, 0);
	return r < 0 ? r : 0;
}

/*
 * The bounding set is the most that it, or what it executes, can ever have.  Permitted
 * ones outlive the change of the user id so that attrs_as_user() can hand them on.
 */
static long
bound_caps(uint64_t keep)
{
	long r;

	for (int i = 0; i < ATTR_CAPS; i++) {
		if ((keep & UINT64_C(1) << i) != 0)
			continue;
		r = bare(SYS_prctl, PR_CAPBSET_DROP, i, 0, 0, 0);
		if (r == -EINVAL)	/* behind the last that the kernel knows */
			break;
		if (r < 0)
			return r;
	}
	return bare(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
}

/* Inheritable and ambient: exec leaves them to a user that is not root. */
static long
keep_caps(uint64_t keep)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	long r;

	for (int i = 0; i < 2; i++) {
		uint32_t half = (uint32_t)(keep >> (32 * i));

		data[i].effective = data[i].permitted = data[i].inheritable = half;
	}
	r = bare(SYS_capset, (long)&header, (long)data, 0, 0, 0);
	for (int i = 0; r == 0 && i < ATTR_CAPS; i++)
		if ((keep & UINT64_C(1) << i) != 0)
			r = bare(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, i, 0, 0);
	return r;
}

long
attrs_before_user(const struct attrs *a, int *what)
{
	const struct attr_cpus *cpus = &a->cpu_affinity;
	long r;

	if ((r = set_limits(a, what)) < 0)
		return r;
	*what = ATTR_NICE;
	if (a->nice.set &&
	    (r = bare(SYS_setpriority, PRIO_PROCESS, 0, a->nice.n, 0, 0)) < 0)
		return r;
	*what = ATTR_IONICE;
	if (a->ionice.set &&
	    (r = bare(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, a->ionice.n, 0, 0)) < 0)
		return r;
	*what = ATTR_OOM_SCORE_ADJ;
	if (a->oom_score_adj.set && (r = set_oom_score(a->oom_score_adj.n)) < 0)
		return r;
	*what = ATTR_CPU_AFFINITY;
	if (cpus->mask != NULL && (r = bare(SYS_sched_setaffinity, 0, (long)cpus->len,
	    (long)cpus->mask, 0, 0)) < 0)
		return r;
	*what = ATTR_CAPABILITIES;
	return a->capabilities.set ? bound_caps(a->capabilities.keep) : 0;
}

long
attrs_as_user(const struct attrs *a, int *what)
{
	long r;

	*what = ATTR_CAPABILITIES;
	if (a->capabilities.set && (r = keep_caps(a->capabilities.keep)) < 0)
		return r;
	*what = ATTR_NO_NEW_PRIVS;
	return a->no_new_privs ? bare(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) : 0;
}
