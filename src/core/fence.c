/*
 * A fence is put up before each start but the first: the streams are described to the
 * logger once more, with a new number, and the start waits for its answer, but not for ever.
 */
#include "core/fence.h"

#include "base/log.h"
#include "core/launch.h"
#include "core/readiness.h"
#include "core/stream.h"

#define FENCE_MS 1000		/* for a logger that does not answer: then without */

static void
may_start_now(struct readiness *r)
{
	struct proc *p = r->p;

	loop_timer_stop(&r->patience);
	r->acks = 0;
	r->fenced = true;
	if (p->fsm.st == P_STARTING && p->pid == 0)
		launch_start(p);
}

static void
on_patience(struct loop_timer *t)
{
	struct readiness *r = LOOP_OWNER(t, struct readiness, patience);

	log_warn("%s: the logger does not say whether it has read what was written before",
	    r->p->conf->name);
	may_start_now(r);
}

void
fence_starting(struct proc *p)
{
	if (p->readiness == NULL)
		return;
	p->readiness->fenced = false;
	p->readiness->acks = 0;
	loop_timer_stop(&p->readiness->patience);
}

bool
fence_waits(struct proc *p)
{
	struct readiness *r = p->readiness;

	if (r == NULL || p->conf->ready.kind != READY_LOG || p->last_pid == 0 || r->fenced)
		return false;
	if (r->acks != 0)
		return true;
	r->fence++;
	for (int i = 0; i < 2; i++)
		if (p->streams[i].rd != -1) {
			r->acks |= 1U << i;
			stream_send_again(&p->streams[i]);
		}
	if (r->acks != 0)
		loop_timer_start(&r->patience, FENCE_MS, on_patience);
	return r->acks != 0;
}

void
fence_passed(struct proc *p, const struct stream *s, uint32_t fence)
{
	struct readiness *r = p->readiness;

	if (r == NULL || fence != r->fence || r->acks == 0)
		return;
	r->acks &= ~(1U << (s - p->streams));
	if (r->acks == 0)
		may_start_now(r);
}

void
fence_line_seen(struct proc *p, uint32_t fence)
{
	struct readiness *r = p->readiness;

	if (r == NULL || p->conf->ready.kind != READY_LOG || fence != r->fence || p->pid == 0)
		return;
	launch_poll(p);		/* who writes has passed exec */
	ready_serves(r);
}

const char *
fence_regex(const struct proc *p, uint32_t *fence)
{
	if (p->readiness == NULL || p->conf->ready.kind != READY_LOG)
		return NULL;
	*fence = p->readiness->fence;
	return p->conf->ready.path;
}
