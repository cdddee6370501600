/*
 * Who may ask: the servers as the core described them, and passwords.
 */
#ifndef WEB_ACCESS_H
#define WEB_ACCESS_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* One section of the configuration. */
struct web_server {
	LIST_ENTRY(web_server) link;
	int64_t	 id;		/* the core's */
	char	*name;		/* "inet_http_server"; owned */
	bool	 is_unix;
	char	*username;	/* NULL: no password is needed; owned */
	char	*password;	/* {SHA}hex; owned */
};

#endif
