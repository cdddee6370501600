/*
 * The configuration as structs: what a checked, complete file (with its
 * includes and the command line) says.  One loaded tree is never changed; a
 * reload makes another one and compares.
 *
 * Owned by the tree: everything that it points to.  The core moves struct
 * program out of a tree with conf_take_program() and then owns it.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attrs.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"
#include "conf/cron.h"

enum autorestart { RESTART_NEVER, RESTART_UNEXPECTED, RESTART_ALWAYS };
enum log_policy { POLICY_BLOCK, POLICY_DROP };	/* when a sink is stuck */
enum stdout_format { STDOUT_RAW, STDOUT_TAGGED, STDOUT_JSON };
enum program_type { TYPE_SIMPLE, TYPE_ONESHOT, TYPE_NOTIFY };
enum exit_when { EXIT_NEVER, EXIT_ESSENTIAL, EXIT_ALL_DONE, EXIT_ANY_FATAL };
enum role_goal { GOAL_NONE, GOAL_STOP, GOAL_START };	/* of a role on this machine */
enum dep_loss { LOSS_KEEP, LOSS_RESTART, LOSS_STOP };	/* when a dependency goes down */
/* How a process shows that it serves. */
enum ready_kind {
	READY_RUNNING,		/* by staying up for startsecs */
	READY_NOTIFY,		/* sd_notify(3) */
	READY_FD,		/* a newline on descriptor `number` */
	READY_TCP,		/* somebody listens at port `number` */
	READY_UNIX,		/* or at the socket `path` */
	READY_FILE,		/* the file `path` is there, and newer than the start */
	READY_LOG,		/* it writes a line that the expression `path` matches */
	/* A probe: done by a child, again and again. */
	READY_EXEC,		/* the command `path` succeeds */
	READY_HTTP,		/* the URL `path` is answered with a status 200 to 399 */
	READY_CONNECT,		/* somebody accepts at HOST:PORT, which is `path` */
	READY_SOCKET,		/* or at the socket `path` */
};

struct conf_ready {
	enum ready_kind kind;
	int64_t	 number;
	char	*path;
};

enum group_kind { GROUP_PROGRAM, GROUP_GROUP, GROUP_LISTENER, GROUP_FCGI, GROUP_TEMPLATE };

/* What update has to do when the value of a key changed, mildest first. */
enum conf_apply {
	APPLY_NOTHING,		/* shown only */
	APPLY_LIVE,		/* takes effect on the running process */
	APPLY_LOG,		/* the logger is told; the process goes on */
	APPLY_RESTART,		/* the process has to be started anew */
	APPLY_SUPERVISOR,	/* needs a restart of supd itself */
};

/* A list of strings; NULL-terminated so that v can be an argv. */
struct strlist {
	char	**v;
	size_t	 n;
};

struct intlist {
	int	*v;
	size_t	 n;
};

/* uid, gid and supplementary groups, looked up when the file is loaded. */
struct conf_user {
	bool	 set;
	char	*name;		/* as written */
	uid_t	 uid;
	gid_t	 gid;
	gid_t	*groups;
	size_t	 ngroups;
};

/* "user" or "user:group"; (uid_t)-1: leave. */
struct conf_owner {
	uid_t	 uid;
	gid_t	 gid;
};

/* An address that the core listens at for processes. */
struct conf_socket {
	char	*name;		/* for LISTEN_FDNAMES; NULL: an fcgi-program's */
	char	*url;		/* "tcp://127.0.0.1:80", "unix:///run/x.sock" */
	int	 type;		/* SOCK_STREAM, SOCK_DGRAM */
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_un un;
	} addr;			/* names were looked up when the file was loaded */
	socklen_t len;
};

#define CONF_SOCKETS_MAX 32	/* of one program: they become 3, 4, ... of a child */

struct conf_sockets {
	struct conf_socket *v;
	size_t	 n;
};

/* What [fcgi-program:x] has besides the keys of a program. */
struct conf_fcgi {
	char	*socket;	/* as written */
	struct conf_owner socket_owner;
	int	 socket_mode;
	int64_t	 socket_backlog;
	struct conf_socket at;	/* what socket says */
};

