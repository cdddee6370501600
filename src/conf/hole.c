/*
 * Values of the store in texts: finding and filling them.
 */
#include "conf/hole.h"

#include <stdlib.h>
#include <string.h>

#include "conf/words.h"

bool
hole_is_name(const char *name, size_t len)
{
	static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"0123456789_.:@+-/";
	size_t front = strlen(HOLE_NAME);

	if (len <= front || len > front + HOLE_PATH_MAX || memcmp(name, HOLE_NAME, front) != 0)
		return false;
	for (size_t i = front; i < len; i++)
		if (name[i] == '\0' || strchr(good, name[i]) == NULL)
			return false;
	/* a component has values, but is none: so no name of another kind is meant */
	return memchr(name, '/', len) != NULL;
}

size_t
hole_len(const char *text)
{
	size_t len;

	if (text[0] != '%' || text[1] != '(')
		return 0;
	len = strcspn(text + 2, ")");
	if (text[2 + len] != ')' || text[3 + len] != 's' || !hole_is_name(text + 2, len))
		return 0;
	return len + 4;
}

const char *
hole_find(const char *text, const char **path, size_t *len)
{
	for (; (text = strchr(text, '%')) != NULL; text++) {
		size_t whole = hole_len(text);

		if (whole == 0)
			continue;
		*path = text + 2 + strlen(HOLE_NAME);
		*len = whole - 4 - strlen(HOLE_NAME);
		return text;
	}
	return NULL;
}

void
hole_fill(const char *text, hole_fn value, struct buf *out)
{
	const char *hole, *path, *filler;
	size_t len;

	while ((hole = hole_find(text, &path, &len)) != NULL) {
		buf_add(out, text, (size_t)(hole - text));
		filler = value(path, len);
		text = hole + hole_len(hole);
		if (filler != NULL)
			buf_adds(out, filler);
		else
			buf_add(out, hole, (size_t)(text - hole));
	}
	buf_adds(out, text);
}

static bool
is_listed(const struct strlist *l, const char *path, size_t len)
{
	for (size_t i = 0; i < l->n; i++)
		if (strlen(l->v[i]) == len && memcmp(l->v[i], path, len) == 0)
			return true;
	return false;
}

static int
collect(struct program *p, const char *text)
{
	const char *path;
	size_t len;

	while (text != NULL && (text = hole_find(text, &path, &len)) != NULL) {
		text += hole_len(text);
		if (p->config == NULL && (p->config = calloc(1, sizeof(*p->config))) == NULL)
			return -1;
		if (!is_listed(&p->config->paths, path, len) &&
		    strlist_add(&p->config->paths, strndup(path, len)) == -1)
			return -1;
	}
	return 0;
}

int
hole_collect(struct program *p)
{
	if (collect(p, p->command) == -1)
		return -1;
	for (size_t i = 0; i < p->environment.n; i++)
		if (collect(p, p->environment.v[i]) == -1)
			return -1;
	return 0;
}
