/*
 * Directories.  One is made under a hidden name and moved when it is complete, and moved to
 * another hidden name before it is removed: whatever is seen under an instance's name is
 * whole.  Hidden names begin with a dot, as no instance does.
 */
#include "node/place.h"

#include <sys/stat.h>
#include <sys/syscall.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "node/fill.h"
#include "serve/guest.h"

#define MARK		".supd-node"
#define NO_REPLACE	1	/* RENAME_NOREPLACE of linux/fs.h */
#define TREE_FDS	32	/* descriptors for a walk through a tree */
#define DEPTH_MAX	1000	/* directories in each other; a descriptor each */
#define MARK_MAX	300	/* bytes of a section's name */

char *
place_path(const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", node.base_dir, name) == -1 ? NULL : path;
}

/* "/base/.NAME.new" for "/base/NAME". */
static char *
hidden(const char *directory, const char *ending)
{
	const char *name = strrchr(directory, '/');
	char *path;

	name = name != NULL ? name + 1 : directory;
	return asprintf(&path, "%.*s.%s.%s", (int)(name - directory), directory, name,
	    ending) == -1 ? NULL : path;
}

static int
cannot(struct err *e, const char *what, const char *path)
{
	return err_set(e, FAULT_FAILED, "%s '%s': %s", what, path, strerror(errno));
}

/* ---- walks ---- */

/*
 * Remove a directory with all that is in it.  Below the first one everything may belong to
 * the user of the instance, who must not lead us elsewhere by a link that he puts in the
 * place of a directory meanwhile: each is opened as what it is and never found by a path.
 */
static int
remove_at(int parent, const char *name, dev_t dev, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct dirent *entry;
	struct stat st;
	DIR *d;

	if (fd == -1 && (errno == ENOTDIR || errno == ELOOP))
		return unlinkat(parent, name, 0);
	if (fd == -1 || depth == 0 || fstat(fd, &st) == -1 || st.st_dev != dev ||
	    (d = fdopendir(fd)) == NULL) {
		fd_close(&fd);
		return -1;
	}
	while ((entry = readdir(d)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_at(dirfd(d), entry->d_name, dev, depth - 1);
	closedir(d);
	return unlinkat(parent, name, AT_REMOVEDIR);	/* tells of all that has failed */
}

static int
remove_tree(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	return remove_at(AT_FDCWD, path, st.st_dev, DEPTH_MAX);
}

static int64_t sum;

static int
add_size(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)path;
	(void)at;
	if (flag != FTW_NS)
		sum += (int64_t)st->st_blocks * 512;
	return 0;
}

int64_t
place_size(const char *directory)
{
	sum = 0;
	nftw(directory, add_size, TREE_FDS, FTW_PHYS | FTW_MOUNT);
	return sum;
}

int
place_remove(const char *directory)
{
	char *new = hidden(directory, "new"), *gone = hidden(directory, "gone");
	int rc = new != NULL && gone != NULL && remove_tree(new) == 0 &&
	    remove_tree(gone) == 0 ? 0 : -1;

	free(new);
	free(gone);
	return rc;
}

/* ---- making ---- */

static int
give(const char *path, struct err *e)
{
	if (node.chowns && chown(path, node.uid, node.gid) == -1)
		return cannot(e, "cannot change the owner of", path);
	return 0;
}

static int
make_base(struct err *e)
{
	char *path = strdup(node.base_dir);

	if (path == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	for (char *c = path + 1; *path != '\0'; c++) {
		char was = *c;

		if (was != '/' && was != '\0')
			continue;
		*c = '\0';
		if (mkdir(path, 0755) == -1 && errno != EEXIST) {
			cannot(e, "cannot make the directory", path);
			free(path);
			return -1;
		}
		*c = was;
		if (was == '\0')
			break;
	}
	free(path);
	return 0;
}

/* A file of ours; mode for its owner alone: configurations have passwords. */
static int
write_file(const char *path, const char *text, size_t len, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600), rc = 0;

	if (fd == -1)
		return cannot(e, "cannot make the file", path);
	if (write(fd, text, len) != (ssize_t)len)
		rc = cannot(e, "cannot write", path);
	close(fd);
	return rc == 0 ? give(path, e) : -1;
}

/* One file of conf_template into to/, without an ending .in. */
static int
render(const char *to, const char *from, const struct row *r, struct err *e)
{
	const char *slash = strrchr(from, '/'), *name = slash != NULL ? slash + 1 : from;
	size_t len = strlen(name);
	struct buf text = { 0 }, out = { 0 }, path = { 0 };
	int rc;

	if (len > 3 && strcmp(name + len - 3, ".in") == 0)
		len -= 3;
	buf_addf(&path, "%s/%.*s", to, (int)len, name);
	if (fd_slurp(from, &text) == -1)
		rc = cannot(e, "conf_template: cannot read", from);
	else if ((rc = fill_text(&out, buf_text(&text), r, e)) == -1)
		err_add(e, "%s", from);
	else
		rc = write_file(buf_text(&path), buf_text(&out), out.len, e);
	buf_release(&text);
	buf_release(&out);
	buf_release(&path);
	return rc;
}

/* A directory below dir; the caller frees *out. */
static int
make_part(const char *dir, const char *name, char **out, struct err *e)
{
	if (asprintf(out, "%s%s", dir, name) == -1) {
		*out = NULL;
		return err_set(e, FAULT_FAILED, "out of memory");
	}
	return mkdir(*out, 0750) == -1 ? cannot(e, "cannot make the directory", *out) : 0;
}

static int
make_mark(const char *dir, struct err *e)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s/" MARK, dir) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	rc = write_file(path, guest.section, strlen(guest.section), e);
	free(path);
	return rc;
}

