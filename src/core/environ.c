/*
 * Environments of children.  Most strings are borrowed (our own environ, the
 * config); only those that differ from process to process are made here.
 */
#include "core/environ.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "core/ready.h"

#define DEFAULT_PATH "/bin:/usr/bin:/usr/local/bin"	/* supervisord's */

extern char **environ;

void
environ_init(void)
{
	unsigned char raw[8];

	if (sys->random(raw, sizeof(raw)) != sizeof(raw)) {
		/* early boot: unique on this machine is enough */
		int64_t now = sys->wall_ms() ^ ((int64_t)sys->getpid() << 40);

		memcpy(raw, &now, sizeof(raw));
	}
	for (size_t i = 0; i < sizeof(raw); i++)
		snprintf(core.run_id + 2 * i, 3, "%02x", raw[i]);
}

static size_t
key_length(const char *entry)
{
	return (size_t)(strchrnul(entry, '=') - entry);
}

/* Add, or replace the one of the same name.  There is room. */
static void
put(struct environ *e, char *entry)
{
	size_t len = key_length(entry);

	for (size_t i = 0; i < e->n; i++)
		if (e->v[i][0] == entry[0] && strncmp(e->v[i], entry, len) == 0 &&
		    e->v[i][len] == '=') {
			e->v[i] = entry;
			return;
		}
	e->v[e->n++] = entry;
}

char *
environ_server_url(const struct config *c)
{
	const struct conf_server *s = NULL;
	struct buf url = { 0 };

	for (size_t i = 0; i < c->nservers && (s == NULL || !s->is_unix); i++)
		if (s == NULL || c->servers[i].is_unix)
			s = &c->servers[i];
	if (s == NULL)
		return NULL;
	if (s->is_unix) {
		buf_adds(&url, "unix://");
		buf_adds(&url, s->file);
	} else
		buf_addf(&url, "http://%s:%lld",
		    s->host != NULL && s->host[0] != '\0' ? s->host : "localhost",
		    (long long)s->port);
	return buf_steal(&url);
}

#define LISTEN_N 4	/* entries of add_sockets(), and NOTIFY_SOCKET */
/* What every process gets from us, in this order. */
enum made { MADE_ENABLED, MADE_URL, MADE_PROCESS, MADE_GROUP, MADE_MARK, MADE_N };

static const char *const made_names[MADE_N] = {
	"SUPERVISOR_ENABLED", "SUPERVISOR_SERVER_URL", "SUPERVISOR_PROCESS_NAME",
	"SUPERVISOR_GROUP_NAME", MARK_NAME,
};

/* Our own environment, and where it has such entries already: it does not change. */
static struct {
	char	**v;		/* borrowed: environ; NULL: not looked at yet */
	size_t	 n;
	size_t	 at[MADE_N];	/* n: nowhere */
} ours;

static void
look_at_ours(void)
{
	static char *none[] = { NULL };
	char **v = environ != NULL ? environ : none;
	size_t n = 0;

	while (v[n] != NULL)
		n++;
	if (ours.v == v && ours.n == n)
		return;
	ours.v = v;
	ours.n = n;
	for (int m = 0; m < MADE_N; m++) {
		size_t len = strlen(made_names[m]), i;

		for (i = 0; i < n; i++)
			if (strncmp(v[i], made_names[m], len) == 0 && v[i][len] == '=')
				break;
		ours.at[m] = i;
	}
}

static void
put_made(struct environ *e, enum made m, char *entry)
{
	if (ours.at[m] < ours.n)
		e->v[ours.at[m]] = entry;
	else
		e->v[e->n++] = entry;
}

/* KEY=VALUE and its end. */
static void
add_entry(struct buf *b, enum made m, const char *value)
{
	buf_adds(b, made_names[m]);
	buf_addc(b, '=');
	buf_adds(b, value);
	buf_addc(b, '\0');
}

