/*
 * Watch: every change that a glob names.  A client that is slower than the history is long
 * gets TOO_LATE, not a gap.
 */
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

#include "serve/varlink.h"
#include "store/path.h"
#include "store/stream.h"
#include "wire/json.h"

struct watch {
	struct stream s;
	char	*glob;		/* owned */
};

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
release(struct stream *s)
{
	struct watch *w = (struct watch *)(void *)s;

	free(w->glob);
	free(w);
}

static void
pump(struct stream *s)
{
	const struct watch *w = (const struct watch *)(const void *)s;
	struct tree_err e = { 0 };
	int n = STREAM_BATCH;

	while (n == STREAM_BATCH) {
		struct batch batch = { .glob = w->glob };

		if (!stream_has_room(s))
			return;
		json_open(&batch.text, '[');
		n = tree_changes(store_tree, s->next, STREAM_BATCH, put_change, &batch, &e);
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
	struct watch *w = calloc(1, sizeof(*w));
	const char *glob = "";
	int64_t from = tree_committed(store_tree) + 1;

	if (vcall_string(&call->v, "glob", &glob, e) == -1 ||
	    vcall_int(&call->v, "from", &from, e) == -1) {
		free(w);
		return -1;
	}
	if (w == NULL || (w->glob = strdup(glob)) == NULL) {
		free(w);
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	w->s = (struct stream){ .next = from > 0 ? from : 1, .pump = pump, .release = release };
	stream_begin(&w->s, call);
	return 0;
}
