/*
 * Options of a command line, in the dialect of supervisor's getopt: long ones may be
 * cut to a unique prefix; nothing may be said twice.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct option {
	char	 letter;	/* 0: long only */
	const char *name;
	const char **value;	/* where its argument goes; NULL: it has none */
	bool	*flag;
	bool	 whole;		/* not to be cut short: then those of supervisorctl can */
};

struct options {
	struct option *table;
	size_t	 n;
	unsigned seen;		/* bit i: table[i] was there */
};

/*
 * Take the options in front of the first word out of argv, which begins with the name
 * of the program.  Returns the index of that word; -1 and e.
 */
int	options_take(struct options *o, char **argv, struct err *e);
/* Take the one at argv[*at], which begins with '-'; *at ends at what was taken last. */
int	options_take_one(struct options *o, char **argv, int *at, struct err *e);

#endif
