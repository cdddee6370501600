/*
 * The file that guests keep their state in: versions of its tables, statements,
 * transactions, what survives, what is refused.
 */
#include "serve/db.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "tap.h"

static const char *const first[] = {
	"create table t (k text primary key, n integer) strict;",
	NULL,
};
static const char *const second[] = {
	"create table t (k text primary key, n integer) strict;",
	"alter table t add column b blob; insert into t values ('two', 2, null);",
	NULL,
};
static const char *const wrong[] = {
	"create table t (k text primary key, n integer) strict;",
	"alter table t add column b blob; insert into t values ('two', 2, null);",
	"create table half (x integer); create table half (x integer);",
	NULL,
};

static char dir[] = "/tmp/supd-db-XXXXXX";
static char file[64];

static int64_t
count(struct db *db)
{
	int64_t n = -1;

	db_number(db, "select count(*) from t", NULL, -1, &n, NULL);
	return n;
}

static void
test_values(void)
{
	struct err e = { 0 };
	struct db *db = db_open(NULL, first, &e);
	struct sqlite3_stmt *q;
	int64_t n = 0;

	if (!ok(db != NULL, "a database in memory"))
		return;
	is_int(db_run(db, "insert into t values (?, ?)", DB_ARGS(DB_TEXT("a'b"), DB_INT(1)), &e),
	    0, "values stand beside the statement, not in it");
	is_int(db_changed(db), 1, "one row is new");
	is_int(db_run(db, "insert into t values (?, ?)", DB_ARGS(DB_TEXT("a'b"), DB_INT(2)), &e),
	    -1, "the same key again");
	ok(db_conflict(db), "is a conflict");
	is_str(e.msg, "memory: UNIQUE constraint failed: t.k", "which names the column");
	db_run(db, "insert into t values (?, ?)", DB_ARGS(DB_TEXT("z"), DB_NULL), &e);
	ok(!db_conflict(db), "the next call has none");

	q = db_query(db, "select k, n from t order by k", NULL, &e);
	is_int(db_next(db, q, &e), 1, "a row");
	is_str(db_text(q, 0), "a'b", "its text");
	is_int(db_int(q, 1), 1, "its number");
	is_int(db_next(db, q, &e), 1, "the next row");
	ok(db_is_null(q, 1), "has no number");
	is_int(db_next(db, q, &e), 0, "and no more");
	is_int(db_number(db, "select n from t where k = ?", DB_ARGS(DB_TEXT("no")), 7, &n, &e), 0,
	    "no row");
	is_int(n, 7, "gives the fallback");
	is_int(db_next(db, db_query(db, "select nowhere", NULL, &e), &e), -1, "a wrong statement");
	is_str(e.msg, "memory: no such column: nowhere", "is an error with its reason");
	db_close(db);
}

static void
test_transactions(void)
{
	struct err e = { 0 };
	struct db *db = db_open(NULL, first, &e);

	db_begin(db, &e);
	db_run(db, "insert into t values ('a', 1)", NULL, &e);
	db_rollback(db);
	is_int(count(db), 0, "rolled back: nothing is left");
	is_int(db_begin(db, &e), 0, "begin");
	db_run(db, "insert into t values ('a', 1)", NULL, &e);
	is_int(db_commit(db, &e), 0, "commit");
	db_rollback(db);
	is_int(count(db), 1, "rolling back afterwards does nothing");
	is_int(db_commit(db, &e), -1, "nor is there anything to commit");
	db_close(db);
}

static void
test_versions(void)
{
	struct err e = { 0 };
	struct stat st;
	struct db *db = db_open(file, first, &e);

	if (!ok(db != NULL, "a new file") || stat(file, &st) == -1)
		return;
	is_int(st.st_mode & 0777, 0600, "for its owner alone");
	db_run(db, "insert into t values ('one', 1)", NULL, &e);
	db_close(db);

	db = db_open(file, second, &e);
	is_int(count(db), 2, "a later supd brings its tables up to date and keeps what is there");
	db_close(db);
	db = db_open(file, second, &e);
	is_int(count(db), 2, "once");
	db_close(db);

	ok(db_open(file, wrong, &e) == NULL, "a step that fails");
	db = db_open(file, second, &e);
	is_int(count(db), 2, "is undone as a whole");
	db_close(db);

	ok(db_open(file, first, &e) == NULL, "an earlier supd refuses the file");
	is_str(e.msg, "db.sqlite: its tables have version 2, this supd knows 1: "
	    "it was written by a newer one", "and says why");
}

static void
test_refused(void)
{
	struct err e = { 0 };
	FILE *f;

	ok(db_open("/nowhere/db.sqlite", first, &e) == NULL, "no such directory");
	is_str(e.msg, "/nowhere/db.sqlite: No such file or directory", "is said with its path");
	f = fopen(file, "w");
	if (f != NULL) {
		for (int i = 0; i < 200; i++)
			fputs("this is not a database\n", f);
		fclose(f);
	}
	ok(db_open(file, first, &e) == NULL, "a file of something else");
	is_str(e.msg, "db.sqlite: file is not a database", "is not touched");
	unlink(file);
}

/* A child commits row after row and tells each by a byte; then it is killed. */
static void
test_killed(void)
{
	struct err e = { 0 };
	struct db *db;
	int64_t told = 0;
	char byte;
	int p[2];
	pid_t pid;

	if (pipe(p) == -1 || (pid = fork()) == -1)
		return;
	if (pid == 0) {
		db = db_open(file, first, &e);
		for (int64_t i = 0; db != NULL; i++)
			if (db_run(db, "insert into t values (cast(? as text), 0)",
			    DB_ARGS(DB_INT(i)), &e) == -1 || write(p[1], "x", 1) != 1)
				break;
		_exit(1);
	}
	close(p[1]);
	while (told < 30 && read(p[0], &byte, 1) == 1)
		told++;
	kill(pid, SIGKILL);
	while (read(p[0], &byte, 1) == 1)
		told++;
	waitpid(pid, NULL, 0);
	close(p[0]);
	db = db_open(file, first, &e);
	ok(told >= 30 && count(db) >= told, "every row that was told survives the kill");
	db_close(db);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	snprintf(file, sizeof(file), "%s/db.sqlite", dir);
	test_values();
	test_transactions();
	test_versions();
	test_refused();
	test_killed();
	unlink(file);
	for (const char *const *s = (const char *const[]){ "-wal", "-shm", NULL }; *s; s++) {
		char path[80];

		snprintf(path, sizeof(path), "%s%s", file, *s);
		unlink(path);
	}
	ok(rmdir(dir) == 0, "no other files are left");
	return tap_done();
}
