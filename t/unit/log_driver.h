/*
 * Plays the core for tests of the logger: starts one as a child that runs
 * log_main(), gives it pipes over the feed, speaks org.supd.Log with it, kills it.
 *
 * Nothing sleeps: a call drains the pipe of its flow before it is answered, so the
 * answer to log_text() or log_stat() is the moment when all is written.
 */
#ifndef T_UNIT_LOG_DRIVER_H
#define T_UNIT_LOG_DRIVER_H

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <bsd/unistd.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/fd.h"
#include "log/log.h"
#include "tap.h"
#include "wire/feed.h"
#include "wire/json.h"

#define LOG_DEADLINE_MS	30000
#define LOG_PIPES	3000

struct log_pipe {
	int	 rd, wr;
	char	*add;		/* the packet that describes it */
};

static struct {
	pid_t	 pid;
	int	 feed;
	int	 counters;
	int	 out[2];	/* what the logger has as 1 and 2; -1: ours */
	const char *options;	/* members besides op and cleanup */
	struct log_pipe pipe[LOG_PIPES];
	uint32_t n;		/* pipes; ids are 1..n */
	unsigned nofile;	/* descriptors that the logger may have; 0: as we */
	char	 dir[64];
} lg = { .feed = -1, .counters = -1, .out = { -1, -1 }, .options = "" };

__attribute__((noreturn, format(printf, 1, 2), unused)) static void
bail(const char *fmt, ...)
{
	va_list ap;

	printf("Bail out! ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf(" (%s)\n", strerror(errno));
	if (lg.pid > 0)
		kill(lg.pid, SIGKILL);
	exit(1);
}

static void
log_cleanup(void)
{
	char command[128];

	if (lg.pid > 0)
		kill(lg.pid, SIGKILL);
	if (lg.dir[0] != '\0' && getenv("KEEP") == NULL) {
		snprintf(command, sizeof(command), "rm -rf %s", lg.dir);
		if (system(command) != 0)
			printf("# cannot remove %s\n", lg.dir);
	}
}

/* A fresh directory, gone at the end. */
__attribute__((unused)) static const char *
log_dir(void)
{
	if (lg.dir[0] == '\0') {
		strcpy(lg.dir, "/tmp/supd-log-XXXXXX");
		if (mkdtemp(lg.dir) == NULL)
			bail("mkdtemp");
		atexit(log_cleanup);
	}
	return lg.dir;
}

/* dir/name; four may be in use at a time. */
__attribute__((unused)) static const char *
log_path(const char *name)
{
	static char text[4][256];
	static int at;

	at = (at + 1) % 4;
	snprintf(text[at], sizeof(text[at]), "%s/%s", log_dir(), name);
	return text[at];
}

static void
log_send(const char *text, int fd)
{
	struct pollfd p = { .fd = lg.feed, .events = POLLOUT };

	while (fd_send(lg.feed, text, strlen(text), fd) == -1)
		if (errno != EAGAIN || poll(&p, 1, LOG_DEADLINE_MS) != 1)
			bail("feed");
}

__attribute__((unused)) static void
log_op(const char *op)
{
	char text[64];

	snprintf(text, sizeof(text), "{\"op\":\"%s\"}", op);
	log_send(text, -1);
}

/* Start a logger, the first one or one after a kill: the pipes are given again. */
__attribute__((unused)) static void
log_up(void)
{
	char text[1024];
	int pair[2];

	if (lg.counters == -1)
		lg.counters = memfd_create("counters", MFD_CLOEXEC);
	if (lg.counters == -1 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
	    pair) == -1)
		bail("socketpair");
	fflush(stdout);
	lg.pid = fork();
	if (lg.pid == -1)
		bail("fork");
	if (lg.pid == 0) {
		int counters = fcntl(lg.counters, F_DUPFD, 100);
		int feed = fcntl(pair[1], F_DUPFD, 100);

		if (lg.out[0] != -1)
			dup2(lg.out[0], 1);
		if (lg.out[1] != -1)
			dup2(lg.out[1], 2);
		if (dup2(feed, FEED_FD) == -1 || dup2(counters, FEED_COUNTERS_FD) == -1)
			_exit(3);
		closefrom(5);
		if (lg.nofile > 0 && setrlimit(RLIMIT_NOFILE,
		    &(struct rlimit){ lg.nofile, lg.nofile }) == -1)
			_exit(3);
		_exit(log_main(1, (char *[]){ (char[]){ "supd: logger" }, NULL }));
	}
	close(pair[1]);
	lg.feed = pair[0];
	snprintf(text, sizeof(text), "{\"op\":\"options\",\"cleanup\":false%s%s}",
	    *lg.options != '\0' ? "," : "", lg.options);
	log_send(text, -1);
	for (uint32_t i = 0; i < lg.n; i++)
		if (lg.pipe[i].add != NULL)
			log_send(lg.pipe[i].add, lg.pipe[i].rd);
}

