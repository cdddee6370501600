/*
 * The flight record: what a new image of the core must know to go on with the
 * children of one that crashed.  It lies in memory that survives exec (a
 * memfd), is kept current at each transition, and costs a copy of a few words.
 *
 * Written by proc.c and life.c, read by crash.c (which may trust nothing else)
 * and, once, by the next image.
 */
#ifndef CORE_FLIGHT_H
#define CORE_FLIGHT_H

#include "core/core.h"

#define FLIGHT_MAGIC	0x73757064	/* "supd" */
#define FLIGHT_VERSION	7
#define FLIGHT_LISTENERS 8	/* TCP sockets that survive a crash; more have to be made anew */
#define FLIGHT_NONE	UINT32_MAX	/* slot of a process that has none */

struct flight_head {
	uint32_t magic, version;
	uint32_t nslots;
	uint32_t crashes;	/* so far in this run */
	int32_t	 supervisor_state;
	int32_t	 main_rd, main_wr;	/* pipe of our own log */
	int32_t	 counters;	/* the loggers' shared memory */
	int32_t	 notes;		/* socket of sd_notify(3); -1: none */
	int32_t	 memory;	/* see remember.h; -1: none */
	uint64_t nofile_soft, nofile_hard;
	uint64_t event_serial, accepted_serial;
	char	 run_id[24];
	int32_t	 listener[FLIGHT_LISTENERS];	/* -1: none */
};

/* name_hash 0: free.  A socket that is held has its descriptor in stdin_fd. */
struct flight_slot {
	uint64_t name_hash;	/* of group:name */
	int32_t	 pid;
	int32_t	 fails;
	int32_t	 status;	/* wait status of the last run */
	int32_t	 stdin_fd;
	int32_t	 rd[2], wr[2];	/* stdout, stderr */
	int32_t	 listener_fd;	/* standard output of a listener; -1: none */
	uint32_t box;		/* number of its cgroup */
	uint8_t	 state;		/* enum pstate */
	uint8_t	 listener_state; /* enum listener_state */
	bool	 listener_clean;
	bool	 want_up, started, stopped_by_person, has_status, expected, is_guest, loose,
		 is_ready, due_again, killed, prepared;
	uint8_t	 row;		/* ends in a row, see retry.h */
	uint8_t	 stop_step;
	uint8_t	 hook;		/* enum hook */
	int32_t	 hook_pid;
	uint32_t values;	/* see values_sum() */
	uint8_t	 health;	/* enum health */
	int64_t	 start_ms, start_wall_ms, stop_wall_ms;
};

/* The record in memory; NULL: the kernel gives us none, and there is no recovery. */
struct flight_head *flight_head(void);
struct flight_slot *flight_slots(void);
int	flight_fd(void);

/* Make the record. */
void	flight_init(void);
void	flight_release(void);
uint32_t flight_take(void);
void	flight_give(uint32_t slot);
void	flight_save(const struct proc *p);
/* A socket of programs; fd -1: it is closed. */
void	flight_save_socket(uint32_t slot, const char *url, int fd);
/* A role: what its goal and the rest is, in one number that is not negative. */
void	flight_save_role(uint32_t slot, const char *name, int word);
/* State of the supervisor and its descriptors. */
void	flight_save_core(void);
/* Of events. */
void	flight_save_serials(void);
/* The socket that programs notify. */
void	flight_keep_notes(int fd);
/* The i-th TCP socket that listens, for the next image (i too large: it is not kept). */
void	flight_keep_listener(size_t i, int fd);

/*
 * In a new image: take over what the crashed one left in fd.  Afterwards each
 * process that core_init() makes finds itself with flight_recall().
 */
int	flight_open_old(int fd);
bool	flight_recovering(void);
/* Its i-th TCP socket, which the caller owns from now on; -1: none. */
int	flight_take_listener(size_t i);
/* Its socket of notifications, with what waits there; as above. */
int	flight_take_notes(void);
/* Close those that nobody has taken. */
void	flight_close_listeners(void);
/* What the crashed image was about: SUP_RUNNING, also when there was none. */
enum supervisor_state flight_old_state(void);
/* Give p back its pipes, pid and state; false: it was not there. */
bool	flight_recall(struct proc *p);
/* The descriptor of a socket, once; -1: there was none. */
int	flight_recall_socket(const char *url);
/* The number of a role, once; -1: there was none. */
int	flight_recall_role(const char *name);
/* Old processes that nobody claimed: SIGTERM, and close their pipes. */
void	flight_close_old(void);

#endif
