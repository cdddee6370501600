/*
 * No memory: one history with every kind of work that the core does, in which each
 * allocation is refused once.  Prints TAP; `nomem N` replays the
 * refusal of allocation N with its trace.
 *
 * What is promised then: no crash, no leak, none of the broken promises of check.c,
 * and an answer to the next call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim.h"

#define CONTROL "{\"method\":\"org.supd.Control."
#define NAMES(x) "\",\"parameters\":{\"names\":[" x "]}}"
#define COMMON "[supervisord]\nlogfile=/tmp/s.log\npidfile=/tmp/s.pid\n" \
	"environment=COMMON=\"1\"\n[supd]\ncgroup=off\n" \
	"[unix_http_server]\nfile=/tmp/sim.sock\n"
#define STEADY "[program:steady]\ncommand=/sim/steady 'two words'\nstartsecs=0\n" \
	"stopwaitsecs=1\nenvironment=A=\"1\"\n"

static const char first[] = "config " COMMON STEADY
    "[program:many]\ncommand=/sim/steady\nprocess_name=m%(process_num)d\nnumprocs=3\n"
    "startsecs=0\nstdout_logfile=/tmp/%(process_num)d.log\nstopwaitsecs=1\n"
    "[program:escape]\ncommand=/sim/escape\nstartsecs=0\nstopwaitsecs=1\n"
    "sockets=a=unix:///tmp/a,b=tcp://127.0.0.1:80\n"
    "[fcgi-program:fast]\ncommand=/sim/steady\nstartsecs=0\nsocket=tcp://127.0.0.1:90\n"
    "[program:missing]\ncommand=/sim/missing\nstartretries=1\n"
    "[program:later]\ncommand=/sim/oneshot\nautostart=false\nstdout_logfile=NONE\n"
    "[program:rich]\ncommand=/sim/oneshot\nenv_clear=true\nlimit_nofile=10:20\nnice=1\n"
    "cpu_affinity=0\ncapabilities=none\nmemory_max=1MB\nschedule=every 1s\n"
    "[program:night]\ncommand=/sim/oneshot\nschedule=0 0 * * *\nschedule_zone=UTC\n"
    "[program:valued]\ncommand=/sim/steady %(config_v/0)s\nenvironment=C=%(config_v/1)s\n"
    "on_config_change=restart\nstartsecs=0\nstopwaitsecs=1\n"
    "[program:turn]\ncommand=/sim/steady\nstartsecs=0\nstopwaitsecs=1\nroles=r\n"
    "[role:r]\nprograms=later\nexclusive=gone\n[role:s]\nprograms=t*\nmandatory=true\n"
    "order=1\n[role:gone]\n[rolegroup:all]\nroles=r,s\n"
    "[template:t]\ncommand=/sim/steady %(port)d %(dir)s\nvar.dir=/x/%(name)s\nstartsecs=0\n"
    "stopwaitsecs=1\ndepends_on=steady:started\n"
    "[group:g]\nprograms=escape,missing\n";

/* Other rules, another number, another group, one that is new, one that is gone. */
static const char second[] = "config " COMMON STEADY "priority=5\nstartretries=2\n"
    "[program:many]\ncommand=/sim/steady\nprocess_name=m%(process_num)d\nnumprocs=4\n"
    "startsecs=0\nredirect_stderr=true\nstopwaitsecs=1\n"
    "[program:escape]\ncommand=/sim/escape changed\nstartsecs=0\nstopwaitsecs=1\n"
    "sockets=c=unix:///tmp/c,b=tcp://127.0.0.1:80\n"
    "[fcgi-program:fast]\ncommand=/sim/steady\nstartsecs=0\nsocket=unix:///tmp/f\n"
    "[program:new]\ncommand=/sim/steady\nstartsecs=0\nroles=r,t\n"
    "[role:r]\nprograms=escape\n[role:t]\n"
    "[group:g]\nprograms=escape\n";

