/*
 * The sentences of why, from records made by hand.
 */
#include "ctl/pools.h"
#include "ctl/why.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "core/core.h"

#include "ctl_words.h"
#include "tap.h"

#define T0 1795236660000	/* 2026-11-21 04:51:00 UTC */

static struct program rules;
static struct proc p;

static struct proc *other;

struct proc *
core_by_id(uint32_t id)
{
	return other != NULL && other->id == id ? other : NULL;
}

void
proc_full_name(const struct proc *q, struct buf *out)
{
	buf_adds(out, q->conf->name);
}

void
pools_explain(const struct proc *q, struct buf *out)
{
	(void)q;
	(void)out;
}

static void
fresh(void)
{
	static int zero;

	rules = (struct program){ .name = (char *)(uintptr_t)"web", .autostart = true,
		.startsecs = 1, .startretries = 3, .stopwaitsecs = 10, .stopsignal = SIGTERM,
		.exitcodes = { &zero, 1 }, .autorestart = RESTART_UNEXPECTED };
	p = (struct proc){ .conf = &rules };
}

static void
step(int64_t at, enum pstate to, enum cause cause, int arg)
{
	p.ring[p.ntransitions++ % TRANSITIONS_KEPT] = (struct transition){
		.wall_ms = T0 + at, .arg = arg, .from = (uint8_t)p.fsm.st,
		.to = (uint8_t)to, .cause = (uint8_t)cause };
	p.fsm.st = to;
}

/* The first n lines, joined with " | ". */
static const char *
why(int64_t at, int64_t timer_ms, int n)
{
	static struct buf out;
	struct why_now now = { T0 + at, timer_ms };

	buf_clear(&out);
	why_text(&p, &now, &out);
	for (size_t i = 0; i < out.len; i++) {
		if (out.data[i] != '\n')
			continue;
		if (--n == 0 || i + 1 == out.len) {
			out.data[i] = '\0';
			break;
		}
		out.data[i] = '|';
	}
	return buf_text(&out);
}

static void
test_down(void)
{
	fresh();
	is_str(why(0, -1, 9), "STOPPED: it was never started yet", "before the first start");
	rules.autostart = false;
	is_str(why(0, -1, 9), "STOPPED: it was never started (autostart=false, and nobody "
	    "asked for it)", "without autostart");
	step(0, P_STARTING, CAUSE_OPERATOR, 0);
	step(1001, P_RUNNING, CAUSE_UPTIME, 1);
	step(60000, P_STOPPING, CAUSE_OPERATOR, 1000);
	p.has_status = true;
	p.status = SIGTERM;
	step(60200, P_STOPPED, CAUSE_EXIT, SIGTERM);
	p.stopped_by_person = true;
	is_str(why(90000, -1, 9), "STOPPED since 2026-11-21 04:52:00 (29 s): asked for by uid "
	    "1000; its process was ended by SIGTERM|it stays down until somebody starts it|"
	    "2026-11-21 04:51:00 STOPPED -> STARTING: asked for by uid 0|"
	    "2026-11-21 04:51:01 STARTING -> RUNNING: stayed up for more than 1 s (startsecs)|"
	    "2026-11-21 04:52:00 RUNNING -> STOPPING: asked for by uid 1000|"
	    "2026-11-21 04:52:00 STOPPING -> STOPPED: was ended by SIGTERM",
	    "stopped, and the whole story");
	fresh();
	step(0, P_STARTING, CAUSE_AUTOSTART, 0);
	step(10, P_BACKOFF, CAUSE_SPAWN, 0);
	step(500, P_STOPPED, CAUSE_SHUTDOWN, 0);
	is_str(why(600, -1, 1), "STOPPED since 2026-11-21 04:51:00 (0.1 s): the supervisor "
	    "shuts down", "stopped from BACKOFF");
}

static void
test_dependency(void)
{
	static struct program db = { .name = (char *)(uintptr_t)"db" };
	static struct proc q = { .conf = &db, .id = 7 };

	fresh();
	other = &q;
	step(0, P_STARTING, CAUSE_DEPENDENCY, 7);
	p.held = true;
	is_str(why(10, -1, 2), "STARTING since 2026-11-21 04:51:00 (0.0 s): waits for db to be "
	    "ready (it is STARTING)|2026-11-21 04:51:00 STOPPED -> STARTING: db needs it",
	    "held by a dependency");
	step(20, P_FATAL, CAUSE_DEPENDENCY, 7);
	is_str(why(20, -1, 1), "FATAL since 2026-11-21 04:51:00 (0.0 s): its dependency db "
	    "failed", "failed with it");
	step(30, P_STARTING, CAUSE_DEPENDENCY, 0);
	p.held = false;
	step(40, P_RUNNING, CAUSE_UPTIME, 0);
	step(50, P_STOPPING, CAUSE_DEPENDENCY, 7);
	is_str(why(50, -1, 1), "STOPPING since 2026-11-21 04:51:00 (0.0 s): its dependency db "
	    "went down", "went down after it");
	other = NULL;
}

