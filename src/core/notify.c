/*
 * sd_notify(3), the receiving side: one datagram socket for all programs, each message
 * taken for the program that its sender belongs to, as the kernel says who that is.
 *
 * Descriptors that come along are closed, which is all that BARRIER=1 wants; none is
 * kept for anybody (FDSTORE=1).
 */
#include "core/readiness.h"

#include <sys/un.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/utf8.h"
#include "conf/types.h"
#include "core/flight.h"
#include "core/launch.h"
#include "core/order.h"
#include "core/owner.h"
#include "core/proc.h"
#include "core/reap.h"
#include "core/ready.h"

#define NOTES_AT_ONCE	64	/* then let the rest of the loop breathe */
#define NOTE_MAX	4096	/* bytes of a message: systemd takes no more */
#define STATUS_UNKNOWN	(255 << 8)	/* wait status of a process that its parent reaped */
#define USEC_MAX	(INT64_MAX / 2)

static struct {
	int	 fd;
	struct loop_io io;
	char	 text[40];	/* NOTIFY_SOCKET */
} notes = { .fd = -1 };

/* ---- another main process ---- */

static void
forget_alien(struct readiness *r)
{
	loop_io_stop(&r->alien);
	fd_close(&r->alien_fd);
}

/* Its parent may reap it, and then nobody tells us how it has ended. */
static void
on_alien_end(struct loop_io *w, int events)
{
	struct readiness *r = LOOP_OWNER(w, struct readiness, alien);
	struct proc *p = r->p;
	pid_t pid = p->pid;

	(void)events;
	forget_alien(r);
	reap_all();
	if (pid == 0 || p->pid != pid)
		return;
	log_warn("%s: its main process %d has ended, and its parent knows how", p->conf->name,
	    (int)pid);
	proc_reaped(p, &(struct reaped){ .pid = pid, .status = STATUS_UNKNOWN }, NULL);
}

static void
watch_alien(struct readiness *r)
{
	pid_t pid = r->p->pid;

	forget_alien(r);
	if (pid <= 0 || owner_is_our_child(pid))
		return;
	r->alien_fd = sys->pidfd(pid);
	if (r->alien_fd == -1)
		log_warn("%s: its main process %d is no child of ours: its end may go unnoticed"
		    " (%s)", r->p->conf->name, (int)pid, strerror(errno));
	else
		loop_io_start(&r->alien, r->alien_fd, LOOP_READ, on_alien_end);
}

static void
take_mainpid(struct readiness *r, const char *value)
{
	pid_t pid = (pid_t)strtol(value, NULL, 10);

	if (pid <= 0 || pid == r->p->pid)
		return;
	if (core_by_pid(pid) != NULL || errand_has(pid) || owner_of(pid) != r->p) {
		log_warn("%s says that its main process is %d, which does not come from it",
		    r->p->conf->name, (int)pid);
		return;
	}
	proc_follow(r->p, pid);
	watch_alien(r);
}

/* ---- signs of life ---- */

static void
on_watchdog(struct loop_timer *t)
{
	struct readiness *r = LOOP_OWNER(t, struct readiness, watchdog);
	struct proc *p = r->p;
	struct buf span = { 0 };

	loop_timer_stop(t);
	if (p->pid == 0 || !pstate_is_running(p->fsm.st))
		return;
	conf_put_span(r->watchdog_ms, &span);
	log_warn("%s gave no sign of life within %s (watchdog): it is aborted and started again",
	    p->conf->name, buf_text(&span));
	buf_release(&span);
	order_restart(p, (struct asker){ CAUSE_WATCHDOG, r->watchdog_ms > INT32_MAX ?
	    INT32_MAX : (int32_t)r->watchdog_ms });
}

static void
feed_watchdog(struct readiness *r)
{
	if (r->watchdog_ms > 0)
		loop_timer_start(&r->watchdog, r->watchdog_ms, on_watchdog);
	else
		loop_timer_stop(&r->watchdog);
}

static void
take_watchdog(struct readiness *r, const char *value)
{
	if (strcmp(value, "trigger") == 0 && pstate_is_running(r->p->fsm.st))
		on_watchdog(&r->watchdog);
	else if (strcmp(value, "1") == 0 && loop_timer_active(&r->watchdog))
		feed_watchdog(r);
}

