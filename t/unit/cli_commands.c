/*
 * supctl against a fake server: what each command asks, prints and exits with.
 */
#include "cli/cli.h"

#include <errno.h>
#include <sys/mman.h>

#include "fake_server.h"
#include "tap.h"

#define P(group, name, pid, state) "{\"name\":\"" name "\",\"group\":\"" group "\",\"state\":0," \
	"\"statename\":\"" state "\",\"description\":\"d-" name "\",\"pid\":" pid "}"
#define R(group, name, status, text) "{\"name\":\"" name "\",\"group\":\"" group \
	"\",\"status\":" status ",\"description\":\"" text "\"}"
#define RESULTS(x) "{\"parameters\":{\"results\":[" x "]}}"
#define MORE(x) "{\"parameters\":{\"results\":[" x "]},\"continues\":true}\n"
#define FAULT(interface, code, name, text) "{\"error\":\"org.supd." interface ".Fault\"," \
	"\"parameters\":{\"code\":" code ",\"name\":\"" name "\",\"text\":\"" text "\"}}"
#define ALL P("a", "a", "5", "RUNNING") "," P("g", "x", "6", "RUNNING") "," \
	P("g", "y", "0", "FATAL")

static char text[1 << 16];	/* what the last run printed */
static int status;

/* A configuration that says nothing. */
static int
load_nothing(const char *path, struct cli_config *out, struct err *e)
{
	(void)out;
	if (path != NULL)
		return err_set(e, FAULT_FAILED, "could not find config file %s", path);
	return 0;
}

/* Run supctl -s URL with the words of line (split at blanks; '~' is a blank). */
static void
run(const char *line)
{
	static char word[32][128];
	char *argv[36] = { (char *)(uintptr_t)"supctl", (char *)(uintptr_t)"-s", fake.url };
	int argc = 3, keep = dup(STDOUT_FILENO), fd = memfd_create("out", 0);
	const char *at = line;
	ssize_t n;

	for (size_t i = 0, len; *(at += strspn(at, " ")) != '\0'; at += len, i++) {
		len = strcspn(at, " ");
		snprintf(word[i], sizeof(word[i]), "%.*s", (int)len, at);
		for (char *p = word[i]; *p != '\0'; p++)
			if (*p == '~')
				*p = ' ';
		argv[argc++] = word[i];
	}
	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	fake.asked[0] = '\0';
	status = supctl_main(argc, argv, load_nothing);
	fflush(stdout);
	dup2(keep, STDOUT_FILENO);
	close(keep);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	close(fd);
}

static void
prints(const char *line, const char *want, int rc)
{
	char name[200];

	run(line);
	is_str(text, want, line);
	snprintf(name, sizeof(name), "    exit status %d", rc);
	is_int(status, rc, name);
}

static void
asks(const char *want)
{
	char name[300];

	snprintf(name, sizeof(name), "    asks %s", want);
	if (!ok(strstr(fake.asked, want) != NULL, "%s", name))
		printf("# asked: %s\n", fake.asked);
}