struct conf_service;

/* What a process of a [service:x] has besides the keys of a program. */
struct conf_copy {
	char	*home;
	int64_t	 number;
	bool	 writes;	/* of its copy the one that the environment files are made for */
	struct strlist peers;	/* variables about the ports of all services, sorted */
};

/* Where an instance is remembered. */
enum instance_place {
	INSTANCE_FILE,		/* an [instance:x:y] that a person has written */
	INSTANCE_STATE,		/* a file of the state directory */
	INSTANCE_MEMORY,	/* nowhere but with us */
};

/* What a process has besides the keys of its template. */
struct conf_instance {
	struct strlist holes;	/* NAME=value, sorted */
	enum instance_place place;
};

enum logfile_kind { LOGFILE_AUTO, LOGFILE_NONE, LOGFILE_FILE };

/* One of stdout and stderr of a program. */
struct conf_stream {
	char	*logfile;	/* the path; NULL unless kind is LOGFILE_FILE */
	enum logfile_kind kind;
	int64_t	 maxbytes;	/* bytes; 0: never rotate */
	int64_t	 backups;
	int64_t	 capture_maxbytes; /* bytes */
	bool	 events_enabled;
	bool	 syslog;
};

/*
 * One supervised process, every hole filled: with numprocs = 3 there are
 * three of them.  Field names are the ini keys.
 */
/* What has to hold for a dependency, from the least to the most. */
enum dep_cond {
	DEP_STARTED,		/* it was executed */
	DEP_RUNNING,
	DEP_READY,		/* it says that it serves; a oneshot: it is done */
	DEP_HEALTHY,		/* its probe succeeds */
	DEP_DONE,		/* it has ended, and as expected */
};

/* One item of depends_on. */
struct conf_dep {
	char	*group;
	char	*process;	/* NULL: every process of the group */
	enum dep_cond cond;
	bool	 weak;		/* order only: its failure is not ours */
};

struct deplist {
	struct conf_dep *v;
	size_t	 n;
};

/* So many in so long; n 0: no limit. */
struct conf_limit {
	int64_t	 n, ms;
};

/* An item of env_file. */
struct conf_env_file {
	char	*path;		/* absolute */
	bool	 optional;	/* it need not be there */
};

struct envfilelist {
	struct conf_env_file *v;
	size_t	 n;
};

#define CONF_SECRET_FILE "file:"	/* before the path of a secret that is given as a file */

/* What there is to the environment of a program besides the keys of supervisord. */
struct conf_env {
	struct envfilelist env_file;
	bool	 env_clear;
	bool	 user_env;
	struct strlist account;	/* with user_env: HOME=..., looked up when loaded */
	struct strlist secrets;	/* NAME=/path or NAME=file:/path, sorted by name */
};

/* When a process is started again by itself, where supervisord's rules are not enough. */
struct conf_retry {
	int64_t	 backoff;	/* ms before the first; 0: supervisord's pauses */
	int64_t	 backoff_max;	/* ms */
	int64_t	 backoff_factor;	/* thousandths */
	int64_t	 backoff_jitter;	/* thousandths of the pause */
	struct conf_limit restart_limit; /* of exits; in place of startretries */
	int64_t	 fatal_retry;	/* ms; 0: FATAL is the end */
	struct intlist permanent_exitcodes;
};

/* A signal of stop_signals, and how long to wait after it. */
struct conf_step {
	int	 sig;
	int64_t	 ms;
};

struct steplist {
	struct conf_step *v;
	size_t	 n;
};

/* What is done to a process besides starting it. */
struct conf_acts {
	struct steplist stop_signals;	/* none: stopsignal and stopwaitsecs */
	int	 reload_signal;	/* 0: none */
	/* commands; NULL: none */
	char	*pre_start, *post_start, *pre_stop, *post_exit;
	char	*stop_command, *reload_command;
	int64_t	 hook_timeout;	/* ms; of each but stop_command */
};

