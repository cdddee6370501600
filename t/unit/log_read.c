/*
 * Reading logs: offsets and faults as supervisord has them, following over
 * rotation and truncation, slow readers, text that is no UTF-8.
 */
#include "log_driver.h"

static char *
read_log(int offset, int length)
{
	return log_call("Read", "{\"name\":\"a\",\"offset\":%d,\"length\":%d}", offset, length);
}

/* The next text that a follower gets. */
static char *
follow(int fd)
{
	return log_member(log_reply(fd), "text");
}

/* Texts until all of want came. */
static void
follows(int fd, const char *want, const char *name)
{
	struct buf b = { 0 };

	buf_adds(&b, "");
	while (b.len < strlen(want)) {
		char *reply = log_reply(fd);

		if (reply == NULL)
			break;
		reply = log_member(reply, "text");
		buf_adds(&b, reply);
		free(reply);
	}
	is_str(b.data, want, name);
	buf_release(&b);
}

static void
offsets(void)
{
	uint32_t id;

	log_up();
	id = log_add("a", "stdout", log_path("a.log"), "");
	log_say(id, "0123456789");
	is_text(log_member(read_log(0, 0), "text"), "0123456789", "from 0: all");
	is_text(log_member(read_log(3, 0), "text"), "3456789", "from 3: to the end");
	is_text(log_member(read_log(3, 4), "text"), "3456", "4 bytes from 3");
	is_text(log_member(read_log(3, 40), "text"), "3456789", "no more than there are");
	is_text(log_member(read_log(10, 0), "text"), "", "from the end");
	is_text(log_member(read_log(99, 5), "text"), "", "from beyond");
	is_text(log_member(read_log(-4, 0), "text"), "6789", "the last 4");
	is_text(log_member(read_log(-40, 0), "text"), "0123456789", "the last 40");
	has_text(read_log(-4, 2), "\"code\":3", "negative offset with a length: fault 3");
	has_text(read_log(0, -1), "\"code\":3", "negative length: fault 3");
	is_text(log_member(log_call("Read", "{\"name\":\"a\",\"most\":10}"), "text"),
	    "0123456789", "as much as the caller can bear");
	has_text(log_call("Read", "{\"name\":\"a\",\"most\":9}"), "10 bytes are too many",
	    "and more: a fault");
	has_text(log_call("Tail", "{\"name\":\"a\",\"bytes\":4}"),
	    "{\"text\":\"6789\",\"offset\":10,\"overflow\":true}", "tail of a part");
	has_text(log_call("Tail", "{\"name\":\"a\",\"bytes\":10}"),
	    "{\"text\":\"0123456789\",\"offset\":10,\"overflow\":false}", "tail of all");
	log_reset();
}

static void
faults(void)
{
	int fd;

	log_up();
	log_add("a", "stdout", log_path("b.log"), "\"open\":false");
	has_text(log_call("Read", "{\"name\":\"zz\"}"), "\"text\":\"BAD_NAME: zz\"",
	    "an unknown name");
	has_text(log_call("Tail", "{\"name\":\"a:zz\"}"), "\"code\":10", "also for Tail");
	has_text(log_call("Read", "{\"name\":\"a\",\"channel\":\"stderr\"}"),
	    "\"code\":20,\"name\":\"NO_FILE\",\"text\":\"NO_FILE\"", "a channel without log");
	has_text(log_call("Read", "{\"name\":\"a\"}"), "\"text\":\"NO_FILE: /",
	    "a file that was not made yet");
	is_int(log_size(log_path("b.log")), -1, "and is not made by reading");
	has_text(log_call("Tail", "{\"name\":\"a\"}"),
	    "{\"text\":\"\",\"offset\":0,\"overflow\":false}", "Tail has no such fault");
	has_text(log_call("Read", "{\"name\":\"a\",\"channel\":\"x\"}"), "\"code\":3",
	    "a channel that is none");
	has_text(log_call("Read", "{\"name\":1}"), "\"code\":2", "a name that is no string");
	has_text(log_call("Nonsense", "{}"), "MethodNotFound", "a method that is none");
	has_text(log_call("Follow", "{\"name\":\"a\"}"), "ExpectedMore", "Follow without more");
	fd = log_connect("Follow", "{\"name\":\"a\"}", true);
	has_text(log_reply(fd), "\"code\":20", "Follow of a file that was not made yet");
	close(fd);
	log_reset();
}

