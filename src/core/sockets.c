/*
 * One record per address, in a list: there are few.  Closing what nobody names any
 * more waits for the end of the turn, so that an update which takes a socket from
 * one program and gives it to another does not lose what waits in its backlog.
 */
#include "core/sockets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"
#include "conf/address.h"
#include "core/bind.h"
#include "core/flight.h"

struct psocket {
	TAILQ_ENTRY(psocket) link;
	struct conf_socket at;	/* without a name; url owned */
	struct bind_rules rules;
	int	 fd;		/* -1: closed */
	unsigned named;		/* by so many processes */
	unsigned held;		/* of them by sockets= */
	unsigned users;		/* children that have it */
	bool	 tidy;		/* remove the file of a UNIX socket with it */
	dev_t	 dev;		/* of that file; ino 0: none */
	ino_t	 ino;
	uint32_t slot;		/* in the flight record */
};

/* What one process names; NULL for most. */
struct proc_sockets {
	bool	 used;		/* counted in users */
	struct psocket *fcgi;	/* borrowed from the list, as the others; NULL: none */
	size_t	 n;
	struct psocket *v[];
};

static TAILQ_HEAD(psocket_list, psocket) all = TAILQ_HEAD_INITIALIZER(all);
static struct loop_job sweep_job;

/* ---- one socket ---- */

static bool
is_unix(const struct psocket *s)
{
	return s->at.addr.any.sa_family == AF_UNIX;
}

static void
note_file(struct psocket *s)
{
	struct stat st;

	s->dev = 0;
	s->ino = 0;
	if (is_unix(s) && sys->stat(s->at.addr.un.sun_path, &st) == 0) {
		s->dev = st.st_dev;
		s->ino = st.st_ino;
	}
}

static int
psocket_open(struct psocket *s, struct err *e)
{
	if (s->fd != -1)
		return 0;
	log_info("Creating socket %s", s->at.url);
	s->fd = bind_socket(&s->at, &s->rules, s->held == 0, e);
	if (s->fd != -1 && core.fd_most > 0 && s->fd >= core.fd_most) {
		fd_close(&s->fd);
		err_set(e, FAULT_FAILED, "[Errno 24] no descriptor is left for it");
	}
	if (s->fd == -1)
		return err_add(e, "Could not create %ssocket %s",
		    s->held == 0 ? "FastCGI " : "", s->at.url);
	note_file(s);
	flight_save_socket(s->slot, s->at.url, s->fd);
	return 0;
}

/* Only the file that we have put there. */
static void
remove_file(const struct psocket *s)
{
	const char *path = s->at.addr.un.sun_path;
	struct stat st;

	if (s->ino != 0 && sys->stat(path, &st) == 0 && st.st_dev == s->dev &&
	    st.st_ino == s->ino)
		sys->unlink(path);
}

static void
psocket_close(struct psocket *s)
{
	if (s->fd == -1)
		return;
	log_info("Closing socket %s", s->at.url);
	fd_close(&s->fd);
	if (s->tidy)
		remove_file(s);
	flight_save_socket(s->slot, s->at.url, -1);
}

static void
psocket_free(struct psocket *s)
{
	psocket_close(s);
	flight_give(s->slot);
	TAILQ_REMOVE(&all, s, link);
	address_release(&s->at);
	free(s);
}

static void
close_unused(struct psocket *s)
{
	if (s->held == 0 && s->users == 0)
		psocket_close(s);
}

static struct psocket *
psocket_find(const struct conf_socket *at)
{
	struct psocket *s;

	TAILQ_FOREACH(s, &all, link)
		if (address_equal(&s->at, at))
			return s;
	return NULL;
}

static struct psocket *
psocket_new(const struct conf_socket *at)
{
	struct psocket *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->at.url = strdup(at->url)) == NULL) {
		free(s);
		return NULL;
	}
	s->at.type = at->type;
	s->at.addr = at->addr;
	s->at.len = at->len;
	s->slot = flight_take();
	s->fd = flight_recall_socket(at->url);
	if (s->fd != -1) {
		note_file(s);
		flight_save_socket(s->slot, s->at.url, s->fd);
	}
	TAILQ_INSERT_TAIL(&all, s, link);
	return s;
}

