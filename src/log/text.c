/*
 * Logs as replies.  A text of any length is made in pieces, each when the one
 * before has left, so a reply never needs more memory than one piece; a
 * character that the border of two pieces cuts is kept for the next piece.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/sys.h"
#include "log/flow.h"
#include "log/logger.h"
#include "log/reader.h"
#include "wire/json.h"
#include "wire/varlink.h"

#define PIECE		(32 * 1024)	/* bytes of log in one piece of a reply */
#define TRUNCATED	"==> File truncated <==\n"	/* as supervisord says it */

size_t
text_cut(const char *data, size_t len)
{
	for (size_t back = 1; back <= 3 && back <= len; back++) {
		unsigned char c = (unsigned char)data[len - back];

		if ((c & 0xc0) == 0x80)
			continue;
		if ((c >= 0xf0 && c <= 0xf4 && back < 4) ||
		    (c >= 0xe0 && c < 0xf0 && back < 3) ||
		    (c >= 0xc2 && c < 0xe0 && back < 2))
			return back;
		return 0;
	}
	return 0;
}

/* The text of a JSON string without its quotes. */
static void
put_text(struct buf *out, const char *data, size_t len)
{
	size_t at;

	if (len == 0)
		return;
	buf_addc(out, ':');		/* so that no comma is put */
	at = out->len - 1;
	json_bytes(out, data, len);
	if (out->failed)
		return;
	memmove(out->data + at, out->data + at + 2, out->len - at - 2);
	out->len -= 3;
}

static void
put_frame(struct reader *r, const char *data, size_t len)
{
	vreply_begin(&r->out);
	json_key(&r->out, "text");
	json_bytes(&r->out, data, len);
	vreply_end(&r->out, true);
}

/*
 * data[-ncut .. len): with what was cut before.  Cut its last character where it is not
 * complete and more is to come.
 */
static void
put_piece(struct reader *r, char *data, size_t len, bool last)
{
	size_t cut;

	data -= r->ncut;
	memcpy(data, r->cut, r->ncut);
	len += r->ncut;
	cut = last ? 0 : text_cut(data, len);
	r->ncut = cut;
	memcpy(r->cut, data + len - cut, cut);
	if (r->state == READER_TEXT) {
		put_text(&r->out, data, len - cut);
	} else if (len > cut) {
		put_frame(r, data, len - cut);
	}
}

int
text_open(struct reader *r, struct flow *f)
{
	struct stat st;
	int fd;

	if (sys->stat(f->path, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode)) {	/* opening a FIFO would make us its reader */
		errno = EINVAL;
		return -1;
	}
	fd = sys->open(f->path, O_RDONLY | O_NONBLOCK, 0);
	if (fd == -1)
		return -1;
	if (sys->fstat(fd, &st) == -1) {
		fd_close(&fd);
		return -1;
	}
	logfile_relieve(fd);
	fd_close(&r->file);
	r->file = fd;
	r->dev = st.st_dev;
	r->ino = st.st_ino;
	r->at = 0;
	r->end = st.st_size;
	r->ncut = 0;
	return 0;
}

void
text_begin(struct reader *r, off_t from, off_t to, const char *tail)
{
	r->state = READER_TEXT;
	r->at = from;
	r->end = to;
	r->ncut = 0;
	snprintf(r->tail, sizeof(r->tail), "%s", tail);
	vreply_begin(&r->out);
	json_key(&r->out, "text");
	buf_addc(&r->out, '"');
}

static void
text_end(struct reader *r)
{
	put_piece(r, logger_scratch + sizeof(r->cut), 0, true);
	buf_adds(&r->out, "\"");
	buf_adds(&r->out, r->tail);
	vreply_end(&r->out, false);
	fd_close(&r->file);
	r->state = READER_CALLS;
}

/* A follower of memory did not keep up. */
static void
mark_missed(struct reader *r)
{
	char mark[80];
	int n;

	if (r->missed == 0)
		return;
	n = snprintf(mark, sizeof(mark), "\n--- supd: %llu bytes dropped: reader too slow "
	    "---\n", (unsigned long long)r->missed);
	put_frame(r, mark, (size_t)n);
	r->missed = 0;
	r->ncut = 0;
}

void
text_frame(struct reader *r, const char *data, size_t len)
{
	struct buf b = { 0 };	/* data is others' too, so the joint is made elsewhere */
	size_t cut;

	mark_missed(r);
	buf_add(&b, r->cut, r->ncut);
	buf_add(&b, data, len);
	if (b.failed) {
		r->missed += len;
		buf_release(&b);
		return;
	}
	cut = text_cut(b.data, b.len);
	r->ncut = cut;
	memcpy(r->cut, b.data + b.len - cut, cut);
	if (b.len > cut)
		put_frame(r, b.data, b.len - cut);
	buf_release(&b);
}

/* The file was read to its end: is it still the log? */
static bool
follow_on(struct reader *r)
{
	struct stat st;

	if (sys->fstat(r->file, &st) == 0 && st.st_size < r->at) {
		put_frame(r, TRUNCATED, sizeof(TRUNCATED) - 1);
		r->at = 0;
		r->ncut = 0;
		return true;
	}
	if (sys->stat(r->flow->path, &st) == -1 ||
	    (st.st_ino == r->ino && st.st_dev == r->dev))
		return false;
	return text_open(r, r->flow) == 0;
}

bool
text_more(struct reader *r)
{
	char *data = logger_scratch + sizeof(r->cut);
	size_t want = PIECE;
	ssize_t n;

	if (r->file == -1) {
		bool more = r->missed > 0;

		mark_missed(r);
		return more;
	}
	if (r->state == READER_TEXT && r->end - r->at < PIECE)
		want = (size_t)(r->end - r->at);
	n = want > 0 ? sys->pread(r->file, data, want, r->at) : 0;
	if (n > 0) {
		r->at += n;
		put_piece(r, data, (size_t)n, false);
		return true;
	}
	if (r->state == READER_FOLLOWS)
		return follow_on(r);
	text_end(r);		/* also when the file has shrunk meanwhile */
	return true;
}
