/*
 * depends_on: items of NAME[:CONDITION][?].  NAME is a group, a program or
 * group:process; which of them it is turns out when all are known (load_depends.c).
 */
#include "conf/types.h"

#include <stdlib.h>
#include <string.h>

#include "conf/array.h"
#include "conf/text.h"

static const char *const cond_names[] = {
	[DEP_STARTED] = "started", [DEP_RUNNING] = "running", [DEP_READY] = "ready",
	[DEP_HEALTHY] = "healthy", [DEP_DONE] = "done",
};

#define CONDS (sizeof(cond_names) / sizeof(cond_names[0]))

const char *
conf_cond_name(enum dep_cond cond)
{
	return cond_names[cond];
}

static void
release_depends(void *field)
{
	struct deplist *l = field;

	for (size_t i = 0; i < l->n; i++) {
		free(l->v[i].group);
		free(l->v[i].process);
	}
	free(l->v);
	*l = (struct deplist){ 0 };
}

/* Cut ":condition" off the end of a text; false: there is none. */
static bool
cut_condition(const char *text, size_t *len, enum dep_cond *cond)
{
	for (size_t i = 0; i < CONDS; i++) {
		size_t n = strlen(cond_names[i]);

		if (*len > n && text[*len - n - 1] == ':' &&
		    strncmp(text + *len - n, cond_names[i], n) == 0) {
			*cond = (enum dep_cond)i;
			*len -= n + 1;
			return true;
		}
	}
	return false;
}

/* The next place of l; NULL: no memory. */
static struct conf_dep *
room(struct deplist *l)
{
	struct conf_dep *v = array_room(l->v, l->n, sizeof(*v));

	if (v == NULL)
		return NULL;
	l->v = v;
	v[l->n] = (struct conf_dep){ .cond = DEP_READY };
	return &v[l->n++];
}

static int
parse_item(struct deplist *l, const char *item, size_t len, struct conf_parse *p)
{
	struct conf_dep *d = room(l);
	const char *colon;
	size_t group;

	if (d == NULL)
		return err_no_memory(p->e);
	if (len > 0 && item[len - 1] == '?') {
		d->weak = true;
		len--;
	}
	cut_condition(item, &len, &d->cond);
	colon = memchr(item, ':', len);
	group = colon != NULL ? (size_t)(colon - item) : len;
	if (group == 0)
		return err_set(p->e, FAULT_CANT_REREAD,
		    "an item has no name: NAME:CONDITION is wanted, CONDITION one of started,"
		    " running, ready, healthy, done");
	d->group = strndup(item, group);
	if (colon != NULL && group + 1 < len && (colon[1] != '*' || group + 2 < len))
		d->process = strndup(colon + 1, len - group - 1);
	else
		colon = NULL;
	if (d->group == NULL || (colon != NULL && d->process == NULL))
		return err_no_memory(p->e);
	return 0;
}

static int
parse_depends(void *field, const char *text, struct conf_parse *p)
{
	struct deplist *l = field;
	const char *at = *text != '\0' ? text : NULL, *item;
	size_t len;

	while (text_item(&at, &item, &len))
		if (parse_item(l, item, len, p) == -1) {
			release_depends(l);
			return -1;
		}
	return 0;
}

static void
print_depends(const void *field, struct buf *out)
{
	const struct deplist *l = field;

	for (size_t i = 0; i < l->n; i++) {
		const struct conf_dep *d = &l->v[i];

		buf_addf(out, "%s%s%s%s:%s%s", i > 0 ? ", " : "", d->group,
		    d->process != NULL ? ":" : "", d->process != NULL ? d->process : "",
		    cond_names[d->cond], d->weak ? "?" : "");
	}
}

static bool
equal_process(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
equal_depends(const void *a, const void *b)
{
	const struct deplist *s = a, *t = b;

	if (s->n != t->n)
		return false;
	for (size_t i = 0; i < s->n; i++) {
		const struct conf_dep *d = &s->v[i], *o = &t->v[i];

		if (d->cond != o->cond || d->weak != o->weak ||
		    strcmp(d->group, o->group) != 0 || !equal_process(d->process, o->process))
			return false;
	}
	return true;
}

int
deplist_append(struct deplist *to, const struct deplist *from)
{
	for (size_t i = 0; i < from->n; i++) {
		const struct conf_dep *s = &from->v[i];
		struct conf_dep *d = room(to);

		if (d == NULL)
			return -1;
		d->cond = s->cond;
		d->weak = s->weak;
		d->group = strdup(s->group);
		d->process = s->process != NULL ? strdup(s->process) : NULL;
		if (d->group == NULL || (s->process != NULL && d->process == NULL))
			return -1;
	}
	return 0;
}

const struct conf_type conf_depends = {
	"dependencies", NULL, parse_depends, print_depends, equal_depends, release_depends
};
