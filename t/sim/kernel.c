/*
 * The table of kernel calls (base/sys.h) in front of the simulated kernel: faults
 * strike here, and misuse is told here.
 */
#include "kernel.h"

#include <sys/un.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cgroup.h"
#include "core/environ.h"
#include "disk.h"
#include "sim.h"

#define NAMES_MAX 48	/* of sockets in the file system */
#define CONTROL_PATH "/tmp/sim.sock"

static char *config_text;	/* owned */
static struct name {
	char	 path[108];
	struct file *at;	/* the socket behind it; NULL: a dead one */
	ino_t	 ino;
} names[NAMES_MAX];
static ino_t last_ino;

void (*kernel_may_kill)(void);

void
kernel_checkpoint(void)
{
	if (kernel_may_kill != NULL)
		kernel_may_kill();
}

static int
no(int error)
{
	errno = error;
	return -1;
}

/* ---- clocks and oddments ---- */

static int64_t
s_mono_ms(void)
{
	return sim.now_ms;
}

static int64_t
s_mono_us(void)
{
	return sim.now_ms * 1000;
}

static int64_t
s_wall_ms(void)
{
	return sim.wall_ms + sim.now_ms;
}

static pid_t
s_getpid(void)
{
	return CORE_PID;
}

static char *
s_getcwd(char *data, size_t size)
{
	snprintf(data, size, "/");
	return data;
}

static ssize_t
s_random(void *data, size_t len)
{
	unsigned char *at = data;

	for (size_t i = 0; i < len; i++)
		at[i] = (unsigned char)rnd(256);
	return (ssize_t)len;
}

/* ---- memory files ---- */

static int
s_memfd(const char *name)
{
	(void)name;
	return table_put(file_new(F_MEM));
}

static void *
s_map(int fd, void *old, size_t old_size, size_t size)
{
	struct file *f = table_get(fd, "map");
	char *at;

	if (strikes(FAULT_MEMORY, 20)) {
		errno = ENOMEM;
		return NULL;
	}
	at = raw_alloc(size);
	if (old != NULL)
		memcpy(at, old, old_size < size ? old_size : size);
	raw_free(f->text);
	f->text = at;
	f->len = size;
	return at;
}

/* No memory is spent on what nobody touches; it outlives who maps it, not its file. */
static void *
s_map_room(int fd, size_t size)
{
	struct file *f = fd != -1 ? table_get(fd, "map_room") : NULL;

	if (f != NULL && f->room != NULL)
		return f->room;
	if (strikes(FAULT_MEMORY, 20)) {
		errno = ENOMEM;
		return NULL;
	}
	return room_new(f, size);
}

static void
s_unmap(void *at, size_t size)
{
	(void)at;		/* goes with its file, or at the end */
	(void)size;
}

/* ---- descriptors ---- */

static int
two(struct file *end[2], int fd[2])
{
	int first, second;

	first = table_put(end[0]);
	if (first == -1) {
		file_drop(&end[1]);
		return -1;
	}
	second = table_put(end[1]);
	if (second == -1) {
		file_drop(&table[first]);
		return -1;
	}
	fd[0] = first;
	fd[1] = second;
	return 0;
}

static int
s_pipe(int fd[2])
{
	struct file *end[2];

	pipe_new(end, (size_t)(chance(500) ? 8192 : 16384));
	return two(end, fd);
}

static int
s_socketpair(int fd[2])
{
	struct file *end[2];

	pair_new(end, F_PACKET);
	end[0]->nonblock = end[1]->nonblock = true;
	return two(end, fd);
}

static int
s_close(int fd)
{
	table_get(fd, "close");
	if (loop_watches(fd))
		fail("descriptor %d is closed while the loop watches it", fd);
	file_drop(&table[fd]);
	return 0;
}

static int
s_dup(int fd)
{
	return table_put(file_hold(table_get(fd, "dup")));
}

/* PID 1 must never wait: a call that would block is a broken promise. */
static ssize_t
would_block(const struct file *f, const char *call, int fd)
{
	if (!f->nonblock)
		fail("%s of descriptor %d waits", call, fd);
	return no(EAGAIN);
}

