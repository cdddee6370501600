/*
 * Streams of changes.  A stream keeps no queue: it has the revision that it has told, and
 * reads on from there as its client takes more.  A client that is slower than the history is
 * long gets TOO_LATE, not a gap.
 */
#include "store/store.h"

#include <bsd/sys/queue.h>
#include <stdlib.h>
#include <string.h>

#include "serve/varlink.h"
#include "store/path.h"
#include "wire/json.h"

#define BATCH		8	/* changes read at a time: each may be as large as a call */
#define TEXT_MAX	(16 * 1024)	/* bytes of a value as text */

struct stream {
	TAILQ_ENTRY(stream) link;
	struct call *call;
	int64_t	 next;		/* the first revision not told yet */
	void	(*pump)(struct stream *s);
	char	*glob;		/* Watch; owned */
	bool	 begun;		/* the first reply is out */
	/* Values: borrowed from the call */
	yyjson_val *paths;
	char	**told;		/* the text of each; NULL: null; owned */
	bool	*dirty;		/* may have changed */
};

static TAILQ_HEAD(, stream) streams = TAILQ_HEAD_INITIALIZER(streams);

/* ---- life ---- */

static void
stream_free(struct stream *s)
{
	for (size_t i = 0; s->told != NULL && i < yyjson_arr_size(s->paths); i++)
		free(s->told[i]);
	free(s->told);
	free(s->dirty);
	free(s->glob);
	free(s);
}

static void
on_gone(struct call *call)
{
	struct stream *s = call->data;

	TAILQ_REMOVE(&streams, s, link);
	stream_free(s);
}

static void
on_room(struct call *call)
{
	struct stream *s = call->data;

	s->pump(s);
}

/* The last reply was given: the call is over. */
static void
stream_end(struct stream *s)
{
	TAILQ_REMOVE(&streams, s, link);
	stream_free(s);
}

static void
stream_begin(struct stream *s, struct call *call)
{
	s->call = call;
	call_keep(call, s, on_gone);
	TAILQ_INSERT_TAIL(&streams, s, link);
	s->pump(s);
}

void
store_tell(void)
{
	struct stream *s, *next;

	TAILQ_FOREACH_SAFE(s, &streams, link, next)
		s->pump(s);
}

void
store_hush(void)
{
	static const struct tree_err e = { .why = TREE_FAILED, .e = { FAULT_SHUTDOWN_STATE,
		"the store ends" } };
	struct stream *s;

	while ((s = TAILQ_FIRST(&streams)) != NULL) {
		store_refuse(s->call, &e);
		stream_end(s);
	}
}

/* ---- Watch ---- */

struct batch {
	const char *glob;
	struct buf text;	/* an array of Change */
	bool	 any;
};

static void
put_change(void *arg, const struct tree_change *c)
{
	struct batch *batch = arg;
	struct buf *b = &batch->text;

	if (!path_concerns(batch->glob, c->path, c->tree))
		return;
	batch->any = true;
	json_open(b, '{');
	json_kint(b, "revision", c->revision);
	json_kstr(b, "path", c->path);
	json_kbool(b, "deleted", c->value == NULL);
	if (c->value != NULL) {
		json_key(b, "value");
		buf_adds(b, c->value);
	}
	json_close(b, '}');
}

static void
put_batch(struct stream *s, const struct batch *batch)
{
	struct buf *b = call_begin(s->call);

	json_key(b, "changes");
	buf_add(b, batch->text.data, batch->text.len);
	json_kint(b, "revision", s->next - 1);
	call_end(s->call, true);
	s->begun = true;
}

static void
pump_watch(struct stream *s)
{
	struct tree_err e = { 0 };
	int n = BATCH;

	while (n == BATCH) {
		struct batch batch = { .glob = s->glob };

		if (!call_has_room(s->call)) {
			call_await(s->call, on_room);
			return;
		}
		json_open(&batch.text, '[');
		n = tree_changes(store_tree, s->next, BATCH, put_change, &batch, &e);
		json_close(&batch.text, ']');
		if (n != -1) {
			s->next += n;
			if (batch.any || !s->begun)
				put_batch(s, &batch);
		}
		buf_release(&batch.text);
	}
	if (n == -1) {
		store_refuse(s->call, &e);
		stream_end(s);
	}
}