/* The logger dies in the middle of whatever it does. */
__attribute__((unused)) static void
log_kill(void)
{
	kill(lg.pid, SIGKILL);
	waitpid(lg.pid, NULL, 0);
	lg.pid = 0;
	fd_close(&lg.feed);
}

/* Orderly end; the exit status, 256 + signal when it was killed. */
__attribute__((unused)) static int
log_finish(int ms)
{
	char text[64];
	int status = 0;

	snprintf(text, sizeof(text), "{\"op\":\"finish\",\"ms\":%d}", ms);
	log_send(text, -1);
	waitpid(lg.pid, &status, 0);
	lg.pid = 0;
	fd_close(&lg.feed);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

/* Start anew with nothing: forget pipes and counters. */
__attribute__((unused)) static void
log_reset(void)
{
	if (lg.pid > 0)
		log_kill();
	fd_close(&lg.counters);
	for (uint32_t i = 0; i < lg.n; i++) {
		fd_close(&lg.pipe[i].rd);
		fd_close(&lg.pipe[i].wr);
		free(lg.pipe[i].add);
		lg.pipe[i].add = NULL;
	}
	lg.n = 0;
}

/*
 * A new flow; more: further members ("\"maxbytes\":1000").  Its id.  The program's
 * end is lg.pipe[id - 1].wr.
 */
__attribute__((unused)) static uint32_t
log_add(const char *name, const char *channel, const char *file, const char *more)
{
	struct log_pipe *p = &lg.pipe[lg.n++];
	struct buf b = { 0 };
	int pair[2];

	if (pipe2(pair, O_CLOEXEC) == -1)
		bail("pipe");
	p->rd = pair[0];
	p->wr = pair[1];
	json_open(&b, '{');
	json_kstr(&b, "op", "add");
	json_kint(&b, "id", lg.n);
	json_kstr(&b, "name", name);
	json_kstr(&b, "group", name);
	json_kstr(&b, "channel", channel);
	json_kstr(&b, "file", file);
	if (*more != '\0') {
		buf_addc(&b, ',');
		buf_adds(&b, more);
	}
	json_close(&b, '}');
	p->add = buf_steal(&b);
	log_send(p->add, p->rd);
	return lg.n;
}

__attribute__((unused)) static int
log_wr(uint32_t id)
{
	return lg.pipe[id - 1].wr;
}

__attribute__((unused)) static void
log_write(uint32_t id, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(log_wr(id), data, len);

		if (n == -1)
			bail("write to the program's pipe");
		data += n;
		len -= (size_t)n;
	}
}

__attribute__((unused)) static void
log_say(uint32_t id, const char *text)
{
	log_write(id, text, strlen(text));
}

/* ---- calls ---- */

/* A connection that was handed over with this call. */
__attribute__((unused)) static int
log_connect(const char *method, const char *params, bool more)
{
	struct buf call = { 0 }, b = { 0 };
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == -1)
		bail("socketpair");
	buf_addf(&call, "{\"method\":\"org.supd.Log.%s\",\"parameters\":%s%s}", method,
	    params, more ? ",\"more\":true" : "");
	json_open(&b, '{');
	json_kstr(&b, "op", "client");
	json_kstr(&b, "data", buf_text(&call));
	json_close(&b, '}');
	log_send(buf_text(&b), pair[1]);
	buf_release(&b);
	buf_release(&call);
	close(pair[1]);
	return pair[0];
}

/* The next reply on a connection without its NUL, to be freed; NULL: closed. */
__attribute__((unused)) static char *
log_reply(int fd)
{
	struct buf b = { 0 };
	struct pollfd p = { .fd = fd, .events = POLLIN };
	static char data[65536];

	for (;;) {
		const char *end;
		ssize_t n;

		if (poll(&p, 1, LOG_DEADLINE_MS) != 1)
			bail("no reply");
		n = recv(fd, data, sizeof(data), MSG_PEEK);
		if (n <= 0) {
			buf_release(&b);
			return NULL;
		}
		end = memchr(data, '\0', (size_t)n);
		n = recv(fd, data, end != NULL ? (size_t)(end - data) + 1 : (size_t)n, 0);
		buf_add(&b, data, (size_t)n);
		if (end != NULL)
			return buf_steal(&b);
	}
}

/* Call and take the one reply, to be freed. */
__attribute__((format(printf, 2, 3), unused)) static char *
log_call(const char *method, const char *fmt, ...)
{
	char params[512];
	va_list ap;
	char *text;
	int fd;

	va_start(ap, fmt);
	vsnprintf(params, sizeof(params), fmt, ap);
	va_end(ap);
	fd = log_connect(method, params, false);
	text = log_reply(fd);
	close(fd);
	if (text == NULL)
		bail("%s: connection closed", method);
	return text;
}