static ssize_t
s_read(int fd, void *data, size_t len)
{
	struct file *f = table_get(fd, "read");
	ssize_t n;

	if (f->type != F_TEXT && strikes(FAULT_EINTR, 50))
		return no(EINTR);
	if (len > 1 && strikes(FAULT_SHORT, 200))
		len = rnd((uint32_t)len) + 1;
	n = file_read(f, data, len);
	if (n > 0)
		kernel_checkpoint();
	return n == -1 && errno == EAGAIN ? would_block(f, "read", fd) : n;
}

static ssize_t
s_write(int fd, const void *data, size_t len)
{
	struct file *f = table_get(fd, "write");
	ssize_t n;

	if (strikes(FAULT_EINTR, 50))
		return no(EINTR);
	/* up to PIPE_BUF a pipe takes all or nothing */
	if (len > 4096 && strikes(FAULT_SHORT, 200))
		len = 4096 + rnd((uint32_t)len - 4096);
	n = file_write(f, data, len);
	kernel_checkpoint();
	return n == -1 && errno == EAGAIN ? would_block(f, "write", fd) : n;
}

static ssize_t
s_pread(int fd, void *data, size_t len, off_t off)
{
	struct file *f = table_get(fd, "pread");

	return f->type == F_REG ? disk_read(f, data, len, off) : no(ESPIPE);
}

static off_t
s_lseek(int fd, off_t off, int whence)
{
	struct file *f = table_get(fd, "lseek");

	if (f->type != F_REG && f->type != F_MEM)
		return no(ESPIPE);
	if (whence == SEEK_SET)
		f->pos = (size_t)off;
	return (off_t)f->pos;
}

static int
s_fsync(int fd)
{
	table_get(fd, "fsync");
	return 0;
}

static int
s_ftruncate(int fd, off_t len)
{
	struct file *f = table_get(fd, "ftruncate");

	if (f->type == F_MEM) {
		f->len = (size_t)len;
		return 0;
	}
	if (f->type != F_REG)
		return no(EINVAL);
	disk_truncate(f, (size_t)len);
	return 0;
}

static int
s_set(int fd, bool on)
{
	table_get(fd, "set_nonblock")->nonblock = on;
	return 0;
}

static int
s_set_append(int fd, bool on)
{
	table_get(fd, "set_append")->append = on;
	return 0;
}

/* As for a user who has too many pages in pipes already: it stays small. */
static int
s_set_pipe_size(int fd, int bytes)
{
	(void)bytes;
	table_get(fd, "set_pipe_size");
	return no(EPERM);
}

static bool
s_can_read(int fd)
{
	return (file_poll(table_get(fd, "can_read")) & LOOP_READ) != 0;
}

static bool
s_can_write(int fd)
{
	return (file_poll(table_get(fd, "can_write")) & LOOP_WRITE) != 0;
}

int
kernel_poll(int fd)
{
	return file_poll(table_get(fd, "poll"));
}

/* ---- files: the configuration and /proc ---- */

static struct file *
text_file(const char *text, size_t len)
{
	struct file *f = file_new(F_TEXT);

	f->text = raw_alloc(len + 1);
	memcpy(f->text, text, len);
	f->len = len;
	return f;
}

static struct file *
children(void)
{
	char text[8192] = "";
	size_t n = 0;

	for (struct sproc *p = processes; p != NULL; p = p->next)
		if (p->parent == NULL && n < sizeof(text) - 16)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%d ", (int)p->pid);
	return text_file(text, n);
}

static struct file *
of_process(const char *path)
{
	struct sproc *p = process_find(atoi(path + 6));
	const char *what = strrchr(path, '/') + 1;
	char text[300];
	int n;

	if (p == NULL)
		return NULL;
	if (strcmp(what, "stat") == 0)
		n = snprintf(text, sizeof(text), "%d (a) b) %c %d", (int)p->pid,
		    p->life == ZOMBIE ? 'Z' : 'S',
		    p->parent != NULL ? (int)p->parent->pid : CORE_PID);
	else if (strcmp(what, "environ") == 0 && p->life != ZOMBIE)
		n = snprintf(text, sizeof(text), "A=b%c%s=%s", 0,
		    p->marked ? MARK_NAME : "TITLE", p->mark);
	else
		return NULL;
	return text_file(text, (size_t)n);
}

