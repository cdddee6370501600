/*
 * Reaping: every dead child, ours or adopted, until there is none.
 */
#ifndef CORE_REAP_H
#define CORE_REAP_H

/* Call on SIGCHLD; signals coalesce, so one call takes all. */
void	reap_all(void);

#endif
