/*
 * The rows on disk: one SQLite file in the guest's directory.
 *
 * All changes of one turn of the loop are one transaction (serve/batch.h); an answer or a
 * call of a node that depends on it is what rows_then() calls after the commit.
 */
#ifndef GATEWAY_ROWS_H
#define GATEWAY_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "gateway/row.h"
#include "serve/batch.h"

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

/* After the commit of this turn: serve/batch.h. */
void	rows_then(struct batch_wait *w, void (*fn)(struct batch_wait *w, const struct err *e));

#endif
