/*
 * Processes of the simulated kernel: pids that are used again soon, process
 * groups, orphans that come to the core, zombies, signals that coalesce.
 *
 * Here also stand the promises about pids: a signal never reaches a process that
 * the core has no business with, a program never has two live main processes.
 */
#include "kernel.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/spawn.h"
#include "cgroup.h"
#include "core/core.h"
#include "core/hooks.h"
#include "core/environ.h"
#include "sim.h"

#define PROCESSES_MAX 400	/* more is a fork bomb of the core's making */

struct sproc *processes;
int pid_max = 300;
uint64_t core_pending;
static pid_t last_pid = CORE_PID;
static size_t count;

void
core_signal(int sig)
{
	core_pending |= 1ULL << sig;
}

uint64_t
kernel_take_signals(uint64_t watched)
{
	uint64_t taken = core_pending & watched;

	core_pending &= ~taken;
	return taken;
}

struct sproc *
process_find(pid_t pid)
{
	struct sproc *p;

	for (p = processes; p != NULL; p = p->next)
		if (p->pid == pid)
			return p;
	return NULL;
}

static bool
pid_in_use(pid_t pid)
{
	struct sproc *p;

	for (p = processes; p != NULL; p = p->next)
		if (p->pid == pid || p->pgid == pid)
			return true;
	return pid == CORE_PID;
}

static pid_t
pid_new(void)
{
	for (int i = 0; i < pid_max; i++) {
		last_pid = last_pid >= pid_max ? 2 : last_pid + 1;
		if (!pid_in_use(last_pid))
			return last_pid;
	}
	errno = EAGAIN;
	return -1;
}

/* ---- birth ---- */

static struct sproc *
process_new(void)
{
	pid_t pid = count < PROCESSES_MAX ? pid_new() : -1;
	struct sproc *p;

	if (pid == -1) {
		errno = EAGAIN;
		return NULL;
	}
	p = raw_alloc(sizeof(*p));
	p->pid = pid;
	p->next_ms = p->dies_ms = INT64_MAX;
	p->place = -1;
	p->born_ms = sim.now_ms;
	p->next = processes;
	processes = p;
	count++;
	return p;
}

struct sproc *
process_fork(struct sproc *parent)
{
	struct sproc *p = process_new();

	if (p == NULL)
		return NULL;
	p->parent = parent;
	p->pgid = parent->pgid;
	p->life = ALIVE;
	p->marked = parent->marked;
	p->cgroup = parent->cgroup;
	memcpy(p->kind, parent->kind, sizeof(p->kind));
	memcpy(p->name, parent->name, sizeof(p->name));
	memcpy(p->mark, parent->mark, sizeof(p->mark));
	for (int i = 0; i < 5; i++)
		p->fd[i] = file_hold(parent->fd[i]);
	for (int i = 0; i < PASSED; i++)
		p->passed[i] = file_hold(parent->passed[i]);
	say("%s forks %d from %d", p->name, (int)p->pid, (int)parent->pid);
	return p;
}

/* What the child reads of the core's memory must not change until exec. */
static uint64_t
spawn_sum(const struct spawn *s)
{
	uint64_t h = 14695981039346656037ULL;
	char *const *const lists[] = { s->argv, s->envp };

	for (int l = 0; l < 2; l++)
		for (char *const *v = lists[l]; *v != NULL; v++)
			for (const char *c = *v; *c != '\0'; c++)
				h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	for (const char *c = s->path; c != NULL && *c != '\0'; c++)
		h = (h ^ (unsigned char)*c) * 1099511628211ULL;
	return h;
}

static void
read_mark(struct sproc *p, const struct spawn *s)
{
	const char *mark = "", *name;

	for (char *const *v = s->envp; *v != NULL; v++) {
		if (strncmp(*v, MARK_NAME "=", sizeof(MARK_NAME)) == 0)
			mark = *v + sizeof(MARK_NAME);
		if (strncmp(*v, "NOTIFY_SOCKET=", 14) == 0)
			p->notifies = true;
	}
	name = strchr(mark, ':');
	snprintf(p->mark, sizeof(p->mark), "%s", mark);
	snprintf(p->name, sizeof(p->name), "%s", name != NULL ? name + 1 : "?");
	p->marked = true;
}

