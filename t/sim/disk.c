/*
 * Files below /log/ of the simulated kernel: names, contents that stay while somebody
 * has them open, and a disk that can be full.
 */
#include "disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "sim.h"

#define INODES 256

struct inode {
	char	 path[80];	/* "": it has no name any more */
	ino_t	 ino;		/* 0: free */
	int	 opens;
	char	*data;
	size_t	 len, cap;
};

size_t disk_free;
static struct inode inodes[INODES];
static ino_t last_ino = 1000;

static struct inode *
find(const char *path)
{
	for (int i = 0; i < INODES; i++)
		if (inodes[i].ino != 0 && strcmp(inodes[i].path, path) == 0)
			return &inodes[i];
	errno = ENOENT;
	return NULL;
}

static void
release(struct inode *n)
{
	if (n->opens > 0 || n->path[0] != '\0')
		return;
	disk_free += n->len;
	raw_free(n->data);
	*n = (struct inode){ 0 };
}

static struct inode *
create(const char *path)
{
	for (int i = 0; i < INODES; i++)
		if (inodes[i].ino == 0) {
			inodes[i].ino = ++last_ino;
			snprintf(inodes[i].path, sizeof(inodes[i].path), "%s", path);
			return &inodes[i];
		}
	errno = ENOSPC;
	return NULL;
}

struct file *
disk_open(const char *path, int flags)
{
	struct inode *n = find(path);
	struct file *f;

	if (n == NULL && (flags & O_CREAT) && !strikes(FAULT_SHORT, 50))
		n = create(path);
	if (n == NULL)
		return NULL;
	f = file_new(F_REG);
	f->inode = n;
	f->append = (flags & O_APPEND) != 0;
	n->opens++;
	return f;
}

void
disk_close(struct file *f)
{
	f->inode->opens--;
	release(f->inode);
}

ssize_t
disk_write(struct file *f, const void *data, size_t len, off_t at)
{
	struct inode *n = f->inode;
	size_t end, grow;

	if (f->append)
		at = (off_t)n->len;
	end = (size_t)at + len;
	grow = end > n->len ? end - n->len : 0;
	if (grow > disk_free) {
		len = len > grow - disk_free ? len - (grow - disk_free) : 0;
		if (len == 0) {
			errno = ENOSPC;
			return -1;
		}
		end = (size_t)at + len;
		grow = end > n->len ? end - n->len : 0;
	}
	if (end > n->cap) {
		n->data = raw_grow(n->data, end * 2);
		memset(n->data + n->cap, 0, end * 2 - n->cap);
		n->cap = end * 2;
	}
	memcpy(n->data + at, data, len);
	n->len += grow;
	disk_free -= grow;
	return (ssize_t)len;
}

ssize_t
disk_read(const struct file *f, void *data, size_t len, off_t at)
{
	const struct inode *n = f->inode;

	if ((size_t)at >= n->len)
		return 0;
	if (len > n->len - (size_t)at)
		len = n->len - (size_t)at;
	memcpy(data, n->data + at, len);
	return (ssize_t)len;
}

static void
fill(const struct inode *n, struct stat *st)
{
	*st = (struct stat){ .st_mode = S_IFREG | 0644, .st_ino = n->ino, .st_dev = 7,
		.st_size = (off_t)n->len, .st_nlink = n->path[0] != '\0' };
}

int
disk_stat(const char *path, struct stat *st)
{
	const struct inode *n = find(path);

	if (n == NULL)
		return -1;
	fill(n, st);
	return 0;
}

void
disk_fstat(const struct file *f, struct stat *st)
{
	fill(f->inode, st);
}

void
disk_truncate(struct file *f, size_t len)
{
	struct inode *n = f->inode;

	if (len < n->len) {
		disk_free += n->len - len;
		n->len = len;
	}
}

int
disk_unlink(const char *path)
{
	struct inode *n = find(path);

	if (n == NULL)
		return -1;
	n->path[0] = '\0';
	release(n);
	return 0;
}

int
disk_rename(const char *from, const char *to)
{
	struct inode *n = find(from), *old = find(to);

	if (n == NULL) {
		errno = ENOENT;
		return -1;
	}
	if (old != NULL) {
		old->path[0] = '\0';
		release(old);
	}
	snprintf(n->path, sizeof(n->path), "%s", to);
	return 0;
}

const char *
disk_content(const char *path, size_t *len)
{
	const struct inode *n = find(path);

	*len = n != NULL ? n->len : 0;
	return n == NULL ? NULL : n->data != NULL ? n->data : "";
}

void
disk_reset(void)
{
	for (int i = 0; i < INODES; i++) {
		raw_free(inodes[i].data);
		inodes[i] = (struct inode){ 0 };
	}
	disk_free = SIZE_MAX / 2;
}
