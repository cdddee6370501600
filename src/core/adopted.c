/*
 * Adopted children: listed by /proc/PID/task/PID/children, told apart by the mark
 * in their environment, or by their process group where they have wiped it
 * (daemons that write titles over their environment do).
 *
 * They are our children and not yet reaped, so their pids cannot be reused
 * between looking and signalling.
 */
#include "core/adopted.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/environ.h"
#include "core/proc.h"
#include "core/survivors.h"

#define READ_BYTES	4096
#define KEEP_BYTES	65536

/* Looked at after each kill: to open it takes ten times as long as to read it again. */
static int children_fd = -1;	/* -1: opened for each look */
static char path_of_children[64];
static struct buf children;

int
adopted_init(const char **why)
{
	const char *path = path_of_children;

	snprintf(path_of_children, sizeof(path_of_children), "/proc/%d/task/%d/children",
	    (int)sys->getpid(), (int)sys->getpid());
	if (sys->access(path, R_OK) == -1) {
		*why = "/proc does not list our children";
		return -1;
	}
	if (*why == NULL)
		*why = "no cgroup of our own to write to";
	children_fd = sys->open(path, O_RDONLY, 0);
	return 0;
}

void
adopted_release(void)
{
	fd_close(&children_fd);
	buf_release(&children);
}

/* Our children's pids as text; -1 with errno: not all of them. */
static int
list_children(void)
{
	ssize_t n = -1;

	buf_clear(&children);
	while (children_fd != -1 && buf_reserve(&children, READ_BYTES) == 0 &&
	    (n = sys->pread(children_fd, children.data + children.len, READ_BYTES,
	    (off_t)children.len)) > 0)
		children.len += (size_t)n;
	if (n != 0) {
		buf_clear(&children);
		return fd_slurp(path_of_children, &children);
	}
	children.data[children.len] = '\0';
	return 0;
}

/* Our part of a mark "RUNID:group:name OTHER..."; NULL: not of this run. */
static const char *
find_mark(const struct buf *environment, size_t *len)
{
	static const char key[] = MARK_NAME "=";
	const char *at = buf_text(environment), *end = at + environment->len;

	for (; at < end; at += strlen(at) + 1) {
		const char *mark;

		if (strncmp(at, key, sizeof(key) - 1) != 0)
			continue;
		mark = strstr(at, core.run_id);
		if (mark == NULL)
			return NULL;
		mark += sizeof(core.run_id);	/* the colon too */
		*len = strcspn(mark, " ");
		return mark;
	}
	return NULL;
}

static bool
mark_names(const char *mark, size_t len, const struct proc *p)
{
	size_t g = strlen(p->group->name), n = strlen(p->conf->name);

	return len == g + 1 + n && memcmp(mark, p->group->name, g) == 0 &&
	    mark[g] == ':' && memcmp(mark + g + 1, p->conf->name, n) == 0;
}

struct proc *
adopted_owner(pid_t pid)
{
	struct buf env = { 0 }, name = { 0 };
	char path[64];
	const char *mark;
	size_t len = 0;
	struct proc *p = NULL;
	struct err e;

	snprintf(path, sizeof(path), "/proc/%d/environ", (int)pid);
	mark = fd_slurp(path, &env) == 0 ? find_mark(&env, &len) : NULL;
	if (mark != NULL)
		buf_add(&name, mark, len);
	if (name.len > 0 && !name.failed)
		p = core_find(buf_text(&name), &e);
	buf_release(&env);
	buf_release(&name);
	return p;
}

/* Which lingering process did this orphan come from? */
static struct proc *
find_owner(const char *mark, size_t len, pid_t pgrp)
{
	struct proc *p;

	TAILQ_FOREACH(p, &core.lingering, linger_link)
		if (!p->loose)
			continue;
		else if (mark != NULL ? mark_names(mark, len, p) :
		    !p->group_gone && pgrp == p->last_pid)
			return p;
	return NULL;
}

/*
 * Zombies are counted as gone: they are reaped in a moment.  The state is
 * behind the last parenthesis of stat.
 */
static bool
is_zombie(pid_t pid)
{
	struct buf stat = { 0 };
	char path[64];
	const char *paren;
	bool zombie = false;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if (fd_slurp(path, &stat) == 0 && (paren = strrchr(buf_text(&stat), ')')) != NULL)
		zombie = paren[1] == ' ' && paren[2] == 'Z';
	buf_release(&stat);
	return zombie;
}

typedef void (*orphan_fn)(pid_t pid, const char *mark, size_t len, void *arg);

/* -1 with errno: some were not seen, or not seen to be ours. */
static int
each_orphan(orphan_fn fn, void *arg)
{
	struct buf env = { 0 };
	char path[64], *at, *end;
	const char *mark;
	size_t len = 0;
	int no = 0;
	long pid;

	if (list_children() == -1)
		no = errno;
	for (at = children.data; at != NULL; at = end) {
		pid = strtol(at, &end, 10);
		if (end == at)
			break;
		if (core_by_pid((pid_t)pid) != NULL || is_zombie((pid_t)pid))
			continue;
		snprintf(path, sizeof(path), "/proc/%ld/environ", pid);
		buf_clear(&env);
		mark = NULL;
		if (fd_slurp(path, &env) == 0)
			mark = find_mark(&env, &len);
		else if (fd_is_short())
			no = errno;
		fn((pid_t)pid, mark, len, arg);
	}
	if (children.cap > KEEP_BYTES)
		buf_release(&children);
	buf_release(&env);
	errno = no;
	return no == 0 ? 0 : -1;
}

struct signalling {
	int (*which)(const struct proc *p);
};

static void
signal_orphan(pid_t pid, const char *mark, size_t len, void *arg)
{
	struct signalling *s = arg;
	struct proc *p = find_owner(mark, len, sys->getpgid(pid));
	bool asked;
	int sig;

	if (p == NULL)
		return;
	p->nsurvivors++;
	sig = s->which(p);
	asked = survivors_asked(p, pid);
	/* once politely; later only what came to us since */
	if (sig != SIGKILL && asked)
		return;
	log_debug("%s left process %d behind, sending %s", p->conf->name, (int)pid,
	    conf_signal_name(sig));
	sys->kill(pid, sig);
	if (sig != SIGKILL)
		sys->kill(pid, SIGCONT);
}

int
adopted_signal(int (*which)(const struct proc *p))
{
	struct signalling s = { which };

	return each_orphan(signal_orphan, &s);
}

static void
kill_orphan(pid_t pid, const char *mark, size_t len, void *arg)
{
	int *n = arg;

	(void)len;
	if (mark == NULL)
		return;
	log_debug("killing process %d, which a program left behind", (int)pid);
	sys->kill(pid, SIGKILL);
	(*n)++;
}

int
adopted_kill_all(void)
{
	int n = 0;

	return each_orphan(kill_orphan, &n) == 0 ? n : -1;
}
