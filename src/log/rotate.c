/*
 * Log files by name: rotation, clearing, and the AUTO files of earlier runs.
 */
#include "log/logfile.h"

#include <sys/stat.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/sys.h"

#define RETRY_MS	10000	/* a folder we may not write to stays so for a while */

static int
backup_name(char *name, const struct logfile *f, int64_t n)
{
	int len = snprintf(name, PATH_MAX, "%s.%lld", f->path, (long long)n);

	if (len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return 0;
}

/* X.(n-1) becomes X.n ... X becomes X.1; holes in the row are no error. */
static int
shift(const struct logfile *f, int64_t backups)
{
	char from[PATH_MAX], to[PATH_MAX];

	for (int64_t n = backups - 1; n >= 1; n--) {
		if (backup_name(from, f, n) == -1 || backup_name(to, f, n + 1) == -1)
			return -1;
		if (sys->rename(from, to) == -1 && errno != ENOENT)
			return -1;
	}
	if (backup_name(to, f, 1) == -1)
		return -1;
	return sys->rename(f->path, to);
}

/* Does the name still mean the file that we have open? */
static bool
is_ours(const struct logfile *f)
{
	struct stat st;

	return sys->stat(f->path, &st) == 0 && st.st_ino == f->ino && st.st_dev == f->dev;
}

int
logfile_rotate(struct logfile *f, int64_t maxbytes, int64_t backups)
{
	if (!f->plain || maxbytes <= 0 || f->pos < maxbytes || f->fd == -1)
		return 0;
	if (f->rotate_ms != 0 && sys->mono_ms() < f->rotate_ms)
		return 0;
	f->rotate_ms = 0;
	/* Another flow with the same file was faster. */
	if (!is_ours(f))
		return logfile_open(f);
	if (backups > 0 ? shift(f, backups) == -1 : sys->ftruncate(f->fd, 0) == -1) {
		f->rotate_ms = sys->mono_ms() + RETRY_MS;
		return -1;
	}
	f->pos = 0;
	if (backups > 0) {
		logfile_close(f);	/* never again into X.1, even when X cannot be made */
		logfile_open(f);
	}
	return 1;
}

int
logfile_clear(struct logfile *f)
{
	if (sys->unlink(f->path) == -1 && errno != ENOENT)
		return -1;
	logfile_close(f);
	return logfile_open(f);
}

void
logfile_remove(struct logfile *f)
{
	char name[PATH_MAX];

	sys->unlink(f->path);
	for (int64_t n = 1; backup_name(name, f, n) == 0; n++)
		if (sys->unlink(name) == -1)
			break;
}

bool
logfile_is_auto(const char *name, const char *identifier)
{
	size_t len = strlen(identifier);

	/* .+ before, so the dashes are looked for from the second byte on */
	for (const char *at = name; *at != '\0' && (at = strstr(at + 1, "---")) != NULL;) {
		const char *rest = at + 3, *log = rest;

		if (strncmp(rest, identifier, len) != 0 || rest[len] != '-')
			continue;
		rest += len + 1;
		if (strcspn(rest, " \t\r\n\v\f") != strlen(rest))
			continue;
		for (log = rest; (log = strstr(log, ".log")) != NULL; log++) {
			const char *end = log + 4;

			if (log == rest)
				continue;
			if (*end == '\0')
				return true;
			if (*end == '.' && end[1] != '\0' &&
			    strspn(end + 1, "0123456789") == strlen(end + 1))
				return true;
		}
	}
	return false;
}

struct cleaning {
	const char *dir, *identifier;
};

static void
clean_one(void *arg, const char *name)
{
	const struct cleaning *c = arg;
	char path[PATH_MAX];

	if (logfile_is_auto(name, c->identifier) &&
	    snprintf(path, sizeof(path), "%s/%s", c->dir, name) < (int)sizeof(path))
		sys->unlink(path);
}

void
logfile_clean(const char *dir, const char *identifier)
{
	struct cleaning c = { .dir = dir, .identifier = identifier };

	sys->list(dir, clean_one, &c);
}
