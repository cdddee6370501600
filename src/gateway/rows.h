/*
 * The rows on disk: one SQLite file in the guest's directory.
 *
 * All changes of one turn of the loop are one transaction, committed at the turn's end;
 * what depends on it, an answer or a call of a node, is what rows_then() calls after the
 * commit.  So a crowd of requests costs one sync, and nothing is said that is not written.
 */
#ifndef GATEWAY_ROWS_H
#define GATEWAY_ROWS_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "gateway/row.h"

/* Waits for the commit of this turn; zeroed: does not. */
struct rows_wait {
	TAILQ_ENTRY(rows_wait) link;
	void	(*fn)(struct rows_wait *w, const struct err *e);
	bool	 queued;
};

/* path NULL: in memory.  -1 and e. */
int	rows_open(const char *path, struct err *e);
/* What was not committed is lost, waits are forgotten. */
void	rows_close(void);

/* 1: found, r is the caller's to release; 0: not there, r is empty; -1 and e. */
int	rows_find(const char *instance, const char *binding, struct row *r, struct err *e);
/* The instance that was made by a request of this id; as rows_find(). */
int	rows_find_request(const char *request, struct row *r, struct err *e);
/* Write r over what was there. */
int	rows_put(const struct row *r, struct err *e);
/* Delete it without a trace. */
int	rows_drop(const char *instance, const char *binding, struct err *e);
/* All bindings of an instance, that are not over, become ROW_GONE. */
int	rows_end_bindings(const char *instance, int64_t now_s, struct err *e);
/* Forget what was over before then. */
int	rows_forget(int64_t before_s, struct err *e);
/* The next operation's number. */
int64_t	rows_serial(void);

/*
 * Each row, in the order of ids, given to fn, which may keep nothing of it and must not
 * write; of one instance and its bindings, or of all: NULL.  busy: only those in progress
 * or in doubt.
 */
int	rows_each(const char *instance, bool busy, int (*fn)(void *arg, const struct row *r),
	    void *arg, struct err *e);

/*
 * After the commit of this turn, or its failure (e not NULL; what was written in this turn
 * is undone).  Also where nothing was written.
 */
void	rows_then(struct rows_wait *w, void (*fn)(struct rows_wait *w, const struct err *e));
void	rows_then_not(struct rows_wait *w);

#endif
