/*
 * Paths of the store: names joined by '/', "web/ports/http"; a '/' in front or behind
 * changes nothing, and "/" is the whole tree.
 *
 * In the file a path is its names, each with the byte 1 in front, so that the order of keys
 * is the order of the tree: a node, then everything below it, then its next sibling.
 */
#ifndef STORE_PATH_H
#define STORE_PATH_H

#include <stdbool.h>
#include <stddef.h>

#define PATH_DEPTH_MAX	16	/* names in a path */
#define PATH_KEY_MAX	600	/* bytes of a key with its NUL */
#define PATH_SEP	'\1'

/* The key of a path into key[PATH_KEY_MAX]; NULL, or what is wrong with the path. */
const char *path_key(const char *path, char *key);
/* Append one name to a key: false when it is no name, or too long or deep then. */
bool	path_add(char *key, const char *name, size_t len);
/* "web/ports", and "" for the root, into text[PATH_KEY_MAX]. */
void	path_text(const char *key, char *text);
/* Names in a key. */
size_t	path_depth(const char *key);
/* Where the key of the parent ends in this one; the root is its own parent. */
size_t	path_parent(const char *key);
/* The last name. */
const char *path_name(const char *key);

/*
 * Does a change of this path concern who watches the glob?  In a glob '*' and '?' stand for
 * characters of one name, "**" for any names or none.  What is below a path that the glob
 * names belongs to it.  tree: everything below the path has changed too, so a glob that names
 * something there is concerned.
 */
bool	path_concerns(const char *glob, const char *path, bool tree);

#endif
