/*
 * Directories.  One is made under a hidden name and moved when it is complete, and moved to
 * another hidden name before it is removed: whatever is seen under an instance's name is
 * whole.  Hidden names begin with a dot, as no instance does.
 */
#include "node/place.h"

#include <sys/stat.h>
#include <sys/syscall.h>
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

static int
remove_entry(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)at;
	if (flag == FTW_DP || flag == FTW_DNR || flag == FTW_D)
		return rmdir(path) == -1 && errno != ENOENT ? -1 : 0;
	return unlink(path) == -1 && errno != ENOENT ? -1 : 0;
}

static int
remove_tree(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? 0 : -1;
	return nftw(path, remove_entry, TREE_FDS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
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

static int
make_part(const char *dir, const char *name, char **out, struct err *e)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s%s", dir, name) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	rc = mkdir(path, 0750) == -1 ? cannot(e, "cannot make the directory", path) :
	    give(path, e);
	if (rc == 0 && out != NULL)
		*out = path;
	else
		free(path);
	return rc;
}

/* Everything below the hidden name. */
static int
fill_place(const char *dir, const struct row *r, struct err *e)
{
	char *config = NULL, *mark = NULL;
	yyjson_val *item;
	size_t i, n;
	int rc = -1;

	if (make_part(dir, "", NULL, e) == -1 || make_part(dir, "/data", NULL, e) == -1 ||
	    make_part(dir, "/log", NULL, e) == -1 ||
	    make_part(dir, "/config", &config, e) == -1)
		return -1;
	if (asprintf(&mark, "%s/" MARK, dir) == -1)
		err_set(e, FAULT_FAILED, "out of memory");
	else
		rc = write_file(mark, guest.section, strlen(guest.section), e);
	yyjson_arr_foreach(node.conf_template, i, n, item)
		if (rc == 0)
			rc = render(config, yyjson_get_str(item), r, e);
	free(mark);
	free(config);
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

static bool
has_mark(const char *directory)
{
	struct buf text = { 0 };
	char *mark;
	bool is;

	if (asprintf(&mark, "%s/" MARK, directory) == -1)
		return false;
	is = fd_slurp(mark, &text) == 0 && strcmp(buf_text(&text), guest.section) == 0;
	buf_release(&text);
	free(mark);
	return is;
}

int
place_hide(const struct row *r, struct err *e)
{
	char *gone;
	struct stat st;
	int rc = 0;

	if (r->directory[0] == '\0' || (lstat(r->directory, &st) == -1 && errno == ENOENT))
		return 0;
	if (!has_mark(r->directory))	/* a row was written, and it was there already */
		return r->phase == PHASE_PROVISIONING ? 0 : err_set(e, FAULT_FAILED,
		    "'%s' is left: it has no mark of %s", r->directory, guest.section);
	gone = hidden(r->directory, "gone");
	if (gone == NULL)
		return err_set(e, FAULT_FAILED, "out of memory");
	if (remove_tree(gone) == -1 || rename(r->directory, gone) == -1)
		rc = cannot(e, "cannot remove", r->directory);
	free(gone);
	return rc;
}
