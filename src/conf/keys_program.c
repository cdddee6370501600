/*
 * The keys of [program:x] and of the sections that extend it.  The order of
 * rows is the order in which supervisord checks them, because the first error
 * is shown; those with NAMES_NUMBER come last, once for every process.
 */
#include "conf/keys.h"

#include <sys/resource.h>

#define SECONDS_MAX	315360000	/* ten years: no sum of milliseconds overflows */
#define SPAN_MAX	(SECONDS_MAX * INT64_C(1000))
#define NUMBER_MAX	INT32_MAX
#define BYTES_MAX	INT64_MAX

/* Fails to compile when field and type disagree about the C type. */
#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0)
#define KEY(f, t) KEY_OF(struct program, #f, f, t)
#define KEY_AS(key, f, t) KEY_OF(struct program, key, f, t)

static const struct conf_part env_part = {
	offsetof(struct program, env), sizeof(struct conf_env)
};

static const struct conf_part when_part = {
	offsetof(struct program, when), sizeof(struct conf_when)
};

#define WHEN(key, f, t) KEY_OF(struct conf_when, key, f, t), .part = &when_part, \
	.flags = KEY_OURS, .apply = APPLY_LIVE

static const struct conf_part res_part = {
	offsetof(struct program, res), sizeof(struct conf_res)
};

#define RES_AS(key, f, t) KEY_OF(struct conf_res, key, f, t), .part = &res_part, \
	.flags = KEY_OURS
#define RES(f, t) RES_AS(#f, f, t)
#define ATTR(f, t) RES_AS(#f, attrs.f, t), .apply = APPLY_RESTART
#define LIMIT(key, resource) RES_AS(key, attrs.limit[resource], rlimit), \
	.apply = APPLY_RESTART
#define LIMIT_DOC "soft:hard, or one number for both; sizes may have KB, MB or GB; infinity."

#define ENV(f, t) KEY_OF(struct conf_env, #f, f, t), .part = &env_part

/* All of what says when it is started again. */
#define RETRY(f, t) KEY_OF(struct conf_retry, #f, f, t), .part = &retry_part, \
	.apply = APPLY_LIVE, .flags = KEY_OURS

static const struct conf_part retry_part = {
	offsetof(struct program, retry), sizeof(struct conf_retry)
};
/* All of what is done to it besides. */
#define ACT(f, t) KEY_OF(struct conf_acts, #f, f, t), .part = &acts_part, \
	.apply = APPLY_LIVE, .flags = KEY_OURS

#define HOOK(f) KEY_OF(struct conf_acts, #f, f, words), .part = &acts_part, \
	.names = NAMES_NUMBER, .apply = APPLY_LIVE, .flags = KEY_OURS

static const struct conf_part acts_part = {
	offsetof(struct program, acts), sizeof(struct conf_acts)
};
_Static_assert(sizeof(struct conf_acts) <= CONF_PART_MAX, "a part that is not there is zeroed");
_Static_assert(sizeof(struct conf_retry) <= CONF_PART_MAX, "a part that is not there is zeroed");

/* Of what watches over a running process. */
#define WATCH(key, f, t) KEY_OF(struct conf_watch, key, f, t), .part = &watch_part, \
	.flags = KEY_OURS

static const struct conf_part watch_part = {
	offsetof(struct program, watch), sizeof(struct conf_watch)
};
_Static_assert(sizeof(struct conf_watch) <= CONF_PART_MAX, "a part that is not there is zeroed");

static const struct conf_part in_roles = {
	offsetof(struct program, in_roles), sizeof(struct conf_in_roles)
};

static const struct conf_part config_part = {
	offsetof(struct program, config), sizeof(struct conf_config)
};

