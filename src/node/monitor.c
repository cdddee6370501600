/*
 * Probes of instances: each has a timer of its own, which begins with the instance.  What
 * has failed so often in a row that it counts as dead is started again, where it is a process.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "client/async.h"
#include "node/child.h"
#include "node/hook.h"
#include "node/op.h"
#include "serve/guest.h"
#include "wire/varlink.h"

#define CONNECT_MS	2000	/* a listener on this machine takes less than one */

struct probe {
	TAILQ_ENTRY(probe) link;
	char	*name;
	int64_t	 failures;	/* in a row */
	int	 fd;		/* of a connection on its way; -1 */
	struct loop_io io;
	struct loop_timer timer;	/* the connection takes too long */
	struct loop_timer due;	/* the next one */
	struct child *child;
};

static TAILQ_HEAD(probe_list, probe) probes = TAILQ_HEAD_INITIALIZER(probes);

static struct probe *
find(const char *name)
{
	struct probe *p;

	TAILQ_FOREACH(p, &probes, link)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

static void
probe_free(struct probe *p)
{
	loop_io_stop(&p->io);
	loop_timer_stop(&p->timer);
	loop_timer_stop(&p->due);
	fd_close(&p->fd);
	if (p->child != NULL)
		child_cancel(p->child);
	TAILQ_REMOVE(&probes, p, link);
	free(p->name);
	free(p);
}

bool
monitor_is_healthy(const char *name)
{
	struct probe *p = find(name);

	return p == NULL || p->failures < node.probes_to_fail;
}

void
monitor_forget(const char *name)
{
	struct probe *p = find(name);

	if (p != NULL)
		probe_free(p);
}

void
monitor_release(void)
{
	struct probe *p;

	while ((p = TAILQ_FIRST(&probes)) != NULL)
		probe_free(p);
}

/* ---- what a probe has found ---- */

static void
nobody(void *arg, const struct async_reply *r)
{
	(void)arg;
	if (r->fault != NULL)
		guest_log(LOG_WARN, "a dead instance is not started again: %s", r->fault->msg);
}

/* SIGKILL, and its restart policy starts it again: who does not answer does not stop either. */
static void
start_again(const char *name)
{
	struct buf b = { 0 };
	struct row r;
	struct err e;

	if (node_row_find(name, &r, &e) != 1)
		return;
	if (r.kind == KIND_PROCESS && r.phase == PHASE_READY && !r.disabled) {
		buf_addf(&b, "{\"signal\":\"KILL\",\"names\":[\"%s:%s\"]}", r.template,
		    r.name);
		if (!b.failed)
			async_call(guest.core, geteuid(), 0, CONTROL_INTERFACE ".Signal",
			    buf_text(&b), nobody, NULL, &e);
	}
	buf_release(&b);
	node_row_release(&r);
}

static void
found(struct probe *p, bool good)
{
	if (good && p->failures >= node.probes_to_fail)
		guest_log(LOG_INFO, "%s: answers again", p->name);
	p->failures = good ? 0 : p->failures + 1;
	if (p->failures == 0 || p->failures % node.probes_to_fail != 0)
		return;
	guest_log(LOG_WARN, "%s: has not answered %lld probes in a row", p->name,
	    (long long)p->failures);
	start_again(p->name);
}

static void
hang_up(struct probe *p, bool good)
{
	loop_io_stop(&p->io);
	loop_timer_stop(&p->timer);
	fd_close(&p->fd);
	found(p, good);
}

static void
on_connected(struct loop_io *io, int events)
{
	struct probe *p = LOOP_OWNER(io, struct probe, io);
	int why = 0;
	socklen_t len = sizeof(why);

	(void)events;
	hang_up(p, getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &why, &len) == 0 && why == 0);
}

static void
on_slow(struct loop_timer *t)
{
	hang_up(LOOP_OWNER(t, struct probe, timer), false);
}

/* The host of credentials where it is an address, else this machine. */
static void
connect_to(struct probe *p, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	if (inet_pton(AF_INET, node.host, &a.sin_addr) != 1)
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd == -1)
		return;		/* says nothing about the instance */
	if (connect(p->fd, (struct sockaddr *)&a, sizeof(a)) == 0 || errno != EINPROGRESS) {
		hang_up(p, errno == 0);
		return;
	}
	loop_io_start(&p->io, p->fd, LOOP_WRITE, on_connected);
	loop_timer_start(&p->timer, CONNECT_MS, on_slow);
}

static void
on_command(void *arg, const struct child_end *end)
{
	struct probe *p = arg;

	p->child = NULL;
	found(p, !end->timeout && WIFEXITED(end->status) && WEXITSTATUS(end->status) == 0);
}

/* ---- when ---- */

static void
look(struct probe *p, const struct row *r)
{
	struct err e;

	if (p->fd != -1 || p->child != NULL)	/* the last one is still on its way */
		return;
	if (node.probes_tcp && r->port == 0)	/* made when the node had no ports */
		return;
	if (node.hook[HOOK_MONITOR] == NULL) {
		connect_to(p, r->port);
		return;
	}
	p->child = node_hook(HOOK_MONITOR, r, NULL, on_command, p, &e);
	if (p->child == NULL)
		guest_log(LOG_WARN, "%s: cannot be probed: %s", r->name, e.msg);
}

static void
on_due(struct loop_timer *t)
{
	struct probe *p = LOOP_OWNER(t, struct probe, due);
	struct row r;
	struct err e;
	int rc = node_row_find(p->name, &r, &e);

	if (rc == 0 || (rc == 1 && (r.phase != PHASE_READY || r.disabled))) {
		probe_free(p);
	} else {
		loop_timer_start(&p->due, node.probe_ms, on_due);
		if (rc == 1)
			look(p, &r);
	}
	if (rc == 1)
		node_row_release(&r);
}

void
monitor_watch(const char *name)
{
	struct probe *p;

	if ((!node.probes_tcp && node.hook[HOOK_MONITOR] == NULL) || find(name) != NULL)
		return;
	p = calloc(1, sizeof(*p));
	if (p == NULL || (p->name = strdup(name)) == NULL) {
		free(p);
		guest_log(LOG_WARN, "%s: is not probed: out of memory", name);
		return;
	}
	p->fd = -1;
	TAILQ_INSERT_TAIL(&probes, p, link);
	loop_timer_start(&p->due, node.probe_ms, on_due);
}
