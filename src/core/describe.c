/*
 * A process in supervisord's words: full name, description, exit status.
 */
#include <sys/wait.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "core/core.h"
#include "core/timetable.h"
#include "core/hooks.h"

void
proc_full_name(const struct proc *p, struct buf *out)
{
	if (strcmp(p->group->name, p->conf->name) != 0)
		buf_addf(out, "%s:", p->group->name);
	buf_adds(out, p->conf->name);
}

bool
proc_missing(const struct proc *p)
{
	bool done = p->fsm.st == P_EXITED && p->expected && !proc_restart_due(p);

	return p->want_up && p->fsm.st != P_RUNNING && !done;
}

int
proc_exitstatus(const struct proc *p)
{
	if (!p->has_status || !pstate_is_stopped(p->fsm.st))
		return 0;
	return WIFEXITED(p->status) ? WEXITSTATUS(p->status) : -1;
}

static void
add_two_digits(struct buf *out, int64_t n)
{
	char text[3] = { ':', (char)('0' + n / 10), (char)('0' + n % 10) };

	buf_add(out, text, sizeof(text));
}

static void
describe_uptime(const struct proc *p, struct buf *out)
{
	int64_t s = (loop_now() - p->start_ms) / 1000, days = s / 86400;

	buf_adds(out, "pid ");
	buf_addi(out, p->pid);
	buf_adds(out, ", uptime ");
	if (days > 0)
		buf_addf(out, "%lld day%s, ", (long long)days, days == 1 ? "" : "s");
	buf_addi(out, s % 86400 / 3600);
	add_two_digits(out, s % 3600 / 60);
	add_two_digits(out, s % 60);
}

/* "Nov 21 03:30 AM" */
static void
put_time(struct buf *out, int64_t wall_ms)
{
	time_t at = (time_t)(wall_ms / 1000);
	char text[32];
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL &&
	    strftime(text, sizeof(text), "%b %d %I:%M %p", &tm) > 0)
		buf_adds(out, text);
}

static void
describe_stop(const struct proc *p, struct buf *out)
{
	if (p->start_wall_ms == 0)
		buf_adds(out, "Not started");
	else		/* perhaps failed before there was a process */
		put_time(out, p->stop_wall_ms != 0 ? p->stop_wall_ms : p->start_wall_ms);
	if (p->timetable != NULL && p->timetable->due_wall_ms != -1 && !p->stopped_by_person) {
		buf_adds(out, ", next ");
		put_time(out, p->timetable->due_wall_ms);
	}
}

void
proc_describe(const struct proc *p, struct buf *out)
{
	switch (p->fsm.st) {
	case P_RUNNING:
		describe_uptime(p, out);
		break;
	case P_BACKOFF:
	case P_FATAL:
		if (p->spawnerr != NULL)
			buf_adds(out, p->spawnerr);
		else
			buf_addf(out, "unknown error (try \"tail %s\")", p->conf->name);
		break;
	case P_STOPPED:
	case P_EXITED:
		describe_stop(p, out);
		break;
	case P_STARTING:
		if (p->held) {
			buf_adds(out, "waits for ");
			order_text(p, out);
		} else if (p->pid == 0)
			hooks_text(p, out);
		break;
	case P_STOPPING:
	case P_UNKNOWN:
	case P_NSTATES:
		break;
	}
}
