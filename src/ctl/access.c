/*
 * Who may call.  The file mode of the socket decides who can connect at all;
 * here is what remains: our own uid and root are always admitted, others by
 * password where the section has one.
 */
#include "ctl/access.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/secret.h"

int
access_init(struct access *a, const char *username, const char *password)
{
	*a = (struct access){ 0 };
	if (username == NULL)
		return 0;
	a->username = strdup(username);
	a->password = strdup(password != NULL ? password : "");
	if (a->username == NULL || a->password == NULL) {
		access_release(a);
		return -1;
	}
	return 0;
}

void
access_release(struct access *a)
{
	free(a->username);
	free(a->password);
	*a = (struct access){ 0 };
}

bool
access_is_owner(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

bool
access_admits(const struct access *a, uid_t uid)
{
	if (access_is_owner(uid))
		return true;
	return !a->own_only && a->username == NULL;
}

bool
access_check(const struct access *a, const char *username, const char *password)
{
	if (a->username == NULL)
		return false;
	return secret_check(username, password, a->username, a->password);
}
