/*
 * What there is at this server: one row per path.
 */
#include "web/http.h"

const struct route routes[] = {
	{ .path = NULL },
};
