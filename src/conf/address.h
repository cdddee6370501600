/*
 * Addresses of listening sockets as users write them.
 */
#ifndef CONF_ADDRESS_H
#define CONF_ADDRESS_H

#include "conf/conf.h"

/*
 * "tcp://host:port", "udp://host:port" or "unix:///path" into url, type and address
 * of s, which owns the url.  The host is a number, a number in brackets (IPv6), "*"
 * (every IPv4 address), "localhost" or a name in /etc/hosts.  No name server is
 * asked: a reload happens inside PID 1, which must not wait for one.
 *
 * -1 with CANT_REREAD, or FAILED when there is no memory; s is as it was.
 */
int	address_parse(struct conf_socket *s, const char *text, struct err *e);
bool	address_equal(const struct conf_socket *a, const struct conf_socket *b);
void	address_release(struct conf_socket *s);

#endif
