/*
 * Between launch.c, which makes a child, and launching.c, which learns whether it reached
 * its program.
 */
#ifndef CORE_LAUNCHING_H
#define CORE_LAUNCHING_H

#include "core/environ.h"
#include "core/launch.h"

/*
 * A child on its way to exec.  There are as many as there are stacks and places for
 * descriptors; what is allocated for one is used again by the next.
 */
struct launch {
	struct proc *p;		/* borrowed: it uses us; NULL: free */
	TAILQ_ENTRY(launch) link; /* looked_at, while looking */
	bool	 looking;
	int64_t	 since_ms;	/* when it was created */
	struct loop_io io;
	int	 err_rd;	/* -1: it tells in news */
	int	 child_fd[4];	/* stdin, err_fd, cgroup, a listener's stdout: while shared */
	int	 index;
	struct strlist argv;
	struct environ env;	/* kept when it is free */
	char	*path;
	int	 pass[CONF_SOCKETS_MAX];
	struct program *conf;	/* what the child reads; owned once p has another */
	struct spawn s;
	struct spawn_news news;
	size_t	 nfail;		/* bytes of news.fail that came through the pipe */
};

/* A free one for p, and its stack; NULL: none. */
struct launch *launching_take(struct proc *p);
void	*launching_stack(const struct launch *l);
/* The child is there: look for what it has to say. */
void	launching_await(struct launch *l);

/* Is there a free one? */
bool	launching_room(void);
/* Somebody waits for one. */
void	launching_hurry(void);
/* At the end of a run. */
void	launching_release(void);

/* ---- launch.c ---- */

/* One is free now. */
void	launch_next(void);

#endif
