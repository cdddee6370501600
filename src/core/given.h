/*
 * Variables that a start reads from files: env_file and secret.NAME.
 *
 * They are read anew at each start, so that a file that was changed counts from the next
 * one on, and forgotten once the child has them: no secret stays in the core.
 */
#ifndef CORE_GIVEN_H
#define CORE_GIVEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct proc;

struct given_var {
	char	*entry;		/* NAME=value, owned */
	const char *file;	/* borrowed of the program */
	int	 line;		/* 0 for a secret */
	bool	 secret;
};

/* In the order of the files; secrets come last. */
struct given {
	struct given_var *v;
	size_t	 n;
};

/* -1: e says which file and why, g is empty.  p has a conf->env. */
int	given_read(struct given *g, const struct proc *p, struct err *e);
void	given_release(struct given *g);

#endif