static void
test_status(void)
{
	static const struct fake_rule rules[] = {
		{ "[\"a\",\"zz\",\"q:*\",\"g:y\",\"a\"]", "{\"parameters\":{\"processes\":["
		    P("a", "a", "5", "RUNNING") "," P("a", "a", "5", "RUNNING") ","
		    P("g", "y", "0", "FATAL") "]}}" },
		{ "[\"g:*\"]", "{\"parameters\":{\"processes\":[" P("g", "x", "6", "RUNNING") ","
		    P("g", "y", "0", "FATAL") "]}}" },
		{ "[\"a\"]", "{\"parameters\":{\"processes\":[" P("a", "a", "5", "RUNNING") "]}}" },
		{ "[\"a\",\"zz\",\"g:y\"]", "{\"parameters\":{\"processes\":["
		    P("a", "a", "5", "RUNNING") "," P("g", "y", "0", "FATAL") "]}}" },
		{ "names", "{\"parameters\":{\"processes\":[]}}" },
		{ "Status", "{\"parameters\":{\"processes\":[" ALL "]}}" },
		{ "GetState", "{\"parameters\":{\"pid\":99,\"version\":\"1.2\"}}" },
		{ NULL, NULL },
	};
	static const char all[] =
	    "a                                RUNNING   d-a\n"
	    "g:x                              RUNNING   d-x\n"
	    "g:y                              FATAL     d-y\n";

	fake_start(rules, 0);
	prints("status", all, 3);
	prints("status zz all", all, 3);
	asks("\"parameters\":{}");
	prints("status a", "a                                RUNNING   d-a\n", 0);
	prints("status a zz q:* g:y a",
	    "zz: ERROR (no such process)\nq: ERROR (no such group)\n"
	    "a                                RUNNING   d-a\n"
	    "g:y                              FATAL     d-y\n"
	    "a                                RUNNING   d-a\n", 3);
	prints("status g:*", "g:x                              RUNNING   d-x\n"
	    "g:y                              FATAL     d-y\n", 3);
	prints("status zz", "zz: ERROR (no such process)\n", 4);
	prints("status --all a", "a                                RUNNING   d-a\n", 0);
	asks("\"all\":true");
	prints("status a --json", "[\n{\"name\":\"a\",\"group\":\"a\",\"state\":0,"
	    "\"statename\":\"RUNNING\",\"description\":\"d-a\",\"pid\":5}\n]\n", 0);
	prints("status --json zz", "zz: ERROR (no such process)\n[]\n", 4);
	prints("pid", "99\n", 0);
	prints("version", "1.2\n", 0);
	prints("pid a zz g:y", "5\nNo such process zz\n0\n", 7);
	prints("pid all", "5\n6\n0\n", 0);
	prints("pid --json a", "[\n{\"name\":\"a\",\"group\":\"a\",\"pid\":5}\n]\n", 0);
	prints("__complete processes", "a\ng:*\ng:x\ng:y\n", 0);
	prints("version x", "Error: version accepts no arguments\n"
	    "version\t\t\tVersion of the supervisor\n", 1);
	fake_stop();
}

