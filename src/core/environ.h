/*
 * The environment of children: ours, what supervisord adds, [supervisord]
 * environment, then the program's own; later ones win.
 */
#ifndef CORE_ENVIRON_H
#define CORE_ENVIRON_H

#include "base/buf.h"
#include "core/core.h"

struct environ {
	char	**v;		/* NULL-terminated; the strings are borrowed or in text */
	size_t	 n, room;
	struct buf text;	/* what was made for this process */
	char	*pid_text;	/* in text: where the child writes its pid; NULL: nowhere */
};

/* Random run id and the mark that our descendants inherit. */
void	environ_init(void);
/*
 * p NULL: for a guest, ours as it is.  -1: no memory.  e is zeroed or was made before: its
 * memory is used again.
 */
int	environ_make(struct environ *e, const struct proc *p);
void	environ_release(struct environ *e);
/* PATH by which p's command is searched; never NULL. */
const char *environ_path(const struct proc *p);
/* "unix:///run/x.sock" or "http://host:port" of the first server; NULL: none. Owned by caller. */
char	*environ_server_url(const struct config *c);

/* The mark is SUPD_MARK=RUNID:group:name, one per nested supervisor, blank between. */
#define MARK_NAME "SUPD_MARK"

#endif