static void
take_watchdog_usec(struct readiness *r, const char *value)
{
	int64_t us = strtoll(value, NULL, 10);

	if (us < 0 || us > USEC_MAX)
		return;
	r->watchdog_ms = us > 0 && us < 1000 ? 1 : us / 1000;
	if (proc_is_ready(r->p))
		feed_watchdog(r);
}

void
notify_serves(struct readiness *r)
{
	feed_watchdog(r);
}

/* ---- what it says of itself ---- */

static void
take_ready(struct readiness *r, const char *value)
{
	struct proc *p = r->p;

	if (strcmp(value, "1") != 0)
		return;
	r->stopping = false;
	if (r->reload_us != 0)
		log_info("reloaded: %s, in %lld ms", p->conf->name,
		    (long long)(sys->mono_us() - r->reload_us) / 1000);
	r->reload_us = 0;
	if (p->conf->ready.kind == READY_NOTIFY)
		ready_serves(r);
}

static void
take_status(struct readiness *r, const char *value)
{
	snprintf(r->status, sizeof(r->status), "%s", value);
	utf8_make_plain(r->status);
}

static void
take_stopping(struct readiness *r, const char *value)
{
	if (strcmp(value, "1") != 0 || r->stopping)
		return;
	r->stopping = true;
	loop_timer_stop(&r->watchdog);
	if (r->p->fsm.st != P_STOPPING)
		log_info("%s says that it stops", r->p->conf->name);
	ready_ceases(r);
}

static void
take_reloading(struct readiness *r, const char *value)
{
	if (strcmp(value, "1") == 0 && r->reload_us == 0)
		r->reload_us = sys->mono_us();
}

/* When it began to reload, by its own clock, which is ours. */
static void
take_monotonic(struct readiness *r, const char *value)
{
	int64_t us = strtoll(value, NULL, 10);

	if (r->reload_us != 0 && us > 0 && us < r->reload_us)
		r->reload_us = us;
}

static void
take_extend(struct readiness *r, const char *value)
{
	int64_t us = strtoll(value, NULL, 10);

	if (us <= 0 || us > USEC_MAX)
		return;
	ready_extend(r, us / 1000);
	proc_extend_stop(r->p, us / 1000);
}

static void
take_errno(struct readiness *r, const char *value)
{
	r->error = atoi(value);
}

static void
take_store(struct readiness *r, const char *value)
{
	if (strcmp(value, "1") == 0 && !r->store_told)
		log_warn("%s wants descriptors to be kept (FDSTORE): they are closed, sockets="
		    " keeps sockets", r->p->conf->name);
	r->store_told = true;
}

/* Any other is ignored, as the protocol wants it. */
static const struct {
	const char *name;
	void	(*take)(struct readiness *r, const char *value);
} variables[] = {
	{ "MAINPID", take_mainpid },	/* first: what follows is about that one */
	{ "STATUS", take_status },
	{ "ERRNO", take_errno },
	{ "RELOADING", take_reloading },
	{ "MONOTONIC_USEC", take_monotonic },
	{ "WATCHDOG_USEC", take_watchdog_usec },
	{ "READY", take_ready },
	{ "WATCHDOG", take_watchdog },
	{ "STOPPING", take_stopping },
	{ "EXTEND_TIMEOUT_USEC", take_extend },
	{ "FDSTORE", take_store },
};

/* The value of a variable in a message of lines; NULL: it does not say. */
static const char *
value_of(char *const *lines, size_t n, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (strncmp(lines[i], name, len) == 0 && lines[i][len] == '=')
			return lines[i] + len + 1;
	return NULL;
}

#define LINES_MAX 64		/* in a message; there are not so many variables */

static void
take_message(struct readiness *r, char *text)
{
	char *lines[LINES_MAX] = { NULL }, *line;
	const char *value;
	size_t n = 0;

	while (n < LINES_MAX && (line = strsep(&text, "\n")) != NULL)
		lines[n++] = line;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		if ((value = value_of(lines, n, variables[i].name)) != NULL)
			variables[i].take(r, value);
}

/* ---- the socket ---- */

/* Who has sent it; descriptors that come along are closed. */
static pid_t
pid_of(struct msghdr *m)
{
	struct ucred who = { 0 };
	struct cmsghdr *c;

	/* musl's CMSG_NXTHDR mixes signs */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wsign-compare"
	for (c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
#pragma GCC diagnostic pop
		if (c->cmsg_level != SOL_SOCKET)
			continue;
		if (c->cmsg_type == SCM_CREDENTIALS)
			memcpy(&who, CMSG_DATA(c), sizeof(who));
		if (c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t at = CMSG_LEN(0); at + sizeof(int) <= (size_t)c->cmsg_len;
		    at += sizeof(int)) {
			int fd;

			memcpy(&fd, (char *)c + at, sizeof(fd));
			fd_close(&fd);
		}
	}
	return who.pid;
}

