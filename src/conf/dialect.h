/*
 * supervisord's ini dialect as a reader for ini_parse_stream().
 *
 * inih knows another dialect (comments, continuation, encoding) and short
 * lines.  So this reader settles everything that the dialects disagree about,
 * line by line, and hands inih lines that mean the same to anybody:
 *
 *   [name]       a section, then  !=  for its header line
 *   key=text     an option
 *   +=text       more of the value of the last option
 *
 * Names and text have every byte but letters, digits and a few others as %XX,
 * so nothing is stripped or cut.  Values longer than a line go on with +=, and
 * names too long for inih's fields are passed as @N, see dialect_name().
 */
#ifndef CONF_DIALECT_H
#define CONF_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define DIALECT_SECTION	"!"	/* key for the header line of a section */
#define DIALECT_MORE	"+"	/* key for more text of the last value */

struct dialect;

/*
 * A line that is no section, option, comment or continuation.  raw: the line
 * without its end; ended: it had one.
 */
typedef void (*dialect_error_fn)(void *arg, const struct dialect *d,
    const char *raw, size_t len, bool ended);

/* Shall the section of this name (not ended by NUL) be handed out? */
typedef bool (*dialect_wants_fn)(const char *name, size_t len);

struct dialect {
	const char *text;	/* borrowed: the whole file */
	size_t	 len;
	dialect_wants_fn wants;	/* NULL: all sections; of others only errors are told */
	dialect_error_fn error;
	void	*arg;

	size_t	 pos;		/* start of the next line */
	int	 line;		/* number of the line that is being handed out */
	bool	 cut;		/* a comment was cut off that line */
	bool	 in_section;
	bool	 unwanted;	/* and it is one that nobody wants */
	bool	 in_option;	/* lines indented deeper continue its value */
	size_t	 indent;	/* of the last header or option, in characters */
	struct buf ready;	/* lines for inih */
	size_t	 taken;		/* of ready */
	char	**names;	/* long ones, by N of @N */
	size_t	 nnames;
	bool	 failed;	/* out of memory */
};

/* A zeroed struct with text, len, error and arg set is ready to use. */
char	*dialect_read(char *line, int size, void *stream);
/*
 * What a section or key name stands for, decoded into buf (emptied first).
 * Returns the text, or NULL when there is no memory.
 */
const char *dialect_name(const struct dialect *d, const char *name, struct buf *out);
/* Append a decoded value. */
void	dialect_text(const char *text, struct buf *out);
void	dialect_release(struct dialect *d);

#endif
