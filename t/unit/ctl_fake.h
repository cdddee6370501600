/*
 * The surroundings of the control server, for its unit tests: a loop on a virtual
 * clock over real sockets, a core that does what the test says, and clients in
 * the same process.  Include it in one .c file; it takes the place of loop.c and
 * of the core.
 */
#ifndef T_UNIT_CTL_FAKE_H
#define T_UNIT_CTL_FAKE_H

#include <sys/socket.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/log.h"
#include "conf/service.h"
#include "core/core.h"
#include "core/environ.h"
#include "core/flight.h"
#include "core/instance.h"
#include "core/tick.h"
#include "ctl/client.h"
#include "ctl/ctl.h"
#include "ctl/feed.h"
#include "ctl/handover.h"
#include "ctl/subscribe.h"
#include "ctl/wait.h"
#include "ctl/web.h"
#include "wire/varlink.h"

#include "ctl_words.h"
#include "tap.h"

/* ---- the loop ---- */

#define FAKE_IOS	8192
#define FAKE_TIMERS	8192

static int64_t fake_now = 1000000;
static struct loop_io *fake_io[FAKE_IOS];	/* by descriptor */
static struct loop_timer *fake_timer[FAKE_TIMERS];
static size_t fake_ntimers;
static TAILQ_HEAD(, loop_job) fake_jobs = TAILQ_HEAD_INITIALIZER(fake_jobs);

int64_t
loop_now(void)
{
	return fake_now;
}

uint64_t
loop_wakeups(void)
{
	return 7;
}

void
loop_io_start(struct loop_io *w, int fd, int events, loop_io_fn fn)
{
	w->fn = fn;
	w->ev.active = 1;
	w->ev.fd = fd;
	w->ev.events = events;
	fake_io[fd] = w;
}

void
loop_io_stop(struct loop_io *w)
{
	if (w->ev.active && fake_io[w->ev.fd] == w)
		fake_io[w->ev.fd] = NULL;
	w->ev.active = 0;
}

bool
loop_io_active(const struct loop_io *w)
{
	return w->ev.active;
}

void
loop_timer_stop(struct loop_timer *w)
{
	for (size_t i = 0; i < fake_ntimers; i++)
		if (fake_timer[i] == w)
			fake_timer[i] = fake_timer[--fake_ntimers];
	w->ev.active = 0;
}

void
loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn)
{
	loop_timer_stop(w);
	w->fn = fn;
	w->ev.active = 1;
	w->ev.at = (double)(fake_now + delay_ms);
	fake_timer[fake_ntimers++] = w;
}

bool
loop_timer_active(const struct loop_timer *w)
{
	return w->ev.active;
}

int64_t
loop_timer_left(const struct loop_timer *w)
{
	return w->ev.active ? (int64_t)w->ev.at - fake_now : 0;
}

void
loop_job_add(struct loop_job *w, loop_job_fn fn)
{
	w->fn = fn;
	if (w->queued)
		return;
	w->queued = true;
	TAILQ_INSERT_TAIL(&fake_jobs, w, link);
}

void
loop_job_cancel(struct loop_job *w)
{
	if (w->queued)
		TAILQ_REMOVE(&fake_jobs, w, link);
	w->queued = false;
}

static bool
fake_run_jobs(void)
{
	struct loop_job *j;
	bool any = false;

	while ((j = TAILQ_FIRST(&fake_jobs)) != NULL) {
		loop_job_cancel(j);
		j->fn(j);
		any = true;
	}
	return any;
}

static bool
fake_run_timers(void)
{
	for (size_t i = 0; i < fake_ntimers; i++) {
		struct loop_timer *t = fake_timer[i];

		if ((int64_t)t->ev.at > fake_now)
			continue;
		loop_timer_stop(t);
		t->fn(t);
		return true;
	}
	return false;
}

static bool
fake_run_ios(void)
{
	static struct pollfd set[FAKE_IOS];
	nfds_t n = 0;
	bool any = false;

	for (int fd = 0; fd < FAKE_IOS; fd++)
		if (fake_io[fd] != NULL)
			set[n++] = (struct pollfd){ fd, (short)
			    (((fake_io[fd]->ev.events & LOOP_READ) ? POLLIN : 0) |
			    ((fake_io[fd]->ev.events & LOOP_WRITE) ? POLLOUT : 0)), 0 };
	if (poll(set, n, 0) <= 0)
		return false;
	for (nfds_t i = 0; i < n; i++) {
		struct loop_io *w = fake_io[set[i].fd];
		int got = set[i].revents, events;

		/* as libev: an error or a hang-up is both */
		if (got & (POLLHUP | POLLERR))
			got |= POLLIN | POLLOUT;
		events = ((got & POLLIN) ? LOOP_READ : 0) | ((got & POLLOUT) ? LOOP_WRITE : 0);
		if (w == NULL || (events & w->ev.events) == 0)
			continue;
		w->fn(w, events & w->ev.events);
		any = true;
	}
	return any;
}