/* The one that may speak so; NULL: whoever sent it is nobody's, or has no say. */
static struct readiness *
sender(pid_t pid)
{
	struct proc *p = pid > 0 ? owner_of(pid) : NULL;

	if (p == NULL || p->readiness == NULL || ready_socket(p) == NULL || p->pid == 0)
		return NULL;
	if (p->conf->watch != NULL && p->conf->watch->notify_access == ACCESS_MAIN &&
	    pid != p->pid)
		return NULL;
	return p->readiness;
}

void
notify_hear(void)
{
	char text[NOTE_MAX + 1], control[256];
	struct iovec io = { text, NOTE_MAX };
	struct readiness *r;
	ssize_t n;
	pid_t pid;

	for (int i = 0; i < NOTES_AT_ONCE && notes.fd != -1; i++) {
		struct msghdr m = { .msg_iov = &io, .msg_iovlen = 1,
			.msg_control = control, .msg_controllen = sizeof(control) };

		n = sys->recvmsg(notes.fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		text[n] = '\0';
		pid = pid_of(&m);
		r = sender(pid);
		if (r == NULL || (m.msg_flags & MSG_TRUNC) != 0) {
			log_debug("a notification of pid %d %s", (int)pid, r == NULL ?
			    "is nobody's who may send one" : "is too long");
			continue;
		}
		launch_poll(r->p);	/* who speaks has passed exec */
		take_message(r, text);
	}
}

static void
on_note(struct loop_io *w, int events)
{
	(void)w;
	(void)events;
	notify_hear();
}

/* An abstract name: nothing is left behind, and no directory is needed. */
static int
open_socket(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(notes.text));

	notes.fd = sys->socket(AF_UNIX, SOCK_DGRAM);
	if (notes.fd == -1)
		return -1;
	memcpy(name.sun_path + 1, notes.text + 1, strlen(notes.text) - 1);
	if (sys->set_credentials(notes.fd) == -1 ||
	    sys->bind(notes.fd, (struct sockaddr *)&name, len) == -1) {
		fd_close(&notes.fd);
		return -1;
	}
	return 0;
}

const char *
notify_name(void)
{
	if (notes.fd != -1)
		return notes.text;
	snprintf(notes.text, sizeof(notes.text), "@supd-%s", core.run_id);
	notes.fd = flight_take_notes();
	if (notes.fd == -1 && open_socket() == -1)
		return NULL;
	flight_keep_notes(notes.fd);
	loop_io_start(&notes.io, notes.fd, LOOP_READ, on_note);
	return notes.text;
}

/* ---- life ---- */

void
notify_begin(struct readiness *r)
{
	r->status[0] = '\0';
	r->error = 0;
	r->stopping = r->store_told = false;
	r->reload_us = 0;
	r->watchdog_ms = r->p->conf->watch != NULL ? r->p->conf->watch->watchdog : 0;
	forget_alien(r);
}

void
notify_end(struct readiness *r)
{
	r->reload_us = 0;
	loop_timer_stop(&r->watchdog);
	forget_alien(r);
}

void
notify_recall(struct readiness *r)
{
	if (ready_socket(r->p) != NULL)
		watch_alien(r);
}

void
notify_explain(const struct readiness *r, struct buf *out)
{
	if (r->stopping)
		buf_adds(out, "it says that it stops\n");
	if (r->reload_us != 0)
		buf_adds(out, "it says that it reloads its configuration\n");
	if (r->status[0] != '\0')
		buf_addf(out, "it says: %s\n", r->status);
	if (loop_timer_active(&r->watchdog)) {
		buf_adds(out, "it has to give a sign of life within ");
		conf_put_span(loop_timer_left(&r->watchdog), out);
		buf_adds(out, " (watchdog)\n");
	}
	if (r->error != 0)
		buf_addf(out, "it reports error %d: %s\n", r->error, strerror(r->error));
}

void
notify_release(void)
{
	loop_io_stop(&notes.io);
	fd_close(&notes.fd);
}
