/*
 * Pauses, limits and the brake, with a clock and dice of our own.
 */
#include "core/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "core/proc.h"

#include "tap.h"

struct core core;
static struct config config;
static struct pgroup guests;
static struct conf_retry rules;
static struct program program;
static struct proc p;
static int64_t now_ms;
static uint64_t dice;
static char said[200];

int64_t
loop_now(void)
{
	return now_ms;
}

void
proc_set_spawnerr(struct proc *q, const char *text)
{
	(void)q;
	snprintf(said, sizeof(said), "%s", text);
}

static ssize_t
throw(void *data, size_t len)
{
	memcpy(data, &dice, len);
	return (ssize_t)len;
}

static void
fresh(void)
{
	static char name[] = "web";

	retry_detach(&p);
	retry_release();
	rules = (struct conf_retry){ .backoff_max = 30000, .backoff_factor = 2000 };
	program = (struct program){ .name = name, .retry = &rules };
	p = (struct proc){ .conf = &program };
	core.config = &config;
	core.guests = &guests;
	now_ms = 1000000;
	said[0] = '\0';
}

/* It has been up for up_ms, and ends with a wait status. */
static void
ends(int64_t up_ms, int status)
{
	p.start_ms = now_ms;
	now_ms += up_ms;
	retry_count(&p, (struct asker){ CAUSE_EXIT, status });
}

static void
test_pauses(void)
{
	static const int64_t want[] = { 1000, 2000, 4000, 8000, 16000, 30000, 30000 };

	fresh();
	is_int(retry_pause_ms(&p), -1, "without backoff: supervisord's");
	rules.backoff = 1000;
	retry_attach(&p);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ends(10, 256);
		is_int(retry_pause_ms(&p), want[i], "it grows up to the longest");
	}
	ends(30000, 256);
	is_int(retry_pause_ms(&p), 1000, "who was up that long begins anew");
	ends(10, 256);
	is_int(retry_pause_ms(&p), 2000, "and goes on from there");
	p.fsm.st = P_RUNNING;
	p.expected = true;
	ends(10, 0);
	is_int(retry_pause_ms(&p), 1000, "an expected exit is no failure");
	p.fsm.st = P_STOPPED;
	ends(10, 256);
	retry_forget(&p);
	ends(10, 256);
	is_int(retry_pause_ms(&p), 1000, "nor is what was before somebody asked");
	rules.backoff_factor = 1500;
	ends(10, 256);
	is_int(retry_pause_ms(&p), 1500, "another factor");
	rules.backoff_jitter = 100;
	dice = 0;
	is_int(retry_pause_ms(&p), 1350, "a tenth less");
	dice = 300;
	is_int(retry_pause_ms(&p), 1650, "a tenth more");
	rules.backoff = 100000;
	rules.backoff_jitter = 0;
	is_int(retry_pause_ms(&p), 30000, "never more than the longest");
}

static void
test_limit(void)
{
	int code = 78;

	fresh();
	rules.restart_limit = (struct conf_limit){ 2, 60000 };
	retry_attach(&p);
	ends(10, 256);
	ends(10, 0);
	is_int(retry_verdict(&p), CAUSE_NONE, "two exits in a minute may be");
	ends(60001, 256);
	is_int(retry_verdict(&p), CAUSE_NONE, "a third one, later");
	ends(10, 256);
	ends(10, 256);
	is_int(retry_verdict(&p), CAUSE_LIMIT, "three are too many");
	is_str(said, "more than 2 exits within 1m (restart_limit)", "and that is said");
	retry_forget(&p);
	ends(10, 256);
	is_int(retry_verdict(&p), CAUSE_NONE, "forgotten when somebody asks for a start");
	rules.permanent_exitcodes = (struct intlist){ &code, 1 };
	ends(10, 78 << 8);
	is_int(retry_verdict(&p), CAUSE_PERMANENT, "a permanent exit status");
	is_str(said, "exit status 78, no use to try again (permanent_exitcodes)", "is said, too");
	retry_forget(&p);
	ends(10, 78);
	is_int(retry_verdict(&p), CAUSE_NONE, "a signal of that number is none");
}

static void
test_brake(void)
{
	int64_t last_ms = 0;

	fresh();
	config.supd.restart_brake = (struct conf_limit){ 10, 1000 };
	for (int i = 0; i < 10; i++)
		is_int(retry_brake_ms(&p), 0, "as many as may be are not held");
	for (int i = 1; i <= 20; i++) {
		p.braked = false;
		last_ms = retry_brake_ms(&p);
	}
	ok(last_ms >= 2000 && last_ms <= 2001, "then one each 100 ms: the 20th after 2 s");
	ok(p.braked, "who is held");
	is_int(retry_brake_ms(&p), 0, "has its place when it comes again");
	p.start_ms = now_ms - 500;
	is_int(retry_brake_ms(&p), 0, "who was started just now has been counted");
	config.supd.restart_brake.n = 0;
	p.start_ms = 0;
	is_int(retry_brake_ms(&p), 0, "no brake");
}

int
main(void)
{
	struct sys ours = sys_kernel;

	ours.random = throw;
	sys = &ours;
	test_pauses();
	test_limit();
	test_brake();
	retry_detach(&p);
	return tap_done();
}
