/*
 * The keys of [template:x], [instance:x:y] and [scale:x].
 */
#include "conf/keys.h"

#define KEY_OF(s, key, field, t) .name = key, .type = &conf_##t, .off = offsetof(s, field) + \
	_Generic(((s *)0)->field, ct_##t: 0)
#define ROWS(rows) .keys = rows, .nkeys = sizeof(rows) / sizeof(rows[0])
#define PROCESSES_MAX 100000

static const struct conf_key scale_keys[] = {
	{ KEY_OF(struct scale_keys, "config", config, string), .def = NULL,
	  .apply = APPLY_NOTHING, .flags = KEY_OURS,
	  .doc = "The configuration file that it is for; any unless set." },
	{ KEY_OF(struct scale_keys, "processes", processes, integer), .def = NULL,
	  .max = PROCESSES_MAX, .apply = APPLY_LIVE, .flags = KEY_OURS | KEY_REQUIRED,
	  .doc = "How many processes the program has, whatever its numprocs says." },
};

const struct conf_table conf_scale_table = {
	.section = "scale", .match = MATCH_NAMED, ROWS(scale_keys),
	.doc = "In the state directory: how many processes supctl scale has asked of"
	    " [program:x].",
};

const struct conf_table conf_template_table = {
	.section = "template", .match = MATCH_NAMED, .base = &conf_program_table,
	.names = NAMES_HERE | NAMES_HOST | NAMES_PROGRAM | NAMES_GROUP, .free = "var.",
	.doc = "A program with holes, which makes no process by itself.  Has the keys of a"
	    " program, but numprocs and process_name.  An instance, which"
	    " supctl instance add x NAME HOLE=VALUE"
	    " adds while the supervisor runs, fills the holes: each %(HOLE)s, or %(HOLE)d for a"
	    " number, and %(name)s, which is its name.  It is the process x:NAME."
	    "  A key var.HOLE = VALUE fills a hole that an instance leaves open.",
};

const struct conf_table conf_instance_table = {
	.section = "instance", .match = MATCH_NAMED, .open = true,
	.doc = "[instance:x:NAME] is an instance of [template:x].  Each key is a hole and its"
	    " value what fills it, as it stands.  Those added at run time stand in such"
	    " sections in the files of the state directory, with the key supd.config, the"
	    " configuration file that they are for.",
};
