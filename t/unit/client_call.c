/*
 * The client against a fake server, by varlink and by HTTP: calls, streams, faults,
 * and every way in which a server can be missing or break off.
 */
#include "client/client.h"

#include "fake_server.h"
#include "tap.h"

static struct err e;
static struct client c;

static const struct fake_rule rules[] = {
	{ "a.Pid", "{\"parameters\":{\"pid\":7,\"name\":\"x\",\"load\":1.5,\"up\":true}}" },
	{ "a.Fault", "{\"error\":\"org.supd.Control.Fault\",\"parameters\":"
	    "{\"code\":10,\"name\":\"BAD_NAME\",\"text\":\"BAD_NAME: web:x\"}}" },
	{ "a.Bare", "{\"error\":\"org.supd.Control.Fault\",\"parameters\":"
	    "{\"code\":6,\"name\":\"SHUTDOWN_STATE\",\"text\":\"SHUTDOWN_STATE\"}}" },
	{ "a.Invalid", "{\"error\":\"org.varlink.service.InvalidParameter\",\"parameters\":"
	    "{\"parameter\":\"n\",\"code\":2,\"name\":\"INCORRECT_PARAMETERS\","
	    "\"text\":\"INCORRECT_PARAMETERS: parameter 'n' is odd\"}}" },
	{ "a.Unknown", "{\"error\":\"org.varlink.service.MethodNotFound\","
	    "\"parameters\":{\"method\":\"a.Unknown\"}}" },
	{ "a.Denied", "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}" },
	{ "a.Stream", "{\"parameters\":{\"n\":1},\"continues\":true}\n"
	    "{\"parameters\":{\"n\":2},\"continues\":true}\n{\"parameters\":{\"n\":4}}" },
	{ "Subscribe", "{\"parameters\":{\"n\":1},\"continues\":true}\n"
	    "{\"parameters\":{\"n\":8},\"continues\":true}" },
	{ "a.Half", "{\"parameters\":{\"n\":1},\"continues\":true}\n" FAKE_HANGUP },
	{ "a.Hangup", FAKE_HANGUP },
	{ "a.Garbage", "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" },
	{ "a.Array", "[1]" },
	{ "wrong", "{\"error\":\"org.varlink.service.PermissionDenied\",\"parameters\":{}}" },
	{ NULL, NULL },
};

static int64_t sum;

static int
add(yyjson_val *params, void *arg)
{
	sum += reply_int(params, "n");
	return arg != NULL && sum >= *(int64_t *)arg;
}

/* A call that fails: why, and what is said about it. */
static void
fails(const char *method, enum client_fail why, enum fault code, const char *text)
{
	struct reply r;

	e = (struct err){ 0 };
	is_int(client_call(&c, method, NULL, &r, &e), -1, method);
	is_int(c.fail, why, "    why");
	is_int(e.code, code, "    code");
	if (text != NULL)
		is_str(e.msg, text, "    text");
}

static void
test_calls(void)
{
	struct reply r;
	int n;

	is_int(client_call(&c, "a.Pid", "{\"x\":1}", &r, &e), 0, "a call");
	is_int(reply_int(r.params, "pid"), 7, "an integer of the reply");
	is_str(reply_str(r.params, "name"), "x", "a string");
	ok(reply_num(r.params, "load") > 1.4 && reply_bool(r.params, "up"), "and others");
	is_str(reply_str(r.params, "pid"), "", "of another type: nothing");
	is_int(reply_int(r.params, "absent"), 0, "absent: nothing");
	reply_release(&r);
	is_str(fake.asked, "{\"method\":\"a.Pid\",\"parameters\":{\"x\":1}}\n", "as it was sent");

	fails("a.Fault", CLIENT_FAULT, FAULT_BAD_NAME, "web:x");
	fails("a.Bare", CLIENT_FAULT, FAULT_SHUTDOWN_STATE, "SHUTDOWN_STATE");
	fails("a.Invalid", CLIENT_FAULT, FAULT_INCORRECT_PARAMETERS, "parameter 'n' is odd");
	fails("a.Unknown", CLIENT_FAULT, FAULT_UNKNOWN_METHOD,
	    "a.Unknown is unknown to this supervisor");
	fails("a.Denied", CLIENT_PASSWORD, FAULT_FAILED, NULL);
	is_int(fake.connections, 1, "all that on one connection");

	fails("a.Hangup", CLIENT_BROKEN, FAULT_FAILED, NULL);
	ok(strstr(e.msg, "closed the connection") != NULL, "%s", e.msg);
	n = fake.connections;
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "the next call");
	reply_release(&r);
	is_int(fake.connections, n + 1, "makes a new connection");
	fails("a.Garbage", CLIENT_BROKEN, FAULT_FAILED, NULL);
	ok(strstr(e.msg, "does not answer like a supervisor") != NULL, "%s", e.msg);
	fails("a.Array", CLIENT_BROKEN, FAULT_FAILED, NULL);
}

