/*
 * Control calls on the loop, against servers that the test plays by hand: who gets
 * which connection, what is told when, and that nothing is told twice.
 */
#include "client/async.h"

#include <sys/socket.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/loop.h"
#include "tap.h"

#define DIALS 64

static struct async *a;
static int ends[DIALS];		/* the servers' ends, in order of dialling */
static uid_t uids[DIALS];
static int dials;
static bool no_dial, dead_dial;
static struct buf told;		/* what callbacks were told */
static struct async_call *current;
static struct err e;

static int
dial(void *arg, uid_t uid, struct err *err)
{
	int pair[2];

	(void)arg;
	if (no_dial || dials == DIALS ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		return err_set(err, FAULT_FAILED, "nobody there");
	if (dead_dial) {
		close(pair[1]);
		return pair[0];
	}
	ends[dials] = pair[1];
	uids[dials++] = uid;
	return pair[0];
}

static void
tell(void *arg, const struct async_reply *r)
{
	buf_addf(&told, "%s", (const char *)arg);
	if (r->fault != NULL)
		buf_addf(&told, "!%d:%s", (int)r->fault->code, r->fault->msg);
	else if (r->params != NULL)
		buf_addf(&told, "=%lld", (long long)yyjson_get_sint(
		    yyjson_obj_get(r->params, "n")));
	if (r->text != NULL && r->params == NULL && r->fault == NULL)
		buf_addf(&told, "~%.*s", (int)r->len, r->text);
	buf_adds(&told, r->continues ? "+ " : " ");
}

static struct async_call *
call(const char *name, uid_t uid, unsigned flags, const char *method)
{
	e = (struct err){ 0 };
	return async_call(a, uid, flags, method, NULL, tell, (void *)(uintptr_t)name, &e);
}

static void
turn(void)
{
	for (int i = 0; i < 4; i++)
		loop_turn();
}

/* What has been told since the last time. */
static const char *
heard(void)
{
	static char text[4096];

	turn();
	snprintf(text, sizeof(text), "%s", buf_text(&told));
	buf_clear(&told);
	return text;
}

/* What the server of this dial has received. */
static const char *
asked(int i)
{
	static char text[4096];
	ssize_t n;

	turn();
	n = recv(ends[i], text, sizeof(text) - 1, MSG_DONTWAIT);
	if (n == 0)
		return "EOF";
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
answer(int i, const char *json)
{
	if (send(ends[i], json, strlen(json) + 1, MSG_NOSIGNAL) == -1)
		printf("# server %d cannot answer\n", i);
}

static void
begin(void)
{
	for (int i = 0; i < dials; i++)
		close(ends[i]);
	dials = 0;
	no_dial = dead_dial = false;
	buf_clear(&told);
	a = async_new(dial, NULL, 8);
}

static void
end(void)
{
	async_free(a);
	a = NULL;
	is_str(heard(), "", "nothing is told afterwards");
}

static void
test_one_after_the_other(void)
{
	begin();
	call("a", 0, 0, "x.One");
	is_str(buf_text(&told), "", "nothing is told before the call returns");
	is_str(asked(0), "{\"method\":\"x.One\",\"parameters\":{}}", "the call arrives");
	is_int((int64_t)async_busy(a), 1, "it is in progress");
	answer(0, "{\"parameters\":{\"n\":1}}");
	is_str(heard(), "a=1 ", "its reply is told");
	is_int((int64_t)async_busy(a), 0, "and it is over");
	call("b", 0, 0, "x.Two");
	answer(0, "{\"parameters\":{\"n\":2}}");
	is_str(heard(), "b=2 ", "the next call");
	is_int(dials, 1, "uses the same connection");
	call("c", 0, 0, "x.A");
	call("d", 0, 0, "x.B");
	is_int(dials, 2, "two at a time need two");
	answer(1, "{\"parameters\":{\"n\":4}}");
	answer(0, "{\"parameters\":{\"n\":3}}");
	ok(strcmp(heard(), "") != 0, "whichever is first");
	call("e", 1000, 0, "x.A");
	is_int(dials, 3, "another caller needs his own");
	is_int(uids[2], 1000, "made for him");
	call("f", 0, 0, "org.supd.Log.Tail");
	is_int(dials, 4, "and a log call, which goes to the logger");
	answer(3, "{\"parameters\":{}}");
	heard();
	call("f", 0, 0, "org.supd.Log.Read");
	is_int(dials, 4, "that the next one uses");
	end();
}

static void
test_faults(void)
{
	begin();
	call("a", 0, 0, "x.A");
	answer(0, "{\"error\":\"org.supd.Control.Fault\",\"parameters\":{\"code\":10,"
	    "\"name\":\"BAD_NAME\",\"text\":\"BAD_NAME: web\"}}");
	is_str(heard(), "a!10:BAD_NAME: web ", "a fault with its whole text");
	call("a", 0, 0, "x.A");
	answer(0, "{\"error\":\"org.varlink.service.MethodNotFound\",\"parameters\":"
	    "{\"method\":\"x.A\"}}");
	is_str(heard(), "a!1:x.A is unknown to this supervisor ", "an unknown method");
	call("a", 0, ASYNC_RAW, "x.A");
	answer(0, "{\"error\":1}");
	is_str(heard(), "a~{\"error\":1} ", "raw: as it came");
	call("a", 0, 0, "x.A");
	answer(0, "no json");
	is_str(heard(), "a!30:FAILED: the connection to the supervisor is lost ",
	    "what is no reply ends the connection");
	call("a", 0, 0, "x.A");
	is_int(dials, 2, "the next has a new one");
	close(ends[1]);
	ends[1] = -1;
	is_str(heard(), "a!30:FAILED: the connection to the supervisor is lost ",
	    "a lost one is a fault");
	call("a", 0, 0, "x.A");
	answer(2, "{\"parameters\":{}}");
	heard();
	shutdown(ends[2], SHUT_RDWR);	/* while it is idle */
	call("a", 0, 0, "x.A");
	is_int(dials, 4, "an idle one that died is replaced");
	answer(3, "{\"parameters\":{\"n\":5}}");
	is_str(heard(), "a=5 ", "without a word");
	dead_dial = true;
	ok(call("a", 7, 0, "x.A") == NULL, "a new one that is dead:");
	is_str(e.msg, "FAILED: the connection to the supervisor is lost", "is not tried for ever");
	no_dial = true;
	ok(call("a", 7, 0, "x.A") == NULL, "no connection:");
	is_str(e.msg, "nobody there", "the call is not made");
	ends[1] = ends[0];
	end();
}

static void
test_streams(void)
{
	struct async_call *c;

	begin();
	c = call("s", 0, ASYNC_MORE, "x.Watch");
	is_str(asked(0), "{\"method\":\"x.Watch\",\"parameters\":{},\"more\":true}",
	    "a stream asks for more");
	answer(0, "{\"parameters\":{\"n\":1},\"continues\":true}");
	answer(0, "{\"parameters\":{\"n\":2},\"continues\":true}");
	is_str(heard(), "s=1+ s=2+ ", "each reply is told");
	async_pause(c, true);
	answer(0, "{\"parameters\":{\"n\":3},\"continues\":true}");
	is_str(heard(), "", "but not in a pause");
	async_pause(c, false);
	is_str(heard(), "s=3+ ", "after it");
	answer(0, "{\"parameters\":{\"n\":4}}");
	is_str(heard(), "s=4 ", "until the last");
	call("t", 0, 0, "x.A");
	is_int(dials, 1, "then the connection serves others");
	answer(0, "{\"parameters\":{\"n\":1}}");
	heard();
	c = call("u", 0, ASYNC_MORE, "x.Watch");
	asked(0);
	async_cancel(c);
	is_str(asked(0), "EOF", "a call that is cancelled takes its connection along");
	c = call("w", 0, ASYNC_MORE, "x.Watch");
	is_int(dials, 2, "so there is a new one");
	answer(1, "{\"parameters\":{\"n\":1},\"continues\":true}");
	turn();
	async_cancel(c);
	is_str(heard(), "w=1+ ", "in the middle, too");
	end();
}

static void
leave(void *arg, const struct async_reply *r)
{
	(void)arg;
	buf_adds(&told, r->continues ? "leave " : "late ");
	async_cancel(current);
}

static void
again(void *arg, const struct async_reply *r)
{
	int *left = arg;

	tell((void *)(uintptr_t)"n", r);
	if (--*left > 0)
		async_call(a, 0, 0, "x.Next", NULL, again, left, &e);
}

static void
test_in_callbacks(void)
{
	int left = 3;

	begin();
	current = async_call(a, 0, ASYNC_MORE, "x.Watch", NULL, leave, NULL, &e);
	answer(0, "{\"parameters\":{},\"continues\":true}");
	answer(0, "{\"parameters\":{},\"continues\":true}");
	is_str(heard(), "leave ", "a stream ended by its own callback");
	asked(0);
	is_str(asked(0), "EOF", "is closed");
	async_call(a, 0, 0, "x.First", NULL, again, &left, &e);
	for (int i = 0; i < 3; i++) {
		ok(strncmp(asked(1), "{\"method\":\"x.", 12) == 0, "call %d of a chain", i);
		answer(1, "{\"parameters\":{\"n\":9}}");
	}
	is_str(heard(), "n=9 n=9 n=9 ", "each from the callback of the one before");
	is_int(dials, 2, "over one connection");
	end();
}

static void
test_limits(void)
{
	begin();
	for (int i = 0; i < 10; i++)
		call("s", 0, ASYNC_SLOW, "x.Wait");
	is_int(dials, 6, "what lasts gets three quarters of the connections");
	call("q", 0, 0, "x.A");
	call("q", 0, 0, "x.B");
	is_int(dials, 8, "the others are for what does not");
	call("p", 0, 0, "x.C");
	is_int(dials, 8, "then calls wait");
	is_int((int64_t)async_busy(a), 13, "without being lost");
	answer(6, "{\"parameters\":{\"n\":6}}");
	is_str(heard(), "q=6 ", "when one is over");
	answer(6, "{\"parameters\":{\"n\":7}}");
	is_str(heard(), "p=7 ", "is for the one that can use it");
	answer(0, "{\"parameters\":{\"n\":0}}");
	is_str(heard(), "s=0 ", "and what lasts waits for its own");
	asked(0);
	answer(0, "{\"parameters\":{\"n\":1}}");
	is_str(heard(), "s=1 ", "place");
	end();
}

static void
test_waiting(void)
{
	struct async_call *c;
	struct buf big = { 0 };

	begin();
	c = call("a", 0, 0, "x.A");
	ok(!async_wait(c), "a wait ends without a reply");
	answer(0, "{\"parameters\":{\"n\":1}}");
	ok(async_wait(c), "or with it");
	is_str(buf_text(&told), "a=1 ", "told at once");
	buf_clear(&told);
	c = call("b", 0, 0, "x.B");
	buf_adds(&big, "{\"parameters\":{\"n\":5,\"x\":\"");
	for (int i = 0; i < 150000; i++)
		buf_addc(&big, 'x');
	buf_adds(&big, "\"}}");
	is_int(send(ends[0], big.data, big.len + 1, MSG_NOSIGNAL), (int64_t)big.len + 1,
	    "a long reply");
	for (int i = 0; i < 9 && told.len == 0; i++)
		ok(async_wait(c), "comes in parts");
	is_str(heard(), "b=5 ", "and is told whole");
	c = call("c", 0, 0, "x.C");
	close(ends[0]);
	ends[0] = ends[1];
	ok(!async_wait(c), "a connection that is lost while we wait");
	is_str(heard(), "c!30:FAILED: the connection to the supervisor is lost ", "is told");
	buf_release(&big);
	end();
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (loop_init() == -1)
		return 1;
	test_one_after_the_other();
	test_faults();
	test_streams();
	test_in_callbacks();
	test_limits();
	test_waiting();
	return tap_done();
}
