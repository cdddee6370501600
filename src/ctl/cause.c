/*
 * What has caused a transition, and the pieces that texts about a process are made of.
 */
#include "ctl/cause.h"

#include <sys/wait.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "core/core.h"

void
cause_put_time(struct buf *out, int64_t wall_ms)
{
	time_t at = (time_t)(wall_ms / 1000);
	char text[32];
	struct tm tm;

	if (localtime_r(&at, &tm) != NULL &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm) > 0)
		buf_adds(out, text);
}

void
cause_put_span(struct buf *out, int64_t ms)
{
	long long s = ms / 1000;

	if (ms < 0)
		ms = s = 0;
	if (ms < 10000)
		buf_addf(out, "%lld.%lld s", s, (long long)(ms % 1000 / 100));
	else if (s < 60)
		buf_addf(out, "%lld s", s);
	else if (s < 3600)
		buf_addf(out, "%lld min %lld s", s / 60, s % 60);
	else if (s < 86400)
		buf_addf(out, "%lld h %lld min", s / 3600, s % 3600 / 60);
	else
		buf_addf(out, "%lld d %lld h", s / 86400, s % 86400 / 3600);
}

void
cause_put_status(struct buf *out, int status)
{
	const char *name;

	if (!WIFSIGNALED(status)) {
		buf_addf(out, "exited with status %d", WEXITSTATUS(status));
		return;
	}
	name = conf_signal_name(WTERMSIG(status));
	if (name != NULL)
		buf_addf(out, "was ended by %s", name);
	else
		buf_addf(out, "was ended by signal %d", WTERMSIG(status));
	if (WCOREDUMP(status))
		buf_adds(out, " (core dumped)");
}

void
cause_put_oom(struct buf *out, int why)
{
	buf_addf(out, "was killed by the kernel (SIGKILL), because %s",
	    why == OOM_OWN_LIMIT ? "it needed more than memory_max" :
	    "the memory of the container or machine was used up");
}

/* A dependency: who is needed, or what became of who is. */
static void
put_dependency(const struct transition *t, struct buf *out)
{
	const struct proc *other = core_by_id((uint32_t)t->arg);
	struct buf name = { 0 };

	if (other != NULL)
		proc_full_name(other, &name);
	if (t->to != P_STARTING)
		buf_addf(out, "its dependency %s %s", buf_text(&name),
		    t->to == P_FATAL ? "failed" : "went down");
	else if (other != NULL)
		buf_addf(out, "%s needs it", buf_text(&name));
	else
		buf_adds(out, "what it depends on is there again");
	buf_release(&name);
}

/* A role: nobody has asked at the start of the supervisor, and in an update. */
static void
put_role(const struct transition *t, struct buf *out)
{
	buf_adds(out, t->to == P_STARTING ? "a role needs it" :
	    "a role that needs it was stopped");
	if (t->arg == -1)
		buf_adds(out, ", asked for over the network");
	else if (t->arg >= 0)
		buf_addf(out, ", asked for by uid %u", (unsigned)t->arg);
}

void
cause_put(const struct transition *t, struct buf *out)
{
	const char *name;

	switch ((enum cause)t->cause) {
	case CAUSE_NONE:
		buf_adds(out, "no cause is known");
		return;
	case CAUSE_AUTOSTART:
		buf_adds(out, "autostart");
		return;
	case CAUSE_OPERATOR:
		if (t->arg == -1)	/* known by a password or an address only */
			buf_adds(out, "asked for over the network");
		else
			buf_addf(out, "asked for by uid %u", (unsigned)t->arg);
		return;
	case CAUSE_UPTIME:
		buf_addf(out, "stayed up for more than %d s (startsecs)", (int)t->arg);
		return;
	case CAUSE_EXIT:
		cause_put_status(out, t->arg);
		return;
	case CAUSE_SPAWN:
		buf_adds(out, "could not be started");
		return;
	case CAUSE_RETRY:
		buf_adds(out, "the pause after the last failure was over");
		return;
	case CAUSE_AUTORESTART:
		buf_adds(out, "autorestart");
		return;
	case CAUSE_GAVE_UP:
		buf_adds(out, "startretries were used up");
		return;
	case CAUSE_STOPWAIT:
		buf_addf(out, "%s over, SIGKILL was sent", t->arg == 1 ?
		    "the times of stop_signals were" : "stopwaitsecs were");
		return;
	case CAUSE_SHUTDOWN:
		buf_adds(out, "the supervisor shuts down");
		return;
	case CAUSE_RESTART:
		buf_adds(out, "the supervisor restarts");
		return;
	case CAUSE_RELOAD:
		buf_adds(out, "update of the configuration");
		return;
	case CAUSE_KILL_FAILED:
		buf_addf(out, "the signal could not be sent: %s", strerror(t->arg));
		return;
	case CAUSE_RECOVERY:
		buf_adds(out, "found again after a crash of the supervisor");
		return;
	case CAUSE_NOT_READY:
		buf_addf(out, "was not ready after %d s (ready_timeout)", (int)t->arg);
		return;
	case CAUSE_READY:
		buf_adds(out, "said that it is ready");
		return;
	case CAUSE_UNHEALTHY:
		buf_addf(out, "was unhealthy: %d probes failed in a row (health)", (int)t->arg);
		return;
	case CAUSE_WATCHDOG:
		buf_adds(out, "gave no sign of life within ");
		cause_put_span(out, t->arg);
		buf_adds(out, " (watchdog)");
		return;
	case CAUSE_SCHEDULE:
		buf_adds(out, "schedule");
		return;
	case CAUSE_OOM:
		cause_put_oom(out, t->arg);
		return;
	case CAUSE_AGAIN:
		buf_adds(out, "was stopped in order to be started again");
		return;
	case CAUSE_LIMIT:
		buf_adds(out, "it has ended more often than restart_limit allows");
		return;
	case CAUSE_PERMANENT:
		buf_adds(out, "its exit status is one of permanent_exitcodes");
		return;
	case CAUSE_FATAL_RETRY:
		buf_adds(out, "fatal_retry was over");
		return;
	case CAUSE_NEXT_STEP:
		name = conf_signal_name(t->arg);
		if (t->arg == 0)
			buf_adds(out, "stop_command was run");
		else
			buf_addf(out, "the next step of its stop, %s was sent",
			    name != NULL ? name : "a signal");
		return;
	case CAUSE_DEPENDENCY:
		put_dependency(t, out);
		return;
	case CAUSE_ROLE:
		put_role(t, out);
		return;
	case CAUSE_CONFIG:
		buf_adds(out, t->to == P_STARTING ? "the value that it needs has come" :
		    t->to == P_FATAL ? "a value that it needs is not in the store" :
		    "a value of the store that it names has changed");
		return;
	}
	buf_adds(out, "no cause is known");
}
