/*
 * env: the variables of a process, and where each comes from.
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/varlink.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(reply_str(*(yyjson_val *const *)a, "name"),
	    reply_str(*(yyjson_val *const *)b, "name"));
}

/* The array's rows by name; the caller frees them.  NULL: no memory. */
static yyjson_val **
sorted(yyjson_val *rows, size_t *n)
{
	yyjson_val **v = calloc(yyjson_arr_size(rows) + 1, sizeof(*v)), *row;
	yyjson_arr_iter it;

	*n = 0;
	yyjson_arr_iter_init(rows, &it);
	while (v != NULL && (row = yyjson_arr_iter_next(&it)) != NULL)
		v[(*n)++] = row;
	if (v != NULL)
		qsort(v, *n, sizeof(*v), by_name);
	return v;
}

/* "environment of /etc/x.conf:12", "inherited" */
static void
add_origin(struct buf *b, yyjson_val *row)
{
	static const struct {
		const char *word, *text;
	} texts[] = {
		{ "inherited", "inherited" }, { "supervisor", "set by the supervisor" },
		{ "supervisord", "environment of [supervisord] in " },
		{ "user_env", "user_env of " }, { "environment", "environment of " },
		{ "env_file", "" }, { "secret", "secret " },
	};
	const char *origin = reply_str(row, "origin"), *text = origin;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(texts[i].word, origin) == 0)
			text = texts[i].text;
	buf_adds(b, text);
	buf_adds(b, reply_str(row, "place"));
}

/* A line break in a value shall not look like another variable. */
static void
add_value(struct buf *b, const char *value)
{
	for (; *value != '\0'; value++)
		if (*value == '\n')
			buf_adds(b, "\\n");
		else
			buf_addc(b, *value);
}

static void
show_rows(yyjson_val **rows, size_t n)
{
	struct buf b = { 0 };

	for (size_t i = 0; i < n; i++) {
		buf_addf(&b, "%s=", reply_str(rows[i], "name"));
		add_value(&b, reply_str(rows[i], "value"));
		buf_adds(&b, "  # ");
		add_origin(&b, rows[i]);
		buf_addc(&b, '\n');
	}
	say_buf(&b);
	buf_release(&b);
}

void
cmd_env(struct ctl *c, struct words *w)
{
	struct reply r;
	yyjson_val **rows;
	size_t n;

	if (!ctl_ask_about(c, w, "env", CONTROL_INTERFACE ".GetEnvironment", NULL, &r))
		return;
	rows = sorted(yyjson_obj_get(r.params, "variables"), &n);
	if (w->json)
		say_rows(yyjson_obj_get(r.params, "variables"));
	else if (rows != NULL)
		show_rows(rows, n);
	free(rows);
	reply_release(&r);
}
