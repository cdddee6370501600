/*
 * The page and its paths: what is escaped, who may act, what becomes of each reply.
 */
#include "http_fake.h"

#include <unistd.h>

#include "http/escape.h"
#include "http/origin.h"
#include "tap.h"
#include "web/action.h"
#include "web/events.h"
#include "web/health.h"
#include "web/html.h"
#include "web/metrics.h"
#include "web/page.h"
#include "web/status.h"
#include "web/tail.h"
#include "web/usage.h"

static bool
has(const char *text, const char *part)
{
	bool found = strstr(text, part) != NULL;

	if (!found)
		printf("# no '%s' in: %.600s\n", part, text);
	return found;
}

static struct request *
request(enum http_method method, const char *tail)
{
	struct request *r = fake_request(method, "/", NULL);

	r->tail = tail;
	return r;
}

static void
header(const char *name, const char *value)
{
	size_t i = 0;

	while (fake.headers[i] != NULL)
		i += 2;
	fake.headers[i] = name;
	fake.headers[i + 1] = value;
}

static void
query(const char *key, const char *value)
{
	size_t i = 0;

	while (fake.query[i] != NULL)
		i += 2;
	fake.query[i] = key;
	fake.query[i + 1] = value;
}

/* ---- text ---- */

static void
test_text(void)
{
	struct buf b = { 0 };

	html_add(&b, "<a href=\"x\">&'</a>");
	is_str(buf_text(&b), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;&lt;/a&gt;", "HTML is escaped");
	buf_clear(&b);
	url_add(&b, "g:x y/\xc3\xb6~_.-\"&");
	is_str(buf_text(&b), "g%3Ax%20y/%C3%B6~_.-%22%26", "a URL is quoted as Python does");
	buf_release(&b);
}

/* ---- the page ---- */

#define PROCESS "{\"name\":\"n<1>\",\"group\":\"g\",\"statename\":\"RUNNING\"," \
	"\"description\":\"pid 3, uptime 0:00:05\"}"

static void
test_page(void)
{
	struct request *r = request(HTTP_GET, "");
	const char *body;

	query("message", "<b>hello");
	page_index(r);
	is_str(fake_call(0)->method, "org.supd.Control.GetState", "the page asks who is there");
	fake_reply(0, "{\"parameters\":{\"identifier\":\"its \\\"name\\\"\"}}");
	is_str(fake_call(1)->method, "org.supd.Control.Status", "and for the processes");
	fake_reply(1, "{\"parameters\":{\"processes\":[" PROCESS "]}}");
	body = buf_text(&fake.body);
	is_int(fake.status, 200, "the page is there");
	ok(has(body, "<title>its &quot;name&quot; - supd</title>"), "with the identifier");
	ok(has(body, "<p class=\"message\">&lt;b&gt;hello</p>"), "with the message, escaped");
	ok(has(body, "<td>running</td><td>pid 3, uptime 0:00:05</td>"), "state and description");
	ok(has(body, ">g:n&lt;1&gt;</a>"), "the name, escaped");
	ok(has(body, "href=\"index.html?processname=g%3An%3C1%3E&amp;action=stop\">Stop<"), "links");
	ok(has(body, origin_token()), "the token");
	ok(strstr(body, "@TOKEN@") == NULL && strstr(body, "@TABLE@") == NULL, "no hole is left");
	ok(strstr(body, "<script>") == NULL && strstr(body, "style=") == NULL &&
	    strstr(body, "onclick") == NULL && strstr(body, "http://") == NULL,
	    "nothing that the policy forbids");
	ok(has(buf_text(&fake.set), "Content-Security-Policy: default-src 'none';") &&
	    has(buf_text(&fake.set), "frame-ancestors 'none'"), "the policy");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	page_index(r);
	fake_reply(0, "{\"parameters\":{}}");
	fake_fault(1, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	ok(has(buf_text(&fake.body), "<p class=\"message\">SHUTDOWN_STATE</p>") &&
	    has(buf_text(&fake.body), "No programs to manage"), "also while it shuts down");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	page_style(r);
	ok(fake.status == 200 && fake.body.len > 1000 && strcmp(fake.type, "text/css;charset=utf-8") == 0,
	    "the style");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	page_script(r);
	body = strstr(buf_text(&fake.set), "ETag: ");
	ok(body != NULL, "a tag for the script");
	if (body != NULL) {
		char tag[32] = "";

		sscanf(body, "ETag: %31s", tag);
		fake_request_end(r);
		r = request(HTTP_GET, "");
		header("If-None-Match", tag);
		page_script(r);
		is_int(fake.status, 304, "with it: not again");
	}
	fake_request_end(r);
}

/* ---- who may act ---- */

static const struct {
	const char *h[4];
	enum origin want;
	const char *what;
} origins[] = {
	{ { "User-Agent", "curl/8.0" }, ORIGIN_OURS, "a program" },
	{ { NULL }, ORIGIN_OURS, "who says nothing" },
	{ { "User-Agent", "Mozilla/5.0 (X11)" }, ORIGIN_UNKNOWN, "a browser that shows nothing" },
	{ { "Sec-Fetch-Site", "same-origin" }, ORIGIN_OURS, "our own page" },
	{ { "Sec-Fetch-Site", "none" }, ORIGIN_OURS, "typed by the person" },
	{ { "Sec-Fetch-Site", "cross-site" }, ORIGIN_UNKNOWN, "another site" },
	{ { "Sec-Fetch-Site", "same-site" }, ORIGIN_UNKNOWN, "another port of this host" },
	{ { "Origin", "http://host:9001" }, ORIGIN_OURS, "our origin" },
	{ { "Origin", "http://HOST:9001" }, ORIGIN_OURS, "in capitals" },
	{ { "Origin", "http://host:9002" }, ORIGIN_UNKNOWN, "another port" },
	{ { "Origin", "http://host:9001.evil.example" }, ORIGIN_UNKNOWN, "one that begins like ours" },
	{ { "Origin", "null" }, ORIGIN_UNKNOWN, "an origin that is hidden" },
	{ { "Referer", "http://host:9001/index.html?x" }, ORIGIN_OURS, "a link of ours" },
	{ { "Referer", "http://evil.example/http://host:9001/" }, ORIGIN_UNKNOWN, "a link elsewhere" },
	{ { "Referer", "http://host:9001/", "Origin", "http://evil.example" }, ORIGIN_UNKNOWN,
	    "the origin counts first" },
	{ { "X-Supd-Token", "0" }, ORIGIN_STALE, "a wrong token" },
	{ { "X-Supd-Token", "" }, ORIGIN_STALE, "an empty token" },
};

static void
test_origin(void)
{
	char wrong[ORIGIN_TOKEN_LEN + 1];
	struct request *r;

	for (size_t i = 0; i < sizeof(origins) / sizeof(origins[0]); i++) {
		r = request(HTTP_POST, "");
		header("Host", "host:9001");
		for (size_t k = 0; k < 4 && origins[i].h[k] != NULL; k += 2)
			header(origins[i].h[k], origins[i].h[k + 1]);
		is_int(origin_of(r), origins[i].want, origins[i].what);
		fake_request_end(r);
	}
	r = request(HTTP_POST, "");
	header("Sec-Fetch-Site", "cross-site");
	header("X-Supd-Token", origin_token());
	is_int(origin_of(r), ORIGIN_OURS, "the token is enough");
	fake_request_end(r);
	snprintf(wrong, sizeof(wrong), "%s", origin_token());
	wrong[ORIGIN_TOKEN_LEN - 1] ^= 1;
	r = request(HTTP_POST, "");
	query("token", wrong);
	is_int(origin_of(r), ORIGIN_STALE, "one digit is wrong");
	fake_request_end(r);
	is_int((int64_t)strlen(origin_token()), ORIGIN_TOKEN_LEN, "length of the token");
}

/* ---- actions ---- */

static struct request *
act(const char *action, const char *name)
{
	struct request *r = request(HTTP_GET, "");

	header("Host", "h:1");
	query("action", action);
	if (name != NULL)
		query("processname", name);
	page_index(r);
	return r;
}

static void
is_message(const char *want, const char *name)
{
	char text[300];

	snprintf(text, sizeof(text), "Location: http://h:1/?message=%s\n", want);
	ok(fake.status == 301 && has(buf_text(&fake.set), text), "%s", name);
}

#define RESULT(status, text) "{\"parameters\":{\"results\":[{\"name\":\"x\",\"group\":\"x\"," \
	"\"status\":" status ",\"description\":\"" text "\"}]}}"

static void
test_results(void)
{
	static const struct {
		const char *reply, *message;
	} starts[] = {
		{ RESULT("80", "OK"), "Process%20x%20started" },
		{ RESULT("20", "NO_FILE: x"), "ERROR%3A%20Process%20x%3A%20no%20such%20file" },
		{ RESULT("21", "-"), "ERROR%3A%20Process%20x%3A%20file%20not%20executable" },
		{ RESULT("40", "-"), "ERROR%3A%20Process%20x%3A%20abnormal%20termination" },
		{ RESULT("50", "-"), "ERROR%3A%20Process%20x%3A%20spawn%20error" },
		{ RESULT("60", "-"), "ERROR%3A%20Process%20x%3A%20already%20started" },
		{ RESULT("30", "FAILED: no"),
		    "ERROR%3A%20Process%20x%3A%20unexpected%20rpc%20fault%20%5B30%5D%20FAILED%3A%20no" },
		{ RESULT("10", "BAD_NAME: x"), "No%20such%20process%20named%20x" },
	};
	struct request *r;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		r = act("start", "x");
		fake_reply(0, starts[i].reply);
		is_message(starts[i].message, starts[i].message);
		fake_request_end(r);
	}
	r = act("stop", "x");
	is_str(fake_call(0)->params, "{\"names\":[\"x\"]}", "stop: the call");
	fake_reply(0, RESULT("70", "NOT_RUNNING: x"));
	is_message("unexpected%20rpc%20fault%20%5B70%5D%20NOT_RUNNING%3A%20x", "one that is down");
	fake_request_end(r);
	r = act("clearlog", "g:x");
	is_str(fake_call(0)->method, "org.supd.Log.Clear", "clearlog: the call");
	is_str(fake_call(0)->params, "{\"name\":\"g:x\"}", "and its parameter");
	fake_reply(0, "{\"parameters\":{}}");
	is_message("Log%20for%20g%3Ax%20cleared", "cleared");
	fake_request_end(r);
}

static void
test_two_steps(void)
{
	struct request *r = act("restart", "x");

	fake_reply(0, RESULT("70", "NOT_RUNNING: x"));
	is_str(fake_call(1)->method, "org.supd.Control.Start", "restart: starts also what was down");
	fake_reply(1, RESULT("80", "OK"));
	is_message("Process%20x%20restarted", "restarted");
	fake_request_end(r);
	r = act("restart", "x");
	fake_reply(0, RESULT("80", "OK"));
	fake_reply(1, RESULT("50", "SPAWN_ERROR: x"));
	is_message("ERROR%3A%20Process%20x%3A%20spawn%20error", "a restart that failed is not one");
	fake_request_end(r);
	r = act("restart", "g:*");
	fake_reply(0, "{\"parameters\":{\"results\":[]}}");
	fake_reply(1, RESULT("80", "OK"));
	is_message("Group%20g%20restarted", "a group");
	fake_request_end(r);
	r = act("restartall", "x");
	is_str(fake_call(0)->params, "{\"all\":true}", "all: the name does not matter");
	fake_reply(0, RESULT("30", "FAILED: x"));
	fake_reply(1, "{\"parameters\":{\"results\":[]}}");
	ok(has(buf_text(&fake.set), "message=All%20restarted%20at%20"), "all restarted");
	fake_request_end(r);
}

static void
test_actions(void)
{
	struct request *r = act("refresh", NULL);

	ok(fake.status == 301 && fake.ncalls == 0 &&
	    has(buf_text(&fake.set), "/?message=Page%20refreshed%20at%20"), "refresh");
	ok(has(buf_text(&fake.set), "Cache-Control: no-store"), "no browser keeps the redirect");
	fake_request_end(r);
	r = act("explode", "x");
	is_int(fake.status, 400, "no such action");
	fake_request_end(r);
	r = act("stop", NULL);
	is_int(fake.status, 400, "no name");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	query("action", "stop");
	query("processname", "\"><script>");
	header("User-Agent", "Mozilla/5.0");
	page_index(r);
	ok(fake.status == 403 && fake.ncalls == 0, "a browser with no proof does nothing");
	ok(has(buf_text(&fake.body), "<form method=\"post\"") &&
	    has(buf_text(&fake.body), "value=\"&quot;&gt;&lt;script&gt;\"") &&
	    has(buf_text(&fake.body), origin_token()), "but can be told by the person");
	fake_request_end(r);

	r = request(HTTP_HEAD, "");
	query("action", "stopall");
	page_index(r);
	ok(fake.status == 400 && fake.ncalls == 0, "HEAD does nothing");
	fake_request_end(r);

	r = request(HTTP_POST, "");
	header("Accept", "application/json");
	header("X-Supd-Token", origin_token());
	query("action", "stop");
	query("processname", "x");
	page_index(r);
	fake_reply(0, RESULT("80", "OK"));
	ok(fake.status == 200 && strcmp(buf_text(&fake.body),
	    "{\"message\":\"Process x stopped\",\"error\":false}") == 0, "the script gets JSON");
	fake_request_end(r);
	r = request(HTTP_POST, "");
	header("Accept", "application/json");
	header("X-Supd-Token", "old");
	query("action", "refresh");
	page_index(r);
	is_int(fake.status, 403, "and with an old token nothing");
	fake_request_end(r);
}

/* ---- JSON for the script ---- */

static void
test_json(void)
{
	struct request *r = request(HTTP_GET, "");

	query("names", "a\ng:b\n");
	status_json(r);
	fake_reply(0, "{\"parameters\":{\"pid\":1}}");
	is_str(fake_call(1)->params, "{\"names\":[\"a\",\"g:b\"]}", "status.json: names");
	fake_reply(1, "{\"parameters\":{\"processes\":[{\"name\":\"a\"}],\"unknown\":[]}}");
	ok(has(buf_text(&fake.body), "\"state\":{\"pid\":1},\"processes\":[{\"name\":\"a\"}],\"unknown\":[]}"),
	    "its two calls in one object");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("names", "");
	status_json(r);
	fake_reply(0, "{\"parameters\":{\"pid\":1}}");
	ok(fake.ncalls == 1 && has(buf_text(&fake.body), "\"processes\":[]"), "no names: nobody");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	status_json(r);
	fake_reply(0, "{\"parameters\":{\"pid\":1}}");
	is_str(fake_call(1)->params, "{}", "not asked for: all");
	fake_fault(1, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	ok(fake.status == 200 && has(buf_text(&fake.body), "\"processes\":[],\"unknown\":[]}"),
	    "while it shuts down: its state");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("name", "x");
	status_why(r);
	fake_fault(0, FAULT_BAD_NAME, "BAD_NAME: x");
	is_int(fake.status, 404, "why.json: no such process");
	fake_request_end(r);
}

/* ---- logs ---- */

static void
test_tail(void)
{
	struct request *r = request(HTTP_GET, "g:x/stderr");

	tail_log(r);
	is_str(fake_call(0)->params, "{\"name\":\"g:x\",\"channel\":\"stderr\",\"bytes\":1024}",
	    "logtail: the call");
	fake_reply(0, "{\"parameters\":{\"text\":\"\"},\"continues\":true}");
	ok(fake.streams && fake.status == 200, "begins with the first reply");
	fake_reply(0, "{\"parameters\":{\"text\":\"one\\n\"},\"continues\":true}");
	fake_reply(0, "{\"parameters\":{\"text\":\"two\\u0000\\n\"}}");
	ok(fake.body.len == 9 && fake.ended, "follows, ends with the log");
	fake_request_end(r);
	r = request(HTTP_GET, "x");
	query("bytes", "99999999999999999999");
	tail_log(r);
	is_str(fake_call(0)->params, "{\"name\":\"x\",\"channel\":\"stdout\",\"bytes\":1048576}",
	    "bytes are bounded");
	fake_fault(0, FAULT_NO_FILE, "NO_FILE: x");
	ok(fake.status == 404 && !fake.streams, "no such log");
	fake_request_end(r);
	r = request(HTTP_GET, "x/nonsense");
	tail_log(r);
	ok(fake.status == 404 && fake.ncalls == 0, "no such channel");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	query("processname", "x\"");
	query("limit", "2000");
	tail_page(r);
	is_str(fake_call(0)->params, "{\"name\":\"x\\\"\",\"channel\":\"stdout\",\"offset\":-2000,"
	    "\"length\":0}", "tail.html: the call");
	fake_reply(0, "{\"parameters\":{\"text\":\"a < b\\n\"}}");
	ok(has(buf_text(&fake.body), ">a &lt; b\n</pre>") &&
	    has(buf_text(&fake.body), "tail.html?processname=x%22&amp;limit=2000\">Refresh"), "the page");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("processname", "x");
	query("limit", "junk");
	tail_page(r);
	fake_fault(0, FAULT_NO_FILE, "NO_FILE: x");
	ok(has(buf_text(&fake.body), "No file for x") && has(buf_text(&fake.body), "limit=1024"), "no file");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("processname", "z");
	tail_page(r);
	fake_fault(0, FAULT_BAD_NAME, "BAD_NAME: z");
	ok(has(buf_text(&fake.body), "ERROR: unexpected rpc fault [10] BAD_NAME: z"), "no such process");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	tail_page(r);
	ok(fake.status == 200 && has(buf_text(&fake.body), "No process name found"), "no name");
	fake_request_end(r);
}

/* ---- events ---- */

static void
test_events(void)
{
	struct request *r = request(HTTP_GET, "");

	query("types", "A, B");
	query("since", "7");
	header("Last-Event-ID", "run:41");
	events_serve(r);
	fake_reply(0, "{\"parameters\":{\"run\":\"abc\"}}");
	is_str(fake_call(1)->params, "{\"types\":[\"A\",\"B\"],\"since\":42,\"run\":\"run\"}",
	    "events: goes on behind the last one");
	ok(fake_call(1)->flags == 0 && !fake.streams, "is it right?");
	fake_fault(1, FAULT_FAILED, "org.varlink.service.ExpectedMore");
	ok(fake.streams && strcmp(fake.type, "text/event-stream") == 0, "the stream is begun");
	ok(fake_call(2)->flags == ASYNC_MORE && strcmp(fake_call(2)->params, fake_call(1)->params) == 0,
	    "by the same call");
	fake_reply(2, "{\"parameters\":{\"event\":\"X\",\"serial\":42,\"payload\":\"a\\nb\"},"
	    "\"continues\":true}");
	ok(has(buf_text(&fake.body), "\n\nid: abc:42\nevent: X\ndata: {\"event\":\"X\",\"serial\":42,"
	    "\"payload\":\"a\\nb\"}\n\n"), "one event");
	fake_reply(2, "{\"parameters\":{\"event\":\"EVENTS_MISSED\",\"serial\":50,\"missed\":8},"
	    "\"continues\":true}");
	ok(has(buf_text(&fake.body), "id: abc:50\nevent: missed\ndata: {\"event\":\"EVENTS_MISSED\""),
	    "how many are missing");
	fake_fault(2, FAULT_FAILED, "gone");
	ok(fake.aborted, "the supervisor has gone: broken off");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	query("types", "NONSENSE");
	events_serve(r);
	fake_reply(0, "{\"parameters\":{\"run\":\"abc\"}}");
	fake_fault(1, FAULT_INCORRECT_PARAMETERS, "no type of event");
	ok(fake.status == 400 && !fake.streams, "a wrong type");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("since", "yesterday");
	events_serve(r);
	fake_reply(0, "{\"parameters\":{\"run\":\"abc\"}}");
	ok(fake.status == 400 && fake.ncalls == 1, "a wrong id");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	query("since", "all");
	events_serve(r);
	fake_reply(0, "{\"parameters\":{\"run\":\"abc\"}}");
	is_str(fake_call(1)->params, "{\"since\":0}", "since the beginning");
	fake_request_end(r);
}

/* ---- metrics, health ---- */

#define COUNTED "{\"parameters\":{\"processes\":[{\"name\":\"a\\\"b\",\"group\":\"g\",\"state\":200," \
	"\"statename\":\"FATAL\",\"pid\":0,\"missing\":%s,\"starts\":4,\"restarts\":3,\"signal\":2," \
	"\"launched\":4,\"launch_seconds\":0.25,\"cpu_seconds\":1.5}]," \
	"\"supervisor\":\"%s\",\"pid\":0,\"start\":1.5,\"wakeups\":7}}"

static void
count(const char *missing, const char *state)
{
	char text[600];

	snprintf(text, sizeof(text), COUNTED, missing, state);
	fake_reply(0, text);
}

static void
test_metrics(void)
{
	struct request *r = request(HTTP_GET, "");
	const char *body;

	header("Accept", "application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
	metrics_serve(r);
	count("true", "RUNNING");
	fake_reply(1, "{\"parameters\":{\"streams\":[{\"name\":\"\",\"group\":\"\",\"channel\":\"main\","
	    "\"in_bytes\":12,\"dropped_error\":3}]}}");
	body = buf_text(&fake.body);
	ok(has(fake.type, "application/openmetrics-text; version=1.0.0"), "OpenMetrics");
	ok(has(body, "# TYPE supd_wakeups counter\n# HELP supd_wakeups Times that the supervisor woke up.\n"
	    "supd_wakeups_total 7\n"), "a counter");
	ok(has(body, "supd_process_state{group=\"g\",name=\"a\\\"b\"} 200\n"), "labels are escaped");
	ok(has(body, "supd_process_ends_total{group=\"g\",name=\"a\\\"b\",cause=\"signal\"} 2\n"), "ends");
	ok(has(body, "# UNIT supd_process_cpu_seconds seconds\n"), "a unit");
	ok(has(body, "supd_process_cpu_seconds_total{group=\"g\",name=\"a\\\"b\"} 1.5\n"), "a fraction");
	ok(has(body, "supd_process_start_latency_seconds_sum{group=\"g\",name=\"a\\\"b\"} 0.25\n"), "a summary");
	ok(has(body, "supd_log_dropped_bytes_total{group=\"supd\",name=\"core\",channel=\"main\","
	    "reason=\"error\"} 3\n"), "bytes of a log");
	ok(strcmp(body + strlen(body) - 6, "# EOF\n") == 0, "the end");
	fake_request_end(r);

	r = request(HTTP_GET, "");
	metrics_serve(r);
	count("true", "RUNNING");
	fake_fault(1, FAULT_FAILED, "no logger");
	body = buf_text(&fake.body);
	ok(has(fake.type, "text/plain; version=0.0.4"), "the older format");
	ok(has(body, "# TYPE supd_wakeups_total counter\n") && has(body, "# TYPE supd_info gauge\n") &&
	    strstr(body, "# UNIT") == NULL && strstr(body, "# EOF") == NULL, "without what it does not know");
	ok(fake.status == 200 && strstr(body, "supd_log") == NULL, "a logger that is away costs its lines");
	fake_request_end(r);
}

static void
test_health(void)
{
	struct request *r = request(HTTP_GET, "");

	health_serve(r);
	count("false", "RUNNING");
	ok(fake.status == 200 && strcmp(buf_text(&fake.body), "ok\n") == 0, "healthy");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	health_serve(r);
	count("true", "RUNNING");
	ok(fake.status == 503 && strcmp(buf_text(&fake.body), "g:a\"b FATAL\n") == 0, "who is missing");
	fake_request_end(r);
	r = request(HTTP_GET, "");
	header("Accept", "application/json");
	health_serve(r);
	count("true", "SHUTDOWN");
	ok(fake.status == 503 && has(buf_text(&fake.body), "{\"supervisor\":\"SHUTDOWN\",\"missing\":["
	    "{\"group\":\"g\",\"name\":\"a\\\"b\",\"statename\":\"FATAL\"}]}"), "as JSON");
	fake_request_end(r);
}

static void
test_usage(void)
{
	enum { BYTES = 16 << 20 };	/* the kernel counts in bunches for each processor */
	struct usage u = { 0 };
	char *much = malloc(BYTES);

	if (much != NULL)
		memset(much, 'x', BYTES);
	if (getenv("EMULATED") != NULL)	/* the emulator invents our own stat, without these */
		ok(true, "what we use ourselves # skip the emulator does not tell");
	else
		ok(usage_of(getpid(), &u) && u.memory_bytes > BYTES / 2 &&
		    u.memory_bytes < 1LL << 32 && u.cpu_seconds >= 0 && u.cpu_seconds < 60,
		    "what we use ourselves");
	free(much);
	ok(!usage_of(0, &u) && !usage_of(99999999, &u), "nobody uses nothing");
}

int
main(void)
{
	test_text();
	test_page();
	test_origin();
	test_results();
	test_two_steps();
	test_actions();
	test_json();
	test_tail();
	test_events();
	test_metrics();
	test_health();
	test_usage();
	return tap_done();
}
