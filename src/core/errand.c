/*
 * Errands are children like programs, but their memory is a copy of ours: the rules of a
 * program may change while one is on its way to exec, and there are few at a time.  What they
 * write is taken from a pipe as it comes, so that none waits for us; the first line is kept.
 */
#include "core/errand.h"

#include <sys/wait.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"
#include "base/utf8.h"
#include "core/environ.h"
#include "core/launch.h"
#include "core/proc.h"
#include "core/stream.h"
#include "core/survivors.h"

#define PROBES_MOST	64	/* at a time; others wait, and hooks for none of them */

/* Outlives the errand when that is cancelled: somebody has to know the pid until it is reaped. */
struct errand_child {
	RB_ENTRY(errand_child) by_pid;
	pid_t	 pid;
	struct errand *x;	/* borrowed; NULL: cancelled */
	int	 out, err;	/* our ends of its pipes */
	struct loop_io io;
	struct loop_timer limit;
	bool	 late;		/* killed, since its time was over */
	bool	 probe;		/* counted in nprobes */
	size_t	 nsaid;
};

static int
compare_pids(const struct errand_child *a, const struct errand_child *b)
{
	return (a->pid > b->pid) - (a->pid < b->pid);
}

RB_HEAD(errand_tree, errand_child);
RB_PROTOTYPE(errand_tree, errand_child, by_pid, compare_pids)
RB_GENERATE(errand_tree, errand_child, by_pid, compare_pids)

static struct errand_tree children = RB_INITIALIZER(&children);
static size_t nprobes;
static TAILQ_HEAD(errand_list, errand) hooks = TAILQ_HEAD_INITIALIZER(hooks);
static struct errand_list probes = TAILQ_HEAD_INITIALIZER(probes);
static struct loop_job job;

static void on_job(struct loop_job *j);

/* ---- what it says ---- */

/* Keep the first line, as far as there is room; false: no more comes. */
static bool
hear(struct errand_child *c)
{
	char data[4096];
	ssize_t n = sys->read(c->out, data, sizeof(data));
	struct errand *x = c->x;

	for (ssize_t i = 0; x != NULL && i < n && c->nsaid < sizeof(x->said) - 1; i++) {
		if (data[i] == '\n' || data[i] == '\0') {
			c->nsaid = sizeof(x->said);
			break;
		}
		x->said[c->nsaid++] = data[i];
		x->said[c->nsaid] = '\0';
	}
	return n > 0 || (n == -1 && (errno == EAGAIN || errno == EINTR));
}

static void
on_output(struct loop_io *w, int events)
{
	struct errand_child *c = LOOP_OWNER(w, struct errand_child, io);

	(void)events;
	if (!hear(c)) {
		loop_io_stop(w);
		fd_close(&c->out);
	}
}

/* ---- its end ---- */

static void
signal_child(const struct errand_child *c, int sig)
{
	/* it has not made its process group yet */
	if (sys->kill(-c->pid, sig) == -1)
		sys->kill(c->pid, sig);
}

static void
kill_it(const struct errand_child *c)
{
	signal_child(c, SIGKILL);
}

static void
child_free(struct errand_child *c)
{
	RB_REMOVE(errand_tree, &children, c);
	nprobes -= c->probe;
	loop_io_stop(&c->io);
	loop_timer_stop(&c->limit);
	fd_close(&c->out);
	fd_close(&c->err);
	free(c);
	if (!TAILQ_EMPTY(&probes))
		loop_job_add(&job, on_job);
}

static void
on_limit(struct loop_timer *t)
{
	struct errand_child *c = LOOP_OWNER(t, struct errand_child, limit);

	c->late = true;
	kill_it(c);
}

/* What kept it from its program, if anything did. */
static int
exec_error(const struct errand_child *c)
{
	struct spawn_fail fail = { 0 };

	if (c->err == -1)
		return 0;
	if (sys->read(c->err, &fail, sizeof(fail)) != sizeof(fail))
		return 0;
	return fail.no;
}

