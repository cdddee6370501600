/*
 * Lines onto our own stdout and stderr.
 *
 * Records are built in `out` and written at once; only what the descriptor does
 * not take stays there.  A line that was begun and not ended (a prompt, a
 * very long line) is left open: its flow continues it, and another flow ends it first.
 */
#include "log/console.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/loop.h"
#include "base/sys.h"
#include "log/flow.h"
#include "log/logger.h"
#include "wire/json.h"

#define OUT_MAX		(64 * 1024)	/* bytes built before they are written */
#define SAFE_BYTES	4096		/* PIPE_BUF: goes into a writable pipe without waiting */

enum way {
	WAY_DIRECT,		/* a file: the disk may take its time */
	WAY_NONBLOCK,		/* opened anew for us: not to wait is our own affair */
	WAY_SOCKET,
	WAY_ASK,		/* shared with others: ask before each write */
};

struct console {
	int	 fd;
	enum way way;
	dev_t	 dev;
	ino_t	 ino;
	struct buf out;
	size_t	 sent;		/* of out */
	struct flow *owner;	/* borrowed: whose bytes are in out; NULL: our own */
	size_t	 owed;		/* bytes of the owner's output in out */
	uint32_t open_line;	/* flow whose unfinished line ends the output; 0: none */
	int	 error;
	bool	 told;
	uint64_t copy_lost;	/* bytes of the main log's copy */
	struct loop_io io;
};

static struct console consoles[2];
static bool opened[2];
static struct buf head;		/* of the records of the present batch */

static void
open_console(struct console *c, int fd)
{
	char path[32];
	struct stat st;
	int own = -1;

	c->fd = fd;
	if (sys->fstat(fd, &st) == -1)
		return;
	c->dev = st.st_dev;
	c->ino = st.st_ino;
	if (S_ISSOCK(st.st_mode)) {
		c->way = WAY_SOCKET;
	} else if (S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)) {
		/* O_NONBLOCK belongs to the open file, which we share with a shell. */
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		own = sys->open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY, 0);
		c->way = own != -1 ? WAY_NONBLOCK : WAY_ASK;
		if (own != -1)
			c->fd = own;
	}
}

struct console *
console_at(int fd)
{
	int i = fd - 1;

	if (i == 1)
		console_at(1);
	if (!opened[i]) {
		opened[i] = true;
		open_console(&consoles[i], fd);
	}
	if (i == 1 && consoles[1].dev == consoles[0].dev &&
	    consoles[1].ino == consoles[0].ino)
		i = 0;
	return &consoles[i];
}

struct console *
console_same(dev_t dev, ino_t ino)
{
	for (int fd = 1; fd <= 2; fd++) {
		struct console *c = console_at(fd);

		if (c->ino == ino && c->dev == dev)
			return c;
	}
	return NULL;
}

int
console_busy(const struct console *c)
{
	return c->error;
}

bool
console_tell(struct console *c, bool trouble)
{
	bool news = c->told != trouble;

	c->told = trouble;
	return news;
}

/* ---- writing ---- */

