/*
 * The keys of sections that guests carry out: the config store and nodes; keys_gateway.c
 * has gateways and their plans.  The core passes them on as JSON (ctl/keys.c) and looks only into the part that
 * all have in common; so a key for a guest is one field and one row here.
 */
#include "conf/keys.h"

#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0)

/* ---- [store] ---- */

struct conf_store {
	struct conf_guest_keys all;
	int64_t	 history;
};

#define KEY(f, t) KEY_OF(struct conf_store, #f, f, t)

static const struct conf_key store_keys[] = {
	{ KEY_OF(struct conf_store, "user", all.user, user), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = GUEST_USER_DOC },
	{ KEY(history, integer), .def = "10000", .min = 1, .max = 10000000, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "How many of the last changes a watcher may still ask for." },
};

/* ---- [node:x] ---- */

struct conf_node {
	struct conf_guest_keys all;
	char	*service;
	char	*plan;
	enum node_kind kind;
	int64_t	 capacity;
	struct conf_ports ports;
	char	*host;
	char	*base_dir;
	struct conf_user owner;
	int64_t	 quota;
	struct strlist versions;
	char	*default_version;
	char	*template;
	struct strlist conf_template;
	struct strlist credentials;
	char	*provision, *unprovision, *bind, *unbind, *enable, *disable, *update;
	int64_t	 hook_timeout;
	char	*monitor;
	int64_t	 monitor_interval, monitor_failures;
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_node, #f, f, t)
#define HOOK_DOC(what) "Executable that is run " what "; it reads JSON and may answer with" \
	" JSON, see supd-node(8)."

static const struct conf_key node_keys[] = {
	{ KEY_OF(struct conf_node, "user", all.user, user), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = GUEST_USER_DOC },
	{ KEY_OF(struct conf_node, "command", all.command, words), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = GUEST_COMMAND_DOC("node") },
	{ KEY_OF(struct conf_node, "config", all.config, path), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = GUEST_CONFIG_DOC },
	{ KEY_OF(struct conf_node, "token", all.token, string), .def = NULL,
	  .flags = KEY_OURS | KEY_SECRET, .apply = APPLY_RESTART,
	  .doc = "For command: what it finds as SUPD_TOKEN in its environment." },
	{ KEY(service, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Service whose instances are made here; the x of the section unless set." },
	{ KEY(plan, string), .def = "free", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Plan of that service that the instances belong to." },
	{ KEY(kind, node_kind), .def = "echo", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "What an instance is: nothing but a name (echo), a process made from a"
	    " [template:x], a directory, or what the command of a hook makes." },
	{ KEY(capacity, integer), .def = "100", .max = 1000000, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "How many instances there may be at a time." },
	{ KEY(ports, ports), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Ports for instances, as FIRST-LAST; each gets the lowest free one.  Unless set:"
	    " instances have no port." },
	{ KEY(host, string), .def = "127.0.0.1", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Address of this machine in credentials." },
	{ KEY(base_dir, path), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Each instance has a directory of its name in here; below the state directory"
	    " unless set." },
	{ KEY(owner, user), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "User who owns the directories; the one that the node runs as unless set." },
	{ KEY(quota, bytes), .def = "0", .max = INT64_MAX, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "Size of a directory from which on the instance is listed as over its quota;"
	    " 0: no limit." },
	{ KEY(versions, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Versions of the service that can be had, between commas." },
	{ KEY(default_version, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "The one that is taken unless one is asked for; the first of versions unless"
	    " set." },
	{ KEY(template, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "The x of the [template:x] that a process is made from; that of the section"
	    " unless set." },
	{ KEY(conf_template, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Files to write into config/ of an instance's directory, between commas; holes"
	    " such as %(port)s are filled." },
	{ KEY(credentials, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS | KEY_LATE,
	  .doc = "More members of the credentials, as NAME=VALUE between commas; holes are"
	    " filled, %(password)s is a new random word." },
	{ KEY(provision, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("to make an instance") },
	{ KEY(unprovision, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("to remove one") },
	{ KEY(bind, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("for new credentials") },
	{ KEY(unbind, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("to take them back") },
	{ KEY(enable, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("when an instance is enabled again") },
	{ KEY(disable, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("when it is disabled") },
	{ KEY(update, words), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = HOOK_DOC("when its parameters change") },
	{ KEY(hook_timeout, seconds), .def = "30", .min = 1, .max = 86400,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "How long such a command may take before it is killed and counts as failed." },
	{ KEY(monitor, string), .def = "off", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "How instances are probed: off, tcp (somebody listens at the port), or a"
	    " command, which gets what hooks get." },
	{ KEY(monitor_interval, seconds), .def = "10", .min = 1, .max = 86400,
	  .apply = APPLY_RESTART, .flags = KEY_OURS, .doc = "Pause between two probes." },
	{ KEY(monitor_failures, integer), .def = "3", .min = 1, .max = 1000,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "After so many failures in a row a process is started again." },
};

/* ---- tables ---- */

#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])

const struct conf_table conf_store_table = {
	.section = "store", ROWS(store_keys), .names = NAMES_HERE | NAMES_HOST,
	.doc = "The tree of configuration values that kato config and %(config_x)s use.  It is"
	    " kept also without this section, from the first use on.",
};
const struct conf_table conf_node_table = {
	.section = "node", .match = MATCH_NAMED, ROWS(node_keys), .base = &conf_program_table,
	.names = NAMES_HERE | NAMES_HOST,
	.doc = "Makes instances of a service on this machine, see supd-node(8).",
};

static const struct conf_guest_kind store_kind = { &conf_store_table, sizeof(struct conf_store) };
static const struct conf_guest_kind node_kind = { &conf_node_table, sizeof(struct conf_node) };

const struct conf_guest_kind *const conf_guest_kinds[SECTION_KINDS] = {
	[SECTION_STORE] = &store_kind,
	[SECTION_NODE] = &node_kind,
	[SECTION_GATEWAY] = &conf_gateway_kind,
	[SECTION_PLAN] = &conf_plan_kind,
};
