/*
 * logsim --seed N [--trace] | --seeds FROM COUNT: histories of the real logger on the
 * simulated kernel.  Programs write, files rotate, the disk is full for a
 * while, the console is stuck for a while, calls are interrupted or cut short.
 *
 * After each turn the law holds for each flow: in = written + dropped + in flight, and
 * in is what was taken out of its pipe.  At the end, where nothing was dropped,
 * the rotated files in a row hold every byte in order.
 */
#include <sys/wait.h>
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
	struct conduit *pipe;	/* borrowed: while the logger has its end */
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
static int64_t end_ms, finish_ms, event_ms;
static bool finished, stuck;

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
add_lane(int i)
{
	struct lane *l = &lanes[i];
	struct file *end[2];
	char path[40];

	pipe_new(end, 16384);
	end[0]->nonblock = true;
	l->out = end[1];
	l->pipe = end[0]->pipe;
	l->console = chance(200);
	l->drops = chance(300);
	l->plain = !l->console;
	l->captures = chance(300);
	l->left = between(0, 30000);
	l->next_ms = sim.now_ms;
	snprintf(path, sizeof(path), l->console ? "/dev/stdout" : "/log/p%d.log", i);
	tell(end[0], "{\"op\":\"add\",\"id\":%d,\"name\":\"p%d\",\"group\":\"p%d\","
	    "\"channel\":\"stdout\",\"file\":\"%s\",\"auto\":false,\"maxbytes\":%d,"
	    "\"backups\":%d,\"syslog\":false,\"policy\":\"%s\",\"events\":%s,\"capture\":%d,"
	    "\"proc\":%d}", i + 10, i, i, path, l->console ? 0 : (int)between(500, 3000), BACKUPS,
	    l->drops ? "drop" : "block", chance(200) ? "true" : "false",
	    l->captures ? (int)between(1, 3000) : 0, i + 1);
	file_drop(&end[0]);
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
		if (flows[i]->pipe != -1 && t.in != l->pipe->out)
			fail("flow %u: %llu counted, %llu taken out of its pipe",
			    flows[i]->id, (unsigned long long)t.in,
			    (unsigned long long)l->pipe->out);
		if (dropped > 0 && !l->drops && !finished)
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

static void
check_content(struct lane *l, int i)
{
	size_t at = 0, len;
	char path[40];
	const char *data;

	if (l->captures && l->sent != NULL)
		drop_messages(l);
	for (int n = BACKUPS; n >= 0; n--) {
		snprintf(path, sizeof(path), n > 0 ? "/log/p%d.log.%d" : "/log/p%d.log", i, n);
		data = disk_content(path, &len);
		if (data == NULL)
			continue;
		if (at + len > l->nsent || memcmp(data, l->sent + at, len) != 0)
			fail("%s is not what was written, at byte %zu of %zu", path, at,
			    l->nsent);
		at += len;
	}
	if (at != l->nsent)
		fail("p%d: %zu of %zu bytes are in its files", i, at, l->nsent);
}

static void
check_all(void)
{
	for (int i = 0; i < LANES; i++) {
		struct lane *l = &lanes[i];
		uint64_t dropped = 0;

		for (int k = 0; k < DROP_REASONS; k++)
			dropped += l->last.dropped[k];
		say("p%d: %zu sent, %llu written, %llu dropped, %u rotations", i, l->nsent,
		    (unsigned long long)l->last.written, (unsigned long long)dropped,
		    l->last.rotations);
		if (dropped > 0 && !l->drops)
			fail("p%d: %llu bytes dropped at the end", i,
			    (unsigned long long)dropped);
		if (l->plain && dropped == 0 && l->last.rotations < BACKUPS)
			check_content(l, i);
	}
}

/* ---- histories ---- */

static void
begin(uint64_t seed)
{
	static const unsigned kinds[] = { 0, FAULT_EINTR, FAULT_SHORT, FAULT_FILES,
		FAULT_SLOW, FAULT_EINTR | FAULT_SHORT | FAULT_SLOW };
	struct file *end[2];

	sim_seed(seed);
	sys = &sys_sim;
	kernel_reset();
	disk_reset();
	sim.faults = kinds[rnd(6)];
	pipe_new(end, 8192);
	console_end = end[0];
	file_drop(&table[1]);
	table[1] = end[1];
	table[1]->nonblock = true;
	pair_new(end, F_PACKET);
	core_end = end[0];
	table[3] = end[1];
	table[3]->nonblock = true;
	table[4] = file_new(F_NULL);
	end_ms = sim.now_ms + between(10, 4000);
	finish_ms = end_ms + between(0, 2000);
	event_ms = sim.now_ms + 1;
}

static void
history(uint64_t seed)
{
	char name[] = "supd: logger", *argv[] = { name, NULL };

	begin(seed);
	tell(NULL, "{\"op\":\"options\",\"identifier\":\"sim\",\"childlogdir\":\"/log\","
	    "\"cleanup\":false,\"strip_ansi\":false,\"stdout_format\":\"%s\","
	    "\"ring\":4096,\"own_stdout\":false}", chance(500) ? "tagged" : "raw");
	for (int i = 0; i < LANES; i++)
		add_lane(i);
	say("faults %#x", sim.faults);
	log_main(1, argv);
	check_all();
	if (table[3] != NULL)
		fail("the logger leaves its socket open");
	for (int fd = 5; fd < FD_MAX; fd++)
		if (table[fd] != NULL)
			fail("descriptor %d is left open", fd);
	memory_check_empty();
	say("end, %lu turns", sim.turns);
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
