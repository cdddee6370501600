/*
 * A caller of a running supd, on this machine or another one: one call after the other,
 * blocking.  It connects when the first call needs it and again when the server has
 * closed the connection between two calls.  The address decides how calls travel
 * (transport.h): unix:///path and unix://@name by varlink, http:// and https:// as
 * one request each to /varlink there.
 *
 * For a program with a loop of its own (fg) the parts are here too: send, then
 * fill when the descriptor is readable, then take complete replies.
 */
#ifndef CLIENT_CLIENT_H
#define CLIENT_CLIENT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"

/* Why the last function returned -1. */
enum client_fail {
	CLIENT_FINE,
	CLIENT_URL,		/* not an address that we can speak to */
	CLIENT_NO_FILE,		/* no socket of that name */
	CLIENT_REFUSED,		/* nobody listens */
	CLIENT_DENIED,		/* not allowed to connect */
	CLIENT_PASSWORD,	/* the server wants a user name and password, or others */
	CLIENT_CERTIFICATE,	/* it cannot be trusted to be the server that was meant */
	CLIENT_BROKEN,		/* connection lost, or what came is no reply */
	CLIENT_FAULT,		/* the server said no: err holds its code and text */
	CLIENT_STOPPED,		/* *stop was set while waiting */
};

struct transport;
struct http;

struct client {
	char	*url;		/* owned: as given, but without user and password */
	char	*url_username;	/* owned: what was given there, decoded; NULL: nothing */
	char	*url_password;	/* owned; NULL: nothing */
	const struct transport *by; /* borrowed: a constant; NULL: no such address */
	int	 fd;		/* of unix.c; -1: not connected */
	struct http *http;	/* owned; of http.c; NULL: not connected */
	enum client_fail fail;
	struct buf in;		/* replies received, each ended by NUL, from the next one on */
	size_t	 taken;		/* of in: replies handed out */
	size_t	 scanned;	/* of in: known to hold no end of the next reply */
	const char *username;	/* borrowed; NULL: admitted without */
	const char *password;	/* borrowed */
	const char *cacert;	/* borrowed: file of CA certificates; NULL: the system's */
	/*
	 * borrowed; not NULL: waiting ends when a signal handler sets it.  The
	 * signal is blocked by the owner, and unblocked in the wait only.
	 */
	const volatile sig_atomic_t *stop;
	sigset_t wait_mask;	/* signals blocked while waiting */
};

/* One answer.  params points into doc and may be NULL. */
struct reply {
	yyjson_doc *doc;	/* owned */
	yyjson_val *params;
	bool	 continues;	/* more replies to the same call will come */
};

/* Called for each reply of a stream; not 0 ends it, and the connection with it. */
typedef int (*client_fn)(yyjson_val *params, void *arg);

/* Is it an address that client_connect() would try? */
bool	client_knows(const char *url);
/* -1 only for lack of memory.  url is copied; user:password@ in it is not used by itself. */
int	client_init(struct client *c, const char *url, struct err *e);
/* Nothing to do when connected.  All texts begin with the url, as supervisorctl's. */
int	client_connect(struct client *c, struct err *e);
void	client_disconnect(struct client *c);
void	client_release(struct client *c);

/*
 * One call, one reply (released with reply_release).  params: text of a JSON
 * object, NULL: {}.  With -1, c->fail says why.
 */
int	client_call(struct client *c, const char *method, const char *params,
	    struct reply *r, struct err *e);
/* One call, many replies: "more" is set. Returns 0 at the end of the stream. */
int	client_stream(struct client *c, const char *method, const char *params,
	    client_fn fn, void *arg, struct err *e);
/* Events of these types (none: all), until fn or *stop ends it. */
int	client_subscribe(struct client *c, char *const *types, size_t ntypes,
	    client_fn fn, void *arg, struct err *e);

int	client_send(struct client *c, const char *method, const char *params, bool more,
	    struct err *e);
/* What to poll for reading after a call was sent; -1: do not wait, fill. */
int	client_fd(const struct client *c);
/* Take what is there, without waiting; there may be nothing.  -1 also at the end. */
int	client_fill(struct client *c, struct err *e);
/* The next complete reply: 1; 0: not there yet; -1. */
int	client_next(struct client *c, struct reply *r, struct err *e);
/* Wait for the next reply. */
int	client_recv(struct client *c, struct reply *r, struct err *e);
void	reply_release(struct reply *r);
/*
 * What an error reply means: its code, and the text as the server wrote it ("BAD_NAME:
 * web").  url is for the text only.
 */
enum client_fail reply_refusal(const char *url, const char *error, yyjson_val *params,
	    struct err *e);

/* Members of a reply: "" or 0 when absent or of another type. */
const char *reply_str(yyjson_val *obj, const char *key);
int64_t	reply_int(yyjson_val *obj, const char *key);
double	reply_num(yyjson_val *obj, const char *key);
bool	reply_bool(yyjson_val *obj, const char *key);

#endif
