/*
 * An errand: a command that is run on behalf of a program while that lives a life of its
 * own, as a probe of it: by its user, in its directory, with its environment, in its cgroup, at
 * most for a given time.
 */
#ifndef CORE_ERRAND_H
#define CORE_ERRAND_H

#include "core/core.h"

#define ERRAND_SAID 128		/* bytes of its output that are kept, with the NUL */

struct errand_child;

/* Lives in the struct of whoever sends it; zeroed: none is under way. */
struct errand {
	/* Filled in by the sender, and there until done() or errand_cancel(). */
	struct proc *p;
	const char *command;	/* split like the command of a program; NULL: words */
	const char *words[5];	/* of our own binary, with a NULL at the end */
	const char *more[4];	/* KEY=value for the environment, with a NULL at the end */
	bool	 to_log;	/* a hook: what it writes goes to the logs of p.  Else a probe */
	int64_t	 timeout_ms;	/* then SIGKILL; 0: as long as it takes */
	void	(*done)(struct errand *x);
	void	(*begun)(struct errand *x); /* it has a pid; NULL: nobody wants to know */

	/* For done(). */
	bool	 ended;		/* by itself: status is its wait status */
	int	 status;
	char	 said[ERRAND_SAID]; /* the first line that it wrote, unless to_log */
	char	 why[ERRAND_SAID]; /* "exit status 1: not found"; "": success */

	/* errand.c's */
	bool	 queued;
	TAILQ_ENTRY(errand) link;
	struct errand_child *child;
};

/*
 * Send it, now or when others have come back; done() is called later, whatever becomes of
 * it.  Must not be under way.
 */
void	errand_send(struct errand *x);
bool	errand_under_way(const struct errand *x);
/* 0: it has none, or not yet. */
pid_t	errand_pid(const struct errand *x);
/* To it and what it has started, if it has begun. */
void	errand_signal(const struct errand *x, int sig);
/* A child of an earlier image of the core is that of x; -1: no memory. */
int	errand_adopt(struct errand *x, pid_t pid);
/* Kill it and what it has started; done() is not called. */
void	errand_cancel(struct errand *x);
/* Is that the child of an errand? */
bool	errand_has(pid_t pid);
/* Was that the child of an errand?  Then it is taken care of. */
bool	errand_reaped(const struct reaped *r);
/* At the end of a run. */
void	errand_release(void);

#endif
