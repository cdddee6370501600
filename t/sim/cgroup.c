/*
 * The simulated cgroup v2 tree below /sys/fs/cgroup: directories with the three files
 * that the core uses.  Zombies are in no list and keep nothing from being removed,
 * as in the kernel.
 */
#include "cgroup.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define CGROUPS_MAX 400

struct cgroup {
	struct cgroup *next;
	char	 path[100];
};

static struct cgroup *tree;
static size_t count;

static int
no(int error)
{
	errno = error;
	return -1;
}

bool
cgroup_is_path(const char *path)
{
	return strncmp(path, CGROUP_MOUNT, sizeof(CGROUP_MOUNT) - 1) == 0;
}

static struct cgroup *
find(const char *path, size_t len)
{
	struct cgroup *g;

	for (g = tree; g != NULL; g = g->next)
		if (strlen(g->path) == len && memcmp(g->path, path, len) == 0)
			return g;
	errno = ENOENT;
	return NULL;
}

static struct cgroup *
add(const char *path)
{
	struct cgroup *g = raw_alloc(sizeof(*g));

	snprintf(g->path, sizeof(g->path), "%s", path);
	g->next = tree;
	tree = g;
	count++;
	return g;
}

void
cgroup_reset(void)
{
	while (tree != NULL) {
		struct cgroup *g = tree;

		tree = g->next;
		raw_free(g);
	}
	count = 0;
	add(CGROUP_MOUNT);
	add(CGROUP_OWN);
}

/* Is `inner` the directory `outer`, or below it? */
static bool
is_in(const struct cgroup *inner, const struct cgroup *outer)
{
	size_t len = strlen(outer->path);

	return inner != NULL && strncmp(inner->path, outer->path, len) == 0 &&
	    (inner->path[len] == '\0' || inner->path[len] == '/');
}

/* ---- directories ---- */

int
cgroup_mkdir(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (find(path, strlen(path)) != NULL)
		return no(EEXIST);
	if (find(path, (size_t)(slash - path)) == NULL)
		return no(ENOENT);
	/* cgroup.max.descendants */
	if (strikes(FAULT_FILES, 50) || count == CGROUPS_MAX)
		return no(EAGAIN);
	add(path);
	return 0;
}

int
cgroup_rmdir(const char *path)
{
	struct cgroup *g = find(path, strlen(path)), **at = &tree;

	if (g == NULL)
		return -1;
	for (const struct cgroup *o = tree; o != NULL; o = o->next)
		if (o != g && is_in(o, g))
			return no(EBUSY);
	for (const struct sproc *p = processes; p != NULL; p = p->next)
		if (p->cgroup == g && p->life != ZOMBIE)
			return no(EBUSY);
	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->cgroup == g)
			p->cgroup = NULL;
	while (*at != g)
		at = &(*at)->next;
	*at = g->next;
	count--;
	raw_free(g);
	return 0;
}

int
cgroup_list(const char *path, void (*fn)(void *arg, const char *name), void *arg)
{
	struct cgroup *g = find(path, strlen(path)), *o, *next;
	size_t len = strlen(path);

	if (g == NULL)
		return -1;
	fn(arg, ".");
	fn(arg, "cgroup.procs");
	for (o = tree; o != NULL; o = next) {
		next = o->next;		/* fn may remove it */
		if (o != g && is_in(o, g) && strchr(o->path + len + 1, '/') == NULL)
			fn(arg, o->path + len + 1);
	}
	return 0;
}

/* How many are there beside the two that the machine has made? */
size_t
cgroup_made(void)
{
	return count - 2;
}

/* ---- files ---- */

/* The directory of a file; *name: its last part. */
static struct cgroup *
directory(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');

	*name = slash + 1;
	return find(path, (size_t)(slash - path));
}

int
cgroup_access(const char *path)
{
	const char *name;

	return directory(path, &name) != NULL ? 0 : -1;
}

static void
list_pids(const struct cgroup *g, struct file *f)
{
	size_t size = 12 * 512, n = 0;

	f->text = raw_alloc(size);
	for (const struct sproc *p = processes; p != NULL; p = p->next)
		if (p->cgroup == g && p->life != ZOMBIE && n < size - 12)
			n += (size_t)snprintf(f->text + n, size - n, "%d\n", (int)p->pid);
	f->len = n;
}

static void
tell_events(const struct cgroup *g, struct file *f)
{
	bool populated = false;

	for (const struct sproc *p = processes; p != NULL; p = p->next)
		populated = populated || (is_in(p->cgroup, g) && p->life != ZOMBIE);
	f->text = raw_alloc(40);
	f->len = (size_t)snprintf(f->text, 40, "populated %d\nfrozen 0\n", populated);
}

struct file *
cgroup_open(const char *path, bool to_write)
{
	const char *name;
	struct cgroup *g = directory(path, &name);
	struct file *f;

	if (g == NULL)
		return NULL;
	if (strcmp(name, "cgroup.procs") != 0 &&
	    (strcmp(name, "cgroup.events") != 0 || to_write) &&
	    (strcmp(name, "cgroup.kill") != 0 || !to_write)) {
		errno = ENOENT;
		return NULL;
	}
	f = file_new(F_CGROUP);
	f->mode = strcmp(name, "cgroup.kill") == 0;
	snprintf(f->path, sizeof(f->path), "%s", g->path);
	if (strcmp(name, "cgroup.events") == 0)
		tell_events(g, f);
	else if (!to_write)
		list_pids(g, f);
	return f;
}

/* ENODEV: the directory was removed while the file was open. */
static struct cgroup *
of_file(const struct file *f)
{
	struct cgroup *g = find(f->path, strlen(f->path));

	if (g == NULL)
		errno = ENODEV;
	return g;
}

int
cgroup_enter_self(const struct file *f, struct sproc *p)
{
	struct cgroup *g = of_file(f);

	if (g == NULL)
		return -1;
	p->cgroup = g;
	return 0;
}

ssize_t
cgroup_write(const struct file *f, const char *data, size_t len)
{
	const struct cgroup *g = of_file(f);
	pid_t found[CGROUPS_MAX];
	size_t n = 0;

	if (g == NULL)
		return -1;
	if (f->mode != 1 || len != 1 || data[0] != '1')
		fail("the core writes '%.*s' into a file of %s", (int)len, data, g->path);
	say("everything in %s is killed", g->path);
	for (const struct sproc *p = processes; p != NULL && n < CGROUPS_MAX; p = p->next)
		if (is_in(p->cgroup, g))
			found[n++] = p->pid;
	for (size_t i = 0; i < n; i++)		/* a death changes the list */
		if (process_find(found[i]) != NULL)
			process_signal(process_find(found[i]), SIGKILL);
	return (ssize_t)len;
}
