/*
 * Values: the present text of some paths, and again whenever it changes; for clients, and for
 * the core, whose programs name them.  What is told is a state, so changes in between may be
 * left out.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "base/loop.h"
#include "serve/guest.h"
#include "store/path.h"
#include "store/stream.h"
#include "wire/json.h"

#define TEXT_MAX	(16 * 1024)	/* bytes of a value as text */
#define PACKET_BYTES	(24 * 1024)	/* of values for the core; one more may be all escapes */
#define RETRY_MS	100		/* the core is busy */

struct values {
	struct stream s;
	yyjson_val *paths;	/* borrowed, from the call or from doc */
	yyjson_doc *doc;	/* owned; NULL: of a call */
	char	**told;		/* the text of each; NULL: null; owned */
	bool	*dirty;		/* may have changed */
	bool	 busy;		/* the core could not take all of it */
};

static struct values *of_core;	/* NULL: the core wants none */
static struct buf wanted;	/* its paths so far, an array */
static struct loop_timer retry;

static void
release(struct stream *s)
{
	struct values *v = (struct values *)(void *)s;

	if (v == of_core) {
		of_core = NULL;
		loop_timer_stop(&retry);
	}
	for (size_t i = 0; v->told != NULL && i < yyjson_arr_size(v->paths); i++)
		free(v->told[i]);
	free(v->told);
	free(v->dirty);
	yyjson_doc_free(v->doc);
	free(v);
}

static bool
put_scalar(struct buf *b, yyjson_val *v)
{
	if (yyjson_is_str(v))
		buf_add(b, yyjson_get_str(v), yyjson_get_len(v));
	else if (yyjson_is_num(v) || yyjson_is_bool(v))
		json_value(b, v);
	else
		return false;
	return true;
}

/* A value as text; false: it has none. */
static bool
put_text(struct buf *b, yyjson_val *v)
{
	size_t i, n;
	yyjson_val *item;

	if (!yyjson_is_arr(v))
		return put_scalar(b, v);
	yyjson_arr_foreach(v, i, n, item) {
		struct buf one = { 0 };
		bool fine = put_scalar(&one, item);

		if (i > 0)
			buf_addc(b, ',');
		buf_add(b, one.data, one.len);
		buf_release(&one);
		if (!fine)
			return false;
	}
	return true;
}

/* The text of a path now, which the caller frees; NULL: none. */
static char *
text_of(const char *path)
{
	struct buf json = { 0 }, text = { 0 };
	struct tree_err e = { 0 };
	int64_t revision;
	yyjson_doc *doc;
	bool fine;

	if (tree_get(store_tree, path, true, &json, &revision, &e) == -1) {
		buf_release(&json);
		return NULL;
	}
	doc = yyjson_read(json.data, json.len, 0);
	fine = put_text(&text, yyjson_doc_get_root(doc)) && text.len <= TEXT_MAX &&
	    memchr(buf_text(&text), '\0', text.len) == NULL;
	yyjson_doc_free(doc);
	buf_release(&json);
	if (fine) {
		buf_adds(&text, "");
		return buf_steal(&text);
	}
	buf_release(&text);
	return NULL;
}

/* Which values may a change have touched? */
static void
mark(void *arg, const struct tree_change *c)
{
	static const char local[] = TREE_LOCAL "/";
	struct values *v = arg;
	const char *path = c->path;
	yyjson_val *one;
	size_t i, n;

	if (strncmp(path, local, sizeof(local) - 1) == 0)
		path += sizeof(local) - 1;
	else if (strcmp(path, TREE_LOCAL) == 0)
		path = "";
	yyjson_arr_foreach(v->paths, i, n, one)
		if (*path == '\0' || path_concerns(yyjson_get_str(one), path, true) ||
		    path_concerns(yyjson_get_str(one), c->path, true))
			v->dirty[i] = true;
}

/* ---- replies ---- */

static void
on_retry(struct loop_timer *t)
{
	(void)t;
	if (of_core != NULL)
		of_core->s.pump(&of_core->s);
}

/* For the core; what it cannot take now is all told again, a little later. */
static void
send_values(struct values *v, const struct buf *values, bool end)
{
	struct buf b = { 0 };

	json_open(&b, '{');
	json_kstr(&b, "op", "values");
	json_key(&b, "values");
	buf_add(&b, values->data, values->len);
	json_kint(&b, "revision", v->s.next - 1);
	json_kbool(&b, "end", end);
	json_close(&b, '}');
	if (v->busy)
		buf_release(&b);
	else if (serve_link_send(&b) == -1) {
		v->busy = true;
		loop_timer_start(&retry, RETRY_MS, on_retry);
	}
}

