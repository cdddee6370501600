/*
 * The methods of XML-RPC, between a request and a supervisor that are both made up:
 * which control call a method becomes, what its reply becomes, and who hears of faults.
 */
#include "web/rpc.h"

#include <stdlib.h>

#include "client/async.h"
#include "http/http.h"
#include "tap.h"
#include "web/xmlrpc_write.h"

static struct request request;
static unsigned status;			/* of the answer; 0: none yet */
static struct buf answer;
static char asked[4096];		/* the control call in progress, with parameters */
static unsigned asked_flags;
static request_done_fn on_done;

/* ---- the server, as far as it is needed ---- */

void
request_reply(struct request *r, unsigned code, const char *type, struct buf *body)
{
	(void)r;
	(void)type;
	status = code;
	buf_release(&answer);
	answer = *body;
	*body = (struct buf){ 0 };
}

void
request_fail(struct request *r, unsigned code, const char *text)
{
	(void)r;
	status = code;
	buf_clear(&answer);
	buf_adds(&answer, text);
}

void
request_call(struct request *r, unsigned flags, const char *method, const char *params,
    request_done_fn done)
{
	(void)r;
	snprintf(asked, sizeof(asked), "%s %s", method, params);
	asked_flags = flags;
	on_done = done;
}

static void
end_request(void)
{
	if (request.release != NULL)
		request.release(&request);
	buf_release(&request.body);
	request = (struct request){ 0 };
}

/* A call arrives. */
static const char *
post(const char *method, const char *params)
{
	end_request();
	status = 0;
	*asked = '\0';
	buf_addf(&request.body, "<methodCall><methodName>%s</methodName><params>%s</params>"
	    "</methodCall>", method, params);
	rpc_post(&request);
	return asked;
}

/* The supervisor replies with these parameters. */
static void
reply(const char *json)
{
	yyjson_doc *doc = yyjson_read(json, strlen(json), 0);
	struct async_reply r = { .params = yyjson_doc_get_root(doc) };

	*asked = '\0';
	on_done(&request, &r);
	yyjson_doc_free(doc);
}

static void
fault(enum fault code, const char *text)
{
	struct err e;
	struct async_reply r = { .fault = &e };

	err_set(&e, code, "%s", text);
	*asked = '\0';
	on_done(&request, &r);
}

/* The answer without what is around every one, in one line; "" while there is none. */
static const char *
said(void)
{
	static char text[16384];
	const char *begin = "<methodResponse>\n", *from = strstr(buf_text(&answer), begin);
	size_t n = 0;

	if (status != 200)
		return status == 0 ? "" : buf_text(&answer);
	for (from += strlen(begin); *from != '\0' && n + 1 < sizeof(text); from++)
		if (*from != '\n')
			text[n++] = *from;
	text[n] = '\0';
	if (n > 17)
		text[n - 17] = '\0';	/* </methodResponse> */
	return text;
}

#define V(value) "<param><value>" value "</value></param>"
#define VALUE(value) "<params><param><value>" value "</value></param></params>"
#define TRUE VALUE("<boolean>1</boolean>")
#define FAULT_STRUCT(code, text) "<value><struct><member><name>faultCode</name><value><int>" \
	code "</int></value></member><member><name>faultString</name><value><string>" text \
	"</string></value></member></struct></value>"
#define FAULT(code, text) "<fault>" FAULT_STRUCT(code, text) "</fault>"
#define C "org.supd.Control."
#define L "org.supd.Log."

static void
test_table(void)
{
	bool sorted = true, complete = true;

	for (size_t i = 0; i < rpc_nmethods; i++) {
		const struct method *m = &rpc_methods[i];

		if (i > 0 && strcmp(rpc_methods[i - 1].name, m->name) >= 0)
			sorted = false;
		if (m->result == NULL || m->help == NULL ||
		    (m->map == NULL && strcmp(m->name, "system.multicall") != 0))
			complete = false;
		for (size_t k = 0; k < RPC_PARAMS && m->params[k] != NULL; k++)
			if (strchr(m->params[k], ' ') == NULL)
				complete = false;
	}
	ok(sorted, "the table is sorted");
	ok(complete, "every row has what it needs");
	is_int((int64_t)rpc_nmethods, 41, "as many methods as supervisord has");
}