static const struct conf_key program_keys[] = {
	{ KEY(priority, integer), .def = "999", .min = -NUMBER_MAX, .max = NUMBER_MAX,
	  .apply = APPLY_LIVE,
	  .doc = "Order: low ones start first and stop last." },
	{ KEY(autostart, boolean), .def = "true", .apply = APPLY_LIVE,
	  .doc = "Start the program when the supervisor starts or the program is added." },
	{ KEY(autorestart, restart), .def = "unexpected", .apply = APPLY_LIVE,
	  .doc = "Start the program again when it has exited: always, never, or when its"
	    " exit status is not one of exitcodes." },
	{ KEY(startsecs, seconds), .def = "1", .max = SECONDS_MAX, .apply = APPLY_LIVE,
	  .doc = "How long a process must stay up to be RUNNING; 0: at once." },
	{ KEY(startretries, integer), .def = "3", .max = NUMBER_MAX, .apply = APPLY_LIVE,
	  .doc = "How often a start that failed is tried again before the process is FATAL." },
	{ KEY(stopsignal, sig), .def = "TERM", .apply = APPLY_LIVE,
	  .doc = "Signal that asks the process to stop." },
	{ KEY(stopwaitsecs, seconds), .def = "10", .max = SECONDS_MAX, .apply = APPLY_LIVE,
	  .doc = "How long a process may take to stop before it gets SIGKILL." },
	{ KEY(stopasgroup, boolean), .def = "false", .apply = APPLY_LIVE,
	  .doc = "Send stopsignal to the whole process group; makes killasgroup true." },
	{ KEY(killasgroup, boolean), .def = NULL, .apply = APPLY_LIVE,
	  .doc = "Send SIGKILL to the whole process group; as stopasgroup unless set." },
	{ KEY(exitcodes, codes), .def = "0", .apply = APPLY_LIVE,
	  .doc = "Exit statuses that are expected." },
	{ KEY(redirect_stderr, boolean), .def = "false", .apply = APPLY_RESTART,
	  .doc = "Give the process its standard output as standard error." },
	{ KEY(numprocs, integer), .def = "1", .max = 100000, .apply = APPLY_NOTHING,
	  .doc = "How many processes to make of the section." },
	{ KEY(numprocs_start, integer), .def = "0", .min = -NUMBER_MAX, .max = NUMBER_MAX,
	  .apply = APPLY_NOTHING,
	  .doc = "Number of the first process." },
	{ KEY_AS("stdout_capture_maxbytes", out.capture_maxbytes, bytes), .def = "0",
	  .max = BYTES_MAX, .apply = APPLY_LOG,
	  .doc = "Size of the buffer for output between the marks of capture mode, at most"
	    " 1MB; 0: off." },
	{ KEY_AS("stdout_events_enabled", out.events_enabled, boolean), .def = "false",
	  .apply = APPLY_LOG,
	  .doc = "Make a PROCESS_LOG_STDOUT event of what the process writes." },
	{ KEY_AS("stderr_capture_maxbytes", err.capture_maxbytes, bytes), .def = "0",
	  .max = BYTES_MAX, .apply = APPLY_LOG,
	  .doc = "As stdout_capture_maxbytes, for standard error." },
	{ KEY_AS("stderr_events_enabled", err.events_enabled, boolean), .def = "false",
	  .apply = APPLY_LOG,
	  .doc = "Make a PROCESS_LOG_STDERR event of what the process writes." },
	{ KEY(serverurl, url), .def = "AUTO", .apply = APPLY_RESTART,
	  .doc = "SUPERVISOR_SERVER_URL of the process; AUTO: our first server." },
	{ KEY(user, user), .def = NULL, .apply = APPLY_RESTART,
	  .doc = "User that the process runs as, with that user's groups." },
	{ KEY(umask, octal), .def = NULL, .apply = APPLY_RESTART,
	  .doc = "File mode creation mask of the process." },
	{ KEY(process_name, name), .def = "%(program_name)s",
	  .flags = KEY_BARE | KEY_LATE, .apply = APPLY_NOTHING,
	  .doc = "Name of each process; must contain %(process_num) when numprocs is above 1." },
	{ KEY(log_policy, policy), .def = "block", .apply = APPLY_LOG, .flags = KEY_OURS,
	  .doc = "When the log cannot be written: block lets the process wait, drop throws"
	    " output away and counts it." },
	{ KEY(sockets, sockets), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Sockets that the supervisor listens at for the program, as"
	    " name=tcp://host:port, name=udp://host:port or name=unix:///path between commas;"
	    " see above." },
	{ KEY(sockets_owner, owner), .def = NULL, .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "Owner, user or user:group, of the files of sockets; the program's user"
	    " unless set." },
	{ KEY(sockets_mode, octal), .def = "0700", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "Mode of the files of sockets." },
	{ KEY(sockets_backlog, integer), .def = "4096", .min = 1, .max = 65535,
	  .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "How many connections may wait at each of sockets; the kernel has a limit of"
	    " its own." },
	{ ENV(env_file, envfiles), .flags = KEY_OURS, .def = "", .names = NAMES_NUMBER, .apply = APPLY_RESTART,
	  .doc = "Files with variables of the process, absolute paths between commas, one with"
	    " a - before it need not be there; see above." },
	{ ENV(env_clear, boolean), .flags = KEY_OURS, .def = "false", .apply = APPLY_RESTART,
	  .doc = "Begin with no variables, in place of those of the supervisor." },
	{ ENV(user_env, boolean), .flags = KEY_OURS, .def = "false", .apply = APPLY_RESTART,
	  .doc = "Set HOME, USER, LOGNAME and SHELL to those of user." },
	{ KEY_OF(struct conf_env, "secret.NAME", secrets, secrets), .part = &env_part,
	  .flags = KEY_OURS | KEY_FAMILY, .names = NAMES_NUMBER, .apply = APPLY_RESTART,
	  .doc = "Path of a file whose text is the value of variable NAME; with file: before it"
	    " the variable is the path of a copy that only the process's user can read; see"
	    " above." },
	{ LIMIT("limit_nofile", RLIMIT_NOFILE),
	  .doc = "How many descriptors each process may have: " LIMIT_DOC },
	{ LIMIT("limit_core", RLIMIT_CORE),
	  .doc = "Size of a core dump: as limit_nofile." },
	{ LIMIT("limit_cpu", RLIMIT_CPU),
	  .doc = "Seconds of processor time: as limit_nofile." },
	{ LIMIT("limit_data", RLIMIT_DATA),
	  .doc = "Size of the data segment: as limit_nofile." },
	{ LIMIT("limit_fsize", RLIMIT_FSIZE),
	  .doc = "Size of a file that is written: as limit_nofile." },
	{ LIMIT("limit_memlock", RLIMIT_MEMLOCK),
	  .doc = "Memory that may be locked: as limit_nofile." },
	{ LIMIT("limit_nproc", RLIMIT_NPROC),
	  .doc = "Processes and threads of the user, on the whole machine: as limit_nofile;"
	    " pids_max counts those of the program." },
	{ LIMIT("limit_as", RLIMIT_AS),
	  .doc = "Address space of each process: as limit_nofile." },
	{ LIMIT("limit_stack", RLIMIT_STACK),
	  .doc = "Size of the stack: as limit_nofile." },
	{ LIMIT("limit_msgqueue", RLIMIT_MSGQUEUE),
	  .doc = "Bytes in POSIX message queues: as limit_nofile." },
	{ LIMIT("limit_rtprio", RLIMIT_RTPRIO),
	  .doc = "Highest real-time priority: as limit_nofile." },
	{ LIMIT("limit_rttime", RLIMIT_RTTIME),
	  .doc = "Microseconds of real-time processor time without a pause: as limit_nofile." },
	{ LIMIT("limit_nice", RLIMIT_NICE),
	  .doc = "20 minus the lowest nice value that it may take: as limit_nofile." },
	{ LIMIT("limit_sigpending", RLIMIT_SIGPENDING),
	  .doc = "Signals that may wait: as limit_nofile." },
	{ LIMIT("limit_rss", RLIMIT_RSS),
	  .doc = "For old kernels: as limit_nofile." },
	{ LIMIT("limit_locks", RLIMIT_LOCKS),
	  .doc = "For old kernels: as limit_nofile." },
	{ ATTR(nice, maybe), .min = -20, .max = 19,
	  .doc = "Priority, from -20 (first) to 19 (last)." },
	{ ATTR(ionice, ionice),
	  .doc = "Priority of disk access: realtime:0 to 7, best-effort:0 to 7, or idle." },
	{ ATTR(oom_score_adj, maybe), .min = -1000, .max = 1000,
	  .doc = "When memory runs out: from -1000 (never killed) to 1000 (killed first)." },
	{ ATTR(cpu_affinity, cpus),
	  .doc = "Processors that it may run on, as 0,2-3." },
	{ ATTR(no_new_privs, boolean), .def = "false",
	  .doc = "Set-user-id files and file capabilities give it no more rights." },
	{ ATTR(capabilities, caps),
	  .doc = "The capabilities that it keeps, between commas, also under a user that is not"
	    " root; all others are out of reach for it and its descendants.  none: no"
	    " capability." },
	{ RES(memory_max, bytes), .def = "0", .max = BYTES_MAX, .apply = APPLY_LIVE,
	  .doc = "Memory that all its processes together may use before one is killed; see"
	    " above.  0: no limit." },
	{ RES(memory_high, bytes), .def = "0", .max = BYTES_MAX, .apply = APPLY_LIVE,
	  .doc = "Memory above which they are slowed down; 0: no limit." },
	{ RES(cpu_max, ratio), .def = "0", .max = 1000000000, .apply = APPLY_LIVE,
	  .doc = "Processors that they may use: 0.5 is half of one, 2 is two; 0: no limit." },
	{ RES(pids_max, integer), .def = "0", .max = NUMBER_MAX, .apply = APPLY_LIVE,
	  .doc = "How many processes and threads there may be of them; 0: no limit." },
	{ WHEN("schedule", schedule, schedule),
	  .doc = "When the program is started: five fields as in a crontab, every 5m, @hourly,"
	    " @daily, @weekly, @monthly, @yearly, or @start; see above." },
	{ WHEN("schedule_zone", zone, zone),
	  .doc = "Time zone of schedule: a name such as Europe/Berlin, UTC, or a rule such as"
	    " CET-1CEST,M3.5.0,M10.5.0/3; that of the supervisor unless set." },
	{ WHEN("schedule_overlap", overlap, overlap), .def = "skip",
	  .doc = "What to do when the run before has not ended: leave the new one out, run it"
	    " behind the other, or stop the other." },
	{ WHEN("schedule_jitter", jitter, span), .def = "0", .max = 86400000,
	  .doc = "Each run begins so much later at most, at random." },
	{ WHEN("schedule_catchup", catchup, catchup), .def = "none",
	  .doc = "What to do about times that have passed unnoticed, because the machine slept or"
	    " its clock was set: nothing, or one run for all of them." },
	{ KEY(type, kind), .def = "simple", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "oneshot: its task is done when it has ended, so an expected end is not"
	    " followed by a start, and it is ready when it has ended so.  notify: ready=notify,"
	    " and it is RUNNING when it has said that it is ready, whatever startsecs says." },
	{ KEY(essential, boolean), .def = "false", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "When the process has ended and is not started again, or is FATAL, the"
	    " supervisor ends in order, with its exit status." },
	{ KEY_OF(struct conf_in_roles, "roles", roles, list), .part = &in_roles, .def = "",
	  .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "Roles that need the program, between commas.  Then they start and stop it, and"
	    " autostart is ignored; it comes behind what [role:x] names in programs." },
	{ KEY(ready_timeout, seconds), .def = "0", .max = SECONDS_MAX, .apply = APPLY_LIVE,
	  .flags = KEY_OURS,
	  .doc = "How long it may take to be ready before it is stopped and started again; for a"
	    " oneshot, to be done before it is stopped, which is its failure.  0: as long as it"
	    " wants." },
	{ WATCH("watchdog", watchdog, span), .def = "0", .max = SPAN_MAX, .apply = APPLY_RESTART,
	  .doc = "How often it has to send WATCHDOG=1 (sd_notify) once it is ready; when it does"
	    " not, it gets SIGABRT, and SIGKILL after stopwaitsecs, and is started again.  0:"
	    " it need not." },
	{ WATCH("notify_access", notify_access, access), .def = "all", .apply = APPLY_LIVE,
	  .doc = "Whose messages (sd_notify) are taken: all that come from the process, or"
	    " those of its main process only." },
	{ WATCH("health_interval", health_interval, span), .def = "30s", .min = 1,
	  .max = SPAN_MAX, .apply = APPLY_LIVE,
	  .doc = "Time from the end of one probe of health to the next." },
	{ WATCH("health_timeout", health_timeout, span), .def = "5s", .min = 1,
	  .max = SPAN_MAX, .apply = APPLY_LIVE,
	  .doc = "A probe, also one of ready, that takes longer has failed." },
	{ WATCH("health_retries", health_retries, integer), .def = "3", .min = 1,
	  .max = NUMBER_MAX, .apply = APPLY_LIVE,
	  .doc = "So many failures in a row make the process unhealthy." },
	{ WATCH("health_start_period", health_start_period, span), .def = "0",
	  .max = SPAN_MAX, .apply = APPLY_LIVE,
	  .doc = "For so long after the process is ready failures do not count, until the"
	    " first success." },
	{ WATCH("on_unhealthy", on_unhealthy, unhealthy), .def = "restart", .apply = APPLY_LIVE,
	  .doc = "What to do with a process that is unhealthy; none: only say so." },
	{ KEY(depends_on, depends), .def = "", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "What must be before a process is started, NAME:CONDITION between commas:"
	    " NAME is a group, a program or group:process, CONDITION started, running, ready"
	    " (unless said), healthy or done.  With a ? at the end it is order only: a dependency that"
	    " fails or is not wanted is not waited for." },
	{ KEY(on_dependency_loss, loss), .def = "keep", .apply = APPLY_LIVE,
	  .flags = KEY_OURS,
	  .doc = "What to do with the process when a dependency goes down." },
	{ RETRY(backoff, span), .def = NULL, .min = 1, .max = SPAN_MAX,
	  .doc = "Pause before a process is started again by itself, after a failed start or an"
	    " exit; then longer and longer.  Without it supervisord's rules hold: at once"
	    " after an exit, 1, 2, 3, ... seconds after failed starts." },
	{ RETRY(backoff_factor, ratio), .def = "2", .min = 1000, .max = 1000000,
	  .doc = "How much longer each pause is than the one before." },
	{ RETRY(backoff_max, span), .def = "30s", .min = 1, .max = SPAN_MAX,
	  .doc = "The longest pause.  Who has stayed up that long begins anew with backoff." },
	{ RETRY(backoff_jitter, ratio), .def = "10%", .max = 1000,
	  .doc = "The part of a pause by which it is drawn at random, up or down, so that"
	    " those that failed together do not come back together." },
	{ RETRY(restart_limit, limit), .def = "0", .max = CONF_EXITS_MAX,
	  .doc = "With more exits than N in TIME, N/TIME, the process is FATAL; every exit"
	    " counts that was not asked for, and every failed start.  In place of"
	    " startretries; 0: no limit." },
	{ RETRY(fatal_retry, span), .def = "0", .max = SPAN_MAX,
	  .doc = "After how long a process that is FATAL, since its starts or its exits were"
	    " too many, is started once more; 0: never." },
	{ RETRY(permanent_exitcodes, codes), .def = "",
	  .doc = "Exit statuses after which another start is no use: the process is FATAL at"
	    " once, and stays so." },
	{ ACT(stop_signals, steps), .def = "", .max = SPAN_MAX,
	  .doc = "How a process is stopped, in place of stopsignal and stopwaitsecs: signals, and"
	    " after each how long to wait for its end, as in TERM 5s INT 5s KILL." },
	{ ACT(reload_signal, sig), .def = NULL,
	  .doc = "Signal that has the process read its own configuration again, for supctl"
	    " refresh." },
	{ HOOK(pre_start), .def = NULL,
	  .doc = "Command to run before each start; when it fails, so does the start." },
	{ HOOK(post_start), .def = NULL,
	  .doc = "Command to run when the process is RUNNING." },
	{ HOOK(pre_stop), .def = NULL,
	  .doc = "Command to run before the process is asked to stop." },
	{ HOOK(stop_command), .def = NULL,
	  .doc = "Command that asks the process to stop; when it fails, or the process has not"
	    " ended after stopwaitsecs, the signals follow." },
	{ HOOK(post_exit), .def = NULL,
	  .doc = "Command to run after each end of the process, with EXIT_STATUS and EXIT_SIGNAL;"
	    " the next start waits for it." },
	{ HOOK(reload_command), .def = NULL,
	  .doc = "As reload_signal, which it replaces: a command." },
	{ ACT(hook_timeout, span), .def = "30s", .min = 1, .max = SPAN_MAX,
	  .doc = "How long each of these commands but stop_command may run before it is"
	    " killed, and has failed." },
	{ KEY(ready, ready), .def = "running", .names = NAMES_NUMBER, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "When the process is ready: running; notify (sd_notify); fd:N, a newline on"
	    " that descriptor; listen:tcp:PORT or listen:unix:/PATH, somebody listens there;"
	    " file:/PATH, the file is there and not older than the process; log:REGEX, it has"
	    " written a line that the extended regular expression matches; exec:COMMAND, the"
	    " command succeeds; http://HOST:PORT/PATH is answered with a status 200 to 399." },
	{ WATCH("health", health, health), .def = "none", .names = NAMES_NUMBER,
	  .apply = APPLY_LIVE,
	  .doc = "How to look, from when it is ready on, whether it still serves: exec:COMMAND"
	    " or http://HOST:PORT/PATH as in ready; tcp:PORT, tcp:HOST:PORT or unix:/PATH,"
	    " somebody accepts there." },
	{ KEY_OF(struct conf_config, "on_config_change", on_config_change, config_change),
	  .part = &config_part, .def = "ignore", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "What to do with a running process when a value of the store changes that its"
	    " section names: ignore (its next start has the new one), reload (it gets reload_signal,"
	    " else SIGHUP), or restart." },
	{ KEY(environment, environment), .def = "", .names = NAMES_NUMBER | NAMES_STORE,
	  .flags = KEY_BARE,
	  .apply = APPLY_RESTART,
	  .doc = "Variables of the process, KEY=\"value\" between commas, over those of the"
	    " supervisor." },
	{ KEY(directory, string), .def = NULL, .names = NAMES_NUMBER, .apply = APPLY_RESTART,
	  .doc = "Directory to change to before the program is executed." },
	{ KEY_AS("stdout_logfile", out, logfile), .def = "AUTO", .names = NAMES_NUMBER,
	  .apply = APPLY_LOG,
	  .doc = "Where standard output goes; AUTO: a file in childlogdir, removed at the"
	    " next start; NONE: nowhere." },
	{ KEY_AS("stdout_logfile_backups", out.backups, integer), .def = "10",
	  .max = NUMBER_MAX, .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "How many rotated files to keep." },
	{ KEY_AS("stdout_logfile_maxbytes", out.maxbytes, bytes), .def = "50MB",
	  .max = BYTES_MAX, .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "Size at which the file is rotated; 0: never." },
	{ KEY_AS("stdout_syslog", out.syslog, boolean), .def = "false",
	  .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "Send standard output to syslog, too." },
	{ KEY_AS("stderr_logfile", err, logfile), .def = "AUTO", .names = NAMES_NUMBER,
	  .apply = APPLY_LOG,
	  .doc = "As stdout_logfile, for standard error." },
	{ KEY_AS("stderr_logfile_backups", err.backups, integer), .def = "10",
	  .max = NUMBER_MAX, .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "As stdout_logfile_backups." },
	{ KEY_AS("stderr_logfile_maxbytes", err.maxbytes, bytes), .def = "50MB",
	  .max = BYTES_MAX, .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "As stdout_logfile_maxbytes." },
	{ KEY_AS("stderr_syslog", err.syslog, boolean), .def = "false",
	  .names = NAMES_NUMBER, .apply = APPLY_LOG,
	  .doc = "Send standard error to syslog, too." },
	{ KEY(command, words), .def = NULL, .names = NAMES_NUMBER | NAMES_STORE, .apply = APPLY_RESTART,
	  .doc = "Program and arguments, split like a shell would, without a shell; must be"
	    " given." },
};

