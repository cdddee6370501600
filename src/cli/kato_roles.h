/*
 * Roles as kato's commands have them: the reply of ListRoles, and which of them are meant.
 */
#ifndef CLI_KATO_ROLES_H
#define CLI_KATO_ROLES_H

#include "cli/kato.h"

/* The roles that words mean; all strings are in the reply. */
struct role_list {
	struct reply reply;
	yyjson_val **v;		/* owned */
	size_t	 n;
};

/* The roles of these names and groups, all without any; false: that is said. */
bool	roles_fetch(struct kato *k, char *const *names, size_t n, struct role_list *out);
/* Keep those for which fn says so. */
void	roles_filter(struct role_list *c, bool (*fn)(yyjson_val *role, const void *arg),
	    const void *arg);
void	roles_let_go(struct role_list *c);
/* For roles_filter(): is it on this machine? */
bool	role_here(yyjson_val *role, const void *unused);

#endif