static void
test_asked(void)
{
	static const struct { const char *method, *params, *asked; } calls[] = {
		{ "getPID", "", C "GetState {}" },
		{ "getAllProcessInfo", "", C "Status {}" },
		{ "getProcessInfo", V("a:b"), C "Status {\"names\":[\"a:b\"]}" },
		{ "getProcessInfo", V("\xc3\xa4\"&lt;"), C "Status {\"names\":[\"\xc3\xa4\\\"<\"]}" },
		{ "getProcessInfo", V("<int>1</int>"), C "Status {\"names\":[\"1\"]}" },
		{ "startProcess", V("a"), C "Start {\"names\":[\"a\"]}" },
		{ "startProcess", V("a:*") V("<boolean>0</boolean>"),
		    C "Start {\"names\":[\"a:*\"],\"wait\":false}" },
		{ "startProcess", V("a") V("yes"), C "Start {\"names\":[\"a\"],\"wait\":true}" },
		{ "startProcessGroup", V("a"), C "Start {\"names\":[\"a:*\"]}" },
		{ "startAllProcesses", V("<int>0</int>"), C "Start {\"all\":true,\"wait\":false}" },
		{ "stopAllProcesses", "", C "Stop {\"all\":true}" },
		{ "signalProcess", V("a") V("<int>1</int>"),
		    C "Signal {\"names\":[\"a\"],\"signal\":\"1\"}" },
		{ "signalAllProcesses", V("HUP"), C "Signal {\"all\":true,\"signal\":\"HUP\"}" },
		{ "readLog", V("<int>-5</int>") V("<int>0</int>"),
		    L "Read {\"name\":\"\",\"channel\":\"main\",\"most\":67108864,\"offset\":-5,"
		    "\"length\":0}" },
		{ "readProcessStderrLog", V("a") V("<double>1.9</double>") V(" 7 "),
		    L "Read {\"channel\":\"stderr\",\"most\":67108864,\"name\":\"a\","
		    "\"offset\":1,\"length\":7}" },
		{ "tailProcessLog", V("a") V("<int>10</int>") V("<int>-7</int>"),
		    L "Tail {\"channel\":\"stdout\",\"name\":\"a\",\"bytes\":0}" },
		{ "clearProcessLogs", V("a"), L "Clear {\"name\":\"a\"}" },
		{ "clearLog", "", L "Clear {\"name\":\"\",\"channel\":\"main\"}" },
		{ "sendProcessStdin", V("a") V("<base64>YQBi</base64>"),
		    C "SendStdin {\"name\":\"a\",\"chars\":\"a\\u0000b\"}" },
		{ "sendRemoteCommEvent", V("<int>1</int>") V("b"),
		    C "SendRemoteCommEvent {\"type\":\"1\",\"data\":\"b\"}" },
		{ "addProcessGroup", V("a"), C "AddGroup {\"name\":\"a\"}" },
		{ "getAllConfigInfo", "", C "GetConfig {\"full\":true}" },
		/* refused, but nobody hears of it while the supervisor shuts down */
		{ "readLog", V("x") V("0"), C "GetState {}" },
		{ "sendProcessStdin", V("a") V("<int>1</int>"), C "GetState {}" },
	};
	char method[80];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(method, sizeof(method), "supervisor.%s", calls[i].method);
		is_str(post(method, calls[i].params), calls[i].asked, calls[i].asked);
	}
	post("supervisor.stopProcess", V("a"));
	ok(asked_flags & ASYNC_SLOW, "what lasts says so");
	post("supervisor.getPID", "");
	ok(!(asked_flags & ASYNC_SLOW), "and what does not, not");
}

