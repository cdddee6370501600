/*
 * The event loop: descriptors, timers, signals, and things to do at the end
 * of a turn.  Behind it is libev on a loop of our own (its default loop would
 * reap our children); the simulator puts its virtual clock here.
 * Watchers live in the struct that they serve; a zeroed one is stopped.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include <bsd/sys/queue.h>
#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOP_READ	1
#define LOOP_WRITE	2

struct loop_io;
struct loop_timer;
struct loop_signal;
struct loop_job;

typedef void (*loop_io_fn)(struct loop_io *w, int events);
typedef void (*loop_timer_fn)(struct loop_timer *w);
typedef void (*loop_signal_fn)(struct loop_signal *w, int sig);
typedef void (*loop_job_fn)(struct loop_job *w);

struct loop_io {
	struct ev_io ev;
	loop_io_fn fn;
};

struct loop_timer {
	struct ev_timer ev;
	loop_timer_fn fn;
};

struct loop_signal {
	struct ev_signal ev;
	loop_signal_fn fn;
};

/* Work for the end of this turn of the loop, once, however often it was asked for. */
struct loop_job {
	TAILQ_ENTRY(loop_job) link;
	loop_job_fn fn;
	bool queued;
};

/* Returns 0, or -1 when the kernel gives us no way to wait for events. */
int	loop_init(void);
void	loop_free(void);
/* Runs until loop_stop(). */
void	loop_run(void);
void	loop_stop(void);
/* One more turn that waits for nothing. */
void	loop_turn(void);
/* Milliseconds of the monotonic clock. */
int64_t	loop_now(void);
/* How often it came back from waiting since loop_init(). */
uint64_t loop_wakeups(void);
/*
 * Sleep this many microseconds before each wait, so that many small events
 * are handled together; 0: at once.  For the logger.
 */
void	loop_collect(int us);

/* events: LOOP_READ, LOOP_WRITE or both.  Changing events of a started one is fine. */
void	loop_io_start(struct loop_io *w, int fd, int events, loop_io_fn fn);
void	loop_io_stop(struct loop_io *w);
bool	loop_io_active(const struct loop_io *w);

/* Fires once, after delay_ms (0: in the next turn); starting again replaces. */
void	loop_timer_start(struct loop_timer *w, int64_t delay_ms, loop_timer_fn fn);
void	loop_timer_stop(struct loop_timer *w);
bool	loop_timer_active(const struct loop_timer *w);
/* Milliseconds until it fires; 0 when it is stopped. */
int64_t	loop_timer_left(const struct loop_timer *w);

void	loop_signal_start(struct loop_signal *w, int sig, loop_signal_fn fn);
void	loop_signal_stop(struct loop_signal *w);
/* Block it: the kernel keeps it until the next loop_signal_start(). */
void	loop_signal_hold(struct loop_signal *w);

void	loop_job_add(struct loop_job *w, loop_job_fn fn);
void	loop_job_cancel(struct loop_job *w);

/* The struct that a watcher is part of. */
#define LOOP_OWNER(w, type, member) \
	((type *)(void *)((char *)(w) - offsetof(type, member)))

#endif