int
store_watch(struct call *call, struct err *e)
{
	struct stream *s = calloc(1, sizeof(*s));
	const char *glob = "";
	int64_t from = tree_committed(store_tree) + 1;

	if (vcall_string(&call->v, "glob", &glob, e) == -1 ||
	    vcall_int(&call->v, "from", &from, e) == -1) {
		free(s);
		return -1;
	}
	if (s == NULL || (s->glob = strdup(glob)) == NULL) {
		free(s);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	s->next = from > 0 ? from : 1;
	s->pump = pump_watch;
	stream_begin(s, call);
	return 0;
}

/* ---- Values ---- */

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
	struct stream *s = arg;
	const char *path = c->path;
	yyjson_val *one;
	size_t i, n;

	if (strncmp(path, local, sizeof(local) - 1) == 0)
		path += sizeof(local) - 1;
	else if (strcmp(path, TREE_LOCAL) == 0)
		path = "";
	yyjson_arr_foreach(s->paths, i, n, one)
		if (*path == '\0' || path_concerns(yyjson_get_str(one), path, true) ||
		    path_concerns(yyjson_get_str(one), c->path, true))
			s->dirty[i] = true;
}

static bool
is_same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static void
put_values(struct stream *s, bool all, struct buf *b, bool *any)
{
	yyjson_val *one;
	size_t i, n;

	json_open(b, '{');
	yyjson_arr_foreach(s->paths, i, n, one) {
		const char *path = yyjson_get_str(one);
		char *text;

		if (!s->dirty[i])
			continue;
		s->dirty[i] = false;
		text = text_of(path);
		if (all || !is_same(text, s->told[i])) {
			*any = true;
			json_key(b, path);
			if (text != NULL)
				json_str(b, text);
			else
				json_null(b);
		}
		free(s->told[i]);
		s->told[i] = text;
	}
	json_close(b, '}');
}

static void
reply_values(struct stream *s, const struct buf *values)
{
	struct buf *b = call_begin(s->call);

	json_key(b, "values");
	buf_add(b, values->data, values->len);
	json_kint(b, "revision", s->next - 1);
	call_end(s->call, s->call->v.more);
	s->begun = true;
}

static void
pump_values(struct stream *s)
{
	struct tree_err e = { 0 };
	struct buf values = { 0 };
	bool any = !s->begun;
	int n = BATCH;

	if (!call_has_room(s->call)) {
		call_await(s->call, on_room);
		return;
	}
	while (s->begun && n == BATCH) {
		n = tree_changes(store_tree, s->next, BATCH, mark, s, &e);
		s->next += n > 0 ? n : 0;
	}
	/* too late to know which: look at all; what is told is a state, not its way */
	if (n == -1 || !s->begun) {
		memset(s->dirty, 1, yyjson_arr_size(s->paths));
		s->next = tree_committed(store_tree) + 1;
	}
	put_values(s, !s->begun, &values, &any);
	if (any)
		reply_values(s, &values);
	buf_release(&values);
}

int
store_values(struct call *call, struct err *e)
{
	yyjson_val *paths = NULL;
	struct stream *s;
	size_t n;

	if (vcall_strings(&call->v, "paths", &paths, e) == -1)
		return -1;
	if (paths == NULL)
		return err_set(e, FAULT_INCORRECT_PARAMETERS, "INCORRECT_PARAMETERS: parameter"
		    " 'paths' is missing");
	n = yyjson_arr_size(paths);
	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->told = calloc(n + 1, sizeof(*s->told))) == NULL ||
	    (s->dirty = calloc(n + 1, sizeof(*s->dirty))) == NULL) {
		if (s != NULL)
			free(s->told);
		free(s);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	s->paths = paths;
	s->pump = pump_values;
	stream_begin(s, call);
	if (!call->v.more)
		stream_end(s);
	return 0;
}
