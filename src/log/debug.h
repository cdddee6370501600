/*
 * At loglevel debug the output of programs stands in the main log as well, between
 * the supervisor's own lines, as supervisord writes it there.
 */
#ifndef LOG_DEBUG_H
#define LOG_DEBUG_H

#include <stdbool.h>
#include <stddef.h>

struct flow;

/* Is the output of f copied so? */
bool	debug_wants(const struct flow *f);
/* Takes other pipes' output, so nothing in the stage or the scratch buffer is valid after it. */
void	debug_output(const struct flow *f, const char *data, size_t len);

#endif
