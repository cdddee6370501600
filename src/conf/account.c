/*
 * Users and groups by name or number.
 */
#include "conf/account.h"

#include <bsd/stdlib.h>
#include <bsd/string.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/text.h"

#define GROUPS_FIRST	32	/* enough for nearly everybody; asked again when not */
#define GROUPS_MOST	65536	/* NGROUPS_MAX of Linux */

/*
 * An image without /etc/passwd still has root, and any number; its group is
 * the one of the same number.
 */
static struct passwd *
without_file(const char *text)
{
	static char name[16];
	static struct passwd pw = { .pw_name = name };
	int64_t n = 0;

	if (access("/etc/passwd", F_OK) == 0 || errno != ENOENT)
		return NULL;
	if (strcmp(text, "root") != 0 &&
	    (text_int(text, 10, &n) == -1 || n < 0 || n >= UINT32_MAX))
		return NULL;
	strlcpy(name, text, sizeof(name));
	pw.pw_uid = (uid_t)n;
	pw.pw_gid = (gid_t)n;
	return &pw;
}

static struct passwd *
find(const char *text)
{
	struct passwd *pw;
	int64_t n;

	pw = without_file(text);
	if (pw != NULL)
		return pw;
	errno = 0;
	if (text_int(text, 10, &n) == -1)
		pw = getpwnam(text);
	else
		pw = n >= 0 && n < UINT32_MAX ? getpwuid((uid_t)n) : NULL;
	if (pw == NULL && errno != ENOMEM)
		errno = ENOENT;
	return pw;
}

int
account_ids(const char *text, uid_t *uid, gid_t *gid)
{
	struct passwd *pw = find(text);

	if (pw == NULL)
		return -1;
	*uid = pw->pw_uid;
	*gid = pw->pw_gid;
	return 0;
}

int
account_find(const char *text, struct account *a)
{
	struct passwd *pw = find(text);
	int max = GROUPS_FIRST, n;
	gid_t *groups = NULL, *more;

	if (pw == NULL)
		return -1;
	for (;; max *= 2) {
		more = reallocarray(groups, (size_t)max, sizeof(*groups));
		if (more == NULL) {
			free(groups);
			return -1;
		}
		groups = more;
		n = max;
		if (getgrouplist(pw->pw_name, pw->pw_gid, groups, &n) != -1 ||
		    max > GROUPS_MOST)
			break;
	}
	if (n > max)
		n = max;
	/* most have one or two: give the rest back */
	more = reallocarray(groups, n > 0 ? (size_t)n : 1, sizeof(*groups));
	*a = (struct account){
		.uid = pw->pw_uid,
		.gid = pw->pw_gid,
		.groups = more != NULL ? more : groups,
		.ngroups = n > 0 ? (size_t)n : 0,
	};
	return 0;
}

int
account_variables(uid_t uid, struct buf *out)
{
	struct passwd *pw;
	char number[16];

	snprintf(number, sizeof(number), "%lu", (unsigned long)uid);
	pw = find(number);
	if (pw == NULL)
		return -1;
	buf_addf(out, "HOME=%s%cLOGNAME=%s%cSHELL=%s%cUSER=%s%c",
	    pw->pw_dir != NULL && pw->pw_dir[0] != '\0' ? pw->pw_dir : "/", 0, pw->pw_name, 0,
	    pw->pw_shell != NULL && pw->pw_shell[0] != '\0' ? pw->pw_shell : "/bin/sh", 0,
	    pw->pw_name, 0);
	return 0;
}

int
account_group(const char *text, gid_t *gid)
{
	struct group *gr;
	int64_t n;

	errno = 0;
	if (text_int(text, 10, &n) == -1)
		gr = getgrnam(text);
	else
		gr = n >= 0 && n < UINT32_MAX ? getgrgid((gid_t)n) : NULL;
	if (gr == NULL && errno != ENOMEM)
		errno = ENOENT;
	if (gr == NULL)
		return -1;
	*gid = gr->gr_gid;
	return 0;
}
