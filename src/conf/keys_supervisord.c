/*
 * The keys of all sections that are not about programs, and the list of tables.
 * Rows are in the order in which supervisord checks them.
 */
#include "conf/keys.h"

#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX	INT32_MAX
#define BYTES_MAX	INT64_MAX

#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0)

#define KEY(f, t) KEY_OF(struct conf_supervisord, #f, f, t)

static const struct conf_key supervisord_keys[] = {
	{ KEY(minfds, integer), .def = "1024", .max = NUMBER_MAX, .apply = APPLY_SUPERVISOR,
	  .doc = "How many descriptors the supervisor must be able to open." },
	{ KEY(minprocs, integer), .def = "200", .max = NUMBER_MAX, .apply = APPLY_SUPERVISOR,
	  .doc = "How many processes the supervisor must be able to have." },
	{ KEY(directory, directory), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .doc = "Directory to change to when the supervisor becomes a daemon." },
	{ KEY(umask, octal), .def = "022", .apply = APPLY_SUPERVISOR,
	  .doc = "File mode creation mask of the supervisor as a daemon." },
	{ KEY(logfile, abspath), .def = "supervisord.log", .apply = APPLY_SUPERVISOR,
	  .doc = "Log of the supervisor." },
	{ KEY(logfile_maxbytes, bytes), .def = "50MB", .max = BYTES_MAX,
	  .apply = APPLY_SUPERVISOR,
	  .doc = "Size at which the log is rotated; 0: never." },
	{ KEY(logfile_backups, integer), .def = "10", .max = NUMBER_MAX,
	  .apply = APPLY_SUPERVISOR,
	  .doc = "How many rotated logs to keep." },
	{ KEY(loglevel, level), .def = "info", .apply = APPLY_SUPERVISOR,
	  .doc = "Lines of what importance go to the log: critical, error, warn, info,"
	    " debug, trace or blather."
	    "  At debug and below the output of programs stands in it as well." },
	{ KEY(pidfile, abspath), .def = "supervisord.pid", .apply = APPLY_SUPERVISOR,
	  .doc = "File that holds the process id of the supervisor." },
	{ KEY(identifier, string), .def = "supervisor", .apply = APPLY_SUPERVISOR,
	  .doc = "Name of this supervisor, in events and in names of log files." },
	{ KEY(nodaemon, boolean), .def = "false", .apply = APPLY_SUPERVISOR,
	  .doc = "Stay in the foreground." },
	{ KEY(silent, boolean), .def = "false", .apply = APPLY_SUPERVISOR,
	  .doc = "In the foreground, do not write the log to standard output as well." },
	{ KEY(childlogdir, directory), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .doc = "Directory of the AUTO logs of programs; that of temporary files unless"
	    " set." },
	{ KEY(nocleanup, boolean), .def = "false", .apply = APPLY_SUPERVISOR,
	  .doc = "Do not remove AUTO logs of an earlier run." },
	{ KEY(strip_ansi, boolean), .def = "false", .apply = APPLY_SUPERVISOR,
	  .doc = "Remove ANSI escape sequences from the logs of programs." },
	{ KEY(environment, environment), .def = "", .names = NAMES_HOST,
	  .apply = APPLY_SUPERVISOR,
	  .doc = "Variables for all programs, KEY=\"value\" between commas; also known as"
	    " %(ENV_KEY)s." },
	{ KEY(user, user), .def = NULL, .apply = APPLY_SUPERVISOR, .flags = KEY_LAST,
	  .doc = "User that the supervisor itself becomes." },
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_supd, #f, f, t)

static const struct conf_key supd_keys[] = {
	{ KEY(statedir, path), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .flags = KEY_OURS,
	  .doc = "Directory for what is remembered over restarts; /var/lib/supd, or"
	    " $XDG_STATE_HOME/supd for a user, unless set." },
	{ KEY(stdout_format, format), .def = "raw", .apply = APPLY_SUPERVISOR,
	  .flags = KEY_OURS,
	  .doc = "How output of programs looks that goes to the supervisor's own output:"
	    " raw, tagged with the name of the process, or json." },
	{ KEY(cgroup, cgroup), .def = "auto", .apply = APPLY_SUPERVISOR,
	  .flags = KEY_OURS,
	  .doc = "Use a writable cgroup to find every process of a program: auto or off." },
	{ KEY(log_ring, bytes), .def = "4KB", .max = 1 << 30, .apply = APPLY_SUPERVISOR,
	  .flags = KEY_OURS,
	  .doc = "How much recent output of each stream is kept in memory." },
	{ KEY(exit_when, exit), .def = "essential", .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "When the supervisor ends by itself: when an essential program has ended;"
	    " also when all programs have (all-done); also when any one is FATAL (any-fatal);"
	    " or never." },
	{ KEY(stop_budget, span), .def = "0", .max = 315360000000,
	  .apply = APPLY_LIVE, .flags = KEY_OURS,
	  .doc = "How long a whole shutdown may take: each stop gets a part of it, so that there"
	    " is time for all, and who does not end in its part is killed; 0: no limit." },
	{ KEY(restart_brake, limit), .def = "1000/1s", .max = 1000000, .apply = APPLY_LIVE,
	  .flags = KEY_OURS,
	  .doc = "When more than N programs in TIME, N/TIME, have to be started again by"
	    " themselves, the rest waits, so that a machine does not drown in what failed"
	    " all at once; a program counts once in that time.  0: no brake." },
	{ KEY(web_user, user), .def = NULL, .apply = APPLY_SUPERVISOR, .flags = KEY_OURS,
	  .doc = "User that answers HTTP, if the supervisor is root; nobody unless set." },
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_server, #f, f, t)

static const struct conf_key unix_keys[] = {
	{ KEY(file, path), .def = NULL, .names = NAMES_HERE, .flags = KEY_REQUIRED,
	  .apply = APPLY_SUPERVISOR,
	  .doc = "Path of the socket; must be given." },
	{ KEY(username, string), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .doc = "User that a client has to name." },
	{ KEY(password, string), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .flags = KEY_SECRET,
	  .doc = "Password, or {SHA} and its SHA-1 in hexadecimal digits." },
	{ KEY(chown, owner), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .refusal = "Invalid sockchown value",
	  .doc = "Owner of the socket's file." },
	{ KEY(chmod, octal), .def = "0700", .apply = APPLY_SUPERVISOR,
	  .refusal = "Invalid chmod value",
	  .doc = "Mode of the socket's file." },
};

static const struct conf_key inet_keys[] = {
	{ KEY(username, string), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .doc = "User that a client has to name." },
	{ KEY(password, string), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .flags = KEY_SECRET,
	  .doc = "Password, or {SHA} and its SHA-1 in hexadecimal digits." },
	{ .name = "port", .type = &conf_address, .off = 0, .def = NULL,
	  .flags = KEY_REQUIRED, .apply = APPLY_SUPERVISOR,
	  .doc = "Where to listen: port, host:port, or *:port; must be given." },
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_ctl, #f, f, t)

static const struct conf_key ctl_keys[] = {
	{ KEY(serverurl, string), .def = NULL, .names = NAMES_HERE, .apply = APPLY_NOTHING,
	  .doc = "Where the supervisor is: unix:///path, http://host:port or https://host:port."
	    "  Unless set: the file of [unix_http_server], else the default socket." },
	{ KEY(prompt, string), .def = "supervisor", .apply = APPLY_NOTHING,
	  .doc = "Prompt of the shell." },
	{ KEY(username, string), .def = NULL, .apply = APPLY_NOTHING,
	  .doc = "User to name to the server." },
	{ KEY(password, string), .def = NULL, .apply = APPLY_NOTHING,
	  .flags = KEY_SECRET,
	  .doc = "Password to give to the server." },
	{ KEY(cacert, path), .def = NULL, .names = NAMES_HERE, .apply = APPLY_NOTHING,
	  .doc = "File of the CA certificates to trust for https, in PEM.  Unless set: those of"
	    " the system." },
	{ KEY(history_file, string), .def = NULL, .names = NAMES_HERE,
	  .apply = APPLY_NOTHING,
	  .doc = "File that keeps the lines typed in the shell." },
};

#define SINGLE(key) KEY_OF(struct single_key, key, value, string)

static const struct conf_key include_keys[] = {
	{ SINGLE("files"), .def = NULL, .apply = APPLY_NOTHING,
	  .doc = "Patterns of files to read as well, between blanks." },
};
static const struct conf_key rpc_keys[] = {
	{ SINGLE("supervisor.rpcinterface_factory"), .def = NULL, .apply = APPLY_SUPERVISOR,
	  .doc = "Must be given.  Of any other than"
	    " supervisor.rpcinterface:make_main_rpcinterface a warning says that its methods"
	    " do not exist." },
};
static const struct conf_key plugin_keys[] = {
	{ SINGLE("supervisor.ctl_factory"), .def = NULL, .apply = APPLY_NOTHING,
	  .doc = "Python code that supctl cannot use." },
};

#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])

const struct conf_table conf_supervisord_table = {
	.section = "supervisord", ROWS(supervisord_keys), .names = NAMES_HERE,
	.doc = "The supervisor itself.  This section must exist.",
};
const struct conf_table conf_supd_table = {
	.section = "supd", ROWS(supd_keys), .names = NAMES_HERE,
	.doc = "What supervisord has no key for.",
};
const struct conf_table conf_unix_table = {
	.section = "unix_http_server", .match = MATCH_PREFIX, ROWS(unix_keys),
	.doc = "The control socket.",
};
const struct conf_table conf_inet_table = {
	.section = "inet_http_server", .match = MATCH_PREFIX, ROWS(inet_keys),
	.doc = "A TCP port for clients.",
};
const struct conf_table conf_ctl_table = {
	.section = "supervisorctl", ROWS(ctl_keys),
	.doc = "Read by the client only.",
};
const struct conf_table conf_include_table = {
	.section = "include", ROWS(include_keys), .names = NAMES_HERE | NAMES_HOST,
	.doc = "Files to read as well.  They cannot include further ones.",
};
const struct conf_table conf_rpc_table = {
	.section = "rpcinterface", .match = MATCH_NAMED, ROWS(rpc_keys), .open = true,
	.doc = "For compatibility.",
};
const struct conf_table conf_plugin_table = {
	.section = "ctlplugin", .match = MATCH_NAMED, ROWS(plugin_keys), .open = true,
	.doc = "For compatibility.",
};

const struct conf_table *const conf_tables[] = {
	&conf_supervisord_table, &conf_supd_table, &conf_program_table, &conf_group_table,
	&conf_template_table, &conf_instance_table, &conf_scale_table,
	&conf_service_table, &conf_service_ports_table,
	&conf_listener_table, &conf_fcgi_table, &conf_role_table, &conf_rolegroup_table,
	&conf_unix_table, &conf_inet_table,
	&conf_include_table, &conf_ctl_table, &conf_rpc_table, &conf_plugin_table,
	&conf_gateway_table, &conf_plan_table, &conf_node_table, &conf_store_table, NULL
};

static bool
matches(const struct conf_table *t, const char *section)
{
	size_t len = strlen(t->section);

	if (strncmp(section, t->section, len) != 0)
		return false;
	switch (t->match) {
	case MATCH_WORD:
		return section[len] == '\0';
	case MATCH_NAMED:
		return section[len] == ':';
	case MATCH_PREFIX:
		return true;
	}
	return false;
}

const struct conf_table *
conf_table_find(const char *section)
{
	for (size_t i = 0; conf_tables[i] != NULL; i++)
		if (matches(conf_tables[i], section))
			return conf_tables[i];
	return NULL;
}

const char *
conf_key_member(const struct conf_key *k, const char *name)
{
	size_t len = strcspn(k->name, ".") + 1;

	if (!(k->flags & KEY_FAMILY) || strncmp(name, k->name, len) != 0)
		return NULL;
	return name + len;
}

static bool
is_named(const struct conf_key *k, const char *name)
{
	if (k->flags & KEY_FAMILY)
		return conf_key_member(k, name) != NULL;
	return strcmp(k->name, name) == 0;
}

const struct conf_key *
conf_key_find(const struct conf_table *t, const char *key)
{
	for (; t != NULL; t = t->base)
		for (size_t i = 0; i < t->nkeys; i++)
			if (is_named(&t->keys[i], key))
				return &t->keys[i];
	return NULL;
}

/* ---- fields ---- */

static void *
part_of(const struct conf_key *k, const void *fields)
{
	return *(void *const *)(const void *)((const char *)fields + k->part->at);
}

bool
conf_has_part(const struct conf_key *k, const void *fields)
{
	return k->part == NULL || part_of(k, fields) != NULL;
}

const void *
conf_field_const(const struct conf_key *k, const void *fields)
{
	static const union { int64_t align; char zero[CONF_PART_MAX]; } none;

	if (k->part == NULL)
		return (const char *)fields + k->off;
	if (part_of(k, fields) == NULL)
		return none.zero + k->off;
	return (const char *)part_of(k, fields) + k->off;
}

void *
conf_field(const struct conf_key *k, void *fields)
{
	return (char *)(k->part != NULL ? part_of(k, fields) : fields) + k->off;
}

int
conf_make_part(const struct conf_key *k, void *fields)
{
	void **at = (void **)(void *)((char *)fields + k->part->at);

	if (*at == NULL)
		*at = calloc(1, k->part->size);
	return *at != NULL ? 0 : -1;
}

void
conf_release(const struct conf_table *t, void *fields)
{
	for (size_t i = 0; i < t->nkeys; i++)
		if (t->keys[i].type->release != NULL && conf_has_part(&t->keys[i], fields))
			t->keys[i].type->release(conf_field(&t->keys[i], fields));
	for (size_t i = 0; i < t->nkeys; i++)
		if (t->keys[i].part != NULL) {
			void **at = (void **)(void *)((char *)fields + t->keys[i].part->at);

			free(*at);
			*at = NULL;
		}
}
