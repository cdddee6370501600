/*
 * Sinks that are no plain files: FIFO, console, memory, system log; and
 * strip_ansi.  A sink that takes nothing stops no other flow.
 */
#include "log_driver.h"

#include <sys/un.h>

/* All that is in a pipe or FIFO until `want` was seen, to be freed. */
static char *
read_until(int fd, const char *want)
{
	struct buf b = { 0 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char data[4096];

	buf_adds(&b, "");
	while (strstr(b.data, want) == NULL) {
		ssize_t n;

		if (poll(&p, 1, LOG_DEADLINE_MS) != 1) {
			printf("# waited for '%s' in vain\n", want);
			break;
		}
		n = read(fd, data, sizeof(data));
		if (n <= 0)
			break;
		buf_add(&b, data, (size_t)n);
	}
	return buf_steal(&b);
}

static void
read_bytes(int fd, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char data[4096];

	while (len > 0 && poll(&p, 1, LOG_DEADLINE_MS) == 1) {
		ssize_t n = read(fd, data, len < sizeof(data) ? len : sizeof(data));

		if (n <= 0)
			break;
		len -= (size_t)n;
	}
	is_int((int64_t)len, 0, "what was held comes out");
}

static void
strip_ansi(void)
{
	uint32_t id;

	lg.options = "\"strip_ansi\":true";
	log_up();
	id = log_add("s", "stdout", log_path("s.log"), "");
	log_say(id, "a\033[31mred\033[0m b\033[");
	log_stat("s");
	log_say(id, "1;32mgreen\033[0m\033");
	log_stat("s");
	log_say(id, "(no sequence\n");
	is_int(log_stat("s").in, 45, "all bytes are counted as read");
	is_int(log_stat("s").written, 45, "and as written");
	is_file(log_path("s.log"), "ared bgreen\033(no sequence\n",
	    "sequences are gone, also cut ones");
	log_reset();
	lg.options = "";
}

static void
memory(void)
{
	uint32_t id;
	char *text;

	lg.options = "\"ring\":100";
	log_up();
	id = log_add("m", "stdout", "", "");
	for (int i = 0; i < 50; i++)
		log_say(id, "0123456789");
	log_say(id, "the end\n");
	text = log_tail("m", "stdout", 1000);
	is_int((int64_t)strlen(text), 100, "the ring keeps as much as it may");
	is_str(text + 90, "89the end\n", "the last bytes");
	free(text);
	is_text(log_tail("m", "stdout", 8), "the end\n", "or fewer");
	has_text(log_call("Tail", "{\"name\":\"m\",\"bytes\":8}"),
	    "\"offset\":508,\"overflow\":true", "offset and overflow are those of the whole");
	is_text(log_member(log_call("Read", "{\"name\":\"m\",\"offset\":0}"), "name"),
	    "NO_FILE", "Read of a log that is nowhere: supervisord's fault");
	is_int(log_stat("m").written, 508, "memory takes all");
	log_reset();
	lg.options = "";
}

/* A FIFO that nobody reads, then somebody does. */
static void
fifo(const char *policy)
{
	char more[40], name[40], other_file[40], *text;
	struct log_stat st;
	uint32_t id, other;
	size_t len = 300000, done = 0;
	char *data = malloc(len);
	int fd;

	for (size_t i = 0; i < len; i++)
		data[i] = i % 100 == 99 ? '\n' : 'x';
	snprintf(more, sizeof(more), "\"policy\":\"%s\"", policy);
	snprintf(name, sizeof(name), "fifo-%s", policy);
	if (mkfifo(log_path(name), 0600) == -1)
		bail("mkfifo");
	log_up();
	id = log_add("f", "stdout", log_path(name), more);
	snprintf(other_file, sizeof(other_file), "other-%s", policy);
	other = log_add("o", "stdout", log_path(other_file), "");
	fcntl(log_wr(id), F_SETFL, O_NONBLOCK);
	while (done < len) {
		ssize_t n = write(log_wr(id), data + done, len - done);

		st = log_stat("f");
		if (n > 0)
			done += (size_t)n;
		else if (strcmp(policy, "block") == 0)
			break;		/* full, and nobody takes anything */
	}
	log_say(other, "goes on\n");
	log_stat("o");
	is_file(log_path(other_file), "goes on\n", "a stuck FIFO stops nobody else");
	has_text(log_event(), "nobody reads; ", "the core is told");
	is_str(st.trouble, "nobody reads", "the counters tell why");
	ok(st.written >= 4096 && st.flight > 0 && st.flight <= 65536,
	    "%s: %d bytes in the FIFO, %d held", policy, (int)st.written, (int)st.flight);
	if (strcmp(policy, "drop") == 0)
		ok(st.stuck == (int64_t)len - st.written - st.flight,
		    "the rest is dropped and counted (%d)", (int)st.stuck);
	else
		is_int(st.dropped, 0, "nothing is dropped");

	fd = open(log_path(name), O_RDONLY | O_CLOEXEC);
	fcntl(log_wr(id), F_SETFL, 0);
	if (strcmp(policy, "drop") == 0)
		done = (size_t)(st.written + st.flight);
	read_bytes(fd, done);
	if (strcmp(policy, "drop") == 0) {
		has_text(log_event(), "takes output again", "the core is told of the end");
		log_say(id, "after\n");
		text = read_until(fd, "after\n");
		ok(strstr(text, "bytes dropped: nobody reads ---\nafter\n") != NULL,
		    "the gap is marked in its place");
	} else {
		log_say(id, "after\n");
		text = read_until(fd, "after\n");
		ok(strstr(text, "dropped") == NULL, "there is no gap");
	}
	free(text);
	st = log_stat("f");
	is_int(st.flight, 0, "nothing is held any more");
	close(fd);
	free(data);
	log_reset();
}

static void
console_lines(const char *format, const char *want, const char *name)
{
	char options[60], *text = NULL;
	uint32_t a, b, e;
	bool late;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	lg.out[0] = lg.out[1] = pair[1];
	snprintf(options, sizeof(options), "\"stdout_format\":\"%s\"", format);
	lg.options = options;
	log_up();
	a = log_add("a", "stdout", "/dev/stdout", "");
	b = log_add("b", "stdout", "/proc/self/fd/1", "");
	e = log_add("a", "stderr", "/dev/stderr", "");
	/* A begun line is shown after a tenth of a second: a round that lasts longer is no test. */
	for (int tries = 0; tries < 50; tries++) {
		int64_t begin = log_ms();

		log_say(a, "one of a\nbegin");
		log_stat("a");
		log_say(b, "one of b\n");
		log_stat("b");
		log_say(e, "error\n");
		log_stat("a");
		log_say(a, " and end\n");
		log_stat("a");
		late = log_ms() - begin > 80;
		log_say(b, "END\n");
		text = read_until(pair[0], "END");
		if (!late)
			break;
		free(text);
		text = NULL;
	}
	if (text == NULL) {
		ok(true, "%s # skip the machine is too busy", name);
		goto out;
	}
	if (strcmp(format, "json") == 0)
		for (char *t = text; (t = strstr(t, "\"time\":\"")) != NULL; t += 8)
			memset(t + 8, 'T', 24);
	is_text(text, want, name);
out:
	log_reset();
	lg.options = "";
	lg.out[0] = lg.out[1] = -1;
	close(pair[0]);
	close(pair[1]);
}

#define T24 "TTTTTTTTTTTTTTTTTTTTTTTT"

static void
console(void)
{
	console_lines("raw", "one of a\none of b\nerror\nbegin and end\nEND\n",
	    "raw: whole lines");
	console_lines("tagged", "a | one of a\nb | one of b\na ! error\n"
	    "a | begin and end\nb | END\n", "tagged: who said it, and where");
	console_lines("json",
	    "{\"time\":\"" T24 "\",\"name\":\"a\",\"group\":\"a\",\"channel\":\"stdout\","
	    "\"text\":\"one of a\"}\n"
	    "{\"time\":\"" T24 "\",\"name\":\"b\",\"group\":\"b\",\"channel\":\"stdout\","
	    "\"text\":\"one of b\"}\n"
	    "{\"time\":\"" T24 "\",\"name\":\"a\",\"group\":\"a\",\"channel\":\"stderr\","
	    "\"text\":\"error\"}\n"
	    "{\"time\":\"" T24 "\",\"name\":\"a\",\"group\":\"a\",\"channel\":\"stdout\","
	    "\"text\":\"begin and end\"}\n"
	    "{\"time\":\"" T24 "\",\"name\":\"b\",\"group\":\"b\",\"channel\":\"stdout\","
	    "\"text\":\"END\"}\n", "json: one object per line");
}

/* A prompt is shown after a while; a line too long to keep is cut. */
static void
console_pieces(void)
{
	char *text, *line = malloc(40001);
	uint32_t a, b;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	lg.out[0] = pair[1];
	lg.options = "\"stdout_format\":\"tagged\"";
	log_up();
	a = log_add("a", "stdout", "/dev/stdout", "");
	b = log_add("b", "stdout", "/dev/stdout", "");
	log_say(a, "password: ");
	is_text(read_until(pair[0], "word: "), "a | password: ",
	    "a line that does not end is shown");
	log_say(b, "b\n");
	is_text(read_until(pair[0], "b\n"), "\nb | b\n", "another flow ends it first");
	log_say(a, "secret\n");
	is_text(read_until(pair[0], "secret\n"), "a |+ secret\n", "the rest is marked");
	memset(line, 'l', 40000);
	line[40000] = '\n';
	log_write(a, line, 40001);
	text = read_until(pair[0], "\n");
	is_int((int64_t)strlen(text), 40005, "a long line that nobody interrupts is whole");
	free(text);
	log_write(a, line, 20000);
	free(read_until(pair[0], "l"));
	log_stat("a");
	log_say(b, "b\n");
	free(read_until(pair[0], "b\n"));
	log_say(a, "\n");
	text = read_until(pair[0], "\n");
	ok(strncmp(text, "a |+ lll", 8) == 0, "one that is interrupted goes on marked");
	free(text);
	free(line);
	is_int(log_stat("a").flight, 0, "nothing is held");
	log_reset();
	lg.options = "";
	lg.out[0] = -1;
	close(pair[0]);
	close(pair[1]);
}

/* Many writers, lines of every length up to the limit: none is torn. */
static void
console_interleaved(void)
{
	enum { WRITERS = 6, LINES = 400 };
	char *text, *at, *end, line[3000];
	int pair[2], next[WRITERS] = { 0 }, bad = 0;
	uint32_t id[WRITERS];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	lg.out[0] = pair[1];
	lg.options = "\"stdout_format\":\"tagged\"";
	log_up();
	for (int i = 0; i < WRITERS; i++) {
		snprintf(line, sizeof(line), "w%d", i);
		id[i] = log_add(line, "stdout", "/dev/stdout", "");
	}
	fflush(stdout);
	if (fork() == 0) {
		for (int n = 0; n < LINES; n++)
			for (int i = 0; i < WRITERS; i++) {
				int len = snprintf(line, sizeof(line), "%d:%d:%*d\n", i, n,
				    (n * 7 + i * 131) % 2900, n);

				log_write(id[i], line, (size_t)len / 2);
				log_write(id[i], line + len / 2, (size_t)(len - len / 2));
			}
		log_write(id[0], "END\n", 4);
		_exit(0);
	}
	text = read_until(pair[0], "END\n");
	for (at = text; (end = strchr(at, '\n')) != NULL; at = end + 1) {
		int w, w2, n, n2;

		if (strncmp(at, "w0 | END", 8) == 0)
			continue;
		if (sscanf(at, "w%d | %d:%d:%d", &w, &w2, &n, &n2) != 4 || w != w2 ||
		    n != n2 || w >= WRITERS || next[w]++ != n)
			bad++;
	}
	is_int(bad, 0, "no line is torn, missing or out of order");
	for (int i = 1; i < WRITERS; i++)	/* w0's END may overtake other writers */
		log_stat("w0");
	free(text);
	wait(NULL);
	log_reset();
	lg.options = "";
	lg.out[0] = -1;
	close(pair[0]);
	close(pair[1]);
}

/* Nobody reads our stdout. */
static void
console_stuck(void)
{
	struct log_stat st;
	uint32_t a, b;
	char *text;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	fcntl(pair[1], F_SETPIPE_SZ, 4096);
	lg.out[0] = pair[1];
	log_up();
	a = log_add("a", "stdout", "/dev/stdout", "");
	b = log_add("b", "stdout", "/dev/stdout", "\"policy\":\"drop\"");
	text = malloc(20001);
	memset(text, 'a', 20000);
	for (int i = 99; i < 20000; i += 100)
		text[i] = '\n';
	text[20000] = '\0';
	log_say(a, text);
	st = log_stat("a");
	ok(st.flight > 0 && st.dropped == 0, "what is not taken is held (%d)",
	    (int)st.flight);
	log_say(b, "lost\n");
	st = log_stat("b");
	log_say(b, "lost too\n");
	st = log_stat("b");
	ok(st.in == 14 && st.stuck + st.flight == 14, "the other one drops (%d)",
	    (int)st.stuck);
	free(text);
	read_bytes(pair[0], 20000);
	is_int(log_stat("a").written, 20000, "all of it comes out in the end");
	log_say(b, "alive\n");
	has_text(read_until(pair[0], "alive\n"), "dropped: nobody reads ---\nalive\n",
	    "the gap is marked");
	log_reset();
	lg.out[0] = -1;
	close(pair[0]);
	close(pair[1]);
}

/* The copy on stdout is plain, or an object for each line; the file is always plain. */
static void
main_log(const char *options, const char *copy)
{
	static const char line[] = "2026-11-21 03:51:00,500 INFO text\n";
	uint32_t id;
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	lg.out[0] = pair[1];
	lg.options = options;
	log_up();
	id = log_add("", "main", log_path("main.log"), "\"policy\":\"drop\"");
	log_write(id, line, 20);
	is_text(log_tail("", "main", 100), "2026-11-21 03:51:00,", "the begin of a line");
	log_say(id, line + 20);
	has_text(read_until(pair[0], "\n"), copy, "the main log is copied to stdout");
	is_text(log_tail("", "main", 100), line, "and can be read");
	is_file(log_path("main.log"), line, "and is in its file");
	is_int(log_finish(1000), 0, "an orderly end");
	unlink(log_path("main.log"));
	log_reset();
	lg.options = "";
	lg.out[0] = -1;
	close(pair[0]);
	close(pair[1]);
}

int
main(void)
{
	log_dir();
	strip_ansi();
	memory();
	fifo("block");
	fifo("drop");
	console();
	console_pieces();
	console_interleaved();
	console_stuck();
	main_log("\"own_stdout\":true,\"stdout_format\":\"tagged\"",
	    "2026-11-21 03:51:00,500 INFO text\n");
	main_log("\"own_stdout\":true,\"stdout_format\":\"json\"", "\"name\":\"supd\","
	    "\"group\":\"supd\",\"channel\":\"main\",\"level\":\"INFO\",\"text\":\"text\"}\n");
	return tap_done();
}
