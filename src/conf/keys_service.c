/*
 * The keys of [service:x], and of [ports:x] in the state directory.
 */
#include "conf/keys.h"
#include "conf/service.h"

#define KEY_AS(key, field, t) .name = key, .type = &conf_##t, \
	.off = offsetof(struct service_keys, field) + \
	_Generic(((struct service_keys *)0)->field, ct_##t: 0)
#define KEY(f, t) KEY_AS(#f, f, t)
#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])
#define INSTANCES_MAX	10000
#define SECONDS_MAX	86400

static const struct conf_key service_keys[] = {
	{ KEY(process, string), .def = NULL, .flags = KEY_OURS | KEY_LATE,
	  .doc = "What each copy runs: a line for a shell, after the profile, in approot.  Unless"
	    " it or process.NAME is given: the file run in the home." },
	{ KEY_AS("process.NAME", processes, pairs), .def = NULL,
	  .flags = KEY_OURS | KEY_LATE | KEY_FAMILY,
	  .doc = "The same for a copy of several processes: x.0:NAME." },
	{ KEY(home, path), .def = NULL, .flags = KEY_OURS,
	  .doc = "HOME of the processes, and where profile, run and the environment files are;"
	    " the directory of this file unless set.  For supctl deploy it is a symbolic link, or"
	    " not there yet." },
	{ KEY(approot, string), .def = ".", .flags = KEY_OURS,
	  .doc = "Directory in the home where processes, postinstall and build are started." },
	{ KEY(instances, integer), .def = "1", .max = INSTANCES_MAX, .flags = KEY_OURS,
	  .doc = "How many copies to run; each is a group of its own, x.0, x.1 and so on." },
	{ KEY_AS("port.NAME", port, pairs), .def = NULL, .flags = KEY_OURS | KEY_FAMILY,
	  .doc = "A port of each copy: http, tcp or udp, which is one of ports that stays the"
	    " same; or with :NUMBER behind it that of copy 0, and the next ones of the others."
	    "  Processes find it as PORT_NAME." },
	{ KEY_AS("env.NAME", env, pairs), .def = NULL, .flags = KEY_OURS | KEY_FAMILY,
	  .doc = "A variable of the processes; wins over all others." },
	{ KEY(profile, string), .def = NULL, .flags = KEY_OURS,
	  .doc = "File that the shell reads before a process, relative to the home; where it"
	    " fails the process is not started.  The file profile unless set, if it is there." },
	{ KEY(postinstall, string), .def = NULL, .flags = KEY_OURS | KEY_LATE,
	  .doc = "A line for a shell that has to succeed before the processes of a copy are"
	    " started, as x.0:postinstall, and before supctl deploy switches to new files." },
	{ KEY_AS("postinstall_timeout", postinstall_limit, seconds), .def = "600", .min = 1,
	  .max = SECONDS_MAX, .flags = KEY_OURS,
	  .doc = "How long it may take." },
	{ KEY(build, string), .def = NULL, .flags = KEY_OURS | KEY_LATE,
	  .doc = "What supctl build runs in approot: a line for a shell." },
	{ KEY_AS("build_timeout", build_limit, seconds), .def = "900", .min = 1,
	  .max = SECONDS_MAX, .flags = KEY_OURS,
	  .doc = "How long it may take." },
	{ KEY(ports, ports), .def = "34000-34999", .flags = KEY_OURS,
	  .doc = "Ports to choose from, as FIRST-LAST." },
	{ KEY(host, string), .def = "127.0.0.1", .flags = KEY_OURS,
	  .doc = "Where other services find its ports." },
	{ KEY(project, string), .def = NULL, .flags = KEY_OURS,
	  .doc = "DOTCLOUD_PROJECT of the processes; the identifier of the supervisor unless"
	    " set." },
	{ KEY(balance, balance), .def = "none", .flags = KEY_OURS,
	  .doc = "How connections to http ports come to the copies: none, each has a port of its"
	    " own; round-robin, all have the same socket, which the supervisor holds and hands"
	    " over as LISTEN_FDS, so each connection goes to one that is free; haproxy, for"
	    " programs that cannot take it: each has a port of its own, and an HAProxy, the process"
	    " x.haproxy, hands connections to those that listen, in turn.  Its file haproxy.cfg in"
	    " the home is written, and it reads it again, whenever copies come or go." },
};

const struct conf_table conf_service_table = {
	.section = "service", .match = MATCH_NAMED, ROWS(service_keys),
	.base = &conf_program_table, .open = true,
	.names = NAMES_HERE | NAMES_HOST | NAMES_PROGRAM,
	.doc = "A custom service: one or more processes, in any number of copies, with ports and"
	    " what the others have to know about it in their environments.  x has at most 16 small"
	    " letters, digits and _.  Keys of a program, such as user or stopsignal, are"
	    " those of each process.  Any other key is the service's own.  Every key is told"
	    " to the processes as SERVICE_KEY, e.g. SERVICE_APPROOT, and one with a dot as"
	    " SERVICE_PORTS_NAME, SERVICE_PROCESSES_NAME, SERVICE_ENVIRONMENT_NAME.",
};

const struct conf_table conf_service_ports_table = {
	.section = "ports", .match = MATCH_NAMED, .open = true,
	.doc = "In the state directory: the ports of [service:x], NAME.COPY = NUMBER, and supd.config,"
	    " the configuration file that they are for.",
};