static void
no_twin(const struct sproc *born)
{
	for (const struct sproc *p = processes; p != NULL; p = p->next) {
		if (p == born || !p->main)
			continue;
		/* one that cannot be signalled, or is not to be killed: nothing helps */
		if (p->life != ZOMBIE && strcmp(p->name, born->name) == 0 &&
		    !(sim.faults & FAULT_SIGNAL) && sim.now_ms >= p->unkillable_ms)
			fail("%s is started a second time while %d lives", p->name,
			    (int)p->pid);
		if (p->life == BORN && p->spawn->stack == born->spawn->stack)
			fail("two children on one stack");
	}
}

static void on_exec(struct sproc *p);

/* ---- base/spawn.h: children that share the descriptors of the core ---- */

bool
spawn_shares(void)
{
	return sim.shares_memory;
}

bool
spawn_has_places(void)
{
	return sim.shares_memory && sim.shares_files;
}

void
spawn_empty_place(int place)
{
	for (const struct sproc *p = processes; p != NULL; p = p->next)
		/* one that could not be signalled was given up: UNKNOWN */
		if (p->life == BORN && p->place == place && !(sim.faults & FAULT_SIGNAL))
			fail("the place of %s is emptied while its child %d needs it",
			    p->name, (int)p->pid);
}

void
spawn_reserve(void)
{
}

void
spawn_signals_changed(void)
{
}

pid_t
spawn_child(const struct spawn *s)
{
	return process_spawn(s);
}

#define SHARED	5

static int
shared_fd(const struct spawn *s, int i)
{
	return i < 3 ? s->fd[i] : i == 3 ? s->err_fd : s->cgroup_fd;
}

/* What it was promised must be there until it has its own. */
static void
check_shared(const struct sproc *p)
{
	for (int i = 0; i < SHARED; i++) {
		int fd = shared_fd(p->spawn, i);

		if (fd != -1 && (table[fd] == NULL || table[fd] != p->shared[i]))
			fail("%s: descriptor %d was closed before its child %d had it",
			    p->name, fd, (int)p->pid);
	}
}

/* Its own descriptors from now on. */
static void
leave_table(struct sproc *p)
{
	check_shared(p);
	for (int i = 0; i < 3; i++)
		p->fd[i] = p->spawn->fd[i] != -1 ? file_hold(table[p->spawn->fd[i]]) : NULL;
	p->place = -1;
	p->spawn->news->own_fds = 1;
}

/* By exec or death; the kernel says so in the memory itself. */
static void
leave_memory(struct sproc *p)
{
	if (p->spawn != NULL && p->spawn->news != NULL)
		p->spawn->news->sharing = 0;
	p->spawn = NULL;
}

static void
take_files(struct sproc *p, const struct spawn *s)
{
	p->place = s->place;
	for (int i = 0; i < SHARED; i++)
		if (shared_fd(s, i) != -1)
			p->shared[i] = table_get(shared_fd(s, i), "spawn");
	for (int i = 1; i < 3; i++)	/* what a listener says goes to the core */
		if (s->fd[i] != -1 && !p->probe &&
		    (i > 1 || strncmp(s->argv[0], "/sim/hear-", 10) != 0))
			table[s->fd[i]]->pipe->output = true;
	for (int i = 0; i < 3 && p->place == -1; i++)
		p->fd[i] = s->fd[i] != -1 ? file_hold(table[s->fd[i]]) : NULL;
	for (int i = 0; i < 2; i++)
		p->fd[3 + i] = s->extra[i] != -1 ?
		    file_hold(table_get(s->extra[i], "spawn")) : NULL;
	if (s->cgroup_fd != -1)
		p->procs = file_hold(table[s->cgroup_fd]);
	if (s->err_fd != -1)
		p->err = file_hold(table[s->err_fd]);
	if (s->npass > PASSED || (s->npass > 0 && (p->place != -1 || s->extra[0] != -1)))
		fail("%s gets %zu sockets", p->name, s->npass);
	for (size_t i = 0; i < s->npass; i++)
		p->passed[i] = file_hold(table_get(s->pass[i], "spawn"));
	for (int i = 0; i < 2; i++)
		if (s->pid_text[i] != NULL)
			snprintf(s->pid_text[i], SPAWN_PID, "%d", (int)p->pid);
}

