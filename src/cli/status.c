/*
 * status and pid.
 *
 * The server answers with the processes sorted; which of them belong to a word,
 * and in which order words are answered, is decided here, as supervisorctl does.
 */
#include "cli/ctl.h"

#include <stdlib.h>
#include <string.h>

#include "wire/json.h"
#include "wire/varlink.h"

#define NAME_WIDTH	30	/* columns at least; three blanks follow */

/* A process; all of it is in the reply's doc. */
struct row {
	const char *name, *group, *state, *description;
	yyjson_val *val;
};

/* Rows of one answer. */
struct table {
	struct reply reply;
	struct row *rows;	/* owned */
	size_t	 n;
};

static void
table_release(struct table *t)
{
	reply_release(&t->reply);
	free(t->rows);
}

static const char *
member(yyjson_obj_iter *it, const char *key)
{
	const char *text = yyjson_get_str(yyjson_obj_iter_get(it, key));

	return text != NULL ? text : "";
}

/*
 * Asked for in the order in which the server writes them, members are found
 * without a search: with a thousand rows that is half of the work.
 */
static struct row
row_of(yyjson_val *val)
{
	yyjson_obj_iter it = yyjson_obj_iter_with(val);
	struct row r = { .val = val };

	r.name = member(&it, "name");
	r.group = member(&it, "group");
	r.state = member(&it, "statename");
	r.description = member(&it, "description");
	return r;
}

/* The server's processes: those that words name, all without any. */
static int
fetch(struct ctl *c, const struct words *w, bool all, struct table *t, struct err *e)
{
	struct buf b = { 0 };
	yyjson_val *list, *val;
	yyjson_arr_iter it;
	int rc;

	*t = (struct table){ 0 };
	json_open(&b, '{');
	if (!all)
		params_names(&b, "names", w->v, w->n);
	if (w->guests)
		json_kbool(&b, "all", true);
	json_close(&b, '}');
	rc = ctl_call(c, CONTROL_INTERFACE ".Status", buf_text(&b), &t->reply, e);
	buf_release(&b);
	if (rc == -1)
		return -1;
	list = yyjson_obj_get(t->reply.params, "processes");
	t->rows = calloc(yyjson_arr_size(list) + 1, sizeof(*t->rows));
	if (t->rows == NULL) {
		table_release(t);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	yyjson_arr_iter_init(list, &it);
	while ((val = yyjson_arr_iter_next(&it)) != NULL)
		t->rows[t->n++] = row_of(val);
	return 0;
}

static bool
matches(const struct row *r, const struct spec *s)
{
	return strlen(r->group) == s->group_len &&
	    memcmp(r->group, s->group, s->group_len) == 0 &&
	    (s->name == NULL || strcmp(r->name, s->name) == 0);
}

/*
 * As the server understands what is no process and no group: a service, whose copies are the
 * groups x.0, x.1 and so on, or one copy with all its processes.
 */
static bool
is_copy(const struct row *r, const struct spec *s)
{
	const char *rest = r->group + s->group_len;
	bool one_word = s->name == NULL || (strlen(s->name) == s->group_len &&
	    memcmp(s->name, s->group, s->group_len) == 0);

	if (!one_word || strncmp(r->group, s->group, s->group_len) != 0)
		return false;
	return rest[0] == '\0' || (rest[0] == '.' && rest[1] != '\0' &&
	    rest[1 + strspn(rest + 1, "0123456789")] == '\0');
}

static bool
same_process(const struct row *a, const struct row *b)
{
	return strcmp(a->group, b->group) == 0 && strcmp(a->name, b->name) == 0;
}

/*
 * The rows that a word stands for, appended to out (NULL: counted only).  A name
 * that was asked for twice may have come twice: equal rows are neighbours.
 */
static size_t
pick_by(const struct table *t, const struct spec *s,
    bool (*fits)(const struct row *r, const struct spec *s), struct row *out)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++) {
		if (!fits(&t->rows[i], s) ||
		    (i > 0 && same_process(&t->rows[i - 1], &t->rows[i])))
			continue;
		if (out != NULL)
			out[n] = t->rows[i];
		n++;
		if (s->name != NULL && fits == matches)
			break;
	}
	return n;
}

static size_t
pick(const struct table *t, const char *word, struct row *out)
{
	struct spec s = spec_of(word);
	size_t n = pick_by(t, &s, matches, out);

	return n > 0 ? n : pick_by(t, &s, is_copy, out);
}

/* In the order of the words; errors of those that stand for nothing come first. */
static int
arrange(struct ctl *c, const struct words *w, struct table *t)
{
	struct row *rows;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++) {
		struct spec s = spec_of(w->v[i]);
		size_t found = pick(t, w->v[i], NULL);

		n += found;
		if (found > 0)
			continue;
		if (s.name == NULL)
			say_failed(c, EXIT_UNKNOWN, "%.*s: ERROR (no such group)",
			    (int)s.group_len, s.group);
		else
			say_failed(c, EXIT_UNKNOWN, "%s: ERROR (no such process)", w->v[i]);
	}
	rows = calloc(n + 1, sizeof(*rows));
	if (rows == NULL)
		return -1;
	n = 0;
	for (size_t i = 0; i < w->n; i++)
		n += pick(t, w->v[i], rows + n);
	free(t->rows);
	t->rows = rows;
	t->n = n;
	return 0;
}

