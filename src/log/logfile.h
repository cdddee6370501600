/*
 * A log file: open, write, rotate, find again after somebody removed it.
 *
 * A plain file is written at its end with splice, straight from the pipe.  Its
 * size is compared before each write: when it grew by what we did not write,
 * others append too, and from then on it is opened for appending and written with
 * write, so that nobody overwrites anybody.  A file without a position (FIFO,
 * terminal, device) is written without waiting, and never rotated.
 */
#ifndef LOG_LOGFILE_H
#define LOG_LOGFILE_H

#include <bsd/sys/queue.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct logfile {
	const char *path;	/* borrowed from the flow */
	int	 fd;		/* -1: closed; opened again at the next write */
	bool	 plain;		/* a regular file, as far as known */
	bool	 splice;	/* no reason against splice is known */
	bool	 is_auto;	/* ours alone: mode 0600, removed with the flow */
	off_t	 pos;		/* size, as of the last look or write */
	dev_t	 dev;
	ino_t	 ino;
	int64_t	 look_ms;	/* when name and inode were last compared */
	int64_t	 rotate_ms;	/* no rotation before that: the last one failed */
	TAILQ_ENTRY(logfile) lru; /* open plain files, longest unused first */
};

/* append: never splice, so there is no need to know the end of the file. */
void	logfile_init(struct logfile *f, const char *path, bool is_auto, bool append);
/* Open or create; keeps what is in it.  0, or -1 with errno. */
int	logfile_open(struct logfile *f);
void	logfile_close(struct logfile *f);
/*
 * Before a write: open it where needed, see what others did to it.  0, or -1 with
 * errno: there is nothing to write to.
 */
int	logfile_ready(struct logfile *f);
/* From a pipe, at most len bytes; as splice.  EINVAL: use logfile_write. */
ssize_t	logfile_splice(struct logfile *f, int pipe, size_t len);
/* All that fits; returns the bytes written, with errno when fewer than len. */
size_t	logfile_write(struct logfile *f, const char *data, size_t len);
/* A line of our own as it must be written: behind a newline where one is needed. */
size_t	logfile_mark_text(const struct logfile *f, const char *line, size_t len, char *text,
	    size_t size);
/* Write such a text, whole or not at all.  0, or -1 with errno. */
int	logfile_mark(struct logfile *f, const char *text, size_t len);
/*
 * We may have been killed while writing such a text, a mark, of len bytes at `from`.
 * Is it there?  A part of it is taken away.
 */
bool	logfile_has_mark(struct logfile *f, off_t from, size_t len);
#define LOGFILE_MARK	"--- supd: "	/* a mark begins so */
/*
 * supervisord's rule: after a write, when the file has reached maxbytes (0: never),
 * X.1 becomes X.2 and so on, X becomes X.1; with no backups X is cut to nothing.
 * Returns 1 when done, 0 when not due, -1 with errno.
 */
int	logfile_rotate(struct logfile *f, int64_t maxbytes, int64_t backups);
/* Delete and create again, as supervisord clears. */
int	logfile_clear(struct logfile *f);
/* Delete an AUTO file and its backups. */
void	logfile_remove(struct logfile *f);

/*
 * fd was just opened: when it shows that the descriptor table is nearly full, close the
 * two plain files that were not written for the longest time.
 */
void	logfile_relieve(int fd);
/* Descriptors that this process may have, of which some are kept for others. */
void	logfile_set_limit(int limit);

/* Delete AUTO files of an earlier run: .+---IDENTIFIER-\S+\.log(\.N)? in dir. */
void	logfile_clean(const char *dir, const char *identifier);
/* Does supervisord take name for such a file? */
bool	logfile_is_auto(const char *name, const char *identifier);

#endif