#define CONF_EXITS_MAX	1000	/* of restart_limit: each is remembered */

enum notify_access { ACCESS_ALL, ACCESS_MAIN };	/* who may speak for a program */

enum on_unhealthy { UNHEALTHY_RESTART, UNHEALTHY_STOP, UNHEALTHY_NONE };

/* How a running process is watched. */
struct conf_watch {
	int64_t	 watchdog;	/* ms; 0: none */
	enum notify_access notify_access;
	struct conf_ready health; /* a probe, or READY_RUNNING: none */
	int64_t	 health_interval, health_timeout, health_start_period;	/* ms */
	int64_t	 health_retries;
	enum on_unhealthy on_unhealthy;
};

#define PROBE_TIMEOUT_MS 5000	/* where no health_timeout is given */

/* Keys of few programs: roles. */
struct conf_in_roles {
	struct strlist roles;	/* names, of the program's own key */
};

enum sched_overlap { OVERLAP_SKIP, OVERLAP_QUEUE, OVERLAP_KILL };
enum sched_catchup { CATCHUP_NONE, CATCHUP_ONCE };

struct conf_schedule {
	struct cron cron;
	char	*text;		/* as written; NULL: none */
};

/* When a program is started by the clock. */
struct conf_when {
	struct conf_schedule schedule;
	char	*zone;		/* as TZ; NULL: ours */
	enum sched_overlap overlap;
	enum sched_catchup catchup;
	int64_t	 jitter;	/* ms */
};

/* What a program may use. */
struct conf_res {
	struct attrs attrs;
	int64_t	 memory_max;	/* bytes; 0: no limit, as for the others */
	int64_t	 memory_high;
	int64_t	 cpu_max;	/* thousandths of a processor */
	int64_t	 pids_max;
};

enum config_change { CHANGE_IGNORE, CHANGE_RELOAD, CHANGE_RESTART };

/* Values of the store that its section names. */
struct conf_config {
	enum config_change on_config_change;
	struct strlist paths;	/* each once, see hole.h; loaded, no key */
};

struct program {
	char	*name;		/* process name */
	char	*section;	/* "program:web" */
	char	*file;		/* where the section stands */
	int	 line;

	char	*command;	/* split when it is started, as supervisord does */
	char	*process_name;	/* as written */
	int64_t	 numprocs;
	int64_t	 numprocs_start;
	int64_t	 process_num;	/* of this one */
	int64_t	 priority;
	bool	 autostart;
	enum autorestart autorestart;
	int64_t	 startsecs;
	int64_t	 startretries;
	struct intlist exitcodes;
	int	 stopsignal;
	int64_t	 stopwaitsecs;
	bool	 stopasgroup;
	bool	 killasgroup;
	struct conf_user user;
	bool	 redirect_stderr;
	struct conf_stream out;
	struct conf_stream err;
	enum log_policy log_policy;	/* ours */
	struct strlist environment;	/* KEY=value, this section's only */
	char	*directory;	/* NULL: stay */
	int	 umask;		/* -1: inherited */
	char	*serverurl;	/* NULL: AUTO */
	struct conf_sockets sockets;	/* ours; shared by all processes */
	struct conf_owner sockets_owner; /* ours */
	int	 sockets_mode;	/* ours */
	int64_t	 sockets_backlog; /* ours */
	struct conf_fcgi *fcgi;	/* NULL: it is no [fcgi-program:x] */
	enum program_type type;	/* ours */
	bool	 essential;	/* ours */
	struct conf_ready ready; /* ours */
	int64_t	 ready_timeout;	/* ours */
	struct conf_watch *watch; /* ours; NULL: none of its keys is given */
	struct deplist depends_on; /* ours */
	enum dep_loss on_dependency_loss; /* ours */
	struct conf_env *env;	/* ours; NULL: none of its keys is given */
	struct conf_instance *instance;	/* NULL: it is of no template */
	struct conf_copy *copy;	/* NULL: it is of no service */
	struct conf_retry *retry; /* ours; NULL: none of its keys is given */
	struct conf_in_roles *in_roles;	/* NULL: it names none */
	struct conf_acts *acts;	/* ours; NULL: likewise */
	struct conf_res *res;	/* ours; the same */
	struct conf_when *when;	/* ours; the same */
	struct conf_config *config; /* ours; NULL: it names no value of the store */
};

