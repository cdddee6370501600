/*
 * Default places of the control socket, and paths as addresses.
 */
#include "wire/endpoint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The runtime folder of this user; NULL: none that we could use. */
static const char *
runtime_dir(void)
{
	const char *dir;

	if (geteuid() == 0)
		return "/run";
	dir = getenv("XDG_RUNTIME_DIR");
	if (dir == NULL || dir[0] != '/' || strlen(dir) > ENDPOINT_MAX - 20)
		return NULL;
	return dir;
}

bool
endpoint_default(size_t i, const char *config, char path[ENDPOINT_MAX])
{
	const char *dir = runtime_dir();
	size_t len = strlen(config), room = ENDPOINT_MAX - sizeof("@supd:");

	if (i == 0 && dir != NULL) {
		snprintf(path, ENDPOINT_MAX, "%s/supd.sock", dir);
		return true;
	}
	if (i > (dir != NULL ? 1U : 0U))
		return false;
	/* The end of a long path tells more than its begin. */
	snprintf(path, ENDPOINT_MAX, "@supd:%s", len > room ? config + len - room : config);
	return true;
}

int
endpoint_address(const char *path, struct sockaddr_un *a, socklen_t *len, struct err *e)
{
	size_t n = strlen(path);

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (n >= sizeof(a->sun_path))
		return err_set(e, FAULT_FAILED, "socket path '%s' has %zu characters, "
		    "the system allows %zu", path, n, sizeof(a->sun_path) - 1);
	memcpy(a->sun_path, path, n);
	*len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (path[0] == '@')
		a->sun_path[0] = '\0';
	else
		*len += 1;
	return 0;
}
