/*
 * The simulated kernel: open files, processes, signals.  The core sees it through
 * the table in base/sys.h (kernel.c); programs, the logger and clients use the
 * objects here directly.
 */
#ifndef T_SIM_KERNEL_H
#define T_SIM_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/sys.h"

#define CORE_PID 1
#define FD_MAX	1024
#define PASSED	3	/* sockets of a program at most */

enum file_type { F_PIPE_R, F_PIPE_W, F_STREAM, F_LISTEN, F_PACKET, F_TEXT, F_MEM, F_NULL,
	F_REG, F_CGROUP };

/* A pipe; lives while one of its two files does. */
struct conduit {
	struct file *end[2];	/* reader, writer; NULL: closed */
	unsigned char *data;
	size_t	 cap, len, head;
	uint64_t in, out;
	bool	 output;	/* of a program, or the main log: the law holds for it */
};

/* What is on its way in a socket. */
struct msg {
	struct msg *next;
	struct file *fd;	/* NULL: none; owned */
	size_t	 len, off;
	unsigned char data[];
};

/* An open file description. */
struct file {
	int	 refs;
	enum file_type type;
	bool	 nonblock;
	struct conduit *pipe;
	struct file *peer;	/* STREAM, PACKET: the other end; NULL: closed */
	struct msg *first, *last; /* STREAM, PACKET: received */
	size_t	 queued;	/* bytes of them */
	bool	 shut;		/* no more comes from the peer */
	bool	 shut_out;	/* no more goes out */
	uid_t	 uid;		/* STREAM: of the other end */
	struct file *backlog[8]; /* LISTEN */
	size_t	 nbacklog;
	char	 path[108];	/* LISTEN, CGROUP */
	char	*text;		/* TEXT; owned */
	char	*room;		/* MEM: mapped with room to grow; owned */
	size_t	 room_size;
	struct inode *inode;	/* REG */
	bool	 append;	/* REG */
	size_t	 pos, len;
	int64_t	 mode;		/* LISTEN: 1: it listens.  CGROUP: 1: cgroup.kill.  PACKET: 1: notifications */
};

/* ---- file.c: objects ---- */

struct file *file_new(enum file_type type);
struct file *file_hold(struct file *f);
void	file_drop(struct file **f);
void	pipe_new(struct file *end[2], size_t cap);
void	pair_new(struct file *end[2], enum file_type type);
ssize_t	file_read(struct file *f, void *data, size_t len);
ssize_t	file_write(struct file *f, const void *data, size_t len);
ssize_t	file_send(struct file *f, const void *data, size_t len, struct file *fd);
/* *fd: NULL or a reference that the caller owns. */
ssize_t	file_receive(struct file *f, void *data, size_t len, struct file **fd);
/* The same, but it stays there. */
ssize_t	file_peek(const struct file *f, void *data, size_t len);
int	file_poll(const struct file *f);
size_t	files_alive(void);
/* Zeroed memory for a file (NULL: for nobody, until room_free_all()). */
char	*room_new(struct file *f, size_t size);
void	room_free_all(void);

/* ---- table.c: descriptors of the core ---- */

extern struct file *table[FD_MAX];
extern int table_limit;
/* The open file, or a complaint: the core uses a descriptor that it has not. */
struct file *table_get(int fd, const char *call);
/* -1 with errno; takes over the reference, also then. */
int	table_put(struct file *f);

/* ---- process.c ---- */

enum life { BORN, ALIVE, ZOMBIE };	/* BORN: between clone and exec */

struct sproc;
typedef void (*act_fn)(struct sproc *p);

struct sproc {
	struct sproc *next;
	pid_t	 pid, pgid;
	struct sproc *parent;	/* NULL: the core */
	enum life life;
	bool	 main;		/* the core has made it; others are its descendants */
	bool	 hook;		/* of a program; main is not set */
	bool	 marked;	/* its environment still says where it comes from */
	struct cgroup *cgroup;	/* NULL: that of the core */
	enum { NO_GUEST, LOGGER, WEB, HELPER } guest;	/* HELPER: of a section */
	bool	 ignores_term, stopped;
	int64_t	 unkillable_ms;	/* in uninterruptible sleep until then */
	uint64_t pending;	/* signals that wait */
	char	 name[96];	/* "group:process" */
	char	 mark[160];	/* as in its environment */
	int	 status;
	int64_t	 born_ms;
	int64_t	 next_ms;	/* when act is due; INT64_MAX: never */
	act_fn	 act;
	struct file *fd[5];	/* NULL: not open; 3 and 4 only of guests */
	struct file *passed[PASSED]; /* sockets, from descriptor 3 up */
	struct file *err;	/* BORN: the close-on-exec pipe */
	struct file *procs;	/* BORN: cgroup.procs to write to; NULL: none */
	const struct spawn *spawn; /* BORN: the core's memory */
	struct spawn copy;	/* of a hook, which has memory of its own */
	char	 copy_name[64], *copy_argv[2];
	uint64_t sum;		/* of what it held at the clone */
	int	 place;		/* BORN: it shares the core's descriptors; -1: not */
	const struct file *shared[5]; /* what they were at the clone */
	char	 kind[32];	/* of program: the last part of its path */
	int64_t	 dies_ms;	/* of itself; INT64_MAX: never */
	int	 dies_status;
	int64_t	 flood;		/* bytes still to write */
	void	*mind;		/* of a guest */
	int	 value;		/* of the store, which its environment has; 0: none */
	bool	 probe;		/* for ready or health; hook is set as well */
	bool	 notifies;	/* it has a NOTIFY_SOCKET */
	bool	 said;		/* that it is ready, itself or one of its program */
	int64_t	 say_ms;	/* when it says something next; INT64_MAX: never */
	struct ear *ear;	/* of an event listener */
};

