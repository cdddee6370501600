/*
 * The keys of [role:x] and [rolegroup:x].
 */
#include "conf/keys.h"

#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0), .apply = APPLY_LIVE, .flags = KEY_OURS
#define NUMBER_MAX	INT32_MAX

#define KEY(f, t) KEY_OF(struct conf_role, #f, f, t)

static const struct conf_key role_keys[] = {
	{ KEY(description, string), .def = NULL,
	  .doc = "What the role is for, in a few words." },
	{ KEY(programs, list), .def = "",
	  .doc = "What the role runs, between commas, in order of start: groups, programs,"
	    " group:process, node:x, gateway:x, or patterns such as web-*.  Each is started when"
	    " those before it are ready; what one name or pattern means is started together."
	    "  Programs may also name the role in their own key roles." },
	{ KEY(order, integer), .def = "999", .min = -NUMBER_MAX, .max = NUMBER_MAX,
	  .doc = "Order among the roles: low ones start first, and are ready before higher ones"
	    " start, and stop last." },
	{ KEY(goal, goal), .def = "none",
	  .doc = "What the role shall do until kato role says otherwise: START, STOP, or none:"
	    " it is not on this machine." },
	{ KEY(mandatory, boolean), .def = "false",
	  .doc = "The role runs on every machine and cannot be removed or stopped." },
	{ KEY(exclusive, list), .def = "",
	  .doc = "Roles that must not be on a machine together with this one, between commas." },
	{ KEY(min_per_cluster, integer), .def = "0", .max = NUMBER_MAX,
	  .doc = "On how many machines the role is to be at least; 0: on any number." },
	{ KEY(max_per_cluster, integer), .def = "0", .max = NUMBER_MAX,
	  .doc = "On how many machines the role may be; 0: on any number." },
	{ KEY(exclude_from_add_all, boolean), .def = "false",
	  .doc = "kato role add --all leaves the role out." },
};

#undef KEY
#define KEY(f, t) KEY_OF(struct conf_rolegroup, #f, f, t)

static const struct conf_key rolegroup_keys[] = {
	{ KEY(description, string), .def = NULL,
	  .doc = "What the group is for, in a few words." },
	{ KEY(roles, list), .def = "", .doc = "The roles, between commas." },
};

#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])

const struct conf_table conf_role_table = {
	.section = "role", .match = MATCH_NAMED, ROWS(role_keys), .names = NAMES_HERE,
	.doc = "A set of programs that a machine takes on and drops as one, see kato(1).  A"
	    " program in a role runs while at least one role that is to run needs it;"
	    " autostart does not count for it.",
};

const struct conf_table conf_rolegroup_table = {
	.section = "rolegroup", .match = MATCH_NAMED, ROWS(rolegroup_keys), .names = NAMES_HERE,
	.doc = "A name for several roles, which kato takes in their place.",
};