static void
test_streams(void)
{
	int64_t enough = 3;

	sum = 0;
	is_int(client_stream(&c, "a.Stream", NULL, add, NULL, &e), 0, "a stream");
	is_int(sum, 7, "of three replies");
	ok(strstr(fake.asked, "\"more\":true") != NULL, "asked for with more");
	sum = 0;
	is_int(client_stream(&c, "a.Stream", NULL, add, &enough, &e), 0, "left early");
	is_int(sum, 3, "after the second");
	ok(c.fd == -1 && c.http == NULL, "ends the connection");
	sum = 0;
	enough = 9;
	is_int(client_subscribe(&c, (char *[]){ (char *)(uintptr_t)"TICK" }, 1, add, &enough,
	    &e), 0, "a subscription");
	is_int(sum, 9, "until the caller has enough");
	ok(strstr(fake.asked, "{\"method\":\"org.supd.Control.Subscribe\","
	    "\"parameters\":{\"types\":[\"TICK\"]},\"more\":true}") != NULL, "with its types");
	sum = 0;
	is_int(client_stream(&c, "a.Half", NULL, add, NULL, &e), -1, "broken off");
	ok(sum == 1 && c.fail == CLIENT_BROKEN, "in the middle: %s", e.msg);
}

static void
test_pieces(void)
{
	struct reply r;

	for (size_t chunk = 1; chunk < 40; chunk += 3) {
		fake.chunk = chunk;
		sum = 0;
		ok(client_stream(&c, "a.Stream", NULL, add, NULL, &e) == 0 && sum == 7,
		    "a stream in pieces of %zu", chunk);
	}
	fake.chunk = 0;
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "and whole again");
	reply_release(&r);
}

/* Many megabytes in one reply. */
static void
test_large(void)
{
	size_t rows = 20000;
	struct buf big = { 0 };
	struct fake_rule large[] = { { "Big", NULL }, { NULL, NULL } };
	struct reply r;

	buf_adds(&big, "{\"parameters\":{\"rows\":[0");
	for (size_t i = 0; i < rows; i++)
		buf_addf(&big, ",{\"name\":\"%0400zu\"}", i);
	buf_adds(&big, "]}}");
	large[0].replies = buf_text(&big);
	fake.rules = large;
	is_int(client_call(&c, "Big", NULL, &r, &e), 0, "a reply of eight megabytes");
	is_int((int64_t)yyjson_arr_size(yyjson_obj_get(r.params, "rows")), (int64_t)rows + 1,
	    "has all its rows");
	reply_release(&r);
	fake.rules = rules;
	buf_release(&big);
}

/* By varlink. */
static void
test_login(void)
{
	struct reply r;

	client_release(&c);
	client_init(&c, fake.url, &e);
	c.username = "jack";
	c.password = "the \"secret\"";
	fake.asked[0] = '\0';
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "with a user name");
	reply_release(&r);
	is_str(fake.asked, "{\"method\":\"org.supd.Control.Authenticate\",\"parameters\":"
	    "{\"username\":\"jack\",\"password\":\"the \\\"secret\\\"\"}}\n"
	    "{\"method\":\"a.Pid\",\"parameters\":{}}\n", "that is said first");
	client_disconnect(&c);
	c.password = "wrong";
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), -1, "with a wrong password");
	is_int(c.fail, CLIENT_PASSWORD, "that is why");
	is_int(c.fd, -1, "and no connection is left");
}

static void
again(const char *url)
{
	client_release(&c);
	client_init(&c, url, &e);
}

static void
test_request(void)
{
	struct reply r;
	char url[200];

	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "a call by HTTP");
	reply_release(&r);
	ok(strncmp(fake.head, "POST /varlink HTTP/1.1\r\n", 24) == 0, "is a POST");
	ok(strstr(fake.head, "\r\nContent-Type: application/json\r\n") != NULL, "of JSON");
	ok(strstr(fake.head, "Authorization") == NULL, "from nobody in particular");

	snprintf(url, sizeof(url), "http://a%%40b:c%%3a:%%zz@%s/some/where/", fake.url + 7);
	again(url);
	is_str(c.url_username, "a@b", "a user name in the address");
	is_str(c.url_password, "c::%zz", "and a password");
	ok(strchr(c.url, '@') == NULL, "none of which is shown: %s", c.url);
	c.username = "joe";
	c.password = "a:b";
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "as somebody, to a path");
	reply_release(&r);
	ok(strncmp(fake.head, "POST /some/where/varlink ", 25) == 0, "below that path");
	ok(strstr(fake.head, "\r\nAuthorization: Basic am9lOmE6Yg==\r\n") != NULL,
	    "with name and password");
	again(fake.url);
}

