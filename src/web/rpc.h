/*
 * XML-RPC at /RPC2: one request, one call or one system.multicall, one answer.
 *
 * A method is a row of the table in rpc_methods.c, and nothing else can be reached.
 * Most rows are a control call: `ask` writes its parameters from those of the caller,
 * `map` writes its reply as a value.  Rows without a control call are answered by `map`
 * alone.  The caller's texts are borrowed from what was sent, as long as the call lasts.
 */
#ifndef WEB_RPC_H
#define WEB_RPC_H

#include <stdbool.h>
#include <stddef.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/err.h"
#include "web/xmlrpc_read.h"

#define RPC_PARAMS	3	/* no method has more */

struct request;
struct rpc;

/* Append members to json; 0, or -1 and e: the caller's parameters are wrong. */
typedef int (*rpc_ask_fn)(const struct rpc *c, struct buf *json, struct err *e);
/*
 * 0: one value is appended to c->out; -1 and e: it is a fault; RPC_AGAIN: what
 * rpc_again() returned.
 */
typedef int (*rpc_map_fn)(struct rpc *c, yyjson_val *reply, struct err *e);
#define RPC_AGAIN 1

struct method {
	const char *name;	/* "supervisor.startProcess" */
	const char *params[RPC_PARAMS];	/* "string name": type and name; NULL: no more */
	size_t	 optional;	/* so many of the last may be left out */
	const char *result;	/* its type, for system.methodSignature */
	const char *call;	/* control call; NULL: none */
	unsigned flags;		/* ASYNC_ values */
	rpc_ask_fn ask;		/* NULL: rpc_ask_params() */
	rpc_map_fn map;
	const char *key;	/* of the reply, for map */
	const char *more;	/* JSON members for the control call besides; or NULL */
	const char *help;	/* for system.methodHelp */
};

/* A call in progress. */
struct rpc {
	struct request *request; /* borrowed: it owns us */
	struct xcall call;	/* what was sent */
	const struct method *method;
	const struct method *step; /* whose control call and map it is now */
	const struct xvalue *args[RPC_PARAMS];
	size_t	 nargs;
	bool	 is_multi;
	const struct xvalue *next; /* of a system.multicall: the call after this one */
	struct buf json;	/* parameters of a control call */
	struct buf out;		/* the answer so far */
	size_t	 mark;		/* of out: where the value of this call begins */
	struct err refused;	/* of what ask has refused */
};

/* Is there [rpcinterface:supervisor]?  Without it only system.* is known. */
void	rpc_offer(bool supervisor);
/* The route /RPC2. */
void	rpc_post(struct request *r);

/* The table, sorted by name. */
extern const struct method rpc_methods[];
extern const size_t rpc_nmethods;
/* NULL: unknown, or not offered. */
const struct method *rpc_find(const char *name);
bool	rpc_is_offered(const struct method *m);

/* ---- parameters: rpc_ask.c ---- */

/* All arguments as members, by the names and types of the row. */
int	rpc_ask_params(const struct rpc *c, struct buf *json, struct err *e);
/* The first one names a process, or with "g:*" a group: "names". */
int	rpc_ask_one(const struct rpc *c, struct buf *json, struct err *e);
/* The first one names a group. */
int	rpc_ask_group(const struct rpc *c, struct buf *json, struct err *e);
/* A process, offset and length, of which the last bytes are wanted. */
int	rpc_ask_tail(const struct rpc *c, struct buf *json, struct err *e);
/* A process and characters, which must be a string. */
int	rpc_ask_stdin(const struct rpc *c, struct buf *json, struct err *e);
/* Is the first argument "g:" or "g:*"? */
bool	rpc_is_about_group(const struct rpc *c);

/* ---- results: rpc_map.c, rpc_info.c, rpc_system.c ---- */

int	rpc_map_true(struct rpc *c, yyjson_val *reply, struct err *e);
/* The member `key`, a text or a number. */
int	rpc_map_key(struct rpc *c, yyjson_val *reply, struct err *e);
/* The same of GetState, which answers also while the supervisor shuts down. */
int	rpc_map_running(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_state(struct rpc *c, yyjson_val *reply, struct err *e);
/* One or many: true or a fault, or an array of what became of each. */
int	rpc_map_result(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_results(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_tail(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_reread(struct rpc *c, yyjson_val *reply, struct err *e);
/* The names of all, then their logs are cleared. */
int	rpc_map_clear(struct rpc *c, yyjson_val *reply, struct err *e);

int	rpc_map_info(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_infos(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_configs(struct rpc *c, yyjson_val *reply, struct err *e);

int	rpc_map_list(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_help(struct rpc *c, yyjson_val *reply, struct err *e);
int	rpc_map_signature(struct rpc *c, yyjson_val *reply, struct err *e);

/* ---- for these ---- */

/* Another control call, whose parameters are in c->json: RPC_AGAIN. */
int	rpc_again(struct rpc *c, const struct method *step);
/* "NAME: argument i as given"; -1. */
int	rpc_fault_arg(const struct rpc *c, enum fault code, size_t i, struct err *e);

#endif
