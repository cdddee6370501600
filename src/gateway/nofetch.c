/*
 * In place of fetch.c in a build without libcurl (make CURL=0): says so.
 */
#include "gateway/fetch.h"

#include <stddef.h>

struct fetch *
fetch_begin(const char *url, const char *token, const char *body, long seconds, fetch_fn fn,
    void *arg, struct err *e)
{
	(void)token;
	(void)body;
	(void)seconds;
	(void)fn;
	(void)arg;
	err_set(e, FAULT_FAILED, "%s cannot be reached: this supd was built without HTTP", url);
	return NULL;
}

void
fetch_cancel(struct fetch *f)
{
	(void)f;
}

void
fetch_close(void)
{
}
