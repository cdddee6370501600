/*
 * Limits by cgroup: what is written where, in a tree of files that stands for the kernel's
 * (Documentation/admin-guide/cgroup-v2.rst).
 */
#include "core/limits.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cgroup.h"
#include "core/oom.h"
#include "tap.h"

#define MOUNT "/sys/fs/cgroup"

static char root[] = "/tmp/supd-limits.XXXXXX";
static struct sys fake;
static bool crowded = true;	/* we are in our cgroup still */
static bool offered = true;	/* it has controllers to give */
static int watched = -1;	/* descriptor of the file that was opened last */
static char watched_path[256];

/* The kernel's path as one below root; others as they are. */
static const char *
below(const char *path)
{
	static char text[2][512];
	static int i;

	i = !i;
	if (strcmp(path, "/proc/self/cgroup") == 0)
		path = MOUNT "/self";
	if (strncmp(path, MOUNT, strlen(MOUNT)) != 0)
		return path;
	snprintf(text[i], sizeof(text[i]), "%s%s", root, path + strlen(MOUNT));
	return text[i];
}

static void
put_file(const char *dir, const char *name, const char *content)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	if (f != NULL) {
		fputs(content, f);
		fclose(f);
	}
}

/* What a file of the tree holds, without the end of its line. */
static const char *
content(const char *path)
{
	static char text[256];
	FILE *f = fopen(below(path), "r");

	text[0] = '\0';
	if (f != NULL && fgets(text, sizeof(text), f) == NULL)
		text[0] = '\0';
	if (f != NULL)
		fclose(f);
	text[strcspn(text, "\n")] = '\0';
	return f != NULL ? text : "no such file";
}

static int
f_open(const char *path, int flags, mode_t mode)
{
	if (strcmp(path, MOUNT "/box/cgroup.procs") == 0)
		put_file(below(MOUNT "/box"), "cgroup.procs", crowded ? "1\n17\n" : "");
	snprintf(watched_path, sizeof(watched_path), "%s", path);
	watched = sys_kernel.open(below(path), flags | ((flags & O_WRONLY) != 0 ? O_APPEND : 0),
	    mode);
	return watched;
}

static ssize_t
f_write(int fd, const void *data, size_t len)
{
	bool control = fd == watched && strstr(watched_path, "subtree_control") != NULL;

	if (control && !offered) {
		errno = ENOENT;
		return -1;
	}
	if (control && crowded && strcmp(watched_path, MOUNT "/box/cgroup.subtree_control") == 0) {
		errno = EBUSY;		/* no internal processes */
		return -1;
	}
	if (fd == watched && strstr(watched_path, ".self/cgroup.procs") != NULL)
		crowded = false;
	if (fd == watched && !control && ftruncate(fd, 0) == -1)
		return -1;
	return sys_kernel.write(fd, data, len);
}

static int
f_mkdir(const char *path, mode_t mode)
{
	static const char *const files[] = {
		"cgroup.procs", "cgroup.subtree_control", "cgroup.kill", "memory.max",
		"memory.high", "cpu.max", "pids.max", "memory.events",
	};
	const char *dir = below(path);

	if (mkdir(dir, mode) == -1)
		return -1;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		put_file(dir, files[i], "");
	return 0;
}

static int
f_access(const char *path, int mode)
{
	return access(below(path), mode);
}

static int64_t
f_fs_type(const char *path)
{
	return strcmp(path, MOUNT) == 0 ? 0x63677270 : 0;
}

static bool
f_has_xattr(const char *path, const char *name)
{
	(void)path;
	(void)name;
	return true;
}

static void
begin(void)
{
	fake = sys_kernel;
	fake.open = f_open;
	fake.write = f_write;
	fake.mkdir = f_mkdir;
	fake.access = f_access;
	fake.fs_type = f_fs_type;
	fake.has_xattr = f_has_xattr;
	sys = &fake;
	if (mkdtemp(root) == NULL)
		exit(1);
	put_file(root, "self", "0::/box\n");
	f_mkdir(MOUNT "/box", 0755);
}

static const char *
at(const char *file)
{
	static char path[300];

	snprintf(path, sizeof(path), MOUNT "/box/supd.%d%s", (int)getpid(), file);
	return path;
}

