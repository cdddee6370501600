/*
 * Rows in SQLite.
 */
#include "node/row.h"

#include <stdlib.h>
#include <string.h>

#include "serve/db.h"

static struct db *db;
static struct batch batch;
static unsigned changes;

static const char *const versions[] = {
	"CREATE TABLE instance ("
	" name TEXT PRIMARY KEY, plan TEXT NOT NULL, version TEXT NOT NULL,"
	" phase INTEGER NOT NULL, kind INTEGER NOT NULL, disabled INTEGER NOT NULL DEFAULT 0,"
	" port INTEGER UNIQUE, directory TEXT NOT NULL, template TEXT NOT NULL,"
	" secret TEXT NOT NULL, parameters TEXT NOT NULL, credentials TEXT NOT NULL"
	") WITHOUT ROWID;"
	"CREATE TABLE binding ("
	" instance TEXT NOT NULL REFERENCES instance(name), name TEXT NOT NULL,"
	" phase INTEGER NOT NULL, parameters TEXT NOT NULL, credentials TEXT NOT NULL,"
	" PRIMARY KEY (instance, name)) WITHOUT ROWID;",
	NULL
};

int
node_rows_open(const char *path, struct err *e)
{
	db = db_open(path, versions, e);
	if (db == NULL)
		return -1;
	batch_init(&batch, db);
	return 0;
}

void
node_rows_close(void)
{
	batch_release(&batch);
	db_close(db);
	db = NULL;
}

static int
change(const char *sql, const struct db_arg *args, struct err *e)
{
	changes++;
	return batch_run(&batch, sql, args, e);
}

unsigned
node_rows_changes(void)
{
	return changes;
}

void
node_rows_then(struct batch_wait *w, void (*fn)(struct batch_wait *w, const struct err *e))
{
	batch_then(&batch, w, fn);
}

static char *
copy(struct sqlite3_stmt *q, int column)
{
	const char *text = db_text(q, column);

	return strdup(text != NULL ? text : "");
}

/* ---- instances ---- */

void
node_row_release(struct row *r)
{
	free(r->name);
	free(r->plan);
	free(r->version);
	free(r->directory);
	free(r->template);
	free(r->secret);
	free(r->parameters);
	free(r->credentials);
	*r = (struct row){ 0 };
}

int
node_row_find(const char *name, struct row *r, struct err *e)
{
	struct sqlite3_stmt *q = db_query(db, "SELECT name, plan, version, phase, kind,"
	    " disabled, port, directory, template, secret, parameters, credentials"
	    " FROM instance WHERE name = ?", DB_ARGS(DB_TEXT(name)), e);
	int rc = db_next(db, q, e);

	*r = (struct row){ 0 };
	if (rc != 1)
		return rc;
	*r = (struct row){
		.name = copy(q, 0), .plan = copy(q, 1), .version = copy(q, 2),
		.phase = (enum phase)db_int(q, 3), .kind = (enum kind)db_int(q, 4),
		.disabled = db_int(q, 5) != 0, .port = (int)db_int(q, 6),
		.directory = copy(q, 7), .template = copy(q, 8), .secret = copy(q, 9),
		.parameters = copy(q, 10), .credentials = copy(q, 11),
	};
	db_end(q);
	if (r->name != NULL && r->plan != NULL && r->version != NULL && r->directory != NULL &&
	    r->template != NULL && r->secret != NULL && r->parameters != NULL &&
	    r->credentials != NULL)
		return 1;
	node_row_release(r);
	return err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

int
node_row_insert(const struct row *r, struct err *e)
{
	struct db_arg port = DB_INT(r->port);

	if (r->port == 0)
		port = (struct db_arg)DB_NULL;
	return change("INSERT INTO instance (name, plan, version, phase, kind, port,"
	    " directory, template, secret, parameters, credentials)"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    DB_ARGS(DB_TEXT(r->name), DB_TEXT(r->plan), DB_TEXT(r->version),
	    DB_INT(r->phase), DB_INT(r->kind), port, DB_TEXT(r->directory),
	    DB_TEXT(r->template), DB_TEXT(r->secret), DB_TEXT(r->parameters),
	    DB_TEXT(r->credentials)), e);
}

int
node_row_set_phase(const char *name, enum phase phase, struct err *e)
{
	return change("UPDATE instance SET phase = ? WHERE name = ?",
	    DB_ARGS(DB_INT(phase), DB_TEXT(name)), e);
}

int
node_row_settle(const char *name, const char *credentials, struct err *e)
{
	return change("UPDATE instance SET phase = 1, credentials = ? WHERE name = ?",
	    DB_ARGS(DB_TEXT(credentials), DB_TEXT(name)), e);
}

int
node_row_change(const char *name, const char *parameters, const char *credentials,
    struct err *e)
{
	return change("UPDATE instance SET parameters = ?, credentials = ? WHERE name = ?",
	    DB_ARGS(DB_TEXT(parameters), DB_TEXT(credentials), DB_TEXT(name)), e);
}

int
node_row_set_disabled(const char *name, bool disabled, struct err *e)
{
	return change("UPDATE instance SET disabled = ? WHERE name = ?",
	    DB_ARGS(DB_INT(disabled), DB_TEXT(name)), e);
}

int
node_row_delete(const char *name, struct err *e)
{
	if (change("DELETE FROM binding WHERE instance = ?", DB_ARGS(DB_TEXT(name)), e) == -1)
		return -1;
	return change("DELETE FROM instance WHERE name = ?", DB_ARGS(DB_TEXT(name)), e);
}

int
node_rows_count(int64_t *n, struct err *e)
{
	return db_number(db, "SELECT count(*) FROM instance", NULL, 0, n, e);
}

void
names_release(struct names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct names){ 0 };
}