static void
test_faults(void)
{
	post("supervisor.nope", "");
	is_str(said(), FAULT("1", "UNKNOWN_METHOD"), "an unknown method");
	post("getState", "");
	is_str(said(), FAULT("1", "UNKNOWN_METHOD"), "without namespace");
	post("supervisor.getPID", V("a"));
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS"), "one parameter too many");
	post("supervisor.startProcess", "");
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS"), "one too few");
	post("supervisor.startProcess", V("a") V("1") V("2"));
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS"), "more than the optional ones");
	end_request();
	buf_adds(&request.body, "<methodCall/>");
	rpc_post(&request);
	is_int(status, 400, "what is no call is status 400");
	is_str(said(), "line 1: no method is named", "and says why");

	post("supervisor.addProcessGroup", V("<int>7</int>"));
	fault(FAULT_BAD_NAME, "BAD_NAME: something else");
	is_str(said(), FAULT("10", "BAD_NAME: 7"), "the name as it was given");
	post("supervisor.reloadConfig", "");
	fault(FAULT_CANT_REREAD, "line 3: bad");
	is_str(said(), FAULT("92", "CANT_REREAD: line 3: bad"), "the fault's name in front");
	post("supervisor.readLog", V("0") V("0"));
	fault(FAULT_NO_FILE, "NO_FILE");
	is_str(said(), FAULT("20", "NO_FILE"), "but not twice");
	post("supervisor.sendProcessStdin", V("g:a") V("b"));
	fault(FAULT_NO_FILE, "NO_FILE: a");
	is_str(said(), FAULT("20", "NO_FILE: g:a"), "a closed stdin");

	post("supervisor.sendProcessStdin", V("a") V("<boolean>1</boolean>"));
	reply("{\"statecode\":1}");
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS: True"), "what is refused");
	post("supervisor.readLog", V("x") V("0"));
	reply("{\"statecode\":-1}");
	is_str(said(), FAULT("6", "SHUTDOWN_STATE"), "unless the supervisor shuts down");
	post("supervisor.getPID", "");
	reply("{\"statecode\":0,\"pid\":7}");
	is_str(said(), FAULT("6", "SHUTDOWN_STATE"), "as it does for everything");
}

static void
test_operations(void)
{
	static const char one[] = "{\"results\":[{\"name\":\"a\",\"group\":\"g\",\"status\":%d,"
	    "\"description\":\"%s\"}]}";
	char json[200];

	post("supervisor.startProcess", V("g:a"));
	snprintf(json, sizeof(json), one, 80, "OK");
	reply(json);
	is_str(said(), TRUE, "one process: true");
	post("supervisor.startProcess", V("g:*"));
	reply(json);
	is_str(said(), VALUE("<array><data><value><struct><member><name>name</name><value>"
	    "<string>a</string></value></member><member><name>group</name><value><string>g"
	    "</string></value></member><member><name>status</name><value><int>80</int></value>"
	    "</member><member><name>description</name><value><string>OK</string></value></member>"
	    "</struct></value></data></array>"), "a group: what became of each");
	post("supervisor.stopProcess", V("g:a"));
	snprintf(json, sizeof(json), one, 70, "NOT_RUNNING: x");
	reply(json);
	is_str(said(), FAULT("70", "NOT_RUNNING: g:a"), "one process: a fault");
	post("supervisor.startProcess", V("a"));
	snprintf(json, sizeof(json), one, 20, "NO_FILE: can't find command 'x'");
	reply(json);
	is_str(said(), FAULT("20", "NO_FILE: can't find command 'x'"), "with its own text");
	post("supervisor.stopProcessGroup", V("zz"));
	reply("{\"results\":[{\"name\":\"*\",\"group\":\"zz\",\"status\":10,"
	    "\"description\":\"BAD_NAME: zz:*\"}]}");
	is_str(said(), FAULT("10", "BAD_NAME: zz"), "no such group");
	post("supervisor.stopProcessGroup", V("g:a"));
	reply("{\"statecode\":1}");
	is_str(said(), FAULT("10", "BAD_NAME: g:a"), "nor is a process one");
	post("supervisor.stopAllProcesses", "");
	reply("{\"results\":[]}");
	is_str(said(), VALUE("<array><data></data></array>"), "nothing to stop");
}

