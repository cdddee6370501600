/*
 * The method GetRuns: what the schedule of a process says, and its last runs.
 */
#include <sys/wait.h>

#include "core/core.h"
#include "core/timetable.h"
#include "ctl/cause.h"
#include "ctl/methods.h"
#include "ctl/select.h"
#include "wire/json.h"

/* The words of the protocol. */
static const char *const results[] = {
	[RUN_NOW] = "running", [RUN_ENDED] = "ended", [RUN_NOT_STARTED] = "not started",
	[RUN_SKIPPED] = "skipped", [RUN_STOPPED] = "stopped", [RUN_OFF] = "off",
	[RUN_MISSED] = "missed",
};

static const char *
reason(const struct run *r)
{
	switch ((enum run_result)r->result) {
	case RUN_SKIPPED:
		return "the run before it had not ended";
	case RUN_STOPPED:
		return "a person had stopped the program";
	case RUN_OFF:
		return "no role that was on had it";
	case RUN_MISSED:
		return "its time had passed when it was noticed";
	case RUN_NOT_STARTED:
		return "it could not be started";
	case RUN_NOW:
	case RUN_ENDED:
		break;
	}
	return "";
}

static void
put_run(struct buf *b, const struct run *r)
{
	struct buf text = { 0 };
	bool exited = r->result == RUN_ENDED && WIFEXITED(r->status);

	if (r->result == RUN_ENDED)
		cause_put_status(&text, r->status);
	else
		buf_adds(&text, reason(r));
	json_open(b, '{');
	json_key(b, "time");
	json_num(b, (double)r->wall_ms / 1000.0);
	json_kstr(b, "result", results[r->result]);
	if (r->result == RUN_NOW || r->took_ms >= 0) {
		json_key(b, "duration");
		json_num(b, (double)(r->result == RUN_NOW ? loop_now() - r->since_ms :
		    r->took_ms) / 1000.0);
	}
	if (r->result == RUN_ENDED)
		json_kint(b, "exitstatus", exited ? WEXITSTATUS(r->status) : -1);
	json_kstr(b, "text", buf_text(&text));
	json_close(b, '}');
	b->failed |= text.failed;
	buf_release(&text);
}

int
do_get_runs(struct client *c, const struct vcall *call, struct err *e)
{
	const struct timetable *t;
	const char *name;
	struct proc *p;
	uint32_t i;

	p = need_process(call, &name, e);
	if (p == NULL)
		return -1;
	t = p->timetable;
	if (t == NULL)
		return err_set(e, FAULT_FAILED, "FAILED: %s has no schedule", name);
	vreply_begin(&c->out);
	json_kstr(&c->out, "schedule", p->conf->when->schedule.text);
	if (p->conf->when->zone != NULL)
		json_kstr(&c->out, "zone", p->conf->when->zone);
	if (t->due_wall_ms != -1) {
		json_key(&c->out, "next");
		json_num(&c->out, (double)t->due_wall_ms / 1000.0);
	}
	json_kbool(&c->out, "stopped", p->stopped_by_person);
	json_key(&c->out, "runs");
	json_open(&c->out, '[');
	i = t->nruns > RUNS_KEPT ? t->nruns - RUNS_KEPT : 0;
	for (; i < t->nruns; i++)
		put_run(&c->out, &t->runs[i % RUNS_KEPT]);
	json_close(&c->out, ']');
	vreply_end(&c->out, false);
	return 0;
}
