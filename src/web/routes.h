/*
 * What there is at this server.
 */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "http/http.h"

/* Ends with a row without path. */
extern const struct route routes[];

#endif
