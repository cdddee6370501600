/*
 * ready: how a process says, or shows, that it serves.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>

#include "conf/text.h"

#define FD_FIRST 3
#define FD_LAST	63

static int
refuse(struct conf_parse *p, const char *text)
{
	return err_set(p->e, FAULT_CANT_REREAD, "'%s' is not one of running, notify, fd:N,"
	    " listen:tcp:PORT, listen:unix:/PATH, file:/PATH", text);
}

static int
take_path(struct conf_ready *r, enum ready_kind kind, const char *path, struct conf_parse *p)
{
	r->kind = kind;
	r->path = strdup(path);
	return r->path != NULL ? 0 : err_no_memory(p->e);
}

static const char *
after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static int
parse_ready(void *field, const char *text, struct conf_parse *p)
{
	struct conf_ready *r = field;
	const char *rest;

	*r = (struct conf_ready){ .kind = READY_RUNNING };
	if (strcmp(text, "running") == 0)
		return 0;
	if (strcmp(text, "notify") == 0) {
		r->kind = READY_NOTIFY;
		return 0;
	}
	if ((rest = after(text, "listen:tcp:")) != NULL) {
		r->kind = READY_TCP;
		return conf_check_port(rest, &r->number, p->e);
	}
	if ((rest = after(text, "listen:unix:")) != NULL && *rest == '/')
		return take_path(r, READY_UNIX, rest, p);
	if ((rest = after(text, "file:")) != NULL && *rest == '/')
		return take_path(r, READY_FILE, rest, p);
	if ((rest = after(text, "fd:")) == NULL)
		return refuse(p, text);
	r->kind = READY_FD;
	if (text_int(rest, 10, &r->number) == -1 || r->number < FD_FIRST ||
	    r->number > FD_LAST)
		return err_set(p->e, FAULT_CANT_REREAD,
		    "'%s' is no descriptor between %d and %d", text, FD_FIRST, FD_LAST);
	return 0;
}

static void
print_ready(const void *field, struct buf *out)
{
	const struct conf_ready *r = field;

	switch (r->kind) {
	case READY_RUNNING:
		buf_adds(out, "running");
		break;
	case READY_NOTIFY:
		buf_adds(out, "notify");
		break;
	case READY_FD:
		buf_addf(out, "fd:%lld", (long long)r->number);
		break;
	case READY_TCP:
		buf_addf(out, "listen:tcp:%lld", (long long)r->number);
		break;
	case READY_UNIX:
		buf_addf(out, "listen:unix:%s", r->path);
		break;
	case READY_FILE:
		buf_addf(out, "file:%s", r->path);
		break;
	}
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