static void
test_start_stop(void)
{
	static const struct fake_rule rules[] = {
		{ "Start\",\"parameters\":{\"names\":[\"a\"]", RESULTS(R("a", "a", "80", "OK")) },
		{ "[\"g:*\"]", MORE(R("g", "y", "80", "OK")) MORE(R("g", "x", "50", ""))
		    RESULTS("") },
		{ "[\"none:*\"]", RESULTS(R("none", "*", "10", "BAD_NAME: none:*")) },
		{ "[\"up\"]", RESULTS(R("up", "up", "60", "ALREADY_STARTED: up")) },
		{ "[\"zz\"]", RESULTS(R("zz", "zz", "10", "BAD_NAME: zz")) },
		{ "[\"f\"]", RESULTS(R("f", "f", "20", "")) },
		{ "[\"x\"]", RESULTS(R("x", "x", "21", "")) },
		{ "[\"w\"]", RESULTS(R("w", "w", "40", "")) },
		{ "[\"odd\"]", RESULTS(R("odd", "odd", "30", "the kernel says no")) },
		{ "[\"fault:*\"]", FAULT("Control", "10", "BAD_NAME", "BAD_NAME: fault:*") },
		{ "[\"fault\"]", FAULT("Control", "50", "SPAWN_ERROR", "SPAWN_ERROR: fault") },
		{ "[\"down\"]", FAULT("Control", "6", "SHUTDOWN_STATE", "SHUTDOWN_STATE") },
		{ "Stop\",\"parameters\":{\"names\":[\"a\"]", RESULTS(R("a", "a", "70", "")) },
		{ "Stop\",\"parameters\":{\"all\":true", RESULTS(R("a", "a", "80", "") ","
		    R("g", "x", "80", "")) },
		{ "\"signal\":\"XX\"", RESULTS(R("s", "s", "11", "")) },
		{ "\"signal\":\"HUP\"", RESULTS(R("s", "s", "80", "")) },
		{ "\"state\":\"RUNNING\"", RESULTS(R("a", "a", "80", "")) },
		{ "\"state\":\"EXITED\"", RESULTS(R("a", "a", "30", "still RUNNING")) },
		{ NULL, NULL },
	};

	fake_start(rules, 0);
	prints("start a", "a: started\n", 0);
	asks("{\"names\":[\"a\"],\"wait\":true},\"more\":true");
	prints("start g:*", "g:y: started\ng:x: ERROR (spawn error)\n", 7);
	prints("start none:* a", "none: ERROR (no such group)\na: started\n", 2);
	prints("stop none:*", "none: ERROR (no such group)\n", 1);
	prints("start up", "up: ERROR (already started)\n", 0);
	prints("start zz a", "zz: ERROR (no such process)\na: started\n", 1);
	prints("start f x w", "f: ERROR (no such file)\nx: ERROR (file is not executable)\n"
	    "w: ERROR (abnormal termination)\n", 7);
	prints("start odd", "odd: ERROR (the kernel says no)\n", 1);
	prints("start fault:*", "fault: ERROR (no such group)\n", 2);
	prints("start fault", "fault: ERROR (spawn error)\n", 7);
	prints("start down a", "error: <Fault 6: 'SHUTDOWN_STATE'>\n", 1);
	prints("stop a", "a: ERROR (not running)\n", 0);
	prints("stop all zz", "a: stopped\ng:x: stopped\n", 0);
	prints("restart a", "a: ERROR (not running)\na: started\n", 0);
	prints("signal XX s", "s: ERROR (bad signal name)\n", 1);
	prints("signal HUP s", "s: signalled\n", 0);
	prints("start a~a", "a: started\na: started\n", 0);
	run("start");
	ok(strncmp(text, "Error: start requires a process name\nstart <name>", 49) == 0 &&
	    status == 2, "start without a name: usage, 2");
	run("stop");
	is_int(status, 1, "stop without a name: 1");
	prints("start a --wait RUNNING --timeout 2.5", "a: started\n", 0);
	asks("\"wait\":false");
	asks("{\"state\":\"RUNNING\",\"names\":[\"a\"],\"timeout\":2500}");
	prints("start --wait=EXITED a", "a: started\na: ERROR (not EXITED: still RUNNING)\n", 1);
	prints("start a --wait DEAD", "Error: --wait needs a state such as RUNNING, STOPPED or "
	    "EXITED, not 'DEAD'\n", 2);
	prints("start a --timeout soon",
	    "Error: --timeout needs a number of seconds, not 'soon'\n", 2);
	is_str(fake.asked, "", "    and nothing was started");
	fake_stop();
}