/* Turns of the loop, until nothing is left to do at this moment. */
static void
spin(void)
{
	bool any;

	do {
		any = fake_run_jobs();
		any |= fake_run_ios();
		any |= fake_run_jobs();
		any |= fake_run_timers();
	} while (any);
}

/* Let time pass, timer by timer. */
__attribute__((unused)) static void
pass_ms(int64_t ms)
{
	int64_t end = fake_now + ms, next;

	spin();
	while (fake_now < end) {
		next = end;
		for (size_t i = 0; i < fake_ntimers; i++)
			if ((int64_t)fake_timer[i]->ev.at < next)
				next = (int64_t)fake_timer[i]->ev.at;
		fake_now = next > fake_now ? next : fake_now;
		spin();
		if (next == end)
			break;
	}
}

/* ---- the core ---- */

struct core core;
const struct feed_ops *core_feed;
const struct guest_ops *guest_ops[GUEST_KINDS];
static int fake_wanted[GUEST_KINDS];	/* times that core_want_guest() was called */

int
flight_take_listener(size_t i)
{
	(void)i;
	return -1;
}

void
flight_keep_listener(size_t i, int fd)
{
	(void)i;
	(void)fd;
}

void
flight_close_listeners(void)
{
}

void
core_want_guest(enum guest_kind kind)
{
	fake_wanted[kind]++;
	core.guest[kind].proc->want_up = true;
}

/* No section has a guest here. */
struct park *
handover_park(const char *interface, const struct vcall *call, struct err *e)
{
	(void)interface;
	(void)call;
	err_set(e, FAULT_BAD_NAME, "BAD_NAME: nobody");
	return NULL;
}

int
environ_make(struct environ *env, const struct proc *p, struct err *e)
{
	(void)env;
	(void)p;
	return err_set(e, FAULT_FAILED, "no environment here");
}

void
environ_release(struct environ *env)
{
	(void)env;
}

enum environ_origin
environ_origin(const struct environ *env, const struct proc *p, size_t i,
    const struct given_var **given)
{
	(void)env;
	(void)p;
	(void)i;
	*given = NULL;
	return FROM_OUTSIDE;
}

static struct config fake_config;
static struct pgroup fake_guests;
static const char *fake_last;		/* what was asked of the core last */
static struct asker fake_asker;
static int fake_started, fake_stopped;
static enum pstate fake_start_state = P_STARTING;
static update_fn fake_update_fn;
static void *fake_update_arg;
static struct proc *fake_procs[20000];
static uint32_t fake_ticks;		/* that somebody wants */

static pid_t
fake_getpid(void)
{
	return 4711;
}

static int64_t
fake_wall(void)
{
	return 1795000000000 + fake_now;
}

__attribute__((unused)) static struct pgroup *
add_group(const char *name)
{
	struct pgroup *g = core_find_group(name);

	if (g != NULL)
		return g;
	g = calloc(1, sizeof(*g));
	g->name = strdup(name);
	TAILQ_INIT(&g->procs);
	TAILQ_INSERT_TAIL(&core.groups, g, link);
	return g;
}

static struct proc *
make_proc(struct pgroup *g, const char *name)
{
	struct proc *p = calloc(1, sizeof(*p));

	p->conf = calloc(1, sizeof(*p->conf));
	p->conf->name = strdup(name);
	p->conf->priority = 999;
	p->conf->stopsignal = SIGTERM;
	p->conf->startsecs = 1;
	p->conf->startretries = 3;
	p->conf->stopwaitsecs = 10;
	p->conf->autostart = true;
	p->group = g;
	p->id = ++core.last_id;
	for (int i = 0; i < 2; i++) {
		p->streams[i].id = ++core.last_stream_id + 1;
		p->streams[i].rd = p->streams[i].wr = -1;
		p->streams[i].proc = p;
		p->streams[i].is_err = i == 1;
	}
	fake_procs[p->id] = p;
	TAILQ_INSERT_TAIL(&g->procs, p, link);
	return p;
}

