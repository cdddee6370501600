/*
 * Files of variables, as env_file names them.
 *
 * The rules: a line is NAME=value, with blanks around both as one likes, and perhaps
 * "export " before it.  Empty lines and those that begin with # are nothing.  A value
 * without quotes goes to the end of its line or to a # with a blank before it, blanks at
 * the end off; between single quotes everything is as it stands; between double quotes
 * \n, \r, \t, \\, \" and \$ are escapes and other backslashes stay.  Quoted values may have
 * several lines, and only a comment may stand behind them.  $ is a letter like any
 * other.  Of equal names the last one counts.
 */
#ifndef CONF_DOTENV_H
#define CONF_DOTENV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct dotenv_var {
	char	*entry;		/* NAME=value, owned */
	int	 line;
};

struct dotenv {
	struct dotenv_var *v;
	size_t	 n;
};

/*
 * Read a file of at most 256 KiB.  -1: d is empty, and e says what is wrong, with errno 0
 * as "PATH:LINE: text"; else errno is why it cannot be read.
 */
int	dotenv_read(const char *path, struct dotenv *d, struct err *e);
/* The same for a text, which path only names in messages. */
int	dotenv_parse(const char *path, const char *text, size_t len, struct dotenv *d,
	    struct err *e);
void	dotenv_release(struct dotenv *d);

/* May a variable have this name: letters, digits and _, no digit first? */
bool	dotenv_is_name(const char *name, size_t len);

#endif
