/*
 * A growing byte buffer.  It never aborts: an append that cannot get memory
 * sets `failed`, which the owner checks once, where the result is used.
 * A zeroed struct buf is a valid empty one.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdbool.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char	*data;		/* owned; NUL after len bytes once anything was added */
	size_t	 len;
	size_t	 cap;
	bool	 failed;	/* an append was lost for lack of memory */
};

/* Make room for `more` bytes after len; returns 0, or -1 and sets failed. */
int	buf_reserve(struct buf *b, size_t more);
void	buf_add(struct buf *b, const void *data, size_t len);
void	buf_adds(struct buf *b, const char *text);
void	buf_addc(struct buf *b, char c);
/* In decimal. */
void	buf_addi(struct buf *b, int64_t n);
void	buf_addf(struct buf *b, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));
void	buf_addv(struct buf *b, const char *fmt, va_list ap)
	    __attribute__((format(printf, 2, 0)));
/* Remove the first n bytes; keeps the memory. */
void	buf_drop(struct buf *b, size_t n);
void	buf_clear(struct buf *b);
/* The text, never NULL; owned by b, valid until the next change. */
const char *buf_text(const struct buf *b);
/* Hand the text to the caller, who frees it; NULL when an append failed. */
char	*buf_steal(struct buf *b);
void	buf_release(struct buf *b);
/* The same for what is secret: nothing of it stays in memory. */
void	buf_wipe(struct buf *b);

#endif
