/*
 * The guests.  Each is kept up for as long as it is wanted: its failures have no
 * limit, and the pause between two starts is bounded.  Its socket is made anew for
 * each start; the memory of the logger's counters is one for all.
 */
#include "core/guest.h"

#include <sys/socket.h>
#include <signal.h>
#include <stdlib.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "core/helper.h"
#include "core/life.h"
#include "core/proc.h"
#include "core/stream.h"

#define RETRIES		INT32_MAX
#define FORCE_MS	3000	/* after SIGKILL: who is unkillable is left */
#define NOBODY		65534	/* uid and gid without rights, also where no file names them */

static const struct {
	const char *name;
	const char *command;	/* as ps shows it */
} rows[GUEST_KINDS] = {
	[GUEST_LOGGER] = { "logger", "supd: logger" },
	[GUEST_WEB] = { "web", "supd: web" },
};

static enum { STAGE_RUN, STAGE_OTHERS, STAGE_LOGGER, STAGE_GONE } stage;
static bool killed;		/* those of this stage */
static struct loop_timer late;
static bool keeps_user;		/* we may not become another user: web runs as we do */

/* ---- the links, while nobody provides them ---- */

static void
no_up(int fd)
{
	(void)fd;
}

static void
no_down(void)
{
}

static void
no_finish(int64_t ms)
{
	(void)ms;
}

static const struct guest_ops no_link = { .up = no_up, .down = no_down, .finish = no_finish };

const struct guest_ops *guest_ops[GUEST_KINDS] = { &no_link, &no_link };

/* Guests of sections have links of their own, see helper.c. */
static void
link_up(struct guest *g)
{
	if (g->helper != NULL)
		helper_ops->up(g->helper, g->fd);
	else
		guest_ops[g - core.guest]->up(g->fd);
}

static void
link_down(struct guest *g)
{
	if (g->helper != NULL)
		helper_ops->down(g->helper);
	else
		guest_ops[g - core.guest]->down();
}

static void
link_finish(struct guest *g)
{
	if (g->helper != NULL)
		helper_ops->finish(g->helper, GUEST_FINISH_MS);
	else
		guest_ops[g - core.guest]->finish(GUEST_FINISH_MS);
}

/* ---- making ---- */

static struct program *
guest_program(const char *name, const char *command)
{
	struct program *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->name = strdup(name);
	g->section = strdup("guest");
	g->command = strdup(command);
	g->priority = -1000;
	g->startretries = RETRIES;
	g->autorestart = RESTART_ALWAYS;
	g->stopsignal = SIGTERM;
	g->stopwaitsecs = 3;
	g->umask = -1;
	g->exitcodes.v = calloc(1, sizeof(*g->exitcodes.v));	/* 0: it was told to go */
	g->exitcodes.n = 1;
	g->out.kind = g->err.kind = LOGFILE_NONE;
	if (g->name == NULL || g->section == NULL || g->command == NULL ||
	    g->exitcodes.v == NULL) {
		program_free(g);
		return NULL;
	}
	return g;
}

struct proc *
guest_proc(const char *name, const char *command, struct err *e)
{
	struct program *conf = guest_program(name, command);

	if (conf != NULL)
		return proc_new(core.guests, conf, e);
	err_set(e, FAULT_FAILED, "out of memory");
	return NULL;
}

