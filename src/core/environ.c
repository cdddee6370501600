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
#include "conf/hole.h"
#include "conf/words.h"
#include "core/ready.h"
#include "core/values.h"

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

#define LISTEN_N 6	/* entries of add_sockets() and add_notify() */
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
	if (ours.at[m] < e->inherited)
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

/* Room for the child's pid; where it is. */
static size_t
add_pid(struct buf *b)
{
	size_t at = b->len;

	for (int i = 1; i < SPAWN_PID; i++)
		buf_addc(b, '0');
	buf_addc(b, '\0');
	return at;
}

/* By the convention of sd_listen_fds(3); where the pid goes, or 0. */
static size_t
add_sockets(struct buf *b, const struct conf_sockets *l)
{
	if (l->n == 0)
		return 0;
	buf_addf(b, "LISTEN_FDS=%zu%cLISTEN_FDNAMES=", l->n, 0);
	for (size_t i = 0; i < l->n; i++)
		buf_addf(b, "%s%s", i > 0 ? ":" : "", l->v[i].name);
	buf_addf(b, "%cLISTEN_PID=", 0);
	return add_pid(b);
}

/* By those of sd_notify(3) and sd_watchdog_enabled(3); the same. */
static size_t
add_notify(struct buf *b, const struct proc *p)
{
	const char *socket = ready_socket(p);

	if (socket == NULL)
		return 0;
	buf_addf(b, "NOTIFY_SOCKET=%s%c", socket, 0);
	if (p->conf->watch == NULL || p->conf->watch->watchdog == 0)
		return 0;
	buf_addf(b, "WATCHDOG_USEC=%lld%cWATCHDOG_PID=",
	    (long long)p->conf->watch->watchdog * 1000, 0);
	return add_pid(b);
}

/* What is different for each process, as NUL-separated entries in one text. */
static int
make_text(struct environ *e, const struct proc *p)
{
	char *url = p->conf->serverurl == NULL ? environ_server_url(core.config) : NULL;
	const char *server = p->conf->serverurl != NULL ? p->conf->serverurl : url;
	struct buf *b = &e->text;
	size_t at[2];
	char *entry;

	add_entry(b, MADE_ENABLED, "1");
	if (server != NULL)
		add_entry(b, MADE_URL, server);
	add_entry(b, MADE_PROCESS, p->conf->name);
	add_entry(b, MADE_GROUP, p->group->name);
	add_mark(b, p);
	free(url);
	at[0] = add_notify(b, p);
	at[1] = add_sockets(b, &p->conf->sockets);
	if (b->failed)
		return -1;
	for (int i = 0; i < 2; i++)
		e->pid_text[i] = at[i] != 0 ? b->data + at[i] : NULL;
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

/* Later ones replace earlier ones. */
static void
put_list(struct environ *e, const struct strlist *l)
{
	for (size_t i = 0; i < l->n; i++)
		put(e, l->v[i]);
}

/* The program's own; those with values of the store are made here. */
static int
put_section(struct environ *e, const struct proc *p)
{
	const struct strlist *l = &p->conf->environment;
	const char *path;
	size_t len;

	for (size_t i = 0; i < l->n; i++) {
		struct buf text = { 0 };

		if (p->values == NULL || hole_find(l->v[i], &path, &len) == NULL) {
			put(e, l->v[i]);
			continue;
		}
		values_fill(l->v[i], &text);
		if (strlist_add(&e->filled, buf_steal(&text)) == -1)
			return -1;
		put(e, e->filled.v[e->filled.n - 1]);
	}
	return 0;
}

/* What files say stands around the program's own: env_file before it, secrets behind. */
static int
put_own(struct environ *e, const struct proc *p)
{
	const struct program *conf = p->conf;
	size_t i = 0;

	if (conf->env != NULL)
		put_list(e, &conf->env->account);
	if (conf->copy != NULL)
		put_list(e, &conf->copy->peers);
	for (; i < e->given.n && !e->given.v[i].secret; i++)
		put(e, e->given.v[i].entry);
	if (put_section(e, p) == -1)
		return -1;
	for (; i < e->given.n; i++)
		put(e, e->given.v[i].entry);
	return 0;
}

int
environ_make(struct environ *env, const struct proc *p, struct err *e)
{
	const struct strlist *common = &core.config->supervisord.environment;
	const struct conf_env *own = p != NULL ? p->conf->env : NULL;

	look_at_ours();
	buf_clear(&env->text);
	env->pid_text[0] = env->pid_text[1] = NULL;
	given_release(&env->given);
	strlist_release(&env->filled);
	if (own != NULL && given_read(&env->given, p, e) == -1)
		return -1;
	if (reserve(env, ours.n + MADE_N + LISTEN_N + common->n + env->given.n +
	    (p ? p->conf->environment.n : 0) + (own ? own->account.n : 0) +
	    (p && p->conf->copy ? p->conf->copy->peers.n : 0)) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	env->inherited = own != NULL && own->env_clear ? 0 : ours.n;
	if (env->inherited > 0)
		memcpy(env->v, ours.v, ours.n * sizeof(*env->v));
	env->n = env->inherited;
	if (p != NULL) {
		if (make_text(env, p) == -1)
			return err_set(e, FAULT_FAILED, "out of memory");
		put_list(env, common);
		if (put_own(env, p) == -1)
			return err_set(e, FAULT_FAILED, "out of memory");
	}
	env->v[env->n] = NULL;
	return 0;
}

void
environ_forget(struct environ *env)
{
	given_release(&env->given);
	strlist_release(&env->filled);
	env->n = 0;
}

int
environ_add(struct environ *env, const char *entry)
{
	if (reserve(env, env->n + 1) == -1)
		return -1;
	put(env, (char *)(uintptr_t)entry);
	env->v[env->n] = NULL;
	return 0;
}

void
environ_release(struct environ *env)
{
	environ_forget(env);
	free(env->v);
	buf_release(&env->text);
	*env = (struct environ){ 0 };
}

static bool
is_of(const struct strlist *l, const char *entry)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == entry)
			return true;
	return false;
}

enum environ_origin
environ_origin(const struct environ *env, const struct proc *p, size_t i,
    const struct given_var **given)
{
	const char *entry = env->v[i];

	*given = NULL;
	for (size_t j = 0; j < env->given.n; j++)
		if (env->given.v[j].entry == entry) {
			*given = &env->given.v[j];
			return env->given.v[j].secret ? FROM_SECRET : FROM_FILE;
		}
	if (is_of(&p->conf->environment, entry) || is_of(&env->filled, entry) ||
	    (p->conf->copy != NULL && is_of(&p->conf->copy->peers, entry)))
		return FROM_PROGRAM;
	if (p->conf->env != NULL && is_of(&p->conf->env->account, entry))
		return FROM_ACCOUNT;
	if (is_of(&core.config->supervisord.environment, entry))
		return FROM_COMMON;
	if (entry >= env->text.data && entry < env->text.data + env->text.len)
		return FROM_US;
	return FROM_OUTSIDE;
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
	if (path == NULL && (p->conf->env == NULL || !p->conf->env->env_clear))
		path = getenv("PATH");
	return path != NULL ? path : DEFAULT_PATH;
}
