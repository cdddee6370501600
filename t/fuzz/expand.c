/*
 * Any text in which %() is expanded, with the names that a program has; the first
 * line is the value of one of them.
 */
#include <stdlib.h>
#include <string.h>

#include "../sim/sim.h"
#include "conf/expand.h"
#include "fuzz.h"

static int
by_key(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	char *text = fuzz_text(data, len), *rest = strchr(text, '\n');
	char home[] = "HOME=/root", path[] = "PATH=/bin:%(here)s", x[300];
	char *v[] = { home, path, x, NULL };
	struct strlist env = { v, 3 };
	struct scope s = {
		.here = "/etc", .host_node_name = "box", .program_name = "web",
		.group_name = "site", .numbered = true, .process_num = 7, .numprocs = 8,
		.env = { &env, NULL, NULL },
	};
	struct buf out = { 0 };
	struct err e = { 0 };
	int r;

	strcpy(x, "X=");
	if (rest != NULL) {
		*rest++ = '\0';
		strncat(x, text, 200);
	} else
		rest = text;
	qsort(v, env.n, sizeof(*v), by_key);
	r = fuzz_has_long_number(rest) ? 0 :
	    scope_expand(&s, rest, "program:web.command", &out, &e);
	if (r == -1 && e.msg[0] == '\0')
		abort();
	if (r == 0 && strchr(rest, '%') == NULL && !fuzz_has_long_number(rest) &&
	    strcmp(buf_text(&out), rest) != 0)
		abort();	/* nothing to fill: it stays as it is */
	buf_release(&out);
	raw_free(text);
	return 0;
}
