/*
 * Which file is the configuration when nobody says: supervisord's search.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/path.h"
#include "conf/text.h"

/*
 * argv[0] as a Python script sees it: a bare name was found along PATH, and is
 * replaced by the whole path.
 */
static char *
find_self(const char *argv0)
{
	const char *dirs = getenv("PATH");
	struct buf path = { 0 };

	if (strchr(argv0, '/') != NULL || dirs == NULL)
		return strdup(argv0);
	while (*dirs != '\0') {
		size_t len = strcspn(dirs, ":");

		buf_clear(&path);
		buf_add(&path, dirs, len);
		buf_addf(&path, "%s%s", len > 0 ? "/" : "", argv0);
		if (access(buf_text(&path), X_OK) == 0 && !path.failed)
			return buf_steal(&path);
		dirs += len + (dirs[len] == ':');
	}
	buf_release(&path);
	return strdup(argv0);
}

/* The directory above the one that holds argv[0]; "" is the working directory. */
static char *
find_root(const char *argv0)
{
	char *self = find_self(argv0), *bin, *root;

	bin = self != NULL ? path_dirname(self) : NULL;
	root = bin != NULL ? path_dirname(bin) : NULL;
	free(self);
	free(bin);
	return root;
}

static char *
join_root(const char *root, const char *name)
{
	return root[0] == '\0' ? strdup(name) : path_join(root, name);
}

char *
conf_search(const char *argv0, struct err *e)
{
	char *root = find_root(argv0), *places[6] = { 0 }, *found = NULL;
	struct buf list = { 0 };
	size_t n = 0;

	if (root == NULL) {
		err_no_memory(e);
		return NULL;
	}
	places[n++] = join_root(root, "etc/supervisord.conf");
	places[n++] = join_root(root, "supervisord.conf");
	places[n++] = strdup("supervisord.conf");
	places[n++] = strdup("etc/supervisord.conf");
	places[n++] = strdup("/etc/supervisord.conf");
	places[n++] = strdup("/etc/supervisor/supervisord.conf");
	free(root);
	for (size_t i = 0; i < n; i++) {
		if (places[i] == NULL)
			continue;
		buf_addf(&list, "%s%s", i > 0 ? ", " : "", places[i]);
		if (found == NULL && access(places[i], F_OK) == 0)
			found = path_absolute(places[i]);
		free(places[i]);
	}
	if (found == NULL)
		err_set(e, FAULT_NO_FILE, "No config file found at default paths (%s); use the"
		    " -c option to specify a config file at a different path",
		    buf_text(&list));
	buf_release(&list);
	return found;
}