static const struct conf_key group_keys[] = {
	{ KEY_OF(struct group_keys, "programs", programs, list), .def = "",
	  .apply = APPLY_LIVE,
	  .doc = "Names of the programs whose processes make the group; they have no group"
	    " of their own then." },
	{ KEY_OF(struct group_keys, "priority", priority, integer), .def = "999",
	  .min = -NUMBER_MAX, .max = NUMBER_MAX, .apply = APPLY_LIVE,
	  .doc = "Order among the groups: low ones start first and stop last." },
	{ KEY_OF(struct group_keys, "depends_on", depends_on, depends), .def = "",
	  .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "As in a program, for every process of the group." },
};

static const struct conf_key listener_keys[] = {
	{ KEY_OF(struct conf_listener, "priority", priority, integer), .def = "-1",
	  .min = -NUMBER_MAX, .max = NUMBER_MAX, .apply = APPLY_LIVE,
	  .doc = "Order of the pool among the groups." },
	{ KEY_OF(struct conf_listener, "buffer_size", buffer_size, integer), .def = "10",
	  .apply = APPLY_LIVE,
	  .doc = "How many events may wait for the pool; then the oldest is dropped and"
	    " counted." },
	{ KEY_OF(struct conf_listener, "result_handler", result_handler, string),
	  .def = "supervisor.dispatchers:default_handler", .apply = APPLY_NOTHING,
	  .doc = "supervisor.dispatchers:default_handler, or supervisor_stdout:event_handler: then"
	    " no process is started, and the supervisor prints the output of programs by"
	    " itself, see above; any other is refused." },
	{ KEY_OF(struct conf_listener, "events", events, list), .def = NULL,
	  .apply = APPLY_LIVE,
	  .doc = "Types of the events that the pool gets, between commas; must be given." },
};

