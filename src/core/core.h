/*
 * The supervisor: one struct core, its groups and processes.
 *
 * Life: core_init() from a loaded config, core_run(), core_release().  Inside
 * the loop, ctl and signals change what is wanted through the functions below;
 * proc.c alone changes the state of a process.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <bsd/sys/queue.h>
#include <bsd/sys/tree.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/sys.h"
#include "conf/conf.h"
#include "core/event.h"
#include "core/fsm.h"

struct buf;
struct core;
struct health_watch;
struct listener;
struct pgroup;
struct pool;
struct proc;

/* supervisord's numbers for the supervisor itself. */
enum supervisor_state { SUP_SHUTDOWN = -1, SUP_RESTARTING = 0, SUP_RUNNING = 1 };

/* Who or what asked: the cause that `why` prints. */
enum cause {
	CAUSE_NONE,
	CAUSE_AUTOSTART,	/* autostart=true at start or when added */
	CAUSE_OPERATOR,		/* a control call; arg: uid of the caller */
	CAUSE_UPTIME,		/* stayed up for startsecs */
	CAUSE_EXIT,		/* arg: wait status */
	CAUSE_SPAWN,		/* could not be started; text in spawnerr */
	CAUSE_RETRY,		/* the back-off delay is over */
	CAUSE_AUTORESTART,
	CAUSE_GAVE_UP,		/* startretries used up */
	CAUSE_STOPWAIT,		/* stopwaitsecs over, SIGKILL sent; arg 1: stop_signals */
	CAUSE_SHUTDOWN,
	CAUSE_RESTART,		/* of the supervisor */
	CAUSE_RELOAD,		/* update of the configuration */
	CAUSE_KILL_FAILED,	/* arg: errno */
	CAUSE_RECOVERY,		/* found again after a crash of the core */
	CAUSE_DEPENDENCY,	/* arg: id of the other process; 0: not known */
	CAUSE_NOT_READY,	/* arg: ready_timeout */
	CAUSE_READY,		/* type=notify: it has said so */
	CAUSE_UNHEALTHY,	/* arg: probes that failed in a row */
	CAUSE_WATCHDOG,		/* arg: milliseconds without a sign of life */
	CAUSE_SCHEDULE,		/* its time has come */
	CAUSE_OOM,		/* memory ran out; arg: enum oom */
	CAUSE_AGAIN,		/* it was stopped in order to be started again */
	CAUSE_LIMIT,		/* more exits than restart_limit */
	CAUSE_PERMANENT,	/* an exit status of permanent_exitcodes */
	CAUSE_FATAL_RETRY,	/* fatal_retry is over */
	CAUSE_ROLE,		/* a role was started or stopped; arg: uid of who asked; -2: nobody */
	CAUSE_NEXT_STEP,	/* of a stop; arg: the signal that is sent; 0: stop_command */
	CAUSE_CONFIG,		/* a value of the store that it names has changed */
};

/* What the kernel killed a process for. */
enum oom {
	OOM_NOT,
	OOM_OUTSIDE,		/* our container, or the machine, had no memory left */
	OOM_OWN_LIMIT,		/* memory_max */
};

/* Who asks: kept for `why`. */
struct asker {
	enum cause cause;
	int32_t	 arg;
};

/* One step in the life of a process. */
struct transition {
	int64_t	 wall_ms;
	int32_t	 arg;		/* see enum cause */
	pid_t	 pid;
	uint8_t	 from, to;	/* enum pstate */
	uint8_t	 cause;		/* enum cause */
	uint8_t	 fails;		/* starts failed in a row, at most 255 */
};

/* How a run of a process ended. */
enum ending {
	END_STOPPED,		/* as asked */
	END_EXPECTED,		/* by itself, with a code in exitcodes */
	END_UNEXPECTED,		/* another code, or too quickly */
	END_SIGNAL,		/* by a signal, unasked */
	END_NOT_STARTED,	/* no process, or no exec */
	ENDINGS
};

/* For monitoring: numbers that only grow, from the start of the supervisor on. */
struct proc_counts {
	uint32_t starts;	/* times that STARTING was entered */
	uint32_t restarts;	/* of these, the ones that nobody asked for */
	uint32_t launches;	/* of these, the ones that came to exec */
	uint32_t ended[ENDINGS];
	int64_t	 launch_us;	/* sum over launches: from STARTING to exec */
	int64_t	 cpu_us;	/* of ended runs, and of children they waited for */
};

