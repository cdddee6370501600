/*
 * Clients of the control socket: well-behaved, slow, rude and broken ones.  Each
 * whole request has to be answered: with replies up to a last one, or, when the
 * connection ends, because the client deserved it or the supervisor ended.
 */
#include "kernel.h"

#include <stdio.h>
#include <string.h>

#include "config.h"
#include "sim.h"

#define CLIENTS		24
#define ANSWER_MS	600000	/* the longest that any call of ours may last */

enum manner {
	POLITE,		/* reads at once */
	SLOW,		/* reads late, a little at a time */
	PIPELINING,	/* sends many calls at once */
	SILENT,		/* connects and says nothing, or half a call */
	GARBAGE,	/* sends what is no call */
	HASTY,		/* leaves before the answer */
	HTTP,
	WATCHER,	/* subscribes */
	MANNERS
};

static struct client {
	struct file *f;		/* NULL: free */
	enum manner manner;
	int64_t	 next_ms;
	int64_t	 asked_ms;	/* when the oldest open call was sent */
	int	 calls;		/* still to send */
	int	 open;		/* sent, not answered */
	size_t	 got;		/* bytes of the reply that is coming */
	bool	 continues, is_error;
	bool	 deserves;	/* may be cut off */
	char	 reply[600];	/* its beginning and its end */
	char	 out[4096];	/* what does not fit into the socket yet */
	size_t	 nout;
} clients[CLIENTS];

static unsigned long answered, cut;

static const char *
some_name(void)
{
	static const char *const names[] = {
		"p0", "p1", "p2", "p3", "p4", "p5", "g0:*", "g1:*", "g0:p0", "g1:p1",
		"p0:p0_00", "p1:p1_01", "p2:p2_00", "p3:*", "nobody", "g9:*", "supd:logger",
		"", ":", "p0:", "p1:*", "p4:*", "l0:*", "l1:l1_0",
	};

	static char node[16];

	if (sim.graphs) {
		snprintf(node, sizeof(node), "p%d", (int)rnd((uint32_t)graph_size()));
		return node;
	}
	return names[rnd(sizeof(names) / sizeof(names[0]))];
}

static const char *
some_state(void)
{
	static const char *const states[] = {
		"RUNNING", "STOPPED", "EXITED", "FATAL", "BACKOFF", "NONSENSE"
	};

	return states[rnd(6)];
}

