/*
 * A guest's calls: order on a connection, replies that come later, streams that wait for
 * room, what goes back to the core, and the end.
 */
#include "serve/varlink.h"

#include <sys/socket.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/loop.h"
#include "serve/link.h"
#include "tap.h"
#include "wire/guest.h"
#include "wire/json.h"

static int core_end = -1;	/* of the link */
static struct buf packets;	/* what the core got, with '#' for a descriptor */
static int returned = -1;	/* the last descriptor that it got */
static struct call *kept;
static int gone, ended, ran, rooms;

/* ---- a service ---- */

static int
do_echo(struct call *c, struct err *e)
{
	const char *text = "";

	if (vcall_string(&c->v, "text", &text, e) == -1)
		return -1;
	ran++;
	json_kstr(call_begin(c), "text", text);
	call_end(c, false);
	return 0;
}

static void
on_gone(struct call *c)
{
	(void)c;
	gone++;
	kept = NULL;
}

static int
do_later(struct call *c, struct err *e)
{
	(void)e;
	kept = c;
	call_keep(c, NULL, on_gone);
	return 0;
}

static int
do_fail(struct call *c, struct err *e)
{
	json_kstr(call_begin(c), "half", "an answer");
	return err_set(e, FAULT_BAD_NAME, "BAD_NAME: x");
}

static int
do_forget(struct call *c, struct err *e)
{
	(void)c;
	(void)e;
	return 0;
}

static const struct serve_method methods[] = {
	{ .name = "Echo", .fn = do_echo },
	{ .name = "Act", .fn = do_echo, .acts = true },
	{ .name = "Later", .fn = do_later },
	{ .name = "Stream", .fn = do_later, .only_more = true },
	{ .name = "Fail", .fn = do_fail },
	{ .name = "Forget", .fn = do_forget },
};

static bool
is_ours(const struct vcall *v)
{
	const char *to = "";

	return vcall_string(v, "to", &to, NULL) == 0 && (*to == '\0' || strcmp(to, "me") == 0);
}

static const struct serve_interface interfaces[] = {
	{ .name = "org.x.Test", .methods = methods,
	  .nmethods = sizeof(methods) / sizeof(methods[0]), .is_ours = is_ours },
};

/* ---- the outside ---- */

static void
on_packet(const char *op, yyjson_val *root, int *fd)
{
	(void)op;
	(void)root;
	(void)fd;
}

static void
spin(void)
{
	for (int i = 0; i < 8; i++)
		loop_turn();
}

static void
read_packets(void)
{
	char data[GUEST_PACKET_MAX];
	ssize_t n;
	int fd;

	buf_clear(&packets);
	while ((n = fd_recv(core_end, data, sizeof(data), &fd)) > 0) {
		buf_add(&packets, data, (size_t)n);
		if (fd == -1)
			continue;
		buf_addc(&packets, '#');
		fd_close(&returned);
		returned = fd;
	}
}

static int
connect_with(const char *data, size_t len)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == -1)
		return -1;
	serve_take(pair[1], data, len);
	spin();
	return pair[0];
}

#define TAKE(text) connect_with(text, sizeof(text))	/* with its NUL */

static void
say(int fd, const char *text)
{
	if (write(fd, text, strlen(text) + 1) == -1)
		ok(false, "write: %s", strerror(errno));
	spin();
}

/* All that has come; NULs as '|', "" after the end. */
static const char *
heard(int fd)
{
	static char text[4096];
	ssize_t n = read(fd, text, sizeof(text) - 1);

	if (n < 0)
		return "nothing";
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == '\0')
			text[i] = '|';
	text[n] = '\0';
	return text;
}

#define ECHO(t) "{\"method\":\"org.x.Test.Echo\",\"parameters\":{\"text\":\"" t "\"}}"
#define CALL(m) "{\"method\":\"org.x.Test." m "\"}"
#define SAYS(t) "{\"parameters\":{\"text\":\"" t "\"}}|"

static void
test_calls(void)
{
	int fd = TAKE(ECHO("a"));

	is_str(heard(fd), SAYS("a"), "a call that came along is answered");
	say(fd, ECHO("b"));
	is_str(heard(fd), SAYS("b"), "so is the next one");
	say(fd, CALL("Fail"));
	is_str(heard(fd), "{\"error\":\"org.x.Test.Fault\",\"parameters\":{\"code\":10,"
	    "\"name\":\"BAD_NAME\",\"text\":\"BAD_NAME: x\"}}|",
	    "a fault, and nothing of what was written before it");
	say(fd, "{\"method\":\"org.x.Test.Echo\",\"parameters\":{\"text\":7}}");
	ok(strstr(heard(fd), "'text'") != NULL, "a wrong type is named");
	say(fd, CALL("None"));
	ok(strstr(heard(fd), "MethodNotFound") != NULL, "a method of ours that is not there");
	say(fd, CALL("Stream"));
	ok(strstr(heard(fd), "ExpectedMore") != NULL, "a stream has to be asked for");
	say(fd, CALL("Forget"));
	ok(strstr(heard(fd), "no answer") != NULL, "a forgotten answer does not hang");
	ran = 0;
	say(fd, "{\"method\":\"org.x.Test.Echo\",\"oneway\":true}");
	say(fd, "{\"method\":\"org.x.Test.Act\",\"oneway\":true}");
	is_str(heard(fd), "nothing", "oneway gets no reply");
	is_int(ran, 1, "and is carried out when it acts");
	close(fd);
	spin();
	is_int((int64_t)serve_busy(), 0, "nothing is left");
}