static void
test_results(void)
{
	post("supervisor.getState", "");
	reply("{\"pid\":1,\"statecode\":1,\"statename\":\"RUNNING\"}");
	is_str(said(), VALUE("<struct><member><name>statecode</name><value><int>1</int></value>"
	    "</member><member><name>statename</name><value><string>RUNNING</string></value>"
	    "</member></struct>"), "getState");
	post("supervisor.getPID", "");
	reply("{\"pid\":17,\"statecode\":1}");
	is_str(said(), VALUE("<int>17</int>"), "getPID");
	post("supervisor.readLog", V("0") V("0"));
	reply("{\"text\":\"a\\u0000<\\u001b\"}");
	is_str(said(), VALUE("<string>a\xef\xbf\xbd&lt;\xef\xbf\xbd</string>"), "a log");
	post("supervisor.reloadConfig", "");
	reply("{\"added\":[\"a\"],\"changed\":[],\"removed\":[\"b\",\"c\"]}");
	is_str(said(), VALUE("<array><data><value><array><data><value><array><data><value>"
	    "<string>a</string></value></data></array></value><value><array><data></data></array>"
	    "</value><value><array><data><value><string>b</string></value><value><string>c"
	    "</string></value></data></array></value></data></array></value></data></array>"),
	    "reloadConfig");
	post("supervisor.getProcessInfo", V("supd:logger"));
	reply("{\"processes\":[{\"name\":\"logger\",\"guest\":true}]}");
	is_str(said(), FAULT("10", "BAD_NAME: supd:logger"), "guests are hidden");
	post("supervisor.getProcessInfo", V("a:*"));
	reply("{\"processes\":[{\"name\":\"a\"}]}");
	is_str(said(), FAULT("10", "BAD_NAME: a:*"), "a group is no process");
	post("supervisor.clearAllProcessLogs", "");
	reply("{\"processes\":[{\"name\":\"a\",\"group\":\"g\"},{\"name\":\"b\",\"group\":\"b\"}]}");
	is_str(asked, L "ClearEach {\"names\":[\"g:a\",\"b:b\"]}", "all logs: a second call");
	is_int(status, 0, "before there is an answer");
	reply("{\"results\":[]}");
	is_str(said(), VALUE("<array><data></data></array>"), "then it is there");
}

/* offset, length, size: what supervisord 4.2.5 said to these for a log "0..18". */
static void
test_tail(void)
{
	static const struct { const char *offset, *length, *passed; bool text; } calls[] = {
		{ "0", "0", "1", true }, { "0", "5", "1", true }, { "5", "0", "1", true },
		{ "1000", "5", "0", false }, { "5", "1000", "0", true }, { "-5", "0", "1", true },
		{ "-5", "2", "1", true }, { "0", "-1", "1", true },
		{ "2147483647", "5", "0", false }, { "0", "2147483647", "0", true },
		{ "9223372036854775807", "9223372036854775807", "0", false },
		{ "-9223372036854775807", "-9223372036854775807", "1", true },
	};
	char params[400], want[400];

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		snprintf(params, sizeof(params), V("a") V("%s") V("%s"), calls[i].offset,
		    calls[i].length);
		post("supervisor.tailProcessLog", params);
		reply("{\"text\":\"t\",\"offset\":19,\"overflow\":true}");
		snprintf(want, sizeof(want), VALUE("<array><data><value><string>%s</string></value>"
		    "<value><int>19</int></value><value><boolean>%s</boolean></value></data></array>"),
		    calls[i].text ? "t" : "", calls[i].passed);
		is_str(said(), want, params);
	}
}

#define PART(method, params) "<value><struct><member><name>methodName</name><value>" method \
	"</value></member>" params "</struct></value>"
#define PARAMS(list) "<member><name>params</name><value>" list "</value></member>"
#define CALLS(parts) V("<array><data>" parts "</data></array>")

