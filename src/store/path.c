/*
 * Paths: from text to key and back, globs.
 */
#include "store/path.h"

#include <stdint.h>
#include <string.h>

#define NAME_MAX_BYTES	128

bool
path_add(char *key, const char *name, size_t len)
{
	size_t have = strlen(key);

	if (len == 0 || len > NAME_MAX_BYTES || have + 1 + len >= PATH_KEY_MAX ||
	    path_depth(key) == PATH_DEPTH_MAX)
		return false;
	for (size_t i = 0; i < len; i++)	/* those two are for globs */
		if ((unsigned char)name[i] < ' ' || strchr("/*?\x7f", name[i]) != NULL)
			return false;
	key[have] = PATH_SEP;
	memcpy(key + have + 1, name, len);
	key[have + 1 + len] = '\0';
	return true;
}

const char *
path_key(const char *path, char *key)
{
	size_t len;

	key[0] = '\0';
	if (*path == '/')
		path++;
	for (; *path != '\0'; path += len) {
		len = strcspn(path, "/");
		if (!path_add(key, path, len))
			return len == 0 ? "a name in it is empty" : len > NAME_MAX_BYTES ?
			    "a name in it is too long" :
			    path_depth(key) == PATH_DEPTH_MAX ? "it has too many names" :
			    strlen(key) + len + 2 > PATH_KEY_MAX ? "it is too long" :
			    "a name must not hold '*', '?' or control characters";
		if (path[len] == '/')
			len++;
	}
	return NULL;
}

void
path_text(const char *key, char *text)
{
	if (*key == PATH_SEP)
		key++;
	do
		*text++ = *key == PATH_SEP ? '/' : *key;
	while (*key++ != '\0');
}

size_t
path_depth(const char *key)
{
	size_t n = 0;

	for (; *key != '\0'; key++)
		n += *key == PATH_SEP;
	return n;
}

size_t
path_parent(const char *key)
{
	const char *last = strrchr(key, PATH_SEP);

	return last != NULL ? (size_t)(last - key) : 0;
}

const char *
path_name(const char *key)
{
	const char *last = strrchr(key, PATH_SEP);

	return last != NULL ? last + 1 : key;
}

/* ---- globs ---- */

/* One name against one name of a glob, by going back to the last star only. */
static bool
name_fits(const char *g, size_t glen, const char *s, size_t slen)
{
	size_t gi = 0, si = 0, star = SIZE_MAX, from = 0;

	while (si < slen) {
		if (gi < glen && g[gi] == '*') {
			star = gi++;
			from = si;
		} else if (gi < glen && (g[gi] == '?' || g[gi] == s[si])) {
			gi++;
			si++;
		} else if (star != SIZE_MAX) {
			gi = star + 1;
			si = ++from;
		} else {
			return false;
		}
	}
	while (gi < glen && g[gi] == '*')
		gi++;
	return gi == glen;
}

static const char *
behind(const char *s, size_t len)
{
	return s[len] == '/' ? s + len + 1 : s + len;
}

/* Depth is bounded: each step takes a name of one of the two. */
static bool
concerns(const char *g, const char *p, bool tree)
{
	size_t glen = strcspn(g, "/"), plen = strcspn(p, "/");

	if (glen == 0)
		return true;		/* p is what it names, or below */
	if (glen == 2 && memcmp(g, "**", 2) == 0)
		return concerns(behind(g, glen), p, tree) ||
		    (plen > 0 && concerns(g, behind(p, plen), tree));
	if (plen == 0)
		return tree;
	return name_fits(g, glen, p, plen) && concerns(behind(g, glen), behind(p, plen), tree);
}

bool
path_concerns(const char *glob, const char *path, bool tree)
{
	return concerns(*glob == '/' ? glob + 1 : glob, *path == '/' ? path + 1 : path, tree);
}
