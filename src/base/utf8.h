/*
 * Is it text?  And if not, how supervisord shows it.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

struct buf;

/* Whole, shortest, and no surrogates: what Python decodes. */
bool	utf8_is_valid(const char *data, size_t len);
/* Bytes at the end of data that are the begin of a character, which may yet be completed. */
size_t	utf8_cut(const char *data, size_t len);
/* b'...' as Python's repr() of bytes. */
void	utf8_put_repr(struct buf *out, const char *data, size_t len);

/* For a line that a person reads: control characters become ?, a cut character at the end goes. */
void	utf8_make_plain(char *text);

#endif
