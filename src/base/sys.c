/*
 * The table of kernel calls, filled with the real kernel.  Creating a process
 * has a file of its own, spawn.c.
 */
#include "base/sys.h"

#include <sys/mman.h>
#include <sys/random.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <dirent.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/spawn.h"

/* By an old kernel, or a sandbox that has not heard of the call. */
static bool
is_refused(void)
{
	return errno == ENOSYS || errno == EPERM;
}

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static int64_t
k_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

static int64_t
k_mono_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static int64_t
k_wall_ms(void)
{
	return clock_ms(CLOCK_REALTIME);
}

static int
k_watch_clock(int fd)
{
	struct itimerspec never = { .it_value.tv_sec = INT32_MAX };	/* in the year 2038 */
	uint64_t unused;

	if (fd == -1)
		fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
	else if (read(fd, &unused, sizeof(unused)) == -1 && errno != ECANCELED &&
	    errno != EAGAIN)
		return -1;
	if (fd != -1 && timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET,
	    &never, NULL) == -1 && errno != ECANCELED)
		return -1;
	return fd;
}

static ssize_t
k_random(void *data, size_t len)
{
	return getrandom(data, len, GRND_NONBLOCK);
}

static int
k_memfd(const char *name)
{
	return memfd_create(name, MFD_CLOEXEC);
}

static void *
k_map(int fd, void *old, size_t old_size, size_t size)
{
	void *at;

	if (ftruncate(fd, (off_t)size) == -1)
		return NULL;
	if (old == NULL)
		at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	else
		at = mremap(old, old_size, size, MREMAP_MAYMOVE);
	return at != MAP_FAILED ? at : NULL;
}

static void *
k_map_room(int fd, size_t size)
{
	int kind = fd != -1 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, kind | MAP_NORESERVE, fd, 0);

	return at != MAP_FAILED ? at : NULL;
}

static void
k_unmap(void *at, size_t size)
{
	munmap(at, size);
}

static pid_t
k_reap(struct reaped *r)
{
	struct rusage ru;

	r->pid = wait4(-1, &r->status, WNOHANG, &ru);
	if (r->pid <= 0)
		return r->pid;
	r->cpu_us = ((int64_t)ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1000000 +
	    ru.ru_utime.tv_usec + ru.ru_stime.tv_usec;
	r->maxrss_kb = ru.ru_maxrss;
	return r->pid;
}

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434	/* everywhere; since Linux 5.3 */
#endif

/* They are close-on-exec always. */
static int
k_pidfd(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static int
k_pipe(int fd[2])
{
	return pipe2(fd, O_CLOEXEC);
}

static int
k_open(const char *path, int flags, mode_t mode)
{
	return open(path, flags | O_CLOEXEC, mode);
}

static int
k_dup(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int
k_stat(const char *path, struct stat *st)
{
	return stat(path, st);
}

static int
k_fstat(int fd, struct stat *st)
{
	return fstat(fd, st);
}

static int
k_list(const char *path, void (*fn)(void *arg, const char *name), void *arg)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	if (dir == NULL)
		return -1;
	while ((entry = readdir(dir)) != NULL)
		fn(arg, entry->d_name);
	closedir(dir);
	return 0;
}

static int64_t
k_fs_type(const char *path)
{
	struct statfs fs;

	return statfs(path, &fs) == 0 ? (int64_t)fs.f_type : -1;
}

static bool
k_has_xattr(const char *path, const char *name)
{
	return getxattr(path, name, NULL, 0) != -1;
}

static ssize_t
k_splice(int from, int to, off_t *off, size_t len)
{
	loff_t at = off != NULL ? *off : 0;
	ssize_t n = splice(from, NULL, to, off != NULL ? &at : NULL, len, SPLICE_F_NONBLOCK);

	if (off != NULL)
		*off = (off_t)at;
	if (n == -1 && is_refused())
		errno = EINVAL;		/* no splice here, as for a file that cannot */
	return n;
}

static int
set_flag(int fd, int flag, bool on)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags == -1)
		return -1;
	return fcntl(fd, F_SETFL, on ? flags | flag : flags & ~flag);
}