/* Rules of struct conf_retry. */
static void
test_retry(void)
{
	struct conf_retry retry = { .backoff = 1000, .backoff_max = 30000,
		.restart_limit = { 5, 60000 } };

	fresh();
	rules.retry = &retry;
	step(0, P_STARTING, CAUSE_OPERATOR, 0);
	p.fsm.fails = 7;
	step(200, P_BACKOFF, CAUSE_EXIT, 256);
	is_str(why(300, 900, 1), "BACKOFF: start 7 failed: exited with status 1 after 0.2 s; next "
	    "start in 0.9 s; FATAL with more than 5 exits within 1m (restart_limit)", "a limit");
	p.braked = true;
	retry.restart_limit.n = 0;
	p.fsm.fails = 1;
	is_str(why(300, 900, 1), "BACKOFF: start 1 of 4 failed: exited with status 1 after 0.2 s; "
	    "next start in 0.9 s, since many programs restart now (restart_brake); FATAL after 3 "
	    "more", "the brake");
	p.braked = false;
	p.status = 256;
	p.has_status = true;
	step(500, P_EXITED, CAUSE_EXIT, 256);
	is_str(why(600, 1500, 2), "EXITED since 2026-11-21 04:51:00 (0.1 s): it exited with status"
	    " 1, which is not expected (exitcodes=0)|autorestart=unexpected: next start in 1.5 s",
	    "a pause after an exit");
	p.spawnerr = (char *)(uintptr_t)"more than 5 exits within 1m (restart_limit)";
	step(700, P_FATAL, CAUSE_LIMIT, 0);
	is_str(why(700, 290000, 3), "FATAL since 2026-11-21 04:51:00 (0.0 s): more than 5 exits "
	    "within 1m (restart_limit)|its last process exited with status 1|next start in 4 min "
	    "50 s (fatal_retry)", "too many, and tried again");
	step(800, P_STARTING, CAUSE_FATAL_RETRY, 0);
	step(900, P_BACKOFF, CAUSE_EXIT, 78 << 8);
	step(900, P_FATAL, CAUSE_PERMANENT, 0);
	p.spawnerr = (char *)(uintptr_t)"exit status 78, no use to try again (permanent_exitcodes)";
	is_str(why(900, -1, 9) , "FATAL since 2026-11-21 04:51:00 (0.0 s): exit status 78, no use to"
	    " try again (permanent_exitcodes)|the last start: exited with status 78 after 0.1 s|"
	    "2026-11-21 04:51:00 STOPPED -> STARTING: asked for by uid 0|"
	    "2026-11-21 04:51:00 STARTING -> BACKOFF: exited with status 1|"
	    "2026-11-21 04:51:00 BACKOFF -> EXITED: exited with status 1|"
	    "2026-11-21 04:51:00 EXITED -> FATAL: it has ended more often than restart_limit allows|"
	    "2026-11-21 04:51:00 FATAL -> STARTING: fatal_retry was over|"
	    "2026-11-21 04:51:00 STARTING -> BACKOFF: exited with status 78|"
	    "2026-11-21 04:51:00 BACKOFF -> FATAL: its exit status is one of permanent_exitcodes",
	    "no use to try");
	p.spawnerr = NULL;
}

static void
test_up(void)
{
	fresh();
	step(0, P_STARTING, CAUSE_AUTOSTART, 0);
	is_str(why(10, -1, 1), "STARTING since 2026-11-21 04:51:00 (0.0 s): waits to be "
	    "created", "not yet created");
	p.pid = 123;
	is_str(why(100, 900, 1), "STARTING since 2026-11-21 04:51:00 (0.1 s), pid 123, has "
	    "not reached its program yet: RUNNING when it has stayed up for 1 s (startsecs), "
	    "that is in 0.9 s", "before exec");
	p.exec_ok = true;
	is_str(why(100, 900, 1), "STARTING since 2026-11-21 04:51:00 (0.1 s), pid 123: RUNNING "
	    "when it has stayed up for 1 s (startsecs), that is in 0.9 s", "starting");
	step(1001, P_RUNNING, CAUSE_UPTIME, 1);
	is_str(why(124001, -1, 1), "RUNNING since 2026-11-21 04:51:01 (2 min 3 s), pid 123",
	    "running");
	is_str(why(1001 + 5 * 3600000, -1, 1), "RUNNING since 2026-11-21 04:51:01 (5 h 0 min),"
	    " pid 123", "for hours");
	is_str(why(1001 + 76 * 3600000LL, -1, 1), "RUNNING since 2026-11-21 04:51:01 "
	    "(3 d 4 h), pid 123", "for days");
	is_str(why(-5000, -1, 1), "RUNNING since 2026-11-21 04:51:01 (0.0 s), pid 123",
	    "the wall clock was set back");
	step(200000, P_STOPPING, CAUSE_RELOAD, 0);
	is_str(why(202800, 7200, 2), "STOPPING since 2026-11-21 04:54:20 (2.8 s): update of the "
	    "configuration|SIGTERM was sent to pid 123; it waits for its end, SIGKILL in "
	    "7.2 s (stopwaitsecs=10)", "stopping");
	p.killed = true;
	is_str(why(212800, 7200, 2), "STOPPING since 2026-11-21 04:54:20 (12 s): update of the "
	    "configuration|SIGKILL was sent to pid 123; it waits for its end, SIGKILL again "
	    "in 7.2 s (stopwaitsecs=10)", "killed");
	p.lingering = true;
	ok(strstr(why(212800, -1, 2), "its main process has ended; it waits for the processes "
	    "that this one has left behind") != NULL, "descendants are left");
	step(300000, P_UNKNOWN, CAUSE_KILL_FAILED, 1);
	is_str(why(300000, -1, 1), "UNKNOWN since 2026-11-21 04:56:00 (0.0 s): the signal could "
	    "not be sent: Operation not permitted", "unknown");
}

