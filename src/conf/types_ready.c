/*
 * ready and health: how a process says, or shows, that it serves, and goes on serving.
 */
#include "conf/types.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "conf/text.h"

#define FD_FIRST 3
#define FD_LAST	63

static const char *
after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static int
keep(struct conf_ready *r, const char *text, struct conf_parse *p)
{
	r->path = strdup(text);
	return r->path != NULL ? 0 : err_no_memory(p->e);
}

/* ---- what may follow the prefixes ---- */

static int
take_nothing(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	(void)r;
	return *rest == '\0' ? 0 : err_set(p->e, FAULT_CANT_REREAD,
	    "'%s' stands behind the word", rest);
}

static int
take_fd(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	if (text_int(rest, 10, &r->number) == 0 && r->number >= FD_FIRST &&
	    r->number <= FD_LAST)
		return 0;
	return err_set(p->e, FAULT_CANT_REREAD, "'fd:%s' is no descriptor between %d and %d",
	    rest, FD_FIRST, FD_LAST);
}

static int
take_port(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	return conf_check_port(rest, &r->number, p->e);
}

static int
take_path(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	if (*rest != '/')
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is no absolute path", rest);
	return keep(r, rest, p);
}

static int
take_regex(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	char why[80];
	regex_t re;
	int rc;

	if (*rest == '\0')
		return err_set(p->e, FAULT_CANT_REREAD, "log: has no expression");
	rc = regcomp(&re, rest, REG_EXTENDED | REG_NOSUB);
	if (rc == REG_ESPACE)
		return err_no_memory(p->e);
	if (rc != 0) {
		regerror(rc, &re, why, sizeof(why));
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is no regular expression: %s",
		    rest, why);
	}
	regfree(&re);
	return keep(r, rest, p);
}

static int
take_command(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	struct strlist words;
	size_t n;

	if (conf_split(rest, &words, p->e) == -1)
		return -1;
	n = words.n;
	strlist_release(&words);
	if (n == 0)
		return err_set(p->e, FAULT_CANT_REREAD, "exec: has no command");
	return keep(r, rest, p);
}

/* "http://host..." or "http:http://host..." */
static int
take_url(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	const char *slashes = after(rest, "http:") != NULL ? after(rest, "http:") : rest;
	const char *host = after(slashes, "//");
	struct buf url = { 0 };

	if (host == NULL || *host == '\0' || strchr("/?#", *host) != NULL ||
	    host[strcspn(host, " \t@")] != '\0')
		return err_set(p->e, FAULT_CANT_REREAD,
		    "'http:%s' is no URL like http://127.0.0.1:8080/", rest);
	buf_addf(&url, "http:%s", slashes);
	r->path = buf_steal(&url);
	return r->path != NULL ? 0 : err_no_memory(p->e);
}

/* PORT of this machine, or HOST:PORT. */
static int
take_endpoint(struct conf_ready *r, const char *rest, struct conf_parse *p)
{
	const char *port = strrchr(rest, ':');
	struct buf at = { 0 };

	if (conf_check_port(port != NULL ? port + 1 : rest, &r->number, p->e) == -1)
		return -1;
	if (port == rest)
		return err_set(p->e, FAULT_CANT_REREAD, "'tcp:%s' has no host", rest);
	buf_addf(&at, "%s%s", port == NULL ? "127.0.0.1:" : "", rest);
	r->path = buf_steal(&at);
	return r->path != NULL ? 0 : err_no_memory(p->e);
}

/* ---- the two types ---- */

enum { FOR_READY = 1, FOR_HEALTH = 2 };