/* "group:name" or "name" */
__attribute__((unused)) static struct proc *
add_proc(const char *name)
{
	char group[64];
	const char *colon = strchr(name, ':');

	snprintf(group, sizeof(group), "%.*s", colon ? (int)(colon - name) : 63, name);
	return make_proc(add_group(group), colon ? colon + 1 : name);
}

void
tick_want(uint32_t kinds)
{
	fake_ticks = kinds;
}

void
flight_save_serials(void)
{
}

static void
set_state(struct proc *p, enum pstate to)
{
	struct event ev = { .type = EV_STATE, .proc = p, .from = p->fsm.st, .to = to };

	p->fsm.st = to;
	p->pid = to == P_STARTING || to == P_RUNNING || to == P_STOPPING ?
	    1000 + (pid_t)p->id : 0;
	ev.pid = p->pid;
	core_publish(&core, &ev);
}

__attribute__((unused)) static void
remove_proc(struct proc *p)
{
	struct event ev = { .type = EV_GONE, .proc = p };

	core_publish(&core, &ev);
	TAILQ_REMOVE(&p->group->procs, p, link);
	fake_procs[p->id] = NULL;
	free(p->spawnerr);
	free(p->conf->name);
	free(p->conf);
	free(p);
}

struct pgroup *
core_find_group(const char *name)
{
	struct pgroup *g;

	TAILQ_FOREACH(g, &core.groups, link)
		if (strcmp(g->name, name) == 0)
			return g;
	return strcmp(name, fake_guests.name) == 0 ? &fake_guests : NULL;
}

static struct pgroup *
group_part(const char *name, const char **rest)
{
	const char *colon = strchr(name, ':');
	char group[256];

	*rest = colon != NULL ? colon + 1 : name;
	snprintf(group, sizeof(group), "%.*s", colon ? (int)(colon - name) : 255, name);
	return core_find_group(group);
}

struct proc *
core_find(const char *name, struct err *e)
{
	const char *rest;
	struct pgroup *g = group_part(name, &rest);
	struct proc *p;

	if (g != NULL)
		TAILQ_FOREACH(p, &g->procs, link)
			if (strcmp(p->conf->name, rest) == 0)
				return p;
	err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	return NULL;
}

bool
core_names_group(const char *name, struct pgroup **g, struct err *e)
{
	const char *rest;

	*g = group_part(name, &rest);
	if (rest == name || (rest[0] != '\0' && strcmp(rest, "*") != 0))
		return false;
	if (*g == NULL)
		err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
	return true;
}

struct proc *
core_by_id(uint32_t id)
{
	return id < sizeof(fake_procs) / sizeof(fake_procs[0]) ? fake_procs[id] : NULL;
}

void
proc_full_name(const struct proc *p, struct buf *out)
{
	if (strcmp(p->group->name, p->conf->name) != 0)
		buf_addf(out, "%s:", p->group->name);
	buf_adds(out, p->conf->name);
}

void
proc_describe(const struct proc *p, struct buf *out)
{
	buf_addf(out, "about %s", p->conf->name);
}

bool
proc_missing(const struct proc *p)
{
	return p->want_up && p->fsm.st != P_RUNNING;
}

int
proc_exitstatus(const struct proc *p)
{
	return p->has_status ? WEXITSTATUS(p->status) : 0;
}

int
proc_start(struct proc *p, struct asker by, struct err *e)
{
	fake_asker = by;
	if (strncmp(p->conf->name, "nofile", 6) == 0)
		return err_set(e, FAULT_NO_FILE, "NO_FILE: can't find command 'x'");
	if (pstate_is_running(p->fsm.st))
		return err_set(e, FAULT_ALREADY_STARTED, "ALREADY_STARTED: %s", p->conf->name);
	fake_started++;
	set_state(p, P_STARTING);
	if (fake_start_state != P_STARTING)
		set_state(p, fake_start_state);
	return 0;
}

int
proc_stop(struct proc *p, struct asker by, struct err *e)
{
	fake_asker = by;
	if (!pstate_is_running(p->fsm.st))
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	fake_stopped++;
	set_state(p, p->fsm.st == P_BACKOFF ? P_STOPPED : P_STOPPING);
	return 0;
}

bool
proc_can_refresh(const struct proc *p)
{
	(void)p;
	return true;
}

int
proc_refresh(struct proc *p, struct err *e)
{
	(void)p;
	(void)e;
	fake_last = "refresh";
	return 0;
}

