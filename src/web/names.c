/*
 * Names of processes as people write them, and as control calls want them.
 */
#include "web/names.h"

#include <stdio.h>
#include <string.h>

#include "wire/json.h"

void
names_add(struct buf *b, const char *group, const char *name)
{
	if (strcmp(group, name) != 0) {
		buf_adds(b, group);
		buf_addc(b, ':');
	}
	buf_adds(b, name);
}

bool
names_group(const char *name, char *group, size_t size)
{
	const char *colon = strchr(name, ':');

	if (colon == NULL || (colon[1] != '\0' && strcmp(colon + 1, "*") != 0))
		return false;
	snprintf(group, size, "%.*s", (int)(colon - name), name);
	return true;
}

void
names_params(struct buf *b, const char *name, const char *more)
{
	buf_adds(b, "{\"names\":[");
	json_str(b, name);
	buf_addc(b, ']');
	buf_adds(b, more != NULL ? more : "");
	buf_addc(b, '}');
}
