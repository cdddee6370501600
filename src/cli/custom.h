/*
 * Custom services on the client's side: their files are here, so what is done with them is
 * done by the client.
 */
#ifndef CLI_CUSTOM_H
#define CLI_CUSTOM_H

#include "cli/ctl.h"

/* What the server says of [service:name]; prints what is wrong and returns -1. */
int	custom_get(struct ctl *c, const char *name, struct reply *service);

/* A line of a service that a shell runs. */
struct custom_line {
	const char *what;	/* "build": for messages */
	const char *line;
	const char *home;	/* becomes HOME */
	const char *environment;	/* member of the reply with NAME=text */
	int64_t	 limit_s;
};

#define CUSTOM_TOO_LONG 124	/* exit status, that of timeout(1) */

/*
 * Run it in approot below home, as the user of the service, and wait.  Returns its exit
 * status, as of a shell; says in words what is no plain exit.
 */
int	custom_run(const struct custom_line *l, yyjson_val *service);

#endif