/* The same, about the supervisor itself. */
struct core_counts {
	uint64_t orphans;	/* reaped, that were no program's process */
	uint64_t connections;	/* to the control socket */
	uint64_t calls;		/* of the control protocol */
	uint64_t events_lost;	/* by readers that were too slow */
	uint64_t events_dropped; /* by pools of listeners that were full */
};

/*
 * A restart gives back one descriptor and needs two for a moment: the last ones below
 * core.fd_most are for programs that have run before.
 */
#define FDS_FOR_RESTARTS 4

#define STREAM_MAIN 1	/* id of the supervisor's own log */
#define TRANSITIONS_KEPT 8	/* per process; `why` shows these */

/* One direction of output: the pipe lives as long as the process record. */
struct stream {
	uint32_t id;		/* for the logger; unique in the life of the core */
	int	 rd;		/* duplicate of what the logger reads; -1: none */
	int	 wr;		/* given to each child; -1: none */
	char	*path;		/* file of the log; NULL: none.  Owned */
	bool	 sent;		/* the present logger knows it */
	struct proc *proc;	/* borrowed: it is part of it */
	bool	 is_err;
	TAILQ_ENTRY(stream) link; /* core.unsent, while !sent */
};

/* What a start may ask to be started with it: nothing, what nobody stopped, all. */
enum pulls { PULL_NONE, PULL_AUTO, PULL_ASKED };

#define STARTUP_US	100	/* unit of boot_times: enough for five days */

/* Since the supervisor began, in STARTUP_US; 0: not yet. */
struct boot_times {
	uint32_t wanted, spawned, ready;
};

/* The last start, monotonic, 0: not yet; see startup.h. */
struct startup {
	int64_t	 wanted_us, spawned_us, ready_us;
};

TAILQ_HEAD(edge_list, edge);

struct proc_roles;

struct proc {
	RB_ENTRY(proc) by_pid;	/* core.pids while pid > 0 */
	RB_ENTRY(proc) by_id;	/* core.ids */
	TAILQ_ENTRY(proc) link;	/* group->procs, config order */
	struct pgroup *group;	/* borrowed: outlives its processes */
	struct program *conf;	/* owned */
	uint32_t id;		/* never reused; hold this across callbacks */

