/*
 * Who says it (notify, fd:N) costs nothing while it is waited for; who does not
 * (listen, file) is looked for again and again, less and less often, until it is
 * there.  After that nothing is watched any more.
 */
#include "core/ready.h"

#include <errno.h>
#include <signal.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "core/fence.h"
#include "core/flight.h"
#include "core/health.h"
#include "core/order.h"
#include "core/proc.h"
#include "core/readiness.h"

#define LOOK_FIRST_MS	20	/* between two looks, at first */
#define TICK_MS		10	/* times of files are those of the last tick: CONFIG_HZ=100 */
#define LOOK_MOST_MS	1000
/* ---- ready, or not in time ---- */

static void
stop_looking(struct readiness *r)
{
	loop_io_stop(&r->io);
	fd_close(&r->rd);
	fd_close(&r->wr);
	loop_timer_stop(&r->look);
	loop_timer_stop(&r->limit);
	errand_cancel(&r->probe);
}

void
ready_serves(struct readiness *r)
{
	struct proc *p = r->p;

	stop_looking(r);
	if (r->ready || p->pid == 0 || !pstate_is_running(p->fsm.st))
		return;
	r->ready = true;
	health_begin(p);
	log_info("ready: %s, %lld ms after its start", p->conf->name,
	    (long long)(loop_now() - p->start_ms));
	flight_save(p);
	notify_serves(r);
	if (p->conf->type == TYPE_NOTIFY && p->fsm.st == P_STARTING)
		proc_says_ready(p);
	else
		order_state_changed(p, p->fsm.st);
	core_publish(&core, &(struct event){ .type = EV_READY, .proc = p });
}

void
ready_ceases(struct readiness *r)
{
	struct proc *p = r->p;

	if (!r->ready)
		return;
	r->ready = false;
	health_end(p);
	flight_save(p);
	order_state_changed(p, p->fsm.st);
}

/* A task takes too long: it ends by a signal, which is its failure. */
static void
on_task_limit(struct loop_timer *t)
{
	struct readiness *r = LOOP_OWNER(t, struct readiness, limit);
	struct proc *p = r->p;
	bool again = r->told_to_end;

	if (p->pid <= 0 || !pstate_is_running(p->fsm.st))
		return;
	if (!again)
		log_warn("%s is not done after %lld s (ready_timeout): it is stopped",
		    p->conf->name, (long long)p->conf->ready_timeout);
	r->told_to_end = true;
	sys->kill(-p->pid, again ? SIGKILL : p->conf->stopsignal);
	loop_timer_start(t, (p->conf->stopwaitsecs > 0 ? p->conf->stopwaitsecs : 1) * 1000,
	    on_task_limit);
}

static void
on_limit(struct loop_timer *t)
{
	struct readiness *r = LOOP_OWNER(t, struct readiness, limit);
	struct proc *p = r->p;

	stop_looking(r);
	if (r->ready || !pstate_is_running(p->fsm.st))
		return;
	log_warn("%s is not ready after %lld s (ready_timeout): it is started again",
	    p->conf->name, (long long)p->conf->ready_timeout);
	order_restart(p, (struct asker){ CAUSE_NOT_READY, (int32_t)p->conf->ready_timeout });
}

/* ---- fd:N ---- */

/* A newline, as s6 has it. */
static void
on_fd(struct loop_io *w, int events)
{
	struct readiness *r = LOOP_OWNER(w, struct readiness, io);
	char text[256];
	ssize_t n = sys->read(r->rd, text, sizeof(text));

	(void)events;
	if (n > 0 && memchr(text, '\n', (size_t)n) != NULL)
		ready_serves(r);
	else if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR)) {
		loop_io_stop(&r->io);	/* it will say nothing any more */
		fd_close(&r->rd);
	}
}

int
ready_fd(struct proc *p, int *number)
{
	struct readiness *r = p->readiness;
	int fd[2];

	*number = 0;
	if (r == NULL || p->conf->ready.kind != READY_FD)
		return -1;
	fd_close(&r->rd);
	fd_close(&r->wr);
	*number = -1;
	if (sys->pipe(fd) == -1)
		return -1;
	sys->set_nonblock(fd[0], true);
	r->rd = fd[0];
	r->wr = fd[1];
	*number = (int)p->conf->ready.number;
	return r->wr;
}