/* What [eventlistener:x] has besides the keys of a program. */
struct conf_listener {
	struct strlist events;	/* as written */
	int64_t	 buffer_size;
	char	*result_handler;
	int64_t	 priority;	/* of the pool */
	uint32_t kinds;		/* what events means: bits of events.h */
};

struct group {
	char	*name;
	enum group_kind kind;
	int64_t	 priority;
	struct conf_listener *listener;	/* GROUP_LISTENER; NULL: any other */
	struct program **programs;	/* in config order */
	size_t	 nprograms;
};

/* A section [unix_http_server...] or [inet_http_server...]. */
struct conf_server {
	char	*section;
	bool	 is_unix;
	char	*file;		/* absolute path; unix only */
	int	 chmod;
	struct conf_owner chown;
	char	*host;		/* inet only; "" : any */
	int64_t	 port;
	char	*username;	/* NULL: no password needed */
	char	*password;	/* or {SHA}hex */
};

/* [supervisord] */
struct conf_supervisord {
	char	*logfile;	/* absolute */
	int64_t	 logfile_maxbytes;
	int64_t	 logfile_backups;
	enum log_level loglevel;
	char	*pidfile;	/* absolute */
	int	 umask;
	bool	 nodaemon;
	bool	 silent;
	int64_t	 minfds;
	int64_t	 minprocs;
	bool	 nocleanup;
	char	*childlogdir;
	struct conf_user user;
	char	*directory;	/* NULL: stay */
	bool	 strip_ansi;
	struct strlist environment;	/* KEY=value */
	char	*identifier;
};

enum cgroup_use { CGROUP_AUTO, CGROUP_OFF };

/* [supd]: what supervisord has no key for. */
struct conf_supd {
	char	*statedir;	/* NULL: the default place */
	enum stdout_format stdout_format;
	enum cgroup_use cgroup;
	int64_t	 log_ring;	/* bytes kept in memory per stream */
	enum exit_when exit_when;
	int64_t	 stop_budget;	/* ms for a whole shutdown; 0: no limit */
	struct conf_limit restart_brake; /* of programs that restart; n 0: none */
	struct conf_user web_user;	/* not set: nobody, where we are root */
};

/* [supervisorctl] */
struct conf_ctl {
	char	*serverurl;	/* NULL: not given */
	char	*cacert;	/* absolute; NULL: not given */
	char	*username;
	char	*password;
	char	*prompt;
	char	*history_file;
};

/* Sections that guests of our own carry out; each has a struct behind its key table. */
enum guest_section { SECTION_STORE, SECTION_NODE, SECTION_GATEWAY, SECTION_PLAN, SECTION_KINDS };

/* What all of them begin with. */
struct conf_guest_keys {
	struct conf_user user;	/* that the guest becomes */
	char	*command;	/* an external program in place of our guest; NULL: ours */
	char	*config;	/* for that: SUPD_CONFIG of its environment */
	char	*token;		/* SUPD_TOKEN */
};

/* One section [store], [node:x], [gateway:x], [plan:x/y]. */
struct conf_guest {
	enum guest_section kind;
	char	*section;	/* "node:echo" */
	const char *name;	/* borrowed from section: "echo", "echo/small"; "" */
	struct conf_guest_keys *keys;	/* the struct of its table (keys.h), owned */
};

/* [role:x].  Field names are the ini keys. */
struct conf_role {
	char	*name;
	char	*description;	/* NULL: none */
	struct strlist programs; /* in order of start */
	int64_t	 order;		/* among roles: low ones start first and stop last */
	enum role_goal goal;	/* until somebody says otherwise */
	bool	 mandatory;
	struct strlist exclusive;	/* roles that cannot be here at the same time */
	int64_t	 min_per_cluster, max_per_cluster;	/* 0: no limit */
	bool	 exclude_from_add_all;
};