	struct fsm fsm;		/* written by proc.c only */
	pid_t	 pid;		/* 0: none */
	bool	 want_up;	/* the last thing asked for */
	bool	 started;	/* was ever asked to start */
	bool	 stopped_by_person; /* stays down over updates */
	bool	 not_executed;	/* the last start has failed before exec */
	bool	 exec_ok;	/* the child of now has passed exec */
	bool	 lingering;	/* main process reaped, descendants perhaps not gone */
	bool	 leaving;	/* is being removed: no new start */
	bool	 departing;	/* by itself, see depart.h: no update is about it */
	bool	 updating;	/* an update has taken it down */
	bool	 told;		/* the shutdown waits for it */
	bool	 live;		/* outcome.c counts it */
	bool	 restart_due;	/* and starts it again afterwards */
	bool	 expected;	/* the last exit code is in exitcodes */
	uint8_t	 oom;		/* enum oom: how the last run ended */
	bool	 has_status;	/* `status` is one */
	bool	 queued;	/* waits in core.to_launch for a free stack */
	int	 status;	/* wait status of the last run */
	int64_t	 start_ms;	/* monotonic, last spawn attempt */
	int64_t	 start_wall_ms;	/* wall clock, 0: never */
	int64_t	 stop_wall_ms;	/* wall clock of the last reaping, 0: never */
	char	*spawnerr;	/* owned; NULL: none */
	struct loop_timer timer;
	struct loop_job due;	/* in place of a timer of 0 ms */
	struct loop_job job;	/* delivers job_event at the end of the turn */
	enum pevent job_event;
	struct asker job_by;
	struct launch *launch;	/* until exec or its failure; owned */
	TAILQ_ENTRY(proc) launch_link;
	struct readiness *readiness; /* NULL: ready=running; owned, see ready.c */
	struct health_watch *health; /* NULL: nobody looks after it; owned, see health.c */
	struct edge *edges;	/* to what it depends on; owned, see order.c */
	size_t	 nedges;
	struct edge_list dependents;
	bool	 held;		/* STARTING, but has to wait for a dependency */
	bool	 dep_failed;	/* FATAL because a dependency failed */
	bool	 again;		/* starts as soon as it is STOPPED */
	bool	 to_check;
	uint32_t lost;		/* on_dependency_loss is due: id of what went down */
	enum pulls pulls;	/* of the present start */
	bool	 pulled;	/* it has asked for what it needs; once is enough */
	bool	 lacks;		/* it waits for its next start, and a dependency does not hold */
	uint8_t	 blind;		/* scans in a row that could not look, see survivors.c */
	bool	 braked;	/* it waits for its place among the restarts of now */
	struct retry *retry;	/* NULL: supervisord's rules; owned, see retry.c */
	struct hooks *hooks;	/* NULL: none; owned, see hooks.c */
	TAILQ_ENTRY(proc) check_link;
	struct proc_roles *roles; /* NULL: in none; owned, see roles.h */
	struct timetable *timetable; /* NULL: no schedule; owned, see timetable.h */
	struct proc_values *values; /* NULL: it names none of the store; owned, see values.h */
	struct stdin_pipe *stdin_pipe; /* NULL: none; owned */
	struct proc_sockets *sockets; /* NULL: none; owned, see sockets.c */
	struct listener *listener; /* of a pool; NULL: any other; owned */
	pid_t	 last_pid;	/* of the latest child: its process group */
	pid_t	 dead_pid;	/* the latest that has been reaped; 0: none */
	bool	 killed;	/* SIGKILL was sent in this stop */
	uint8_t	 stop_step;	/* of this stop, see stopping.h */
	bool	 loose;		/* not all that it started is in its cgroup */
	bool	 group_gone;	/* lingering: last_pid may be the number of other people */
	uint32_t budget_at;	/* of a shutdown, see budget.c */
	uint32_t box;		/* number of its cgroup, tier A */
	uint32_t oom_kills;	/* in its cgroup, known already */
	int	 nsurvivors;	/* descendants found by the last scan */
	struct asked *asked;	/* survivors that were asked to stop; NULL: none; owned */
	TAILQ_ENTRY(proc) linger_link; /* core.lingering, while lingering */
	int64_t	 resume_ms;	/* SIGCONT is due, see resume.h; 0: is not */
	TAILQ_ENTRY(proc) resume_link; /* in resume.c, while it is */
	struct stream streams[2]; /* stdout, stderr */
	int64_t	 starting_us;	/* monotonic, when STARTING was entered; 0: exec was reached */
	struct startup startup;
	struct boot_times boot;	/* of the first start */
	uint32_t slot;		/* in the flight record */
	struct proc_counts counts;
	struct transition ring[TRANSITIONS_KEPT];
	uint32_t ntransitions;	/* ever; the last ones are in the ring */
};

TAILQ_HEAD(proc_list, proc);

struct pgroup {
	TAILQ_ENTRY(pgroup) link; /* core->groups, order of start */
	RB_ENTRY(pgroup) by_name;
	char	*name;		/* owned */
	enum group_kind kind;
	int64_t	 priority;
	struct pool *pool;	/* GROUP_LISTENER; NULL: any other; owned */
	struct proc_list procs;
	size_t	 nprocs;
	struct edge_list dependents; /* of all its processes, see order.c */
	bool	 ends;		/* goes with the last of its processes, see depart.h */
};

TAILQ_HEAD(pgroup_list, pgroup);
TAILQ_HEAD(stream_list, stream);
RB_HEAD(pid_tree, proc);
RB_HEAD(id_tree, proc);
RB_HEAD(name_tree, pgroup);

/* Guests: other processes of our own file. */
enum guest_kind { GUEST_LOGGER, GUEST_WEB, GUEST_KINDS };

struct guest {
	struct proc *proc;	/* borrowed: of core.guests; NULL: not made */
	int	 fd;		/* our end of its socket; -1: none */
	int	 its_fd;	/* its end, until it has it; -1: none */
	struct helper *helper;	/* borrowed: that it is part of; NULL: one of core.guest */
};

/* The guest of a section: [store], [node:x], [gateway:x].  See helper.c. */
struct helper {
	TAILQ_ENTRY(helper) link; /* core.helpers */
	struct guest guest;
	enum guest_section kind;
	char	*name;		/* owned: the x; "" for the store */
	struct loop_timer late;	/* it has been told to go */
	unsigned short_lives;	/* in a row, of less than GUEST_SHORT_MS */
	int64_t	 counted_ms;	/* start of the last life that was counted */
	struct loop_job burial;
	struct handover *handover; /* owned by ctl, which makes it when it is needed */
};

TAILQ_HEAD(helper_list, helper);

