/*
 * The yardstick (bare loop and copier) and the measurements that a script is too
 * slow for.
 *
 *	tool bare N COMMAND...			keep N of COMMAND running
 *	tool copy PREFIX MAX N COMMAND...	N of COMMAND, output to rotated files
 *	tool go BOARD				open the gate
 *	tool kill BOARD ROUNDS GAP_MS LIMIT_MS	kill -9, wait for the next start: µs each
 *	tool stop SIGNAL PID PID...		signal the first, wait for all: µs
 *	tool time ROUNDS COMMAND...		µs each
 *	tool ask SOCKET NAME MS			varlink status of one: requests per second
 *	tool askhttp SOCKET NAME MS		the same by XML-RPC; NAME "": of all
 *	tool pingpong HOPS MS			what a byte there and back costs: round trips a second
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <linux/futex.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"

#define PIDS	(1 << 22)	/* the largest pid_max there is */
#define BATCH	65536		/* capacity of a pipe */
#define BACKUPS	3

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* ---- the bare loop ---- */

static unsigned char alive[PIDS];
static pid_t highest;
static volatile sig_atomic_t stopping;

static void
on_term(int sig)
{
	(void)sig;
	stopping = 1;
	for (int pid = 1; pid <= highest; pid++)
		if (alive[pid])
			kill(pid, SIGTERM);
}

static void
start(char **argv)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (pid == -1)
		die("vfork");
	if (pid > highest)
		highest = pid;
	alive[pid] = 1;
	if (stopping)
		kill(pid, SIGTERM);
}

static int
bare(int n, char **argv)
{
	struct sigaction sa = { .sa_handler = on_term };
	pid_t pid;

	sigaction(SIGTERM, &sa, NULL);
	for (int i = 0; i < n; i++)
		start(argv);
	for (;;) {
		pid = waitpid(-1, NULL, 0);
		if (pid == -1 && errno != EINTR)
			return 0;
		if (pid <= 0 || !alive[pid])
			continue;
		alive[pid] = 0;
		if (!stopping)
			start(argv);
	}
}

/* ---- the copier ---- */

struct copy {
	char path[PATH_MAX - 8];
	int in, out;
	size_t size;
};

