/*
 * Writing and removing the copies of secrets.h.
 */
#include "core/secrets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/log.h"

#define TMPFS_MAGIC	0x01021994	/* linux/magic.h */
#define SECRET_MOST	(1 << 20)	/* bytes */

static char *dir;		/* NULL: not looked for yet, or none */

/* Ours: a directory that we own, and no link to one. */
static bool
is_ours(const char *path)
{
	int fd = sys->open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	struct stat st;
	bool yes = fd != -1 && sys->fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0;

	fd_close(&fd);
	return yes;
}

/* Others go through it to their own files, and cannot list it. */
static bool
make_directory(const char *path)
{
	if (sys->mkdir(path, 0711) == 0)
		return sys->chmod(path, 0711) == 0;	/* whatever our umask is */
	if (errno != EEXIST)
		return false;
	if (is_ours(path))
		return true;
	errno = EEXIST;
	return false;
}

static bool
try_place(const char *place, bool on_disk)
{
	struct buf path = { 0 };

	if (place == NULL || place[0] != '/' ||
	    (!on_disk && sys->fs_type(place) != TMPFS_MAGIC))
		return false;
	buf_addf(&path, "%s/supd.%s", place, core.run_id);
	if (!path.failed && make_directory(path.data))
		dir = buf_steal(&path);
	buf_release(&path);
	return dir != NULL;
}

static int
find_directory(struct err *e)
{
	const char *own = geteuid() != 0 ? getenv("XDG_RUNTIME_DIR") : NULL;

	if (dir != NULL || try_place(own, false) || try_place("/run", false) ||
	    try_place("/dev/shm", false))
		return 0;
	if (!try_place(own, true) && !try_place("/run", true))
		return err_set(e, FAULT_FAILED, "there is no place for the copy that we can"
		    " write to, neither /run nor /dev/shm (a container gets one by --tmpfs /run)");
	log_warn("copies of secrets are in %s, which is not in memory (a container gets a tmpfs"
	    " by --tmpfs /run)", dir);
	return 0;
}

/* DIR/group:process[/NAME] */
static void
add_path(const struct proc *p, const char *name, size_t len, struct buf *out)
{
	size_t from;

	buf_addf(out, "%s/", dir);
	from = out->len;
	buf_addf(out, "%s:%s", p->group->name, p->conf->name);
	for (size_t i = from; i < out->len; i++)
		if (out->data[i] == '/')
			out->data[i] = '_';
	if (name != NULL)
		buf_addf(out, "/%.*s", (int)len, name);
}

int
secrets_path(const struct proc *p, const char *secret, struct buf *out, struct err *e)
{
	if (find_directory(e) == -1)
		return -1;
	add_path(p, secret, strcspn(secret, "="), out);
	return 0;
}

static int
write_all(int fd, const struct buf *text)
{
	ssize_t n;

	for (size_t at = 0; at < text->len; at += (size_t)n) {
		do
			n = sys->write(fd, text->data + at, text->len - at);
		while (n == -1 && errno == EINTR);
		if (n <= 0)
			return -1;
	}
	return 0;
}

/* A new file: who has the old one open keeps what it had. */
static int
write_copy(const char *path, const struct buf *text, const struct conf_user *user)
{
	int fd, r;

	sys->unlink(path);
	fd = sys->open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0400);
	if (fd == -1)
		return -1;
	r = write_all(fd, text);
	fd_close(&fd);
	if (r == 0 && user->set && user->uid != geteuid())
		r = sys->chown(path, user->uid, user->gid);
	if (r == -1)
		sys->unlink(path);
	return r;
}

static int
write_one(const struct proc *p, const char *secret, struct err *e)
{
	const char *from = conf_secret_path(secret);
	struct buf text = { 0 }, path = { 0 };
	int rc = 0;

	add_path(p, secret, strcspn(secret, "="), &path);
	if (path.failed)
		rc = err_set(e, FAULT_FAILED, "out of memory");
	else if (fd_slurp_regular(from, SECRET_MOST, &text) == -1)
		rc = err_set(e, FAULT_FAILED, "cannot read %s: %s", from, strerror(errno));
	else if (write_copy(path.data, &text, &p->conf->user) == -1)
		rc = err_set(e, FAULT_FAILED, "cannot write %s: %s", path.data,
		    strerror(errno));
	buf_wipe(&text);
	buf_release(&path);
	return rc == 0 ? 0 : err_add(e, "secret.%.*s", (int)strcspn(secret, "="), secret);
}

static bool
has_files(const struct proc *p)
{
	const struct conf_env *own = p->conf->env;

	for (size_t i = 0; own != NULL && i < own->secrets.n; i++)
		if (conf_secret_is_file(own->secrets.v[i]))
			return true;
	return false;
}

int
secrets_write(const struct proc *p, struct err *e)
{
	const struct strlist *l;
	struct buf path = { 0 };
	int rc = 0;

	if (!has_files(p))
		return 0;
	if (find_directory(e) == -1)
		return -1;
	l = &p->conf->env->secrets;
	add_path(p, NULL, 0, &path);
	if (path.failed || !make_directory(path.data))
		rc = err_set(e, FAULT_FAILED, "cannot make %s: %s", buf_text(&path),
		    strerror(errno));
	for (size_t i = 0; rc == 0 && i < l->n; i++)
		if (conf_secret_is_file(l->v[i]))
			rc = write_one(p, l->v[i], e);
	buf_release(&path);
	return rc;
}

/* Of the directory that is being emptied. */
static void
remove_file(void *arg, const char *name)
{
	char path[1024];

	if (name[0] == '.')
		return;
	snprintf(path, sizeof(path), "%s/%s", (const char *)arg, name);
	sys->unlink(path);
}

static void
empty(const char *path)
{
	sys->list(path, remove_file, (void *)(uintptr_t)path);
	sys->rmdir(path);
}

void
secrets_remove(const struct proc *p)
{
	struct buf path = { 0 };

	/* a new image of the core does not know the place yet */
	if (!has_files(p) || find_directory(NULL) == -1)
		return;
	add_path(p, NULL, 0, &path);
	if (!path.failed)
		empty(path.data);
	buf_release(&path);
}

static void
remove_process(void *arg, const char *name)
{
	char path[1024];

	(void)arg;
	if (strchr(name, ':') == NULL)		/* "..", above all */
		return;
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	empty(path);
}

void
secrets_release(void)
{
	if (dir == NULL)
		return;
	sys->list(dir, remove_process, NULL);
	sys->rmdir(dir);
	free(dir);
	dir = NULL;
}