struct core {
	struct config *config;	/* in use */
	struct config *reread;	/* last read by reread; NULL: none, owned */
	struct conf_args args;
	char	*statedir;	/* owned; as long as we run, whatever a new file says */
	char	**argv;		/* borrowed from main() */
	const char *argv0;	/* our file, as it can be executed */
	enum supervisor_state state;
	bool	 is_pid1;
	bool	 daemonized;
	bool	 own_stdout;	/* our log lines go to stdout as well */
	bool	 recovered;	/* this run goes on with that of a crashed image */
	bool	 clean_auto;	/* the first logger removes old AUTO files */
	struct pgroup_list groups;	/* order of start */
	struct name_tree by_name;
	struct pid_tree pids;
	struct id_tree ids;
	uint32_t last_id;	/* of processes */
	uint32_t last_stream_id;
	struct proc_list to_launch; /* wait for a free stack, in order of start */
	struct proc_list lingering;
	size_t	 nprocs;	/* programs, guests not counted */
	struct observer_list observers;
	uint64_t event_serial;	/* of the next event */
	uint64_t accepted_serial;	/* of the next one that a listener pool accepts */
	struct core_counts counts;
	int64_t	 start_wall_ms;	/* of this run of the supervisor */
	int64_t	 start_us;	/* the same, monotonic */
	struct stream_list unsent;	/* streams the logger has to learn of */
	struct stream main_log;		/* our own log lines */
	struct pgroup *guests;	/* group "supd": not in groups, not in by_name */
	struct guest guest[GUEST_KINDS];
	struct helper_list helpers;	/* those that leave are not in it any more */
	int	 counters;	/* memory that loggers share, one after the other; -1: none */
	unsigned long long nofile_soft, nofile_hard;	/* what children get */
	int	 fd_most;	/* programs have descriptors below this; 0: any */
	int	 self_fd;	/* our own executable, for guests and recovery; -1: none */
	char	 run_id[17];	/* marks our descendants; random for each run */
};

/* There is one core in a process (or in a simulated machine). */
extern struct core core;

/* ---- what callers ask for ---- */

/*
 * Processes by name: "group:process", "name", "group:*" and "group:".  FAULT_BAD_NAME
 * with the name as given when it is not there.
 */
struct proc *core_find(const char *name, struct err *e);
/* By its own name in a group; NULL: there is none. */
struct proc *core_find_in(const struct pgroup *g, const char *name);
struct pgroup *core_find_group(const char *name);
/* Is it group:* ?  Then the group (or NULL and e). */
bool	core_names_group(const char *name, struct pgroup **g, struct err *e);
/* By id, for use across callbacks; NULL when it is gone. */
struct proc *core_by_id(uint32_t id);
/* The process whose child of now has this pid; NULL: it is no program's. */
struct proc *core_by_pid(pid_t pid);

/* It is down, and will be started again by itself (or, EXITED, is FATAL in a moment). */
static inline bool
proc_restart_due(const struct proc *p)
{
	return (p->fsm.st == P_EXITED || p->fsm.st == P_FATAL) &&
	    (p->due.queued || loop_timer_active(&p->timer));
}

/* "web" or "web:1" */
void	proc_full_name(const struct proc *p, struct buf *out);
/* "db to be ready (it is STARTING)": the first thing that a held p waits for. */
void	order_text(const struct proc *p, struct buf *out);
/* What is known about a process whose health is looked after, while it is ready. */
enum health { HEALTH_NONE, HEALTH_STARTING, HEALTH_GOOD, HEALTH_BAD };

enum health proc_health(const struct proc *p);
/* "healthy"; "" for HEALTH_NONE. */
const char *health_name(enum health st);
/* Does it serve?  With ready=running that is RUNNING. */
bool	proc_is_ready(const struct proc *p);
/* What it has said about itself (STATUS= of sd_notify); "" for nothing. */
const char *proc_status_text(const struct proc *p);
/* supervisord's description column. */
void	proc_describe(const struct proc *p, struct buf *out);
/* Should run and does not: still on its way, failed, or ended against expectation. */
bool	proc_missing(const struct proc *p);
/* -1 for a signal, 0 while it never ended; else the exit code. */
int	proc_exitstatus(const struct proc *p);

/*
 * Start or stop in supervisord's order of checks; 0 when under way (watch the
 * events for the end), or -1 with its fault.
 */
int	proc_start(struct proc *p, struct asker by, struct err *e);
int	proc_stop(struct proc *p, struct asker by, struct err *e);
int	proc_signal(struct proc *p, int sig, struct err *e);
/* Have it read its own configuration again, by what its program names for that. */
int	proc_refresh(struct proc *p, struct err *e);
bool	proc_can_refresh(const struct proc *p);
/* Write to the process's stdin as much as fits and queue the rest. */
int	proc_stdin(struct proc *p, const char *data, size_t len, struct err *e);
/* Fault and text that supervisord would answer when a wanted start has ended so. */
int	proc_start_failed(const struct proc *p, struct err *e);

