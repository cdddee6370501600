/*
 * Files of services are written when a configuration comes into use, whole to another
 * name and renamed.  A home that cannot be written costs the files, and a line in the log:
 * the processes have all of it in their environment, too.
 */
#include "core/services.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "conf/service.h"
#include "conf/words.h"
#include "core/remember.h"

/* ---- texts ---- */

/* A string of JSON, which is one of YAML as well. */
static void
put_string(struct buf *b, const char *text, size_t len)
{
	buf_addc(b, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_addf(b, "\\%c", c);
		else if (c < ' ' || c == 0x7f)
			buf_addf(b, "\\u%04x", c);
		else
			buf_addc(b, (char)c);
	}
	buf_addc(b, '"');
}

static void
put_pair(struct buf *b, const char *entry, bool yaml)
{
	size_t len = strcspn(entry, "=");

	if (yaml)
		buf_add(b, entry, len);
	else
		put_string(b, entry, len);
	buf_adds(b, ": ");
	put_string(b, entry + len + 1, strlen(entry + len + 1));
}

/* The peers, and over them what is the process's own. */
static int
merge(const struct program *p, struct strlist *all)
{
	return strlist_copy(all, &p->copy->peers) == -1 ||
	    strlist_copy(all, &p->environment) == -1 || env_sort(all) == -1 ? -1 : 0;
}

static void
put_all(struct buf *b, const struct strlist *all, bool yaml)
{
	buf_adds(b, yaml ? "" : "{\n");
	for (size_t i = 0; i < all->n; i++) {
		buf_adds(b, yaml ? "" : "    ");
		put_pair(b, all->v[i], yaml);
		buf_adds(b, yaml || i + 1 == all->n ? "\n" : ",\n");
	}
	buf_adds(b, yaml ? "" : "}\n");
}

/* ---- files ---- */

/* Does the file say that already? */
static bool
is_same(const char *path, const struct buf *text)
{
	int fd = sys->open(path, O_RDONLY, 0);
	bool same = fd != -1;
	size_t at = 0;
	char part[4096];
	ssize_t n;

	while (same && (n = sys->read(fd, part, sizeof(part))) > 0) {
		same = at + (size_t)n <= text->len &&
		    memcmp(text->data + at, part, (size_t)n) == 0;
		at += (size_t)n;
	}
	if (fd != -1)
		sys->close(fd);
	return same && at == text->len;
}

/* -1 with errno.  Only who runs the process may read it: there may be passwords in it. */
static int
write_new(const char *path, const struct buf *text, const struct program *p)
{
	int fd, rc = -1, no;

	sys->unlink(path);		/* of an earlier time; never through a link */
	fd = sys->open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	if (fd == -1)
		return -1;
	if (sys->write(fd, text->data, text->len) == (ssize_t)text->len)
		rc = 0;
	no = rc == 0 ? 0 : errno != 0 ? errno : ENOSPC;
	sys->close(fd);
	if (rc == 0 && p->user.set && geteuid() == 0 &&
	    sys->chown(path, p->user.uid, p->user.gid) == -1) {
		rc = -1;
		no = errno;
	}
	errno = no;
	return rc;
}

/* Returns whether it has another content now. */
static bool
write_path(const struct program *p, const char *path, const struct buf *text)
{
	struct buf fresh = { 0 };
	bool written = false;

	buf_addf(&fresh, "%s.new", path);
	if (!text->failed && !fresh.failed && !is_same(path, text)) {
		written = write_new(buf_text(&fresh), text, p) == 0 &&
		    sys->rename(buf_text(&fresh), path) == 0;
		if (!written) {
			log_warn("cannot write %s: %s", path, strerror(errno));
			sys->unlink(buf_text(&fresh));
		}
	}
	buf_release(&fresh);
	return written;
}

