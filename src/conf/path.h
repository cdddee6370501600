/*
 * Path names as Python's os.path makes them: text only, links are not followed.
 * Results belong to the caller; NULL: out of memory.
 */
#ifndef CONF_PATH_H
#define CONF_PATH_H

#include <stdbool.h>

/* os.path.dirname: all before the last slash. */
char	*path_dirname(const char *path);
/* os.path.join: b alone when it is absolute. */
char	*path_join(const char *a, const char *b);
/* os.path.abspath: joined to the working directory, "." and ".." resolved. */
char	*path_absolute(const char *path);
/* os.path.expanduser: "~" and "~user"; an unknown user leaves it as it is. */
char	*path_expand_user(const char *path);
bool	path_exists(const char *path);
bool	path_is_directory(const char *path);
/* Is there a directory that a file of this name can stand in?  Without a slash: yes. */
bool	path_has_directory(const char *path);

#endif