/* reread: load the file into core.reread; compare as supervisord does. */
struct reread_names { struct strlist added, changed, removed; };
int	core_reread(struct reread_names *out, struct err *e);
void	reread_names_release(struct reread_names *r);

/* One step of an update; strings are owned. */
struct plan_step {
	char	*group;
	char	*name;		/* process, or NULL: the whole group */
	const char *action;	/* "add", "remove", "restart", "change" */
	char	*key, *from, *to; /* or NULL */
};

struct plan {
	struct plan_step *steps;
	size_t	 n;
};

/* What update would do with a freshly loaded config. */
int	core_plan(struct plan *out, struct err *e);
void	plan_release(struct plan *p);

/*
 * Make the re-read config so, for the groups named (all when n is 0).  done is
 * called for each finished action ("stopped", "removed", "updated", "added"), and
 * at the end with group NULL.  Several may run at once on different groups.
 */
typedef void (*update_fn)(void *arg, const char *group, const char *action);
int	core_update(char *const *groups, size_t n, struct asker by, update_fn done,
	    void *arg, struct err *e);
/* The caller of a running update has gone: it goes on without telling. */
void	core_update_forget(void *arg);
int	core_add_group(const char *name, struct asker by, struct err *e);
int	core_remove_group(const char *name, struct err *e);

/* Both return at once; the loop does the rest. */
void	core_shutdown(struct asker by);
/* -1 and CANT_REREAD when the file is bad: then nothing is changed. */
int	core_restart(struct asker by, struct err *e);
void	core_reopen_logs(void);

/* "A", "B" or "C", and in *why a sentence about what a better one lacks. */
const char *core_tier(const char **why);

/* ---- life of the core, for supd.c ---- */

/*
 * Take over the config (the core owns it from now on) and log into the pipe
 * that the logger will read.
 */
int	core_open_log(struct config *config, struct err *e);
/* Make groups and processes; starts nothing. */
int	core_init(const struct conf_args *args, struct err *e);
/* Start the logger and what is to start, run until an ordered end. */
void	core_run(void);
/* After core_run: 0, or why the supervisor has ended by itself (core/outcome.c). */
int	core_exit_status(void);
/* After core_run: frees everything.  State tells SUP_RESTARTING or SUP_SHUTDOWN. */
void	core_release(void);

/* Start a guest that is not needed from the beginning.  Nothing to do when it is up. */
void	core_want_guest(enum guest_kind kind);
/* The guest of a section; NULL: there is none, or its work is done by an external program. */
struct helper *core_find_helper(enum guest_section kind, const char *name);
/* The same, and without a section it is made now: for the store. */
struct helper *core_want_helper(enum guest_section kind, const char *name);

/* ---- the links to guests, which ctl provides: feed.c and web.c ---- */

struct guest_ops {
	/* A new guest lives at the other end of fd (borrowed: core closes it). */
	void	(*up)(int fd);
	/* It is gone: stop watching the descriptor. */
	void	(*down)(void);
	/* Let it do what is left to do, and exit within ms. */
	void	(*finish)(int64_t ms);
};

extern const struct guest_ops *guest_ops[GUEST_KINDS];	/* never NULL; do nothing by default */

/* The same for guests of sections, which ctl/handover.c provides. */
struct helper_ops {
	void	(*up)(struct helper *h, int fd);
	void	(*down)(struct helper *h);
	void	(*finish)(struct helper *h, int64_t ms);
	/* Has it been told what core.config says now?  Only asked while it is up. */
	bool	(*is_current)(const struct helper *h);
	/* h is about to be freed. */
	void	(*gone)(struct helper *h);
};

extern const struct helper_ops *helper_ops;	/* never NULL; does nothing by default */

/* What only the logger is told. */
struct feed_ops {
	/* core.unsent has streams to send (the link empties the list as it can). */
	void	(*kick)(void);
	void	(*removed)(uint32_t id);
	/*
	 * s is about to be removed, with output in its pipe, and the logger has not been told
	 * of it: true: it will be, and s->rd is the link's from now on.
	 */
	bool	(*parting)(const struct stream *s);
	void	(*reopen)(void);
};

extern const struct feed_ops *core_feed;	/* never NULL; does nothing by default */

#endif