static void
write_file(const struct program *p, const char *kind, const struct buf *text)
{
	struct buf path = { 0 };

	buf_addf(&path, "%s/environment", p->copy->home);
	if (p->copy->number > 0)
		buf_addf(&path, ".%jd", (intmax_t)p->copy->number);
	buf_addf(&path, ".%s", kind);
	if (!path.failed)
		write_path(p, buf_text(&path), text);
	buf_release(&path);
}

static void
write_environment(const struct program *p)
{
	struct strlist all = { 0 };
	struct buf text = { 0 };

	if (merge(p, &all) == 0) {
		put_all(&text, &all, false);
		write_file(p, "json", &text);
		buf_clear(&text);
		put_all(&text, &all, true);
		write_file(p, "yml", &text);
	}
	buf_release(&text);
	strlist_release(&all);
}

static void
keep_ports(const struct config *c, const struct conf_service *s)
{
	struct buf text = { 0 };
	char *file = conf_service_file(s);
	bool kept;
	struct err e;

	conf_service_print(&text, c, s);
	if (file != NULL && !text.failed && remember(file, buf_text(&text), &kept, &e) == -1)
		log_error("%s", e.msg);
	free(file);
	buf_release(&text);
}

/* Does something run that has read the old file?  It is told to read the new one. */
static void
reload_front(const struct conf_service *s)
{
	struct buf name = { 0 };
	struct pgroup *g;
	struct proc *p;

	buf_addf(&name, "%s.haproxy", s->name);
	g = core_find_group(buf_text(&name));
	buf_release(&name);
	p = g != NULL ? TAILQ_FIRST(&g->procs) : NULL;
	if (p != NULL && p->conf->copy != NULL && p->pid > 0 && pstate_is_running(p->fsm.st))
		proc_signal(p, SIGUSR2, NULL);
}

static void
write_front(const struct conf_service *s, const struct program *p)
{
	struct buf text = { 0 }, path = { 0 };

	if (s == NULL)
		return;
	conf_service_haproxy(&text, s);
	buf_addf(&path, "%s/" HAPROXY_FILE, p->copy->home);
	if (write_path(p, buf_text(&path), &text))
		reload_front(s);
	buf_release(&text);
	buf_release(&path);
}

/* ---- programs of a tree; those in use are with their processes ---- */

static struct proc *
find_proc(const char *group, size_t i)
{
	struct pgroup *g = core_find_group(group);
	struct proc *p = g != NULL ? TAILQ_FIRST(&g->procs) : NULL;

	for (; p != NULL && i > 0; i--)
		p = TAILQ_NEXT(p, link);
	return p;
}

void
services_settle(const struct config *c)
{
	for (size_t i = 0; i < c->nservices; i++)
		if (c->services[i].fresh)
			keep_ports(c, &c->services[i]);
	for (size_t i = 0; c->nservices > 0 && i < c->ngroups; i++) {
		const struct group *g = c->groups[i];

		for (size_t k = 0; k < g->nprograms; k++) {
			const struct program *p = g->programs[k];
			const struct proc *running = p == NULL ? find_proc(g->name, k) : NULL;

			if (p == NULL && running != NULL)
				p = running->conf;
			if (p != NULL && p->copy != NULL && p->copy->writes)
				write_environment(p);
			if (p != NULL && p->copy != NULL && p->copy->number == COPY_FRONT)
				write_front(conf_find_service(c, strchr(p->section, ':') + 1),
				    p);
		}
	}
}

void
services_tell(const struct config *c)
{
	for (size_t i = 0; c->nservices > 0 && i < c->ngroups; i++) {
		const struct group *g = c->groups[i];
		struct pgroup *used = core_find_group(g->name);
		struct proc *p;

		if (used == NULL)
			continue;
		TAILQ_FOREACH(p, &used->procs, link)
			for (size_t k = 0; k < g->nprograms; k++) {
				struct program *to = g->programs[k];
				struct conf_copy *old = p->conf->copy;

				if (to == NULL || to->copy == NULL || old == NULL ||
				    strcmp(to->name, p->conf->name) != 0)
					continue;
				p->conf->copy = to->copy;
				to->copy = old;
			}
	}
}
