/*
 * JSON written straight into a buf, for replies that are made thousands of
 * times a second: no tree is built.  Commas are put by the functions: inside an
 * object each member, inside an array each value.
 */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/buf.h"

void	json_open(struct buf *b, char bracket);	/* '{' or '[' */
void	json_close(struct buf *b, char bracket);	/* '}' or ']' */
void	json_key(struct buf *b, const char *key);	/* a member's name; its value follows */
void	json_str(struct buf *b, const char *text);
/* Bytes that may be no UTF-8: each bad one becomes U+FFFD. */
void	json_bytes(struct buf *b, const char *data, size_t len);
/* Length of the well-formed UTF-8 character of several bytes at s; 0: none. */
size_t	json_utf8_len(const unsigned char *s, size_t left);
/* Is it UTF-8, every character whole?  NULs are fine. */
bool	json_is_utf8(const char *data, size_t len);
void	json_int(struct buf *b, int64_t n);
void	json_num(struct buf *b, double n);
void	json_bool(struct buf *b, bool v);
void	json_null(struct buf *b);

/* Is this text nested deeper than so many arrays and objects? */
bool	json_is_deep(const char *text, size_t len, size_t most);

/* A parsed value as it was; of our own replies, which are a few levels deep. */
void	json_value(struct buf *b, yyjson_val *v);

/* "key": value in one call. */
void	json_kstr(struct buf *b, const char *key, const char *text);
void	json_kint(struct buf *b, const char *key, int64_t n);
void	json_kbool(struct buf *b, const char *key, bool v);

#endif