static void
rotate(struct copy *c)
{
	char from[PATH_MAX], to[PATH_MAX];

	close(c->out);
	for (int i = BACKUPS; i > 0; i--) {
		snprintf(to, sizeof(to), "%s.%d", c->path, i);
		if (i == 1)
			snprintf(from, sizeof(from), "%s", c->path);
		else
			snprintf(from, sizeof(from), "%s.%d", c->path, i - 1);
		rename(from, to);
	}
	c->out = open(c->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	c->size = 0;
}

static bool
copy_some(struct copy *c, size_t max)
{
	static char data[BATCH];
	ssize_t n = read(c->in, data, sizeof(data));

	if (n <= 0)
		return false;
	if (write(c->out, data, (size_t)n) != n)
		die("write");
	c->size += (size_t)n;
	if (c->size >= max)
		rotate(c);
	return true;
}

static void
copy_start(struct copy *c, const char *prefix, int i, char **argv)
{
	int fd[2];
	pid_t pid;

	snprintf(c->path, sizeof(c->path), "%s%d.log", prefix, i);
	c->out = open(c->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (c->out == -1 || pipe2(fd, O_CLOEXEC) == -1)
		die(c->path);
	c->in = fd[0];
	pid = vfork();
	if (pid == 0) {
		dup2(fd[1], STDOUT_FILENO);
		execv(argv[0], argv);
		_exit(127);
	}
	close(fd[1]);
}

static int
copy(const char *prefix, size_t max, int n, char **argv)
{
	struct copy *c = calloc((size_t)n, sizeof(*c));
	struct pollfd *p = calloc((size_t)n, sizeof(*p));

	for (int i = 0; i < n; i++) {
		copy_start(&c[i], prefix, i, argv);
		p[i] = (struct pollfd){ .fd = c[i].in, .events = POLLIN };
	}
	if (n == 1)
		while (copy_some(&c[0], max))
			;
	while (n > 1 && poll(p, (nfds_t)n, -1) > 0)
		for (int i = 0; i < n; i++)
			if (p[i].revents != 0 && !copy_some(&c[i], max))
				return 0;
	return 0;
}

/* ---- measurements ---- */

static int
go(struct board *b)
{
	__atomic_store_n(&b->go, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &b->go, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
	return 0;
}

static void
nap_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* The next start after record i, or 0 at the limit. */
static int64_t
next_start(const struct board *b, uint32_t i, int64_t limit)
{
	int64_t ns;

	while ((ns = __atomic_load_n(&b->rec[i].ns, __ATOMIC_ACQUIRE)) == 0) {
		if (now_ns() > limit)
			return 0;
		nap_us(30);
	}
	return ns;
}

static int
kill_rounds(struct board *b, int rounds, long gap_ms, long limit_ms)
{
	int64_t limit = now_ns() + limit_ms * 1000000, t0, t1;

	for (int i = 0; i < rounds && now_ns() < limit; i++) {
		uint32_t last = __atomic_load_n(&b->n, __ATOMIC_ACQUIRE);

		next_start(b, last - 1, limit);
		nap_us(gap_ms * 1000);
		t0 = now_ns();
		kill(b->rec[last - 1].pid, SIGKILL);
		if ((t1 = next_start(b, last, limit)) == 0)
			break;
		printf("%.1f\n", (double)(t1 - t0) / 1e3);
	}
	return 0;
}

static int
stop(int sig, int n, char **pids)
{
	struct pollfd *p = calloc((size_t)n, sizeof(*p));
	int64_t t0;

	for (int i = 0; i < n; i++)
		p[i].fd = (int)syscall(SYS_pidfd_open, atoi(pids[i]), 0);
	t0 = now_ns();
	kill(atoi(pids[0]), sig);
	for (int i = 0; i < n; i++) {
		p[i].events = POLLIN;
		if (p[i].fd != -1 && poll(&p[i], 1, 60000) != 1)
			return 1;
	}
	printf("%.1f\n", (double)(now_ns() - t0) / 1e3);
	return 0;
}

static int
time_rounds(int rounds, char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC), status;
	int64_t t0;
	pid_t pid;

	for (int i = 0; i < rounds; i++) {
		t0 = now_ns();
		pid = vfork();
		if (pid == 0) {
			dup2(null, STDOUT_FILENO);
			execvp(argv[0], argv);
			_exit(127);
		}
		waitpid(pid, &status, 0);
		if (WIFSIGNALED(status) || WEXITSTATUS(status) == 127)
			return 1;
		printf("%.1f\n", (double)(now_ns() - t0) / 1e3);
	}
	return 0;
}

static int
dial(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", path);
	if (fd == -1 || connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		die(path);
	return fd;
}

/* A reply has come whole: with its NUL, or with the end of its XML. */
static bool
whole(const char *data, size_t len, bool http)
{
	if (!http)
		return data[len - 1] == '\0';
	return len > 24 && memmem(data + len - 24, 24, "</methodResponse>", 17) != NULL;
}

static int
ask(const char *path, const char *text, size_t len, long ms, bool http)
{
	static char reply[4 << 20];
	int64_t t0 = now_ns(), end = t0 + ms * 1000000, t;
	size_t have, head;
	ssize_t n;
	long asked = 0;
	int fd = dial(path);

	do {
		if (write(fd, text, len) != (ssize_t)len)
			die("write");
		have = 0;
		do {
			n = read(fd, reply + have, sizeof(reply) - have);
			if (n <= 0)
				die("read");
			have += (size_t)n;
		} while (!whole(reply, have, http));
		head = have < 1024 ? have : 1024;
		if (memmem(reply, head, "\"error\"", 7) != NULL ||
		    memmem(reply, head, "faultCode", 9) != NULL) {
			fprintf(stderr, "refused: %.200s\n", reply);
			return 1;
		}
		asked++;
	} while ((t = now_ns()) < end);
	printf("%.1f\n", (double)asked * 1e9 / (double)(t - t0));
	return 0;
}

static int
ask_varlink(const char *path, const char *name, long ms)
{
	char text[400];
	int len = snprintf(text, sizeof(text), "{\"method\":\"org.supd.Control.Status\","
	    "\"parameters\":{\"names\":[\"%s\"]}}", name);

	return ask(path, text, (size_t)len + 1, ms, false);
}

static int
ask_http(const char *path, const char *name, long ms)
{
	char param[300] = "", body[600], text[1000];
	int len;

	if (*name != '\0')
		snprintf(param, sizeof(param), "<params><param><value><string>%s</string>"
		    "</value></param></params>", name);
	len = snprintf(body, sizeof(body), "<?xml version='1.0'?><methodCall>"
	    "<methodName>supervisor.%s</methodName>%s</methodCall>",
	    *name != '\0' ? "getProcessInfo" : "getAllProcessInfo", param);
	len = snprintf(text, sizeof(text), "POST /RPC2 HTTP/1.1\r\nHost: x\r\n"
	    "Content-Type: text/xml\r\nContent-Length: %d\r\n\r\n%s", len, body);
	return ask(path, text, (size_t)len, ms, true);
}

/* ---- what the machine allows ---- */

/* Reads from up what it passes to down (-1: back), and the other way. */
static void
pass_on(int up, int down)
{
	char c;

	while (read(up, &c, 1) == 1) {
		if (down != -1 && (write(down, &c, 1) != 1 || read(down, &c, 1) != 1))
			break;
		if (write(up, &c, 1) != 1)
			break;
	}
	exit(0);
}

/* So many processes behind each other, as a request passes through them. */
static int
pingpong(int hops, long ms)
{
	int64_t t0, t, end;
	int first[2], next[2] = { -1, -1 };
	long n = 0;
	char c = 'x';

	if (hops < 1 || hops > 2 || socketpair(AF_UNIX, SOCK_STREAM, 0, first) == -1 ||
	    (hops == 2 && socketpair(AF_UNIX, SOCK_STREAM, 0, next) == -1))
		die("pingpong");
	if (hops == 2 && fork() == 0) {
		close(next[0]);
		close(first[0]);
		close(first[1]);
		pass_on(next[1], -1);
	}
	if (fork() == 0) {
		close(first[0]);
		if (next[1] != -1)
			close(next[1]);
		pass_on(first[1], next[0]);
	}
	close(first[1]);
	if (hops == 2) {
		close(next[0]);
		close(next[1]);
	}
	t0 = now_ns();
	end = t0 + ms * 1000000;
	do {
		if (write(first[0], &c, 1) != 1 || read(first[0], &c, 1) != 1)
			die("pingpong");
		n++;
	} while ((t = now_ns()) < end);
	printf("%.1f\n", (double)n * 1e9 / (double)(t - t0));
	close(first[0]);
	while (wait(NULL) > 0)
		;
	return 0;
}

static struct board *
board_of(const char *path)
{
	struct board *b = board_open(path);

	if (b == NULL)
		die(path);
	return b;
}

int
main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "bare") == 0 && argc > 3)
		return bare(atoi(argv[2]), argv + 3);
	if (strcmp(what, "copy") == 0 && argc > 5)
		return copy(argv[2], strtoul(argv[3], NULL, 10), atoi(argv[4]), argv + 5);
	if (strcmp(what, "go") == 0 && argc == 3)
		return go(board_of(argv[2]));
	if (strcmp(what, "kill") == 0 && argc == 6)
		return kill_rounds(board_of(argv[2]), atoi(argv[3]), atol(argv[4]),
		    atol(argv[5]));
	if (strcmp(what, "stop") == 0 && argc > 3)
		return stop(atoi(argv[2]), argc - 3, argv + 3);
	if (strcmp(what, "time") == 0 && argc > 3)
		return time_rounds(atoi(argv[2]), argv + 3);
	if (strcmp(what, "ask") == 0 && argc == 5)
		return ask_varlink(argv[2], argv[3], atol(argv[4]));
	if (strcmp(what, "askhttp") == 0 && argc == 5)
		return ask_http(argv[2], argv[3], atol(argv[4]));
	if (strcmp(what, "pingpong") == 0 && argc == 4)
		return pingpong(atoi(argv[2]), atol(argv[3]));
	fputs("usage: see the head of tool.c\n", stderr);
	return 2;
}
