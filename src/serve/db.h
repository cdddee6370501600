/*
 * SQLite for guests: one file, one writer, nothing answered before it is on the disk.
 *
 * The file is in WAL mode with synchronous = FULL, so a commit that returned 0 survives a
 * kill and a loss of power, and one that did not has left nothing.  Calls block: guests may.
 * A struct db is used by one process; a second one waits for its lock, DB_BUSY_MS at most.
 */
#ifndef SERVE_DB_H
#define SERVE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define DB_BUSY_MS	5000	/* that a predecessor may take to leave the file */

struct db;
struct sqlite3_stmt;

/* Values of a statement's question marks, in order: DB_ARGS(DB_INT(1), DB_TEXT("a")). */
struct db_arg {
	enum { DB_ARG_END, DB_ARG_INT, DB_ARG_TEXT, DB_ARG_BYTES, DB_ARG_NULL } type;
	int64_t	 n;
	const void *data;	/* borrowed until the statement is over */
	size_t	 len;
};

#define DB_INT(i)	{ .type = DB_ARG_INT, .n = (i) }
#define DB_TEXT(s)	{ .type = DB_ARG_TEXT, .data = (s) }	/* NULL: null */
#define DB_BYTES(p, l)	{ .type = DB_ARG_BYTES, .data = (p), .len = (l) }
#define DB_NULL		{ .type = DB_ARG_NULL }
#define DB_ARGS(...)	((const struct db_arg[]){ __VA_ARGS__, { .type = DB_ARG_END } })

/*
 * Open or make a file, for its owner alone; path NULL: in memory.
 *
 * versions: statements that take an empty file from one version of its tables to the next,
 * ended by NULL; a version that was once released is never changed.  What the file does not
 * have yet is done in one transaction.  A file of a later version than the last is refused.
 * Returns NULL and e.
 */
struct db *db_open(const char *path, const char *const *versions, struct err *e);
/* What was begun and not committed is undone.  NULL is fine. */
void	db_close(struct db *db);

/*
 * Run a statement that gives no rows; args NULL: it has no question marks.  The text is
 * prepared once and kept by its address: use literals.  Returns 0, or -1 and e.
 */
int	db_run(struct db *db, const char *sql, const struct db_arg *args, struct err *e);
/* Rows that the last db_run() inserted, changed or deleted. */
int64_t	db_changed(const struct db *db);
/* Did the last call fail because a row would have been there twice, or was refused by a check? */
bool	db_conflict(const struct db *db);

/*
 * A statement that gives rows: db_query(), then db_next() until it is not 1, or db_end().
 * The same text must not be used again before that.
 */
struct sqlite3_stmt *db_query(struct db *db, const char *sql, const struct db_arg *args,
	    struct err *e);
/* 1: a row; 0: no more; -1 and e.  After 0 and -1 the query is over.  q NULL: -1, e as it was. */
int	db_next(struct db *db, struct sqlite3_stmt *q, struct err *e);
void	db_end(struct sqlite3_stmt *q);
/* Columns of the row, from 0; text and bytes live until the next db_next() or db_end(). */
int64_t	db_int(struct sqlite3_stmt *q, int column);
const char *db_text(struct sqlite3_stmt *q, int column);	/* NULL: null */
const void *db_bytes(struct sqlite3_stmt *q, int column, size_t *len);
bool	db_is_null(struct sqlite3_stmt *q, int column);
/* The first column of the only row; the fallback where there is none. */
int	db_number(struct db *db, const char *sql, const struct db_arg *args, int64_t fallback,
	    int64_t *n, struct err *e);

/* One at a time.  A commit that fails has undone the transaction. */
int	db_begin(struct db *db, struct err *e);
int	db_commit(struct db *db, struct err *e);
/* Does nothing outside a transaction, so an exit label may call it always. */
void	db_rollback(struct db *db);

#endif
