/*
 * The simulator: a kernel, a clock, programs and operators, all drawn from one
 * seed, around the real core, config loader and control server.
 *
 * What belongs to the world outside (these files) allocates with raw_alloc(); every
 * other allocation is the core's and is counted, and may be refused.
 */
#ifndef T_SIM_SIM_H
#define T_SIM_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What may go wrong in a history; a seed draws some of them. */
enum {
	FAULT_FORK = 1 << 0,	/* EAGAIN */
	FAULT_EXEC = 1 << 1,	/* ENOENT, EACCES, ENOEXEC, ETXTBSY after the checks */
	FAULT_FILES = 1 << 2,	/* EMFILE, ENFILE */
	FAULT_MEMORY = 1 << 3,	/* ENOMEM at any allocation */
	FAULT_EINTR = 1 << 4,
	FAULT_SHORT = 1 << 5,	/* short reads and writes */
	FAULT_LOGGER = 1 << 6,	/* the logger is killed */
	FAULT_CLOCK = 1 << 7,	/* the wall clock steps by a year */
	FAULT_SLOW = 1 << 8,	/* a turn of the loop takes long */
	FAULT_SIGNAL = 1 << 9,	/* EPERM for a signal */
	FAULT_ALL = (1 << 10) - 1,
};

struct sim {
	uint64_t seed;
	int64_t	 now_ms;	/* monotonic clock */
	int64_t	 wall_ms;	/* what the wall clock shows is this plus now_ms */
	unsigned faults;
	bool	 faults_on;	/* the window in which they happen */
	bool	 running;	/* the loop of the core runs */
	bool	 trace;
	bool	 graphs;	/* histories of dependencies, see graph.c */
	bool	 tier_a;		/* cgroup v2 is there */
	bool	 tier_c;	/* no /proc */
	bool	 no_splice;	/* the kernel knows no splice */
	bool	 shares_memory;	/* children share our memory until exec */
	bool	 refuses_sharing;	/* it seems so, but the kernel refuses */
	bool	 shares_files;	/* and our descriptors for a while */
	uint64_t hash;		/* of the whole trace */
	unsigned long turns;
	int64_t	 slack_ms;	/* time lost in slow turns, ever */
	unsigned no_memory;	/* FAULT_MEMORY: how often, in 1000 allocations */
};

extern struct sim sim;

/* A history from its seed: returns when the core has ended in an orderly way. */
void	sim_history(uint64_t seed);
/* The same without accidents, with one client that says these bytes. */
void	sim_call(const unsigned char *data, size_t len);
/*
 * A history without accidents: a line each of these steps, in order.  "{...": a call,
 * answered before the next step; "config TEXT": what the file says from now on;
 * "signal N": to the core; "kill NAME": SIGKILL to a program; "watch": subscribe;
 * "values": all in the store change;
 * "wait MS".  The last call needs an answer whatever has happened.
 */
void	sim_script(const char *const *steps);
/* A broken promise calls abort(). */
extern bool sim_aborts;

/* ---- chance ---- */

void	sim_seed(uint64_t seed);
/* 0 to n - 1 */
uint32_t rnd(uint32_t n);
/* from..to, both included */
int64_t	between(int64_t from, int64_t to);
bool	chance(unsigned per_mille);
/* A fault of this kind, now? */
bool	strikes(unsigned fault, unsigned per_mille);

/* ---- telling ---- */

/* A line of the trace. */
void	say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* A broken promise: prints seed, time and text, and ends the process with 1. */
void	fail(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* ---- memory ---- */

void	*raw_alloc(size_t size);	/* zeroed, never NULL */
void	*raw_grow(void *at, size_t size);
void	raw_free(void *at);
/* Fails the history when the core still holds memory. */
void	memory_check_empty(void);
unsigned long memory_allocations(void);
/*
 * From here on the nth allocation is refused; 0: each of them once, in a copy of this
 * process that is made at that instant and goes on without it.
 */
void	memory_refuse(unsigned long n);
/* How many there were; waits for the copies.  One that ends badly ends us as well. */
unsigned long memory_refused(void);
/* Are we such a copy? */
bool	memory_is_short(void);

/* All that the subject holds is given back, as by its end. */
void	memory_forget(void);

/* ---- image.c: the subject killed, or executing itself ---- */

/* Remember its variables, before it runs; false: this build cannot put them back. */
bool	image_save(void);
/* Its variables are as they were, its memory is gone. */
void	image_restore(void);

/* ---- the loop, as the world sees it ---- */

/* The loop with all that it watches is gone without a word. */
void	loop_forget(void);

/* Is a watcher active on this descriptor? */
bool	loop_watches(int fd);
/* Watchers and jobs left: must be 0 at the end. */
size_t	loop_left(void);

/* ---- the world, as the loop sees it ---- */

/* When something happens by itself; INT64_MAX: never. */
int64_t	world_next_ms(void);
/* Let happen what is due now. */
void	world_run(void);
/* LOOP_READ, LOOP_WRITE that hold for a descriptor of the core. */
int	kernel_poll(int fd);
/* Take those pending signals of the core, a bit each, that are in this set. */
uint64_t kernel_take_signals(uint64_t watched);

/* ---- checks ---- */

void	check_open(void);	/* after core_init(): begin to observe */
void	check_close(void);	/* before core_release() */
void	check_spawn(void);	/* a process is being created */
struct proc;
void	check_depends(const struct proc *p);	/* at the end of every turn */
void	check_deadlock(void);	/* at every rest */
const struct proc *check_user(const struct proc *p);	/* who depends on p and is up */
/* ---- roles.c: in the same manner ---- */
void	check_roles(const struct proc *p);	/* at the end of every turn */
void	check_role_start(const struct proc *p, int cause);	/* p enters STARTING */
bool	check_in_role(const struct proc *p);	/* others of it may have to be down before p */
void	check_roles_idle(void);
void	check_values_idle(void);
void	check_turn(void);	/* at the end of every turn */
void	check_pools(void);
void	check_pools_idle(void);
void	check_idle(void);	/* when there is nothing to do at this instant */
void	check_end(void);	/* after the last core_release() */

#endif