static int
s_open(const char *path, int flags, mode_t mode)
{
	struct file *f = NULL;

	(void)mode;
	if (strncmp(path, "/log/", 5) == 0) {
		f = disk_open(path, flags);
		return f != NULL ? table_put(f) : -1;
	}
	if (cgroup_is_path(path)) {
		f = cgroup_open(path, (flags & O_ACCMODE) != O_RDONLY);
		return f != NULL ? table_put(f) : -1;
	}
	if (strcmp(path, "/sim/supd.conf") == 0)
		f = text_file(config_text, strlen(config_text));
	else if (strcmp(path, "/proc/self/cgroup") == 0)
		f = text_file("1:x:/old\n0::/own\n", 18);
	else if (!sim.tier_c && strcmp(path, "/proc/1/task/1/children") == 0)
		f = children();
	else if (!sim.tier_c && strncmp(path, "/proc/", 6) == 0)
		f = of_process(path);
	if (f == NULL)
		return no(ENOENT);
	return table_put(f);
}

static struct name *
find_name(const char *path)
{
	for (int i = 0; i < NAMES_MAX; i++)
		if (names[i].path[0] != '\0' && strcmp(names[i].path, path) == 0)
			return &names[i];
	return NULL;
}

static int
s_stat(const char *path, struct stat *st)
{
	struct name *n = find_name(path);
	int error;

	if (n != NULL) {
		*st = (struct stat){ .st_mode = S_IFSOCK | 0700, .st_ino = n->ino,
			.st_dev = 1 };
		return 0;
	}
	if (strncmp(path, "/log/", 5) == 0)
		return disk_stat(path, st);
	error = program_file(path, st);
	return error == 0 ? 0 : no(error);
}

static int
s_fstat(int fd, struct stat *st)
{
	const struct file *f = table_get(fd, "fstat");

	if (f->type == F_REG) {
		disk_fstat(f, st);
		return 0;
	}
	if (f->type != F_MEM && f->type != F_TEXT) {
		*st = (struct stat){ .st_ino = (ino_t)fd + 1, .st_mode =
		    f->type == F_PACKET || f->type == F_STREAM ? S_IFSOCK :
		    f->type == F_NULL ? S_IFCHR : S_IFIFO };
		return 0;
	}
	*st = (struct stat){ .st_mode = S_IFREG | 0644, .st_size = (off_t)f->len };
	return 0;
}

static int
s_access(const char *path, int mode)
{
	struct stat st;

	(void)mode;
	if (cgroup_is_path(path))
		return cgroup_access(path);
	if (strncmp(path, "/proc/", 6) == 0)
		return sim.tier_c ? no(ENOENT) : 0;
	return s_stat(path, &st);
}

static int
s_unlink(const char *path)
{
	struct name *n = find_name(path);

	if (strncmp(path, "/log/", 5) == 0)
		return disk_unlink(path);
	if (n == NULL)
		return no(ENOENT);
	n->path[0] = '\0';
	return 0;
}

static struct name *
new_name(const char *path, struct file *at, ino_t ino)
{
	for (int i = 0; i < NAMES_MAX; i++)
		if (names[i].path[0] == '\0') {
			snprintf(names[i].path, sizeof(names[i].path), "%s", path);
			names[i].at = at;
			names[i].ino = ino;
			return &names[i];
		}
	return NULL;
}

static int
s_link(const char *from, const char *to)
{
	struct name *n = find_name(from);

	if (n == NULL)
		return no(ENOENT);
	if (find_name(to) != NULL)
		return no(EEXIST);
	return new_name(to, n->at, n->ino) != NULL ? 0 : no(ENOSPC);
}

static int
s_rename(const char *from, const char *to)
{
	int r;

	if (strncmp(from, "/log/", 5) == 0) {
		r = strikes(FAULT_FILES, 30) ? no(EACCES) : disk_rename(from, to);
		kernel_checkpoint();
		return r;
	}
	s_unlink(to);
	return s_link(from, to) == -1 ? -1 : s_unlink(from);
}

static int
s_list(const char *path, void (*fn)(void *arg, const char *name), void *arg)
{
	return cgroup_is_path(path) ? cgroup_list(path, fn, arg) : no(ENOENT);
}

static int64_t
s_fs_type(const char *path)
{
	return sim.tier_a && strcmp(path, CGROUP_MOUNT) == 0 ? 0x63677270 : no(ENOENT);
}

static bool
s_has_xattr(const char *path, const char *name)
{
	(void)path, (void)name;
	return false;
}

