/*
 * Types that fill more than one field: users, owners, addresses, log files.
 */
#include "conf/types.h"

#include <bsd/stdlib.h>
#include <bsd/sys/queue.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/account.h"
#include "conf/keys.h"
#include "conf/path.h"
#include "conf/text.h"

struct cached_user {
	SLIST_ENTRY(cached_user) link;
	struct conf_user user;
};

SLIST_HEAD(cached_user_list, cached_user);

/* A list will do: users are few, and looking one up reads a file. */
struct user_cache {
	struct cached_user_list users;
};

static void
release_user(void *field)
{
	struct conf_user *u = field;

	free(u->name);
	free(u->groups);
	*u = (struct conf_user){ 0 };
}

static int
copy_user(struct conf_user *to, const struct conf_user *from)
{
	*to = *from;
	to->name = strdup(from->name);
	to->groups = NULL;
	if (from->ngroups > 0) {
		to->groups = reallocarray(NULL, from->ngroups, sizeof(*to->groups));
		if (to->groups != NULL)
			memcpy(to->groups, from->groups,
			    from->ngroups * sizeof(*to->groups));
	}
	if (to->name != NULL && (to->groups != NULL || from->ngroups == 0))
		return 0;
	release_user(to);
	return -1;
}

struct user_cache *
user_cache_new(void)
{
	struct user_cache *c = calloc(1, sizeof(*c));

	if (c != NULL)
		SLIST_INIT(&c->users);
	return c;
}

void
user_cache_free(struct user_cache *c)
{
	struct cached_user *u;

	while (c != NULL && (u = SLIST_FIRST(&c->users)) != NULL) {
		SLIST_REMOVE_HEAD(&c->users, link);
		release_user(&u->user);
		free(u);
	}
	free(c);
}

/* Keeping is a favour: without memory the next one is looked up again. */
static void
remember(struct user_cache *c, const struct conf_user *user)
{
	struct cached_user *u = calloc(1, sizeof(*u));

	if (u == NULL || copy_user(&u->user, user) == -1) {
		free(u);
		return;
	}
	SLIST_INSERT_HEAD(&c->users, u, link);
}

static int
parse_user(void *field, const char *text, struct conf_parse *p)
{
	struct conf_user *user = field;
	struct cached_user *u;
	struct account a;
	int64_t n;

	if (p->users != NULL)
		SLIST_FOREACH(u, &p->users->users, link)
			if (strcmp(u->user.name, text) == 0)
				return copy_user(user, &u->user) == -1 ? err_no_memory(p->e) : 0;
	if (account_find(text, &a) == -1) {
		if (errno == ENOMEM)
			return err_no_memory(p->e);
		return err_set(p->e, FAULT_CANT_REREAD, "Invalid user %s %s",
		    text_int(text, 10, &n) == 0 ? "id" : "name", text);
	}
	*user = (struct conf_user){ true, strdup(text), a.uid, a.gid, a.groups, a.ngroups };
	if (user->name == NULL) {
		release_user(user);
		return err_no_memory(p->e);
	}
	if (p->users != NULL)
		remember(p->users, user);
	return 0;
}

static void
print_user(const void *field, struct buf *out)
{
	const struct conf_user *u = field;

	if (u->set)
		buf_adds(out, u->name);
}

static bool
equal_user(const void *a, const void *b)
{
	const struct conf_user *s = a, *t = b;

	return s->set == t->set && s->uid == t->uid && s->gid == t->gid &&
	    s->ngroups == t->ngroups && (s->ngroups == 0 ||
	    memcmp(s->groups, t->groups, s->ngroups * sizeof(*s->groups)) == 0);
}

const struct conf_type conf_user = {
	"user", NULL, parse_user, print_user, equal_user, release_user
};

/* "user" or "user:group"; without a text both stay as they are. */
static int
parse_owner(void *field, const char *text, struct conf_parse *p)
{
	struct conf_owner *o = field;
	const char *colon = strchr(text, ':');
	char *user = strndup(text, colon ? (size_t)(colon - text) : strlen(text));
	gid_t unused;
	int rc, no;

	if (user == NULL)
		return err_no_memory(p->e);
	o->gid = (gid_t)-1;
	rc = account_ids(user, &o->uid, &unused);
	if (rc == 0 && colon != NULL)
		rc = account_group(colon + 1, &o->gid);
	no = errno;
	free(user);
	if (rc == -1 && no == ENOMEM)
		return err_no_memory(p->e);
	return rc == 0 ? 0 : err_set(p->e, FAULT_CANT_REREAD, "'%s' is no user or user:group",
	    text);
}