static bool
same_rules(const struct bind_rules *a, const struct bind_rules *b)
{
	return a->owner.uid == b->owner.uid && a->owner.gid == b->owner.gid &&
	    a->mode == b->mode && a->backlog == b->backlog;
}

static void
set_rules(struct psocket *s, const struct bind_rules *rules)
{
	struct err e;
	bool changed = !same_rules(&s->rules, rules);

	s->rules = *rules;
	if (changed && s->fd != -1 && bind_change(s->fd, &s->at, rules, &e) == -1)
		log_warn("socket %s: %s", s->at.url, e.msg);
}

/* ---- what a process names ---- */

/* Without an owner in the file: the user that the program runs as. */
static struct bind_rules
rules_of(const struct program *conf, struct conf_owner owner, int mode, int64_t backlog)
{
	if (owner.uid == (uid_t)-1 && conf->user.set && conf->user.uid != geteuid())
		owner = (struct conf_owner){ conf->user.uid, conf->user.gid };
	return (struct bind_rules){ owner, mode, backlog };
}

static struct bind_rules
rules_of_fcgi(const struct program *conf)
{
	return rules_of(conf, conf->fcgi->socket_owner, conf->fcgi->socket_mode,
	    conf->fcgi->socket_backlog);
}

static struct bind_rules
rules_of_sockets(const struct program *conf)
{
	return rules_of(conf, conf->sockets_owner, conf->sockets_mode,
	    conf->sockets_backlog);
}

static struct psocket *
name_socket(const struct conf_socket *at, const struct bind_rules *rules)
{
	struct psocket *s = psocket_find(at);

	if (s == NULL)
		s = psocket_new(at);
	if (s == NULL)
		return NULL;
	set_rules(s, rules);
	s->named++;
	return s;
}

static void
release(struct proc_sockets *ps)
{
	if (ps == NULL)
		return;
	if (ps->fcgi != NULL)
		ps->fcgi->named--;
	for (size_t i = 0; i < ps->n; i++) {
		ps->v[i]->named--;
		ps->v[i]->held--;
	}
	free(ps);
}

static int
no_memory(struct err *e)
{
	return err_set(e, FAULT_FAILED, "out of memory");
}

static void
count_user(struct proc_sockets *ps, bool used)
{
	if (ps == NULL || ps->used == used)
		return;
	ps->used = used;
	if (ps->fcgi != NULL)
		ps->fcgi->users += used ? 1 : -1U;
}

static bool
names_any(const struct program *conf)
{
	return conf->sockets.n > 0 || conf->fcgi != NULL;
}

/* All that conf names, in *out (NULL: nothing); opens nothing. */
static int
collect(const struct program *conf, struct proc_sockets **out, struct err *e)
{
	struct bind_rules fcgi, rules = rules_of_sockets(conf);
	struct proc_sockets *ps;

	*out = NULL;
	if (!names_any(conf))
		return 0;
	ps = calloc(1, sizeof(*ps) + conf->sockets.n * sizeof(ps->v[0]));
	if (ps == NULL)
		return no_memory(e);
	if (conf->fcgi != NULL) {
		fcgi = rules_of_fcgi(conf);
		ps->fcgi = name_socket(&conf->fcgi->at, &fcgi);
	}
	for (; ps->n < conf->sockets.n; ps->n++) {
		ps->v[ps->n] = name_socket(&conf->sockets.v[ps->n], &rules);
		if (ps->v[ps->n] == NULL)
			break;
		ps->v[ps->n]->held++;
		ps->v[ps->n]->tidy = true;
	}
	*out = ps;
	if (ps->n == conf->sockets.n && (conf->fcgi == NULL || ps->fcgi != NULL))
		return 0;
	release(ps);
	*out = NULL;
	return no_memory(e);
}

