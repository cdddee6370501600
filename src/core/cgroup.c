/*
 * cgroup v2.  Used only where the place is plainly ours: as PID 1 (of a
 * container or a machine), or where a manager has delegated the cgroup.
 * Controllers are left alone: this is for knowing and killing only.
 */
#include "core/cgroup.h"

#include <sys/vfs.h>
#include <sys/xattr.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

#define CGROUP2_MAGIC 0x63677270	/* linux/magic.h */
#define ROOT "/sys/fs/cgroup"

static char *ours;	/* directory below which ours are made; NULL: none */

/* Our own cgroup from the line "0::/path" of /proc/self/cgroup. */
static char *
own_directory(void)
{
	FILE *f = fopen("/proc/self/cgroup", "re");
	struct buf path = { 0 };
	char line[4096];

	if (f == NULL)
		return NULL;
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, "0::/", 4) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		buf_addf(&path, "%s%s", ROOT, strcmp(line + 3, "/") == 0 ? "" : line + 3);
		break;
	}
	fclose(f);
	return path.len > 0 ? buf_steal(&path) : NULL;
}

static bool
is_delegated(const char *dir)
{
	return core.is_pid1 || getxattr(dir, "user.delegate", NULL, 0) != -1 ||
	    getxattr(dir, "trusted.delegate", NULL, 0) != -1;
}

/* Make a cgroup of ours and see whether cgroup.kill (Linux 5.14) is there. */
static int
try_directory(const char *dir, const char **why)
{
	struct buf b = { 0 };
	int r = -1;

	buf_addf(&b, "%s/supd.%d", dir, (int)sys->getpid());
	if (b.failed)
		return -1;
	if (sys->mkdir(b.data, 0755) == -1 && errno != EEXIST) {
		*why = "our cgroup is not writable";
	} else {
		buf_adds(&b, "/cgroup.kill");
		r = sys->access(buf_text(&b), W_OK);
		if (r == -1)
			*why = "the kernel has no cgroup.kill";
		b.data[b.len - strlen("/cgroup.kill")] = '\0';
		if (r == -1)
			sys->rmdir(b.data);
		else
			ours = strdup(b.data);
	}
	buf_release(&b);
	return ours != NULL ? 0 : -1;
}

int
cgroup_init(const char **why)
{
	struct statfs fs;
	char *dir;
	int r = -1;

	*why = "cgroup v2 is not mounted at " ROOT;
	if (core.config->supd.cgroup == CGROUP_OFF) {
		*why = "[supd] cgroup is off";
		return -1;
	}
	if (statfs(ROOT, &fs) == -1 || fs.f_type != CGROUP2_MAGIC)
		return -1;
	dir = own_directory();
	if (dir == NULL)
		*why = "/proc/self/cgroup names no v2 cgroup";
	else if (!is_delegated(dir))
		*why = "our cgroup is not delegated to us";
	else
		r = try_directory(dir, why);
	free(dir);
	if (r == 0)
		*why = "each process has a cgroup of its own";
	return r;
}

void
cgroup_release(void)
{
	if (ours != NULL)
		sys->rmdir(ours);
	free(ours);
	ours = NULL;
}

/* The record's number is a name that needs no escaping; the log says whose. */
static void
path_of(const struct proc *p, const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/p%u%s", ours, p->id, file);
}

int
cgroup_enter(struct proc *p)
{
	char path[512];

	path_of(p, "", path, sizeof(path));
	if (sys->mkdir(path, 0755) == -1 && errno != EEXIST)
		return -1;
	path_of(p, "/cgroup.procs", path, sizeof(path));
	return sys->open(path, O_WRONLY, 0);
}

static int
kill_whole(const char *path)
{
	int fd = sys->open(path, O_WRONLY, 0);
	ssize_t n = -1;

	if (fd != -1)
		n = sys->write(fd, "1", 1);
	fd_close(&fd);
	return n == 1 ? 0 : -1;
}

int
cgroup_signal(struct proc *p, int sig)
{
	struct buf list = { 0 };
	char path[512], *at, *end;
	long pid;
	int n = 0;

	path_of(p, "/cgroup.procs", path, sizeof(path));
	if (fd_slurp(path, &list) == -1)
		goto out;
	for (at = list.data; at != NULL && (pid = strtol(at, &end, 10)) > 0; at = end) {
		n++;
		if (sig != SIGKILL && (pid_t)pid != p->last_survivor)
			sys->kill((pid_t)pid, sig);
		p->last_survivor = (pid_t)pid;
	}
	if (n > 0 && sig == SIGKILL) {
		path_of(p, "/cgroup.kill", path, sizeof(path));
		kill_whole(path);
	}
	if (n == 0) {
		path_of(p, "", path, sizeof(path));
		sys->rmdir(path);
	}
out:
	buf_release(&list);
	return n;
}

void
cgroup_kill_all(void)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/cgroup.kill", ours);
	kill_whole(path);
}
