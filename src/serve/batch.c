/*
 * One transaction for all changes of a turn.
 */
#include "serve/batch.h"

void
batch_init(struct batch *b, struct db *db)
{
	*b = (struct batch){ .db = db };
	TAILQ_INIT(&b->waits);
}

void
batch_release(struct batch *b)
{
	if (b->db == NULL)
		return;
	loop_job_cancel(&b->job);
	while (!TAILQ_EMPTY(&b->waits))
		batch_then_not(TAILQ_FIRST(&b->waits));
	db_rollback(b->db);
	batch_init(b, NULL);
}

/* Call all that waited until now; what they change is the next transaction. */
static void
tell(struct batch *b, const struct err *e)
{
	struct batch_list now = TAILQ_HEAD_INITIALIZER(now);
	struct batch_wait *w;

	TAILQ_CONCAT(&now, &b->waits, link);
	TAILQ_FOREACH(w, &now, link)
		w->list = &now;
	while ((w = TAILQ_FIRST(&now)) != NULL) {
		batch_then_not(w);
		w->fn(w, e);
	}
}

static void
on_commit(struct loop_job *j)
{
	struct batch *b = LOOP_OWNER(j, struct batch, job);
	struct err e;
	bool failed = b->broken;

	if (failed) {
		e = b->why;
		db_rollback(b->db);
	} else if (b->begun)
		failed = db_commit(b->db, &e) == -1;
	b->begun = b->broken = false;
	tell(b, failed ? &e : NULL);
}

int
batch_run(struct batch *b, const char *sql, const struct db_arg *args, struct err *e)
{
	if (b->broken) {
		*e = b->why;
		return -1;
	}
	if (!b->begun && db_begin(b->db, e) == -1)
		return -1;
	b->begun = true;
	loop_job_add(&b->job, on_commit);
	if (db_run(b->db, sql, args, e) == 0)
		return 0;
	if (!db_conflict(b->db)) {
		b->why = *e;
		b->broken = true;
	}
	return -1;
}

void
batch_then(struct batch *b, struct batch_wait *w,
    void (*fn)(struct batch_wait *w, const struct err *e))
{
	w->fn = fn;
	if (w->list == NULL)
		TAILQ_INSERT_TAIL(&b->waits, w, link);
	w->list = &b->waits;
	loop_job_add(&b->job, on_commit);
}

void
batch_then_not(struct batch_wait *w)
{
	if (w->list != NULL)
		TAILQ_REMOVE(w->list, w, link);
	w->list = NULL;
}
