/*
 * Everything at once, by chance: clients that call, cut, stall and vanish, processes
 * that change and go, a logger that comes and dies.  A seed repeats a run:
 * build/t/ctl_storm SEED STEPS.  After it nothing may be left: no client, no wait,
 * no timer, no job; and who reads gets a reply to each call, in order.
 */
#include "ctl_fake.h"

#include "wire/feed.h"
#include "wire/json.h"

#define PEERS	40
#define PROCS	30

static uint64_t seed;
static struct {
	struct peer p;
	int	 asked;		/* calls sent whole that want a reply */
	int	 answered;	/* last replies */
	bool	 broken;	/* it sent nonsense, or stopped sending: no promise */
	bool	 endless;	/* it watches */
} peers[PEERS];
static struct proc *procs[PROCS];
static int logger = -1, end = -1, wrong;

static unsigned
dice(unsigned n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % n;
}

/* ---- the logger's side ---- */

static void
logger_dies(void)
{
	guest_ops[GUEST_LOGGER]->down();
	fd_close(&logger);
	fd_close(&end);
}

static void
logger_comes(void)
{
	int pair[2];

	logger_dies();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
		return;
	logger = pair[0];
	end = pair[1];
	guest_ops[GUEST_LOGGER]->up(logger);
}

/* Answer the first call of a client, and send the rest of it back. */
static void
logger_serves(const char *data, size_t len, int fd)
{
	static const char reply[] = "{\"parameters\":{\"text\":\"x\"}}";
	ssize_t first = varlink_frame(data, len);
	struct buf back = { 0 };

	if (first == -1 || send(fd, reply, sizeof(reply), MSG_NOSIGNAL) == -1)
		return;
	json_open(&back, '{');
	json_kstr(&back, "op", "client");
	json_key(&back, "data");
	json_bytes(&back, data + first + 1, len - (size_t)first - 1);
	json_close(&back, '}');
	fd_send(end, back.data, back.len, fd);
	buf_release(&back);
}

static void
logger_reads(void)
{
	static char data[FEED_MAX];
	yyjson_doc *doc;
	yyjson_val *v;
	ssize_t n;
	int fd;

	while (end != -1 && (n = fd_recv(end, data, sizeof(data), &fd)) > 0) {
		doc = yyjson_read(data, (size_t)n, 0);
		v = yyjson_obj_get(yyjson_doc_get_root(doc), "data");
		if (v != NULL && fd != -1)
			logger_serves(yyjson_get_str(v), yyjson_get_len(v), fd);
		yyjson_doc_free(doc);
		fd_close(&fd);
	}
}

/* ---- the clients' side ---- */

static void
peer_ends(int i)
{
	peer_free(&peers[i].p);
	memset(&peers[i], 0, sizeof(peers[i]));
	peers[i].p.fd = -1;
}

/* Count last replies; at the end of the connection an honest client has them all. */
static void
peer_takes(int i, bool last)
{
	struct peer *p = &peers[i].p;
	bool open = peer_read(p);
	ssize_t n;

	while ((n = varlink_frame(buf_text(&p->in), p->in.len)) != -1) {
		if (strstr(p->in.data, "\"continues\":true") == NULL)
			peers[i].answered++;
		buf_drop(&p->in, (size_t)n + 1);
	}
	if (peers[i].broken || peers[i].endless)
		return;
	if (peers[i].answered > peers[i].asked ||
	    (last && open && peers[i].answered < peers[i].asked)) {
		printf("# client %d: %d calls, %d replies\n", i, peers[i].asked,
		    peers[i].answered);
		wrong++;
	}
}

static void
some_call(int i)
{
	static const char *const calls[] = {
		CALL("GetState", "{}"), CALL("Status", "{}"), CALL("GetConfig", "{}"),
		CALL("Status", "{\"names\":[\"g:*\",\"p1\",\"zz\"],\"all\":true}"),
		CALL("Start", "{\"names\":[\"g:*\"]}"), CALL("Stop", "{\"names\":[\"g:*\"]}"),
		CALL("Start", "{\"all\":true,\"wait\":false}"),
		CALL_MORE("Start", "{\"all\":true}"), CALL_MORE("Stop", "{\"all\":true}"),
		CALL("Stop", "{\"names\":[\"p1\",\"p1\",\"zz\",\"g:p7\"]}"),
		CALL("Wait", "{\"state\":\"RUNNING\",\"names\":[\"p2\",\"g:*\"],\"timeout\":50}"),
		CALL("Wait", "{\"state\":\"FATAL\",\"names\":[\"p3\"],\"timeout\":900}"),
		CALL("Signal", "{\"signal\":\"HUP\",\"all\":true}"),
		CALL("Why", "{\"name\":\"p1\"}"), CALL("Why", "{\"name\":\"zz\"}"),
		CALL("Update", "{}"), CALL_MORE("Update", "{\"groups\":[\"g\"]}"),
		CALL("Reread", "{}"), CALL("Plan", "{}"), CALL("Nope", "{}"),
		"{\"method\":\"org.supd.Log.Tail\",\"parameters\":{}}",
		"{\"method\":\"org.supd.Log.Read\",\"parameters\":{}}",
		"{\"method\":\"org.varlink.service.GetInfo\"}",
	};
	static const char *const nonsense[] = {
		"{", "{\"method\":", "GET / HTTP/1.1\r\n\r\n", "{}", "[[[[[[[[[[[[[[[[[[[[[[",
		"{\"method\":\"org.supd.Log.Tail\",\"oneway\":true}",
	};
	const char *call;

	if (dice(12) == 0) {
		call = nonsense[dice(sizeof(nonsense) / sizeof(nonsense[0]))];
		peers[i].broken = true;
	} else if (dice(25) == 0) {
		call = CALL_MORE("Subscribe", "{\"since\":0}");
		peers[i].endless = true;
	} else {
		call = calls[dice(sizeof(calls) / sizeof(calls[0]))];
		peers[i].asked++;
	}
	if (send(peers[i].p.fd, call, strlen(call) + 1, MSG_NOSIGNAL) !=
	    (ssize_t)strlen(call) + 1)
		peers[i].broken = true;
}

