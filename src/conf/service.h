/*
 * Custom services: what [service:x] says.  Each copy of a service is a group x.0, x.1, ...
 * with a program for each of its processes, and one for postinstall, if it has that.
 */
#ifndef CONF_SERVICE_H
#define CONF_SERVICE_H

#include "conf/conf.h"
#include "conf/types.h"

enum port_kind { PORT_HTTP, PORT_TCP, PORT_UDP };

/* The keys; names are those of the ini file. */
struct service_keys {
	char	*process;
	struct strlist processes;	/* process.NAME: NAME=command */
	char	*home;			/* absolute */
	char	*approot;		/* below home */
	int64_t	 instances;
	struct strlist port;		/* port.NAME: NAME=kind or NAME=kind:number */
	struct strlist env;		/* env.K: K=value */
	char	*profile;		/* NULL: HOME/profile, if it is there */
	char	*postinstall;		/* NULL: none */
	int64_t	 postinstall_limit;	/* seconds */
	char	*build;			/* NULL: none */
	int64_t	 build_limit;		/* seconds */
	struct conf_ports ports;	/* where ports are taken from */
	char	*host;
	char	*project;
	enum balance balance;
};

struct service_port {
	char	*name;
	enum port_kind kind;
	int64_t	 fixed;		/* of copy 0; 0: one of the range */
};

struct conf_service {
	char	*name;		/* "x" */
	char	*section;	/* "service:x" */
	struct service_keys keys;
	struct service_port *ports;
	size_t	 nports;
	int64_t	*fronts;	/* port j of the HAProxy; 0: none was left */
	int64_t	*numbers;	/* port j of copy i: [i * nports + j]; 0: none was left */
	struct strlist kept;	/* remembered for copies that are not there now: NAME.COPY = N */
	bool	 fresh;		/* some of them are new and not yet remembered */
	struct strlist variables;	/* SERVICE_*: sorted */
};

#define COPY_FRONT (-1)		/* in place of the number of a copy: the HAProxy in front */

/* "www" of copy i of s; 0: it has none. */
int64_t	service_number(const struct conf_service *s, int64_t copy, size_t port);
/* Is there an HAProxy in front of this port? */
bool	service_has_front(const struct conf_service *s, size_t port);
/* What HAProxy of s is told. */
void	conf_service_haproxy(struct buf *out, const struct conf_service *s);
#define HAPROXY_FILE "haproxy.cfg"	/* in the home */
struct conf_service *conf_find_service(const struct config *c, const char *name);
void	conf_service_free(struct conf_service *s);

/* The file of the state directory with the ports of s, and what stands in it. */
char	*conf_service_file(const struct conf_service *s);
void	conf_service_print(struct buf *out, const struct config *c, const struct conf_service *s);

#endif
