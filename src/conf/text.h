/*
 * Small text rules of Python that supervisord's files depend on: what counts
 * as a blank, how int() reads a number, how repr() quotes a string.
 */
#ifndef CONF_TEXT_H
#define CONF_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* Bytes of the blank that text begins with (Unicode's blanks too); 0: none. */
size_t	text_blank(const char *text, size_t len);
/* The same for the blank that text ends with. */
size_t	text_blank_end(const char *text, size_t len);
/* Narrow *text and *len to what str.strip() leaves. */
void	text_strip(const char **text, size_t *len);
/*
 * The next of the items between commas, stripped: *item and *len.  *at is where to look
 * and becomes NULL behind the last one; an empty text has one, which is empty.
 */
bool	text_item(const char **at, const char **item, size_t *len);
/* A stripped copy; NULL: out of memory. */
char	*text_strip_dup(const char *text);
/* ASCII only; the keys and words that are compared have nothing else. */
void	text_lower(char *text);
/*
 * int(text, base) with base 8 or 10; too large a number is the largest one.
 * Returns 0, or -1 when text is no number.
 */
int	text_int(const char *text, int base, int64_t *n);
/* The length of the character at text in bytes, at least 1; damaged bytes count one. */
size_t	text_char(const char *text, size_t len);
/* repr(text): in quotes, with escapes. */
void	text_repr(struct buf *out, const char *text, size_t len);
/*
 * The place of the first byte that is not UTF-8, and Python's reason; NULL when
 * all is well.  *bad: how many bytes the message is about.
 */
const char *text_utf8_error(const char *text, size_t len, size_t *at, size_t *bad);

/*
 * -1 and "out of memory", with FAULT_FAILED: a caller that has better words for a
 * refusal must not use them for this.
 */
int	err_no_memory(struct err *e);

#endif
