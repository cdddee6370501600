/*
 * Counts of kills, read only when a process has died of SIGKILL.
 */
#include "core/oom.h"

#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "core/cgroup.h"
#include "core/limits.h"

#define ROOT	"/sys/fs/cgroup"
#define ROOT_V1	ROOT "/memory"
#define COUNT	"\noom_kill "	/* the line of both versions */

static char *file;		/* of our own cgroup; NULL: none that counts */
static uint32_t known;

/* The number behind COUNT; 0: the file is not there. */
static uint32_t
read_count(const char *path)
{
	struct buf text = { 0 };
	const char *at;
	uint32_t n = 0;

	buf_addc(&text, '\n');
	if (fd_slurp(path, &text) == 0 && (at = strstr(buf_text(&text), COUNT)) != NULL)
		n = (uint32_t)strtoul(at + strlen(COUNT), NULL, 10);
	buf_release(&text);
	return n;
}

static bool
try_file(char *dir, const char *name)
{
	struct buf path = { 0 };

	if (dir != NULL)
		buf_addf(&path, "%s/%s", dir, name);
	if (dir != NULL && !path.failed && sys->access(path.data, R_OK) == 0)
		file = buf_steal(&path);
	buf_release(&path);
	free(dir);
	return file != NULL;
}

void
oom_init(void)
{
	/* in a container the v1 path is one of the host, and the mount is ours already */
	if (try_file(cgroup_own("::", ROOT), "memory.events") ||
	    try_file(cgroup_own(":memory:", ROOT_V1), "memory.oom_control") ||
	    try_file(strdup(ROOT_V1), "memory.oom_control"))
		known = read_count(file);
}

void
oom_release(void)
{
	free(file);
	file = NULL;
	known = 0;
}

static uint32_t
count_own(const struct proc *p)
{
	char path[512];

	if (!limits_count_memory() || p->loose)
		return 0;
	cgroup_path(p, "/memory.events", path, sizeof(path));
	return read_count(path);
}

void
oom_begin(struct proc *p)
{
	p->oom = OOM_NOT;
	p->oom_kills = count_own(p);
}

enum oom
oom_find(struct proc *p, int status)
{
	uint32_t own;

	p->oom = OOM_NOT;
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		return OOM_NOT;
	own = count_own(p);
	if (own > p->oom_kills) {
		known += own - p->oom_kills;	/* ours counts them too */
		p->oom_kills = own;
		p->oom = OOM_OWN_LIMIT;
	} else if (file != NULL && read_count(file) > known) {
		known++;		/* each kill is somebody's */
		p->oom = OOM_OUTSIDE;
	}
	return p->oom;
}
