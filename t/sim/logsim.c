/*
 * logsim --seed N [--trace] | --seeds FROM COUNT: histories of the real logger on the
 * simulated kernel.  Programs write, files rotate, the disk is full for a
 * while, the console is stuck for a while, calls are interrupted or cut short, and the
 * logger is killed between two calls, or when one has done its work unheard.
 *
 * After each turn the law holds for each flow: in = written + dropped + in flight, and
 * in is what was ever taken out of its pipe, by all loggers.  At the end the rotated
 * files in a row hold every byte in order, but for those that a line in the same
 * place counts; these lines count what was dropped.
 */
#include <sys/wait.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "disk.h"
#include "kernel.h"
#include "log/flow.h"
#include "log/log.h"
#include "log/tally.h"
#include "sim.h"
#include "wire/feed.h"

#define LANES	4
#define BACKUPS	99
#define BEGIN_MARK	"<!--XSUPERVISOR:BEGIN-->"
#define END_MARK	"<!--XSUPERVISOR:END-->"

static struct lane {
	struct file *out;	/* the program's end; NULL: closed */
	struct file *rd;	/* the core's duplicate of the logger's end */
	struct conduit *pipe;	/* borrowed: lives as long as rd */
	char	 add[600];	/* what the logger is told of it */
	bool	 console, drops, plain;
	const char *mark;	/* what is left of one */
	bool	 captures;	/* its lines have marks of capture mode, whole and in part */
	int64_t	 left;		/* bytes still to write */
	unsigned line;
	char	*sent;		/* all that went into the pipe */
	size_t	 nsent;
	char	*part;		/* of a line that did not fit yet */
	size_t	 npart;
	struct tally last;	/* as last seen */
	int64_t	 next_ms;
} lanes[LANES];

static struct file *core_end, *console_end;
static struct file *console_wr, *counters;	/* what each logger inherits */
static int64_t end_ms, finish_ms, event_ms;
static bool finished, stuck, tagged, strips;
static unsigned deadly;		/* in 1000 places where the logger may be killed */
static int deaths, deaths_max;
static jmp_buf killed;

/* ---- what the core would say ---- */

__attribute__((format(printf, 2, 3))) static void
tell(struct file *fd, const char *fmt, ...)
{
	char text[1000];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (file_send(core_end, text, (size_t)n, fd) == -1)
		fail("the logger does not read its feed");
	say("core: %s", text);
}

static void
make_lane(int i)
{
	struct lane *l = &lanes[i];
	struct file *end[2];
	char path[40];

	pipe_new(end, 16384);
	end[0]->nonblock = true;
	l->out = end[1];
	l->rd = end[0];
	l->pipe = end[0]->pipe;
	l->console = chance(200);
	l->drops = chance(300);
	l->plain = !l->console;
	l->captures = chance(300);
	l->left = between(0, 30000);
	l->next_ms = sim.now_ms;
	if (i > 0 && !l->console && lanes[i - 1].plain && chance(150))
		l->plain = lanes[i - 1].plain = false;	/* both into one file */
	snprintf(path, sizeof(path), l->console ? "/dev/stdout" : "/log/p%d.log",
	    l->plain || l->console ? i : i - 1);
	snprintf(l->add, sizeof(l->add), "{\"op\":\"add\",\"id\":%d,\"name\":\"p%d\",\"group\":\"p%d\","
	    "\"channel\":\"stdout\",\"file\":\"%s\",\"auto\":false,\"maxbytes\":%d,"
	    "\"backups\":%d,\"syslog\":false,\"policy\":\"%s\",\"events\":%s,\"capture\":%d,"
	    "\"proc\":%d}", i + 10, i, i, path, l->console ? 0 : (int)between(500, 3000), BACKUPS,
	    l->drops ? "drop" : "block", chance(200) ? "true" : "false",
	    l->captures ? (int)between(1, 3000) : 0, i + 1);
}

/* ---- programs ---- */