static void
say_why(const struct errand_child *c, struct errand *x, int no)
{
	const char *said = x->said[0] != '\0' ? ": " : "", *name;
	bool ours = x->command == NULL && *said != '\0';	/* it says all there is to say */
	int n = 0;

	if (c->late)
		n = snprintf(x->why, sizeof(x->why), "took longer than %.3g s",
		    (double)x->timeout_ms / 1000);
	else if (no != 0)
		n = snprintf(x->why, sizeof(x->why), "couldn't be executed: %s", strerror(no));
	else if (ours && x->status != 0)
		n = snprintf(x->why, sizeof(x->why), "%s", x->said);
	else if (WIFSIGNALED(x->status)) {
		name = conf_signal_name(WTERMSIG(x->status));
		n = snprintf(x->why, sizeof(x->why), "terminated by %s", name ? name : "a signal");
	} else if (WEXITSTATUS(x->status) != 0)
		n = snprintf(x->why, sizeof(x->why), "exit status %d", WEXITSTATUS(x->status));
	if (n > 0 && no == 0 && !ours && (size_t)n < sizeof(x->why))
		snprintf(x->why + n, sizeof(x->why) - (size_t)n, "%s%s", said, x->said);
}

bool
errand_has(pid_t pid)
{
	struct errand_child key = { .pid = pid };

	return RB_FIND(errand_tree, &children, &key) != NULL;
}

bool
errand_reaped(const struct reaped *r)
{
	struct errand_child key = { .pid = r->pid }, *c = RB_FIND(errand_tree, &children, &key);
	struct errand *x;
	int no;

	if (c == NULL)
		return false;
	x = c->x;
	if (x != NULL) {
		while (c->out != -1 && sys->can_read(c->out) && hear(c))
			;
		no = exec_error(c);
		x->status = r->status;
		x->ended = !c->late && no == 0;
		utf8_make_plain(x->said);
		say_why(c, x, no);
		utf8_make_plain(x->why);
		x->child = NULL;
	}
	child_free(c);
	if (x != NULL)
		x->done(x);
	return true;
}

/* It did not even begin. */
static void
fail(struct errand *x, const char *why)
{
	x->ended = false;
	x->status = 0;
	snprintf(x->why, sizeof(x->why), "%s", why);
	x->done(x);
}

/* ---- its beginning ---- */

/* Everything that a child needs, until it is there. */
struct ready_made {
	struct strlist argv;
	char	*path;
	struct environ env;
	int	 in[2], out[2], err[2];
};

static int
make_words(const struct errand *x, struct ready_made *m, struct err *e)
{
	size_t n = 0;

	if (x->command != NULL)
		return launch_resolve(x->p, x->command, &m->argv, &m->path, e);
	while (x->words[n] != NULL)
		n++;
	m->argv.v = calloc(n + 1, sizeof(*m->argv.v));
	for (; m->argv.v != NULL && m->argv.n < n; m->argv.n++)
		if ((m->argv.v[m->argv.n] = strdup(x->words[m->argv.n])) == NULL)
			break;
	m->path = strdup(core.argv0);
	return m->argv.n == n && m->path != NULL ? 0 : err_set(e, FAULT_FAILED,
	    "out of memory");
}

static int
make_pipes(const struct errand *x, struct ready_made *m, struct err *e)
{
	if (sys->pipe(m->in) == 0 && sys->pipe(m->err) == 0 &&
	    (x->to_log ? stream_open_pair(x->p) : sys->pipe(m->out)) == 0)
		return 0;
	return err_set(e, FAULT_FAILED, "no pipe: %s", strerror(errno));
}

static int
make(const struct errand *x, struct ready_made *m, struct err *e)
{
	*m = (struct ready_made){ .in = { -1, -1 }, .out = { -1, -1 }, .err = { -1, -1 } };
	if (make_words(x, m, e) == -1 || environ_make(&m->env, x->p, e) == -1)
		return -1;
	for (int i = 0; x->more[i] != NULL; i++)
		if (environ_add(&m->env, x->more[i]) == -1)
			return err_set(e, FAULT_FAILED, "out of memory");
	return make_pipes(x, m, e);
}

/* What is ours of it is -1 by then. */
static void
unmake(struct ready_made *m)
{
	strlist_release(&m->argv);
	free(m->path);
	environ_forget(&m->env);
	environ_release(&m->env);
	for (int i = 0; i < 2; i++) {
		fd_close(&m->in[i]);
		fd_close(&m->out[i]);
		fd_close(&m->err[i]);
	}
}

