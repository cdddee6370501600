/*
 * A container ends with its important program, and says how that went.  Only what a
 * program does counts: what a person stops is no reason to end.
 */
#include "core/outcome.h"

#include <sys/wait.h>

#include "base/log.h"
#include "core/life.h"
#include "core/timetable.h"

#define STATUS_NOT_EXECUTED	127	/* as a shell has it */
#define STATUS_FATAL		1	/* given up, although its exit statuses were 0 */

static struct {
	size_t	 live;		/* processes that run, or will without anybody's doing */
	int	 first_failure;	/* exit status for it; 0: none yet */
	int	 status;
} outcome;

void
outcome_init(void)
{
	outcome.live = 0;
	outcome.first_failure = outcome.status = 0;
}

int
core_exit_status(void)
{
	return outcome.status;
}

/* What a shell would say of the last run. */
static int
shell_status(const struct proc *p)
{
	if (p->not_executed)
		return STATUS_NOT_EXECUTED;
	if (!p->has_status)
		return STATUS_FATAL;
	return WIFSIGNALED(p->status) ? 128 + WTERMSIG(p->status) : WEXITSTATUS(p->status);
}

/* 0: that was success. */
static int
status_of(const struct proc *p)
{
	int status;

	if (p->fsm.st == P_EXITED && p->expected)
		return 0;
	status = shell_status(p);
	return status != 0 ? status : STATUS_FATAL;
}

static void
end_with(const struct proc *p, int status, const char *why)
{
	outcome.status = status;
	log_warn("%s is %s and %s: the supervisor ends with status %d", p->conf->name,
	    pstate_name(p->fsm.st), why, status);
	core_shutdown((struct asker){ CAUSE_SHUTDOWN, 0 });
}

/* p has ended by itself, for good. */
static void
judge(const struct proc *p)
{
	enum exit_when when = core.config->supd.exit_when;
	int status = status_of(p);

	if (outcome.first_failure == 0)
		outcome.first_failure = status;
	if (when == EXIT_NEVER)
		return;
	if (p->conf->essential)
		end_with(p, status, "essential");
	else if (when == EXIT_ANY_FATAL && p->fsm.st == P_FATAL)
		end_with(p, status, "exit_when is any-fatal");
	else if (when == EXIT_ALL_DONE && outcome.live == 0 && !timetable_any())
		end_with(p, outcome.first_failure, "the last one (exit_when is all-done)");
}

void
outcome_note(struct proc *p)
{
	bool live = !pstate_is_stopped(p->fsm.st) || proc_restart_due(p);
	bool was = p->live;

	if (p->group == core.guests || live == was)
		return;
	p->live = live;
	outcome.live += live ? 1 : (size_t)-1;
	if (!live && core.state == SUP_RUNNING && !p->leaving && !p->updating &&
	    p->want_up && (p->fsm.st == P_EXITED || p->fsm.st == P_FATAL))
		judge(p);
}