static void
test_config(void)
{
	static const struct fake_rule rules[] = {
		{ "Reread", "{\"parameters\":{\"added\":[\"n\",\"b\"],\"changed\":[\"c\"],"
		    "\"removed\":[\"a\"]}}" },
		{ "{\"groups\":[\"c\"]}", "{\"parameters\":{\"done\":[{\"group\":\"c\",\"action\":"
		    "\"stopped\"}]},\"continues\":true}\n{\"parameters\":{\"done\":[{\"group\":"
		    "\"c\",\"action\":\"updated\"}]}}" },
		{ "Update", FAULT("Control", "92", "CANT_REREAD", "CANT_REREAD: it's bad") },
		{ "AddGroup\",\"parameters\":{\"name\":\"a\"", FAULT("Control", "90",
		    "ALREADY_ADDED", "ALREADY_ADDED: a") },
		{ "AddGroup\",\"parameters\":{\"name\":\"zz\"", FAULT("Control", "10",
		    "BAD_NAME", "BAD_NAME: zz") },
		{ "RemoveGroup\",\"parameters\":{\"name\":\"a\"", FAULT("Control", "91",
		    "STILL_RUNNING", "STILL_RUNNING: a") },
		{ "GetConfig", "{\"parameters\":{\"configs\":[{\"name\":\"x\",\"group\":\"g\","
		    "\"inuse\":true,\"autostart\":false,\"group_prio\":5,\"process_prio\":999}]}}" },
		{ "Status", "{\"parameters\":{\"processes\":[" P("c", "c", "5", "RUNNING") "]}}" },
		{ "Plan", "{\"parameters\":{\"steps\":[{\"group\":\"g\",\"name\":\"x\",\"action\":"
		    "\"restart\",\"key\":\"command\",\"from\":\"a\",\"to\":\"b\"},{\"group\":\"n\","
		    "\"name\":\"\",\"action\":\"add\",\"key\":\"\"}]}}" },
		{ NULL, NULL },
	};

	fake_start(rules, 0);
	prints("reread", "a: disappeared\nb: available\nc: changed\nn: available\n", 0);
	prints("update c", "c: stopped\nc: updated process group\n", 0);
	prints("update zz c",
	    "ERROR: no such group: zz\nc: stopped\nc: updated process group\n", 1);
	prints("update zz", "ERROR: no such group: zz\n", 1);
	prints("update", "error: <Fault 92: 'CANT_REREAD: it's bad'>\n", 1);
	prints("add b a zz", "b: added process group\nERROR: process group already active\n"
	    "ERROR: no such process/group: zz\n", 1);
	prints("remove b a", "b: removed process group\n"
	    "ERROR: process/group still running: a\n", 1);
	prints("add", "", 0);
	prints("avail", "g:x                              in use    manual    5:999\n", 0);
	prints("plan", "g:x: restart because of command: 'a' becomes 'b'\nn: add\n", 0);
	fake_stop();
}

static void
test_logs(void)
{
	static const struct fake_rule rules[] = {
		{ "Read\",\"parameters\":{\"name\":\"zz\"", FAULT("Log", "10", "BAD_NAME", "zz") },
		{ "Read\",\"parameters\":{\"name\":\"n\"", FAULT("Log", "20", "NO_FILE", "n") },
		{ "Read\",\"parameters\":{\"name\":\"o\"", FAULT("Log", "30", "FAILED", "o") },
		{ "Tail\",\"parameters\":{\"name\":\"bad\",\"channel\":\"stderr\"",
		    "{\"parameters\":{\"text\":\"1\\n2\\n3\\n4\\n5\\n6\\n7\\n8\\n9\\n10\\n11\"}}" },
		{ "Tail\",\"parameters\":{\"name\":\"bad\"", "{\"parameters\":{\"text\":\"\"}}" },
		{ "Read\",\"parameters\":{\"name\":\"kept\"", FAULT("Log", "20", "NO_FILE",
		    "NO_FILE") },
		{ "Tail\",\"parameters\":{\"name\":\"kept\"",
		    "{\"parameters\":{\"text\":\"in memory\"}}" },
		{ "Read", "{\"parameters\":{\"text\":\"h\xc3\xb6he\\u0000x\\n\"}}" },
		{ "Follow", "{\"parameters\":{\"text\":\"one\\n\"},\"continues\":true}\n"
		    "{\"parameters\":{\"text\":\"two\"},\"continues\":true}\n" FAKE_HANGUP },
		{ "Clear\",\"parameters\":{\"name\":\"zz\"", FAULT("Log", "10", "BAD_NAME", "zz") },
		{ "Status", "{\"parameters\":{\"processes\":[" ALL "]}}" },
		{ "Why\",\"parameters\":{\"name\":\"bad\"", "{\"parameters\":{\"process\":"
		    P("bad", "bad", "0", "FATAL") ",\"text\":[\"bad is FATAL\",\"  because\"],"
		    "\"transitions\":[]}}" },
		{ "Why", FAULT("Control", "10", "BAD_NAME", "BAD_NAME: zz") },
		{ "Subscribe", "{\"parameters\":{\"event\":\"PROCESS_STATE_EXITED\",\"serial\":1,"
		    "\"time\":0.5,\"payload\":\"processname:a\\nb\"},\"continues\":true}\n"
		    FAKE_HANGUP },
		{ NULL, NULL },
	};

	fake_start(rules, 0);
	run("tail a");
	ok(memcmp(text, "h\xc3\xb6he\0x\n\n", 10) == 0, "tail prints all bytes and a newline");
	asks("{\"name\":\"a\",\"channel\":\"stdout\",\"offset\":-1600,\"length\":0}");
	run("tail -20 a stderr");
	asks("{\"name\":\"a\",\"channel\":\"stderr\",\"offset\":-20,\"length\":0}");
	run("maintail -5");
	asks("{\"name\":\"\",\"channel\":\"main\",\"offset\":-5,\"length\":0}");
	prints("tail zz", "zz: ERROR (no such process name)\n", 1);
	prints("tail kept", "in memory\n", 0);
	prints("tail n", "n: ERROR (no log file)\n", 1);
	prints("tail o", "o: ERROR (unknown error reading log)\n", 1);
	prints("tail -x a", "Error: bad argument -x\n", 1);
	prints("tail a b", "Error: bad channel 'b'\n", 1);
	prints("tail -f", "Error: tail requires process name\n", 1);
	run("tail -f a");
	ok(strncmp(text, "==> Press Ctrl-C to exit <==\none\ntwo\nerror: unix", 48) == 0 &&
	    status == 1, "tail -f whose server goes away says so");
	asks("\"bytes\":1024}");
	prints("clear a zz g:*", "a: cleared\nzz: ERROR (no such process)\n"
	    "g:None: ERROR (no such process)\n", 1);
	prints("clear all", "a: cleared\ng:x: cleared\ng:y: cleared\n", 0);
	prints("why bad", "bad is FATAL\n  because\nlast output on stderr:\n    2\n    3\n    4\n"
	    "    5\n    6\n    7\n    8\n    9\n    10\n    11\n", 0);
	prints("why zz", "zz: ERROR (no such process)\n", 1);
	setenv("TZ", "UTC", 1);
	run("events -f PROCESS_STATE");
	ok(strncmp(text, "1970-01-01 00:00:00,500 PROCESS_STATE_EXITED processname:a\\nb\nerror:",
	    68) == 0, "an event is one line");
	asks("{\"types\":[\"PROCESS_STATE\"]}");
	run("events");
	is_int(status, 2, "events without -f is refused");
	fake_stop();
}