static void
utf8(void)
{
	uint32_t id;
	int fd;

	log_up();
	id = log_add("u", "stdout", log_path("u.log"), "");
	log_say(id, "a\xff" "b\xc3\xa4\n");
	is_text(log_tail("u", "stdout", 100), "a\xef\xbf\xbd" "b\xc3\xa4\n",
	    "what is no UTF-8 is replaced");
	is_text(log_tail("u", "stdout", 2), "\xef\xbf\xbd\n", "also a character cut in two");
	fd = log_connect("Follow", "{\"name\":\"u\",\"bytes\":0}", true);
	is_text(follow(fd), "", "following begins with what was asked for");
	log_say(id, "x\xe2\x82");
	is_text(follow(fd), "x", "a character not yet complete waits");
	log_say(id, "\xac" "y");
	is_text(follow(fd), "\xe2\x82\xac" "y", "and comes when it is");
	close(fd);
	log_reset();
}

static void
following(void)
{
	uint32_t id;
	int fd, late;

	log_up();
	id = log_add("f", "stdout", log_path("f.log"), "\"maxbytes\":40,\"backups\":2");
	log_say(id, "before\n");
	fd = log_connect("Follow", "{\"name\":\"f\",\"bytes\":4}", true);
	follows(fd, "ore\n", "the last bytes first");
	log_say(id, "one\n");
	follows(fd, "one\n", "then what comes");
	log_say(id, "a line that makes it full, and then some\n");
	follows(fd, "a line that makes it full, and then some\n", "up to a rotation");
	log_say(id, "two\n");
	follows(fd, "two\n", "and beyond it");
	free(log_call("Clear", "{\"name\":\"f\"}"));
	log_say(id, "three\n");
	follows(fd, "three\n", "and beyond a clearing");
	if (truncate(log_path("f.log"), 0) == -1)
		bail("truncate");
	follows(fd, "==> File truncated <==\n", "a truncated file is told");
	log_say(id, "four\n");
	follows(fd, "four\n", "and followed on");
	late = log_connect("Follow", "{\"name\":\"f\",\"bytes\":100}", true);
	follows(late, "four\n", "a second follower");
	log_say(id, "five\n");
	follows(late, "five\n", "gets the same");
	follows(fd, "five\n", "as the first");
	close(late);
	close(fd);

	id = log_add("m", "stdout", "", "");
	log_say(id, "kept\n");
	fd = log_connect("Follow", "{\"name\":\"m\",\"bytes\":100}", true);
	follows(fd, "kept\n", "a log that is nowhere is followed in memory");
	log_say(id, "new\n");
	follows(fd, "new\n", "as it comes");
	log_send("{\"op\":\"remove\",\"id\":2}", -1);
	ok(log_reply(fd) == NULL, "when the program is removed, following ends");
	close(fd);
	log_reset();
}