static const struct form {
	const char *prefix;
	enum ready_kind kind;
	unsigned for_what;
	int	(*take)(struct conf_ready *r, const char *rest, struct conf_parse *p);
	const char *shown;	/* in a list of what is allowed */
} forms[] = {
	{ "running", READY_RUNNING, FOR_READY, take_nothing, "running" },
	{ "none", READY_RUNNING, FOR_HEALTH, take_nothing, "none" },
	{ "notify", READY_NOTIFY, FOR_READY, take_nothing, "notify" },
	{ "fd:", READY_FD, FOR_READY, take_fd, "fd:N" },
	{ "listen:tcp:", READY_TCP, FOR_READY, take_port, "listen:tcp:PORT" },
	{ "listen:unix:", READY_UNIX, FOR_READY, take_path, "listen:unix:/PATH" },
	{ "file:", READY_FILE, FOR_READY, take_path, "file:/PATH" },
	{ "log:", READY_LOG, FOR_READY, take_regex, "log:REGEX" },
	{ "exec:", READY_EXEC, FOR_READY | FOR_HEALTH, take_command, "exec:COMMAND" },
	{ "http:", READY_HTTP, FOR_READY | FOR_HEALTH, take_url, "http://HOST:PORT/PATH" },
	{ "tcp:", READY_CONNECT, FOR_HEALTH, take_endpoint, "tcp:PORT, tcp:HOST:PORT" },
	{ "unix:", READY_SOCKET, FOR_HEALTH, take_path, "unix:/PATH" },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static int
refuse(const char *text, unsigned for_what, struct conf_parse *p)
{
	struct buf known = { 0 };

	if (strncmp(text, "https:", 6) == 0)
		return err_set(p->e, FAULT_CANT_REREAD, "'%s': TLS is not spoken here; use"
		    " exec: with a client that does", text);
	for (size_t i = 0; i < FORMS; i++)
		if (forms[i].for_what & for_what)
			buf_addf(&known, "%s%s", known.len > 0 ? ", " : "", forms[i].shown);
	err_set(p->e, FAULT_CANT_REREAD, "'%s' is not one of %s", text, buf_text(&known));
	buf_release(&known);
	return -1;
}

static int
parse(struct conf_ready *r, const char *text, unsigned for_what, struct conf_parse *p)
{
	const char *rest;

	*r = (struct conf_ready){ .kind = READY_RUNNING };
	for (size_t i = 0; i < FORMS; i++) {
		rest = forms[i].for_what & for_what ? after(text, forms[i].prefix) : NULL;
		if (rest == NULL || (forms[i].take == take_nothing && *rest != '\0'))
			continue;
		r->kind = forms[i].kind;
		return forms[i].take(r, rest, p);
	}
	return refuse(text, for_what, p);
}

static void
print(const struct conf_ready *r, unsigned for_what, struct buf *out)
{
	const struct form *f = forms;

	while (f->kind != r->kind || !(f->for_what & for_what))
		f++;
	if (r->kind != READY_HTTP)
		buf_adds(out, f->prefix);
	if (r->path != NULL)
		buf_adds(out, r->path);
	else if (r->number != 0)
		buf_addf(out, "%lld", (long long)r->number);
}

static int
parse_ready(void *field, const char *text, struct conf_parse *p)
{
	return parse(field, text, FOR_READY, p);
}

static void
print_ready(const void *field, struct buf *out)
{
	print(field, FOR_READY, out);
}

static int
parse_health(void *field, const char *text, struct conf_parse *p)
{
	return parse(field, text, FOR_HEALTH, p);
}

static void
print_health(const void *field, struct buf *out)
{
	print(field, FOR_HEALTH, out);
}

static bool
equal_ready(const void *a, const void *b)
{
	const struct conf_ready *r = a, *s = b;

	return r->kind == s->kind && r->number == s->number &&
	    (r->path == NULL || s->path == NULL ? r->path == s->path :
	    strcmp(r->path, s->path) == 0);
}

static void
release_ready(void *field)
{
	struct conf_ready *r = field;

	free(r->path);
	r->path = NULL;
}

const struct conf_type conf_ready = {
	"condition", NULL, parse_ready, print_ready, equal_ready, release_ready
};

const struct conf_type conf_health = {
	"probe", NULL, parse_health, print_health, equal_ready, release_ready
};