/* What tells our descendants from others; the mark of an outer supervisor stays. */
static void
add_mark(struct buf *b, const struct proc *p)
{
	buf_adds(b, MARK_NAME "=");
	if (ours.at[MADE_MARK] < ours.n) {
		buf_adds(b, ours.v[ours.at[MADE_MARK]] + sizeof(MARK_NAME));
		buf_addc(b, ' ');
	}
	buf_adds(b, core.run_id);
	buf_addc(b, ':');
	buf_adds(b, p->group->name);
	buf_addc(b, ':');
	buf_adds(b, p->conf->name);
	buf_addc(b, '\0');
}

/* By the convention of sd_listen_fds(3). */
static void
add_sockets(struct buf *b, const struct conf_sockets *l)
{
	buf_addf(b, "LISTEN_FDS=%zu%cLISTEN_FDNAMES=", l->n, 0);
	for (size_t i = 0; i < l->n; i++)
		buf_addf(b, "%s%s", i > 0 ? ":" : "", l->v[i].name);
	buf_addf(b, "%cLISTEN_PID=", 0);
	for (int i = 0; i < SPAWN_PID; i++)
		buf_addc(b, '\0');
}

/* What is different for each process, as NUL-separated entries in one text. */
static int
make_text(struct environ *e, const struct proc *p)
{
	char *url = p->conf->serverurl == NULL ? environ_server_url(core.config) : NULL;
	const char *server = p->conf->serverurl != NULL ? p->conf->serverurl : url;
	const char *notify = ready_socket(p);
	struct buf *b = &e->text;
	char *entry;

	add_entry(b, MADE_ENABLED, "1");
	if (server != NULL)
		add_entry(b, MADE_URL, server);
	add_entry(b, MADE_PROCESS, p->conf->name);
	add_entry(b, MADE_GROUP, p->group->name);
	add_mark(b, p);
	free(url);
	if (notify != NULL)
		buf_addf(b, "NOTIFY_SOCKET=%s%c", notify, 0);
	if (p->conf->sockets.n > 0)
		add_sockets(b, &p->conf->sockets);
	if (b->failed)
		return -1;
	if (p->conf->sockets.n > 0)	/* it is the last entry */
		e->pid_text = b->data + b->len - SPAWN_PID;
	entry = b->data;
	for (enum made m = MADE_ENABLED; m < MADE_N; m++) {
		if (m == MADE_URL && server == NULL)
			continue;
		put_made(e, m, entry);
		entry += strlen(entry) + 1;
	}
	for (; *entry != '\0'; entry += strlen(entry) + 1)
		put(e, entry);
	return 0;
}

/* Room for n entries and the NULL. */
static int
reserve(struct environ *e, size_t n)
{
	char **v;

	if (e->room > n)
		return 0;
	v = realloc(e->v, (n + 1) * sizeof(*v));
	if (v == NULL)
		return -1;
	e->v = v;
	e->room = n + 1;
	return 0;
}

int
environ_make(struct environ *e, const struct proc *p)
{
	const struct strlist *common = &core.config->supervisord.environment;

	look_at_ours();
	buf_clear(&e->text);
	e->pid_text = NULL;
	if (reserve(e, ours.n + MADE_N + LISTEN_N + common->n +
	    (p ? p->conf->environment.n : 0)) == -1)
		return -1;
	if (ours.n > 0)
		memcpy(e->v, ours.v, ours.n * sizeof(*e->v));
	e->n = ours.n;
	if (p != NULL) {
		if (make_text(e, p) == -1)
			return -1;
		for (size_t i = 0; i < common->n; i++)
			put(e, common->v[i]);
		for (size_t i = 0; i < p->conf->environment.n; i++)
			put(e, p->conf->environment.v[i]);
	}
	e->v[e->n] = NULL;
	return 0;
}

void
environ_release(struct environ *e)
{
	free(e->v);
	buf_release(&e->text);
	*e = (struct environ){ 0 };
}

static const char *
find_path(const struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (strncmp(l->v[i], "PATH=", 5) == 0)
			return l->v[i] + 5;
	return NULL;
}

const char *
environ_path(const struct proc *p)
{
	const char *path = find_path(&p->conf->environment);

	if (path == NULL)
		path = find_path(&core.config->supervisord.environment);
	if (path == NULL)
		path = getenv("PATH");
	return path != NULL ? path : DEFAULT_PATH;
}
