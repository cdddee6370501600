/*
 * Every call to the kernel that the core, the control server and the logger
 * make goes through this table, so that the simulator can be the kernel.
 * The functions behave as the system calls of the same name: -1 with errno.
 * Descriptors that they create are close-on-exec.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

struct attrs;

/* Steps of a child between clone and exec, in order; reported when one fails. */
enum spawn_step {
	STEP_NONE,
	STEP_PGRP,
	STEP_FD,		/* standard descriptors into place */
	STEP_CGROUP,
	STEP_GROUPS,
	STEP_GID,
	STEP_UID,
	STEP_CHDIR,
	STEP_RLIMIT,
	STEP_ATTR,		/* what: enum attr */
	STEP_EXEC,
};

/* What the child tells before it exits with 127. */
struct spawn_fail {
	int32_t	step;		/* enum spawn_step; STEP_NONE: nothing yet */
	int32_t	no;		/* errno */
	int32_t	what;		/* which part of the step */
};

/* What a child that shares our memory tells in it. */
struct spawn_news {
	int	 sharing;	/* 1 from before the call; 0: it has passed exec, or is dead */
	int	 own_fds;	/* 1: it has descriptors of its own */
	struct spawn_fail fail;
};

/*
 * Everything that a child needs, ready before it is born.  It shares our
 * memory until exec, so the caller keeps this struct and what it points to
 * unchanged until the news say that it does no more.  With a place it shares our
 * descriptors too until it says own_fds: those named here stay open until
 * then, and the caller empties the place afterwards (base/spawn.h).
 *
 * Where memory cannot be shared (spawn_shares()), news is NULL: the child writes a
 * struct spawn_fail to err_fd instead, which shows end of file after exec.
 */
struct spawn {
	const char *path;	/* what to exec; used as it is, no PATH search */
	char *const *argv;
	char *const *envp;
	const char *directory;	/* NULL: stay */
	int	 fd[3];		/* become 0, 1, 2; -1: as we have it */
	int	 extra[2];	/* become 3 and 4; -1: none */
	const int *pass;	/* become 3, 4, ...; with neither extra nor a place */
	size_t	 npass;		/* at most SPAWN_PASS */
	int	 tell_fd;	/* becomes tell_at, which is below 64; -1: none.  No place */
	int	 tell_at;
	char	*pid_text[2];	/* room for SPAWN_PID: the child's pid; NULL: not wanted */
	int	 exec_fd;	/* not -1: exec this descriptor instead of path */
	struct spawn_news *news;
	int	 err_fd;	/* close-on-exec; -1 with news */
	int	 cgroup_fd;	/* cgroup.procs opened for writing; -1: stay */
	bool	 set_user;
	uid_t	 uid;
	gid_t	 gid;
	const gid_t *groups;
	size_t	 ngroups;
	int	 umask;		/* -1: inherited */
	uint64_t nofile_soft;	/* RLIMIT_NOFILE of the child; 0: as we have it */
	uint64_t nofile_hard;
	const struct attrs *attrs; /* NULL: none, see base/attrs.h */
	void	*stack;		/* SPAWN_STACK bytes for the child; page-aligned */
	int	 place;		/* which place of spawn.h is this child's; -1: none; needs news */
};

#define SPAWN_STACK 4096	/* bytes; the child calls nothing deep */
#define SPAWN_PASS 32		/* descriptors */
#define SPAWN_PID 11		/* bytes: digits of a pid and a NUL */

/* How a child ended. */
struct reaped {
	pid_t	pid;
	int	status;		/* as from waitpid */
	int64_t	cpu_us;		/* user and system time */
	int64_t	maxrss_kb;
};

struct sys {
	int64_t	(*mono_ms)(void);	/* monotonic clock, for every duration */
	int64_t	(*mono_us)(void);	/* the same, finer */
	int64_t	(*wall_ms)(void);	/* wall clock, for display only */
	/*
	 * A descriptor that is readable once somebody has set the wall clock, or the machine
	 * has slept; fd -1: a new one, else that one again.  -1: there is none.
	 */
	int	(*watch_clock)(int fd);
	pid_t	(*getpid)(void);
	pid_t	(*getpgid)(pid_t pid);
	char	*(*getcwd)(char *data, size_t size);
	/* Random bytes without waiting for them: fewer early in the boot. */
	ssize_t	(*random)(void *data, size_t len);

