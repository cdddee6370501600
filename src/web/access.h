/*
 * Who may ask: the servers as the core described them, and passwords.
 */
#ifndef WEB_ACCESS_H
#define WEB_ACCESS_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One section of the configuration. */
struct web_server {
	LIST_ENTRY(web_server) link;
	int64_t	 id;		/* the core's */
	char	*name;		/* "inet_http_server"; owned */
	bool	 is_unix;
	char	*username;	/* NULL: no password is needed; owned */
	char	*password;	/* {SHA}hex; owned */
	size_t	 connections;	/* of now */
};

/* Copies the texts; a server of this id is replaced in place.  NULL: no memory. */
struct web_server *server_add(int64_t id, const char *name, bool is_unix,
	    const char *username, const char *password);
/* NULL: there is none. */
struct web_server *server_find(int64_t id);
void	server_free_all(void);

enum access {
	ACCESS_YES,
	ACCESS_NONE,		/* no password came, or by another scheme */
	ACCESS_WRONG,
	ACCESS_MALFORMED,	/* no base64 */
};

/* authorization: the header's value; NULL: not sent.  user gets the name that was said. */
enum access access_ask(const struct web_server *s, const char *authorization, char *user,
	    size_t size);

/*
 * Who has said wrong passwords lately, by address: the next "no" takes longer each time,
 * and only a few may wait for theirs at once.
 */
struct offender;
/*
 * who has said another one.  Returns milliseconds to wait before the answer, and *o for
 * access_waited(); -1: too many wait already, close the connection.
 */
int64_t	access_wrong(const struct web_server *s, const char *who, const char *user,
	    struct offender **o);
/* The wait is over. */
void	access_waited(struct offender *o);

#endif
