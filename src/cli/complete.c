/*
 * What could stand where the cursor is: for Tab in the shell, and for the
 * completion scripts of other shells (the hidden command __complete).
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/varlink.h"

static int
add(struct candidates *l, const char *group, const char *name)
{
	struct buf b = { 0 };
	char **v;

	if ((l->n & (l->n - 1)) == 0) {		/* full at every power of two */
		v = realloc(l->v, (l->n == 0 ? 1 : l->n * 2) * sizeof(*v));
		if (v == NULL)
			return -1;
		l->v = v;
	}
	spec_print(&b, group, name);
	l->v[l->n] = buf_steal(&b);
	if (l->v[l->n] == NULL)
		return -1;
	l->n++;
	return 0;
}

static int
add_commands(struct candidates *l)
{
	for (const struct command *k = commands; k->name != NULL; k++)
		if (k->usage != NULL && add(l, k->name, k->name) == -1)
			return -1;
	return 0;
}

/* Rows come sorted by group: "group:*" stands before the first of one with members. */
static int
add_rows(struct candidates *l, yyjson_val *rows, bool groups)
{
	const char *last = "", *group, *name;
	yyjson_arr_iter it;
	yyjson_val *row;

	yyjson_arr_iter_init(rows, &it);
	while ((row = yyjson_arr_iter_next(&it)) != NULL) {
		group = reply_str(row, "group");
		name = reply_str(row, "name");
		if (groups) {
			if (strcmp(group, last) != 0 && add(l, group, group) == -1)
				return -1;
		} else {
			if (strcmp(group, last) != 0 && strcmp(group, name) != 0 &&
			    add(l, group, "*") == -1)
				return -1;
			if (add(l, group, name) == -1)
				return -1;
		}
		last = group;
	}
	return 0;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_unique(struct candidates *l)
{
	size_t kept = 0;

	if (l->n == 0)
		return;
	qsort(l->v, l->n, sizeof(*l->v), by_text);
	for (size_t i = 1; i < l->n; i++) {
		if (strcmp(l->v[i], l->v[kept]) == 0)
			free(l->v[i]);
		else
			l->v[++kept] = l->v[i];
	}
	l->n = kept + 1;
}

static int
add_from_server(struct ctl *c, struct candidates *l, const char *method, const char *key,
    bool groups)
{
	struct reply r;
	struct err e;
	int rc;

	if (ctl_call(c, method, NULL, &r, &e) == -1)
		return -1;
	rc = add_rows(l, yyjson_obj_get(r.params, key), groups);
	reply_release(&r);
	return rc;
}

int
candidates_collect(struct ctl *c, unsigned flags, struct candidates *out)
{
	int rc = 0;

	*out = (struct candidates){ 0 };
	if ((flags & WORDS_COMMANDS) != 0)
		rc = add_commands(out);
	if (rc == 0 && (flags & WORDS_PROCESSES) != 0)
		rc = add_from_server(c, out, CONTROL_INTERFACE ".Status", "processes", false);
	if (rc == 0 && (flags & WORDS_GROUPS) != 0) {
		/* What add wants is not active yet, what remove wants no longer read. */
		rc = add_from_server(c, out, CONTROL_INTERFACE ".GetConfig", "configs", true);
		if (rc == 0)
			rc = add_from_server(c, out, CONTROL_INTERFACE ".Status",
			    "processes", true);
		sort_unique(out);
	}
	if (rc == -1)
		candidates_release(out);
	return rc;
}

void
candidates_release(struct candidates *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct candidates){ 0 };
}

static void
keep_prefix(struct candidates *l, const char *prefix, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (strncmp(l->v[i], prefix, len) == 0)
			l->v[kept++] = l->v[i];
		else
			free(l->v[i]);
	}
	l->n = kept;
}

/* What the word at `from` can be: the first one is a command. */
static unsigned
wanted(const char *line, size_t from)
{
	const struct command *k;
	char name[32];
	size_t n;

	while (from > 0 && (*line == ' ' || *line == '\t')) {
		line++;
		from--;
	}
	if (from == 0)
		return WORDS_COMMANDS;
	n = strcspn(line, " \t");
	if (n >= sizeof(name))
		return 0;
	memcpy(name, line, n);
	name[n] = '\0';
	k = command_find(name);
	return k != NULL ? k->flags & (WORDS_COMMANDS | WORDS_PROCESSES | WORDS_GROUPS) : 0;
}

int
complete_line(struct ctl *c, const char *line, size_t len, struct candidates *out,
    size_t *prefix_len)
{
	size_t from = len;

	while (from > 0 && line[from - 1] != ' ' && line[from - 1] != '\t')
		from--;
	*prefix_len = len - from;
	if (candidates_collect(c, wanted(line, from), out) == -1)
		return -1;
	keep_prefix(out, line + from, len - from);
	return 0;
}

size_t
complete_common(const struct candidates *l)
{
	size_t n = l->n > 0 ? strlen(l->v[0]) : 0;

	for (size_t i = 1; i < l->n; i++)
		for (size_t k = 0; k < n; k++)
			if (l->v[i][k] != l->v[0][k])
				n = k;
	return n;
}

/* One on each line; nothing at all when there is no answer, and no complaint. */
void
cmd_complete(struct ctl *c, struct words *w)
{
	static const struct {
		const char *word;
		unsigned flag;
	} kinds[] = {
		{ "commands", WORDS_COMMANDS },
		{ "processes", WORDS_PROCESSES },
		{ "groups", WORDS_GROUPS },
	};
	struct candidates list;
	struct buf b = { 0 };
	unsigned flags = 0;

	for (size_t i = 0; i < w->n; i++)
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++)
			if (strcmp(kinds[k].word, w->v[i]) == 0)
				flags |= kinds[k].flag;
	if (candidates_collect(c, flags, &list) == -1) {
		c->status = EXIT_GENERIC;
		return;
	}
	for (size_t i = 0; i < list.n; i++)
		buf_addf(&b, "%s\n", list.v[i]);
	say_buf(&b);
	buf_release(&b);
	candidates_release(&list);
}