static const char *const steps[] = {
	first,
	"watch",
	"wait 100",
	CONTROL "Status\"}",
	CONTROL "Status" NAMES("\"g:*\",\"nobody\""),
	CONTROL "Stop" NAMES("\"many:*\",\"steady\""),
	CONTROL "Start\",\"parameters\":{\"all\":true},\"more\":true}",
	CONTROL "Signal\",\"parameters\":{\"signal\":\"WINCH\",\"names\":[\"steady\"]}}",
	CONTROL "Wait\",\"parameters\":{\"state\":\"RUNNING\",\"names\":[\"steady\"],\"timeout\":500}}",
	"kill steady",
	CONTROL "Why\",\"parameters\":{\"name\":\"steady\"}}",
	CONTROL "SendStdin\",\"parameters\":{\"name\":\"steady\",\"chars\":\"hello\"}}",
	"{\"method\":\"org.supd.Log.Tail\",\"parameters\":{\"name\":\"steady\"}}",
	"{\"method\":\"org.varlink.service.GetInfo\"}",
	"{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	    "\"parameters\":{\"interface\":\"org.supd.Control\"}}",
	CONTROL "GetConfig\"}",
	CONTROL "GetEnvironment\",\"parameters\":{\"name\":\"rich\"}}",
	CONTROL "GetRuns\",\"parameters\":{\"name\":\"rich\"}}",
	CONTROL "GetGraph\"}",
	CONTROL "AddInstance\",\"parameters\":{\"template\":\"t\",\"name\":\"i\",\"holes\":"
	    "{\"port\":7,\"word\":\"a b\"},\"wait\":true}}",
	CONTROL "ListInstances\"}",
	CONTROL "Scale\",\"parameters\":{\"name\":\"many\",\"processes\":4}}",
	CONTROL "RemoveInstance\",\"parameters\":{\"template\":\"t\",\"name\":\"i\"}}",
	"values",
	"wait 100",
	"values",
	CONTROL "GetLastValues\",\"parameters\":{\"paths\":[\"v/0\",\"v/1\"]}}",
	CONTROL "Why\",\"parameters\":{\"name\":\"valued\"}}",
	CONTROL "AddRoles\",\"parameters\":{\"names\":[\"all\"]},\"more\":true}",
	CONTROL "ListRoles\"}",
	CONTROL "ListProcesses\"}",
	CONTROL "RestartRoles\"}",
	CONTROL "StopRoles" NAMES("\"r\""),
	second,
	CONTROL "Plan\"}",
	CONTROL "Reread\"}",
	CONTROL "Update\",\"more\":true}",
	CONTROL "RemoveGroup\",\"parameters\":{\"name\":\"new\"}}",
	CONTROL "Stop" NAMES("\"new\""),
	CONTROL "RemoveGroup\",\"parameters\":{\"name\":\"new\"}}",
	CONTROL "AddGroup\",\"parameters\":{\"name\":\"new\"}}",
	CONTROL "RemoveRoles" NAMES("\"r\""),
	"signal 12",
	"config [supervisord\nnonsense",
	CONTROL "Reread\"}",
	first,
	"signal 1",
	"wait 5000",
	CONTROL "GetState\"}",
	CONTROL "Start" NAMES("\"steady\""),
	CONTROL "Status\"}",
	NULL,
};

int
main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
	time_t now = 0;
	struct tm tm;

	localtime_r(&now, &tm);		/* what libc keeps for ever is no leak */
	puts("TAP version 13\n1..2");
	fflush(stdout);
	sim_script(steps);
	if (memory_is_short())
		return 0;
	puts("ok 1 - with enough memory");
	fflush(stdout);
	sim.trace = n > 0;
	memory_refuse(n);
	sim_script(steps);
	if (memory_is_short())
		return 0;
	n = memory_refused();
#if defined(__SANITIZE_ADDRESS__)
	printf("ok 2 # skip the sanitizer has an allocator of its own (%lu)\n", n);
	return 0;
#endif
	printf("%sok 2 - %lu allocations, each refused once\n", n > 1000 ? "" : "not ", n);
	return 0;
}
