/*
 * What all parts of the logger share: the options of the core, and one scratch
 * buffer.  The buffer belongs to whoever runs; nothing in it outlives a call.
 */
#ifndef LOG_LOGGER_H
#define LOG_LOGGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log/console.h"
#include "wire/feed.h"

struct logger {
	char	*ident;		/* of syslog lines; owned */
	bool	 strip_ansi;
	bool	 own_stdout;
	bool	 copies_output;	/* of programs, to the main log: loglevel debug */
	enum console_format format;
	size_t	 ring_max;	/* bytes per flow */
	bool	 closed;	/* the supervisor shuts down: no new calls */
	bool	 finishing;	/* no new waiting */
};

extern struct logger logger;

extern char logger_scratch[FEED_MAX];

/* Leave in an orderly manner, within ms. */
void	logger_finish(int64_t ms);
/* The core is gone: take what still comes. */
void	logger_orphaned(void);

#endif
