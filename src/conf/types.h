/*
 * Value types of keys: text to field and back.  A type knows its C type (ct_x);
 * KEY() in keys.h makes sure that the field has it.
 */
#ifndef CONF_TYPES_H
#define CONF_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "conf/conf.h"

struct conf_key;
struct user_cache;

/* What a parse function may need besides the text. */
struct conf_parse {
	const struct conf_key *key;	/* for its bounds */
	const char *member;		/* of a KEY_FAMILY: what is behind the dot; NULL */
	struct user_cache *users;	/* NULL: look up each time */
	bool	 clamped;		/* out: the number was out of bounds */
	struct err *e;
};

/* What an instance of a node is. */
enum node_kind { NODE_ECHO, NODE_PROCESS, NODE_DIRECTORY, NODE_COMMAND };

/* May an operation go on after its answer? */
enum async_rule { ASYNC_NEVER, ASYNC_ALLOWED, ASYNC_REQUIRED };

/* "5002-5050"; both 0: none */
struct conf_ports {
	int64_t	 first, last;
};

/* How connections to an http port come to the copies. */
enum balance {
	BALANCE_NONE,		/* each has a port of its own */
	BALANCE_ROUND_ROBIN,	/* one socket, which the supervisor holds, for all */
	BALANCE_HAPROXY,	/* ports of their own behind an HAProxy */
};

struct conf_word {
	const char *word;	/* NULL ends a list; the first of a value is printed */
	int	 value;
};

struct conf_type {
	const char *unit;	/* what a value is, one word for the manual */
	const struct conf_word *words;
	/*
	 * Into a zeroed or released field, of a family to what is there.  -1: supervisord's
	 * message in p->e.
	 */
	int	(*parse)(void *field, const char *text, struct conf_parse *p);
	void	(*print)(const void *field, struct buf *out);
	bool	(*equal)(const void *a, const void *b);
	void	(*release)(void *field);	/* NULL: it owns nothing */
};

#define TYPE(name, ctype) \
	typedef ctype ct_##name; \
	extern const struct conf_type conf_##name

TYPE(integer, int64_t);
TYPE(seconds, int64_t);
TYPE(bytes, int64_t);
TYPE(octal, int);
TYPE(boolean, bool);
TYPE(level, enum log_level);
TYPE(sig, int);
TYPE(restart, enum autorestart);
TYPE(policy, enum log_policy);
TYPE(format, enum stdout_format);
TYPE(cgroup, enum cgroup_use);
TYPE(codes, struct intlist);
TYPE(kind, enum program_type);
TYPE(loss, enum dep_loss);
TYPE(config_change, enum config_change);
TYPE(exit, enum exit_when);
TYPE(ready, struct conf_ready);
TYPE(health, struct conf_ready);
TYPE(unhealthy, enum on_unhealthy);
TYPE(access, enum notify_access);
TYPE(depends, struct deplist);
TYPE(goal, enum role_goal);
TYPE(span, int64_t);		/* milliseconds */
TYPE(limit, struct conf_limit);
TYPE(steps, struct steplist);
TYPE(ratio, int64_t);		/* thousandths */
TYPE(node_kind, enum node_kind);
TYPE(ports, struct conf_ports);
TYPE(pairs, struct strlist);	/* of a KEY_FAMILY: NAME=text */
TYPE(balance, enum balance);
TYPE(async_rule, enum async_rule);

TYPE(string, char *);
TYPE(json, char *);		/* text of a JSON object */
TYPE(listen, struct strlist);	/* "host:port", "unix:/path" */
TYPE(words, char *);		/* a command line */
TYPE(name, char *);		/* of a process */
TYPE(directory, char *);	/* exists */
TYPE(abspath, char *);		/* in a directory that exists; made absolute */
TYPE(path, char *);		/* made absolute */
TYPE(url, char *);		/* NULL: AUTO */
TYPE(list, struct strlist);
TYPE(environment, struct strlist);
TYPE(logfile, struct conf_stream);	/* sets logfile and kind */
TYPE(address, struct conf_server);	/* sets host and port */
TYPE(user, struct conf_user);
TYPE(owner, struct conf_owner);
TYPE(sockets, struct conf_sockets);
TYPE(envfiles, struct envfilelist);
TYPE(secrets, struct strlist);	/* a family */
TYPE(schedule, struct conf_schedule);
TYPE(zone, char *);
TYPE(overlap, enum sched_overlap);
TYPE(catchup, enum sched_catchup);
TYPE(rlimit, struct attr_limit *);
TYPE(maybe, struct attr_number);
TYPE(ionice, struct attr_number);
TYPE(cpus, struct attr_cpus);
TYPE(caps, struct attr_caps);

#undef TYPE

/* Users that were looked up already; lives while a configuration is loaded. */
struct user_cache *user_cache_new(void);
void	user_cache_free(struct user_cache *c);

/* Add copies of the items of from; -1: no memory. */
int	deplist_append(struct deplist *to, const struct deplist *from);

/* A number that would overflow or mean nothing becomes the nearest that the key allows. */
int64_t	conf_clamp(int64_t n, struct conf_parse *p);

/* "500ms", "1.5s", "5m", "2" to milliseconds; -1: it is no span.  And back. */
int	conf_take_span(const char *text, int64_t *ms);
void	conf_put_span(int64_t ms, struct buf *out);

/* A port of TCP, 1 to 65535; supervisord's message. */
int	conf_check_port(const char *text, int64_t *port, struct err *e);
/* supervisord's rule for names of programs and groups. */
int	conf_check_name(const char *name, struct err *e);

#endif