int
proc_signal(struct proc *p, int sig, struct err *e)
{
	fake_last = sig == SIGHUP ? "HUP" : "another signal";
	if (!pstate_is_signallable(p->fsm.st))
		return err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: %s", p->conf->name);
	return 0;
}

int
proc_stdin(struct proc *p, const char *data, size_t len, struct err *e)
{
	(void)e;
	fake_last = len == 3 && memcmp(data, "a\nb", 3) == 0 ? "stdin" : "?";
	return p->pid == 0 ? err_set(e, FAULT_NOT_RUNNING, "NOT_RUNNING: x") : 0;
}

int
proc_start_failed(const struct proc *p, struct err *e)
{
	if (p->spawnerr != NULL)
		return err_set(e, FAULT_SPAWN_ERROR, "SPAWN_ERROR: %s", p->conf->name);
	return err_set(e, FAULT_ABNORMAL_TERMINATION, "ABNORMAL_TERMINATION: %s",
	    p->conf->name);
}

int
core_reread(struct reread_names *out, struct err *e)
{
	static char *added[] = { (char *)(uintptr_t)"new" };

	if (fake_config.path == NULL)
		return err_set(e, FAULT_CANT_REREAD, "CANT_REREAD: bad");
	out->added = (struct strlist){ added, 1 };
	return 0;
}

void
reread_names_release(struct reread_names *r)
{
	(void)r;
}

int
core_plan(struct plan *out, struct err *e)
{
	static struct plan_step step = { .group = (char *)(uintptr_t)"g", .action = "add" };

	(void)e;
	*out = (struct plan){ &step, 1 };
	return 0;
}

void
plan_release(struct plan *p)
{
	(void)p;
}

int
core_update(char *const *groups, size_t n, struct asker by, update_fn done, void *arg,
    struct err *e)
{
	(void)groups;
	(void)n;
	fake_asker = by;
	if (fake_update_fn != NULL)
		return err_set(e, FAULT_FAILED, "FAILED: an update is under way");
	fake_update_fn = done;
	fake_update_arg = arg;
	return 0;
}

void
core_update_forget(void *arg)
{
	if (fake_update_arg == arg)
		fake_update_fn = NULL;
}

struct conf_service *
conf_find_service(const struct config *c, const char *name)
{
	(void)c;
	(void)name;
	return NULL;
}

int
conf_check_hole(const char *name, const char *value, struct err *e)
{
	(void)name;
	(void)value;
	(void)e;
	return 0;
}

int
core_add_instance(const char *template, const char *name, const struct strlist *holes,
    struct asker by, struct instance_added *out, struct err *e)
{
	(void)name;
	(void)holes;
	(void)by;
	*out = (struct instance_added){ 0 };
	return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", template);
}

int
core_remove_instance(const char *template, const char *name, struct asker by, uint32_t *id,
    struct err *e)
{
	(void)template;
	(void)name;
	(void)by;
	(void)e;
	*id = 0;
	return 0;
}

int
core_scale(const char *name, int64_t n, struct asker by, struct scaled *out, struct err *e)
{
	(void)n;
	(void)by;
	*out = (struct scaled){ 0 };
	return err_set(e, FAULT_BAD_NAME, "BAD_NAME: %s", name);
}

void
scaled_release(struct scaled *s)
{
	*s = (struct scaled){ 0 };
}

int
core_add_group(const char *name, struct asker by, struct err *e)
{
	(void)by;
	if (core_find_group(name) != NULL)
		return err_set(e, FAULT_ALREADY_ADDED, "ALREADY_ADDED: %s", name);
	add_group(name);
	return 0;
}

int
core_remove_group(const char *name, struct err *e)
{
	return err_set(e, FAULT_STILL_RUNNING, "STILL_RUNNING: %s", name);
}

void
core_shutdown(struct asker by)
{
	fake_last = "shutdown";
	fake_asker = by;
}

int
core_restart(struct asker by, struct err *e)
{
	if (fake_config.path == NULL)
		return err_set(e, FAULT_CANT_REREAD, "CANT_REREAD: bad");
	fake_last = "restart";
	fake_asker = by;
	return 0;
}

void
core_reopen_logs(void)
{
	fake_last = "reopen";
}

const char *
core_tier(const char **why)
{
	*why = "because";
	return "B";
}

int
conf_signal(const char *text, struct err *e)
{
	(void)e;
	return strcmp(text, "HUP") == 0 ? SIGHUP : -1;
}

