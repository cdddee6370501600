/*
 * env_file: paths between commas; and the family secret.NAME, as NAME=path strings.
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/dotenv.h"
#include "conf/text.h"
#include "conf/words.h"

/* ---- env_file ---- */

static void
release_envfiles(void *field)
{
	struct envfilelist *l = field;

	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].path);
	free(l->v);
	*l = (struct envfilelist){ 0 };
}

static int
refuse_relative(struct err *e, const char *path, size_t len)
{
	return err_set(e, FAULT_CANT_REREAD,
	    "'%.*s' is no absolute path; %%(here)s/ is the directory of this file", (int)len,
	    path);
}

static int
add_envfile(struct envfilelist *l, const char *path, size_t len, struct err *e)
{
	struct conf_env_file *v = array_room(l->v, l->n, sizeof(*v));

	if (v == NULL)
		return err_no_memory(e);
	l->v = v;
	v[l->n] = (struct conf_env_file){ .optional = len > 0 && path[0] == '-' };
	if (v[l->n].optional) {
		path++;
		len--;
	}
	if (len == 0 || path[0] != '/')
		return refuse_relative(e, path, len);
	v[l->n].path = strndup(path, len);
	return v[l->n++].path != NULL ? 0 : err_no_memory(e);
}

static int
parse_envfiles(void *field, const char *text, struct conf_parse *p)
{
	struct envfilelist *l = field;
	const char *at = *text != '\0' ? text : NULL, *item;
	size_t len;

	while (text_item(&at, &item, &len))
		if (add_envfile(l, item, len, p->e) == -1) {
			release_envfiles(l);
			return -1;
		}
	return 0;
}

static void
print_envfiles(const void *field, struct buf *out)
{
	const struct envfilelist *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%s%s", i > 0 ? ", " : "", l->v[i].optional ? "-" : "",
		    l->v[i].path);
}

static bool
equal_envfiles(const void *a, const void *b)
{
	const struct envfilelist *s = a, *t = b;

	if (s->n != t->n)
		return false;
	for (size_t i = 0; i < s->n; i++)
		if (s->v[i].optional != t->v[i].optional ||
		    strcmp(s->v[i].path, t->v[i].path) != 0)
			return false;
	return true;
}

const struct conf_type conf_envfiles = {
	"files", NULL, parse_envfiles, print_envfiles, equal_envfiles, release_envfiles
};

/* ---- secret.NAME ---- */

const char *
conf_secret_path(const char *entry)
{
	const char *path = strchr(entry, '=') + 1;

	return conf_secret_is_file(entry) ? path + strlen(CONF_SECRET_FILE) : path;
}

bool
conf_secret_is_file(const char *entry)
{
	return strncmp(strchr(entry, '=') + 1, CONF_SECRET_FILE,
	    strlen(CONF_SECRET_FILE)) == 0;
}

static int
parse_secrets(void *field, const char *text, struct conf_parse *p)
{
	const char *path = text;
	struct buf entry = { 0 };

	if (!dotenv_is_name(p->member, strlen(p->member)))
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is no name of a variable: letters,"
		    " digits and _, and no digit first", p->member);
	if (strncmp(path, CONF_SECRET_FILE, strlen(CONF_SECRET_FILE)) == 0)
		path += strlen(CONF_SECRET_FILE);
	if (path[0] != '/')
		return refuse_relative(p->e, path, strlen(path));
	buf_addf(&entry, "%s=%s", p->member, text);
	if (strlist_add(field, buf_steal(&entry)) == -1 || env_sort(field) == -1)
		return err_no_memory(p->e);
	return 0;
}

static void
print_secrets(const void *field, struct buf *out)
{
	const struct strlist *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", l->v[i]);
}

static bool
equal_secrets(const void *a, const void *b)
{
	return conf_list.equal(a, b);
}

static void
release_secrets(void *field)
{
	strlist_release(field);
}

const struct conf_type conf_secrets = {
	"file", NULL, parse_secrets, print_secrets, equal_secrets, release_secrets
};