	/* Memory that survives exec: a descriptor, and its mapping, which grows. */
	int	(*memfd)(const char *name);
	/* Make fd `size` bytes long and map it, in place of old (NULL: none); NULL: no. */
	void	*(*map)(int fd, void *old, size_t old_size, size_t size);
	/*
	 * Address space for `size` bytes of fd, shared, however long it is now; -1:
	 * memory of our own.  What is behind the end must not be touched.  NULL: no.
	 */
	void	*(*map_room)(int fd, size_t size);
	void	(*unmap)(void *at, size_t size);

	/* See base/spawn.h; ENOSYS with news: memory cannot be shared after all. */
	pid_t	(*spawn)(const struct spawn *s);
	/* Reap a dead child and return its pid; 0: none now; -1: no child at all. */
	pid_t	(*reap)(struct reaped *r);
	int	(*kill)(pid_t pid, int sig);
	int	(*pidfd)(pid_t pid);	/* can be read from when the process has ended */

	int	(*pipe)(int fd[2]);
	int	(*open)(const char *path, int flags, mode_t mode);
	int	(*close)(int fd);
	int	(*dup)(int fd);
	ssize_t	(*read)(int fd, void *data, size_t len);
	ssize_t	(*write)(int fd, const void *data, size_t len);
	off_t	(*lseek)(int fd, off_t off, int whence);
	int	(*ftruncate)(int fd, off_t len);
	int	(*fsync)(int fd);
	int	(*stat)(const char *path, struct stat *st);
	int	(*fstat)(int fd, struct stat *st);
	int	(*access)(const char *path, int mode);
	int	(*rename)(const char *from, const char *to);
	int	(*unlink)(const char *path);
	int	(*mkdir)(const char *path, mode_t mode);
	int	(*rmdir)(const char *path);
	/* Call fn with each name in a directory. */
	int	(*list)(const char *path, void (*fn)(void *arg, const char *name), void *arg);
	/* The kind of file system that path is on, as statfs() numbers it. */
	int64_t	(*fs_type)(const char *path);
	bool	(*has_xattr)(const char *path, const char *name);
	/*
	 * Move bytes from a pipe into a file at *off (NULL: at the file's offset, which
	 * moves along), without waiting for the pipe.  What is moved has left the one and
	 * reached the other, also when we are killed.
	 */
	ssize_t	(*splice)(int from, int to, off_t *off, size_t len);
	ssize_t	(*pread)(int fd, void *data, size_t len, off_t off);
	int	(*set_append)(int fd, bool on);
	int	(*set_pipe_size)(int fd, int bytes);
	int	(*set_nonblock)(int fd, bool on);
	/* Without waiting: is there something to read?  Does a pipe take 4096 bytes? */
	bool	(*can_read)(int fd);
	bool	(*can_write)(int fd);

	/* Listening: setting up a UNIX socket and its name in the file system. */
	int	(*socket)(int domain, int type);	/* non-blocking, close-on-exec */
	int	(*set_reuse)(int fd);	/* SO_REUSEADDR */
	int	(*set_credentials)(int fd);	/* SO_PASSCRED */
	/* IPv6 leaves IPv4 to others. */
	int	(*bind)(int fd, const struct sockaddr *a, socklen_t len);
	int	(*listen)(int fd, int backlog);
	int	(*connect)(int fd, const struct sockaddr *a, socklen_t len);
	int	(*link)(const char *from, const char *to);
	int	(*chmod)(const char *path, mode_t mode);
	int	(*chown)(const char *path, uid_t uid, gid_t gid);
	int	(*socketpair)(int fd[2]);	/* SOCK_SEQPACKET, non-blocking */
	int	(*accept)(int fd);	/* non-blocking, close-on-exec */
	int	(*shutdown)(int fd, int how);
	/* Are both directions of a connection closed? */
	bool	(*hung_up)(int fd);
	ssize_t	(*sendmsg)(int fd, const struct msghdr *m, int flags);
	ssize_t	(*recvmsg)(int fd, struct msghdr *m, int flags);
	/* uid and pid of the other end of a UNIX socket. */
	int	(*peer)(int fd, uid_t *uid, pid_t *pid);
};

extern const struct sys *sys;		/* the kernel, unless a simulator put itself here */
extern const struct sys sys_kernel;

#endif