static const struct conf_key fcgi_keys[] = {
	{ KEY_OF(struct conf_fcgi, "socket_backlog", socket_backlog, integer), .def = NULL,
	  .apply = APPLY_LIVE,
	  .doc = "Length of the queue of the socket." },
	{ KEY_OF(struct conf_fcgi, "socket_owner", socket_owner, owner), .def = NULL,
	  .apply = APPLY_LIVE, .refusal = "Invalid socket_owner value",
	  .doc = "Owner of the socket's file; the program's user unless set." },
	{ KEY_OF(struct conf_fcgi, "socket_mode", socket_mode, octal), .def = "0700",
	  .apply = APPLY_LIVE, .refusal = "Invalid socket_mode value",
	  .doc = "Mode of the socket's file." },
	{ KEY_OF(struct conf_fcgi, "socket", socket, string), .def = NULL,
	  .names = NAMES_PROGRAM, .apply = APPLY_RESTART,
	  .doc = "Socket that all processes get as standard input: unix:///path or"
	    " tcp://host:port, the host as in sockets; must be given." },
};

#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])
#define PROGRAM_NAMES (NAMES_HERE | NAMES_HOST | NAMES_PROGRAM | NAMES_GROUP)

const struct conf_table conf_program_table = {
	.section = "program", .match = MATCH_NAMED, ROWS(program_keys),
	.names = PROGRAM_NAMES,
	.doc = "A program to run.  Its processes are addressed as x, or as x:NAME when"
	    " there are several.",
};

const struct conf_table conf_group_table = {
	.section = "group", .match = MATCH_NAMED, ROWS(group_keys), .names = NAMES_HERE,
	.doc = "Several programs under one name.",
};

const struct conf_table conf_listener_table = {
	.section = "eventlistener", .match = MATCH_NAMED, ROWS(listener_keys),
	.base = &conf_program_table, .names = NAMES_HERE,
	.doc = "A pool of processes that are told about events; has the keys of a program,"
	    " too.",
};

const struct conf_table conf_fcgi_table = {
	.section = "fcgi-program", .match = MATCH_NAMED, ROWS(fcgi_keys),
	.base = &conf_program_table, .names = NAMES_HERE,
	.doc = "A program whose processes share a listening socket; has the keys of a"
	    " program, too.",
};
