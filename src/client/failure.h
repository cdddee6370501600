/*
 * Why an HTTP call has failed, in words for a person: one line that begins with the
 * address.
 */
#ifndef CLIENT_FAILURE_H
#define CLIENT_FAILURE_H

#include <curl/curl.h>
#include <stdbool.h>

#include "base/err.h"
#include "client/client.h"

/* libcurl could not carry it; said: its error buffer. */
enum client_fail failure_of_transfer(const char *url, CURLcode rc, const char *said,
	    struct err *e);
/* It was answered, but not by JSON. */
void	failure_of_status(const char *url, long status, bool is_supervisord, struct err *e);

#endif
