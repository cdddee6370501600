/*
 * Files of the state directory.  They are the only ones that the core writes while
 * it runs, and only when a person or another program asks.
 */
#include "conf/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/sys.h"
#include "conf/path.h"

#define ROOTS_STATE	"/var/lib/supd"
#define OWN_STATE	".local/state/supd"	/* below the home directory */

char *
state_dir(const struct conf_supd *s)
{
	const char *home;

	if (s->statedir != NULL)
		return strdup(s->statedir);
	if (geteuid() == 0)
		return strdup(ROOTS_STATE);
	home = getenv("XDG_STATE_HOME");
	if (home != NULL && home[0] == '/')
		return path_join(home, "supd");
	home = getenv("HOME");
	return home != NULL && home[0] == '/' ? path_join(home, OWN_STATE) : NULL;
}

bool
state_can_write(const struct conf_supd *s)
{
	char *dir = state_dir(s), *slash;
	bool can;

	if (dir == NULL)
		return false;
	while (sys->access(dir, F_OK) == -1 && (slash = strrchr(dir, '/')) != NULL &&
	    slash > dir)
		*slash = '\0';
	can = sys->access(dir, W_OK | X_OK) == 0;
	free(dir);
	return can;
}

/* Where a file is; NULL: nowhere. */
static char *
place_of(const struct conf_supd *s, const char *name)
{
	char *dir = state_dir(s), *path = dir != NULL ? path_join(dir, name) : NULL;

	free(dir);
	return path;
}

/* Make all directories of a path but its last part; what cannot be made shows later. */
static void
make_directories(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		sys->mkdir(path, 0700);
		*slash = '/';
	}
}

static int
open_new(char *path)
{
	int flags = O_WRONLY | O_CREAT | O_TRUNC, fd = sys->open(path, flags, 0600);

	if (fd != -1 || errno != ENOENT)
		return fd;
	make_directories(path);
	return sys->open(path, flags, 0600);
}

/* Is it a place where nothing can be remembered? */
static bool
is_no_place(int no)
{
	return no == ENOENT || no == EACCES || no == EROFS || no == ENOTDIR || no == EPERM;
}

static int
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = sys->write(fd, text, len);

		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return sys->fsync(fd);
}

/* The new name is there for good; a directory that cannot be synced is none of ours. */
static void
sync_directory(const char *path)
{
	char *dir = path_dirname(path);
	int fd = dir != NULL ? sys->open(dir, O_RDONLY | O_DIRECTORY, 0) : -1;

	if (fd != -1) {
		sys->fsync(fd);
		sys->close(fd);
	}
	free(dir);
}

/* Write to `fresh`, then call it `path`.  Closes fd. */
static int
put_in_place(int fd, const char *fresh, const char *path, const char *text, size_t len)
{
	int rc = write_all(fd, text, len), no = errno;

	if (sys->close(fd) == -1 && rc == 0) {
		rc = -1;
		no = errno;
	}
	if (rc == 0 && sys->rename(fresh, path) == -1) {
		rc = -1;
		no = errno;
	}
	if (rc == 0)
		sync_directory(path);
	else
		sys->unlink(fresh);
	errno = no;
	return rc;
}

int
state_write(const struct conf_supd *s, const char *name, const char *text, size_t len)
{
	char *path = place_of(s, name), *fresh = NULL;
	int fd, rc = -1;

	if (path == NULL)
		return 1;
	fresh = malloc(strlen(path) + sizeof(".new"));
	if (fresh == NULL) {
		errno = ENOMEM;
		goto out;
	}
	strcat(strcpy(fresh, path), ".new");
	fd = open_new(fresh);
	if (fd == -1)
		rc = is_no_place(errno) ? 1 : -1;
	else
		rc = put_in_place(fd, fresh, path, text, len);
out:
	free(fresh);
	free(path);
	return rc;
}

int
state_remove(const struct conf_supd *s, const char *name)
{
	char *path = place_of(s, name);
	int rc = 0;

	if (path != NULL && sys->unlink(path) == -1 && errno != ENOENT && errno != ENOTDIR)
		rc = -1;
	free(path);
	return rc;
}