static bool
is_hook(const struct spawn *s)
{
	for (char *const *v = s->envp; *v != NULL; v++)
		if (strncmp(*v, "SUPD_HOOK=", 10) == 0)
			return true;
	return false;
}

/* Its memory is a copy of the core's, which goes on as it likes. */
static const struct spawn *
copy_spawn(struct sproc *p, const struct spawn *s)
{
	if (s->news != NULL)
		fail("a hook shares the memory of the core");
	read_mark(p, s);
	p->copy = *s;
	snprintf(p->copy_name, sizeof(p->copy_name), "%s", s->argv[0]);
	p->copy_argv[0] = p->copy_name;
	p->copy.argv = p->copy_argv;
	p->copy.envp = p->copy_argv + 1;
	p->copy.path = NULL;
	return &p->copy;
}

pid_t
process_spawn(const struct spawn *s)
{
	struct sproc *p;

	if (strikes(FAULT_FORK, 100)) {
		errno = chance(700) ? EAGAIN : ENOMEM;
		return -1;
	}
	if (sim.refuses_sharing && s->news != NULL) {	/* found out by the first */
		sim.shares_memory = false;
		errno = ENOSYS;
		return -1;
	}
	if ((s->news == NULL) != (s->err_fd != -1) || (s->place != -1 && s->news == NULL))
		fail("a child that cannot tell what happens to it");
	if (s->news != NULL && s->news->sharing != 1)
		fail("a child is thought to have left before it is born");
	p = process_new();
	if (p == NULL)
		return -1;
	/* a command of that name, or the core's own face */
	p->probe = strcmp(s->argv[0], "/sim/probe") == 0 || strcmp(s->argv[0], "supd") == 0;
	p->hook = p->probe || is_hook(s);
	p->main = !p->hook;
	if (p->main)
		check_spawn();
	else
		s = copy_spawn(p, s);
	p->pgid = CORE_PID;		/* until it makes its own */
	p->life = BORN;
	p->spawn = s;
	if (strncmp(s->argv[0], "supd: ", 6) == 0)
		p->guest = strcmp(s->argv[0], "supd: web") == 0 ? WEB :
		    strcmp(s->argv[0], "supd: logger") == 0 ? LOGGER : HELPER;
	if (p->main)
		read_mark(p, s);
	p->value = store_value_of(s);
	if (p->guest != NO_GUEST)	/* "supd: node a" is supd:node:a */
		snprintf(p->name, sizeof(p->name), "supd:%s", s->argv[0] + 6);
	if (p->guest != NO_GUEST && strchr(p->name, ' ') != NULL)
		*strchr(p->name, ' ') = ':';
	take_files(p, s);
	p->sum = spawn_sum(s);
	p->act = on_exec;
	p->next_ms = sim.now_ms + (chance(20) ? between(1000, 8000) : between(0, 3));
	if (p->main)
		no_twin(p);
	say("spawn %s: %d", p->name, (int)p->pid);
	return p->pid;
}

static void
report_failure(struct sproc *p, enum spawn_step step, int no)
{
	struct spawn_fail f = { .step = (int32_t)step, .no = no };

	say("%s %d: step %d fails with %d", p->name, (int)p->pid, (int)step, no);
	if (p->spawn->news != NULL)
		p->spawn->news->fail = f;
	else
		file_write(p->err, &f, sizeof(f));
	if (p->fd[2] != NULL)
		file_write(p->fd[2], "supervisor: couldn't exec\n", 26);
	process_die(p, 127 << 8);
}

/* Into its process group and cgroup; false: that was its end. */
static bool
join(struct sproc *p)
{
	p->pgid = p->pid;
	if (p->place != -1)
		check_shared(p);
	if (p->procs == NULL)
		return true;
	if (cgroup_enter_self(p->procs, p) == -1) {
		report_failure(p, STEP_CGROUP, errno);
		return false;
	}
	file_drop(&p->procs);
	return true;
}