/* [rolegroup:x] */
struct conf_rolegroup {
	char	*name;
	char	*description;
	struct strlist roles;
};

/* A remark of the parser for the log: supervisord's CRIT, WARN, INFO lines. */
struct conf_note {
	enum log_level level;
	char	*text;
};

struct config {
	char	*path;		/* of the main file, absolute */
	struct conf_supervisord supervisord;
	struct conf_supd supd;
	struct conf_ctl ctl;
	struct conf_server *servers;
	size_t	 nservers;
	uint32_t echo;		/* output that we print ourselves: KIND_LOG bits of events.h */
	bool	 rpcinterface;	/* [rpcinterface:supervisor]: XML-RPC has supervisor.* */
	struct group **groups;	/* by (priority, name) */
	struct group **by_name;	/* the same, for conf_find_group() */
	size_t	 ngroups;
	struct conf_guest *guests;	/* in the order of the files */
	size_t	 nguests;
	struct conf_templates *templates; /* NULL: none */
	struct conf_service *services; /* by name; see service.h */
	size_t	 nservices;
	struct strlist scales;	/* NAME=N: numbers in place of numprocs */
	struct conf_role *roles;	/* in the order of the files */
	size_t	 nroles;
	struct conf_rolegroup *rolegroups;
	size_t	 nrolegroups;
	struct conf_note *notes;
	size_t	 nnotes;
};

/*
 * The command line of supervisord, split (getopt in its dialect).  NULL or -1:
 * not given.  Values beat the file, also at every reload.
 */
struct conf_args {
	const char *configuration;
	bool	 nodaemon, silent, nocleanup, strip_ansi;
	bool	 help, version;
	const char *user, *umask, *directory, *logfile, *logfile_maxbytes;
	const char *logfile_backups, *loglevel, *pidfile, *identifier;
	const char *childlogdir, *minfds, *minprocs;
	const char *profile_options;	/* ignored */

	/* Not of the command line: what the running supervisor adds at a reload. */
	const char *statedir;	/* that it uses, whatever the file says now */
	const char *memory;	/* ini text of what it could not write to that directory */
};

/* Errors are the two-line texts of supervisord without "Error: ". */
int	conf_args_parse(struct conf_args *a, int argc, char **argv, struct err *e);
/* The usage text of supervisord's options. */
const char *conf_usage(void);

/*
 * The file that is used without -c: supervisord's search.  Returns a path that
 * the caller frees, or NULL and e lists the places.
 */
char	*conf_search(const char *argv0, struct err *e);

/*
 * Load, expand and check.  Returns a complete tree, or NULL with e = the first
 * error in supervisord's words.  Never prints, never changes the process.
 */
struct config *conf_load(const char *path, const struct conf_args *a, struct err *e);
/* Only what [supervisorctl] and the servers say; path NULL: the defaults. */
struct config *conf_load_ctl(const char *path, struct err *e);
void	conf_free(struct config *c);

/*
 * supd check: every error and warning as "file:line: [section] key: text" lines
 * in out.  Returns the number of errors.
 */
int	conf_check(const char *path, const struct conf_args *a, struct buf *out);
/* supd show: the effective configuration with origins; name NULL: all of it. */
int	conf_show(const char *path, const struct conf_args *a, const char *name,
	    struct buf *out, struct err *e);

/* One changed key, for plan and why. */
struct conf_change {
	const char *key;	/* borrowed: a static string */
	enum conf_apply apply;
	char	*from;		/* printed values, owned */
	char	*to;
};

/*
 * Compare two programs of the same name.  Returns the strongest apply class and
 * the first key that demands it in *why (released with conf_change_release).
 */
enum conf_apply conf_diff(const struct program *a, const struct program *b,
	    struct conf_change *why);
void	conf_change_release(struct conf_change *c);
/* The same for what a pool of listeners has; NULL equals NULL only. */
enum conf_apply conf_listener_diff(const struct conf_listener *a,
	    const struct conf_listener *b, struct conf_change *why);
