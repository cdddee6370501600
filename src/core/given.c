/*
 * What the files of a program say, as entries for its environment.
 */
#include "core/given.h"

#include <bsd/stdlib.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fd.h"
#include "conf/dotenv.h"
#include "core/core.h"
#include "core/secrets.h"

#define VALUE_MOST	(128 << 10)	/* bytes: exec takes no longer variable */

void
given_release(struct given *g)
{
	for (size_t i = 0; i < g->n; i++)
		if (g->v[i].entry != NULL) {
			explicit_bzero(g->v[i].entry, strlen(g->v[i].entry));
			free(g->v[i].entry);
		}
	free(g->v);
	*g = (struct given){ 0 };
}

static int
no_memory(struct err *e)
{
	return err_set(e, FAULT_FAILED, "out of memory");
}

static int
make_room(struct given *g, size_t more, struct err *e)
{
	struct given_var *v = reallocarray(g->v, g->n + more + 1, sizeof(*v));

	if (v == NULL)
		return no_memory(e);
	g->v = v;
	return 0;
}

static int
read_env_file(struct given *g, const struct conf_env_file *f, struct err *e)
{
	struct dotenv d;
	struct err why;

	if (dotenv_read(f->path, &d, &why) == -1) {
		if (errno == ENOENT && f->optional)
			return 0;
		return err_set(e, FAULT_FAILED, "env_file: %s", why.msg);
	}
	if (make_room(g, d.n, e) == -1) {
		dotenv_release(&d);
		return -1;
	}
	for (size_t i = 0; i < d.n; i++)
		g->v[g->n++] = (struct given_var){ d.v[i].entry, f->path, d.v[i].line, false };
	free(d.v);		/* its entries are ours now */
	return 0;
}

/* The text of a file as a value, without the end of its last line. */
static int
add_value(struct buf *entry, const char *path, struct err *e)
{
	size_t from = entry->len;

	if (fd_slurp_regular(path, VALUE_MOST, entry) == -1)
		return err_set(e, FAULT_FAILED, "cannot read %s: %s", path, strerror(errno));
	if (entry->len > from && entry->data[entry->len - 1] == '\n')
		entry->data[--entry->len] = '\0';
	if (entry->len > from && entry->data[entry->len - 1] == '\r')
		entry->data[--entry->len] = '\0';
	if (memchr(entry->data, '\0', entry->len) != NULL)
		return err_set(e, FAULT_FAILED, "there is a byte 0 in %s; file:%s gives such a"
		    " secret", path, path);
	return 0;
}

static int
read_secret(struct given *g, const struct proc *p, const char *secret, struct err *e)
{
	size_t len = strcspn(secret, "=");
	struct buf entry = { 0 };
	int rc;

	buf_add(&entry, secret, len + 1);
	rc = conf_secret_is_file(secret) ? secrets_path(p, secret, &entry, e) :
	    add_value(&entry, conf_secret_path(secret), e);
	if (rc == 0 && entry.failed)
		rc = no_memory(e);
	if (rc == 0)
		g->v[g->n++] = (struct given_var){ buf_steal(&entry),
			conf_secret_path(secret), 0, true };
	buf_wipe(&entry);
	return rc == 0 ? 0 : err_add(e, "secret.%.*s", (int)len, secret);
}

int
given_read(struct given *g, const struct proc *p, struct err *e)
{
	const struct conf_env *own = p->conf->env;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < own->env_file.n; i++)
		rc = read_env_file(g, &own->env_file.v[i], e);
	if (rc == 0)
		rc = make_room(g, own->secrets.n, e);
	for (size_t i = 0; rc == 0 && i < own->secrets.n; i++)
		rc = read_secret(g, p, own->secrets.v[i], e);
	if (rc == -1)
		given_release(g);
	return rc;
}
