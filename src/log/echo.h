/*
 * What our own stdout gets besides the sinks: a copy of the main log, and, where the
 * configuration asks for it, output of programs, each line whole with the name of the
 * process and the channel in front, as the plug-in supervisor_stdout prints it.  Nobody
 * waits for it: what stdout does not take is dropped, and the count stands in its place.
 */
#ifndef LOG_ECHO_H
#define LOG_ECHO_H

#include <stddef.h>

struct flow;

/* The main log: as it is, or as objects when stdout_format is json. */
void	echo_own(const char *data, size_t len);
/* "NAME CHANNEL | line", or objects. */
void	echo_lines(struct flow *f, const char *data, size_t len);
/* The pipe has ended: what is there of a line is all of it. */
void	echo_end(struct flow *f);
void	echo_release(void);

#endif