/* The member "text" of a reply, which is freed; to be freed. */
__attribute__((unused)) static char *
log_member(char *reply, const char *member)
{
	yyjson_doc *doc = reply != NULL ? yyjson_read(reply, strlen(reply), 0) : NULL;
	yyjson_val *params = yyjson_obj_get(yyjson_doc_get_root(doc), "parameters");
	const char *text = yyjson_get_str(yyjson_obj_get(params, member));
	char *copy = strdup(text != NULL ? text : "(no such member)");

	yyjson_doc_free(doc);
	free(reply);
	return copy;
}

/* The last bytes of a log. */
__attribute__((unused)) static char *
log_tail(const char *name, const char *channel, int bytes)
{
	return log_member(log_call("Tail", "{\"name\":\"%s\",\"channel\":\"%s\",\"bytes\":%d}",
	    name, channel, bytes), "text");
}

struct log_stat {
	int64_t	in, written, dropped, flight, stuck, error, policy, gaps, rotations;
	char	trouble[80];
};

/* Counters of stdout of name, its pipe being drained; checks the law. */
__attribute__((unused)) static struct log_stat
log_stat(const char *name)
{
	static const struct { const char *key; size_t off; } keys[] = {
		{ "in_bytes", offsetof(struct log_stat, in) },
		{ "written_bytes", offsetof(struct log_stat, written) },
		{ "dropped_bytes", offsetof(struct log_stat, dropped) },
		{ "flight_bytes", offsetof(struct log_stat, flight) },
		{ "dropped_stuck", offsetof(struct log_stat, stuck) },
		{ "dropped_error", offsetof(struct log_stat, error) },
		{ "dropped_policy", offsetof(struct log_stat, policy) },
		{ "unknown_gaps", offsetof(struct log_stat, gaps) },
		{ "rotations", offsetof(struct log_stat, rotations) },
	};
	char *reply = log_call("GetStats", "{\"names\":[\"%s\"]}", name);
	yyjson_doc *doc = yyjson_read(reply, strlen(reply), 0);
	yyjson_val *root = yyjson_doc_get_root(doc), *s;
	struct log_stat st = { 0 };

	s = yyjson_arr_get_first(yyjson_obj_get(yyjson_obj_get(root, "parameters"),
	    "streams"));
	if (s == NULL)
		bail("no counters in %s", reply);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		int64_t v = yyjson_get_sint(yyjson_obj_get(s, keys[i].key));

		memcpy((char *)&st + keys[i].off, &v, sizeof(v));
	}
	snprintf(st.trouble, sizeof(st.trouble), "%s",
	    yyjson_get_str(yyjson_obj_get(s, "error")));
	if (st.in != st.written + st.dropped + st.flight ||
	    st.dropped != st.stuck + st.error + st.policy)
		ok(false, "the law holds: %s", reply);
	yyjson_doc_free(doc);
	free(reply);
	return st;
}

/* Text of the next event that the logger sends; to be freed. */
__attribute__((unused)) static char *
log_event(void)
{
	static char data[FEED_MAX];
	struct pollfd p = { .fd = lg.feed, .events = POLLIN };
	yyjson_doc *doc;
	const char *text;
	ssize_t n;
	char *copy;
	int fd;

	if (poll(&p, 1, LOG_DEADLINE_MS) != 1)
		bail("no event");
	n = fd_recv(lg.feed, data, sizeof(data), &fd);
	fd_close(&fd);
	doc = yyjson_read(data, n > 0 ? (size_t)n : 0, 0);
	text = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(doc), "text"));
	copy = strdup(text != NULL ? text : "(no event)");
	yyjson_doc_free(doc);
	return copy;
}

/* ---- files ---- */

/* A whole file, to be freed; "(none)" when it is not there. */
__attribute__((unused)) static char *
log_slurp(const char *path, size_t *len)
{
	struct buf b = { 0 };
	static char data[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (len != NULL)
		*len = 0;
	if (fd == -1)
		return strdup("(none)");
	while ((n = read(fd, data, sizeof(data))) > 0)
		buf_add(&b, data, (size_t)n);
	close(fd);
	if (len != NULL)
		*len = b.len;
	buf_adds(&b, "");
	return buf_steal(&b);
}

__attribute__((unused)) static void
is_file(const char *path, const char *want, const char *name)
{
	char *got = log_slurp(path, NULL);

	is_str(got, want, name);
	free(got);
}

__attribute__((unused)) static void
is_text(char *got, const char *want, const char *name)
{
	is_str(got, want, name);
	free(got);
}

__attribute__((unused)) static void
has_text(char *got, const char *part, const char *name)
{
	if (!ok(strstr(got, part) != NULL, "%s", name))
		printf("#   got '%s'\n#   want '%s' in it\n", got, part);
	free(got);
}

__attribute__((unused)) static off_t
log_size(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? st.st_size : -1;
}

__attribute__((unused)) static int64_t
log_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

#endif