static void
test_failures(void)
{
	fresh();
	step(0, P_STARTING, CAUSE_AUTOSTART, 0);
	step(100, P_BACKOFF, CAUSE_EXIT, 1 << 8);
	step(1100, P_STARTING, CAUSE_RETRY, 0);
	step(1300, P_BACKOFF, CAUSE_EXIT, 3 << 8);
	p.fsm.fails = 2;
	is_str(why(1900, 1400, 1), "BACKOFF: start 2 of 4 failed: exited with status 3 after "
	    "0.2 s; next start in 1.4 s; FATAL after 2 more", "waits for the next start");
	p.fsm.fails = 4;
	is_str(why(1900, 0, 1), "BACKOFF: start 4 of 4 failed: exited with status 3 after "
	    "0.2 s; that was the last try, FATAL follows", "the last one");
	step(1300, P_FATAL, CAUSE_GAVE_UP, 0);
	is_str(why(1900, -1, 2), "FATAL since 2026-11-21 04:51:01 (0.6 s): given up after 4 "
	    "failed starts (startretries=3)|the last start: exited with status 3 after 0.2 s",
	    "given up");
	fresh();
	rules.startretries = 0;
	step(0, P_STARTING, CAUSE_OPERATOR, 0);
	step(0, P_BACKOFF, CAUSE_SPAWN, 0);
	step(0, P_FATAL, CAUSE_GAVE_UP, 0);
	p.spawnerr = (char *)(uintptr_t)"cannot execute /usr/bin/foo: no such file (cwd /x)";
	is_str(why(0, -1, 2), "FATAL since 2026-11-21 04:51:00 (0.0 s): given up after 1 failed "
	    "start (startretries=0)|the last start: cannot execute /usr/bin/foo: no such "
	    "file (cwd /x)", "could not be executed");
	p.spawnerr = NULL;
	ok(strstr(why(0, -1, 2), "the last start: it did not come up") != NULL,
	    "no reason is known");
}

static void
test_exited(void)
{
	fresh();
	step(0, P_STARTING, CAUSE_AUTOSTART, 0);
	step(1000, P_RUNNING, CAUSE_UPTIME, 1);
	step(2000, P_EXITED, CAUSE_EXIT, 0);
	p.has_status = p.expected = true;
	is_str(why(2000, -1, 2), "EXITED since 2026-11-21 04:51:02 (0.0 s): it exited with "
	    "status 0, which is expected (exitcodes=0)|autorestart=unexpected: it is not "
	    "started again", "as expected");
	p.expected = false;
	p.status = SIGKILL;
	is_str(why(2000, 0, 2), "EXITED since 2026-11-21 04:51:02 (0.0 s): it was ended by "
	    "SIGKILL, which is not expected (exitcodes=0)|autorestart=unexpected: it is "
	    "started again now", "and not");
}

static void
test_all(void)
{
	bool all = true;

	fresh();
	for (int i = 0; i < 100; i++)
		step(i, (enum pstate)(i % P_NSTATES), (enum cause)(i % (CAUSE_RECOVERY + 2)),
		    i * 1000);
	for (int st = 0; st <= P_NSTATES; st++) {
		p.fsm.st = (enum pstate)st;
		all &= strlen(why(0, -1, 1)) > 5 && strlen(why(0, 5, 1)) > 5;
		p.ntransitions = (uint32_t)st;
		all &= strlen(why(0, -1, 1)) > 5 && strlen(why(0, 5, 1)) > 5;
	}
	ok(all, "there is a sentence for everything");
}

int
main(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	test_down();
	test_up();
	test_dependency();
	test_retry();
	test_failures();
	test_exited();
	test_all();
	return tap_done();
}
