/*
 * Control calls of requests: they end with their request, and a stream that is not read
 * holds up those that feed it.
 */
#include <stdlib.h>

#include "http/conn.h"

static void
free_call(struct http_call *w)
{
	TAILQ_REMOVE(&w->r->answer->calls, w, link);
	loop_job_cancel(&w->job);
	free(w);
}

static void
on_reply(void *arg, const struct async_reply *reply)
{
	struct http_call *w = arg;
	struct request *r = w->r;
	request_done_fn done = w->done;

	if (!reply->continues)
		free_call(w);
	done(r, reply);
}

static void
tell_fault(struct http_call *w)
{
	struct err fault = w->fault;

	on_reply(w, &(struct async_reply){ .fault = &fault });
}

static void
on_job(struct loop_job *j)
{
	tell_fault(LOOP_OWNER(j, struct http_call, job));
}

void
request_call(struct request *r, unsigned flags, const char *method, const char *params,
    request_done_fn done)
{
	struct http_call *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		request_abort(r);
		return;
	}
	w->r = r;
	w->flags = flags;
	w->done = done;
	TAILQ_INSERT_TAIL(&r->answer->calls, w, link);
	w->async = async_call(http.calls, r->uid, flags, method, params, on_reply, w,
	    &w->fault);
	if (w->async == NULL)
		loop_job_add(&w->job, on_job);
	else if ((flags & ASYNC_MORE) && r->answer->calls_paused)
		async_pause(w->async, true);
}

/*
 * The core answers most calls faster than we could put the connection aside and take it
 * up again.  When it does not, it is busy, and the next requests are put aside at once,
 * until a try now and then finds it quick again.
 */
void
call_wait(struct request *r)
{
	static const unsigned skip = 20;	/* requests between two tries */
	static unsigned left;
	struct answer *a = r->answer;
	struct http_call *w;

	while (a->state == ANSWER_NONE && (w = TAILQ_FIRST(&a->calls)) != NULL) {
		if (w->async == NULL || (w->flags & (ASYNC_SLOW | ASYNC_MORE)))
			return;
		if (left > 0) {
			left--;
			return;
		}
		if (!async_wait(w->async)) {
			left = skip;
			return;
		}
	}
}

void
call_pace(struct request *r)
{
	struct answer *a = r->answer;
	bool pause = a->out.len - a->taken >= HTTP_STREAM_PAUSE;
	struct http_call *w;

	if (pause == a->calls_paused)
		return;
	a->calls_paused = pause;
	TAILQ_FOREACH(w, &a->calls, link)
		if (w->async != NULL && (w->flags & ASYNC_MORE))
			async_pause(w->async, pause);
}

void
call_cancel_all(struct request *r)
{
	struct http_call *w;

	while ((w = TAILQ_FIRST(&r->answer->calls)) != NULL) {
		if (w->async != NULL)
			async_cancel(w->async);
		free_call(w);
	}
}

void
call_shut_down(struct request *r)
{
	struct http_call *w = TAILQ_FIRST(&r->answer->calls);

	/* what the supervisor has told a stream before it told us to finish */
	if (w != NULL && w->async != NULL && (w->flags & ASYNC_MORE))
		async_take(w->async);
	TAILQ_FOREACH(w, &r->answer->calls, link) {
		if (w->async == NULL || !(w->flags & (ASYNC_SLOW | ASYNC_MORE)))
			continue;
		async_cancel(w->async);
		w->async = NULL;
		err_set(&w->fault, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
		loop_job_add(&w->job, on_job);
	}
}
