/*
 * A fault in the core: say so on descriptor 2, then go on as a new image of the
 * same file that takes the children over.
 */
#ifndef CORE_CRASH_H
#define CORE_CRASH_H

/* Environment variable by which the new image learns the record's descriptor. */
#define CRASH_ENV "SUPD_RECOVER"

/*
 * Install the handlers.  The new image gets core.argv and our environ.  Call when
 * the flight record exists.
 */
void	crash_init(void);
/*
 * In a new image: the descriptor of the record; -1: this is a normal start.
 * Makes descriptors close-on-exec again.
 */
int	crash_recovered_fd(void);

#endif
