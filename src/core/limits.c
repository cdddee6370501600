/*
 * Limits by the controllers of cgroup v2.
 *
 * A cgroup that gives controllers to those below it must not have processes itself.  So
 * where the kernel says that ours has, they (we, that is, and what we have started without
 * a cgroup of its own) move into one beside those of the programs.
 */
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/cgroup.h"
#include "core/survivors.h"

#define CPU_PERIOD_US	100000		/* the kernel's own */
#define MOVES		3		/* rounds: who is moved may fork meanwhile */

enum controller { MEMORY, CPU, PIDS, CONTROLLERS };

static const char *const controllers[CONTROLLERS] = { "memory", "cpu", "pids" };

static struct {
	bool	 tried;
	bool	 on[CONTROLLERS];
	bool	 moved;		/* we are in CGROUP_SELF */
	bool	 warned;
	int	 no;		/* errno of what could not be turned on */
} limits;

/* ---- files ---- */

static int
write_file(const char *path, const char *text)
{
	int fd = sys->open(path, O_WRONLY, 0), saved;
	ssize_t n;

	if (fd == -1)
		return -1;
	do
		n = sys->write(fd, text, strlen(text));
	while (n == -1 && errno == EINTR);
	saved = errno;
	fd_close(&fd);
	errno = saved;
	return n == -1 ? -1 : 0;
}

/* Our cgroup, which has our directory in it; len: of its path. */
static const char *
parent(size_t *len)
{
	const char *dir = cgroup_directory(), *slash = strrchr(dir, '/');

	*len = (size_t)(slash - dir);
	return dir;
}

static void
parent_path(const char *file, char *path, size_t size)
{
	size_t len;
	const char *dir = parent(&len);

	snprintf(path, size, "%.*s/%s", (int)len, dir, file);
}

static void
self_path(const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s" CGROUP_SELF "%s", cgroup_directory(), file);
}

/* ---- controllers ---- */

/* Every process of one cgroup into another. */
static void
move_all(const char *from, const char *to)
{
	struct buf list = { 0 };
	char *at, *end, pid[16];

	for (int i = 0; i < MOVES; i++) {
		buf_clear(&list);
		if (fd_slurp(from, &list) == -1 || list.len == 0)
			break;
		for (at = list.data; strtol(at, &end, 10) > 0; at = end) {
			snprintf(pid, sizeof(pid), "%ld", strtol(at, NULL, 10));
			write_file(to, pid);
		}
	}
	buf_release(&list);
}

static void
move_away(void)
{
	char from[512], to[512];

	parent_path("cgroup.procs", from, sizeof(from));
	self_path("", to, sizeof(to));
	if (sys->mkdir(to, 0755) == -1 && errno != EEXIST)
		return;
	limits.moved = true;
	self_path("/cgroup.procs", to, sizeof(to));
	move_all(from, to);
}

/* For those below our cgroup, and for those below our directory in it. */
static int
turn(enum controller c, char sign)
{
	char above[512], below[512], word[16];

	snprintf(word, sizeof(word), "%c%s", sign, controllers[c]);
	parent_path("cgroup.subtree_control", above, sizeof(above));
	snprintf(below, sizeof(below), "%s/cgroup.subtree_control", cgroup_directory());
	if (sign == '-')
		write_file(below, word);
	if (write_file(above, word) == -1)
		return -1;
	return sign == '-' ? 0 : write_file(below, word);
}

void
limits_init(void)
{
	struct buf text = { 0 }, path = { 0 };
	char self[512];

	if (cgroup_directory() == NULL)
		return;
	buf_addf(&path, "%s/cgroup.subtree_control", cgroup_directory());
	if (!path.failed && fd_slurp(path.data, &text) == 0)
		for (enum controller c = MEMORY; c < CONTROLLERS; c++) {
			limits.on[c] = strstr(buf_text(&text), controllers[c]) != NULL;
			limits.tried = limits.tried || limits.on[c];
		}
	self_path("", self, sizeof(self));
	limits.moved = limits.tried && sys->access(self, F_OK) == 0;
	buf_release(&text);
	buf_release(&path);
}

