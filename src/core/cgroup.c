/*
 * cgroup v2.  Used only where the place is plainly ours: as PID 1 (of a
 * container or a machine), or where a manager has delegated the cgroup.
 * Controllers are limits.c's: this is for knowing and killing only.
 */
#include "core/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/survivors.h"

#define CGROUP2_MAGIC 0x63677270	/* linux/magic.h */
#define ROOT "/sys/fs/cgroup"

static char *ours;	/* directory below which ours are made; NULL: none */
static int kill_fd = -1;	/* its cgroup.kill, for the end: no descriptor may be left then */

/* An image of the core before us may have moved into the one that limits.c makes. */
static void
leave_self(struct buf *path)
{
	char self[40];
	size_t len = (size_t)snprintf(self, sizeof(self), "/supd.%d" CGROUP_SELF,
	    (int)sys->getpid());

	if (path->failed || path->len <= len ||
	    strcmp(path->data + path->len - len, self) != 0)
		return;
	path->len -= len;
	path->data[path->len] = '\0';
}

char *
cgroup_own(const char *controllers, const char *root)
{
	struct buf text = { 0 }, path = { 0 };
	size_t len = strlen(controllers);
	const char *line, *end, *at;

	if (fd_slurp("/proc/self/cgroup", &text) == -1)
		goto out;
	for (line = buf_text(&text); *line != '\0'; line = *end != '\0' ? end + 1 : end) {
		end = strchrnul(line, '\n');
		at = memchr(line, ':', (size_t)(end - line));
		if (at == NULL || strncmp(at, controllers, len) != 0)
			continue;
		at += len;
		buf_adds(&path, root);
		if (end > at + 1)
			buf_add(&path, at, (size_t)(end - at));
		leave_self(&path);
		break;
	}
out:
	buf_release(&text);
	return path.len > 0 ? buf_steal(&path) : NULL;
}

static bool
is_delegated(const char *dir)
{
	return core.is_pid1 || sys->has_xattr(dir, "user.delegate") ||
	    sys->has_xattr(dir, "trusted.delegate");
}

static void
remove_one(void *arg, const char *name)
{
	char path[512];

	(void)arg;
	if (name[0] != 'p')		/* other names are the kernel's files */
		return;
	snprintf(path, sizeof(path), "%s/%s", ours, name);
	sys->rmdir(path);
}

void
cgroup_release(void)
{
	fd_close(&kill_fd);
	if (ours == NULL)
		return;
	sys->list(ours, remove_one, NULL);
	sys->rmdir(ours);
	free(ours);
	ours = NULL;
}

/* Make a cgroup of ours and see whether cgroup.kill (Linux 5.14) is there. */
static int
try_directory(const char *dir, const char **why)
{
	struct buf path = { 0 };
	size_t len;

	buf_addf(&path, "%s/supd.%d", dir, (int)sys->getpid());
	len = path.len;
	buf_adds(&path, "/cgroup.kill");
	ours = path.failed ? NULL : strndup(path.data, len);
	*why = ours == NULL ? "out of memory" : "our cgroup is not writable";
	if (ours != NULL && (sys->mkdir(ours, 0755) == 0 || errno == EEXIST)) {
		*why = "the kernel has no cgroup.kill";
		kill_fd = sys->open(path.data, O_WRONLY, 0);
	}
	buf_release(&path);
	if (kill_fd == -1)
		cgroup_release();
	return ours != NULL ? 0 : -1;
}

int
cgroup_init(const char **why)
{
	char *dir;
	int r = -1;

	*why = "cgroup v2 is not mounted at " ROOT;
	if (core.config->supd.cgroup == CGROUP_OFF) {
		*why = "[supd] cgroup is off";
		return -1;
	}
	if (sys->fs_type(ROOT) != CGROUP2_MAGIC)
		return -1;
	dir = cgroup_own("::", ROOT);
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

const char *
cgroup_directory(void)
{
	return ours;
}

/* A number is a name that needs no escaping; the log says whose. */
void
cgroup_path(const struct proc *p, const char *file, char *path, size_t size)
{
	snprintf(path, size, "%s/p%u%s", ours, p->box, file);
}

int
cgroup_enter(struct proc *p)
{
	char path[512];

	cgroup_path(p, "", path, sizeof(path));
	if (sys->mkdir(path, 0755) == -1 && errno != EEXIST)
		return -1;
	cgroup_path(p, "/cgroup.procs", path, sizeof(path));
	return sys->open(path, O_WRONLY, 0);
}

void
cgroup_remove(const struct proc *p)
{
	char path[512];

	if (ours == NULL)
		return;
	cgroup_path(p, "", path, sizeof(path));
	sys->rmdir(path);
}

/* -1 with errno */
static int
kill_whole(int fd)
{
	ssize_t n;

	do
		n = fd != -1 ? sys->write(fd, "1", 1) : -1;
	while (n == -1 && fd != -1 && errno == EINTR);
	return n == 1 ? 0 : -1;
}

static int
kill_box(const struct proc *p)
{
	char path[512];
	int fd, r;

	cgroup_path(p, "/cgroup.kill", path, sizeof(path));
	fd = sys->open(path, O_WRONLY, 0);
	r = kill_whole(fd);
	fd_close(&fd);
	return r;
}

int
cgroup_signal(struct proc *p, int sig)
{
	struct buf list = { 0 };
	char path[512], *at, *end;
	long pid;
	int n = 0;

	cgroup_path(p, "/cgroup.procs", path, sizeof(path));
	if (fd_slurp(path, &list) == -1) {
		n = fd_is_short() ? -1 : 0;	/* else it was never made */
		goto out;
	}
	for (at = list.data; at != NULL && (pid = strtol(at, &end, 10)) > 0; at = end) {
		n++;
		if (!survivors_asked(p, (pid_t)pid) && sig != SIGKILL)
			sys->kill((pid_t)pid, sig);
	}
	if (n > 0 && sig == SIGKILL && kill_box(p) == -1)
		n = -1;
	if (n == 0)
		cgroup_remove(p);
out:
	buf_release(&list);
	return n;
}

int
cgroup_kill_all(void)
{
	struct buf events = { 0 }, path = { 0 };
	int r = -1;

	buf_addf(&path, "%s/cgroup.events", ours);
	if (!path.failed && fd_slurp(path.data, &events) == 0)
		r = strstr(buf_text(&events), "populated 1") != NULL;
	if (r != 0 && kill_whole(kill_fd) == -1)
		r = -1;
	buf_release(&path);
	buf_release(&events);
	return r;
}
