/*
 * kill -9 of the logger while a program floods it, again and again.
 *
 * Into a plain file nothing is lost and nothing comes twice.  Where bytes pass through
 * the logger's memory, what is missing is what the counters say, each
 * gap is marked in its place, and what is around it is untouched.
 */
#include "log_driver.h"

#define LINE	16		/* "00000000000002a\n": a line tells its place */

static unsigned seed = 1;

/* Bytes from p on of the endless text that the program writes. */
static void
fill(char *data, uint64_t from, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	uint64_t line = from / LINE;
	size_t in = (size_t)(from % LINE);

	for (size_t i = 0; i < len; i++) {
		data[i] = in == LINE - 1 ? '\n' : hex[line >> (4 * (LINE - 2 - in)) & 15];
		if (++in == LINE) {
			in = 0;
			line++;
		}
	}
}

/* A program that writes all bytes of the text, at most max in one write. */
static pid_t
flood(uint32_t id, uint64_t bytes, size_t max)
{
	static char data[1 << 20];
	pid_t pid;

	fill(data, 0, sizeof(data));
	fflush(stdout);
	pid = fork();
	if (pid != 0)
		return pid;
	for (uint64_t p = 0; p < bytes;) {
		size_t n = 1 + (size_t)rand_r(&seed) % max;

		if (n > bytes - p)
			n = (size_t)(bytes - p);
		fill(data, p, n);
		log_write(id, data, n);
		p += n;
	}
	_exit(0);
}

/* Kill and start again until the program has written everything. */
static int
kill_rounds(pid_t pid, int rounds)
{
	int done = 0, status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		int64_t until = log_ms() + rand_r(&seed) % 12;

		while (log_ms() < until)
			;
		if (done < rounds) {
			log_kill();
			log_up();
			done++;
		}
	}
	return done;
}

static void
plain(const char *name, uint64_t bytes, size_t max, int rounds, const char *more)
{
	struct log_stat st;
	size_t len, all = 0;
	bool same = true;
	uint32_t id;
	int killed;

	log_up();
	id = log_add(name, "stdout", log_path(name), more);
	killed = kill_rounds(flood(id, bytes, max), rounds);
	st = log_stat(name);
	ok(killed > 3, "%s: the logger was killed %d times", name, killed);
	is_int(st.in, (int64_t)bytes, "all bytes are counted");
	is_int(st.written, (int64_t)bytes, "all bytes are written");
	is_int(st.gaps, 0, "there is no gap");
	/* Oldest first: X.n ... X.1, X. */
	for (int n = (int)st.rotations + killed; n >= 0 && same; n--) {
		char path[300], *got, *want;

		snprintf(path, sizeof(path), n > 0 ? "%s.%d" : "%s", log_path(name), n);
		if (log_size(path) == -1)
			continue;
		got = log_slurp(path, &len);
		want = malloc(len + 1);
		fill(want, all, len);
		same = memcmp(got, want, len) == 0;
		if (!same)
			printf("# %s differs, from byte %zu of the text on\n", path, all);
		all += len;
		free(got);
		free(want);
		unlink(path);
	}
	ok(same && all == bytes, "the file has them, each once, in order (%zu)", all);
	log_reset();
}

struct seen {
	uint64_t bytes;		/* of the program */
	uint64_t next;		/* where the text should go on */
	uint64_t said;		/* bytes that exact marks tell of */
	int	 marks, unknown;
	bool	 good;
};

/* Where in the text is data?  A stretch too short to tell must go on at next. */
static uint64_t
place(const struct seen *s, const char *data, size_t len)
{
	const char *nl = memchr(data, '\n', len);
	size_t head = nl != NULL ? (size_t)(nl - data) + 1 : 0;

	if (s->marks == 0)
		return 0;
	if (nl == NULL || len < head + LINE)
		return s->next;
	return strtoull(nl + 1, NULL, 16) * LINE - head;
}