static void
turn_on(void)
{
	if (limits.tried)
		return;
	limits.tried = true;
	for (enum controller c = MEMORY; c < CONTROLLERS; c++) {
		int r = turn(c, '+');

		if (r == -1 && errno == EBUSY && !limits.moved) {
			move_away();
			r = turn(c, '+');
		}
		limits.on[c] = r == 0;
		if (r == -1)
			limits.no = errno;
	}
}

void
limits_release(void)
{
	char path[512], back[512];

	if (cgroup_directory() != NULL && limits.tried) {
		for (enum controller c = MEMORY; c < CONTROLLERS; c++)
			if (limits.on[c])
				turn(c, '-');
		parent_path("cgroup.procs", back, sizeof(back));
		self_path("/cgroup.procs", path, sizeof(path));
		if (limits.moved)
			move_all(path, back);
		self_path("", path, sizeof(path));
		if (limits.moved)
			sys->rmdir(path);
	}
	memset(&limits, 0, sizeof(limits));
}

bool
limits_count_memory(void)
{
	return limits.on[MEMORY];
}

/* ---- the limits of one process ---- */

static void
warn(const struct proc *p, const char *key, const char *why)
{
	if (limits.warned)
		return;
	limits.warned = true;
	log_warn("%s: %s and its like have no effect: %s; it takes cgroup v2 and, %s",
	    p->conf->name, key, why, core.is_pid1 ? "in a container, --security-opt "
	    "writable-cgroups=true (docker 28), --security-opt unmask=/sys/fs/cgroup (podman) "
	    "or --privileged" : "under systemd, Delegate=yes");
}

/* n 0: no limit; more: what the file wants behind it. */
static void
set(const struct proc *p, const char *key, enum controller c, const char *file, int64_t n,
    const char *more)
{
	char path[512], text[64];
	const char *why = NULL;

	if (cgroup_directory() == NULL)
		core_tier(&why);
	else if (p->loose)
		why = "it has no cgroup of its own";
	else if (!limits.on[c])
		why = limits.no != 0 && limits.no != ENOENT ? strerror(limits.no) :
		    "its controller is not given to our cgroup";
	if (why != NULL) {
		if (n != 0)
			warn(p, key, why);
		return;
	}
	if (n != 0)
		snprintf(text, sizeof(text), "%" PRId64 "%s", n, more);
	else
		snprintf(text, sizeof(text), "max%s", more);
	cgroup_path(p, file, path, sizeof(path));
	if (write_file(path, text) == -1 && n != 0)
		log_warn("%s: %s: cannot write '%s' to %s: %s", p->conf->name, key, text, path,
		    strerror(errno));
}

static bool
has_limits(const struct program *conf)
{
	const struct conf_res *r = conf != NULL ? conf->res : NULL;

	return r != NULL && (r->memory_max != 0 || r->memory_high != 0 || r->cpu_max != 0 ||
	    r->pids_max != 0);
}

void
limits_apply(const struct proc *p, const struct program *old)
{
	static const struct conf_res none;
	const struct conf_res *r = p->conf->res != NULL ? p->conf->res : &none;
	char period[24];

	if (!has_limits(p->conf) && !has_limits(old))
		return;
	if (cgroup_directory() != NULL)
		turn_on();
	snprintf(period, sizeof(period), " %d", CPU_PERIOD_US);
	set(p, "memory_max", MEMORY, "/memory.max", r->memory_max, "");
	set(p, "memory_high", MEMORY, "/memory.high", r->memory_high, "");
	set(p, "cpu_max", CPU, "/cpu.max", r->cpu_max * (CPU_PERIOD_US / 1000), period);
	set(p, "pids_max", PIDS, "/pids.max", r->pids_max, "");
}
