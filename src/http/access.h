/*
 * Who may ask: the servers as the core described them, and passwords.
 */
#ifndef HTTP_ACCESS_H
#define HTTP_ACCESS_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"

/* One section of the configuration. */
struct http_server {
	LIST_ENTRY(http_server) link;
	int64_t	 id;		/* the core's */
	char	*name;		/* "inet_http_server"; owned */
	bool	 is_unix;
	char	*username;	/* NULL: no password is needed; owned */
	char	*password;	/* {SHA}hex; owned */
	unsigned patience;	/* so many wrong passwords in a row are answered at once */
	size_t	 connections;	/* of now */
};

/* Copies the texts; a server of this id is replaced in place.  NULL: no memory. */
struct http_server *server_add(int64_t id, const char *name, bool is_unix,
	    const char *username, const char *password);
/* NULL: there is none. */
struct http_server *server_find(int64_t id);
void	server_free_all(void);

enum access {
	ACCESS_YES,
	ACCESS_NONE,		/* no password came, or by another scheme */
	ACCESS_WRONG,
	ACCESS_MALFORMED,	/* no base64 */
};

/* authorization: the header's value; NULL: not sent.  user gets the name that was said. */
enum access access_ask(const struct http_server *s, const char *authorization, char *user,
	    size_t size);

/* http.c: a line for the supervisor's log. */
void	http_log(enum log_level level, const char *fmt, ...)
	    __attribute__((format(printf, 2, 3)));

/*
 * Who has said wrong passwords lately, by address: the next "no" takes longer each time,
 * and only a few may wait for theirs at once.
 */
struct offender;
/*
 * who has said another one.  Returns milliseconds to wait before the answer, and *o for
 * access_waited(); -1: too many wait already, close the connection.
 */
int64_t	access_wrong(const struct http_server *s, const char *who, const char *user,
	    struct offender **o);
/* The wait is over. */
void	access_waited(struct offender *o);

#endif
