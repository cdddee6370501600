/*
 * Texts of XML-RPC's scalar types, read as supervisord reads them.  Each returns
 * false when the text is none of its type.
 */
#ifndef WEB_XMLRPC_SCALAR_H
#define WEB_XMLRPC_SCALAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* With blanks around and a sign; the nearest that fits when it does not. */
bool	scalar_int(const char *text, int64_t *n);
/* Finite ones only. */
bool	scalar_double(const char *text, double *d);
bool	scalar_bool(const char *text, bool *yes);
/* YYYYMMDDTHH:MM:SS, of a day that there may be. */
bool	scalar_is_date(const char *text);
/* Decode in place, skip what does not belong; false also for bytes that are no UTF-8. */
bool	scalar_base64(char *text, size_t *len);

#endif