/*
 * Everything below the hidden name.  Who gets it gets each directory after what is in it, so
 * that nobody can put a link in the place of something that is about to be given away.
 */
static int
fill_place(const char *dir, const struct row *r, struct err *e)
{
	char *part[4] = { NULL };
	static const char *const names[] = { "/data", "/log", "/config", "" };
	yyjson_val *item;
	size_t i, n;
	int rc = make_part(dir, "", &part[3], e);

	for (i = 0; i < 3 && rc == 0; i++)
		rc = make_part(dir, names[i], &part[i], e);
	if (rc == 0)
		rc = make_mark(dir, e);
	yyjson_arr_foreach(node.conf_template, i, n, item)
		if (rc == 0)
			rc = render(part[2], yyjson_get_str(item), r, e);
	for (i = 0; i < 4 && rc == 0; i++)
		rc = give(part[i], e);
	for (i = 0; i < 4; i++)
		free(part[i]);
	return rc;
}

static int
move_new(const char *from, const char *to)
{
	struct stat st;

	if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, NO_REPLACE) == 0)
		return 0;
	if (errno != ENOSYS && errno != EINVAL)
		return -1;
	if (lstat(to, &st) == 0) {	/* this file system knows no better */
		errno = EEXIST;
		return -1;
	}
	return rename(from, to);
}

int
place_make(const struct row *r, struct err *e)
{
	char *new = hidden(r->directory, "new");
	int rc;

	if (new == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	rc = make_base(e);
	if (rc == 0 && remove_tree(new) == -1)
		rc = cannot(e, "cannot remove", new);
	if (rc == 0)
		rc = fill_place(new, r, e);
	if (rc == 0 && move_new(new, r->directory) == -1)
		rc = cannot(e, "cannot make", r->directory);
	if (rc == -1)
		remove_tree(new);
	free(new);
	return rc;
}

/* ---- removing ---- */

/* Whoever owns the directory by now may have put anything in the place of the mark. */
static bool
has_mark(const char *directory)
{
	char text[MARK_MAX], *mark;
	struct stat st;
	ssize_t n = -1;
	int fd;

	if (asprintf(&mark, "%s/" MARK, directory) == -1)
		return false;
	fd = open(mark, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	free(mark);
	if (fd != -1 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, text, sizeof(text));
	fd_close(&fd);
	return n == (ssize_t)strlen(guest.section) && memcmp(text, guest.section, (size_t)n) == 0;
}

int
place_hide(const struct row *r, struct err *e)
{
	char *gone;
	struct stat st;
	int rc = 0;

	if (r->directory[0] == '\0' || (lstat(r->directory, &st) == -1 && errno == ENOENT))
		return 0;
	/* a row was written, but the directory may have been there already */
	if (r->phase == PHASE_PROVISIONING && !has_mark(r->directory))
		return 0;
	gone = hidden(r->directory, "gone");
	if (gone == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (remove_tree(gone) == -1 || rename(r->directory, gone) == -1)
		rc = cannot(e, "cannot remove", r->directory);
	free(gone);
	return rc;
}
