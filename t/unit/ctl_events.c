/*
 * Subscribe: whatever a watcher does, each event of its kinds is either told to it, once
 * and in order, or counted as missed in its place.
 */
#include "ctl_fake.h"

#include "ctl/history.h"

static uint64_t rnd_state = 88172645463325252ULL;

static unsigned
rnd(unsigned n)
{
	rnd_state ^= rnd_state << 13;
	rnd_state ^= rnd_state >> 7;
	rnd_state ^= rnd_state << 17;
	return (unsigned)(rnd_state % n);
}

/* ---- events ---- */

static uint64_t published[KINDS];	/* per kind, in this run */

static void
publish(struct event *ev)
{
	published[event_kind(ev)]++;
	core_publish(&core, ev);
}

/* One event of any kind, data of some of them long or with a NUL. */
static void
something(struct proc *p)
{
	static char data[70000];
	struct event ev = { .proc = p, .data = data, .text = "some type" };

	if (data[0] == '\0')
		memset(data, 'd', sizeof(data));
	switch (rnd(8)) {
	case 0: case 1: case 2:
		ev.type = EV_STATE;
		ev.from = P_RUNNING;
		ev.to = (enum pstate)rnd(P_NSTATES);
		break;
	case 3:
		ev.type = EV_OUTPUT;
		ev.is_err = rnd(2);
		ev.len = rnd(20) == 0 ? sizeof(data) : rnd(300);
		break;
	case 4:
		ev.type = EV_COMMUNICATION;
		ev.len = rnd(3000);
		break;
	case 5:
		ev.type = EV_REMOTE;
		ev.len = rnd(50);
		break;
	case 6:
		ev.type = EV_TICK;
		ev.period = rnd(2) ? 5 : 60;
		break;
	default:
		ev.type = EV_GROUP_ADDED;
		ev.group = "g";
		break;
	}
	publish(&ev);
}

/* ---- a watcher ---- */

struct watcher {
	struct peer peer;
	const char *types;	/* JSON */
	uint32_t kinds;
	uint64_t next;		/* the serial that may come next */
	uint64_t before[KINDS];	/* published when it came */
	uint64_t told, missed;
	bool	 wrong;
};

static long long
number(const char *reply, const char *key)
{
	const char *at = strstr(reply, key);

	return at != NULL ? atoll(at + strlen(key)) : -2;
}

static void
connect_at(struct watcher *w, long long since)
{
	char call[300];

	w->peer = peer_new(NULL);
	snprintf(call, sizeof(call), CALL_MORE("Subscribe", "{\"types\":[%s],\"since\":%lld}"),
	    w->types, since);
	peer_call(&w->peer, call);
	spin();
}

static void
watcher_new(struct watcher *w, const char *types, uint32_t kinds)
{
	*w = (struct watcher){ .types = types, .kinds = kinds, .next = core.event_serial };
	memcpy(w->before, published, sizeof(published));
	connect_at(w, (long long)w->next);
}

static void
read_replies(struct watcher *w, int most)
{
	const char *r;

	while (most-- > 0 && (r = peer_reply(&w->peer))[0] != '\0') {
		long long serial = number(r, "\"serial\":"), missed = number(r, "\"missed\":");

		if (serial < (long long)w->next)
			w->wrong = true;
		w->next = (uint64_t)serial + 1;
		if (missed == 0)
			w->wrong = true;
		if (missed > 0)
			w->missed += (uint64_t)missed;
		else
			w->told++;
	}
}

static uint64_t
due(const struct watcher *w)
{
	uint64_t n = 0;

	for (int k = 0; k < KINDS; k++)
		if (w->kinds & KIND_BIT(k))
			n += published[k] - w->before[k];
	return n;
}

static void
check(struct watcher *w, const char *name)
{
	read_replies(w, INT32_MAX);
	spin();
	read_replies(w, INT32_MAX);
	ok(!w->wrong, "%s: in order", name);
	is_int((int64_t)(w->told + w->missed), (int64_t)due(w), name);
	printf("# %llu told, %llu missed\n", (unsigned long long)w->told,
	    (unsigned long long)w->missed);
	peer_free(&w->peer);
}

/* Slow and quick readers, and one that is cut off and comes again, over 20,000 events. */
static void
test_accounts(void)
{
	struct proc *p = core_find("web", NULL), *gone = add_proc("gone");
	struct watcher quick, slow, states, comes;

	watcher_new(&quick, "\"EVENT\"", KINDS_ALL);
	watcher_new(&slow, "\"PROCESS_LOG\",\"TICK\",\"PROCESS_STATE_FATAL\"",
	    event_mask("PROCESS_LOG") | event_mask("TICK") | event_mask("PROCESS_STATE_FATAL"));
	watcher_new(&states, "\"PROCESS_STATE\"", event_mask("PROCESS_STATE"));
	watcher_new(&comes, "\"PROCESS_STATE\",\"REMOTE_COMMUNICATION\"",
	    event_mask("PROCESS_STATE") | event_mask("REMOTE_COMMUNICATION"));
	for (int i = 0; i < 12000; i++) {
		something(gone != NULL && rnd(2) ? gone : p);
		spin();
		read_replies(&quick, INT32_MAX);
		if (rnd(3000) == 0)
			read_replies(&slow, 100);
		if (rnd(400) == 0)
			read_replies(&states, (int)rnd(1000));
		if (i == 6000) {
			remove_proc(gone);
			gone = NULL;
		}
		if (rnd(500) != 0)
			continue;
		/* what is in its socket is lost to it, and comes again */
		read_replies(&comes, (int)rnd(600));
		peer_free(&comes.peer);
		connect_at(&comes, (long long)comes.next);
	}
	is_int((int64_t)quick.missed, 0, "who keeps up misses nothing");
	ok(slow.missed == 0, "who does not read knows nothing yet");
	check(&quick, "quick");
	check(&slow, "slow");
	ok(slow.missed > 0, "and has missed some");
	check(&states, "states only");
	check(&comes, "comes again");
}