static void
put(struct lane *l, const char *data, size_t len)
{
	ssize_t n = file_write(l->out, data, len);

	if (n <= 0)
		return;
	l->sent = raw_grow(l->sent, l->nsent + (size_t)n);
	memcpy(l->sent + l->nsent, data, (size_t)n);
	l->nsent += (size_t)n;
}

static void
write_some(struct lane *l, int i)
{
	static const char *const marks[] = {
		BEGIN_MARK, END_MARK, "<!--XSUPERVISOR:", "<", "BEGIN-->", "END-->", "<!--X",
	};
	char line[3000];
	int n;

	if (l->mark != NULL) {		/* the rest of it, some time later */
		put(l, l->mark, strlen(l->mark));
		l->mark = NULL;
	} else if (l->captures && chance(400)) {
		l->mark = marks[rnd(7)];
		put(l, l->mark, (size_t)(n = (int)rnd((uint32_t)strlen(l->mark))));
		l->mark += n;
		l->next_ms = sim.now_ms + between(0, 10);
		return;
	}
	l->next_ms = sim.now_ms + between(0, chance(100) ? 500 : 10);
	n = snprintf(line, sizeof(line), "%d line %u %0*d\n", i, l->line++,
	    (int)between(1, chance(100) ? 2800 : 100), 0);
	put(l, line, (size_t)n);
	l->left -= n;
	if (l->left > 0 && sim.now_ms < end_ms)
		return;
	l->next_ms = INT64_MAX;
	if (chance(700))
		file_drop(&l->out);	/* it ends; others stay until the end */
}

/* ---- accidents ---- */

static void
accident(void)
{
	char data[8192];

	/* not before the pipes have come: what EMFILE takes on its way is gone */
	sim.faults_on = true;
	event_ms = sim.now_ms + between(1, 300);
	switch (rnd(6)) {
	case 0:
		disk_free = chance(500) ? rnd(2000) : 0;
		break;
	case 1: case 2:
		disk_free = 1 << 30;
		break;
	case 3:
		stuck = chance(500);
		break;
	case 4:
		if (chance(200))
			tell(NULL, "{\"op\":\"reopen\"}");
		break;
	default:
		break;
	}
	while (!stuck && file_read(console_end, data, sizeof(data)) > 0)
		;
}

static void
finish(void)
{
	finished = true;
	stuck = false;
	disk_free = 1 << 30;
	sim.faults_on = false;
	for (int i = 0; i < LANES; i++)
		lanes[i].next_ms = INT64_MAX;
	tell(NULL, "{\"op\":\"finish\",\"ms\":20000}");
	finish_ms = INT64_MAX;
}

int64_t
world_next_ms(void)
{
	int64_t at_ms = event_ms < finish_ms ? event_ms : finish_ms;

	for (int i = 0; i < LANES; i++)
		if (lanes[i].out != NULL && lanes[i].next_ms < at_ms)
			at_ms = lanes[i].next_ms;
	return at_ms;
}

void
world_run(void)
{
	char data[8192];

	for (int i = 0; i < LANES; i++)
		if (lanes[i].out != NULL && lanes[i].next_ms <= sim.now_ms)
			write_some(&lanes[i], i);
	while (file_read(core_end, data, sizeof(data) - 1) > 0)
		;
	if (event_ms <= sim.now_ms && !finished)
		accident();
	else if (event_ms <= sim.now_ms) {
		event_ms = sim.now_ms + 50;
		while (file_read(console_end, data, sizeof(data)) > 0)
			;
	}
	if (finish_ms <= sim.now_ms)
		finish();
}

/* ---- promises ---- */

/* Where the kernel cannot splice, a kill may hide one batch, and the logger knows. */
static bool
all_counted(const struct tally *t, uint64_t taken)
{
	if (t->gaps == 0 || !sim.no_splice)
		return t->in == taken;
	return t->in <= taken && taken - t->in <= (uint64_t)t->gaps * FLOW_BATCH;
}

