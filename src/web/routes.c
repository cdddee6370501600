/*
 * What there is at this server: one row per path.
 */
#include "web/http.h"
#include "web/varlink.h"

static void
say_ok(struct request *r)
{
	request_reply_static(r, 200, "text/plain", "OK", 2);
}

const struct route routes[] = {
	{ .path = "/varlink", .methods = HTTP_POST, .fn = varlink_serve },
	{ .path = "/ok.html", .methods = HTTP_GET | HTTP_HEAD, .fn = say_ok },
	{ .path = NULL },
};
