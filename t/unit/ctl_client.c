/*
 * Connections: frames however they are cut, nonsense, silence, clients that do not
 * read, too many of them.
 */
#include "ctl_fake.h"

static const char state_call[] = CALL("GetState", "{}");

static void
test_frames(void)
{
	struct peer a = peer_new(NULL);
	char three[3 * sizeof(state_call)];
	bool early = false, all = true;

	for (size_t i = 0; i < sizeof(state_call); i++) {
		early |= a.in.len > 0;
		peer_send(&a, state_call + i, 1);
		peer_read(&a);
	}
	ok(!early && strstr(peer_reply(&a), "\"pid\"") != NULL, "byte by byte");
	for (int i = 0; i < 3; i++)
		memcpy(three + (size_t)i * sizeof(state_call), state_call, sizeof(state_call));
	for (size_t cut = 1; cut < sizeof(three); cut++) {
		peer_send(&a, three, cut);
		peer_read(&a);
		peer_send(&a, three + cut, sizeof(three) - cut);
		for (int i = 0; i < 3; i++)
			all &= strstr(peer_reply(&a), "\"pid\"") != NULL;
		all &= a.in.len == 0;
	}
	ok(all, "three calls, cut in two at every byte");
	peer_free(&a);
}

static void
test_nonsense(void)
{
	static const char *const bad[] = {
		"{", "{}", "{\"method\":1}", "{\"method\":\"a.b\",\"parameters\":[]}",
		"{\"method\":\"a.b\"}x", "{\"method\":\"a.b\",}", "{\"method\":\"\xff\"}",
		"{\"method\":\"a\",\"more\":3}",
	};
	char deep[4000];
	struct peer a;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		a = peer_new(NULL);
		ok(strstr(ask(&a, bad[i]), "\"code\":2,") != NULL, "refused: %s", bad[i]);
		ok(!peer_read(&a), "and closed");
		peer_free(&a);
	}
	memset(deep, '[', sizeof(deep));
	memcpy(deep, "{\"a\":", 5);
	deep[sizeof(deep) - 1] = '\0';
	a = peer_new(NULL);
	ok(strstr(ask(&a, deep), "nested deeper") != NULL, "nested too deep");
	peer_free(&a);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

static void
test_long(void)
{
	size_t len = VARLINK_MAX_CALL + 20000;
	char *data = malloc(len);
	struct peer a = peer_new(NULL);

	memset(data, ' ', len);
	memcpy(data, state_call, sizeof(state_call) - 1);
	data[VARLINK_MAX_CALL - 1] = '\0';
	peer_send(&a, data, VARLINK_MAX_CALL);
	ok(strstr(peer_reply(&a), "\"pid\"") != NULL, "a call of the greatest length");
	data[VARLINK_MAX_CALL - 1] = ' ';
	peer_send(&a, data, len);
	ok(strstr(peer_reply(&a), "a call has at most") != NULL, "and one that is longer");
	ok(!peer_read(&a), "is the end");
	peer_free(&a);
	free(data);
}

static void
test_http(void)
{
	struct access access = { .id = 3 };
	struct peer a = peer_new(&access);
	static const char request[] = "POST /RPC2 HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello";

	peer_send(&a, request, sizeof(request) - 1);
	ok(peer_read(&a), "HTTP: the connection waits");
	is_int(fake_wanted[GUEST_WEB], 1, "for the guest, who is started");
	pass_ms(5000);
	ok(!peer_read(&a), "not for ever");
	is_str(buf_text(&a.in), "HTTP/1.1 503 Service Unavailable\r\n"
	    "Content-Type: text/plain\r\nContent-Length: 41\r\nConnection: close\r\n\r\n"
	    "supd cannot answer now; try again later.\n", "then it gets an answer");
	is_int((int64_t)clients_count(), 1, "what it still sends is thrown away");
	peer_send(&a, request, sizeof(request) - 1);
	peer_free(&a);
	is_int((int64_t)clients_count(), 0, "until it closes");
}

