/*
 * %(name)s in values: Python's % operator with the names that supervisord offers.
 */
#ifndef CONF_EXPAND_H
#define CONF_EXPAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

#define SCOPE_ENVS 3

/* What may be named; NULL: not offered.  All borrowed. */
struct scope {
	const char *here;
	const char *host_node_name;
	const char *program_name;
	const char *group_name;
	bool	 numbered;	/* process_num and numprocs are offered */
	int64_t	 process_num;
	int64_t	 numprocs;
	const struct strlist *given;	/* holes of a template: NAME=value, sorted; numbers, too */
	bool	 values;	/* values of the store may stand here, see hole.h */
	bool	*guessed;	/* not NULL: what nobody offers is 0, and this becomes true */
	/* for ENV_X: KEY=value, sorted by key; the first that has X counts */
	const struct strlist *env[SCOPE_ENVS];
};

/*
 * Append text to out with all names filled.  what: "program:web.command", for the
 * message.  Returns 0, or -1 with supervisord's message in e.
 */
int	scope_expand(const struct scope *s, const char *text, const char *what,
	    struct buf *out, struct err *e);

#endif