/* A stretch between two marks: find its place, compare it. */
static void
check_stretch(struct seen *s, const char *data, size_t len, bool marked)
{
	uint64_t at = place(s, data, len);
	char *want;

	if (len == 0)
		return;
	want = malloc(len);
	fill(want, at, len);
	/* A mark that comes inside a line ends it first. */
	if (marked && data[len - 1] == '\n' && want[len - 1] != '\n')
		len--;
	if (at < s->next || memcmp(data, want, len) != 0) {
		printf("# wrong at %" PRIu64 ", expected %" PRIu64 " (%zu bytes)\n", at,
		    s->next, len);
		s->good = false;
	}
	free(want);
	s->next = at + len;
	s->bytes += len;
}

static struct seen
check(const char *path)
{
	struct seen s = { .good = true };
	size_t len;
	char *data = log_slurp(path, &len), *at = data, *mark;

	while ((mark = memmem(at, len - (size_t)(at - data), "--- supd: ", 10)) != NULL) {
		char *end = memchr(mark, '\n', len - (size_t)(mark - data));

		*end = '\0';
		check_stretch(&s, at, (size_t)(mark - at), true);
		s.marks++;
		if (strstr(mark, "up to") != NULL)
			s.unknown++;
		else
			s.said += strtoull(mark + 10, NULL, 10);
		at = end + 1;
	}
	check_stretch(&s, at, len - (size_t)(at - data), false);
	free(data);
	return s;
}

static void
through_memory(const char *name, uint64_t bytes, int rounds)
{
	struct log_stat st;
	struct seen s;
	uint32_t id;
	int killed;

	lg.options = "\"strip_ansi\":true";
	log_up();
	id = log_add(name, "stdout", log_path(name), "");
	killed = kill_rounds(flood(id, bytes, 65536), rounds);
	st = log_stat(name);
	s = check(log_path(name));
	ok(killed > 3, "%s: the logger was killed %d times", name, killed);
	ok(s.good, "what is in the file is in order and nothing comes twice");
	is_int((int64_t)s.bytes, st.written, "written is what is in the file");
	is_int((int64_t)s.said, st.error, "the marks say what was dropped");
	ok(s.unknown <= st.gaps, "each unknown gap is marked (%d of %d)", s.unknown,
	    (int)st.gaps);
	ok((int64_t)bytes >= st.in && (int64_t)bytes - st.in <= st.gaps * 65536,
	    "at most one batch per gap is uncounted (%d)", (int)((int64_t)bytes - st.in));
	printf("# %d marks, %" PRId64 " bytes dropped, %" PRId64 " gaps\n", s.marks, st.error,
	    st.gaps);
	log_reset();
	lg.options = "";
}

/*
 * Onto the supervisor's stdout: what the dead one had in hand may have been written or
 * not, so it counts as dropped; nothing comes twice.
 */
static void
console(uint64_t bytes, int rounds)
{
	struct log_stat st;
	struct seen s;
	uint32_t id;
	int killed;

	lg.out[0] = open(log_path("console"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
	    0600);
	log_up();
	id = log_add("console", "stdout", "/dev/stdout", "");
	killed = kill_rounds(flood(id, bytes, 65536), rounds);
	st = log_stat("console");
	s = check(log_path("console"));
	ok(killed > 3, "console: the logger was killed %d times", killed);
	ok(s.good, "what is shown is in order and nothing comes twice");
	is_int(st.in, (int64_t)bytes, "all bytes are counted");
	ok((int64_t)s.bytes >= st.written && (int64_t)s.bytes <= st.written + st.dropped +
	    s.marks, "shown is what was written, or may have been");
	ok(st.dropped <= killed * 2 * 65536, "at most two batches per kill are unsure (%d)",
	    (int)st.dropped);
	is_int((int64_t)s.said, st.error, "the marks say how much");
	log_reset();
	close(lg.out[0]);
	lg.out[0] = -1;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 10;
	uint64_t bytes = (uint64_t)rounds << 23;

	if (argc > 2)
		seed = (unsigned)atoi(argv[2]);
	log_dir();
	plain("plain", bytes, 65536, rounds, "");
	plain("lines", bytes / 2, 300, rounds, "");
	plain("rotated", bytes, 65536, rounds, "\"maxbytes\":1000000,\"backups\":10000");
	through_memory("memory", bytes, rounds);
	console(bytes, rounds);
	return tap_done();
}
