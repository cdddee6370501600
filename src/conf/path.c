/*
 * os.path of Python in C.  The only one that looks at the system is
 * path_expand_user, which may read the user database: at load time only.
 */
#include "conf/path.h"

#include <limits.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

char *
path_dirname(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = slash == NULL ? 0 : (size_t)(slash - path) + 1, kept = len;

	while (kept > 0 && path[kept - 1] == '/')
		kept--;
	return strndup(path, kept > 0 ? kept : len);	/* "//" stays */
}

char *
path_join(const char *a, const char *b)
{
	struct buf path = { 0 };
	size_t len = strlen(a);

	if (b[0] != '/') {
		buf_adds(&path, a);
		if (len > 0 && a[len - 1] != '/')
			buf_addc(&path, '/');
	}
	buf_adds(&path, b);
	return buf_steal(&path);
}

/* Resolve ".", ".." and double slashes of an absolute path in place. */
static void
normalise(char *path)
{
	/* Two leading slashes, but not three, mean something of their own to POSIX. */
	size_t root = path[1] == '/' && path[2] != '/' ? 2 : 1, out = root;
	const char *s = path, *end;

	for (; *s != '\0'; s = end) {
		while (*s == '/')
			s++;
		end = s + strcspn(s, "/");
		if (end == s || (end - s == 1 && *s == '.'))
			continue;
		if (end - s == 2 && s[0] == '.' && s[1] == '.') {
			while (out > root && path[out - 1] != '/')
				out--;
			if (out > root)
				out--;
			continue;
		}
		if (out > root)
			path[out++] = '/';
		memmove(path + out, s, (size_t)(end - s));
		out += (size_t)(end - s);
	}
	path[out] = '\0';
}

char *
path_absolute(const char *path)
{
	char cwd[PATH_MAX], *whole;

	if (path[0] == '/')
		whole = strdup(path);
	else if (getcwd(cwd, sizeof(cwd)) == NULL)
		whole = path_join("/", path);	/* our directory is gone: any will do */
	else
		whole = path_join(cwd, path);
	if (whole != NULL)
		normalise(whole);
	return whole;
}

char *
path_expand_user(const char *path)
{
	const char *end = path + strcspn(path, "/"), *home = NULL;
	struct buf out = { 0 };
	struct passwd *pw = NULL;
	char *user;
	size_t len;

	if (path[0] != '~')
		return strdup(path);
	if (end == path + 1) {
		home = getenv("HOME");
		if (home == NULL)
			pw = getpwuid(getuid());
	} else {
		user = strndup(path + 1, (size_t)(end - path) - 1);
		if (user == NULL)
			return NULL;
		pw = getpwnam(user);
		free(user);
	}
	if (home == NULL && pw != NULL)
		home = pw->pw_dir;
	if (home == NULL)
		return strdup(path);
	len = strlen(home);
	while (len > 0 && home[len - 1] == '/')
		len--;
	buf_add(&out, home, len);
	buf_adds(&out, end);
	if (out.len == 0)
		buf_addc(&out, '/');
	return buf_steal(&out);
}

bool
path_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool
path_is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool
path_has_directory(const char *path)
{
	char *dir = path_dirname(path);
	/* without memory: whoever opens the file will see */
	bool has = dir == NULL || dir[0] == '\0' || path_is_directory(dir);

	free(dir);
	return has;
}