static void
test_pipeline(void)
{
	struct peer a = peer_new(NULL);
	struct proc *p = core_find("web", NULL);
	int answers = 0;

	set_state(p, P_STOPPED);
	peer_call(&a, CALL("Start", "{\"names\":[\"web\"]}"));
	peer_call(&a, state_call);
	is_str(peer_reply(&a), "", "a call waits behind one that lasts");
	set_state(p, P_RUNNING);
	ok(strstr(peer_reply(&a), "results") != NULL, "first the one");
	ok(strstr(peer_reply(&a), "pid") != NULL, "then the other");
	/* much more than fits into any buffer, without reading a reply */
	for (int i = 0; i < 20000; i++)
		if (send(a.fd, state_call, sizeof(state_call), MSG_NOSIGNAL) == -1)
			break;
		else if (++answers % 100 == 0)
			spin();
	for (int i = 0; i < answers; i++)
		if (strstr(peer_reply(&a), "pid") == NULL)
			answers = -1;
	ok(answers > 1000, "%d calls one after the other", answers);
	is_int((int64_t)a.in.len, 0, "each has one answer");
	peer_free(&a);
}

static void
test_half_close(void)
{
	struct peer a = peer_new(NULL);
	struct proc *p = core_find("web", NULL);

	peer_call(&a, state_call);
	peer_call(&a, state_call);
	shutdown(a.fd, SHUT_WR);
	ok(strstr(peer_reply(&a), "pid") != NULL, "end of input: the calls before it");
	ok(strstr(peer_reply(&a), "pid") != NULL, "are answered");
	ok(!peer_read(&a), "then it is closed");
	peer_free(&a);

	a = peer_new(NULL);
	set_state(p, P_STOPPED);
	peer_call(&a, CALL("Start", "{\"names\":[\"web\"]}"));
	shutdown(a.fd, SHUT_WR);
	spin();
	set_state(p, P_RUNNING);
	ok(strstr(peer_reply(&a), "\"status\":80") != NULL, "also one that lasts");
	ok(!peer_read(&a), "then it is closed");
	peer_free(&a);

	a = peer_new(NULL);
	peer_send(&a, "{\"meth", 6);
	shutdown(a.fd, SHUT_WR);
	ok(!peer_read(&a) && a.in.len == 0, "half a call, then the end: closed");
	peer_free(&a);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

static void
test_clocks(void)
{
	struct peer silent = peer_new(NULL), half = peer_new(NULL), idle = peer_new(NULL);
	struct peer busy = peer_new(NULL), watcher = peer_new(NULL);
	struct proc *p = core_find("web", NULL);

	set_state(p, P_STOPPED);
	peer_send(&half, "{", 1);
	ask(&idle, state_call);
	peer_call(&busy, CALL("Start", "{\"names\":[\"web\"]}"));
	peer_call(&watcher, CALL_MORE("Subscribe", "{\"types\":[\"TICK\"]}"));
	pass_ms(30000);
	peer_send(&half, "\"", 1);
	pass_ms(29000);
	ok(peer_read(&silent) && peer_read(&half), "59 s: all are there");
	pass_ms(3000);
	ok(!peer_read(&silent), "a silent one is closed after a minute");
	ok(!peer_read(&half), "half a call as well, also when bytes trickle");
	ok(peer_read(&idle), "one that has called may be idle");
	pass_ms(530000);
	ok(peer_read(&idle), "for a while");
	pass_ms(20000);
	ok(!peer_read(&idle), "but not for ever");
	ok(peer_read(&busy) && peer_read(&watcher), "who waits for us may wait");
	is_int((int64_t)clients_count(), 2, "two are left");
	is_int((int64_t)fake_ntimers, 0, "and no timer runs");
	set_state(p, P_RUNNING);
	ok(strstr(peer_reply(&busy), "\"status\":80") != NULL, "until there is an answer");
	peer_free(&silent);
	peer_free(&half);
	peer_free(&idle);
	peer_free(&busy);
	peer_free(&watcher);
	is_int((int64_t)fake_ntimers, 0, "without clients no timer runs");
}

static void
test_unread(void)
{
	struct peer a = peer_new(NULL);
	static char call[60000];
	struct buf b = { 0 };

	/* a reply of some megabytes that nobody reads */
	buf_adds(&b, "{\"method\":\"org.supd.Control.Status\",\"parameters\":{\"names\":[\"\"");
	for (int i = 0; i < 9000; i++)
		buf_adds(&b, ",\"web\"");
	buf_adds(&b, "]}}");
	buf_addc(&b, '\0');
	peer_send(&a, b.data, b.len);
	spin();
	pass_ms(59000);
	is_int((int64_t)clients_count(), 1, "a reply that is not read");
	while (read(a.fd, call, sizeof(call)) > 0)
		continue;
	pass_ms(59000);
	is_int((int64_t)clients_count(), 1, "reading a bit gives more time");
	pass_ms(3000);
	is_int((int64_t)clients_count(), 0, "but not for ever");
	peer_free(&a);

	a = peer_new(NULL);
	b.len -= 4;
	for (int i = 0; i < 12000; i++)
		buf_adds(&b, ",\"web\"");
	buf_adds(&b, "]}}");
	buf_addc(&b, '\0');
	peer_send(&a, b.data, b.len);
	ok(strstr(peer_reply(&a), "more than 20000 elements") != NULL, "too many names");
	peer_free(&a);
	buf_release(&b);
}

static void
test_subscribe(void)
{
	struct peer a = peer_new(NULL), b = peer_new(NULL), c = peer_new(NULL);
	struct proc *p = core_find("web", NULL);
	struct event ev = { .type = EV_SUPERVISOR_STOPPING };
	uint64_t since;
	char call[200];

	ok(strstr(ask(&a, CALL("Subscribe", "{}")), "ExpectedMore") != NULL, "only with more");
	ok(strstr(ask(&a, CALL_MORE("Subscribe", "{\"types\":[\"NOPE\"]}")),
	    "InvalidParameter") != NULL, "no such type");
	set_state(p, P_STOPPED);
	since = core.event_serial;
	peer_call(&a, CALL_MORE("Subscribe", "{}"));
	peer_call(&b, CALL_MORE("Subscribe", "{\"types\":[\"PROCESS_STATE_RUNNING\","
	    "\"SUPERVISOR_STATE_CHANGE\"]}"));
	spin();
	set_state(p, P_STARTING);
	set_state(p, P_RUNNING);
	ok(strstr(peer_reply(&a), "{\"parameters\":{\"event\":\"PROCESS_STATE_STARTING\","
	    "\"serial\":") != NULL, "all events");
	ok(strstr(peer_reply(&a), "\"payload\":\"processname:web groupname:web "
	    "from_state:STARTING pid:") != NULL, "with payload");
	ok(strstr(peer_reply(&b), "PROCESS_STATE_RUNNING") != NULL, "only some types");
	core_publish(&core, &ev);
	ok(strstr(peer_reply(&b), "SUPERVISOR_STATE_CHANGE_STOPPING") != NULL,
	    "a parent type");
	is_str(peer_reply(&b), "", "and nothing else");
	snprintf(call, sizeof(call), CALL_MORE("Subscribe", "{\"since\":%llu}"),
	    (unsigned long long)since);
	ok(strstr(ask(&c, call), "PROCESS_STATE_STARTING") != NULL, "since: from the past");
	ok(strstr(peer_reply(&c), "PROCESS_STATE_RUNNING") != NULL, "in order");
	peer_free(&a);
	peer_free(&b);
	set_state(p, P_STOPPED);
	ok(strstr(peer_reply(&c), "STOPPING") != NULL &&
	    strstr(peer_reply(&c), "PROCESS_STATE_STOPPED") != NULL, "and goes on");
	peer_free(&c);
	/* more than are remembered; processes that have gone */
	for (int i = 0; i < 3000; i++)
		set_state(p, i % 2 ? P_STOPPED : P_STARTING);
	c = peer_new(NULL);
	peer_call(&c, CALL_MORE("Subscribe", "{\"since\":0}"));
	ok(strstr(peer_reply(&c), "EVENTS_MISSED") != NULL, "others are missed");
	for (since = 0; peer_reply(&c)[0] != '\0'; since++)
		continue;
	is_int((int64_t)since, 1024, "the last 1,024 are remembered");
	peer_free(&c);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

static void
test_slow_watcher(void)
{
	struct peer a = peer_new(NULL), b = peer_new(NULL);
	struct proc *p = core_find("web", NULL);
	int n = 0;
	const char *r, *m;
	long long missed = 0;

	peer_call(&a, CALL_MORE("Subscribe", "{}"));
	peer_call(&b, CALL_MORE("Subscribe", "{}"));
	spin();
	for (int i = 0; i < 10000; i++) {
		set_state(p, i % 2 ? P_STOPPED : P_STARTING);
		spin();
		buf_clear(&b.in);
		peer_read(&b);
	}
	ok(peer_read(&b), "who reads stays");
	while ((r = peer_reply(&a))[0] != '\0') {
		m = strstr(r, "\"missed\":");
		if (m != NULL)
			missed += atoll(m + 9);
		else
			n++;
	}
	ok(n > 1000 && n < 9000, "who does not loses some (got %d)", n);
	is_int(n + missed, 10000, "each is told or counted");
	ok(peer_read(&a), "and it goes on");
	peer_free(&a);
	peer_free(&b);
}

static void
test_password(void)
{
	struct access rule = { .username = (char *)(uintptr_t)"jack",
		.password = (char *)(uintptr_t)"the:secret" };
	struct access sha = { .username = (char *)(uintptr_t)"jack", .password =
		(char *)(uintptr_t)"{SHA}82ab876d1387bfafe46cc1c8a2ef074eae50cb1d" };
	struct access own = { .own_only = true };
	struct peer a = peer_new(&rule);

	ok(strstr(ask(&a, state_call), "pid") != NULL, "the owner needs no password");
	peer_free(&a);
	fake_owner = false;
	a = peer_new(&rule);
	is_str(ask(&a, state_call), "{\"error\":\"org.varlink.service.PermissionDenied\","
	    "\"parameters\":{}}", "others do");
	ok(strstr(ask(&a, "{\"method\":\"org.supd.Log.Tail\"}"), "PermissionDenied") != NULL,
	    "for logs as well");
	ok(strstr(ask(&a, "{\"method\":\"org.varlink.service.GetInfo\"}"), "vendor") != NULL,
	    "but may ask what there is");
	ok(strstr(ask(&a, CALL("Authenticate", "{\"username\":\"jack\",\"password\":\"no\"}")),
	    "PermissionDenied") != NULL, "a wrong one");
	is_str(ask(&a, CALL("Authenticate", "{\"username\":\"jack\",\"password\":"
	    "\"the:secret\"}")), "{\"parameters\":{}}", "the right one");
	ok(strstr(ask(&a, state_call), "pid") != NULL, "opens");
	peer_free(&a);
	a = peer_new(&sha);
	for (int i = 0; i < 3; i++)
		ok(strstr(ask(&a, CALL("Authenticate", "{\"username\":\"jack\","
		    "\"password\":\"82ab876d1387bfafe46cc1c8a2ef074eae50cb1d\"}")),
		    "PermissionDenied") != NULL, "the digest is no password");
	ok(!peer_read(&a), "three times wrong: closed");
	peer_free(&a);
	a = peer_new(&sha);
	is_str(ask(&a, CALL("Authenticate", "{\"username\":\"jack\",\"password\":"
	    "\"thepassword\"}")), "{\"parameters\":{}}", "a password kept as SHA-1");
	peer_free(&a);
	a = peer_new(&own);
	ok(strstr(ask(&a, state_call), "PermissionDenied") != NULL,
	    "an abstract socket: the owner only");
	ok(strstr(ask(&a, CALL("Authenticate", "{}")), "PermissionDenied") != NULL,
	    "and no password helps");
	peer_free(&a);
	fake_owner = true;
}

static void
test_many(void)
{
	enum { N = 400 };
	static struct peer p[N];
	struct proc *web = core_find("web", NULL);
	int answered = 0;

	set_state(web, P_STOPPED);
	for (int i = 0; i < N; i++)
		p[i] = peer_new(NULL);
	for (int i = 0; i < N; i++)
		peer_call(&p[i], i % 2 ? state_call :
		    CALL("Wait", "{\"state\":\"RUNNING\",\"names\":[\"web\"]}"));
	spin();
	set_state(web, P_RUNNING);
	for (int i = 0; i < N; i++)
		answered += peer_reply(&p[i])[0] == '{';
	is_int(answered, N, "400 clients at once");
	for (int i = 0; i < N; i++)
		peer_free(&p[i]);
	is_int((int64_t)clients_count(), 0, "no client is left");
}

int
main(void)
{
	fake_open();
	add_proc("web");
	test_frames();
	test_nonsense();
	test_long();
	test_http();
	test_pipeline();
	test_half_close();
	test_clocks();
	test_unread();
	test_subscribe();
	test_slow_watcher();
	test_password();
	test_many();
	fake_close();
	is_int((int64_t)fake_ntimers, 0, "no timer is left");
	return tap_done();
}
