/*
 * Requests to another HTTP server, on the loop, by libcurl.
 */
#ifndef GATEWAY_FETCH_H
#define GATEWAY_FETCH_H

#include "base/buf.h"
#include "base/err.h"

#define FETCH_MAX	(16 * 1024 * 1024)	/* bytes of an answer */

struct fetch;

/* status: of the answer; 0: there was none, and text says why.  body is borrowed. */
typedef void (*fetch_fn)(void *arg, int status, const struct buf *body, const char *text);

/*
 * token: X-VCAP-Service-Token; body: JSON to POST, NULL: GET.  All is copied.  fn is called
 * once, never before this returns, at the latest after seconds.  NULL and e: it cannot be.
 */
struct fetch *fetch_begin(const char *url, const char *token, const char *body, long seconds,
	    fetch_fn fn, void *arg, struct err *e);
/* No fn() any more. */
void	fetch_cancel(struct fetch *f);
void	fetch_close(void);

#endif