static void
on_exec(struct sproc *p)
{
	static const int errors[] = { ENOENT, EACCES, ENOEXEC, ETXTBSY, ENOMEM };
	const struct spawn *s = p->spawn;
	char kind[64];

	snprintf(kind, sizeof(kind), "%s", s->argv[0]);	/* the memory is gone by then */
	if (spawn_sum(s) != p->sum)
		fail("%s: the core changed what its child %d still reads", p->name,
		    (int)p->pid);
	if (p->pgid == CORE_PID) {
		if (!join(p))
			return;
		if (chance(300)) {	/* seen between two steps */
			p->next_ms = sim.now_ms + between(0, 2);
			return;
		}
	}
	if (p->place != -1) {
		leave_table(p);
		if (chance(500)) {
			p->next_ms = sim.now_ms + between(0, 3);
			return;
		}
	}
	if (strikes(FAULT_EXEC, 60)) {
		report_failure(p, STEP_CHDIR, ENOENT);
		return;
	}
	if (strikes(FAULT_EXEC, 150)) {
		report_failure(p, STEP_EXEC, errors[rnd(5)]);
		return;
	}
	if (p->pending != 0) {	/* its signals are default now, and not held back */
		process_die(p, __builtin_ctzll(p->pending));
		return;
	}
	if (strikes(FAULT_EXEC, 30)) {
		say("%s %d dies between clone and exec", p->name, (int)p->pid);
		process_die(p, SIGKILL);
		return;
	}
	leave_memory(p);
	file_drop(&p->err);
	p->life = ALIVE;
	p->next_ms = INT64_MAX;
	if (p->guest != NO_GUEST && p->fd[3] == NULL)
		process_die(p, 2 << 8);	/* it has nobody to talk to */
	else if (p->guest == LOGGER)
		logger_begin(p);
	else if (p->guest == WEB)
		web_begin(p);
	else if (p->guest == HELPER)
		helper_begin(p);
	else {
		const char *slash = strrchr(kind, '/');

		snprintf(p->kind, sizeof(p->kind), "%s", p->probe ? "probe" :
		    slash != NULL ? slash + 1 : kind);
		program_begin(p);
	}
}

/* The core is about to free what such a child reads. */
void
process_nobody_born(void)
{
	for (struct sproc *p = processes; p != NULL; p = p->next) {
		if (p->life != BORN || p->spawn == &p->copy)
			continue;
		/* one that could not be signalled was given up: UNKNOWN */
		if (!(sim.faults & FAULT_SIGNAL))
			fail("%s %d still reads the memory of the core at its end", p->name,
			    (int)p->pid);
		process_die(p, SIGSEGV);
	}
}

/* ---- death ---- */

static void
process_remove(struct sproc *p)
{
	struct sproc **at = &processes;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	count--;
	raw_free(p);
}

static void
orphan_children(struct sproc *parent)
{
	struct sproc *p;

	for (p = processes; p != NULL; p = p->next)
		if (p->parent == parent)
			p->parent = NULL;
}

static void
guest_end(struct sproc *p)
{
	if (p->guest == LOGGER)
		logger_end(p);
	else if (p->guest == WEB)
		web_end(p);
	else if (p->guest == HELPER)
		helper_end(p);
}

static void
drop_files(struct sproc *p)
{
	for (int i = 0; i < 5; i++)
		file_drop(&p->fd[i]);
	for (int i = 0; i < PASSED; i++)
		file_drop(&p->passed[i]);
	file_drop(&p->err);
	file_drop(&p->procs);
	ear_end(p);
}

void
process_die(struct sproc *p, int status)
{
	if (p->life == ZOMBIE)
		return;
	say("%s %d ends with %#x", p->name, (int)p->pid, (unsigned)status);
	p->status = status;
	guest_end(p);
	orphan_children(p);
	p->life = ZOMBIE;
	p->next_ms = INT64_MAX;
	leave_memory(p);
	drop_files(p);
	if (p->parent != NULL)		/* it waits for its children, as it should */
		process_remove(p);
	else
		core_signal(SIGCHLD);
}

size_t
process_zombies(void)
{
	size_t n = 0;

	for (struct sproc *p = processes; p != NULL; p = p->next)
		n += p->life == ZOMBIE;
	return n;
}