static int
k_set_nonblock(int fd, bool on)
{
	int want = on;

	return ioctl(fd, FIONBIO, &want);	/* one call where fcntl needs two */
}

static int
k_set_append(int fd, bool on)
{
	return set_flag(fd, O_APPEND, on);
}

static int
k_socket(int domain, int type)
{
	return socket(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

static int
k_set_reuse(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
}

static int
k_set_credentials(int fd)
{
	int on = 1;

	return setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
}

static int
k_bind(int fd, const struct sockaddr *a, socklen_t len)
{
	static const int on = 1;

	/* so that [::]:9001 and *:9001 can both be had */
	if (a->sa_family == AF_INET6 &&
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) == -1)
		return -1;
	return bind(fd, a, len);
}

static bool
k_hung_up(int fd)
{
	struct pollfd p = { .fd = fd };

	return poll(&p, 1, 0) == 1 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

static int
k_socketpair(int fd[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fd);
}

static int
k_set_pipe_size(int fd, int bytes)
{
	return fcntl(fd, F_SETPIPE_SZ, bytes);
}

static bool
is_ready(int fd, short events)
{
	struct pollfd p = { .fd = fd, .events = events };

	return poll(&p, 1, 0) == 1 && (p.revents & events) != 0;
}

static bool
k_can_read(int fd)
{
	return is_ready(fd, POLLIN);
}

static bool
k_can_write(int fd)
{
	return is_ready(fd, POLLOUT);
}

static int
k_accept(int fd)
{
	int new = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (new != -1 || !is_refused())
		return new;
	new = accept(fd, NULL, NULL);
	if (new != -1 && (fcntl(new, F_SETFD, FD_CLOEXEC) == -1 ||
	    k_set_nonblock(new, true) == -1)) {
		close(new);
		return -1;
	}
	return new;
}

static int
k_peer(int fd, uid_t *uid, pid_t *pid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len) == -1)
		return -1;
	*uid = cred.uid;
	*pid = cred.pid;
	return 0;
}

const struct sys sys_kernel = {
	.mono_ms = k_mono_ms,
	.mono_us = k_mono_us,
	.wall_ms = k_wall_ms,
	.watch_clock = k_watch_clock,
	.getpid = getpid,
	.getpgid = getpgid,
	.getcwd = getcwd,
	.random = k_random,
	.memfd = k_memfd,
	.map = k_map,
	.map_room = k_map_room,
	.unmap = k_unmap,
	.spawn = spawn_child,
	.reap = k_reap,
	.pidfd = k_pidfd,
	.kill = kill,
	.pipe = k_pipe,
	.open = k_open,
	.close = close,
	.dup = k_dup,
	.read = read,
	.write = write,
	.lseek = lseek,
	.ftruncate = ftruncate,
	.fsync = fsync,
	.stat = k_stat,
	.fstat = k_fstat,
	.access = access,
	.rename = rename,
	.unlink = unlink,
	.mkdir = mkdir,
	.rmdir = rmdir,
	.list = k_list,
	.fs_type = k_fs_type,
	.has_xattr = k_has_xattr,
	.splice = k_splice,
	.pread = pread,
	.set_append = k_set_append,
	.set_nonblock = k_set_nonblock,
	.set_pipe_size = k_set_pipe_size,
	.can_read = k_can_read,
	.can_write = k_can_write,
	.socket = k_socket,
	.set_reuse = k_set_reuse,
	.set_credentials = k_set_credentials,
	.bind = k_bind,
	.listen = listen,
	.connect = connect,
	.link = link,
	.chmod = chmod,
	.chown = chown,
	.socketpair = k_socketpair,
	.accept = k_accept,
	.shutdown = shutdown,
	.hung_up = k_hung_up,
	.sendmsg = sendmsg,
	.recvmsg = recvmsg,
	.peer = k_peer,
};

const struct sys *sys = &sys_kernel;
