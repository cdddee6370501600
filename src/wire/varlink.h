/*
 * Varlink (varlink.org): one JSON object per frame, a NUL after each.  Here:
 * cutting frames out of a byte stream, building calls and replies, and the
 * fault error that both of our interfaces share.
 */
#ifndef WIRE_VARLINK_H
#define WIRE_VARLINK_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"

#define VARLINK_MAX_CALL	(1024 * 1024)	/* bytes in one request */
#define VARLINK_MAX_DEPTH	16		/* nested arrays and objects in a request */

#define CONTROL_INTERFACE	"org.supd.Control"
#define LOG_INTERFACE		"org.supd.Log"
#define STORE_INTERFACE		"org.supd.Store"
#define NODE_INTERFACE		"org.supd.Node"
#define GATEWAY_INTERFACE	"org.supd.Gateway"
#define SERVICE_INTERFACE	"org.varlink.service"

/* The IDL texts, NUL-terminated. */
extern const char varlink_idl_control[];
extern const char varlink_idl_log[];
extern const char varlink_idl_node[];
extern const char varlink_idl_gateway[];
extern const char varlink_idl_store[];

/* A request, parsed.  Strings and params point into doc. */
struct vcall {
	yyjson_doc *doc;	/* owned */
	const char *method;	/* "org.supd.Control.Status" */
	yyjson_val *params;	/* an object, or NULL */
	bool	 more;
	bool	 oneway;
};

/*
 * Length of the first frame in data without its NUL; -1: none complete yet.
 */
ssize_t	varlink_frame(const char *data, size_t len);
/* Parse one request; 0, or -1 and e (INCORRECT_PARAMETERS). Checks depth and types. */
int	vcall_parse(struct vcall *c, const char *frame, size_t len, struct err *e);
void	vcall_release(struct vcall *c);

/* Parameters by name: the fallback when absent; wrong type: -1 and e names it. */
int	vcall_string(const struct vcall *c, const char *key, const char **out, struct err *e);
/* A string that may hold NULs. */
int	vcall_bytes(const struct vcall *c, const char *key, const char **out, size_t *len,
	    struct err *e);
int	vcall_int(const struct vcall *c, const char *key, int64_t *out, struct err *e);
int	vcall_bool(const struct vcall *c, const char *key, bool *out, struct err *e);
/* *arr NULL when absent or null; every element is a string otherwise. */
int	vcall_strings(const struct vcall *c, const char *key, yyjson_val **arr, struct err *e);

/*
 * Replies are written straight into a buf, in pieces:
 *   vreply_begin(b); json_... ; vreply_end(b, continues);
 * where the pieces between are members of "parameters".
 */
void	vreply_begin(struct buf *b);
void	vreply_end(struct buf *b, bool continues);
/* {"error": INTERFACE.Fault, "parameters": {code, name, text}} */
void	vreply_fault(struct buf *b, const char *interface, const struct err *e);
/* {"error": "org.varlink.service.MethodNotFound", "parameters": {key: value}} */
void	vreply_error(struct buf *b, const char *error, const char *key, const char *value);

/* A call: method and parameters (json text of an object, NULL: {}). */
void	vcall_write(struct buf *b, const char *method, const char *params, bool more);

#endif