void
check_turn(void)
{
	size_t n;
	struct flow **flows = flow_all(&n);

	for (size_t i = 0; i < n; i++) {
		struct tally t = tally_get(flows[i]->slot);
		struct lane *l = &lanes[flows[i]->id - 10];
		uint64_t dropped = 0;

		for (int k = 0; k < DROP_REASONS; k++)
			dropped += t.dropped[k];
		if (t.in != t.written + dropped + t.captured + t.flight)
			fail("flow %u: %llu in, %llu written, %llu dropped, %llu captured, %u in "
			    "flight", flows[i]->id, (unsigned long long)t.in,
			    (unsigned long long)t.written, (unsigned long long)dropped,
			    (unsigned long long)t.captured, t.flight);
		if (flows[i]->pipe != -1 && !all_counted(&t, l->pipe->out))
			fail("flow %u: %llu counted, %llu taken out of its pipe",
			    flows[i]->id, (unsigned long long)t.in,
			    (unsigned long long)l->pipe->out);
		if (dropped > 0 && !l->drops && !finished && deaths == 0)
			fail("flow %u: %llu bytes dropped, which its policy forbids",
			    flows[i]->id, (unsigned long long)dropped);
		l->last = t;
	}
}

void
check_idle(void)
{
}

/* What is sent without its messages: the log of capture mode. */
static void
drop_messages(struct lane *l)
{
	char *from = l->sent, *end = l->sent + l->nsent, *to = l->sent, *at, *close;

	while ((at = memmem(from, (size_t)(end - from), BEGIN_MARK, strlen(BEGIN_MARK))) != NULL) {
		memmove(to, from, (size_t)(at - from));
		to += at - from;
		at += strlen(BEGIN_MARK);
		close = memmem(at, (size_t)(end - at), END_MARK, strlen(END_MARK));
		from = close != NULL ? close + strlen(END_MARK) : end;
	}
	memmove(to, from, (size_t)(end - from));
	l->nsent = (size_t)(to + (end - from) - l->sent);
}

/* A log as it was read back, and how far it was found in what was sent. */
struct reading {
	const struct lane *l;
	const char *text;
	size_t	 len;
	uint64_t said;		/* bytes that lines in it say are missing */
	const char *why;	/* it is wrong */
	size_t	 far;		/* so much of what was sent has been found */
};

static bool read_on(struct reading *r, size_t from, size_t at, uint64_t said);

/* Behind a stretch of output: the end, or a line that says what is missing. */
static bool
read_mark(struct reading *r, size_t from, size_t at, uint64_t said)
{
	static const char mark[] = "--- supd: ", unknown[] = "--- supd: logger restarted, up";
	unsigned long long n;
	const char *end;

	if (from == r->len) {
		r->said = said;
		at += r->l->last.unmarked;
		return r->l->last.gap ? at <= r->l->nsent : at == r->l->nsent;
	}
	if (r->len - from < sizeof(mark) || memcmp(r->text + from, mark, sizeof(mark) - 1) != 0)
		return false;
	end = memchr(r->text + from, '\n', r->len - from);
	if (end != NULL && memcmp(r->text + from, unknown, sizeof(unknown) - 1) == 0) {
		for (size_t lost = 0; sim.no_splice && at + lost <= r->l->nsent; lost++)
			if (read_on(r, (size_t)(end - r->text) + 1, at + lost, said))
				return true;
		return false;
	}
	if (end == NULL || sscanf(r->text + from, "--- supd: %llu bytes dropped:", &n) != 1)
		return false;
	return read_on(r, (size_t)(end - r->text) + 1, at + n, said + n);
}

/*
 * Is text from `from` on what was sent from `at` on, with lines that say what is missing?
 * Such a line ends the one that it comes into, so a newline may belong to both.
 */
