/*
 * What there is at this server: one row per path.
 */
#include "web/routes.h"

#include "web/events.h"
#include "web/health.h"
#include "web/metrics.h"
#include "web/page.h"
#include "web/rpc.h"
#include "web/status.h"
#include "web/tail.h"
#include "web/varlink.h"

#define READ (HTTP_GET | HTTP_HEAD)

const struct route routes[] = {
	{ .path = "/RPC2*", .methods = HTTP_POST, .fn = rpc_post },
	{ .path = "/varlink", .methods = HTTP_POST, .fn = varlink_serve },
	{ .path = "/logtail/*", .methods = HTTP_GET, .fn = tail_log },
	{ .path = "/mainlogtail", .methods = HTTP_GET, .fn = tail_main },
	{ .path = "/", .methods = READ | HTTP_POST, .fn = page_index, .asks = true },
	{ .path = "/index.html", .methods = READ | HTTP_POST, .fn = page_index, .asks = true },
	{ .path = "/tail.html", .methods = READ | HTTP_POST, .fn = tail_page },
	{ .path = "/ok.html", .methods = READ | HTTP_POST, .fn = page_ok },
	{ .path = "/stylesheets/supervisor.css", .methods = READ, .fn = page_style },
	{ .path = "/page.js", .methods = READ, .fn = page_script },
	{ .path = "/status.json", .methods = READ, .fn = status_json },
	{ .path = "/why.json", .methods = READ, .fn = status_why },
	{ .path = "/events", .methods = HTTP_GET, .fn = events_serve },
	{ .path = "/metrics", .methods = READ, .fn = metrics_serve },
	{ .path = "/healthz", .methods = READ, .fn = health_serve },
	{ .path = NULL },
};