static void
test_later(void)
{
	int fd = TAKE(CALL("Later"));

	say(fd, ECHO("next"));
	is_str(heard(fd), "nothing", "the next call waits for the one in progress");
	is_int((int64_t)serve_busy(), 1, "which is one");
	json_kstr(call_begin(kept), "text", "late");
	call_end(kept, false);
	spin();
	is_str(heard(fd), SAYS("late") SAYS("next"), "then both are answered in order");
	say(fd, CALL("Later"));
	gone = 0;
	close(fd);
	spin();
	is_int(gone, 1, "a client that leaves takes its call along");
	is_int((int64_t)serve_busy(), 0, "completely");
}

static void
on_room(struct call *c)
{
	(void)c;
	rooms++;
}

static void
test_stream(void)
{
	int fd = TAKE("{\"method\":\"org.x.Test.Stream\",\"more\":true}");
	char part[1001], data[65536];
	int64_t got = 0, sent = 0;
	ssize_t n;

	memset(part, 'x', sizeof(part) - 1);
	part[sizeof(part) - 1] = '\0';
	while (call_has_room(kept)) {
		json_kstr(call_begin(kept), "text", part);
		call_end(kept, true);
		sent++;
		spin();
	}
	ok(sent > 250, "a stream goes on while there is room");
	rooms = 0;
	call_await(kept, on_room);
	spin();
	is_int(rooms, 0, "a client that does not read makes none");
	while (rooms == 0 && (n = read(fd, data, sizeof(data))) > 0) {
		got += n;
		spin();
	}
	is_int(rooms, 1, "one that reads does, once");
	call_ok(kept);
	spin();
	while ((n = read(fd, data, sizeof(data))) > 0) {
		got += n;
		spin();
	}
	ok(got > sent * 1000, "and gets all of it");
	close(fd);
	spin();
}

static void
test_return(void)
{
	int fd = TAKE("{\"method\":\"org.supd.Control.GetState\"}");

	read_packets();
	ok(strstr(buf_text(&packets), "org.supd.Control.GetState") != NULL &&
	    strchr(buf_text(&packets), '#') != NULL, "what is not ours goes back, connection and all");
	ok(write(returned, "x", 1) == 1, "which is whole");
	is_str(heard(fd), "x", "on both ends");
	close(fd);
	fd = TAKE("{\"method\":\"org.x.Test.Echo\",\"parameters\":{\"to\":\"you\"}}");
	read_packets();
	ok(strstr(buf_text(&packets), "\\\"you\\\"") != NULL, "so does a call for another guest");
	close(fd);
	fd = TAKE("{\"method\":7}");
	read_packets();
	ok(strchr(buf_text(&packets), '#') != NULL, "and what is no call: the core says so");
	close(fd);
}

static void
test_broken(void)
{
	static const struct err why = { .code = FAULT_FAILED, .msg = "FAILED: no disk" };
	int fd;

	serve_break(&why);
	fd = TAKE(ECHO("a"));
	ok(strstr(heard(fd), "no disk") != NULL, "who cannot work says why");
	serve_break(NULL);
	say(fd, ECHO("b"));
	is_str(heard(fd), SAYS("b"), "until he can");
	close(fd);
	spin();
}

static void
on_end(void)
{
	ended++;
}

static void
test_end(void)
{
	int idle = TAKE(ECHO("i")), busy = TAKE(CALL("Later"));

	serve_link_log(LOG_WARN, "two\nlines");
	read_packets();
	is_str(buf_text(&packets), "{\"op\":\"log\",\"level\":2,\"text\":\"two?lines\"}",
	    "a line of the log is one line");
	heard(idle);
	serve_finish(on_end);
	spin();
	read_packets();
	ok(strchr(buf_text(&packets), '#') != NULL, "at the end idle connections go back");
	is_int(ended, 0, "calls in progress are waited for");
	call_ok(kept);
	spin();
	is_str(heard(busy), "{\"parameters\":{}}|", "and answered");
	is_int(ended, 1, "then it is over");
	close(idle);
	close(busy);
}

int
main(void)
{
	int pair[2];

	signal(SIGPIPE, SIG_IGN);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair) == -1)
		return 1;
	core_end = fcntl(pair[0], F_DUPFD_CLOEXEC, 10);
	if (pair[1] != GUEST_FD)
		dup2(pair[1], GUEST_FD);
	/* the loop's own descriptor must not be that number */
	if (core_end == -1 || loop_init() == -1)
		return 1;
	serve_link_init(on_packet);
	serve_open(interfaces, 1);
	test_calls();
	test_later();
	test_stream();
	test_return();
	test_broken();
	test_end();
	serve_release();
	serve_link_release();
	fd_close(&returned);
	close(core_end);
	buf_release(&packets);
	loop_free();
	return tap_done();
}