static bool
read_on(struct reading *r, size_t from, size_t at, uint64_t said)
{
	const char *next = r->len > from ? memmem(r->text + from, r->len - from,
	    "--- supd: ", 10) : NULL;
	size_t len = (next != NULL ? (size_t)(next - r->text) : r->len) - from, same = 0;

	while (same < len && at + same < r->l->nsent &&
	    r->text[from + same] == r->l->sent[at + same])
		same++;
	if (same == len && read_mark(r, from + len, at + len, said))
		return true;
	if (next != NULL && len > 0 && same >= len - 1 && r->text[from + len - 1] == '\n' &&
	    read_mark(r, from + len, at + len - 1, said))
		return true;
	if (at + same > r->far || r->why == NULL) {
		r->far = at + same;
		r->why = same < len ? "it is not what was sent" : "what is behind it is wrong";
	}
	return false;
}

static void
check_content(struct lane *l, int i, uint64_t dropped)
{
	struct reading r = { .l = l };
	char path[40], *all = NULL;
	const char *data;
	size_t len;

	if (l->captures && l->sent != NULL)
		drop_messages(l);
	for (int n = BACKUPS; n >= 0; n--) {
		snprintf(path, sizeof(path), n > 0 ? "/log/p%d.log.%d" : "/log/p%d.log", i, n);
		data = disk_content(path, &len);
		if (data == NULL)
			continue;
		all = raw_grow(all, r.len + len + 1);
		memcpy(all + r.len, data, len);
		r.len += len;
	}
	r.text = all;
	if (!read_on(&r, 0, 0, 0))
		fail("the log of p%d: at byte %zu of what was sent: %s", i, r.far, r.why);
	if (r.said + l->last.unmarked != dropped)
		fail("the log of p%d says that %llu bytes are missing, %llu were dropped", i,
		    (unsigned long long)r.said, (unsigned long long)dropped);
	raw_free(all);
}

/* The counters that a next logger would find. */
static void
read_counters(void)
{
	bool known;

	tally_init(FEED_COUNTERS_FD);
	for (int i = 0; i < LANES; i++) {
		lanes[i].last = tally_get(tally_take((uint32_t)i + 10, &known));
		if (!known)
			fail("p%d: its counters are gone", i);
	}
	tally_release();
}

static void
check_all(void)
{
	read_counters();
	for (int i = 0; i < LANES; i++) {
		struct lane *l = &lanes[i];
		uint64_t dropped = 0;

		for (int k = 0; k < DROP_REASONS; k++)
			dropped += l->last.dropped[k];
		say("p%d: %zu sent, %llu written, %llu dropped, %u rotations", i, l->nsent,
		    (unsigned long long)l->last.written, (unsigned long long)dropped,
		    l->last.rotations);
		if (dropped > 0 && !l->drops && deaths == 0)
			fail("p%d: %llu bytes dropped at the end", i,
			    (unsigned long long)dropped);
		if (!all_counted(&l->last, l->nsent))
			fail("p%d: %zu sent, %llu read", i, l->nsent,
			    (unsigned long long)l->last.in);
		if (!l->plain || l->last.rotations + (unsigned)deaths >= BACKUPS)
			continue;
		if (l->captures && l->nsent > 0) {
			if (dropped > 0 || deaths > 0)	/* parts of messages are anywhere */
				continue;
			drop_messages(l);
		}
		check_content(l, i, dropped);
	}
}

/* ---- histories ---- */

static void
begin(uint64_t seed)
{
	static const unsigned kinds[] = { 0, FAULT_EINTR, FAULT_SHORT, FAULT_FILES,
		FAULT_SLOW, FAULT_EINTR | FAULT_SHORT | FAULT_SLOW, FAULT_LOGGER, FAULT_LOGGER,
		FAULT_LOGGER | FAULT_SHORT | FAULT_EINTR, FAULT_LOGGER | FAULT_FILES };
	static const unsigned rates[] = { 1, 3, 10, 30, 100 };
	struct file *end[2];

	sim_seed(seed);
	sys = &sys_sim;
	kernel_reset();
	disk_reset();
	sim.faults = kinds[rnd(sizeof(kinds) / sizeof(kinds[0]))];
	deadly = rates[rnd(5)];
	deaths_max = (int)between(1, 30);
	pipe_new(end, 8192);
	console_end = end[0];
	console_wr = end[1];
	console_wr->nonblock = true;
	counters = file_new(F_MEM);
	tagged = chance(500);
	strips = chance(300);		/* then everything passes through memory */
	sim.no_splice = chance(150);
	end_ms = sim.now_ms + between(10, 4000);
	finish_ms = end_ms + between(0, 2000);
	event_ms = sim.now_ms + 1;
}