static ssize_t
splice_room(struct file *in, struct file *out, size_t len)
{
	ssize_t n;

	if (len > out->len - out->pos)
		len = out->len - out->pos;
	n = file_read(in, out->room + out->pos, len);
	if (n > 0)
		out->pos += (size_t)n;
	kernel_checkpoint();
	return n;
}

static ssize_t
s_splice(int from, int to, off_t *off, size_t len)
{
	struct file *in = table_get(from, "splice"), *out = table_get(to, "splice");
	char data[16384];
	off_t at = off != NULL ? *off : (off_t)out->pos;
	ssize_t n, room;

	if ((out->type != F_REG && out->type != F_MEM) || out->append || sim.no_splice)
		return no(EINVAL);
	if (strikes(FAULT_EINTR, 50))
		return no(EINTR);
	if (out->type == F_MEM)
		return splice_room(in, out, len);
	/* look how much fits before anything is taken out of the pipe */
	room = (ssize_t)(disk_free < sizeof(data) ? disk_free : sizeof(data));
	if ((size_t)room > len)
		room = (ssize_t)len;
	if (in->pipe->len > 0 && room == 0)
		return no(ENOSPC);
	n = file_read(in, data, (size_t)room);
	if (n <= 0)
		return n;
	disk_write(out, data, (size_t)n, at);
	at += n;
	if (off != NULL)
		*off = at;
	else
		out->pos = (size_t)at;
	kernel_checkpoint();
	return n;
}

static int
s_mkdir(const char *path, mode_t mode)
{
	(void)mode;
	return cgroup_is_path(path) ? cgroup_mkdir(path) : no(EROFS);
}

static int
s_rmdir(const char *path)
{
	return cgroup_is_path(path) ? cgroup_rmdir(path) : no(ENOENT);
}

static int
s_chmod(const char *path, mode_t mode)
{
	(void)mode;
	return find_name(path) != NULL ? 0 : no(ENOENT);
}

static int
s_chown(const char *path, uid_t uid, gid_t gid)
{
	(void)uid, (void)gid;
	return s_chmod(path, 0);
}

/* ---- sockets ---- */

static int
s_pidfd(pid_t pid)
{
	(void)pid;
	return no(ENOSYS);	/* a kernel before 5.3 */
}

static int
s_socket(int domain, int type)
{
	bool notes = domain == AF_UNIX && type == SOCK_DGRAM;
	struct file *f = file_new(notes ? F_PACKET : F_LISTEN);

	if (notes) {		/* what is sent to it stands in itself */
		f->peer = f;
		f->mode = 1;
	}
	f->nonblock = true;
	return table_put(f);
}

static int
s_set_reuse(int fd)
{
	table_get(fd, "set_reuse");
	return 0;
}

/* Another socket of the core with this number; programs have no others. */
static int
bind_inet(struct file *f, const struct sockaddr *a)
{
	const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)a;

	snprintf(f->path, sizeof(f->path), "port %d", ntohs(in->sin_port));
	for (int fd = 0; fd < FD_MAX; fd++)
		if (table[fd] != NULL && table[fd] != f && table[fd]->type == F_LISTEN &&
		    strcmp(table[fd]->path, f->path) == 0)
			fail("the core binds %s a second time", f->path);
	return strikes(FAULT_FILES, 100) ? no(EADDRINUSE) : 0;
}

static int
s_set_credentials(int fd)
{
	table_get(fd, "set_credentials");
	return 0;
}

static int
s_bind(int fd, const struct sockaddr *a, socklen_t len)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)a;
	struct file *f = table_get(fd, "bind");

	(void)len;
	if (a->sa_family != AF_UNIX)
		return bind_inet(f, a);
	if (f->type == F_PACKET)	/* an abstract name */
		return strikes(FAULT_FILES, 50) ? no(EADDRINUSE) : 0;
	if (find_name(un->sun_path) != NULL)
		return no(EADDRINUSE);
	snprintf(f->path, sizeof(f->path), "%s", un->sun_path);
	return new_name(f->path, f, ++last_ino) != NULL ? 0 : no(ENOSPC);
}

static int
s_listen(int fd, int backlog)
{
	(void)backlog;
	table_get(fd, "listen")->mode = 1;
	return 0;
}

static bool
listens(const struct file *at)
{
	for (int fd = 0; fd < FD_MAX; fd++)
		if (at != NULL && table[fd] == at && at->mode == 1)
			return true;
	return false;
}

