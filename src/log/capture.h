/*
 * Capture mode: what a program writes between <!--XSUPERVISOR:BEGIN--> and
 * <!--XSUPERVISOR:END--> is a message and not for its log.  Marks may come in pieces: the
 * begin of one is held until more comes, and nothing else is.
 */
#ifndef LOG_CAPTURE_H
#define LOG_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define CAPTURE_HELD	24	/* bytes at most: one less than a mark */

struct capture {
	size_t	 max;		/* bytes of a message, as stdout_capture_maxbytes counts */
	bool	 inside;	/* behind BEGIN */
	char	 held[CAPTURE_HELD];
	size_t	 nheld;
	struct buf text;	/* the message so far */
};

enum captured {
	CAPTURED_NONE,		/* all was taken */
	CAPTURED_LOG,		/* a piece for the log */
	CAPTURED_TEXT,		/* a piece of a message, in c->text as well */
	CAPTURED_MESSAGE,	/* c->text is whole: take it before the next call */
};

/*
 * Take the first piece out of data.  *used: bytes of data that were taken, marks included;
 * *piece, *len: the piece.  It may be what was held of earlier data, then *used is 0.
 */
enum captured capture_next(struct capture *c, const char *data, size_t len, size_t *used,
	    const char **piece, size_t *piece_len);
/*
 * The program has ended: what is held was no mark after all and goes to *piece; a message
 * without END is forgotten.  Returns the bytes of it that were.
 */
size_t	capture_end(struct capture *c, const char **piece, size_t *piece_len);
void	capture_release(struct capture *c);

#endif