/* ---- notify ---- */

void
ready_extend(struct readiness *r, int64_t ms)
{
	if (loop_timer_active(&r->limit) && ms > loop_timer_left(&r->limit))
		loop_timer_start(&r->limit, ms, on_limit);
}

static bool
has_watchdog(const struct program *conf)
{
	return conf->watch != NULL && conf->watch->watchdog > 0;
}

const char *
ready_socket(const struct proc *p)
{
	const char *name;

	if (p->readiness == NULL || (p->conf->ready.kind != READY_NOTIFY &&
	    !has_watchdog(p->conf)))
		return NULL;
	name = notify_name();
	if (name == NULL)
		log_error("%s: no socket for its notifications: %s", p->conf->name,
		    strerror(errno));
	return name;
}

/* ---- listen and file ---- */

/* Does a line of /proc/net/tcp{,6} say that somebody listens at the port? */
static bool
listens_tcp(const char *line, int64_t port)
{
	unsigned local, state;

	/* "  0: 0100007F:1F90 00000000:0000 0A ...": 0A is LISTEN */
	return sscanf(line, " %*[^:]: %*[0-9A-F]:%X %*[0-9A-F]:%*X %X", &local, &state) == 2 &&
	    state == 0x0a && local == (unsigned)port;
}

/* And of /proc/net/unix; flags 00010000 are those of a listening socket. */
static bool
listens_unix(const char *line, const char *path)
{
	unsigned flags;
	int at = 0;

	return sscanf(line, "%*[^:]: %*X %*X %X %*X %*X %*u %n", &flags, &at) == 1 &&
	    at > 0 && (flags & 0x10000) != 0 && strcmp(line + at, path) == 0;
}

static bool
any_line(const char *file, const struct conf_ready *want)
{
	int fd = sys->open(file, O_RDONLY | O_CLOEXEC, 0);
	struct buf text = { 0 };
	char *rest, *line;
	bool found = false;
	ssize_t n;

	if (fd == -1)
		return false;
	while (buf_reserve(&text, 16384) == 0 &&
	    (n = sys->read(fd, text.data + text.len, 16384)) > 0)
		text.len += (size_t)n;
	fd_close(&fd);
	buf_addc(&text, '\0');
	for (rest = text.failed ? NULL : text.data; !found &&
	    (line = strsep(&rest, "\n")) != NULL; )
		found = want->kind == READY_TCP ? listens_tcp(line, want->number) :
		    listens_unix(line, want->path);
	buf_release(&text);
	return found;
}

static bool
is_there(const struct proc *p)
{
	const struct conf_ready *want = &p->conf->ready;
	struct stat st;

	switch (want->kind) {
	case READY_TCP:
		return any_line("/proc/net/tcp", want) || any_line("/proc/net/tcp6", want);
	case READY_UNIX:
		return any_line("/proc/net/unix", want);
	case READY_FILE:	/* not the one that an earlier run has left */
		return sys->stat(want->path, &st) == 0 && (int64_t)st.st_ctim.tv_sec * 1000 +
		    st.st_ctim.tv_nsec / 1000000 >= p->start_wall_ms - TICK_MS;
	default:
		break;
	}
	return false;
}

static bool
is_probed(const struct conf_ready *want)
{
	return want->kind == READY_EXEC || want->kind == READY_HTTP;
}

static void on_look(struct loop_timer *t);

static void
look_later(struct readiness *r)
{
	r->pause_ms += r->pause_ms / 2;
	if (r->pause_ms > LOOK_MOST_MS)
		r->pause_ms = LOOK_MOST_MS;
	loop_timer_start(&r->look, r->pause_ms, on_look);
}

static void
on_probed(struct errand *x)
{
	struct readiness *r = LOOP_OWNER(x, struct readiness, probe);

	if (x->why[0] == '\0')
		ready_serves(r);
	else
		look_later(r);
}

static void
on_look(struct loop_timer *t)
{
	struct readiness *r = LOOP_OWNER(t, struct readiness, look);
	struct proc *p = r->p;

	if (p->exec_ok && is_probed(&p->conf->ready)) {
		r->probe.done = on_probed;
		probe_send(&r->probe, p, &p->conf->ready);
	} else if (p->exec_ok && is_there(p))
		ready_serves(r);
	else
		look_later(r);
}

