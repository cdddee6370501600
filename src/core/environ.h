/*
 * The environment of children: ours, what supervisord adds, [supervisord]
 * environment, then the program's own; later ones win.
 */
#ifndef CORE_ENVIRON_H
#define CORE_ENVIRON_H

#include "base/buf.h"
#include "core/core.h"
#include "core/given.h"

struct environ {
	char	**v;		/* NULL-terminated; the strings are borrowed, or in text, given, filled */
	size_t	 n, room;
	size_t	 inherited;	/* how many begin v; 0 with env_clear */
	struct buf text;	/* what was made for this process */
	struct given given;	/* what files have given */
	struct strlist filled;	/* the program's, with values of the store in them */
	char	*pid_text[2];	/* in text: where the child writes its pid; NULL: nowhere */
};

/* Random run id and the mark that our descendants inherit. */
void	environ_init(void);
/*
 * p NULL: for a guest, ours as it is.  -1: no memory, or a file that cannot be read; err
 * says it.  env is zeroed or was made before: its memory is used again.
 */
int	environ_make(struct environ *env, const struct proc *p, struct err *e);
/* One more entry, KEY=value, borrowed; it replaces another of that name.  -1: no memory. */
int	environ_add(struct environ *env, const char *entry);
/* The child has it: keep the memory for the next, but no secret in it. */
void	environ_forget(struct environ *env);
void	environ_release(struct environ *env);

/* Where a variable comes from, in the order in which one replaces another. */
enum environ_origin {
	FROM_OUTSIDE,		/* our own environment */
	FROM_US,		/* SUPERVISOR_ENABLED and the like */
	FROM_COMMON,		/* [supervisord] environment */
	FROM_ACCOUNT,		/* user_env */
	FROM_FILE,		/* env_file */
	FROM_PROGRAM,		/* environment of its section */
	FROM_SECRET,		/* secret.NAME */
};

/*
 * Of the i-th entry that was made for p; *given is the entry's line and file when it was
 * read from one, else NULL.
 */
enum environ_origin environ_origin(const struct environ *env, const struct proc *p, size_t i,
	    const struct given_var **given);
/* PATH by which p's command is searched; never NULL. */
const char *environ_path(const struct proc *p);
/* "unix:///run/x.sock" or "http://host:port" of the first server; NULL: none. Owned by caller. */
char	*environ_server_url(const struct config *c);

/* The mark is SUPD_MARK=RUNID:group:name, one per nested supervisor, blank between. */
#define MARK_NAME "SUPD_MARK"

#endif