static bool
is_stopped(const char *state)
{
	return strcmp(state, "STOPPED") == 0 || strcmp(state, "EXITED") == 0 ||
	    strcmp(state, "FATAL") == 0 || strcmp(state, "UNKNOWN") == 0;
}

/* Blanks up to `width` columns behind `from`. */
static void
pad(struct buf *b, size_t from, size_t width)
{
	size_t n = b->len - from;

	if (n < width && buf_reserve(b, width - n) == 0) {
		memset(b->data + b->len, ' ', width - n);
		b->len += width - n;
		b->data[b->len] = '\0';
	}
}

static size_t
name_width(const struct table *t)
{
	size_t widest = NAME_WIDTH;

	for (size_t i = 0; i < t->n; i++) {
		const struct row *r = &t->rows[i];
		size_t n = strlen(r->name);

		if (strcmp(r->group, r->name) != 0)
			n += strlen(r->group) + 1;
		if (n > widest)
			widest = n;
	}
	return widest + 3;
}

static void
add_row(const struct ctl *c, struct buf *b, const struct row *r, size_t width)
{
	size_t from = b->len;

	spec_print(b, r->group, r->name);
	pad(b, from, width);
	buf_adds(b, colour_of(c, r->state));
	from = b->len;
	buf_adds(b, r->state);
	pad(b, from, 10);
	buf_adds(b, colour_end(c));
	buf_adds(b, r->description);
	buf_addc(b, '\n');
}

static void
json_rows(const struct table *t)
{
	struct buf b = { 0 };

	buf_adds(&b, "[");
	for (size_t i = 0; i < t->n; i++) {
		buf_adds(&b, i > 0 ? ",\n" : "\n");
		json_value(&b, t->rows[i].val);
	}
	buf_adds(&b, t->n > 0 ? "\n]\n" : "]\n");
	say_buf(&b);
	buf_release(&b);
}

static void
show(struct ctl *c, const struct words *w, const struct table *t)
{
	bool trouble = false;	/* a process could not be started */
	size_t width = name_width(t);
	struct buf b = { 0 };

	buf_reserve(&b, t->n * (width + 60));
	for (size_t i = 0; i < t->n; i++) {
		const char *state = t->rows[i].state;

		if (is_stopped(state))
			c->status = EXIT_DEGRADED;
		trouble |= strcmp(state, "FATAL") == 0 || strcmp(state, "BACKOFF") == 0;
		if (!w->json)
			add_row(c, &b, &t->rows[i], width);
	}
	if (w->json) {
		json_rows(t);
	} else {
		say_buf(&b);
		if (trouble && !c->shell)
			hint(c, "supctl why NAME tells what is wrong");
	}
	buf_release(&b);
}

void
cmd_status(struct ctl *c, struct words *w)
{
	bool all = w->n == 0 || has_all(w);
	struct table t;
	struct err e;
	int waited = 0;

	if (!ctl_reach(c)) {
		if (c->status != EXIT_GENERIC)
			c->status = EXIT_UNKNOWN;
		return;
	}
	if (w->wait != NULL) {
		wait_for(c, w);
		waited = c->status;
	}
	if (fetch(c, w, all, &t, &e) == -1) {
		say_error(c, &e);
		return;
	}
	if (!all && arrange(c, w, &t) == -1)
		say_failed(c, EXIT_GENERIC, "error: out of memory");
	else
		show(c, w, &t);
	if (w->wait != NULL)
		c->status = waited;
	table_release(&t);
}

static void
add_pid(struct buf *b, const struct words *w, const struct row *r)
{
	if (!w->json) {
		buf_addf(b, "%d\n", (int)reply_int(r->val, "pid"));
		return;
	}
	buf_adds(b, b->len > 1 ? ",\n" : "\n");
	json_open(b, '{');
	json_kstr(b, "name", r->name);
	json_kstr(b, "group", r->group);
	json_kint(b, "pid", reply_int(r->val, "pid"));
	json_close(b, '}');
}

static void
pids(struct ctl *c, struct words *w)
{
	bool all = has_all(w);
	struct buf b = { 0 };
	struct table t;
	struct err e;

	if (fetch(c, w, all, &t, &e) == -1) {
		say_error(c, &e);
		return;
	}
	if (w->json)
		buf_addc(&b, '[');
	for (size_t i = 0; all && i < t.n; i++)
		add_pid(&b, w, &t.rows[i]);
	for (size_t i = 0; !all && i < w->n; i++) {
		struct row row;

		if (spec_of(w->v[i]).name == NULL || pick(&t, w->v[i], &row) == 0) {
			if (!w->json)
				buf_addf(&b, "No such process %s\n", w->v[i]);
			c->status = EXIT_GENERIC;
			continue;
		}
		if (reply_int(row.val, "pid") == 0)
			c->status = EXIT_NOT_RUNNING;
		add_pid(&b, w, &row);
	}
	if (w->json)
		buf_adds(&b, b.len > 1 ? "\n]\n" : "]\n");
	say_buf(&b);
	buf_release(&b);
	table_release(&t);
}

void
cmd_pid(struct ctl *c, struct words *w)
{
	struct reply r;
	struct err e;

	if (w->n > 0) {
		pids(c, w);
		return;
	}
	if (ctl_call(c, CONTROL_INTERFACE ".GetState", NULL, &r, &e) == -1) {
		say_error(c, &e);
		return;
	}
	say(w->json ? "{\"pid\":%d}" : "%d", (int)reply_int(r.params, "pid"));
	reply_release(&r);
}