/* ---- life ---- */

static bool
has_task_limit(const struct program *conf)
{
	return conf->type == TYPE_ONESHOT && conf->ready_timeout > 0;
}

int
ready_attach(struct proc *p)
{
	struct readiness *r;

	if (p->readiness != NULL && errand_under_way(&p->readiness->probe)) {
		errand_cancel(&p->readiness->probe);	/* it reads the old keys */
		loop_timer_start(&p->readiness->look, LOOK_FIRST_MS, on_look);
	}
	if ((p->conf->ready.kind == READY_RUNNING && !has_watchdog(p->conf) &&
	    !has_task_limit(p->conf)) || p->readiness != NULL)
		return 0;
	r = calloc(1, sizeof(*r));
	if (r == NULL)
		return -1;
	r->p = p;
	r->rd = r->wr = r->alien_fd = -1;
	p->readiness = r;
	return 0;
}

void
ready_detach(struct proc *p)
{
	if (p->readiness != NULL) {
		fence_starting(p);
		stop_looking(p->readiness);
		notify_end(p->readiness);
	}
	free(p->readiness);
	p->readiness = NULL;
}

void
ready_begin(struct proc *p, bool made)
{
	struct readiness *r = p->readiness;

	if (r == NULL)
		return;
	if (!made) {
		stop_looking(r);
		return;
	}
	r->ready = false;
	notify_begin(r);
	r->told_to_end = false;
	if (p->conf->ready_timeout > 0)
		loop_timer_start(&r->limit, p->conf->ready_timeout * 1000,
		    p->conf->type == TYPE_ONESHOT ? on_task_limit : on_limit);
	fd_close(&r->wr);	/* the child has it */
	switch (p->conf->ready.kind) {
	case READY_FD:
		if (r->rd != -1)
			loop_io_start(&r->io, r->rd, LOOP_READ, on_fd);
		break;
	case READY_TCP:
	case READY_UNIX:
	case READY_FILE:
	case READY_EXEC:
	case READY_HTTP:
		r->pause_ms = LOOK_FIRST_MS;
		loop_timer_start(&r->look, r->pause_ms, on_look);
		break;
	default:		/* it says so itself */
		break;
	}
}

void
ready_running(struct proc *p)
{
	if (p->conf->ready.kind != READY_RUNNING || p->pid == 0)
		return;
	if (p->readiness != NULL)
		notify_serves(p->readiness);
	health_begin(p);
}

void
ready_recall(struct proc *p, bool was_ready)
{
	if (p->readiness == NULL)
		return;
	notify_begin(p->readiness);
	/* the pipe in which it would have said so is gone with the crash */
	if (was_ready || p->conf->ready.kind == READY_FD) {
		p->readiness->ready = true;
		notify_serves(p->readiness);
	} else
		ready_begin(p, true);
	notify_recall(p->readiness);
}

void
ready_stopping(struct proc *p)
{
	health_end(p);
	if (p->readiness != NULL)
		notify_end(p->readiness);
}

void
ready_end(struct proc *p)
{
	health_end(p);
	if (p->readiness == NULL)
		return;
	stop_looking(p->readiness);
	notify_end(p->readiness);
	p->readiness->ready = false;
}

bool
proc_is_ready(const struct proc *p)
{
	if (p->conf->ready.kind == READY_RUNNING || p->readiness == NULL)
		return p->fsm.st == P_RUNNING;
	return p->readiness->ready && pstate_is_running(p->fsm.st);
}

const char *
proc_status_text(const struct proc *p)
{
	return p->readiness != NULL ? p->readiness->status : "";
}

void
ready_hear(void)
{
	notify_hear();
}

void
ready_explain(const struct proc *p, struct buf *out)
{
	const struct readiness *r = p->readiness;

	if (p->conf->ready.kind != READY_RUNNING)
		buf_adds(out, proc_is_ready(p) ? "it is ready\n" : "it is not ready yet\n");
	if (r != NULL && r->probe.why[0] != '\0' && !r->ready)
		buf_addf(out, "the last probe: %s\n", r->probe.why);
	if (r != NULL)
		notify_explain(r, out);
	health_explain(p, out);
}

void
ready_release(void)
{
	notify_release();
}
