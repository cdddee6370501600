/*
 * Values of the store that programs name (conf/hole.h), as the store has last told them.
 *
 * The core asks for what its programs name and is told each change; it never waits for the
 * store.  A process whose values are not all known is held, as one that waits for a
 * dependency; where the store says that there is no such value it is FATAL, and starts
 * when the value comes.  While the store is not there, what it has told last goes on to hold.
 */
#ifndef CORE_VALUES_H
#define CORE_VALUES_H

#include "core/core.h"

void	values_init(void);
void	values_release(void);
/* p has come, or has other rules; it goes.  -1: no memory, and then its values are unknown. */
int	values_attach(struct proc *p);
void	values_detach(struct proc *p);

enum values_state {
	VALUES_KNOWN,		/* also when it names none */
	VALUES_AWAITED,		/* the store has not told */
	VALUES_MISSING,		/* it has, that there is none */
};

/* Of all that p names; *path: the first that is not known. */
enum values_state values_of(const struct proc *p, const char **path);
/* p is started now, with the values of now. */
void	values_started(struct proc *p);
/* Of the values that its present process was started with; 0: none, or not known. */
uint32_t values_sum(const struct proc *p);
/* For a process found again after a crash of the core. */
void	values_recall(struct proc *p, uint32_t sum);
/* What a path was told to be; NULL: it is not known, or there is none. */
const char *values_last(const char *path);
/* Append text with its values: a hole_fn fills each. */
void	values_fill(const char *text, struct buf *out);
/* Why the store has not told; "" when it is on its way. */
const char *values_trouble(void);

/* ---- for the link to the store ---- */

struct values_ops {
	void	(*wanted)(void);	/* other values are wanted than before */
};

extern const struct values_ops *values_ops;	/* never NULL; does nothing by default */

/* Each path that is wanted, in their order; fn returns false to stop. */
void	values_each(const char *after, bool (*fn)(void *arg, const char *path), void *arg);
/*
 * The store says what a path is now; text NULL: there is none.  After the last of them
 * values_told() lets programs know.  lost: this store began anew, what it does not have may
 * only be forgotten.
 */
void	values_tell(const char *path, const char *text, bool lost);
void	values_told(void);
/* It cannot tell, and why. */
void	values_set_trouble(const char *text);

#endif