/* A new logger, as the core starts it: what it inherits, and what it is told. */
static void
open_logger(void)
{
	struct file *end[2];

	for (int fd = 0; fd < FD_MAX; fd++)
		file_drop(&table[fd]);
	file_drop(&core_end);
	pair_new(end, F_PACKET);
	core_end = end[0];
	table[0] = file_new(F_NULL);
	table[1] = file_hold(console_wr);
	table[2] = file_new(F_NULL);
	table[3] = end[1];
	table[3]->nonblock = true;
	table[4] = file_hold(counters);
	tell(NULL, "{\"op\":\"options\",\"identifier\":\"sim\",\"childlogdir\":\"/log\","
	    "\"cleanup\":false,\"strip_ansi\":%s,\"stdout_format\":\"%s\","
	    "\"ring\":4096,\"own_stdout\":false}", strips ? "true" : "false",
	    tagged ? "tagged" : "raw");
	for (int i = 0; i < LANES; i++)
		tell(lanes[i].rd, "%s", lanes[i].add);
}

static void
may_kill(void)
{
	if (!finished && deaths < deaths_max && strikes(FAULT_LOGGER, deadly))
		longjmp(killed, 1);
}

/* Loggers one after the other; the last one ends by itself. */
static void
run_loggers(void)
{
	static char name[] = "supd: logger", *argv[] = { name, NULL };

	if (setjmp(killed) != 0) {
		kernel_may_kill = NULL;
		say("the logger is killed");
		deaths++;
		image_restore();
		loop_forget();
		sys = &sys_sim;
		sim.faults_on = false;	/* what EMFILE takes of its pipes now is gone */
	}
	open_logger();
	if (image_save())
		kernel_may_kill = may_kill;
	log_main(1, argv);
	kernel_may_kill = NULL;
}

static void
history(uint64_t seed)
{
	begin(seed);
	for (int i = 0; i < LANES; i++)
		make_lane(i);
	say("faults %#x", sim.faults);
	run_loggers();
	check_all();
	if (table[3] != NULL)
		fail("the logger leaves its socket open");
	for (int fd = 5; fd < FD_MAX; fd++)
		if (table[fd] != NULL)
			fail("descriptor %d is left open", fd);
	memory_check_empty();
	say("end, %lu turns, %d deaths", sim.turns, deaths);
}

static int
many(uint64_t from, uint64_t count)
{
	unsigned long failed = 0;
	int status;

	for (uint64_t seed = from; seed < from + count; seed++) {
		pid_t pid = fork();

		if (pid == 0) {
			alarm(20);
			history(seed);
			_exit(0);
		}
		if (pid == -1 || waitpid(pid, &status, 0) == -1)
			return 2;
		failed += status != 0;
		if (WIFSIGNALED(status))
			printf("seed %llu: ended with signal %d\n", (unsigned long long)seed,
			    WTERMSIG(status));
		fflush(stdout);
	}
	printf("%llu histories of the logger, %lu failed\n", (unsigned long long)count,
	    failed);
	return failed > 0;
}

int
main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	if (argc > 3 && strcmp(argv[1], "--seeds") == 0)
		return many(strtoull(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));
	if (argc < 3 || strcmp(argv[1], "--seed") != 0) {
		fprintf(stderr, "usage: logsim --seed N [--trace] | --seeds FROM COUNT\n");
		return 2;
	}
	sim.trace = argc > 3 && strcmp(argv[3], "--trace") == 0;
	history(strtoull(argv[2], NULL, 10));
	printf("seed %s: ok, %lu turns, trace %016llx\n", argv[2], sim.turns,
	    (unsigned long long)sim.hash);
	return 0;
}