static void
test_limits(struct proc *p)
{
	struct conf_res old = *p->conf->res;
	struct program was = *p->conf;
	const char *why;

	is_int(cgroup_init(&why), 0, "a cgroup that we may use");
	limits_init();
	ok(!limits_count_memory(), "nothing is turned on before it is needed");
	cgroup_enter(p);
	limits_apply(p, NULL);
	ok(limits_count_memory(), "memory is counted");
	is_str(content(MOUNT "/box/cgroup.subtree_control"), "+memory+cpu+pids",
	    "controllers of our cgroup, after all processes have left it");
	is_str(content(at("/cgroup.subtree_control")), "+memory+cpu+pids", "and of our directory");
	is_str(content(at(".self/cgroup.procs")), "17", "all have moved");
	is_str(content(at("/p7/memory.max")), "67108864", "memory.max");
	is_str(content(at("/p7/memory.high")), "max", "memory.high");
	is_str(content(at("/p7/cpu.max")), "150000 100000", "cpu.max: 1.5 processors");
	is_str(content(at("/p7/pids.max")), "20", "pids.max");
	was.res = &old;
	*p->conf->res = (struct conf_res){ .memory_high = 4096 };
	limits_apply(p, &was);
	is_str(content(at("/p7/memory.max")), "max", "a limit that is given no more");
	is_str(content(at("/p7/memory.high")), "4096", "and a new one");
}

static void
test_oom(struct proc *p)
{
	char box[300];

	snprintf(box, sizeof(box), "%s", below(at("/p7")));
	put_file(box, "memory.events", "low 0\noom 3\noom_kill 2\n");
	put_file(below(MOUNT "/box"), "memory.events", "oom 1\noom_kill 5\n");
	oom_init();
	oom_begin(p);
	is_int(oom_find(p, 9), OOM_NOT, "SIGKILL by anybody");
	put_file(below(MOUNT "/box"), "memory.events", "oom 1\noom_kill 6\n");
	is_int(oom_find(p, 15), OOM_NOT, "another signal is never the kernel's");
	is_int(oom_find(p, 9), OOM_OUTSIDE, "the container's memory");
	is_int(oom_find(p, 9), OOM_NOT, "a kill is one process's");
	put_file(box, "memory.events", "oom_kill 3\n");
	put_file(below(MOUNT "/box"), "memory.events", "oom_kill 7\n");
	is_int(oom_find(p, 9), OOM_OWN_LIMIT, "its own limit");
	is_int(oom_find(p, 9), OOM_NOT, "which counts once, too");
	oom_release();
}

/* A new image of the core finds itself where the one before it has gone. */
static void
test_recovery(struct proc *p)
{
	char self[64], dir[200];
	const char *why;

	snprintf(dir, sizeof(dir), "%s", cgroup_directory());
	snprintf(self, sizeof(self), "0::/box/supd.%d.self\n", (int)getpid());
	put_file(root, "self", self);
	cgroup_release();		/* of the tree it removes nothing: that goes to the kernel */
	is_int(cgroup_init(&why), 0, "after a crash");
	is_str(cgroup_directory(), dir, "the same directory");
	limits_init();
	ok(limits_count_memory(), "what is turned on is known");
	p->conf->res->memory_max = 8192;
	limits_apply(p, NULL);
	is_str(content(at("/p7/memory.max")), "8192", "and limits go on");
}

static void
test_end(struct proc *p)
{
	const char *why;

	limits_release();
	is_str(content(MOUNT "/box/cgroup.subtree_control"), "+memory+cpu+pids-memory-cpu-pids",
	    "controllers are given back");
	is_str(content(MOUNT "/box/cgroup.procs"), "17", "and all have moved back");
	offered = false;
	cgroup_release();
	is_int(cgroup_init(&why), 0, "a cgroup that we may use");
	p->conf->res->memory_max = 1 << 20;
	put_file(below(at("/p7")), "memory.max", "unchanged");
	limits_apply(p, NULL);
	is_str(content(at("/p7/memory.max")), "unchanged", "without a controller nothing is written");
	limits_release();
	cgroup_release();
}

int
main(void)
{
	static struct config config;
	struct conf_res res = { .memory_max = 64 << 20, .cpu_max = 1500, .pids_max = 20 };
	struct program conf = { .name = (char *)(uintptr_t)"x", .res = &res };
	struct proc p = { .conf = &conf, .box = 7 };
	char command[64];

	core.config = &config;
	begin();
	test_limits(&p);
	test_oom(&p);
	test_recovery(&p);
	test_end(&p);
	snprintf(command, sizeof(command), "rm -rf %s", root);
	if (system(command) != 0)
		return 1;
	return tap_done();
}
