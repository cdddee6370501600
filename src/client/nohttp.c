/*
 * In place of http.c in a build without libcurl (make CURL=0): says so.
 */
#include "client/transport.h"

static int
nohttp_connect(struct client *c, struct err *e)
{
	err_set(e, FAULT_FAILED, "%s cannot be used: this supctl was built without HTTP, "
	    "it speaks to unix:// sockets only", c->url);
	return client_fails(c, CLIENT_URL);
}

static bool
nohttp_ready(const struct client *c)
{
	(void)c;
	return false;
}

static void
nohttp_disconnect(struct client *c)
{
	(void)c;
}

/* Nothing else is called without a connection. */
const struct transport transport_http = {
	.connect = nohttp_connect,
	.ready = nohttp_ready,
	.disconnect = nohttp_disconnect,
};
