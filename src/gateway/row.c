/*
 * A row in memory.
 */
#include "gateway/row.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char **
field(struct row *r, int i)
{
	char **const fields[] = { &r->instance, &r->binding, &r->service, &r->plan, &r->node,
		&r->name, &r->asked, &r->result, &r->pending, &r->request, &r->text };

	return i < (int)(sizeof(fields) / sizeof(fields[0])) ? fields[i] : NULL;
}

void
row_release(struct row *r)
{
	char **f;

	for (int i = 0; (f = field(r, i)) != NULL; i++) {
		free(*f);
		*f = NULL;
	}
}

int
row_set(char **f, const char *text)
{
	char *copy = strdup(text != NULL ? text : "");

	if (copy == NULL)
		return -1;
	free(*f);
	*f = copy;
	return 0;
}

int
row_fill(struct row *r)
{
	char **f;

	for (int i = 0; (f = field(r, i)) != NULL; i++)
		if (*f == NULL && row_set(f, "") == -1)
			return -1;
	return 0;
}

void
row_operation(const struct row *r, char *text, unsigned long size)
{
	static const char *const words[] = { "none", "create", "update", "delete" };

	snprintf(text, size, "%s-%lld", words[r->op], (long long)r->serial);
}

bool
row_is_busy(const struct row *r)
{
	return r->state == ROW_CREATING || r->state == ROW_UPDATING ||
	    r->state == ROW_DELETING;
}
