/*
 * Families of keys that are kept as they come: "port.www = http" is WWW=http of a list.
 */
#include <stdlib.h>

#include "conf/text.h"
#include "conf/types.h"
#include "conf/words.h"

static int
parse_pairs(void *field, const char *text, struct conf_parse *p)
{
	struct buf entry = { 0 };
	char *pair;

	buf_addf(&entry, "%s=%s", p->member, text);
	pair = buf_steal(&entry);
	if (pair == NULL || strlist_add(field, pair) == -1 || env_sort(field) == -1)
		return err_no_memory(p->e);
	return 0;
}

static void
print_pairs(const void *field, struct buf *out)
{
	const struct strlist *l = field;

	for (size_t i = 0; i < l->n; i++)
		buf_addf(out, "%s%s", i > 0 ? ", " : "", l->v[i]);
}

static bool
equal_pairs(const void *a, const void *b)
{
	return conf_list.equal(a, b);
}

static void
release_pairs(void *field)
{
	strlist_release(field);
}

const struct conf_type conf_pairs = {
	"text", NULL, parse_pairs, print_pairs, equal_pairs, release_pairs
};