/* ---- a step ---- */

static void
process_changes(void)
{
	static const enum pstate next[] = { P_STOPPED, P_STARTING, P_RUNNING, P_BACKOFF,
		P_STOPPING, P_EXITED, P_FATAL, P_UNKNOWN };
	unsigned i = dice(PROCS);
	char name[32];

	if (dice(20) != 0) {
		set_state(procs[i], next[dice(8)]);
		return;
	}
	remove_proc(procs[i]);
	snprintf(name, sizeof(name), "%sp%u", i % 3 == 1 ? "g:" : "", i);
	procs[i] = add_proc(name);
}

static void
update_goes_on(void)
{
	if (fake_update_fn == NULL)
		return;
	if (dice(3) != 0) {
		fake_update_fn(fake_update_arg, "g", "stopped");
		return;
	}
	fake_update_fn(fake_update_arg, NULL, NULL);
	fake_update_fn = NULL;
}

static void
client_acts(void)
{
	int i = (int)dice(PEERS);

	if (peers[i].p.fd == -1)
		peers[i].p = peer_new(NULL);
	switch (dice(8)) {
	case 0:
		peer_ends(i);
		break;
	case 1:
		shutdown(peers[i].p.fd, SHUT_WR);
		peers[i].broken = true;
		break;
	case 2:
	case 3:
		peer_takes(i, false);
		break;
	default:
		some_call(i);
		break;
	}
}

static void
step(void)
{
	switch (dice(16)) {
	case 0: case 1: case 2: case 3:
		process_changes();
		break;
	case 4:
		update_goes_on();
		break;
	case 5:
		pass_ms(dice(40));
		break;
	case 6:
		if (dice(20) == 0)
			logger_dies();
		else if (end == -1)
			logger_comes();
		break;
	case 7: case 8:
		logger_reads();
		break;
	case 9:
		spin();
		break;
	case 10:
		if (dice(200) == 0)
			pass_ms(70000);
		break;
	default:
		client_acts();
		break;
	}
}

/* Let all that waits come to its end. */
static void
settle_all(void)
{
	if (end == -1)
		logger_comes();
	for (int round = 0; round < 60; round++) {
		for (int i = 0; i < PROCS; i++)
			set_state(procs[i], round % 2 ? P_RUNNING : P_STOPPED);
		while (fake_update_fn != NULL)
			update_goes_on();
		pass_ms(20);
		logger_reads();
		for (int i = 0; i < PEERS; i++)
			if (peers[i].p.fd != -1)
				peer_takes(i, false);
	}
	pass_ms(1000);
	logger_reads();
	spin();
	logger_reads();
}

int
main(int argc, char **argv)
{
	uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 20261121;
	int steps = argc > 2 ? atoi(argv[2]) : 30000;
	char name[32];

	seed = first * 0x9e3779b97f4a7c15ULL + 1;
	fake_open();
	for (unsigned i = 0; i < PROCS; i++) {
		snprintf(name, sizeof(name), "%sp%u", i % 3 == 1 ? "g:" : "", i);
		procs[i] = add_proc(name);
	}
	for (int i = 0; i < PEERS; i++)
		peers[i].p.fd = -1;
	logger_comes();
	for (int i = 0; i < steps; i++)
		step();
	settle_all();
	for (int i = 0; i < PEERS; i++)
		if (peers[i].p.fd != -1)
			peer_takes(i, true);
	ok(wrong == 0, "each call has its reply (seed %llu, %d steps)",
	    (unsigned long long)first, steps);
	for (int i = 0; i < PEERS; i++)
		if (peers[i].p.fd != -1)
			peer_ends(i);
	logger_dies();
	/* one that had shut down its half first is only noticed when it is told something */
	for (int i = 0; i < PROCS; i++)
		for (int round = 0; round < 2; round++)
			set_state(procs[i], round % 2 ? P_RUNNING : P_STOPPED);
	pass_ms(7000);
	is_int((int64_t)clients_count(), 0, "no client is left");
	is_int((int64_t)fake_ntimers, 0, "nor a timer");
	ok(TAILQ_EMPTY(&fake_jobs), "nor a job");
	ok(fake_update_fn == NULL, "nor an update that tells somebody");
	fake_close();
	return tap_done();
}
