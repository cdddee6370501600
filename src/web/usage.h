/*
 * What a process uses now, from /proc.
 */
#ifndef WEB_USAGE_H
#define WEB_USAGE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stdint.h>

struct usage {
	double	 cpu_seconds;	/* user and system, with the children it has waited for */
	int64_t	 memory_bytes;	/* resident */
};

/* False: there is no such process, or /proc does not show it to us. */
bool	usage_of(pid_t pid, struct usage *u);

#endif
