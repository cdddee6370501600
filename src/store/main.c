/*
 * Life of the store: which file, and the table of its methods.
 */
#include "store/store.h"

#include <stdio.h>
#include <stdlib.h>

#include "serve/guest.h"

struct tree *store_tree;
const char *store_file;

static char *path;

#define HISTORY		10000	/* changes, where there is no [store] history */

static int
begin(struct err *e)
{
	int64_t history = guest_number("history", HISTORY);

	if (guest.directory != NULL && asprintf(&path, "%s/store.sqlite", guest.directory) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	store_file = path;
	store_tree = tree_open(path, history, e);
	if (store_tree == NULL)
		return -1;
	if (path == NULL)
		guest_log(LOG_WARN, "values are in memory only, and lost when the store ends: set"
		    " [supd] statedir");
	else
		guest_log(LOG_INFO, "revision %lld, in %s", (long long)tree_revision(store_tree),
		    path);
	return 0;
}

static void
finish(int64_t ms)
{
	(void)ms;
	store_hush();
}

static void
end(void)
{
	tree_close(store_tree);
	free(path);
}

static const struct serve_method methods[] = {
	{ "Get", store_get, false, false },
	{ "Set", store_set, false, true },
	{ "Delete", store_delete, false, true },
	{ "Push", store_push, false, true },
	{ "Pop", store_pop, false, true },
	{ "Watch", store_watch, true, false },
	{ "Values", store_values, false, false },
	{ "Describe", store_describe, false, false },
};

static const struct serve_interface interfaces[] = {
	{ STORE_INTERFACE, methods, sizeof(methods) / sizeof(methods[0]), NULL },
};

int
store_main(int argc, char **argv)
{
	static const struct guest_face face = {
		.kind = "store", .interfaces = interfaces, .ninterfaces = 1, .stateless = true,
		.begin = begin, .packet = store_packet, .finish = finish, .end = end,
	};

	return guest_main(&face, argc, argv);
}
