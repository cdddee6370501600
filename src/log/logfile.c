/*
 * Opening and writing.  Rotation, clearing and AUTO files are in rotate.c.
 */
#include "log/logfile.h"

#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"

#define LOOK_MS		1000	/* name against inode: a stat is not free on every write */
#define SPARE_FDS	64	/* for pipes and clients that come while we are full */

static TAILQ_HEAD(logfile_list, logfile) opened = TAILQ_HEAD_INITIALIZER(opened);
static int fd_limit = 1024;

void
logfile_set_limit(int limit)
{
	fd_limit = limit;
}

void
logfile_relieve(int fd)
{
	int spare = fd_limit / 4 < SPARE_FDS ? fd_limit / 4 : SPARE_FDS;

	/* A new flow takes two: its pipe and its file. */
	for (int i = 0; i < 2 && fd >= fd_limit - spare && !TAILQ_EMPTY(&opened); i++)
		logfile_close(TAILQ_FIRST(&opened));
}

void
logfile_init(struct logfile *f, const char *path, bool is_auto, bool append)
{
	*f = (struct logfile){ .path = path, .fd = -1, .is_auto = is_auto,
		.splice = !append };
}

static int
open_path(const struct logfile *f)
{
	struct stat st;
	mode_t mode = f->is_auto ? 0600 : 0666;
	int flags = O_WRONLY | O_CREAT | O_NONBLOCK | O_NOCTTY, fd;

	/*
	 * A FIFO is opened for both directions: that needs no reader, and what is
	 * in it waits for the next one when the reader goes.
	 */
	if (sys->stat(f->path, &st) == 0 && S_ISFIFO(st.st_mode))
		flags = O_RDWR | O_NONBLOCK;
	if (f->is_auto)
		flags |= O_NOFOLLOW;	/* the name can be guessed by others */
	fd = sys->open(f->path, flags, mode);
	while (fd == -1 && (errno == EMFILE || errno == ENFILE) && !TAILQ_EMPTY(&opened)) {
		logfile_relieve(fd_limit);
		fd = sys->open(f->path, flags, mode);
	}
	return fd;
}

int
logfile_open(struct logfile *f)
{
	struct stat st;
	int fd = open_path(f);

	if (fd == -1)
		return -1;
	if (sys->fstat(fd, &st) == -1) {
		fd_close(&fd);
		return -1;
	}
	logfile_close(f);
	logfile_relieve(fd);
	f->fd = fd;
	f->plain = S_ISREG(st.st_mode);
	f->pos = f->plain ? st.st_size : 0;
	f->dev = st.st_dev;
	f->ino = st.st_ino;
	f->look_ms = sys->mono_ms();
	if (!f->plain)
		return 0;
	TAILQ_INSERT_TAIL(&opened, f, lru);
	if (!f->splice)
		sys->set_append(fd, true);
	return 0;
}

void
logfile_close(struct logfile *f)
{
	if (f->fd == -1)
		return;
	if (f->plain)
		TAILQ_REMOVE(&opened, f, lru);
	fd_close(&f->fd);
}

static void
stop_splicing(struct logfile *f)
{
	f->splice = false;
	sys->set_append(f->fd, true);
}

/* Is another file, or none, to be found under the name? */
static bool
moved_away(struct logfile *f)
{
	struct stat st;
	int64_t now = sys->mono_ms();

	if (now - f->look_ms < LOOK_MS)
		return false;
	f->look_ms = now;
	if (sys->stat(f->path, &st) == -1)
		return errno == ENOENT || errno == ENOTDIR;
	return st.st_ino != f->ino || st.st_dev != f->dev;
}

int
logfile_ready(struct logfile *f)
{
	struct stat st;

	if (f->fd == -1)
		return logfile_open(f);
	if (moved_away(f))
		/* No luck: the old one is still a file, until it has no name at all. */
		logfile_open(f);
	if (!f->plain)
		return 0;
	if (sys->fstat(f->fd, &st) == -1)
		return -1;
	if (st.st_nlink == 0)
		return logfile_open(f);
	if (st.st_size > f->pos && f->splice)
		stop_splicing(f);
	f->pos = st.st_size;
	if (TAILQ_NEXT(f, lru) != NULL) {
		TAILQ_REMOVE(&opened, f, lru);
		TAILQ_INSERT_TAIL(&opened, f, lru);
	}
	return 0;
}

ssize_t
logfile_splice(struct logfile *f, int pipe, size_t len)
{
	ssize_t n = sys->splice(pipe, f->fd, &f->pos, len);

	if (n == -1 && errno == EINVAL)
		stop_splicing(f);
	return n;
}

size_t
logfile_write(struct logfile *f, const char *data, size_t len)
{
	size_t done = 0;

	if (f->plain && f->splice && sys->lseek(f->fd, f->pos, SEEK_SET) == -1)
		return 0;
	while (done < len) {
		ssize_t n = sys->write(f->fd, data + done, len - done);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0) {
			if (n == 0)
				errno = EIO;
			break;
		}
		done += (size_t)n;
	}
	if (f->plain)
		f->pos += (off_t)done;
	return done;
}

/* Our own descriptor is for writing only. */
static ssize_t
read_back(const struct logfile *f, char *data, size_t len, off_t from)
{
	int fd = sys->open(f->path, O_RDONLY | O_NONBLOCK, 0);
	ssize_t n = fd != -1 ? sys->pread(fd, data, len, from) : -1;

	fd_close(&fd);
	return n;
}

/* Does the plain file end inside a line? */
static bool
ends_inside_line(const struct logfile *f)
{
	char last;

	return f->pos > 0 && read_back(f, &last, 1, f->pos - 1) == 1 && last != '\n';
}

size_t
logfile_mark_text(const struct logfile *f, const char *line, size_t len, char *text,
    size_t size)
{
	size_t n = 0;

	if (f->plain && ends_inside_line(f))
		text[n++] = '\n';
	if (len > size - n)
		len = size - n;
	memcpy(text + n, line, len);
	return n + len;
}

int
logfile_mark(struct logfile *f, const char *text, size_t len)
{
	ssize_t put;

	if (f->plain && f->splice && sys->lseek(f->fd, f->pos, SEEK_SET) == -1)
		return -1;
	put = sys->write(f->fd, text, len);
	if (put == (ssize_t)len) {
		if (f->plain)
			f->pos += put;
		return 0;
	}
	/* Half a mark is worse than one later. */
	if (put > 0 && f->plain) {
		sys->ftruncate(f->fd, f->pos);
		errno = ENOSPC;
	}
	return -1;
}

bool
logfile_has_mark(struct logfile *f, off_t from, size_t len)
{
	static const char begin[] = "\n" LOGFILE_MARK;
	char there[sizeof(begin) - 1];
	ssize_t n = f->fd != -1 && f->pos > from ?
	    read_back(f, there, sizeof(there), from) : 0;
	size_t common = sizeof(begin) - 2;

	if (n > 0 && (size_t)n < common)
		common = (size_t)n;
	/* else others have written to the file meanwhile */
	if (n <= 0 || (memcmp(there, begin, common) != 0 &&
	    memcmp(there, begin + 1, common) != 0))
		return false;
	if (f->pos - from >= (off_t)len)
		return true;
	if (sys->ftruncate(f->fd, from) == 0)
		f->pos = from;
	return false;
}
