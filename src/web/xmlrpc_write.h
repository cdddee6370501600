/*
 * Answers of XML-RPC, written straight into a buf, byte for byte as supervisord
 * writes them:
 *   xml_reply_begin(b); one value; xml_reply_end(b);
 * A value is a scalar, or one of
 *   xml_array_begin(b); values; xml_array_end(b);
 *   xml_struct_begin(b); { xml_member(b, name); value; xml_member_end(b); } xml_struct_end(b);
 */
#ifndef WEB_XMLRPC_WRITE_H
#define WEB_XMLRPC_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

void	xml_reply_begin(struct buf *b);
void	xml_reply_end(struct buf *b);
/* A whole answer that is a fault: its number, and its text. */
void	xml_reply_fault(struct buf *b, const struct err *e);
/* The value that says a fault, as system.multicall has it among results. */
void	xml_fault(struct buf *b, const struct err *e);

void	xml_int(struct buf *b, int64_t n);
void	xml_bool(struct buf *b, bool yes);
/* What is no UTF-8, and what XML has no way to say (control characters), becomes U+FFFD. */
void	xml_string(struct buf *b, const char *text, size_t len);
/* The characters alone, as the text of an element. */
void	xml_text(struct buf *b, const char *text, size_t len);

void	xml_array_begin(struct buf *b);
void	xml_array_end(struct buf *b);
void	xml_struct_begin(struct buf *b);
void	xml_member(struct buf *b, const char *name);
void	xml_member_end(struct buf *b);
void	xml_struct_end(struct buf *b);

#endif