/* A follower that reads nothing holds up nobody, and is told what it missed. */
static void
slow_reader(void)
{
	static char data[100000];
	uint64_t got = 0, missed = 0;
	uint32_t id;
	int fd;

	memset(data, 's', sizeof(data));
	log_up();
	id = log_add("s", "stdout", "", "");
	fd = log_connect("Follow", "{\"name\":\"s\",\"bytes\":0}", true);
	free(follow(fd));
	for (int i = 0; i < 40; i++) {
		log_write(id, data, sizeof(data));
		log_stat("s");
	}
	is_int(log_stat("s").written, 4000000, "the flow does not wait for it");
	log_say(id, "END");
	log_stat("s");
	while (got + missed < 4000003) {
		char *text = follow(fd), *mark = strstr(text, "--- supd: ");

		if (mark != NULL)
			missed += strtoull(mark + 10, NULL, 10);
		else
			got += strlen(text);
		free(text);
	}
	ok(missed > 0 && got > 100000, "it got %d bytes and was told of the other %d",
	    (int)got, (int)missed);
	is_int((int64_t)(got + missed), 4000003, "together they are all");
	close(fd);
	log_reset();
}

/* Several calls on one connection; one that is the core's goes back to it. */
static void
connection(void)
{
	static const char calls[] =
	    "{\"method\":\"org.supd.Log.Tail\",\"parameters\":{\"name\":\"c\",\"bytes\":1}}\0"
	    "{\"method\":\"org.supd.Log.Tail\",\"parameters\":{\"name\":\"c\",\"bytes\":2}}\0"
	    "{\"method\":\"org.supd.Control.GetState\"}\0{\"method\":\"more\"}";
	static char packet[FEED_MAX];
	struct pollfd p = { .events = POLLIN };
	yyjson_doc *doc;
	const char *back;
	uint32_t id;
	ssize_t n;
	int fd, theirs;

	log_up();
	id = log_add("c", "stdout", log_path("c.log"), "");
	log_say(id, "xyz");
	fd = log_connect("Tail", "{\"name\":\"c\",\"bytes\":3}", false);
	is_text(log_member(log_reply(fd), "text"), "xyz", "a call");
	if (write(fd, calls, sizeof(calls)) != sizeof(calls))
		bail("write");
	is_text(log_member(log_reply(fd), "text"), "z", "another one");
	is_text(log_member(log_reply(fd), "text"), "yz", "and one sent together with it");
	p.fd = lg.feed;
	if (poll(&p, 1, LOG_DEADLINE_MS) != 1)
		bail("nothing came back");
	n = fd_recv(lg.feed, packet, sizeof(packet), &theirs);
	doc = yyjson_read(packet, (size_t)n, 0);
	back = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "data"));
	is_str(yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "op")), "client",
	    "a call for the core goes to it");
	is_str(back, "{\"method\":\"org.supd.Control.GetState\"}", "with its call");
	is_str(back + strlen(back) + 1, "{\"method\":\"more\"}", "and what followed it");
	if (write(theirs, "hello", 6) != 6)
		bail("write");
	is_text(log_reply(fd), "hello", "and so does the connection");
	yyjson_doc_free(doc);
	close(theirs);
	close(fd);
	fd = log_connect("Tail", "{\"name\":\"c\",\"bytes\":3}", false);
	free(log_reply(fd));
	shutdown(fd, SHUT_WR);
	ok(log_reply(fd) == NULL, "a connection that is closed is forgotten");
	close(fd);
	log_reset();
}

/* A reply longer than any buffer. */
static void
long_text(void)
{
	size_t len = 20 << 20;
	char *data = malloc(len + 1), *got;
	uint32_t id;

	for (size_t i = 0; i < len; i++)
		data[i] = i % 71 == 70 ? '\n' : (char)('!' + i % 90);
	data[len] = '\0';
	log_up();
	id = log_add("l", "stdout", log_path("l.log"), "");
	fflush(stdout);
	if (fork() == 0) {
		log_write(id, data, len);
		_exit(0);
	}
	wait(NULL);
	got = log_member(log_call("Read", "{\"name\":\"l\"}"), "text");
	ok(strcmp(got, data) == 0, "20 MiB in one reply (%zu)", strlen(got));
	free(got);
	free(data);
	log_reset();
}

int
main(void)
{
	log_dir();
	offsets();
	faults();
	utf8();
	following();
	slow_reader();
	connection();
	long_text();
	return tap_done();
}