static size_t
write_role_call(char *at, size_t size, const char *c, const char *more)
{
	static const char *const methods[] = { "Add", "Add", "Remove", "Start", "Stop", "Restart" };
	const char *method = methods[rnd(6)];
	int n;

	if (chance(100))
		n = snprintf(at, size, "%s%s\"}", c, chance(500) ? "ListRoles" : "ListProcesses");
	else if (method[0] != 'A' && chance(200))
		n = snprintf(at, size, "%s%sRoles\"%s}", c, method, more);
	else
		n = snprintf(at, size, "%s%sRoles\",\"parameters\":{\"names\":[\"r%u\"],"
		    "\"goal_only\":%s}%s}", c, method, (unsigned)rnd(3), chance(100) ? "true" :
		    "false", more);
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* What adds and removes single processes. */
static size_t
write_instance_call(char *at, size_t size, const char *c, const char *more)
{
	const char *wait = chance(600) ? "true" : "false";
	int n;

	switch (rnd(5)) {
	case 0: case 1:
		n = snprintf(at, size, "%sAddInstance\",\"parameters\":{\"template\":\"t\","
		    "\"name\":\"i%u\",\"holes\":{\"hole\":%u},\"wait\":%s}%s}", c,
		    (unsigned)rnd(4), (unsigned)rnd(8) / 7, wait, more);
		break;
	case 2:
		n = snprintf(at, size, "%sRemoveInstance\",\"parameters\":{\"template\":\"t\","
		    "\"name\":\"i%u\",\"wait\":%s}%s}", c, (unsigned)rnd(4), wait, more);
		break;
	case 3:
		n = snprintf(at, size, "%sListInstances\"}", c);
		break;
	default:
		n = snprintf(at, size, "%sScale\",\"parameters\":{\"name\":\"p%u\",%s%u,"
		    "\"wait\":%s}%s}", c, (unsigned)rnd(6),
		    chance(800) ? "\"processes\":" : "\"ignored\":", (unsigned)rnd(5), wait, more);
		break;
	}
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* A call as JSON text without its NUL. */
static size_t
write_call(char *at, size_t size)
{
	const char *more = chance(300) ? ",\"more\":true" : "";
	const char *wait = chance(500) ? "true" : "false";
	const char *c = "{\"method\":\"org.supd.Control.";
	int n;

	if (chance(100))
		return write_role_call(at, size, c, more);
	if (chance(120))
		return write_instance_call(at, size, c, more);
	switch (rnd(24)) {
	case 22:
		n = snprintf(at, size, "{\"method\":\"org.supd.Node.List\",\"parameters\":"
		    "{\"node\":\"%s\"}}", chance(500) ? "a" : "b");
		break;
	case 23:
		n = snprintf(at, size, "{\"method\":\"org.supd.Store.Get\"}");
		break;
	case 20:
		n = snprintf(at, size, "%sSendRemoteCommEvent\",\"parameters\":{\"type\":\"t\","
		    "\"data\":\"%0*d\"}}", c, (int)between(1, 2000), 7);
		break;
	case 21:
		n = snprintf(at, size, "%sGetPools\"}", c);
		break;
	case 0: case 1: case 2:
		n = snprintf(at, size, "%sStart\",\"parameters\":{\"names\":[\"%s\"],"
		    "\"wait\":%s}%s}", c, some_name(), wait, more);
		break;
	case 3: case 4: case 5:
		n = snprintf(at, size, "%sStop\",\"parameters\":{\"names\":[\"%s\",\"%s\"],"
		    "\"wait\":%s}%s}", c, some_name(), some_name(), wait, more);
		break;
	case 6:
		n = snprintf(at, size, "%s%s\",\"parameters\":{\"all\":true,\"wait\":%s}%s}",
		    c, chance(500) ? "Start" : "Stop", wait, more);
		break;
	case 7:
		n = snprintf(at, size, "%sSignal\",\"parameters\":{\"signal\":\"%s\","
		    "\"names\":[\"%s\"]}}", c, chance(500) ? "HUP" : "KILL", some_name());
		break;
	case 8:
		n = snprintf(at, size, "%sWait\",\"parameters\":{\"state\":\"%s\","
		    "\"names\":[\"%s\"],\"timeout\":%d}%s}", c, some_state(), some_name(),
		    (int)between(0, 30000), more);
		break;
	case 9:
		n = snprintf(at, size, "%sReread\"}", c);
		break;
	case 10:
		n = snprintf(at, size, "%sPlan\"}", c);
		break;
	case 11: case 12:
		n = snprintf(at, size, "%sUpdate\"%s}", c, more);
		break;
	case 13:
		n = snprintf(at, size, "%s%sGroup\",\"parameters\":{\"name\":\"%s\"}}", c,
		    chance(500) ? "Add" : "Remove", some_name());
		break;
	case 14:
		n = snprintf(at, size, "%sGetConfig\"}", c);
		break;
	case 15:
		n = snprintf(at, size, "%sWhy\",\"parameters\":{\"name\":\"%s\"}}", c,
		    some_name());
		break;
	case 16:
		n = snprintf(at, size, "%sSendStdin\",\"parameters\":{\"name\":\"%s\","
		    "\"chars\":\"%0*d\"}}", c, chance(500) ? "p1" : "g0:p0",
		    (int)between(1, 2000), 7);	/* not into the protocol of a listener */
		break;
	case 17:
		n = snprintf(at, size, "{\"method\":\"org.supd.Log.Tail\",\"parameters\":"
		    "{\"name\":\"%s\"}}", some_name());
		break;
	case 18:
		n = snprintf(at, size, "{\"method\":\"org.varlink.service.GetInfo\"}");
		break;
	default:
		n = snprintf(at, size, "%sStatus\",\"parameters\":{}}", c);
		break;
	}
	return n > 0 && (size_t)n < size ? (size_t)n : 0;
}

/* ---- one client ---- */

static void
leave(struct client *c)
{
	file_drop(&c->f);
	c->open = 0;
}

static void
push(struct client *c)
{
	ssize_t n;

	if (c->nout == 0 || c->f == NULL)
		return;
	n = file_send(c->f, c->out, c->nout, NULL);
	if (n <= 0)
		return;
	memmove(c->out, c->out + n, c->nout - (size_t)n);
	c->nout -= (size_t)n;
}

static void
ask(struct client *c)
{
	size_t n = write_call(c->out + c->nout, sizeof(c->out) - c->nout - 1);

	if (n == 0)
		return;
	/* who is handed over goes down with a killed guest, and where descriptors lack */
	if ((sim.faults & (FAULT_LOGGER | FAULT_FILES)) &&
	    strstr(c->out + c->nout, "supd.Control") == NULL)
		c->deserves = true;
	say("client %d asks %.*s", (int)(c - clients), (int)n, c->out + c->nout);
	c->out[c->nout + n] = '\0';
	c->nout += n + 1;
	if (c->open++ == 0)
		c->asked_ms = sim.now_ms;
	c->calls--;
	push(c);
}

static void
on_reply(struct client *c)
{
	size_t n = c->got < sizeof(c->reply) - 1 ? c->got : sizeof(c->reply) - 1;

	c->reply[n] = '\0';
	if (c->reply[0] != '{' || (strncmp(c->reply, "{\"parameters\"", 13) != 0 &&
	    strncmp(c->reply, "{\"error\"", 8) != 0))
		fail("a reply that is none: %s", c->reply);
	if (strncmp(c->reply, "{\"error\"", 8) == 0 && strstr(c->reply, "\"text\":\"\"") != NULL)
		fail("a fault without a text: %s", c->reply);
	say("client %d gets %.120s", (int)(c - clients), c->reply);
	c->got = 0;
	if (strstr(c->reply, "\"continues\":true") != NULL || c->manner == WATCHER)
		return;
	if (c->open == 0)
		fail("a reply that nobody asked for: %s", c->reply);
	c->open--;
	c->asked_ms = sim.now_ms;
	answered++;
}

/* The beginning of a reply is kept, and its last bytes, where "continues" stands. */
static void
take(struct client *c, const char *data, size_t len)
{
	const size_t half = sizeof(c->reply) / 2;

	for (size_t i = 0; i < len; i++) {
		if (data[i] == '\0') {
			on_reply(c);
			continue;
		}
		if (c->got == sizeof(c->reply) - 1) {
			memmove(c->reply + half, c->reply + half + 1, half - 2);
			c->got--;
		}
		c->reply[c->got++] = data[i];
	}
}

static void
on_end(struct client *c)
{
	if (c->open > 0 && !c->deserves && sim.running && !(sim.faults & FAULT_MEMORY))
		fail("client %d is cut off with %d calls unanswered", (int)(c - clients),
		    c->open);
	cut += c->open > 0;
	leave(c);
}

static void
listen_to(struct client *c)
{
	char data[4096];
	size_t most = c->manner == SLOW ? rnd(200) + 1 : sizeof(data);
	ssize_t n;

	do {
		n = file_read(c->f, data, most);
		if (n == 0)
			on_end(c);
		else if (n > 0 && c->manner != HTTP && c->manner != GARBAGE)
			take(c, data, (size_t)n);
	} while (n > 0 && c->manner != SLOW);
}

static void
speak(struct client *c)
{
	static const char subscribe[] =
	    "{\"method\":\"org.supd.Control.Subscribe\",\"parameters\":{\"since\":0,"
	    "\"types\":[\"EVENT\"]},\"more\":true}";
	static const char half[] = "{\"method\":\"org.supd.Con";

	switch (c->manner) {
	case POLITE:
	case SLOW:
	case HASTY:
		if (c->open == 0 && c->calls > 0)
			ask(c);
		else if (c->open == 0 || (c->manner == HASTY && chance(500)))
			leave(c);
		break;
	case PIPELINING:
		while (c->calls > 0 && c->nout + 2600 < sizeof(c->out))
			ask(c);
		if (c->open == 0 && c->calls == 0)
			leave(c);
		break;
	case SILENT:
		if (c->calls-- > 0 && chance(500))
			file_send(c->f, half, sizeof(half) - 1, NULL);
		else if (chance(100))
			leave(c);
		break;
	case GARBAGE:
		for (size_t i = 0; i < 100; i++)
			c->out[i] = (char)(chance(900) ? "{}[]\":,nulltrue0"[rnd(16)] :
			    (char)rnd(256));
		file_send(c->f, c->out, 100, NULL);
		if (chance(300))
			leave(c);
		break;
	case HTTP:
		file_send(c->f, "GET / HTTP/1.1\r\n\r\n", 18, NULL);
		if (chance(300))
			leave(c);
		break;
	case WATCHER:
		if (c->calls > 0)
			file_send(c->f, subscribe, sizeof(subscribe), NULL);
		c->calls = 0;
		if (chance(20))
			leave(c);
		break;
	case MANNERS:
		break;
	}
}

static void
turn(struct client *c)
{
	c->next_ms = sim.now_ms + between(1, c->manner == SLOW ? 3000 : 400);
	push(c);
	listen_to(c);
	if (c->f == NULL)
		return;
	if (c->open > 0 && sim.now_ms - c->asked_ms > ANSWER_MS && c->manner != SLOW &&
	    c->nout == 0)
		fail("client %d waits for an answer since %lld ms", (int)(c - clients),
		    (long long)(sim.now_ms - c->asked_ms));
	speak(c);
}

/* ---- all of them ---- */

void
clients_begin(void)
{
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		if (c->f != NULL)
			continue;
		*c = (struct client){ .manner = (enum manner)rnd(MANNERS),
			.calls = (int)between(1, 6) };
		c->f = kernel_connect(chance(900) ? 0 : 1000);
		if (c->f == NULL)
			return;
		c->deserves = c->f->peer->uid != 0 || c->manner == GARBAGE ||
		    c->manner == SLOW || c->manner == SILENT;
		c->next_ms = sim.now_ms + between(0, 10);
		return;
	}
}

int64_t
clients_next_ms(void)
{
	int64_t at_ms = INT64_MAX;

	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].f != NULL && clients[i].next_ms < at_ms)
			at_ms = clients[i].next_ms;
	return at_ms;
}

