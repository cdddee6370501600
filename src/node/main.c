/*
 * Life of the node guest.
 */
#include <stdio.h>
#include <stdlib.h>

#include "node/child.h"
#include "node/methods.h"
#include "node/node.h"
#include "node/op.h"
#include "serve/guest.h"

static int
open_rows(struct err *e)
{
	char *path;
	int rc;

	if (asprintf(&path, "%s/node.db", guest.directory) == -1)
		return err_set(e, FAULT_FAILED, "out of memory");
	rc = node_rows_open(path, e);
	free(path);
	return rc;
}

static int
watch_all(struct err *e)
{
	struct names l;

	if (node_rows_names(&l, e) == -1)
		return -1;
	for (size_t i = 0; i < l.n; i++)
		monitor_watch(l.v[i]);
	names_release(&l);
	return 0;
}

static int
begin(struct err *e)
{
	children_init();
	if (node_conf_load(e) == -1 || open_rows(e) == -1 || watch_all(e) == -1)
		return -1;
	replay_begin();
	return 0;
}

static void
end(void)
{
	monitor_release();
	replay_release();
	ops_release();
	children_release();
	node_rows_close();
	node_conf_release();
}

int
node_main(int argc, char **argv)
{
	static const struct guest_face face = {
		.kind = "node", .interfaces = &node_interface, .ninterfaces = 1,
		.begin = begin, .end = end,
	};

	return guest_main(&face, argc, argv);
}