static pid_t
spawn(const struct errand *x, const struct ready_made *m)
{
	struct proc *p = x->p;
	struct spawn s = {
		.path = m->path, .argv = m->argv.v, .envp = m->env.v,
		.fd = { m->in[0], x->to_log ? p->streams[p->listener != NULL ? 1 : 0].wr :
			m->out[1],
			!x->to_log ? m->out[1] :
			p->streams[p->conf->redirect_stderr ? 0 : 1].wr },
		.exec_fd = x->command == NULL ? core.self_fd : -1, .err_fd = m->err[1],
	};
	pid_t pid;
	int no;

	launch_identity(&s, p);
	s.cgroup_fd = survivors_cgroup(p);
	pid = sys->spawn(&s);
	no = errno;
	fd_close(&s.cgroup_fd);
	errno = no;
	return pid;
}

static void
watch(struct errand *x, struct errand_child *c)
{
	c->x = x;
	x->child = c;
	x->said[0] = x->why[0] = '\0';
	RB_INSERT(errand_tree, &children, c);
	c->probe = !x->to_log;
	nprobes += c->probe;
	if (x->timeout_ms > 0)
		loop_timer_start(&c->limit, x->timeout_ms, on_limit);
}

static void
begin(struct errand *x)
{
	struct errand_child *c = calloc(1, sizeof(*c));
	struct ready_made m;
	struct err e = { 0 };
	int rc = c != NULL ? make(x, &m, &e) : err_set(&e, FAULT_FAILED, "out of memory");

	if (rc == 0 && (c->pid = spawn(x, &m)) == -1)
		rc = err_set(&e, FAULT_FAILED, "no process: %s", strerror(errno));
	if (rc == 0) {
		c->out = m.out[0];
		c->err = m.err[0];
		m.out[0] = m.err[0] = -1;
	}
	if (c != NULL)
		unmake(&m);
	if (rc == -1) {
		free(c);
		fail(x, e.msg);
		return;
	}
	sys->set_nonblock(c->err, true);
	if (c->out != -1) {
		sys->set_nonblock(c->out, true);
		loop_io_start(&c->io, c->out, LOOP_READ, on_output);
	}
	watch(x, c);
	if (x->begun != NULL)
		x->begun(x);
}

int
errand_adopt(struct errand *x, pid_t pid)
{
	struct errand_child *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return -1;
	c->pid = pid;
	c->out = c->err = -1;
	watch(x, c);
	return 0;
}

/* Who looks can wait, also for those that hang; who starts or stops cannot. */
static struct errand_list *
queue_of(const struct errand *x)
{
	return x->to_log ? &hooks : &probes;
}

static void
on_job(struct loop_job *j)
{
	struct errand *x;

	(void)j;
	while ((x = TAILQ_FIRST(&hooks)) != NULL ||
	    (nprobes < PROBES_MOST && (x = TAILQ_FIRST(&probes)) != NULL)) {
		x->queued = false;
		TAILQ_REMOVE(queue_of(x), x, link);
		begin(x);
	}
}

void
errand_send(struct errand *x)
{
	x->queued = true;
	TAILQ_INSERT_TAIL(queue_of(x), x, link);
	loop_job_add(&job, on_job);
}

bool
errand_under_way(const struct errand *x)
{
	return x->queued || x->child != NULL;
}

pid_t
errand_pid(const struct errand *x)
{
	return x->child != NULL ? x->child->pid : 0;
}

void
errand_signal(const struct errand *x, int sig)
{
	if (x->child != NULL)
		signal_child(x->child, sig);
}

void
errand_cancel(struct errand *x)
{
	struct errand_child *c = x->child;

	if (x->queued)
		TAILQ_REMOVE(queue_of(x), x, link);
	x->queued = false;
	x->child = NULL;
	if (c == NULL)
		return;
	c->x = NULL;
	loop_timer_stop(&c->limit);
	loop_io_stop(&c->io);
	fd_close(&c->out);
	kill_it(c);
}

void
errand_release(void)
{
	struct errand_child *c;

	loop_job_cancel(&job);
	while ((c = RB_MIN(errand_tree, &children)) != NULL)
		child_free(c);
	loop_job_cancel(&job);
}
