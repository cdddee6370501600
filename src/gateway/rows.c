/*
 * The rows on disk.
 */
#include "gateway/rows.h"

#include "serve/db.h"

#define COLUMNS	"instance, binding, service, plan, node, name, asked, result, pending," \
	" request, text, state, op, op_state, serial, changed, code, doubtful"

static const char *const versions[] = {
	"CREATE TABLE rows (instance TEXT NOT NULL, binding TEXT NOT NULL,"
	" service TEXT NOT NULL, plan TEXT NOT NULL, node TEXT NOT NULL, name TEXT NOT NULL,"
	" asked TEXT NOT NULL, result TEXT NOT NULL, pending TEXT NOT NULL,"
	" request TEXT NOT NULL, text TEXT NOT NULL, state INTEGER NOT NULL,"
	" op INTEGER NOT NULL, op_state INTEGER NOT NULL, serial INTEGER NOT NULL,"
	" changed INTEGER NOT NULL, code INTEGER NOT NULL, doubtful INTEGER NOT NULL,"
	" PRIMARY KEY (instance, binding)) WITHOUT ROWID;"
	"CREATE INDEX rows_request ON rows (request) WHERE request <> '';"
	"CREATE INDEX rows_busy ON rows (state) WHERE state IN (1, 3, 4) OR doubtful;"
	"CREATE INDEX rows_over ON rows (changed) WHERE state IN (5, 6);",
	NULL
};

static struct db *db;
static struct batch batch;
static int64_t serial;

/* ---- the file ---- */

int
rows_open(const char *path, struct err *e)
{
	db = db_open(path, versions, e);
	if (db == NULL)
		return -1;
	batch_init(&batch, db);
	return db_number(db, "SELECT max(serial) FROM rows", NULL, 0, &serial, e);
}

void
rows_close(void)
{
	batch_release(&batch);
	db_close(db);
	db = NULL;
}

void
rows_then(struct batch_wait *w, void (*fn)(struct batch_wait *w, const struct err *e))
{
	batch_then(&batch, w, fn);
}

int64_t
rows_serial(void)
{
	return ++serial;
}

/* ---- reading ---- */

static int
read_row(struct sqlite3_stmt *q, struct row *r, struct err *e)
{
	char **const texts[] = { &r->instance, &r->binding, &r->service, &r->plan, &r->node,
		&r->name, &r->asked, &r->result, &r->pending, &r->request, &r->text };
	const int n = sizeof(texts) / sizeof(texts[0]);

	*r = (struct row){ 0 };
	for (int i = 0; i < n; i++)
		if (row_set(texts[i], db_text(q, i)) == -1) {
			row_release(r);
			return err_set(e, FAULT_FAILED, "out of memory");
		}
	r->state = (enum row_state)db_int(q, n);
	r->op = (enum row_op)db_int(q, n + 1);
	r->op_state = (enum op_state)db_int(q, n + 2);
	r->serial = db_int(q, n + 3);
	r->changed_s = db_int(q, n + 4);
	r->code = (int)db_int(q, n + 5);
	r->doubtful = db_int(q, n + 6) != 0;
	return 0;
}

static int
find(const char *sql, const struct db_arg *args, struct row *r, struct err *e)
{
	struct sqlite3_stmt *q = db_query(db, sql, args, e);
	int rc = db_next(db, q, e);

	*r = (struct row){ 0 };
	if (rc != 1)
		return rc;
	if (read_row(q, r, e) == -1)
		rc = -1;
	db_end(q);
	return rc;
}

int
rows_find(const char *instance, const char *binding, struct row *r, struct err *e)
{
	return find("SELECT " COLUMNS " FROM rows WHERE instance = ? AND binding = ?",
	    DB_ARGS(DB_TEXT(instance), DB_TEXT(binding)), r, e);
}

int
rows_find_request(const char *request, struct row *r, struct err *e)
{
	return find("SELECT " COLUMNS " FROM rows WHERE request = ? AND request <> ''",
	    DB_ARGS(DB_TEXT(request)), r, e);
}

int
rows_each(const char *instance, bool busy, int (*fn)(void *arg, const struct row *r),
    void *arg, struct err *e)
{
	struct sqlite3_stmt *q;
	struct row r;
	int rc;

	if (instance != NULL)
		q = db_query(db, "SELECT " COLUMNS " FROM rows WHERE instance = ?"
		    " ORDER BY binding", DB_ARGS(DB_TEXT(instance)), e);
	else if (busy)
		q = db_query(db, "SELECT " COLUMNS " FROM rows WHERE state IN (1, 3, 4)"
		    " OR doubtful ORDER BY instance, binding", NULL, e);
	else
		q = db_query(db, "SELECT " COLUMNS " FROM rows ORDER BY instance, binding",
		    NULL, e);
	while ((rc = db_next(db, q, e)) == 1) {
		if (read_row(q, &r, e) == -1) {
			db_end(q);
			return -1;
		}
		if (fn(arg, &r) == -1) {
			row_release(&r);
			db_end(q);
			return 0;
		}
		row_release(&r);
	}
	return rc;
}

/* ---- writing ---- */

int
rows_put(const struct row *r, struct err *e)
{
	return batch_run(&batch, "INSERT OR REPLACE INTO rows (" COLUMNS ") VALUES"
	    " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    DB_ARGS(DB_TEXT(r->instance), DB_TEXT(r->binding), DB_TEXT(r->service),
	    DB_TEXT(r->plan), DB_TEXT(r->node), DB_TEXT(r->name), DB_TEXT(r->asked),
	    DB_TEXT(r->result), DB_TEXT(r->pending), DB_TEXT(r->request), DB_TEXT(r->text),
	    DB_INT(r->state), DB_INT(r->op), DB_INT(r->op_state), DB_INT(r->serial),
	    DB_INT(r->changed_s), DB_INT(r->code), DB_INT(r->doubtful)), e);
}

int
rows_end_bindings(const char *instance, int64_t now_s, struct err *e)
{
	return batch_run(&batch, "UPDATE rows SET state = 6, op = 3, op_state = 1, result = '',"
	    " text = 'deleted with its instance', changed = ?2, doubtful = 0"
	    " WHERE instance = ?1 AND binding <> '' AND state <> 6",
	    DB_ARGS(DB_TEXT(instance), DB_INT(now_s)), e);
}

int
rows_forget(int64_t before_s, struct err *e)
{
	return batch_run(&batch, "DELETE FROM rows WHERE state IN (5, 6) AND changed < ? AND NOT doubtful",
	    DB_ARGS(DB_INT(before_s)), e);
}