static void
test_multicall(void)
{
	post("system.multicall", "");
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS"), "no calls");
	post("system.multicall", V("<struct/>"));
	is_str(said(), FAULT("2", "INCORRECT_PARAMETERS"), "no array");
	post("system.multicall", CALLS(""));
	is_str(said(), VALUE("<array><data></data></array>"), "an empty one");
	post("system.multicall", CALLS(PART("system.multicall", "") PART("x.y", "")
	    "<value><struct/></value><value>x</value>" PART("supervisor.getPID", PARAMS("1"))
	    PART("<int>1</int>", "")));
	is_str(said(), VALUE("<array><data>"
	    FAULT_STRUCT("2", "INCORRECT_PARAMETERS: Recursive system.multicall forbidden")
	    FAULT_STRUCT("1", "UNKNOWN_METHOD")
	    FAULT_STRUCT("2", "INCORRECT_PARAMETERS: No methodName")
	    FAULT_STRUCT("2", "INCORRECT_PARAMETERS: No methodName")
	    FAULT_STRUCT("2", "INCORRECT_PARAMETERS")
	    FAULT_STRUCT("2", "INCORRECT_PARAMETERS: methodName is no string")
	    "</data></array>"), "faults are results");

	post("system.multicall", CALLS(PART("supervisor.stopProcess",
	    PARAMS("<array><data><value>a</value></data></array>"))
	    PART("supervisor.getPID", PARAMS("<struct/>"))));
	is_str(asked, C "Stop {\"names\":[\"a\"]}", "the first call is made");
	reply("{\"results\":[{\"status\":70,\"description\":\"NOT_RUNNING: a\"}]}");
	is_str(asked, C "GetState {}", "the second when the first has ended");
	is_int(status, 0, "no answer yet");
	reply("{\"statecode\":1,\"pid\":7}");
	is_str(said(), VALUE("<array><data>" FAULT_STRUCT("70", "NOT_RUNNING: a")
	    "<value><int>7</int></value></data></array>"), "all results, not wrapped");
}

static void
test_bounded(void)
{
	struct buf parts = { 0 };

	buf_adds(&parts, "<param><value><array><data>");
	for (int i = 0; i < 5000; i++)
		buf_adds(&parts, PART("system.listMethods", ""));
	buf_adds(&parts, "</data></array></value></param>");
	post("system.multicall", buf_text(&parts));
	ok(status == 200 && answer.len > 5000 * 2000, "5,000 calls without the supervisor");
	buf_clear(&parts);
	buf_adds(&parts, CALLS(PART("supervisor.readLog", PARAMS("<array><data><value>0</value>"
	    "<value>0</value></data></array>")) PART("supervisor.getPID", "")));
	post("system.multicall", buf_text(&parts));
	buf_clear(&parts);
	buf_adds(&parts, "{\"text\":\"");
	for (int i = 0; i < 27 * 1024 * 1024; i++)
		buf_adds(&parts, "&");
	buf_adds(&parts, "\"}");
	reply(buf_text(&parts));
	is_str(said(), FAULT("30", "FAILED: the answer would have more than 128 MiB"),
	    "more than anybody reads is refused");
	buf_release(&parts);
}

static void
test_system(void)
{
	post("system.listMethods", "");
	ok(strstr(said(), "<string>supervisor.addProcessGroup</string>") != NULL &&
	    strstr(said(), "<string>system.multicall</string>") != NULL, "listMethods");
	post("system.methodSignature", V("supervisor.startProcess"));
	is_str(said(), VALUE("<array><data><value><string>boolean</string></value><value><string>"
	    "string</string></value><value><string>boolean</string></value></data></array>"),
	    "methodSignature");
	post("system.methodSignature", V("x"));
	is_str(said(), FAULT("4", "SIGNATURE_UNSUPPORTED"), "of nothing");
	post("system.methodHelp", V("supervisor.removeProcessGroup"));
	is_str(said(), VALUE("<string>Take a group out of use; all its processes must be stopped."
	    "@param string name@return boolean</string>"), "methodHelp");
	post("system.methodHelp", V("<int>1</int>"));
	is_str(said(), FAULT("4", "SIGNATURE_UNSUPPORTED"), "of a number");
}

int
main(void)
{
	test_table();
	rpc_offer(false);
	post("supervisor.getPID", "");
	is_str(said(), FAULT("1", "UNKNOWN_METHOD"), "without [rpcinterface:supervisor]");
	post("system.listMethods", "");
	ok(strstr(said(), "supervisor.") == NULL && strstr(said(), "system.multicall") != NULL,
	    "only system.* is there");
	rpc_offer(true);
	test_asked();
	test_faults();
	test_operations();
	test_results();
	test_tail();
	test_multicall();
	test_bounded();
	test_system();
	end_request();
	return tap_done();
}
