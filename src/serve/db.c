/*
 * A SQLite file: settings, schema versions, kept statements, errors as texts.
 */
#include "serve/db.h"

#include <bsd/sys/queue.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODE		0600	/* credentials stand in these files */

/* WAL: a commit is one append and one sync.  Half a MiB of pages is plenty for our tables. */
static const char settings[] =
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -512;";

struct kept {
	SLIST_ENTRY(kept) link;
	const char *sql;	/* borrowed: a literal of the caller */
	sqlite3_stmt *st;
};

struct db {
	sqlite3 *h;
	char	*name;		/* of the file, for messages */
	SLIST_HEAD(, kept) kept;
	int	 failure;	/* SQLite's extended code of the last call */
};

/* ---- errors ---- */

static int
fail(struct db *db, struct err *e)
{
	db->failure = sqlite3_extended_errcode(db->h);
	return err_set(e, FAULT_FAILED, "%s: %s", db->name, sqlite3_errmsg(db->h));
}

bool
db_conflict(const struct db *db)
{
	return (db->failure & 0xff) == SQLITE_CONSTRAINT;
}

/* ---- open ---- */

/* SQLite would make it readable for everybody; its other files take the mode of this one. */
static int
make_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, MODE);

	if (fd == -1)
		return err_set(e, FAULT_FAILED, "%s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

static int
exec(struct db *db, const char *sql, struct err *e)
{
	if (sqlite3_exec(db->h, sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(db, e);
	return 0;
}

/* Bring the tables to the last version. */
static int
migrate(struct db *db, const char *const *versions, struct err *e)
{
	int64_t have, last = 0;
	char text[60];

	while (versions[last] != NULL)
		last++;
	if (db_begin(db, e) == -1 ||
	    db_number(db, "PRAGMA user_version", NULL, 0, &have, e) == -1)
		return -1;
	if (have > last) {
		db_rollback(db);
		return err_set(e, FAULT_FAILED, "%s: its tables have version %lld, this supd "
		    "knows %lld: it was written by a newer one", db->name, (long long)have,
		    (long long)last);
	}
	for (int64_t i = have; i < last; i++) {
		snprintf(text, sizeof(text), "PRAGMA user_version = %lld", (long long)i + 1);
		if (exec(db, versions[i], e) == -1 || exec(db, text, e) == -1) {
			db_rollback(db);
			return -1;
		}
	}
	return db_commit(db, e);
}

struct db *
db_open(const char *path, const char *const *versions, struct err *e)
{
	struct db *db = calloc(1, sizeof(*db));
	const char *slash = path != NULL ? strrchr(path, '/') : NULL;

	if (db == NULL || (db->name = strdup(path == NULL ? "memory" :
	    slash != NULL ? slash + 1 : path)) == NULL) {
		err_set(e, FAULT_FAILED, "out of memory");
		goto failed;
	}
	if (path != NULL && make_file(path, e) == -1)
		goto failed;
	if (sqlite3_initialize() != SQLITE_OK ||
	    sqlite3_open(path != NULL ? path : ":memory:", &db->h) != SQLITE_OK) {
		err_set(e, FAULT_FAILED, "%s: %s", db->name,
		    db->h != NULL ? sqlite3_errmsg(db->h) : "cannot be opened");
		goto failed;
	}
	sqlite3_extended_result_codes(db->h, 1);
	sqlite3_busy_timeout(db->h, DB_BUSY_MS);
	if (exec(db, settings, e) == -1 || migrate(db, versions, e) == -1)
		goto failed;
	return db;
failed:
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	struct kept *k;

	if (db == NULL)
		return;
	while ((k = SLIST_FIRST(&db->kept)) != NULL) {
		SLIST_REMOVE_HEAD(&db->kept, link);
		sqlite3_finalize(k->st);
		free(k);
	}
	sqlite3_close(db->h);
	free(db->name);
	free(db);
}

/* ---- statements ---- */

static sqlite3_stmt *
prepared(struct db *db, const char *sql, struct err *e)
{
	struct kept *k;

	SLIST_FOREACH(k, &db->kept, link)
		if (k->sql == sql)
			return k->st;
	k = calloc(1, sizeof(*k));
	if (k == NULL) {
		err_set(e, FAULT_FAILED, "%s: out of memory", db->name);
		return NULL;
	}
	k->sql = sql;
	if (sqlite3_prepare_v3(db->h, sql, -1, SQLITE_PREPARE_PERSISTENT, &k->st, NULL) !=
	    SQLITE_OK) {
		fail(db, e);
		free(k);
		return NULL;
	}
	SLIST_INSERT_HEAD(&db->kept, k, link);
	return k->st;
}

static int
bind(sqlite3_stmt *st, int i, const struct db_arg *a)
{
	switch (a->type) {
	case DB_ARG_INT:
		return sqlite3_bind_int64(st, i, a->n);
	case DB_ARG_TEXT:
		return sqlite3_bind_text(st, i, a->data, -1, SQLITE_STATIC);
	case DB_ARG_BYTES:
		if (a->len == 0)
			return sqlite3_bind_zeroblob(st, i, 0);
		return sqlite3_bind_blob64(st, i, a->data, a->len, SQLITE_STATIC);
	case DB_ARG_NULL:
	case DB_ARG_END:
		break;
	}
	return sqlite3_bind_null(st, i);
}

sqlite3_stmt *
db_query(struct db *db, const char *sql, const struct db_arg *args, struct err *e)
{
	sqlite3_stmt *st = prepared(db, sql, e);

	db->failure = 0;
	if (st == NULL)
		return NULL;
	for (int i = 1; args != NULL && args[i - 1].type != DB_ARG_END; i++)
		if (bind(st, i, &args[i - 1]) != SQLITE_OK) {
			fail(db, e);
			db_end(st);
			return NULL;
		}
	return st;
}

void
db_end(sqlite3_stmt *q)
{
	if (q == NULL)
		return;
	sqlite3_reset(q);
	sqlite3_clear_bindings(q);
}

int
db_next(struct db *db, sqlite3_stmt *q, struct err *e)
{
	int rc;

	if (q == NULL)
		return -1;
	rc = sqlite3_step(q);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		fail(db, e);
	db_end(q);
	return rc == SQLITE_DONE ? 0 : -1;
}

int
db_run(struct db *db, const char *sql, const struct db_arg *args, struct err *e)
{
	sqlite3_stmt *q = db_query(db, sql, args, e);
	int row;

	do
		row = db_next(db, q, e);
	while (row == 1);
	return row;
}

int64_t
db_changed(const struct db *db)
{
	return sqlite3_changes(db->h);
}

int64_t
db_int(sqlite3_stmt *q, int column)
{
	return sqlite3_column_int64(q, column);
}

const char *
db_text(sqlite3_stmt *q, int column)
{
	return (const char *)sqlite3_column_text(q, column);
}

const void *
db_bytes(sqlite3_stmt *q, int column, size_t *len)
{
	const void *data = sqlite3_column_blob(q, column);

	*len = (size_t)sqlite3_column_bytes(q, column);
	return data;
}

bool
db_is_null(sqlite3_stmt *q, int column)
{
	return sqlite3_column_type(q, column) == SQLITE_NULL;
}

int
db_number(struct db *db, const char *sql, const struct db_arg *args, int64_t fallback,
    int64_t *n, struct err *e)
{
	sqlite3_stmt *q = db_query(db, sql, args, e);
	int row = db_next(db, q, e);

	*n = row == 1 ? db_int(q, 0) : fallback;
	if (row == 1)
		db_end(q);
	return row == -1 ? -1 : 0;
}

/* ---- transactions ---- */

int
db_begin(struct db *db, struct err *e)
{
	return db_run(db, "BEGIN IMMEDIATE", NULL, e);
}

int
db_commit(struct db *db, struct err *e)
{
	int status = db_run(db, "COMMIT", NULL, e);

	db_rollback(db);
	return status;
}

void
db_rollback(struct db *db)
{
	int failure = db->failure;

	if (!sqlite3_get_autocommit(db->h))
		db_run(db, "ROLLBACK", NULL, NULL);
	db->failure = failure;
}