static void
print_owner(const void *field, struct buf *out)
{
	const struct conf_owner *o = field;

	if (o->uid != (uid_t)-1)
		buf_addf(out, "%lld", (long long)o->uid);
	if (o->gid != (gid_t)-1)
		buf_addf(out, ":%lld", (long long)o->gid);
}

static bool
equal_owner(const void *a, const void *b)
{
	const struct conf_owner *s = a, *t = b;

	return s->uid == t->uid && s->gid == t->gid;
}

const struct conf_type conf_owner = {
	"owner", NULL, parse_owner, print_owner, equal_owner, NULL
};

static int
refuse_port(struct err *e, const char *text)
{
	struct buf shown = { 0 };

	text_repr(&shown, text, strlen(text));
	err_set(e, FAULT_CANT_REREAD, "not a valid port number: %s ", buf_text(&shown));
	buf_release(&shown);
	return -1;
}

int
conf_check_port(const char *text, int64_t *port, struct err *e)
{
	struct conf_parse plain = { .e = e };

	if (conf_integer.parse(port, text, &plain) == -1)
		return -1;
	if (*port < 1)
		return err_set(e, FAULT_CANT_REREAD, "%s is below lower bound (1)", text);
	if (*port > 65535)
		return err_set(e, FAULT_CANT_REREAD, "%s is above upper bound (65535)", text);
	return 0;
}

static int
parse_address(void *field, const char *text, struct conf_parse *p)
{
	struct conf_server *s = field;
	const char *colon = strrchr(text, ':');
	size_t host_len = colon != NULL ? (size_t)(colon - text) : 0;

	if (colon != NULL && colon[1] == '\0')
		return err_set(p->e, FAULT_CANT_REREAD, "no port number specified in ''");
	if (colon != NULL && conf_check_port(colon + 1, &s->port, p->e) == -1)
		return -1;
	if (colon == NULL && conf_check_port(text, &s->port, p->e) == -1)
		return refuse_port(p->e, text);
	if (host_len == 1 && text[0] == '*')
		host_len = 0;
	s->host = strndup(text, host_len);
	if (s->host == NULL)
		return err_no_memory(p->e);
	for (char *c = s->host; *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return 0;
}

static void
print_address(const void *field, struct buf *out)
{
	const struct conf_server *s = field;

	buf_addf(out, "%s:%lld", s->host != NULL && s->host[0] != '\0' ? s->host : "*",
	    (long long)s->port);
}

static bool
equal_address(const void *a, const void *b)
{
	const struct conf_server *s = a, *t = b;

	return s->port == t->port && s->host != NULL && t->host != NULL &&
	    strcmp(s->host, t->host) == 0;
}

static void
release_address(void *field)
{
	struct conf_server *s = field;

	free(s->host);
	s->host = NULL;
}

const struct conf_type conf_address = {
	"address", NULL, parse_address, print_address, equal_address,
	release_address
};

/* AUTO, NONE (or OFF), the old word syslog, or a path. */
static int
parse_logfile(void *field, const char *text, struct conf_parse *p)
{
	struct conf_stream *s = field;

	s->kind = LOGFILE_NONE;
	s->kind = LOGFILE_NONE;
	if (text[0] == '\0' || strcasecmp(text, "NONE") == 0 || strcasecmp(text, "OFF") == 0)
		return 0;
	if (strcasecmp(text, "AUTO") == 0) {
		s->kind = LOGFILE_AUTO;
		return 0;
	}
	if (strcasecmp(text, "syslog") == 0) {
		/* a rule of the section turns this into stdout_syslog */
		s->logfile = strdup(text);
		return s->logfile != NULL ? 0 : err_no_memory(p->e);
	}
	s->kind = LOGFILE_FILE;
	s->logfile = path_expand_user(text);
	if (s->logfile == NULL)
		return err_no_memory(p->e);
	if (path_has_directory(s->logfile))
		return 0;
	free(s->logfile);
	s->logfile = NULL;
	return err_set(p->e, FAULT_CANT_REREAD,
	    "The directory named as part of the path %s does not exist", text);
}

static void
print_logfile(const void *field, struct buf *out)
{
	const struct conf_stream *s = field;

	buf_adds(out, s->kind == LOGFILE_AUTO ? "AUTO" : s->kind == LOGFILE_NONE ? "NONE"
	    : s->logfile);
}

static bool
equal_logfile(const void *a, const void *b)
{
	const struct conf_stream *s = a, *t = b;

	return s->kind == t->kind &&
	    (s->kind != LOGFILE_FILE || strcmp(s->logfile, t->logfile) == 0);
}

static void
release_logfile(void *field)
{
	struct conf_stream *s = field;

	free(s->logfile);
	s->logfile = NULL;
}

const struct conf_type conf_logfile = {
	"file", NULL, parse_logfile, print_logfile, equal_logfile,
	release_logfile
};