static void
reply(struct values *v, const struct buf *values)
{
	struct call *call = v->s.call;
	struct buf *b;

	if (call == NULL) {
		send_values(v, values, true);
		return;
	}
	b = call_begin(call);
	json_key(b, "values");
	buf_add(b, values->data, values->len);
	json_kint(b, "revision", v->s.next - 1);
	call_end(call, call->v.more);
}

/* One value that may have changed; true: it has. */
static bool
put_value(struct values *v, size_t i, const char *path, bool always, struct buf *b)
{
	char *text = text_of(path), *told = v->told[i];
	bool same = text == NULL || told == NULL ? text == told : strcmp(text, told) == 0;

	v->dirty[i] = false;
	v->told[i] = text;
	free(told);
	if (same && !always)
		return false;
	json_key(b, path);
	if (text != NULL)
		json_str(b, text);
	else
		json_null(b);
	return true;
}

static void
put_values(struct values *v, bool all, struct buf *b, bool *any)
{
	yyjson_val *one;
	size_t i, n;

	json_open(b, '{');
	yyjson_arr_foreach(v->paths, i, n, one) {
		if (!v->dirty[i])
			continue;
		if (v->s.call == NULL && b->len > PACKET_BYTES) {
			json_close(b, '}');
			send_values(v, b, false);
			buf_clear(b);
			json_open(b, '{');
		}
		if (put_value(v, i, yyjson_get_str(one), all, b))
			*any = true;
	}
	json_close(b, '}');
}

static void
pump(struct stream *s)
{
	struct values *v = (struct values *)(void *)s;
	struct tree_err e = { 0 };
	struct buf values = { 0 };
	bool all = !s->begun;
	int n = STREAM_BATCH;

	if (!stream_has_room(s))
		return;
	while (!all && n == STREAM_BATCH) {
		n = tree_changes(store_tree, s->next, STREAM_BATCH, mark, v, &e);
		s->next += n > 0 ? n : 0;
	}
	if (n == -1 || all) {	/* -1: too late to know which */
		memset(v->dirty, 1, yyjson_arr_size(v->paths));
		s->next = tree_committed(store_tree) + 1;
	}
	v->busy = false;
	put_values(v, all, &values, &all);
	if (all)
		reply(v, &values);
	buf_release(&values);
	s->begun = !v->busy;
	if (s->call != NULL && !s->call->v.more)
		stream_end(s);
}

/* ---- asked ---- */

/* NULL: no memory.  doc is owned then. */
static struct values *
values_new(yyjson_val *paths, yyjson_doc *doc)
{
	struct values *v = calloc(1, sizeof(*v));
	size_t n = yyjson_arr_size(paths);

	if (v != NULL && (v->told = calloc(n + 1, sizeof(*v->told))) != NULL &&
	    (v->dirty = calloc(n + 1, sizeof(*v->dirty))) != NULL) {
		v->s = (struct stream){ .pump = pump, .release = release };
		v->paths = paths;
		v->doc = doc;
		return v;
	}
	if (v != NULL)
		free(v->told);
	free(v);
	return NULL;
}

int
store_values(struct call *call, struct err *e)
{
	yyjson_val *paths = NULL;
	struct values *v;

	if (vcall_strings(&call->v, "paths", &paths, e) == -1)
		return -1;
	if (paths == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: parameter"
		    " 'paths' is missing");
	v = values_new(paths, NULL);
	if (v == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	stream_begin(&v->s, call);
	return 0;
}

/* All paths have come: tell them from now on. */
static void
follow_for_core(void)
{
	yyjson_doc *doc;

	json_close(&wanted, ']');
	doc = yyjson_read(buf_text(&wanted), wanted.len, 0);
	buf_release(&wanted);
	if (of_core != NULL)
		stream_end(&of_core->s);
	of_core = doc != NULL ? values_new(yyjson_doc_get_root(doc), doc) : NULL;
	if (of_core == NULL) {
		yyjson_doc_free(doc);
		guest_log(LOG_ERRO, "out of memory: programs do not learn their values");
		return;
	}
	stream_begin(&of_core->s, NULL);
}

void
store_packet(const char *op, yyjson_val *root)
{
	yyjson_val *path;
	size_t i, n;

	if (strcmp(op, "wanted") != 0)
		return;
	if (yyjson_is_true(yyjson_obj_get(root, "begin"))) {
		buf_clear(&wanted);
		json_open(&wanted, '[');
	}
	yyjson_arr_foreach(yyjson_obj_get(root, "paths"), i, n, path)
		json_bytes(&wanted, yyjson_get_str(path), yyjson_get_len(path));
	if (yyjson_is_true(yyjson_obj_get(root, "end")))
		follow_for_core();
}
