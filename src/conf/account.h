/*
 * The user database.  A room of its own because <grp.h> has a struct group,
 * as conf.h has.  Slow (files, name services): at load time only.
 */
#ifndef CONF_ACCOUNT_H
#define CONF_ACCOUNT_H

#include <stddef.h>
#include <sys/types.h>

#include "base/buf.h"

struct account {
	uid_t	 uid;
	gid_t	 gid;
	gid_t	*groups;	/* owned; the primary one included */
	size_t	 ngroups;
};

/* All by name or number.  Return 0; -1 with errno ENOENT (there is none) or ENOMEM. */
int	account_find(const char *text, struct account *a);
/*
 * HOME=, LOGNAME=, SHELL= and USER= of a uid, appended to out, each ended by a NUL.  out may
 * have failed.
 */
int	account_variables(uid_t uid, struct buf *out);
/* uid and gid only. */
int	account_ids(const char *text, uid_t *uid, gid_t *gid);
int	account_group(const char *text, gid_t *gid);

#endif