static int
s_connect(int fd, const struct sockaddr *a, socklen_t len)
{
	const struct sockaddr_un *un = (const struct sockaddr_un *)(const void *)a;
	struct name *n = find_name(un->sun_path);

	(void)len;
	table_get(fd, "connect");
	return n != NULL && listens(n->at) ? 0 : no(ECONNREFUSED);
}

void
kernel_forget(const struct file *f)
{
	for (int i = 0; i < NAMES_MAX; i++)
		if (names[i].at == f)
			names[i].at = NULL;
}

struct file *
kernel_connect(uid_t uid)
{
	struct file *pair[2], *at = NULL;

	for (int fd = 0; fd < FD_MAX && at == NULL; fd++)
		if (table[fd] != NULL && table[fd]->type == F_LISTEN && table[fd]->mode == 1 &&
		    strncmp(table[fd]->path, CONTROL_PATH, sizeof(CONTROL_PATH) - 1) == 0)
			at = table[fd];
	if (at == NULL || at->nbacklog == sizeof(at->backlog) / sizeof(at->backlog[0]))
		return NULL;
	pair_new(pair, F_STREAM);
	pair[1]->uid = uid;
	pair[1]->nonblock = true;
	at->backlog[at->nbacklog++] = pair[1];
	return pair[0];
}

static int
s_accept(int fd)
{
	struct file *f = table_get(fd, "accept"), *c;
	int got;

	if (f->nbacklog == 0)
		return no(EAGAIN);
	if (strikes(FAULT_EINTR, 50))
		return no(chance(500) ? EINTR : ECONNABORTED);
	c = f->backlog[0];
	got = table_put(file_hold(c));
	if (got == -1)
		return -1;		/* it stays in the backlog */
	memmove(f->backlog, f->backlog + 1, --f->nbacklog * sizeof(f->backlog[0]));
	file_drop(&c);
	return got;
}

static int
s_shutdown(int fd, int how)
{
	struct file *f = table_get(fd, "shutdown");

	if (how != SHUT_RD) {
		f->shut_out = true;
		if (f->peer != NULL)
			f->peer->shut = true;
	}
	return 0;
}

/* Its clock is never set. */
static int
s_watch_clock(int fd)
{
	(void)fd;
	errno = ENOSYS;
	return -1;
}

static bool
s_hung_up(int fd)
{
	const struct file *f = table_get(fd, "hung_up");

	return f->peer == NULL || (f->shut && f->shut_out);
}

static ssize_t
s_sendmsg(int fd, const struct msghdr *m, int flags)
{
	struct file *f = table_get(fd, "sendmsg"), *passed = NULL;
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	size_t len = m->msg_iov[0].iov_len;
	int number;

	(void)flags;
	if (strikes(FAULT_EINTR, 50))
		return no(EINTR);
	if (c != NULL) {
		memcpy(&number, CMSG_DATA(c), sizeof(number));
		passed = table_get(number, "sendmsg");
		if (strikes(FAULT_FILES, 20))
			return no(ETOOMANYREFS);
	}
	if (f->type == F_STREAM && len > 1 && strikes(FAULT_SHORT, 200))
		len = rnd((uint32_t)len) + 1;
	return file_send(f, m->msg_iov[0].iov_base, len, passed);
}

void
kernel_notify(pid_t from, const char *text)
{
	char data[200];
	size_t len = strlen(text);

	memcpy(data, &from, sizeof(from));
	memcpy(data + sizeof(from), text, len);
	for (int fd = 0; fd < FD_MAX; fd++)
		if (table[fd] != NULL && table[fd]->type == F_PACKET && table[fd]->mode == 1) {
			file_send(table[fd], data, sizeof(from) + len, NULL);
			return;
		}
}

/* With the credentials of the sender, which stand in front. */
static ssize_t
receive_note(struct file *f, struct msghdr *m)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	struct ucred who = { .uid = 0 };
	char *data = m->msg_iov[0].iov_base;
	ssize_t n = file_receive(f, data, m->msg_iov[0].iov_len, NULL);

	if (n < (ssize_t)sizeof(who.pid))
		return n;
	memcpy(&who.pid, data, sizeof(who.pid));
	n -= (ssize_t)sizeof(who.pid);
	memmove(data, data + sizeof(who.pid), (size_t)n);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_CREDENTIALS;
	c->cmsg_len = CMSG_LEN(sizeof(who));
	memcpy(CMSG_DATA(c), &who, sizeof(who));
	m->msg_controllen = c->cmsg_len;
	m->msg_flags = 0;
	return n;
}

