/*
 * What is wrong with a configuration, for two readers.  Loading stops at the
 * first error and gives it in supervisord's words.  Checking goes on, and
 * writes every error and warning as a line with its place.
 */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/log.h"

struct config;

/* Where in the files; anything may be NULL or 0.  All borrowed. */
struct origin {
	const char *file;
	int	 line;
	const char *section;
	const char *key;
	/* supervisord ends such a message with the section and this file */
	const char *program_file;
};

/* A line of check. */
struct finding {
	char	*file;		/* owned; NULL: of no file */
	int	 line;
	char	*text;		/* owned: all of it, without a newline */
};

struct report {
	struct err *e;		/* loading: gets the first error */
	bool	 checking;
	struct finding *found;	/* checking: what was found, in that order; owned */
	size_t	 nfound;
	size_t	 errors;
	struct config *c;	/* gets the notes */
};

/*
 * Returns -1 when the caller has to give up (loading), 0 when it shall go on
 * and find more (checking).
 */
int	report_error(struct report *r, const struct origin *o, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
/* A remark that the supervisor logs at its start.  Returns -1: out of memory. */
int	report_note(struct report *r, const struct origin *o, enum log_level level,
	    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Something that only `supd check` tells. */
void	report_hint(struct report *r, const struct origin *o, const char *fmt, ...)
	    __attribute__((format(printf, 3, 4)));
int	report_nomem(struct report *r);
void	report_release(struct report *r);

#endif
