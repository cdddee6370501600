/*
 * Pipes of processes and of our own log.  A stream is known to the logger when
 * `sent`; otherwise it stands in core.unsent and the link sends it when it can.
 */
#include "core/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/log.h"

#define AUTO_RANDOM 8	/* characters, as in supervisord's names */
/*
 * Bytes of our own lines that wait for the logger, while the programs leave it no processor:
 * a thousand of them start with 160 KiB.
 */
#define MAIN_PIPE (256 * 1024)

/* PROCESS-CHANNEL---IDENTIFIER-XXXXXXXX.log in childlogdir; NULL: no memory. */
static char *
auto_path(const char *name, const char *channel)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
	const struct conf_supervisord *sup = &core.config->supervisord;
	unsigned char raw[AUTO_RANDOM];
	struct buf b = { 0 };

	if (sys->random(raw, sizeof(raw)) != sizeof(raw))
		for (size_t i = 0; i < sizeof(raw); i++)
			raw[i] = (unsigned char)((uint64_t)sys->wall_ms() >> i) ^
			    (unsigned char)(core.last_stream_id * (i + 7));
	buf_addf(&b, "%s/%s-%s---%s-", sup->childlogdir, name, channel,
	    sup->identifier);
	for (size_t i = 0; i < sizeof(raw); i++)
		buf_addc(&b, letters[raw[i] % (sizeof(letters) - 1)]);
	buf_adds(&b, ".log");
	return buf_steal(&b);
}

static int
name_file(struct stream *s, const char *name, const struct conf_stream *conf)
{
	switch (conf->kind) {
	case LOGFILE_NONE:
		return 0;
	case LOGFILE_FILE:
		s->path = strdup(conf->logfile);
		break;
	case LOGFILE_AUTO:
		s->path = auto_path(name, s->is_err ? "stderr" : "stdout");
		break;
	}
	return s->path != NULL ? 0 : -1;
}

int
stream_init_pair(struct proc *p, const struct program *conf)
{
	struct stream *out = &p->streams[0], *err = &p->streams[1];

	/* whole before anything can fail: a later release trusts them */
	*out = (struct stream){ .rd = -1, .wr = -1, .proc = p };
	*err = (struct stream){ .rd = -1, .wr = -1, .proc = p, .is_err = true };
	out->id = ++core.last_stream_id;
	if (!conf->redirect_stderr)
		err->id = ++core.last_stream_id;
	if (name_file(out, conf->name, &conf->out) == 0 &&
	    (conf->redirect_stderr || name_file(err, conf->name, &conf->err) == 0))
		return 0;
	free(out->path);
	out->path = NULL;
	return -1;
}

static void
want_sent(struct stream *s)
{
	if (!s->sent && s->link.tqe_prev != NULL)
		return;			/* is in the list already */
	s->sent = false;
	TAILQ_INSERT_TAIL(&core.unsent, s, link);
	core_feed->kick();
}

/* below: what its descriptors must be less than; 0: any. */
static int
open_pipe(struct stream *s, int below)
{
	int fd[2];

	if (s->rd != -1)
		return 0;
	if (sys->pipe(fd) == -1)
		return -1;
	if (below > 0 && fd[1] >= below) {
		fd_close(&fd[0]);
		fd_close(&fd[1]);
		errno = EMFILE;
		return -1;
	}
	s->rd = fd[0];
	s->wr = fd[1];
	want_sent(s);
	return 0;
}

static int
open_pair(struct proc *p, int below)
{
	if (p->group == core.guests)
		return 0;		/* the logger's own output is ours */
	if (open_pipe(&p->streams[0], below) == -1)
		return -1;
	return p->conf->redirect_stderr ? 0 : open_pipe(&p->streams[1], below);
}

int
stream_open_pair(struct proc *p)
{
	return open_pair(p, core.fd_most > 0 ? core.fd_most - FDS_FOR_RESTARTS : 0);
}

void
stream_open_early(struct proc *p)
{
	if (open_pair(p, core.fd_most / 2) == -1)
		log_debug("%s: pipes for its output are made at its start", p->conf->name);
}

static void
release(struct stream *s)
{
	if (s->rd != -1) {
		if (!s->sent && s->link.tqe_prev != NULL) {
			TAILQ_REMOVE(&core.unsent, s, link);
			if (sys->can_read(s->rd) && core_feed->parting(s))
				s->rd = -1;
		}
		core_feed->removed(s->id);
	}
	s->link.tqe_prev = NULL;
	fd_close(&s->rd);
	fd_close(&s->wr);
	free(s->path);
	s->path = NULL;
}

void
stream_release_pair(struct proc *p)
{
	release(&p->streams[0]);
	release(&p->streams[1]);
}

/* An AUTO file keeps its name over changes of other rules. */
static void
update(struct stream *s, const char *name, const struct conf_stream *conf)
{
	bool was_auto = strstr(s->path ? s->path : "", "---") != NULL;

	if (conf->kind != LOGFILE_AUTO || !was_auto) {
		free(s->path);
		s->path = NULL;
		if (name_file(s, name, conf) == -1)
			log_error("%s: out of memory for the name of its log", name);
	}
	if (s->rd != -1)
		want_sent(s);
}

void
stream_update_pair(struct proc *p)
{
	update(&p->streams[0], p->conf->name, &p->conf->out);
	if (!p->conf->redirect_stderr)
		update(&p->streams[1], p->conf->name, &p->conf->err);
}

bool
stream_is_told(const struct stream *s)
{
	const struct conf_stream *rules;

	if (s->proc == NULL || (s->proc->listener != NULL && !s->is_err))
		return false;
	rules = s->is_err ? &s->proc->conf->err : &s->proc->conf->out;
	return rules->events_enabled || rules->capture_maxbytes > 0;
}

void
stream_ended(struct proc *p)
{
	p->dead_pid = p->last_pid;
	for (int i = 0; i < 2; i++)
		if (p->streams[i].rd != -1 && stream_is_told(&p->streams[i]))
			want_sent(&p->streams[i]);
}

void
stream_first_start(struct proc *p)
{
	for (int i = 0; i < 2 && !p->conf->autostart; i++)
		if (p->streams[i].rd != -1)
			want_sent(&p->streams[i]);
}

int
stream_rebuild_pair(struct proc *p)
{
	stream_release_pair(p);
	if (stream_init_pair(p, p->conf) == -1)
		return -1;
	return stream_open_pair(p);
}

int
stream_open_main(void)
{
	struct stream *s = &core.main_log;

	/* after a crash the pipe is there already, with the last words in it */
	*s = (struct stream){ .id = STREAM_MAIN, .rd = s->rd, .wr = s->wr };
	s->path = strdup(core.config->supervisord.logfile);
	if (s->path == NULL || open_pipe(s, 0) == -1)
		return -1;
	sys->set_nonblock(s->wr, true);
	sys->set_pipe_size(s->wr, MAIN_PIPE);
	return 0;
}

void
stream_release_main(void)
{
	release(&core.main_log);
}

void
stream_send_again(struct stream *s)
{
	want_sent(s);
}

void
stream_resend_all(void)
{
	struct pgroup *g;
	struct proc *p;

	if (core.main_log.rd != -1)
		want_sent(&core.main_log);
	TAILQ_FOREACH(g, &core.groups, link)
		TAILQ_FOREACH(p, &g->procs, link)
			for (int i = 0; i < 2; i++)
				if (p->streams[i].rd != -1)
					want_sent(&p->streams[i]);
}