/* The first column of every row. */
static int
take_names(struct sqlite3_stmt *q, struct names *out, struct err *e)
{
	char **v;
	int rc;

	*out = (struct names){ 0 };
	while ((rc = db_next(db, q, e)) == 1) {
		v = realloc(out->v, (out->n + 1) * sizeof(*v));
		if (v != NULL)
			out->v = v;
		if (v == NULL || (v[out->n] = copy(q, 0)) == NULL) {
			db_end(q);
			rc = err_set(e, FAULT_FAILED, "FAILED: out of memory");
			break;
		}
		out->n++;
	}
	if (rc == -1)
		names_release(out);
	return rc;
}

int
node_rows_names(struct names *out, struct err *e)
{
	return take_names(db_query(db, "SELECT name FROM instance ORDER BY name", NULL, e),
	    out, e);
}

int
node_rows_ports(bool *used, int first, int last, struct err *e)
{
	struct sqlite3_stmt *q = db_query(db, "SELECT port FROM instance WHERE port BETWEEN ?"
	    " AND ?", DB_ARGS(DB_INT(first), DB_INT(last)), e);
	int rc;

	while ((rc = db_next(db, q, e)) == 1)
		used[db_int(q, 0) - first] = true;
	return rc;
}

/* ---- bindings ---- */

void
node_binding_release(struct binding *b)
{
	free(b->instance);
	free(b->name);
	free(b->parameters);
	free(b->credentials);
	*b = (struct binding){ 0 };
}

int
node_binding_find(const char *instance, const char *name, struct binding *b, struct err *e)
{
	struct sqlite3_stmt *q = db_query(db, "SELECT instance, name, phase, parameters,"
	    " credentials FROM binding WHERE instance = ? AND name = ?",
	    DB_ARGS(DB_TEXT(instance), DB_TEXT(name)), e);
	int rc = db_next(db, q, e);

	*b = (struct binding){ 0 };
	if (rc != 1)
		return rc;
	*b = (struct binding){
		.instance = copy(q, 0), .name = copy(q, 1), .phase = (enum phase)db_int(q, 2),
		.parameters = copy(q, 3), .credentials = copy(q, 4),
	};
	db_end(q);
	if (b->instance != NULL && b->name != NULL && b->parameters != NULL &&
	    b->credentials != NULL)
		return 1;
	node_binding_release(b);
	return err_set(e, FAULT_FAILED, "FAILED: out of memory");
}

int
node_binding_insert(const struct binding *b, struct err *e)
{
	return change("INSERT INTO binding (instance, name, phase, parameters, credentials)"
	    " VALUES (?, ?, ?, ?, ?)", DB_ARGS(DB_TEXT(b->instance), DB_TEXT(b->name),
	    DB_INT(b->phase), DB_TEXT(b->parameters), DB_TEXT(b->credentials)), e);
}

int
node_binding_set_phase(const char *instance, const char *name, enum phase phase, struct err *e)
{
	return change("UPDATE binding SET phase = ? WHERE instance = ? AND name = ?",
	    DB_ARGS(DB_INT(phase), DB_TEXT(instance), DB_TEXT(name)), e);
}

int
node_binding_settle(const char *instance, const char *name, const char *credentials, struct err *e)
{
	return change("UPDATE binding SET phase = 1, credentials = ? WHERE instance = ?"
	    " AND name = ?", DB_ARGS(DB_TEXT(credentials), DB_TEXT(instance), DB_TEXT(name)),
	    e);
}

int
node_binding_delete(const char *instance, const char *name, struct err *e)
{
	return change("DELETE FROM binding WHERE instance = ? AND name = ?",
	    DB_ARGS(DB_TEXT(instance), DB_TEXT(name)), e);
}

int
node_binding_names(const char *instance, bool ready, struct names *out, struct err *e)
{
	return take_names(db_query(db, "SELECT name FROM binding WHERE instance = ?"
	    " AND (phase = 1 OR ?) ORDER BY name", DB_ARGS(DB_TEXT(instance),
	    DB_INT(ready ? 0 : 1)), e), out, e);
}