/*
 * Has the guest of a section to be started anew?  a and b are the same section in two trees,
 * from and to; why: the first key that differs, or the section [plan:x/y], or "nodes" where a
 * gateway has to learn of others.  Values of secrets stay NULL.
 */
bool	conf_guest_diff(const struct config *from, const struct conf_guest *a,
	    const struct config *to, const struct conf_guest *b, struct conf_change *why);
/* supervisord's own notion of "changed" (AUTO equals anything). */
bool	conf_group_equal(const struct group *a, const struct group *b);

/* Take g's i-th program out of the tree; the caller owns it. */
struct program *conf_take_program(struct group *g, size_t i);
/* Put p into the first empty place; freed when there is none, or no group (NULL). */
void	conf_give_program(struct group *g, struct program *p);
void	program_free(struct program *p);
/* A pool's keys out of the tree; the caller owns them. */
struct conf_listener *conf_take_listener(struct group *g);
void	conf_listener_free(struct conf_listener *l);
struct group *conf_find_group(const struct config *c, const char *name);
/* By kind and name; NULL: there is no such section. */
const struct conf_guest *conf_find_guest(const struct config *c, enum guest_section kind,
	    const char *name);

/* ---- instances of templates: load_instance.c ---- */

/*
 * The process that fills the holes of [template:x] of c: an instance called name.
 * holes: NAME=value, sorted; the result has a copy.  environment: that of [supervisord].
 * NULL and e: BAD_NAME when there is no such template, INCORRECT_PARAMETERS with the name of
 * a hole that nobody fills, CANT_REREAD for what a value makes of a key.
 */
struct program *conf_instance_make(const struct config *c, const char *template,
	    const char *name, const struct strlist *holes, const struct strlist *environment,
	    struct err *e);
/* Can there be an instance, a hole of that name?  -1: INCORRECT_PARAMETERS. */
int	conf_check_instance(const char *name, struct err *e);
int	conf_check_hole(const char *name, const char *value, struct err *e);
/* "instances.d/x_y.ini": its file in the state directory.  The caller frees it. */
char	*conf_instance_file(const char *template, const char *name);
/* What stands in it: the instance of a supervisor with the configuration at path. */
void	conf_instance_print(struct buf *out, const char *path, const char *template,
	    const char *name, const struct strlist *holes);
void	conf_instance_free(struct conf_instance *i);

/* The same for the number of processes that `supctl scale` has set for a program. */
char	*conf_scale_file(const char *program);
int64_t	conf_scale_of(const struct config *c, const char *program);	/* -1: none */
void	conf_scale_print(struct buf *out, const char *path, const char *program, int64_t n);
/*
 * Does an item of [role:x] programs mean the process of this group and section?  It names
 * the group, the section's x, "group:process", or the section whole ("node:echo"); and may
 * be a pattern, which means no event listener and no guest.
 */
bool	conf_role_item(const char *item, const char *group, const struct program *p);
bool	strlist_has(const struct strlist *l, const char *text);
void	conf_role_release(struct conf_role *r);
void	conf_rolegroup_release(struct conf_rolegroup *g);
/* "START" */
const char *conf_goal_name(enum role_goal goal);

/* Split like a shell without a shell; fault text of supervisord in e. */
int	conf_split(const char *command, struct strlist *argv, struct err *e);
void	strlist_release(struct strlist *l);
/* The same texts in the same order. */
bool	strlist_equal(const struct strlist *a, const struct strlist *b);
/* "TERM", "SIGTERM", "15" to 15; -1 with supervisord's message. */
int	conf_signal(const char *text, struct err *e);
/* "SIGTERM"; NULL for no signal. */
const char *conf_signal_name(int sig);
/* Of an entry of secrets: where the secret is, and whether it is given as a file. */
const char *conf_secret_path(const char *entry);
bool	conf_secret_is_file(const char *entry);
/* "ready" */
const char *conf_cond_name(enum dep_cond cond);

/* The key tables as mdoc, for supd.conf.5. */
void	conf_manual(struct buf *out);

#endif