/* What is not a supervisor's answer; TEXT is what follows the address. */
static void
odd(const char *answer, enum client_fail why, const char *text)
{
	struct fake_rule rule[] = { { "a.Odd", answer }, { NULL, NULL } };
	char whole[300];

	snprintf(whole, sizeof(whole), "%s %s", c.url, text);
	fake.rules = rule;
	fails("a.Odd", why, FAULT_FAILED, whole);
	fake.rules = rules;
}

static void
test_odd_answers(void)
{
	odd("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", CLIENT_PASSWORD,
	    "requires authentication");
	odd("HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\n\r\n{}",
	    CLIENT_PASSWORD, "requires authentication");
	odd("HTTP/1.1 403 Forbidden\r\n\r\nno", CLIENT_BROKEN, "permission denied");
	odd("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>", CLIENT_BROKEN,
	    "does not answer like a supervisor (HTTP status 200)");
	odd("HTTP/1.1 200 OK\r\n\r\n", CLIENT_BROKEN,
	    "does not answer like a supervisor (HTTP status 200)");
	odd("HTTP/1.1 400 Bad Request\r\nServer: Medusa/1.12\r\n\r\n<p>", CLIENT_BROKEN,
	    "is a supervisord, which speaks XML-RPC only: use its own supervisorctl");
	odd("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n<p>", CLIENT_BROKEN,
	    "does not answer like a supervisor");
	odd("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n"
	    "{}", CLIENT_BROKEN, "closed the connection");
	odd("HTTP/1.1 200 OK\r\nContent-Type: application/json-seq\r\n\r\n\036{\"par",
	    CLIENT_BROKEN, "closed the connection");
	odd("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
	    CLIENT_BROKEN, "does not answer like a supervisor (HTTP status 302)");
}

/*
 * libcurl would repeat a request when a connection that it has used before breaks
 * without an answer.
 */
static void
test_once(void)
{
	struct reply r;
	const char *at = fake.asked;
	int n = 0;

	fake.asked[0] = '\0';
	is_int(client_call(&c, "a.Pid", NULL, &r, &e), 0, "a connection in use");
	reply_release(&r);
	fails("a.Hangup", CLIENT_BROKEN, FAULT_FAILED, NULL);
	while ((at = strstr(at, "a.Hangup")) != NULL) {
		at++;
		n++;
	}
	is_int(n, 1, "breaks: the call was made once");
}

/* An address where nothing answers. */
static void
missing(const char *url, enum client_fail why, const char *text)
{
	struct client m;

	client_init(&m, url, &e);
	is_int(client_connect(&m, &e), -1, url);
	is_int(m.fail, why, "    why");
	is_str(e.msg, text, "    text");
	client_release(&m);
}

static void
test_missing(void)
{
	char dir[] = "/tmp/supd-unit-XXXXXX", path[64], url[80], text[120];
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd;

	missing("unix:///no/such/socket", CLIENT_NO_FILE, "unix:///no/such/socket no such file");
	missing("unix://@supd-nobody", CLIENT_REFUSED, "unix://@supd-nobody refused connection");
	missing("unix://", CLIENT_URL, "unix:// has no path");
	missing("http://127.0.0.1:1", CLIENT_REFUSED, "http://127.0.0.1:1 refused connection");
	missing("http://", CLIENT_URL, "http:// is no address: http://HOST:PORT would be one");
	missing("ftp://x", CLIENT_URL, "ftp://x is no address: it begins with unix://, http:// "
	    "or https://");
	if (!ok(mkdtemp(dir) != NULL, "a folder"))
		return;
	snprintf(path, sizeof(path), "%s/s", dir);
	snprintf(url, sizeof(url), "unix://%s", path);
	snprintf(text, sizeof(text), "%s refused connection", url);
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	ok(bind(fd, (struct sockaddr *)&sa, sizeof(sa)) == 0, "a socket without a server");
	missing(url, CLIENT_REFUSED, text);
	close(fd);
	unlink(path);
	rmdir(dir);
}

static void
test_all(bool http)
{
	fake_start(rules, http);
	client_init(&c, fake.url, &e);
	test_calls();
	test_streams();
	test_pieces();
	test_large();
	if (http) {
		test_request();
		test_odd_answers();
		test_once();
	} else {
		test_login();
	}
	client_release(&c);
	fake_stop();
}

int
main(void)
{
	test_all(false);
	test_all(true);
	test_missing();
	return tap_done();
}
