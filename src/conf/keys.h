/*
 * One row per key: parser, default, check, `supd show`, manual, JSON name and
 * what an update has to do are all taken from it.
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include <stddef.h>
#include <stdint.h>

#include "conf/conf.h"
#include "conf/types.h"

/* What %(...)s may name in a value, besides ENV_x. */
#define NAMES_HERE	0x01
#define NAMES_HOST	0x02	/* host_node_name */
#define NAMES_PROGRAM	0x04	/* program_name */
#define NAMES_GROUP	0x08	/* group_name */
#define NAMES_NUMBER	0x10	/* process_num, numprocs: parsed for every process */
#define NAMES_STORE	0x20	/* values of the store: filled by each start */

/* How a key is treated. */
#define KEY_BARE	0x01	/* messages about expansion name the key alone */
#define KEY_SECRET	0x02	/* shown as *** */
#define KEY_LATE	0x04	/* expanded for every process, parsed before that */
#define KEY_OURS	0x08	/* supervisord has no such key */
#define KEY_LAST	0x10	/* looked up when all sections are checked */
#define KEY_REQUIRED	0x20	/* a section without it is refused */
#define KEY_FAMILY	0x40	/* "name.ANY": whatever is behind the dot, all in one strlist */

/*
 * Keys that few programs have: their fields are in a struct of their own, and the pointer to
 * it is NULL unless one of them is given.
 */
struct conf_part {
	size_t	 at;			/* of the pointer, in the struct of the section */
	size_t	 size;			/* at most CONF_PART_MAX */
};

#define CONF_PART_MAX	256

struct conf_key {
	const char *name;		/* ini key, JSON name, manual heading */
	const struct conf_type *type;
	const struct conf_part *part;	/* NULL: the field is in the struct of the section */
	size_t	 off;			/* in that struct, or in the part */
	const char *def;		/* parsed like a user's text; NULL: none */
	int64_t	 min, max;		/* both 0: no bounds */
	enum conf_apply apply;
	unsigned names;			/* NAMES_, besides those of the table */
	unsigned flags;			/* KEY_ */
	const char *refusal;		/* in place of the type's message; the value follows */
	const char *doc;		/* one sentence, printed in supd.conf.5 */
};

/* How a table is found by the name of a section. */
enum conf_match {
	MATCH_WORD,		/* [supervisord] */
	MATCH_NAMED,		/* [program:x] */
	MATCH_PREFIX,		/* [unix_http_server...] */
};

struct conf_table {
	const char *section;		/* "program": the part before the colon */
	enum conf_match match;
	const struct conf_key *keys;
	size_t	 nkeys;
	const struct conf_table *base;	/* more keys, of another struct; NULL: none */
	unsigned names;
	bool	 open;			/* any other key is fine too */
	const char *free;		/* as is one that begins so; NULL: none */
	const char *doc;		/* a few sentences for the manual */
};

/* [group:x] */
struct group_keys {
	struct strlist programs;
	int64_t	 priority;
	struct deplist depends_on;	/* of every process */
};

/* [scale:x], of the state directory */
struct scale_keys {
	char	*config;		/* whose it is; NULL: anybody's */
	int64_t	 processes;
};

/* [include], [rpcinterface:x], [ctlplugin:x]: one string each. */
struct single_key {
	char	*value;
};

extern const struct conf_table conf_supervisord_table;
extern const struct conf_table conf_supd_table;
extern const struct conf_table conf_unix_table;
extern const struct conf_table conf_inet_table;
extern const struct conf_table conf_ctl_table;
extern const struct conf_table conf_include_table;
extern const struct conf_table conf_program_table;
extern const struct conf_table conf_group_table;
extern const struct conf_table conf_listener_table;
extern const struct conf_table conf_fcgi_table;
extern const struct conf_table conf_template_table;
extern const struct conf_table conf_instance_table;
extern const struct conf_table conf_scale_table;
extern const struct conf_table conf_service_table;
extern const struct conf_table conf_service_ports_table;
extern const struct conf_table conf_role_table;
extern const struct conf_table conf_rolegroup_table;
extern const struct conf_table conf_rpc_table;
extern const struct conf_table conf_plugin_table;
extern const struct conf_table conf_store_table;
extern const struct conf_table conf_node_table;
extern const struct conf_table conf_gateway_table;
extern const struct conf_table conf_plan_table;

/* A kind of section that a guest carries out: keys_guest.c. */
struct conf_guest_kind {
	const struct conf_table *table;
	size_t	 size;			/* of the struct, which begins with conf_guest_keys */
};
extern const struct conf_guest_kind *const conf_guest_kinds[SECTION_KINDS];
extern const struct conf_guest_kind conf_gateway_kind, conf_plan_kind;	/* keys_gateway.c */

/* Of keys that several of them have. */
#define GUEST_USER_DOC "User that it runs as; that of the supervisor unless set."
#define GUEST_COMMAND_DOC(what) "An external program that does the work, supervised like any other" \
	" under the name x_" what "; the keys of a [program:x] apply to it.  Unless set: supd" \
	" itself."
#define GUEST_CONFIG_DOC "For command: a file that it finds as SUPD_CONFIG in its environment."

/* All of them, in the order of the manual; NULL ends it. */
extern const struct conf_table *const conf_tables[];

/* The table of a section; NULL: nobody knows it. */
const struct conf_table *conf_table_find(const char *section);
/* The row of a key, in the table or its base; NULL: no such key. */
const struct conf_key *conf_key_find(const struct conf_table *t, const char *key);
/* What a key of the file names behind the dot, when it is one of this family; NULL. */
const char *conf_key_member(const struct conf_key *k, const char *name);
/* Free what the fields of a struct own. */
void	conf_release(const struct conf_table *t, void *fields);

/* The field of a key; of a part that is not there, a zeroed one. */
const void *conf_field_const(const struct conf_key *k, const void *fields);
/* The same, which must be there. */
void	*conf_field(const struct conf_key *k, void *fields);
bool	conf_has_part(const struct conf_key *k, const void *fields);
/* Make the part of a key, zeroed, unless it is there; -1: no memory. */
int	conf_make_part(const struct conf_key *k, void *fields);

#endif
