/*
 * The route table: every row can be reached.
 */
#include "http_fake.h"

#include "tap.h"
#include "web/routes.h"

/* Would a row before it take everything that is meant for this one? */
static const struct route *
hidden_by(const struct route *row)
{
	for (const struct route *r = routes; r < row; r++) {
		size_t n = strlen(r->path);

		if (strcmp(r->path, row->path) == 0 ||
		    (r->path[n - 1] == '*' && strncmp(r->path, row->path, n - 1) == 0))
			return r;
	}
	return NULL;
}

int
main(void)
{
	ok(true, "the table is there");
	for (const struct route *r = routes; r->path != NULL; r++) {
		ok(r->path[0] == '/' && r->fn != NULL && r->methods != 0,
		    "%s: is complete", r->path);
		ok(hidden_by(r) == NULL, "%s: is not hidden by another row", r->path);
	}
	return tap_done();
}