static ssize_t
write_some(struct console *c, const char *data, size_t len)
{
	struct iovec iov = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (c->way == WAY_SOCKET)
		return sys->sendmsg(c->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (c->way == WAY_ASK) {
		if (!sys->can_write(c->fd)) {
			errno = EAGAIN;
			return -1;
		}
		if (len > SAFE_BYTES)
			len = SAFE_BYTES;
	}
	return sys->write(c->fd, data, len);
}

static void on_writable(struct loop_io *io, int events);

/* The owner's bytes have left, to where they should or not. */
static void
settle(struct console *c, int error)
{
	struct flow *f = c->owner;
	size_t owed = c->owed;

	c->owner = NULL;
	c->owed = 0;
	c->sent = 0;
	c->error = error;
	if (c->out.cap > OUT_MAX)
		buf_release(&c->out);
	else
		buf_clear(&c->out);
	if (f == NULL || owed == 0)
		return;
	if (error == 0)
		flow_wrote(f, owed);
	else
		flow_dropped(f, owed, DROP_ERROR, error);
}

/* Write what was built; what is not taken waits for the descriptor. */
static void
flush_out(struct console *c)
{
	if (c->out.failed) {
		c->out.failed = false;
		settle(c, ENOMEM);
		return;
	}
	while (c->sent < c->out.len) {
		ssize_t n = write_some(c, c->out.data + c->sent, c->out.len - c->sent);

		if (n >= 0) {
			c->sent += (size_t)n;
		} else if (errno == EAGAIN) {
			c->error = EAGAIN;
			loop_io_start(&c->io, c->fd, LOOP_WRITE, on_writable);
			return;
		} else if (errno != EINTR) {
			c->open_line = 0;
			settle(c, errno);
			return;
		}
	}
	settle(c, 0);
}

static void
on_writable(struct loop_io *io, int events)
{
	struct console *c = LOOP_OWNER(io, struct console, io);

	(void)events;
	loop_io_stop(io);
	flush_out(c);
	flow_console_free(c);
}

/* Nothing is left of what was taken before? */
static bool
is_free(struct console *c)
{
	if (c->out.len > 0)
		flush_out(c);
	if (c->out.len > 0)
		return false;
	c->error = 0;
	return true;
}

/* ---- records ---- */

static void
end_open_line(struct console *c, uint32_t unless)
{
	if (c->open_line != 0 && c->open_line != unless)
		buf_addc(&c->out, '\n');
	if (c->open_line != unless)
		c->open_line = 0;
}

/*
 * What is the same for all lines of a batch, made once: "web | " (stdout) or "web ! "
 * (stderr); of JSON the members between time and text.
 */
static void
make_head(const struct flow *f)
{
	buf_clear(&head);
	if (logger.format == CONSOLE_TAGGED) {
		buf_adds(&head, flow_full_name(f));
		buf_adds(&head, f->channel == CHANNEL_STDERR ? " ! " : " | ");
	} else if (logger.format == CONSOLE_JSON) {
		json_open(&head, '{');
		json_kstr(&head, "name", f->name);
		json_kstr(&head, "group", f->group);
		json_kstr(&head, "channel", flow_channel_name(f));
		json_key(&head, "text");
		if (head.len > 0)
			head.data[0] = ',';
	}
}

/* "web | ", or "web |+ " when it goes on with a line that was cut. */
static void
put_tag(struct console *c, bool goes_on)
{
	goes_on = goes_on && head.len > 0;
	buf_add(&c->out, head.data, head.len - goes_on);
	if (goes_on)
		buf_adds(&c->out, "+ ");
}

void
console_put_time(struct buf *b)
{
	static char text[] = "{\"time\":\"0000-00-00T00:00:00.000Z\"";
	static int64_t last;
	int64_t now = sys->wall_ms();
	time_t seconds = (time_t)(now / 1000);
	struct tm tm;
	char *at = text + sizeof("{\"time\":\"") - 1;

	if (now / 1000 != last / 1000 && gmtime_r(&seconds, &tm) != NULL)
		at[strftime(at, 20, "%Y-%m-%dT%H:%M:%S", &tm)] = '.';
	last = now;
	for (int i = 22, ms = (int)(now % 1000); i >= 20; i--, ms /= 10)
		at[i] = (char)('0' + ms % 10);
	buf_add(b, text, sizeof(text) - 1);
}

static void
put_json(struct console *c, const char *text, size_t len, bool ended)
{
	struct buf *b = &c->out;

	console_put_time(b);
	buf_add(b, head.data, head.len);
	json_bytes(b, text, len);
	buf_adds(b, ended ? "}\n" : ",\"partial\":true}\n");
}

/* text: one line (several when raw), with its newline if it has ended. */
static void
put_record(struct console *c, struct flow *f, const char *text, size_t len)
{
	bool ended = text[len - 1] == '\n';

	if (logger.format == CONSOLE_JSON) {
		put_json(c, text, len - ended, ended);
	} else {
		end_open_line(c, f->id);
		if (logger.format == CONSOLE_TAGGED && c->open_line != f->id)
			put_tag(c, f->line_begun);
		buf_add(&c->out, text, len);
		c->open_line = ended ? 0 : f->id;
	}
	f->line_begun = !ended;
}

/* How much of data makes the next record; 0: an unfinished line that can wait. */
static size_t
record_length(const char *data, size_t len, bool flush)
{
	const char *end;

	if (logger.format == CONSOLE_RAW)
		end = memrchr(data, '\n', len);
	else
		end = memchr(data, '\n', len);
	if (logger.format != CONSOLE_RAW && end != NULL &&
	    end - data > CONSOLE_LINE_MAX)
		return CONSOLE_LINE_MAX;
	if (end != NULL)
		return (size_t)(end - data) + 1;
	if (len >= CONSOLE_LINE_MAX)
		return CONSOLE_LINE_MAX;
	return flush ? len : 0;
}

size_t
console_take(struct console *c, struct flow *f, const char *data, size_t len, bool flush)
{
	size_t done = 0, n;

	if (!is_free(c))
		return 0;
	make_head(f);
	while (done < len && (n = record_length(data + done, len - done, flush)) > 0) {
		c->owner = f;
		put_record(c, f, data + done, n);
		done += n;
		c->owed += n;
		if (c->out.len >= OUT_MAX)
			flush_out(c);
		if (c->error != 0)
			return done;
	}
	flush_out(c);
	return done;
}

bool
console_mark(struct console *c, struct flow *f, const char *line, size_t len)
{
	if (!is_free(c))
		return false;
	make_head(f);
	end_open_line(c, 0);
	put_record(c, f, line, len);
	flush_out(c);
	return c->error == 0 || c->error == EAGAIN;
}

struct buf *
console_borrow(size_t len, uint32_t goes_on)
{
	struct console *c = console_at(1);

	if (!is_free(c)) {
		c->copy_lost += len;
		return NULL;
	}
	end_open_line(c, goes_on);
	if (c->copy_lost > 0)
		buf_addf(&c->out, "--- supd: %llu bytes dropped: nobody reads ---\n",
		    (unsigned long long)c->copy_lost);
	c->copy_lost = 0;
	return &c->out;
}

void
console_give_back(uint32_t open_line)
{
	struct console *c = console_at(1);

	c->open_line = open_line;
	flush_out(c);
}

void
console_forget(struct console *c, struct flow *f)
{
	size_t owed;

	if (c == NULL || c->owner != f)
		return;
	owed = c->owed;
	c->owner = NULL;
	c->owed = 0;
	flow_wrote(f, owed);
}

bool
console_empty(void)
{
	return consoles[0].out.len == 0 && consoles[1].out.len == 0;
}

void
console_release(void)
{
	for (int i = 0; i < 2; i++) {
		loop_io_stop(&consoles[i].io);
		buf_release(&consoles[i].out);
	}
	buf_release(&head);
}