/* ---- clients ---- */

struct peer {
	int	 fd;
	struct buf in;
};

static struct sys fake_sys;
static bool fake_owner = true;

static int
fake_peer(int fd, uid_t *uid, pid_t *pid)
{
	(void)fd;
	*uid = fake_owner ? geteuid() : 4242;
	*pid = 1;
	return 0;
}

__attribute__((unused)) static void
fake_init(void)
{
	fake_sys = sys_kernel;
	fake_sys.mono_ms = loop_now;
	fake_sys.wall_ms = fake_wall;
	fake_sys.getpid = fake_getpid;
	fake_sys.peer = fake_peer;
	sys = &fake_sys;
	signal(SIGPIPE, SIG_IGN);
	log_set_level(LOG_CRIT);
	fake_config = (struct config){ .path = strdup("/etc/x.conf") };
	fake_config.supervisord.identifier = strdup("fake");
	fake_config.supervisord.childlogdir = strdup("/var/log/fake");
	core.config = &fake_config;
	core.state = SUP_RUNNING;
	TAILQ_INIT(&core.groups);
	TAILQ_INIT(&core.observers);
	TAILQ_INIT(&core.unsent);
	fake_guests.name = strdup("supd");
	TAILQ_INIT(&fake_guests.procs);
	core.guests = &fake_guests;
	for (int i = 0; i < GUEST_KINDS; i++) {
		core.guest[i] = (struct guest){ .fd = -1, .its_fd = -1 };
		core.guest[i].proc = make_proc(&fake_guests, i == GUEST_LOGGER ? "logger" :
		    "web");
		core.guest[i].proc->exec_ok = true;
	}
}

static void
fake_event(struct observer *o, const struct event *ev)
{
	(void)o;
	wait_event(ev);
	subscribe_event(ev);
}

static struct observer fake_observer = { .fn = fake_event };

/* The server without its listening sockets. */
__attribute__((unused)) static void
fake_open(void)
{
	fake_init();
	clients_open();
	core_observe(&core, &fake_observer);
	subscribe_open(&fake_observer);
	feed_open();
	web_open();
}

__attribute__((unused)) static void
fake_close(void)
{
	feed_close();
	web_close();
	clients_close();
	subscribe_close();
	core_unobserve(&core, &fake_observer);
}

/* A connection as if it had been accepted. */
__attribute__((unused)) static struct peer
peer_new(const struct access *access)
{
	struct peer p = { .fd = -1 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
		return p;
	p.fd = pair[0];
	client_new(pair[1], access);
	return p;
}

__attribute__((unused)) static void
peer_free(struct peer *p)
{
	fd_close(&p->fd);
	buf_release(&p->in);
	spin();
}

/* What has come; true while the connection is open. */
__attribute__((unused)) static bool
peer_read(struct peer *p)
{
	char data[65536];
	ssize_t n;

	for (;;) {
		spin();
		n = read(p->fd, data, sizeof(data));
		if (n <= 0)
			return n == -1 && errno == EAGAIN;
		buf_add(&p->in, data, (size_t)n);
	}
}

__attribute__((unused)) static void
peer_send(struct peer *p, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = send(p->fd, data, len, MSG_NOSIGNAL);

		if (n == -1 && errno == EAGAIN) {
			spin();
			continue;
		}
		if (n <= 0)
			return;
		data += n;
		len -= (size_t)n;
	}
}

/* Send one call, with its NUL. */
__attribute__((unused)) static void
peer_call(struct peer *p, const char *json)
{
	peer_send(p, json, strlen(json) + 1);
}

/* The next reply, in static memory; "" when there is none. */
__attribute__((unused)) static const char *
peer_reply(struct peer *p)
{
	static struct buf reply;
	ssize_t n;

	peer_read(p);
	buf_clear(&reply);
	n = varlink_frame(buf_text(&p->in), p->in.len);
	if (n == -1)
		return "";
	buf_add(&reply, p->in.data, (size_t)n + 1);
	buf_drop(&p->in, (size_t)n + 1);
	return reply.data;
}

/* Call and reply. */
__attribute__((unused)) static const char *
ask(struct peer *p, const char *json)
{
	peer_call(p, json);
	return peer_reply(p);
}

#define CALL(method, params) \
	"{\"method\":\"org.supd.Control." method "\",\"parameters\":" params "}"
#define CALL_MORE(method, params) \
	"{\"method\":\"org.supd.Control." method "\",\"parameters\":" params ",\"more\":true}"

#endif
