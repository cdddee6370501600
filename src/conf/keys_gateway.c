/*
 * The keys of [gateway:x] and [plan:x/y].  The gateway guest gets them as JSON; the core
 * looks only into the part that all such sections have in common.
 */
#include "conf/keys.h"

#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0)
#define SECONDS_MAX	315360000	/* ten years */

/* ---- [gateway:x] ---- */

struct conf_gateway {
	struct conf_guest_keys all;
	char	*service, *service_id, *description, *version;
	struct strlist tags, requires;
	bool	 bindable, plan_updateable;
	char	*metadata;
	struct strlist listen;
	int	 chmod;
	char	*username, *password;
	struct strlist nodes;
	int64_t	 node_timeout;
	char	*default_plan, *default_version;
	char	*cloud_controller_uri;
	int64_t	 cloud_controller_interval;
	int64_t	 check_orphan_interval, double_check_orphan_interval;
	bool	 purge_orphans;
	int64_t	 remember;
};

#define KEY(f, t) KEY_OF(struct conf_gateway, #f, f, t)

static const struct conf_key gateway_keys[] = {
	{ KEY_OF(struct conf_gateway, "user", all.user, user), .def = NULL,
	  .apply = APPLY_RESTART, .flags = KEY_OURS, .doc = GUEST_USER_DOC },
	{ KEY_OF(struct conf_gateway, "command", all.command, words), .def = NULL,
	  .apply = APPLY_RESTART, .flags = KEY_OURS, .doc = GUEST_COMMAND_DOC("gateway") },
	{ KEY_OF(struct conf_gateway, "config", all.config, path), .def = NULL,
	  .apply = APPLY_RESTART, .flags = KEY_OURS, .doc = GUEST_CONFIG_DOC },
	{ KEY_OF(struct conf_gateway, "token", all.token, string), .def = NULL,
	  .flags = KEY_OURS | KEY_SECRET, .apply = APPLY_RESTART,
	  .doc = "What callers of /gateway/v1 have to send, which is off unless set; an external"
	    " program finds it as SUPD_TOKEN in its environment." },
	{ KEY(service, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Service that is offered; the x of the section unless set." },
	{ KEY(service_id, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Its id in the catalog, which must never change; made from its name unless"
	    " set." },
	{ KEY(description, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "What a user reads about the service." },
	{ KEY(version, string), .def = "1.0", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Version of the service, in its label at a cloud controller." },
	{ KEY(tags, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Words that describe the service, between commas." },
	{ KEY(requires, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Permissions that the platform has to give: syslog_drain, route_forwarding,"
	    " volume_mount." },
	{ KEY(bindable, boolean), .def = "true", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Can instances be bound?  A plan may say otherwise." },
	{ KEY(plan_updateable, boolean), .def = "false", .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "Can an instance go to another plan?" },
	{ KEY(metadata, json), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "More for the catalog, a JSON object: displayName, imageUrl and so on." },
	{ KEY(listen, listen), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Where platforms reach the gateway: host:port or unix:/path, several between"
	    " commas.  Unless set it answers kato service and nobody else." },
	{ KEY(chmod, octal), .def = "0700", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Mode of a unix: socket's file." },
	{ KEY(username, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "User that a platform has to name." },
	{ KEY(password, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS | KEY_SECRET,
	  .doc = "Password, or {SHA} and its SHA-1 in hexadecimal digits." },
	{ KEY(nodes, list), .def = "", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Nodes that make instances: the x of [node:x], or unix:/path of a node that"
	    " speaks org.supd.Node there.  Unless set: every [node:x] of this service." },
	{ KEY(node_timeout, seconds), .def = "0", .max = 86400, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "How long a node may take for an operation.  What the node says itself counts"
	    " where it is more; 0: only that." },
	{ KEY(default_plan, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Plan where none is asked for; the first one unless set." },
	{ KEY(default_version, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "Version of the service where none is asked for; what the node likes unless"
	    " set." },
	{ KEY(cloud_controller_uri, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "Cloud controller to register at, with the token; none unless set." },
	{ KEY(cloud_controller_interval, seconds), .def = "60", .min = 1, .max = 86400,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Pause between two registrations there." },
	{ KEY(check_orphan_interval, seconds), .def = "0", .max = SECONDS_MAX,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "How often instances are looked for at nodes that the gateway does not know;"
	    " 0: only when asked." },
	{ KEY(double_check_orphan_interval, seconds), .def = "300", .max = SECONDS_MAX,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "So much later one must still be unknown to count as an orphan." },
	{ KEY(purge_orphans, boolean), .def = "false", .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "Remove orphans without being asked." },
	{ KEY(remember, seconds), .def = "604800", .min = 60, .max = SECONDS_MAX,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "How long the end of a deleted instance is remembered, for who asks again." },
};

/* ---- [plan:x/y] ---- */

struct conf_plan {
	struct conf_guest_keys all;	/* without keys */
	char	*id, *description;
	bool	 free;
	char	*bindable, *plan_updateable;
	char	*node_plan;
	enum async_rule async, async_bindings;
	bool	 allow_over_provisioning;
	int64_t	 maximum_polling_duration;
	char	*maintenance_version, *maintenance_description;
	char	*metadata;
	char	*create_schema, *update_schema, *bind_schema;
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_plan, #f, f, t)

static const struct conf_key plan_keys[] = {
	{ KEY(id, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Its id in the catalog, which must never change; made from service and name"
	    " unless set." },
	{ KEY(description, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "What a user reads about the plan." },
	{ KEY(free, boolean), .def = "true", .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "Does it cost nothing?" },
	{ KEY(bindable, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "true or false in place of what the gateway says." },
	{ KEY(plan_updateable, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "true or false in place of what the gateway says." },
	{ KEY(node_plan, string), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "The plan of [node:x] that makes these instances; the name of the plan unless"
	    " set." },
	{ KEY(async, async_rule), .def = "allowed", .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "May a platform be answered before an instance is made, changed or deleted?"
	    "  never, allowed where the platform asks for it, or required." },
	{ KEY(async_bindings, async_rule), .def = "never", .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "The same for bindings." },
	{ KEY(allow_over_provisioning, boolean), .def = "false", .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "Also take nodes that have no capacity left." },
	{ KEY(maximum_polling_duration, seconds), .def = "0", .max = SECONDS_MAX,
	  .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "How long a platform shall go on asking for the end of an operation; 0: as it"
	    " likes." },
	{ KEY(maintenance_version, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS,
	  .doc = "Version of what an instance is made of, such as 1.0.0, for platforms that"
	    " upgrade instances." },
	{ KEY(maintenance_description, string), .def = NULL, .apply = APPLY_RESTART,
	  .flags = KEY_OURS, .doc = "What is new in that version." },
	{ KEY(metadata, json), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "More for the catalog, a JSON object: displayName, bullets and so on." },
	{ KEY(create_schema, json), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "JSON schema of the parameters of a new instance, see supd-gateway(8)."
	    "  Unless set they are not checked." },
	{ KEY(update_schema, json), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "The same for a change of one." },
	{ KEY(bind_schema, json), .def = NULL, .apply = APPLY_RESTART, .flags = KEY_OURS,
	  .doc = "The same for a binding." },
};

/* ---- tables ---- */

#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])

const struct conf_table conf_gateway_table = {
	.section = "gateway", .match = MATCH_NAMED, ROWS(gateway_keys),
	.base = &conf_program_table, .names = NAMES_HERE | NAMES_HOST,
	.doc = "Offers a service to platforms by HTTP, see supd-gateway(8).",
};
const struct conf_table conf_plan_table = {
	.section = "plan", .match = MATCH_NAMED, ROWS(plan_keys),
	.names = NAMES_HERE | NAMES_HOST,
	.doc = "Plan y of the [gateway:x], as [plan:x/y].  Without one it has the plan free.",
};

const struct conf_guest_kind conf_gateway_kind = {
	&conf_gateway_table, sizeof(struct conf_gateway)
};
const struct conf_guest_kind conf_plan_kind = { &conf_plan_table, sizeof(struct conf_plan) };
