/*
 * The life of streams.
 */
#include "store/stream.h"

#include "serve/varlink.h"
#include "store/store.h"

static TAILQ_HEAD(, stream) streams = TAILQ_HEAD_INITIALIZER(streams);

void
stream_end(struct stream *s)
{
	TAILQ_REMOVE(&streams, s, link);
	s->release(s);
}

static void
on_gone(struct call *call)
{
	stream_end(call->data);
}

static void
on_room(struct call *call)
{
	struct stream *s = call->data;

	s->pump(s);
}

bool
stream_has_room(struct stream *s)
{
	if (s->call == NULL || call_has_room(s->call))
		return true;
	call_await(s->call, on_room);
	return false;
}

void
stream_begin(struct stream *s, struct call *call)
{
	s->call = call;
	if (call != NULL)
		call_keep(call, s, on_gone);
	TAILQ_INSERT_TAIL(&streams, s, link);
	if (!store_in_transaction())
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
		if (s->call != NULL)
			store_refuse(s->call, &e);
		stream_end(s);
	}
}