static int
open_held(const struct proc_sockets *ps, struct err *e)
{
	for (size_t i = 0; ps != NULL && i < ps->n; i++)
		if (psocket_open(ps->v[i], e) == -1)
			return -1;
	return 0;
}

/* The first that names it tries whether it can be had, and errors show early. */
static int
try_fcgi(const struct proc_sockets *ps, struct err *e)
{
	struct psocket *s = ps != NULL ? ps->fcgi : NULL;

	if (s == NULL || s->named > 1 || s->fd != -1)
		return 0;
	if (psocket_open(s, e) == -1)
		return -1;
	close_unused(s);
	return 0;
}

static void
sweep(struct loop_job *j)
{
	struct psocket *s, *next;

	(void)j;
	TAILQ_FOREACH_SAFE(s, &all, link, next)
		if (s->named == 0)
			psocket_free(s);
		else
			close_unused(s);
}

static void
sweep_later(void)
{
	loop_job_add(&sweep_job, sweep);
}

int
sockets_attach(struct proc *p, struct err *e)
{
	if (collect(p->conf, &p->sockets, e) == -1)
		return -1;
	if (open_held(p->sockets, e) == 0 && try_fcgi(p->sockets, e) == 0)
		return 0;
	sockets_detach(p);
	return -1;
}

void
sockets_update(struct proc *p)
{
	struct proc_sockets *old = p->sockets, *new;
	struct err e;

	if (old == NULL && !names_any(p->conf))
		return;
	if (collect(p->conf, &new, &e) == -1)
		log_error("%s: no sockets: %s", p->conf->name, e.msg);
	p->sockets = new;
	count_user(new, old != NULL && old->used);
	count_user(old, false);
	release(old);
	/* its start tries again, and gives up as any other */
	if (open_held(new, &e) == -1)
		log_error("%s: %s", p->conf->name, e.msg);
	sweep_later();
}

void
sockets_detach(struct proc *p)
{
	if (p->sockets == NULL)
		return;
	sockets_left(p);
	release(p->sockets);
	p->sockets = NULL;
	sweep_later();
}

/* ---- children ---- */

int
sockets_open(struct proc *p, struct err *e)
{
	/* an update may have had no memory for them */
	if (p->sockets == NULL && collect(p->conf, &p->sockets, e) == -1)
		return -1;
	if (p->sockets == NULL)
		return 0;
	if (p->sockets->fcgi != NULL && psocket_open(p->sockets->fcgi, e) == -1)
		return -1;
	return open_held(p->sockets, e);
}

void
sockets_not_used(struct proc *p)
{
	if (p->sockets != NULL && p->sockets->fcgi != NULL)
		close_unused(p->sockets->fcgi);
}

void
sockets_taken(struct proc *p)
{
	count_user(p->sockets, true);
}

void
sockets_left(struct proc *p)
{
	count_user(p->sockets, false);
	sockets_not_used(p);
}

int
sockets_fcgi(const struct proc *p)
{
	return p->sockets != NULL && p->sockets->fcgi != NULL ? p->sockets->fcgi->fd : -1;
}

size_t
sockets_list(const struct proc *p, int fd[CONF_SOCKETS_MAX])
{
	size_t n = p->sockets != NULL ? p->sockets->n : 0;

	for (size_t i = 0; i < n; i++)
		fd[i] = p->sockets->v[i]->fd;
	return n;
}

/* ---- the core ---- */

void
sockets_init(void)
{
	struct psocket *s;

	TAILQ_FOREACH(s, &all, link) {
		s->slot = flight_take();
		flight_save_socket(s->slot, s->at.url, s->fd);
	}
}

void
sockets_settle(void)
{
	sweep(NULL);
}

void
sockets_close(void)
{
	struct psocket *s;

	TAILQ_FOREACH(s, &all, link)
		psocket_close(s);
}

void
sockets_release(bool keep)
{
	struct psocket *s, *next;

	loop_job_cancel(&sweep_job);
	TAILQ_FOREACH_SAFE(s, &all, link, next)
		if (!keep || !s->tidy || s->fd == -1)
			psocket_free(s);
}