pid_t
process_reap(struct reaped *r)
{
	struct sproc *p, *found = NULL;
	bool any = false;

	for (p = processes; p != NULL; p = p->next) {
		any = any || p->parent == NULL;
		if (p->life == ZOMBIE && (found == NULL || chance(500)))
			found = p;
	}
	if (!any)
		errno = ECHILD;
	if (found == NULL)
		return any ? 0 : -1;
	*r = (struct reaped){ .pid = found->pid, .status = found->status, .cpu_us = 1000,
		.maxrss_kb = 1000 };
	say("reap %s %d", found->name, (int)found->pid);
	process_remove(found);
	return r->pid;
}

/* ---- signals ---- */

void
process_signal(struct sproc *p, int sig)
{
	if (p->life == ZOMBIE || sig == 0)
		return;
	if (sig == SIGCONT) {
		p->stopped = false;
		if (p->life == ALIVE && p->pending != 0) {
			int first = __builtin_ctzll(p->pending);

			p->pending &= ~(1ULL << first);
			program_told(p, first);
		}
		return;
	}
	if (sig == SIGKILL && sim.now_ms >= p->unkillable_ms) {
		process_die(p, SIGKILL);
		return;
	}
	if (sig == SIGKILL) {		/* it dies when its device lets it go */
		p->dies_ms = p->next_ms = p->unkillable_ms;
		p->dies_status = SIGKILL;
	} else if (p->life == BORN || p->stopped)
		p->pending |= 1ULL << sig;
	else
		program_told(p, sig);
}

/* Who in the core may mean this process?  By name: the record may be a new one. */
static struct proc *
owner(const struct sproc *p)
{
	struct pgroup *g;
	struct proc *q;
	char name[200];

	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(q, &g->procs, link) {
			snprintf(name, sizeof(name), "%s:%s", g->name, q->conf->name);
			if (strcmp(name, p->name) == 0)
				return q;
		}
	return NULL;
}

static void
may_signal(const struct sproc *p, pid_t target, int sig)
{
	const struct proc *q;

	if (p->guest != NO_GUEST || sig == 0)
		return;
	q = owner(p);
	if (q == NULL) {
		/* at the end everything that carries our mark is swept away */
		if (core.state == SUP_RUNNING)
			fail("signal %d for %d of %s, which is no program of ours", sig,
			    (int)target, p->name);
		return;
	}
	if (p->parent == NULL && q->pid == p->pid)
		return;
	if (hooks_pid(q) == p->pid || p->hook)
		return;		/* also one that was given up and comes to its end */
	if (q->lingering || core.state != SUP_RUNNING || q->fsm.st == P_STOPPING)
		return;
	if (target < 0 && q->pid == -target)
		return;
	fail("signal %d reaches %d of %s, which is %s", sig, (int)p->pid, p->name,
	    pstate_name(q->fsm.st));
}

/* Members first, then each by its pid: a death changes the list. */
static size_t
members(pid_t pid, pid_t *found)
{
	size_t n = 0;

	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (pid > 0 ? p->pid == pid : p->pgid == -pid)
			found[n++] = p->pid;
	return n;
}

int
process_kill(pid_t pid, int sig)
{
	pid_t found[PROCESSES_MAX];
	size_t n;

	if (pid == 0 || pid == -1 || pid == -CORE_PID || pid == CORE_PID)
		fail("kill(%d, %d) would reach the core itself", (int)pid, sig);
	if (sig != 0 && strikes(FAULT_SIGNAL, 20)) {
		errno = EPERM;
		return -1;
	}
	n = members(pid, found);
	for (size_t i = 0; i < n; i++) {
		struct sproc *p = process_find(found[i]);

		if (p == NULL)
			continue;
		may_signal(p, pid, sig);
		say("kill %d: %d of %s gets %d", (int)pid, (int)p->pid, p->name, sig);
		process_signal(p, sig);
	}
	if (n > 0)
		return 0;
	if (pid > 0)
		fail("signal %d for pid %d, which nobody has", sig, (int)pid);
	errno = ESRCH;
	return -1;
}

pid_t
process_group(pid_t pid)
{
	struct sproc *p = process_find(pid);

	if (p != NULL)
		return p->pgid;
	errno = ESRCH;
	return -1;
}

void
process_reset(void)
{
	last_pid = CORE_PID;
	core_pending = 0;
	pid_max = (int)between(30, 200);
}

void
process_free_all(void)
{
	while (processes != NULL) {
		struct sproc *p = processes;

		guest_end(p);
		drop_files(p);
		process_remove(p);
	}
}
