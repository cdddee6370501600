/*
 * The node guest: makes instances of a service on this machine, org.supd.Node.
 *
 * Truth is in three places: the rows of a SQLite file, directories, and the core's list of
 * instances.  A row is committed with its phase before anything is made, and goes after
 * everything else has gone; so whatever is there without a row that says so can be found
 * and removed, and a node that is killed at any point finishes or undoes what it had begun
 * when it comes back.  Instances run in the core: they do not notice.
 *
 * Invariants: a port is in one row at most; one operation at a time on an instance.
 */
#ifndef NODE_NODE_H
#define NODE_NODE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/err.h"

enum kind { KIND_ECHO, KIND_PROCESS, KIND_DIRECTORY, KIND_COMMAND };

enum hook_kind {
	HOOK_PROVISION, HOOK_UNPROVISION, HOOK_BIND, HOOK_UNBIND, HOOK_ENABLE, HOOK_DISABLE,
	HOOK_UPDATE, HOOK_MONITOR, HOOK_KINDS
};

/* What the section says; texts are borrowed from the options. */
struct node {
	const char *service, *plan, *host, *template, *default_version;
	enum kind kind;
	int64_t	 capacity, quota;
	int	 first_port, last_port;	/* 0: none */
	const char *base_dir;		/* owned when it is the default one */
	char	*own_base;
	bool	 chowns;
	uid_t	 uid;
	gid_t	 gid;
	yyjson_val *versions, *conf_template, *credentials;	/* arrays of strings, or NULL */
	const char *hook[HOOK_KINDS];	/* command lines; NULL: none */
	int64_t	 hook_ms, probe_ms, probes_to_fail;
	bool	 probes_tcp;
};

extern struct node node;

/* The face "supd node". */
int	node_main(int argc, char **argv);

/* conf.c: read the options into `node`; -1 and e. */
int	node_conf_load(struct err *e);
void	node_conf_release(void);
const char *node_kind_name(enum kind k);
/* Is it one of the versions?  Every one is where none is listed. */
bool	node_has_version(const char *version);
/* Every call is answered within that time. */
int64_t	node_limit_ms(void);
/* The file that says so is in the node's directory. */
bool	node_is_draining(void);
int	node_set_draining(bool drain, struct err *e);

#endif
