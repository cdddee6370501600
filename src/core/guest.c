/*
 * The logger, for now the only guest.  It is kept up for as long as there are
 * programs: its failures have no limit, and the pause between two starts is
 * bounded.  Its socket is made anew for each, the counters memory is one for all.
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
#include "core/proc.h"
#include "core/stream.h"

#define RETRIES		INT32_MAX

static int logger_end = -1;	/* the logger's end of the socket, until it has it */

static struct program *
logger_program(void)
{
	struct program *g = calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->name = strdup("logger");
	g->section = strdup("guest");
	g->command = strdup("supd: logger");
	g->priority = -1000;
	g->startretries = RETRIES;
	g->autorestart = RESTART_ALWAYS;
	g->stopsignal = SIGTERM;
	g->stopwaitsecs = 3;
	g->umask = -1;
	g->out.kind = g->err.kind = LOGFILE_NONE;
	if (g->name == NULL || g->section == NULL || g->command == NULL) {
		program_free(g);
		return NULL;
	}
	return g;
}

int
guest_init(struct err *e)
{
	struct pgroup *g = calloc(1, sizeof(*g));
	struct program *logger = logger_program();

	if (g == NULL || logger == NULL || (g->name = strdup("supd")) == NULL) {
		free(g);
		if (logger != NULL)
			program_free(logger);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	TAILQ_INIT(&g->procs);
	core.guests = g;
	core.logger = proc_new(g, logger, e);
	if (core.counters == -1)
		core.counters = sys->memfd("supd-counters");
	return core.logger != NULL ? 0 : -1;
}

void
guest_start(void)
{
	struct asker by = { CAUSE_AUTOSTART, 0 };

	core.logger->want_up = true;
	proc_event(core.logger, E_START, by);
}

void
guest_release(void)
{
	if (core.feed != -1)
		core_feed->down();
	fd_close(&core.feed);
	fd_close(&logger_end);
	if (core.guests == NULL)
		return;
	proc_free(core.logger);
	free(core.guests->name);
	free(core.guests);
	core.guests = NULL;
	core.logger = NULL;
}

int
guest_argv(const struct proc *p, struct strlist *argv)
{
	argv->v = calloc(2, sizeof(*argv->v));
	if (argv->v == NULL)
		return -1;
	argv->v[0] = strdup(p->conf->command);
	argv->n = argv->v[0] != NULL;
	return argv->n == 1 ? 0 : -1;
}

/* A new pair for a new logger: what an old one left in its socket is gone. */
static void
new_socket(void)
{
	int pair[2];

	if (core.feed != -1)
		core_feed->down();
	fd_close(&core.feed);
	fd_close(&logger_end);
	if (sys->socketpair(pair) == -1) {
		log_error("no socket for the logger: %s", strerror(errno));
		return;
	}
	core.feed = pair[0];
	logger_end = pair[1];
}

void
guest_fill(const struct proc *p, struct spawn *s)
{
	(void)p;
	new_socket();
	s->fd[0] = s->fd[1] = s->fd[2] = -1;
	s->extra[0] = logger_end;
	s->extra[1] = core.counters;
	s->exec_fd = core.self_fd;
	s->path = core.argv0;		/* used where there is no descriptor */
	s->set_user = false;
}

void
guest_spawned(struct proc *p)
{
	if (p != core.logger || core.feed == -1)
		return;
	/* the socket holds what we send until the logger reads it */
	fd_close(&logger_end);
	core_feed->up(core.feed);
	stream_resend_all();
}

void
guest_state_changed(struct proc *p)
{
	if (p != core.logger || p->pid != 0 || core.feed == -1)
		return;
	core_feed->down();
	fd_close(&core.feed);
}

void
guest_finish(void)
{
	core.logger->leaving = true;	/* its end is not followed by a start */
	if (core.logger->pid == 0)
		proc_stop(core.logger, (struct asker){ CAUSE_SHUTDOWN, 0 }, NULL);
	else if (core.feed != -1)
		core_feed->finish(FINISH_MS);
	else
		sys->kill(core.logger->pid, SIGTERM);
}

bool
guest_done(void)
{
	return core.logger == NULL || core.logger->pid == 0;
}
