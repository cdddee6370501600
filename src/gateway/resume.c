/*
 * What an earlier gateway has begun: it goes on where the row says.
 */
#include <stdlib.h>

#include "gateway/broker.h"
#include "gateway/work.h"

/* Rows are collected first: what resumes one writes. */
struct resume {
	struct row *rows;
	size_t	 n;
	bool	 failed;
};

static int
collect(void *arg, const struct row *r)
{
	struct resume *all = arg;
	struct row *more = realloc(all->rows, (all->n + 1) * sizeof(*more));
	struct row *to;

	if (more == NULL) {
		all->failed = true;
		return -1;
	}
	all->rows = more;
	to = &more[all->n++];
	*to = (struct row){ 0 };
	if (row_set(&to->instance, r->instance) == -1 || row_set(&to->binding, r->binding) == -1)
		all->failed = true;
	return all->failed ? -1 : 0;
}

static int
resume_one(const struct row *key, struct err *e)
{
	struct row r;
	int rc = rows_find(key->instance, key->binding, &r, e);

	if (rc == 1)
		rc = work_resume(&r, e);
	row_release(&r);
	return rc;
}

int
broker_resume(struct err *e)
{
	struct resume all = { 0 };
	int rc = rows_each(NULL, true, collect, &all, e);

	if (all.failed)
		rc = err_set(e, FAULT_FAILED, "out of memory");
	for (size_t i = 0; i < all.n; i++) {
		if (rc == 0)
			rc = resume_one(&all.rows[i], e);
		row_release(&all.rows[i]);
	}
	free(all.rows);
	return rc;
}