static void
test_rest(void)
{
	static const struct fake_rule rules[] = {
		{ "Shutdown", FAULT("Control", "6", "SHUTDOWN_STATE", "SHUTDOWN_STATE") },
		{ "GetState", "{\"error\":\"org.varlink.service.PermissionDenied\"}" },
		{ "Restart", FAKE_HANGUP },
		{ NULL, NULL },
	};

	fake_start(rules, 0);
	prints("shutdown", "ERROR: already shutting down\n", 0);
	run("reload");
	ok(strstr(text, "closed the connection\n") != NULL && status == 1,
	    "a connection that breaks: %s", text);
	prints("version", "Server requires authentication\n", 1);
	prints("bogus  words", "*** Unknown syntax: bogus words\n", 1);
	run("help");
	ok(strstr(text, "\ndefault commands (type help <topic>):\n"
	    "=====================================\n"
	    "add    exit      open  reload  restart   start   tail   \n"
	    "avail  fg        pid   remove  shutdown  status  update \n"
	    "clear  maintail  quit  reread  signal    stop    version\n") == text,
	    "help is laid out as supervisorctl's");
	prints("help nosuch", "*** No help on nosuch\n", 0);
	prints("open nonsense", "ERROR: url must be http:// or unix://\n", 1);
	fake_stop();
	run("status");
	ok(strstr(text, " refused connection\n") != NULL && status == 4, "nobody listens: 4");
	run("shutdown");
	ok(strncmp(text, "ERROR: unix", 11) == 0 && strstr(text, "(already shut down?)\n") != NULL &&
	    status == 1, "shutdown of what is down");
	run("avail");
	ok(strncmp(text, "error: unix", 11) == 0 && status == 1, "avail says error");
}

int
main(void)
{
	test_status();
	test_start_stop();
	test_config();
	test_logs();
	test_rest();
	return tap_done();
}
