/*
 * What the methods answer, against a core that does what it is told.
 */
#include "ctl_fake.h"

static struct peer a;

static void
test_names(void)
{
	is_str(ask(&a, CALL("Start", "{\"names\":[\"zz\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"zz\",\"group\":\"zz\",\"status\":10,"
	    "\"description\":\"BAD_NAME: zz\"}]}}", "a name that is not there");
	is_str(ask(&a, CALL("Stop", "{\"names\":[\"zz:*\",\"g:zz\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"*\",\"group\":\"zz\",\"status\":10,"
	    "\"description\":\"BAD_NAME: zz:*\"},{\"name\":\"zz\",\"group\":\"g\","
	    "\"status\":10,\"description\":\"BAD_NAME: g:zz\"}]}}", "group:* and group:name");
	is_str(ask(&a, CALL("Start", "{}")),
	    "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":{"
	    "\"parameter\":\"names\",\"code\":2,\"name\":\"INCORRECT_PARAMETERS\","
	    "\"text\":\"INCORRECT_PARAMETERS: parameter 'names' is missing; or give "
	    "all: true\"}}", "neither names nor all");
	ok(strstr(ask(&a, CALL("Start", "{\"names\":[1]}")), "InvalidParameter") != NULL,
	    "names that are no strings");
	is_str(ask(&a, CALL("Start", "{\"names\":[]}")), "{\"parameters\":{\"results\":[]}}",
	    "no names, no results");
	is_str(ask(&a, CALL("Stop", "{\"names\":[\"supd:logger\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"logger\",\"group\":\"supd\","
	    "\"status\":10,\"description\":\"BAD_NAME: supd:logger\"}]}}",
	    "guests cannot be stopped");
}

static void
test_start(void)
{
	struct proc *web = core_find("web", NULL), *x = core_find("g:x", NULL);
	struct proc *y = core_find("g:y", NULL);

	peer_call(&a, CALL("Start", "{\"names\":[\"web\"]}"));
	is_str(peer_reply(&a), "", "a start has no answer");
	is_int(web->fsm.st, P_STARTING, "while it is STARTING");
	is_int(fake_asker.cause, CAUSE_OPERATOR, "the operator has asked");
	is_int(fake_asker.arg, (int)geteuid(), "and which user it was");
	set_state(web, P_RUNNING);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"web\","
	    "\"group\":\"web\",\"status\":80,\"description\":\"OK\"}]}}", "then it has");
	is_str(ask(&a, CALL("Start", "{\"names\":[\"web\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"web\",\"group\":\"web\","
	    "\"status\":60,\"description\":\"ALREADY_STARTED: web\"}]}}", "already started");

	peer_call(&a, CALL("Start", "{\"names\":[\"g:x\",\"nofile\",\"g:y\"]}"));
	x->spawnerr = strdup("Exited too quickly");
	spin();
	set_state(y, P_RUNNING);
	set_state(x, P_BACKOFF);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":["
	    "{\"name\":\"nofile\",\"group\":\"nofile\",\"status\":20,"
	    "\"description\":\"NO_FILE: can't find command 'x'\"},"
	    "{\"name\":\"y\",\"group\":\"g\",\"status\":80,\"description\":\"OK\"},"
	    "{\"name\":\"x\",\"group\":\"g\",\"status\":50,"
	    "\"description\":\"SPAWN_ERROR: g:x\"}]}}",
	    "several: in the order of completion");
	free(x->spawnerr);
	x->spawnerr = NULL;

	set_state(x, P_STOPPED);
	peer_call(&a, CALL("Start", "{\"names\":[\"g:x\"]}"));
	spin();
	set_state(x, P_STOPPING);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"x\","
	    "\"group\":\"g\",\"status\":40,\"description\":\"ABNORMAL_TERMINATION: "
	    "g:x\"}]}}", "stopped while it was STARTING");
	set_state(x, P_STOPPED);

	is_str(ask(&a, CALL("Start", "{\"names\":[\"g:x\"],\"wait\":false}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"x\",\"group\":\"g\",\"status\":80,"
	    "\"description\":\"OK\"}]}}", "without wait: at once");
	set_state(x, P_STOPPED);
	fake_start_state = P_BACKOFF;
	ok(strstr(ask(&a, CALL("Start", "{\"names\":[\"g:x\"],\"wait\":false}")),
	    "\"status\":40") != NULL, "without wait: a failure at once is told");
	fake_start_state = P_RUNNING;
	set_state(x, P_STOPPED);
	ok(strstr(ask(&a, CALL("Start", "{\"names\":[\"g:x\"]}")), "\"status\":80") != NULL,
	    "startsecs=0: RUNNING before the call returns");
	fake_start_state = P_STARTING;
}

static void
test_group(void)
{
	struct proc *x = core_find("g:x", NULL), *y = core_find("g:y", NULL);

	set_state(x, P_STOPPED);
	set_state(y, P_RUNNING);
	fake_started = 0;
	peer_call(&a, CALL("Start", "{\"names\":[\"g:*\"]}"));
	spin();
	is_int(fake_started, 1, "a group: only what is not running is started");
	set_state(x, P_RUNNING);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"x\","
	    "\"group\":\"g\",\"status\":80,\"description\":\"OK\"}]}}",
	    "and only that has a result");
	is_str(ask(&a, CALL("Start", "{\"names\":[\"g:\"]}")),
	    "{\"parameters\":{\"results\":[]}}", "all running: no results");
	/* priority decides in a group */
	y->conf->priority = 1;
	peer_call(&a, CALL_MORE("Stop", "{\"names\":[\"g:*\"]}"));
	spin();
	is_int(fake_stopped, 2, "both are asked to stop");
	set_state(x, P_STOPPED);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"x\","
	    "\"group\":\"g\",\"status\":80,\"description\":\"OK\"}]},\"continues\":true}",
	    "more: each result when it is known");
	is_str(peer_reply(&a), "", "and not before");
	set_state(y, P_STOPPED);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"y\","
	    "\"group\":\"g\",\"status\":80,\"description\":\"OK\"}]},\"continues\":true}",
	    "the second");
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[]}}", "the last reply is empty");
	is_str(ask(&a, CALL("Stop", "{\"names\":[\"g:x\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"x\",\"group\":\"g\",\"status\":70,"
	    "\"description\":\"NOT_RUNNING: g:x\"}]}}", "not running");
	set_state(x, P_BACKOFF);
	ok(strstr(ask(&a, CALL("Stop", "{\"names\":[\"g:x\"]}")), "\"status\":80") != NULL,
	    "BACKOFF is stopped at once");
}

static void
test_signal(void)
{
	struct proc *x = core_find("g:x", NULL), *y = core_find("g:y", NULL);

	set_state(x, P_RUNNING);
	set_state(y, P_STOPPED);
	is_str(ask(&a, CALL("Signal", "{\"signal\":\"HUP\",\"names\":[\"g:x\",\"g:y\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"x\",\"group\":\"g\",\"status\":80,"
	    "\"description\":\"OK\"},{\"name\":\"y\",\"group\":\"g\",\"status\":70,"
	    "\"description\":\"NOT_RUNNING: g:y\"}]}}", "signals");
	is_str(ask(&a, CALL("Signal", "{\"signal\":\"NOPE\",\"names\":[\"g:*\",\"zz\"]}")),
	    "{\"parameters\":{\"results\":[{\"name\":\"x\",\"group\":\"g\",\"status\":11,"
	    "\"description\":\"BAD_SIGNAL: NOPE\"},{\"name\":\"zz\",\"group\":\"zz\","
	    "\"status\":10,\"description\":\"BAD_NAME: zz\"}]}}",
	    "a bad signal: a result for each that would take one; the name comes first");
	ok(strstr(ask(&a, CALL("Signal", "{\"names\":[\"g:x\"]}")), "'signal' is missing"),
	    "no signal");
}

static void
test_wait(void)
{
	struct proc *x = core_find("g:x", NULL), *gone;

	set_state(x, P_RUNNING);
	ok(strstr(ask(&a, CALL("Wait", "{\"state\":\"RUNNING\",\"names\":[\"g:x\"]}")),
	    "\"status\":80") != NULL, "it is in the state already");
	peer_call(&a, CALL("Wait", "{\"state\":\"FATAL\",\"names\":[\"g:x\"],\"timeout\":500}"));
	pass_ms(499);
	is_str(peer_reply(&a), "", "waits");
	pass_ms(2);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"x\","
	    "\"group\":\"g\",\"status\":30,\"description\":\"FAILED: it is RUNNING, not "
	    "FATAL, when the time is over\"}]}}", "until the time is over");
	ok(strstr(ask(&a, CALL("Wait", "{\"state\":\"UP\",\"names\":[\"g:x\"]}")),
	    "InvalidParameter") != NULL, "no such state");
	gone = add_proc("gone");
	peer_call(&a, CALL("Wait", "{\"state\":\"RUNNING\",\"names\":[\"gone\",\"gone\"]}"));
	spin();
	remove_proc(gone);
	is_str(peer_reply(&a), "{\"parameters\":{\"results\":[{\"name\":\"gone\","
	    "\"group\":\"gone\",\"status\":10,\"description\":\"BAD_NAME: gone\"},"
	    "{\"name\":\"gone\",\"group\":\"gone\",\"status\":10,"
	    "\"description\":\"BAD_NAME: gone\"}]}}", "a process that is removed meanwhile");
}

static void
test_going_away(void)
{
	struct proc *x = core_find("g:x", NULL);
	struct peer b = peer_new(NULL);

	set_state(x, P_RUNNING);
	peer_call(&b, CALL("Stop", "{\"names\":[\"g:x\"]}"));
	spin();
	peer_free(&b);
	is_int(x->fsm.st, P_STOPPING, "the caller has gone: the stop goes on");
	set_state(x, P_STOPPED);
	spin();
	is_int((int64_t)clients_count(), 1, "and nothing of it is left");
}

static void
test_status(void)
{
	const char *r;

	r = ask(&a, CALL("Status", "{\"names\":[\"web\",\"zz\",\"g:zz\"]}"));
	/* in the order of getProcessInfo */
	ok(strstr(r, "\"processes\":[{\"name\":\"web\",\"group\":\"web\",\"start\":") != NULL &&
	    strstr(r, "\"state\":20,\"statename\":\"RUNNING\",\"spawnerr\":") != NULL &&
	    strstr(r, ",\"description\":\"about web\",\"guest\":false}") != NULL,
	    "a process");
	ok(strstr(r, "\"guest\":false}],\"unknown\":[{\"name\":\"zz\",\"group\":\"zz\","
	    "\"status\":10,\"description\":\"BAD_NAME: zz\"},{\"name\":\"zz\","
	    "\"group\":\"g\"") != NULL, "and names that are none");
	r = ask(&a, CALL("Status", "{\"names\":[\"web\",\"zz\",\"g:*\",\"web\"]}"));
	ok(strstr(r, "\"name\":\"web\"") < strstr(r, "\"name\":\"x\"") &&
	    strstr(r, "\"name\":\"x\"") < strstr(r, "\"name\":\"y\""), "in the order asked");
	r = ask(&a, CALL("Status", "{}"));
	ok(strstr(r, "\"group\":\"b\"") < strstr(r, "\"group\":\"g\"") &&
	    strstr(r, "\"group\":\"g\"") < strstr(r, "\"group\":\"web\""),
	    "all of them: sorted");
	ok(strstr(r, "logger") == NULL, "without guests");
	r = ask(&a, CALL("Status", "{\"by_priority\":true,\"names\":[\"g:*\"]}"));
	ok(strstr(r, "\"name\":\"y\"") < strstr(r, "\"name\":\"x\""), "by priority: as started");
	ok(strstr(ask(&a, CALL("Status", "{\"all\":true}")), "\"group\":\"supd\"") != NULL,
	    "all: with guests");
	ok(strstr(ask(&a, CALL("Status", "{\"names\":[\"supd:logger\"]}")),
	    "\"guest\":true") != NULL, "a guest by name");
	ok(strncmp(ask(&a, CALL("GetState", "{}")), "{\"parameters\":{\"pid\":4711,"
	    "\"statecode\":1,\"statename\":\"RUNNING\",\"identifier\":\"fake\","
	    "\"version\":\"" SUPD_VERSION "\",\"api\":\"3.0\",\"config\":\"/etc/x.conf\","
	    "\"run\":\"\",\"tier\":\"B\",\"tier_reason\":\"because\",\"statedir\":", 190) == 0,
	    "GetState");
}

static void
test_others(void)
{
	char *path = fake_config.path;

	is_str(ask(&a, CALL("Reread", "{}")),
	    "{\"parameters\":{\"added\":[\"new\"],\"changed\":[],\"removed\":[]}}", "Reread");
	fake_config.path = NULL;
	is_str(ask(&a, CALL("Reread", "{}")), "{\"error\":\"org.supd.Control.Fault\","
	    "\"parameters\":{\"code\":92,\"name\":\"CANT_REREAD\",\"text\":"
	    "\"CANT_REREAD: bad\"}}", "a bad file");
	fake_config.path = path;
	is_str(ask(&a, CALL("Plan", "{}")), "{\"parameters\":{\"steps\":[{\"group\":\"g\","
	    "\"name\":\"\",\"action\":\"add\",\"key\":\"\",\"from\":\"\",\"to\":\"\"}]}}",
	    "Plan");
	is_str(ask(&a, CALL("AddGroup", "{\"name\":\"fresh\"}")), "{\"parameters\":{}}",
	    "AddGroup");
	ok(strstr(ask(&a, CALL("AddGroup", "{\"name\":\"web\"}")), "\"code\":90") != NULL,
	    "twice");
	ok(strstr(ask(&a, CALL("RemoveGroup", "{\"name\":\"web\"}")), "\"code\":91") != NULL,
	    "RemoveGroup");
	is_str(ask(&a, CALL("SendStdin", "{\"name\":\"web\",\"chars\":\"a\\nb\"}")),
	    "{\"parameters\":{}}", "SendStdin");
	is_str(fake_last, "stdin", "has the bytes");
	ask(&a, CALL("ReopenLogs", "{}"));
	is_str(fake_last, "reopen", "ReopenLogs");
	is_str(ask(&a, CALL("GetConfig", "{}")), "{\"parameters\":{\"configs\":[]}}",
	    "GetConfig");
	ok(strstr(ask(&a, CALL("GetConfig", "{\"full\":1}")), "'full'") != NULL,
	    "what is no boolean is refused");
	ok(strstr(ask(&a, CALL("Why", "{\"name\":\"web\"}")), "\"text\":[\"") != NULL, "Why");
	ok(strstr(ask(&a, CALL("Why", "{\"name\":\"zz\"}")), "\"code\":10") != NULL,
	    "Why without such a process");
}

static void
test_update(void)
{
	struct peer b;

	peer_call(&a, CALL_MORE("Update", "{}"));
	spin();
	ok(fake_update_fn != NULL, "an update runs");
	b = peer_new(NULL);
	ok(strstr(ask(&b, CALL("Update", "{\"groups\":[\"g\"]}")), "under way") != NULL,
	    "one at a time");
	fake_update_fn(fake_update_arg, "g", "stopped");
	is_str(peer_reply(&a), "{\"parameters\":{\"done\":[{\"group\":\"g\","
	    "\"action\":\"stopped\"}]},\"continues\":true}", "a finished action");
	fake_update_fn(fake_update_arg, NULL, NULL);
	fake_update_fn = NULL;
	is_str(peer_reply(&a), "{\"parameters\":{\"done\":[]}}", "the end");
	peer_call(&b, CALL("Update", "{}"));
	spin();
	fake_update_fn(fake_update_arg, "g", "stopped");
	fake_update_fn(fake_update_arg, "g", "removed");
	fake_update_fn(fake_update_arg, NULL, NULL);
	fake_update_fn = NULL;
	is_str(peer_reply(&b), "{\"parameters\":{\"done\":[{\"group\":\"g\","
	    "\"action\":\"stopped\"},{\"group\":\"g\",\"action\":\"removed\"}]}}",
	    "without more: all at the end");
	peer_call(&b, CALL("Update", "{}"));
	spin();
	peer_free(&b);
	ok(fake_update_fn == NULL, "the caller has gone: nobody is told");
}

static void
test_service(void)
{
	is_str(ask(&a, "{\"method\":\"org.varlink.service.GetInfo\"}"),
	    "{\"parameters\":{\"vendor\":\"supd\",\"product\":\"supd\",\"version\":\""
	    SUPD_VERSION "\",\"url\":\"\",\"interfaces\":[\"org.varlink.service\","
	    "\"org.supd.Control\",\"org.supd.Log\",\"org.supd.Node\",\"org.supd.Gateway\",\"org.supd.Store\"]}}", "GetInfo");
	ok(strstr(ask(&a, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	    "\"parameters\":{\"interface\":\"org.supd.Control\"}}"),
	    "interface org.supd.Control\\n") != NULL, "GetInterfaceDescription");
	is_str(ask(&a, "{\"method\":\"org.varlink.service.GetInterfaceDescription\","
	    "\"parameters\":{\"interface\":\"a.b\"}}"),
	    "{\"error\":\"org.varlink.service.InterfaceNotFound\",\"parameters\":{"
	    "\"interface\":\"a.b\"}}", "of another");
	is_str(ask(&a, CALL("Nope", "{}")), "{\"error\":\"org.varlink.service."
	    "MethodNotFound\",\"parameters\":{\"method\":\"org.supd.Control.Nope\"}}",
	    "no such method");
	is_str(ask(&a, "{\"method\":\"a.b.C\"}"), "{\"error\":\"org.varlink.service."
	    "InterfaceNotFound\",\"parameters\":{\"interface\":\"a.b\"}}",
	    "no such interface");
	ok(strstr(ask(&a, "{\"method\":\"\"}"), "MethodNotFound") != NULL, "no name at all");
}

static void
test_oneway(void)
{
	struct proc *x = core_find("g:x", NULL);

	set_state(x, P_STOPPED);
	peer_call(&a, "{\"method\":\"org.supd.Control.Start\",\"parameters\":"
	    "{\"names\":[\"g:x\"]},\"oneway\":true}");
	is_str(peer_reply(&a), "", "one-way: no reply");
	is_int(x->fsm.st, P_STARTING, "but it is done");
	peer_call(&a, "{\"method\":\"org.supd.Control.Nope\",\"oneway\":true}");
	is_str(peer_reply(&a), "", "nor an error");
	ok(strstr(ask(&a, CALL("GetState", "{}")), "pid") != NULL, "the next call has one");
}

static void
test_shutdown(void)
{
	char *path = fake_config.path;

	is_str(ask(&a, CALL("Restart", "{}")), "{\"parameters\":{}}", "Restart");
	is_str(fake_last, "restart", "is passed on");
	fake_config.path = NULL;
	ok(strstr(ask(&a, CALL("Restart", "{}")), "\"code\":92") != NULL, "with a bad file: no");
	fake_config.path = path;
	is_str(ask(&a, CALL("Shutdown", "{}")), "{\"parameters\":{}}", "Shutdown");
	is_str(fake_last, "shutdown", "is passed on");
	core.state = SUP_SHUTDOWN;
	is_str(ask(&a, CALL("Status", "{\"names\":1}")), "{\"error\":\"org.supd.Control.Fault\""
	    ",\"parameters\":{\"code\":6,\"name\":\"SHUTDOWN_STATE\","
	    "\"text\":\"SHUTDOWN_STATE\"}}", "while it shuts down: before the arguments");
	ok(strstr(ask(&a, "{\"method\":\"org.supd.Log.Tail\"}"),
	    "\"error\":\"org.supd.Log.Fault\",\"parameters\":{\"code\":6") != NULL,
	    "the log, too");
	ok(strstr(ask(&a, CALL("GetState", "{}")), "\"statecode\":-1,\"statename\":"
	    "\"SHUTDOWN\"") != NULL, "but GetState");
	core.state = SUP_RUNNING;
}

int
main(void)
{
	fake_open();
	add_proc("web");
	add_proc("g:x");
	add_proc("g:y");
	add_proc("nofile");
	add_proc("b");
	a = peer_new(NULL);
	test_names();
	test_start();
	test_group();
	test_signal();
	test_wait();
	test_going_away();
	test_status();
	test_others();
	test_update();
	test_service();
	test_oneway();
	test_shutdown();
	peer_free(&a);
	is_int((int64_t)clients_count(), 0, "no client is left");
	is_int((int64_t)fake_ntimers, 0, "nor a timer");
	fake_close();
	return tap_done();
}