/* Programs that write much displace no state from the history. */
static void
test_output_apart(void)
{
	struct proc *p = core_find("web", NULL);
	struct event out = { .type = EV_OUTPUT, .proc = p, .data = "x", .len = 1 };
	struct event comm = { .type = EV_COMMUNICATION, .proc = p, .data = "a\0b\xc3\xa9",
		.len = 5 };
	uint64_t since = core.event_serial;
	struct peer a = peer_new(NULL);
	char call[200];
	const char *r;

	set_state(p, P_RUNNING);
	for (int i = 0; i < 5000; i++)
		core_publish(&core, &out);
	core_publish(&core, &comm);
	snprintf(call, sizeof(call), CALL_MORE("Subscribe", "{\"since\":%llu}"),
	    (unsigned long long)since);
	r = ask(&a, call);
	ok(strstr(r, "PROCESS_STATE_RUNNING") != NULL, "a state behind much output: %s", r);
	r = peer_reply(&a);
	ok(strstr(r, "PROCESS_COMMUNICATION_STDOUT") != NULL &&
	    strstr(r, "pid:0\\na\\u0000b\xc3\xa9\"") != NULL, "data as it was: %s", r);
	is_str(peer_reply(&a), "", "output is not told unasked");
	peer_free(&a);
}

static void
test_run(void)
{
	struct peer a = peer_new(NULL);
	char call[200];
	const char *r;

	strcpy(core.run_id, "0123456789abcdef");
	r = ask(&a, CALL_MORE("Subscribe", "{\"since\":0,\"run\":\"f00\"}"));
	ok(strstr(r, "EVENTS_MISSED") != NULL && strstr(r, "\"missed\":-1") != NULL,
	    "a serial of another run: %s", r);
	ok(strstr(peer_reply(&a), "\"missed\"") != NULL, "what this run has forgotten");
	ok(strstr(peer_reply(&a), "\"event\":\"PROCESS_") != NULL, "then what we have");
	peer_free(&a);
	a = peer_new(NULL);
	snprintf(call, sizeof(call), CALL_MORE("Subscribe", "{\"since\":%llu}"),
	    (unsigned long long)core.event_serial + 1);
	ok(strstr(ask(&a, call), "\"missed\":-1") != NULL, "a serial from the future");
	peer_free(&a);
	a = peer_new(NULL);
	snprintf(call, sizeof(call), CALL_MORE("Subscribe", "{\"since\":%llu,\"run\":\"%s\"}"),
	    (unsigned long long)core.event_serial, core.run_id);
	is_str(ask(&a, call), "", "the next one: nothing yet");
	peer_free(&a);
}

static void
test_ticks_wanted(void)
{
	struct peer a = peer_new(NULL), b = peer_new(NULL);

	is_int(fake_ticks, 0, "nobody wants ticks");
	peer_call(&a, CALL_MORE("Subscribe", "{}"));
	spin();
	is_int(fake_ticks, 0, "not unasked");
	peer_call(&b, CALL_MORE("Subscribe", "{\"types\":[\"tick_60\"]}"));
	spin();
	is_int(fake_ticks, KIND_BIT(KIND_TICK_60), "who asks gets them");
	peer_free(&b);
	is_int(fake_ticks, 0, "until it goes");
	peer_free(&a);
}

static void
test_remote(void)
{
	struct peer a = peer_new(NULL), b = peer_new(NULL);

	peer_call(&a, CALL_MORE("Subscribe", "{\"types\":[\"REMOTE_COMMUNICATION\"]}"));
	spin();
	core.state = SUP_SHUTDOWN;
	is_str(ask(&b, CALL("SendRemoteCommEvent", "{\"type\":\"t\",\"data\":\"line\\nline\"}")),
	    "{\"parameters\":{}}", "sent, also during shutdown");
	core.state = SUP_RUNNING;
	ok(strstr(peer_reply(&a), "\"payload\":\"type:t\\nline\\nline\"") != NULL, "and told");
	ok(strstr(ask(&b, CALL("SendRemoteCommEvent", "{\"type\":\"t\"}")), "'data'") != NULL,
	    "both are needed");
	peer_free(&a);
	peer_free(&b);
}

int
main(void)
{
	fake_open();
	add_proc("web");
	test_accounts();
	test_output_apart();
	test_run();
	test_ticks_wanted();
	test_remote();
	fake_close();
	return tap_done();
}
