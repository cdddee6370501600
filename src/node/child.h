/*
 * Children of the node: hooks, and work that would hold up everything else.  They do not
 * outlive the node: the kernel kills them when it dies.
 */
#ifndef NODE_CHILD_H
#define NODE_CHILD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

struct child;

/* How it ended; texts are borrowed. */
struct child_end {
	bool	 timeout;	/* it was killed for taking too long */
	int	 status;	/* as from waitpid */
	const char *out;	/* standard output */
	size_t	 out_len;
	const char *last;	/* the end of its standard error, one line, no newline */
};

typedef void (*child_fn)(void *arg, const struct child_end *end);

/* Reap them with the loop. */
void	children_init(void);
void	children_release(void);

/*
 * Execute a command line (words, quotes as in a shell, no shell) with more variables (a
 * NULL-terminated list of NAME=value), in directory (NULL or not there: /), input on its
 * standard input.  fn is called once from the loop.  NULL and e.
 */
struct child *child_execute(const char *command, char *const *variables,
	    const char *directory, const struct buf *input, int64_t timeout_ms, child_fn fn,
	    void *arg, struct err *e);
/* Call work(text) in a child; status 0 when it returned 0. */
struct child *child_call(int (*work)(const char *text), const char *text, child_fn fn,
	    void *arg, struct err *e);
/* Kill it, and no callback. */
void	child_cancel(struct child *c);

#endif