void
clients_run(void)
{
	for (int i = 0; i < CLIENTS; i++)
		if (clients[i].f != NULL && clients[i].next_ms <= sim.now_ms)
			turn(&clients[i]);
}

/* The supervisor has closed its end: what it said last is still there. */
void
clients_end(bool orderly)
{
	for (int i = 0; i < CLIENTS; i++) {
		struct client *c = &clients[i];

		while (orderly && c->f != NULL) {
			char data[4096];
			ssize_t n = file_read(c->f, data, sizeof(data));

			if (n <= 0)
				break;
			if (c->manner != HTTP && c->manner != GARBAGE)
				take(c, data, (size_t)n);
		}
		/*
		 * It was heard (its call is not on its way), and never answered.  Where
		 * descriptors are short it may wait in the backlog for some seconds.
		 */
		if (orderly && c->f != NULL && c->open > 0 && c->nout == 0 && !c->deserves &&
		    c->manner == POLITE && sim.now_ms - c->asked_ms >
		    (sim.faults & FAULT_FILES ? 4000 : 1000) &&
		    !(sim.faults & FAULT_MEMORY))
			fail("client %d gets no answer before the end, after %lld ms",
			    (int)(c - clients), (long long)(sim.now_ms - c->asked_ms));
		if (c->f != NULL)
			leave(c);
	}
}
