/*
 * Signals to the supervisor itself.
 */
#ifndef CORE_SIGNALS_H
#define CORE_SIGNALS_H

void	signals_init(void);
/*
 * After the loop has ended signals wait for the next run, if there is one; what a handler has
 * caught is heard now: it may still turn a restart into a shutdown.  In between they would be
 * lost, as PID 1, or end us in the middle of it.
 */
void	signals_hold(void);
void	signals_release(void);

#endif