int
guest_init(struct err *e)
{
	struct pgroup *g = calloc(1, sizeof(*g));

	stage = STAGE_RUN;
	keeps_user = false;
	if (g == NULL || (g->name = strdup("supd")) == NULL) {
		free(g);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	TAILQ_INIT(&g->procs);
	TAILQ_INIT(&g->dependents);
	core.guests = g;
	TAILQ_INIT(&core.helpers);
	for (int i = 0; i < GUEST_KINDS; i++) {
		core.guest[i] = (struct guest){ .fd = -1, .its_fd = -1 };
		core.guest[i].proc = guest_proc(rows[i].name, rows[i].command, e);
		if (core.guest[i].proc == NULL)
			return -1;
	}
	if (core.counters == -1)
		core.counters = sys->memfd("supd-counters");
	return 0;
}

static struct guest *
guest_of(const struct proc *p)
{
	for (int i = 0; i < GUEST_KINDS; i++)
		if (core.guest[i].proc == p)
			return &core.guest[i];
	return helper_guest(p);
}

void
core_want_guest(enum guest_kind kind)
{
	guest_want(core.guest[kind].proc);
}

void
guest_want(struct proc *p)
{
	struct asker by = { CAUSE_AUTOSTART, 0 };

	if (p == NULL || p->want_up || stage != STAGE_RUN)
		return;
	p->want_up = p->started = true;
	proc_event(p, E_START, by);
}

void
guest_start(void)
{
	const struct config *c = core.config;

	core_want_guest(GUEST_LOGGER);
	for (size_t i = 0; i < c->nservers; i++)
		if (!c->servers[i].is_unix)
			core_want_guest(GUEST_WEB);
	helper_settle();
}

void
guest_hang_up(struct guest *g)
{
	if (g->fd != -1)
		link_down(g);
	fd_close(&g->fd);
	fd_close(&g->its_fd);
}

void
guest_release(void)
{
	loop_timer_stop(&late);
	if (core.guests == NULL)
		return;
	helper_release();
	for (int i = 0; i < GUEST_KINDS; i++) {
		guest_hang_up(&core.guest[i]);
		if (core.guest[i].proc != NULL)
			proc_free(core.guest[i].proc);
		core.guest[i].proc = NULL;
	}
	free(core.guests->name);
	free(core.guests);
	core.guests = NULL;
}

/* ---- starting ---- */

int
guest_argv(const struct proc *p, struct strlist *argv)
{
	/* valgrind puts a file in place of our name: a word says it once more */
	size_t words = getenv("SUPD_FORK") != NULL ? 2 : 1;

	argv->v = calloc(words + 1, sizeof(*argv->v));
	if (argv->v == NULL)
		return -1;
	for (argv->n = 0; argv->n < words; argv->n++) {
		argv->v[argv->n] = argv->n == 0 ? strdup(p->conf->command) :
		    strndup(p->conf->name, strcspn(p->conf->name, ":"));
		if (argv->v[argv->n] == NULL)
			return -1;
	}
	return 0;
}

/* A new pair for a new guest: what an old one left in its socket is gone. */
static void
new_socket(struct guest *g)
{
	int pair[2];

	guest_hang_up(g);
	if (sys->socketpair(pair) == -1) {
		log_error("no socket for the guest %s: %s", g->proc->conf->name,
		    strerror(errno));
		return;
	}
	g->fd = pair[0];
	g->its_fd = pair[1];
}

/* Who speaks to the network has no rights beyond that. */
static void
drop_rights(struct spawn *s)
{
	const struct conf_user *u = &core.config->supd.web_user;

	if (geteuid() != 0 || keeps_user || (u->set && u->uid == 0))
		return;
	s->set_user = true;
	s->uid = u->set ? u->uid : NOBODY;
	s->gid = u->set ? u->gid : NOBODY;
	s->groups = u->groups;
	s->ngroups = u->ngroups;
}

void
guest_fill(const struct proc *p, struct spawn *s)
{
	struct guest *g = guest_of(p);

	new_socket(g);
	s->fd[0] = s->fd[1] = s->fd[2] = -1;
	s->extra[0] = g->its_fd;
	s->exec_fd = core.self_fd;
	s->path = core.argv0;		/* used where there is no descriptor */
	s->set_user = false;
	if (g == &core.guest[GUEST_LOGGER])
		s->extra[1] = core.counters;
	if (g == &core.guest[GUEST_WEB])
		drop_rights(s);
}

void
guest_spawned(struct proc *p)
{
	struct guest *g = guest_of(p);

	if (g == NULL || g->fd == -1)
		return;
	/* the socket holds what we send until the guest reads it */
	fd_close(&g->its_fd);
	link_up(g);
	if (g == &core.guest[GUEST_LOGGER])
		stream_resend_all();
}

/* Without logger or web little works; a service can wait longer for what is wrong to be mended. */
int64_t
guest_pause_ms(const struct proc *p)
{
	const struct guest *g = guest_of(p);
	unsigned lives = g != NULL && g->helper != NULL ? g->helper->short_lives : 0;

	return (int64_t)GUEST_SHORT_MS << (lives < 6 ? lives : 6);
}

/* Root without the right to change users: the default gives way, a configured user not. */
void
guest_refused(const struct proc *p, enum spawn_step step)
{
	if (p != core.guest[GUEST_WEB].proc || core.config->supd.web_user.set ||
	    (step != STEP_GROUPS && step != STEP_GID && step != STEP_UID))
		return;
	keeps_user = true;
	log_warn("the web guest runs as root: nothing here may become another user");
}

/* ---- the end ---- */

static bool
in_stage(const struct proc *p)
{
	return (p == core.guest[GUEST_LOGGER].proc) == (stage == STAGE_LOGGER);
}

void
guest_dismiss(struct guest *g, bool for_good)
{
	struct proc *p = g->proc;

	p->leaving = for_good;		/* its end is not followed by a start */
	if (p->pid == 0 && for_good)
		proc_stop(p, (struct asker){ CAUSE_SHUTDOWN, 0 }, NULL);
	else if (p->pid != 0 && g->fd != -1)
		link_finish(g);
	else if (p->pid != 0)
		sys->kill(p->pid, SIGTERM);
}

void
guest_stop(struct proc *p, struct asker by)
{
	struct guest *g = guest_of(p);

	proc_stop(p, by, NULL);		/* they do not hear SIGTERM */
	if (p->pid != 0 && g != NULL && g->fd != -1)
		link_finish(g);
}

static void end_stage(void);

static void
on_late(struct loop_timer *t)
{
	struct proc *p;

	if (killed) {
		end_stage();
		return;
	}
	killed = true;
	TAILQ_FOREACH(p, &core.guests->procs, link)
		if (in_stage(p) && p->pid > 0)
			sys->kill(p->pid, SIGKILL);
	loop_timer_start(t, FORCE_MS, on_late);
}

static bool
stage_is_over(void)
{
	struct proc *p;

	TAILQ_FOREACH(p, &core.guests->procs, link)
		if (in_stage(p) && p->pid != 0)
			return false;
	return true;
}

static void
begin_stage(void)
{
	struct proc *p;

	killed = false;
	loop_timer_start(&late, GUEST_FINISH_MS + GUEST_LATE_MS, on_late);
	TAILQ_FOREACH(p, &core.guests->procs, link)
		if (in_stage(p))
			guest_dismiss(guest_of(p), true);
	if (stage_is_over())
		end_stage();
}

static void
end_stage(void)
{
	loop_timer_stop(&late);
	if (stage == STAGE_OTHERS) {
		stage = STAGE_LOGGER;
		begin_stage();
	} else if (stage == STAGE_LOGGER) {
		stage = STAGE_GONE;
		life_guests_gone();
	}
}

void
guest_finish(void)
{
	if (stage != STAGE_RUN)
		return;
	stage = STAGE_OTHERS;
	begin_stage();
}

bool
guest_done(void)
{
	return stage == STAGE_GONE;
}

void
guest_state_changed(struct proc *p)
{
	struct guest *g = guest_of(p);

	if (g == NULL || p->pid != 0)
		return;
	if (g->fd != -1)
		link_down(g);
	fd_close(&g->fd);
	if (g->helper != NULL)
		helper_ended(g->helper);
	if (stage != STAGE_RUN && in_stage(p) && stage_is_over())
		end_stage();
}
