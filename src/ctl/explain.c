/*
 * The method Why: facts of one process, sentences from why.c, and the ring.
 */
#include <string.h>

#include "core/core.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "ctl/status.h"
#include "ctl/cause.h"
#include "ctl/why.h"
#include "wire/json.h"

static void
put_lines(struct buf *b, const struct buf *text)
{
	const char *line = buf_text(text), *end;

	while ((end = strchr(line, '\n')) != NULL) {
		json_bytes(b, line, (size_t)(end - line));
		line = end + 1;
	}
}

static void
put_transition(struct buf *b, const struct transition *t)
{
	static struct buf cause;

	buf_clear(&cause);
	cause_put(t, &cause);
	json_open(b, '{');
	json_key(b, "time");
	json_num(b, (double)t->wall_ms / 1000.0);
	json_kstr(b, "from", pstate_name((enum pstate)t->from));
	json_kstr(b, "to", pstate_name((enum pstate)t->to));
	json_kstr(b, "cause", buf_text(&cause));
	json_kint(b, "pid", t->pid);
	json_kint(b, "tries", t->fails);
	json_close(b, '}');
}

int
do_why(struct client *c, const struct vcall *call, struct err *e)
{
	struct why_now now = { .wall_ms = sys->wall_ms() };
	struct buf text = { 0 };
	const char *name;
	struct proc *p;
	uint32_t i;

	p = need_process(call, &name, e);
	if (p == NULL)
		return -1;
	now.timer_ms = p->due.queued ? 0 :
	    loop_timer_active(&p->timer) ? loop_timer_left(&p->timer) : -1;
	why_text(p, &now, &text);
	vreply_begin(&c->out);
	json_key(&c->out, "process");
	status_put(&c->out, p, now.wall_ms);
	json_key(&c->out, "text");
	json_open(&c->out, '[');
	put_lines(&c->out, &text);
	json_close(&c->out, ']');
	json_key(&c->out, "transitions");
	json_open(&c->out, '[');
	i = p->ntransitions > TRANSITIONS_KEPT ? p->ntransitions - TRANSITIONS_KEPT : 0;
	for (; i < p->ntransitions; i++)
		put_transition(&c->out, &p->ring[i % TRANSITIONS_KEPT]);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	c->out.failed |= text.failed;
	buf_release(&text);
	return 0;
}