extern struct sproc *processes;
extern int pid_max;

void	process_reset(void);
void	process_free_all(void);
struct sproc *process_find(pid_t pid);
struct sproc *process_fork(struct sproc *parent);
void	process_signal(struct sproc *p, int sig);
void	process_die(struct sproc *p, int status);
void	process_nobody_born(void);
void	core_signal(int sig);
/* Zombies that the core has to reap. */
size_t	process_zombies(void);
pid_t	process_spawn(const struct spawn *s);
pid_t	process_reap(struct reaped *r);
int	process_kill(pid_t pid, int sig);
pid_t	process_group(pid_t pid);

/* ---- program.c: what programs do ---- */

void	program_begin(struct sproc *p);
void	program_told(struct sproc *p, int sig);
/* The file of a command: 0, or the errno of stat() and access(). */
int	program_file(const char *path, struct stat *st);

/* ---- ear.c: event listeners ---- */

struct ear;
/* For a program that is one. */
void	ear_begin(struct sproc *p);
void	ear_end(struct sproc *p);
void	ear_act(struct sproc *p);
int64_t	ear_next_ms(const struct sproc *p);
/* The pool (NULL: each) is a new one. */
void	ears_forget(const char *pool);

/* ---- teller.c: what programs notify ---- */

struct proc;
void	teller_begin(struct sproc *p);
void	teller_act(struct sproc *p);
/* Has the process of p said that it is ready?  Or it is dead. */
bool	teller_said(const struct proc *p);

/* ---- logger.c ---- */

struct yyjson_alc;
extern const struct yyjson_alc raw_alc;	/* JSON in memory that the core does not see */

void	logger_begin(struct sproc *p);
void	logger_end(struct sproc *p);
/* Something came into a pipe or the socket. */
void	logger_poke(void);
struct sproc *logger_process(void);

/* ---- web.c ---- */

void	web_begin(struct sproc *p);
void	web_end(struct sproc *p);
void	web_poke(void);
struct sproc *web_process(void);

/* ---- helper.c: guests of sections ---- */

void	helper_begin(struct sproc *p);
void	helper_end(struct sproc *p);
void	helpers_poke(void);
/* One of them; NULL: none lives. */
struct sproc *helper_process(void);
/* What the core wants to know of the store; NULL: p is not the store, or has gone. */
struct asked {
	unsigned bits;		/* of values */
	bool	 following, behind;
};
struct asked *helper_asked(struct sproc *p);

/* ---- store.c: values, which the model of the store tells ---- */

#define SIM_VALUES 3		/* v/0, v/1, ... */

void	store_reset(void);
void	store_begin(void);
struct yyjson_val;
void	store_wanted(struct sproc *p, struct yyjson_val *root);
void	store_tell_all(struct sproc *p);
/* Somebody sets or deletes one. */
void	store_change(void);
/* All of them get new ones. */
void	store_give(void);
int	store_value_of(const struct spawn *s);

/* ---- kernel.c ---- */

extern struct sys sys_sim;
/*
 * Where the subject may be killed: between two calls, and after one has done its work
 * before the answer is heard.  NULL: it is not.
 */
extern void (*kernel_may_kill)(void);
void	kernel_checkpoint(void);
extern uint64_t core_pending;
void	kernel_reset(void);
/* Text of the file that the core reads as its configuration. */
void	kernel_set_config(const char *text);
/* A socket is closed: names that it has lead to nobody. */
void	kernel_forget(const struct file *f);
/* A datagram for the socket that programs notify; lost when there is none, or no room. */
void	kernel_notify(pid_t from, const char *text);
/* Connect as a client; NULL when nobody listens or there is no room. */
struct file *kernel_connect(uid_t uid);

/* ---- operator.c and client.c ---- */

int64_t	operator_next_ms(void);
void	operator_run(void);
int64_t	clients_next_ms(void);
void	clients_run(void);
void	clients_begin(void);
void	clients_end(bool orderly);

#endif