static ssize_t
s_recvmsg(int fd, struct msghdr *m, int flags)
{
	struct file *f = table_get(fd, "recvmsg"), *passed = NULL;
	struct cmsghdr *c = CMSG_FIRSTHDR(m);
	ssize_t n;
	int number;

	if (strikes(FAULT_EINTR, 50))
		return no(EINTR);
	if (f->type == F_PACKET && f->mode == 1)
		return receive_note(f, m);
	if (flags & MSG_PEEK)
		return file_peek(f, m->msg_iov[0].iov_base, m->msg_iov[0].iov_len);
	n = file_receive(f, m->msg_iov[0].iov_base, m->msg_iov[0].iov_len, &passed);
	number = passed != NULL ? table_put(passed) : -1;
	if (n >= 0)
		kernel_checkpoint();
	if (number == -1 || c == NULL) {
		m->msg_controllen = 0;
		return n;
	}
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(number));
	memcpy(CMSG_DATA(c), &number, sizeof(number));
	return n;
}

static int
s_peer(int fd, uid_t *uid, pid_t *pid)
{
	*uid = table_get(fd, "peer")->uid;
	*pid = 0;
	return 0;
}

/* ---- beginning ---- */

void
kernel_set_config(const char *text)
{
	raw_free(config_text);
	config_text = raw_alloc(strlen(text) + 1);
	memcpy(config_text, text, strlen(text));
}

static const struct sys known;
struct sys sys_sim;

static void
unknown(void)
{
	fail("a call of struct sys that is not simulated");
}

/* What the table has got since, and we have not, complains when it is called. */
static void
fill_table(void)
{
	void (**call)(void) = (void (**)(void))(void *)&sys_sim;

	sys_sim = known;
	for (size_t i = 0; i < sizeof(sys_sim) / sizeof(*call); i++)
		if (call[i] == NULL)
			call[i] = unknown;
}

void
kernel_reset(void)
{
	fill_table();
	memset(names, 0, sizeof(names));
	memset(table, 0, sizeof(table));
	table_limit = FD_MAX;
	for (int fd = 0; fd < 3; fd++)
		table_put(file_new(F_NULL));
	process_reset();
	cgroup_reset();
}

static const struct sys known = {
	.mono_ms = s_mono_ms,
	.mono_us = s_mono_us,
	.wall_ms = s_wall_ms,
	.getpid = s_getpid,
	.getpgid = process_group,
	.getcwd = s_getcwd,
	.random = s_random,
	.memfd = s_memfd,
	.map = s_map,
	.map_room = s_map_room,
	.unmap = s_unmap,
	.spawn = process_spawn,
	.reap = process_reap,
	.kill = process_kill,
	.pidfd = s_pidfd,
	.pipe = s_pipe,
	.open = s_open,
	.close = s_close,
	.dup = s_dup,
	.read = s_read,
	.write = s_write,
	.lseek = s_lseek,
	.ftruncate = s_ftruncate,
	.fsync = s_fsync,
	.stat = s_stat,
	.fstat = s_fstat,
	.access = s_access,
	.rename = s_rename,
	.unlink = s_unlink,
	.mkdir = s_mkdir,
	.rmdir = s_rmdir,
	.list = s_list,
	.fs_type = s_fs_type,
	.has_xattr = s_has_xattr,
	.splice = s_splice,
	.pread = s_pread,
	.set_append = s_set_append,
	.set_nonblock = s_set,
	.set_pipe_size = s_set_pipe_size,
	.can_read = s_can_read,
	.can_write = s_can_write,
	.socket = s_socket,
	.set_reuse = s_set_reuse,
	.set_credentials = s_set_credentials,
	.bind = s_bind,
	.listen = s_listen,
	.connect = s_connect,
	.link = s_link,
	.chmod = s_chmod,
	.chown = s_chown,
	.socketpair = s_socketpair,
	.accept = s_accept,
	.shutdown = s_shutdown,
	.watch_clock = s_watch_clock,
	.hung_up = s_hung_up,
	.sendmsg = s_sendmsg,
	.recvmsg = s_recvmsg,
	.peer = s_peer,
};
