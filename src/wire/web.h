/*
 * The core and its web guest speak over one SOCK_SEQPACKET pair, inherited by the
 * guest as descriptor 3.  Each packet is one JSON object, with at most one
 * descriptor.  Both sides are the same binary; still an unknown "op" or member is
 * ignored, so that either may be upgraded first.
 *
 * Core to web:
 *   {"op":"options", "identifier":text, "loglevel":number, "calls":number,
 *    "rpcinterface":bool}
 *	First packet of each guest.  loglevel: of enum log_level; lines that are less
 *	important need not be sent.  calls: how many control connections the guest may
 *	have at a time.  rpcinterface: XML-RPC has supervisor.*, not only system.*.
 *   {"op":"server", "id":number, "name":text, "unix":bool, "username":text or absent,
 *    "password":text or absent} + listening socket, unless unix
 *	A section [inet_http_server] or [unix_http_server], all of them before the first
 *	connection.  name: of the section.  With a username every request needs it and
 *	the password; that is always "{SHA}" and 40 hex digits here, also where the file
 *	has it in clear.
 *   {"op":"connection", "server":number} + connection
 *	A connection of a unix server whose first byte is not '{'.  Nothing was read from
 *	it.
 *   {"op":"finish", "ms":number}
 *	Accept nothing more, finish the answers in progress, and exit; at most that long.
 *
 * Web to core:
 *   {"op":"call", "uid":number} + one end of a stream socketpair
 *	From now on an ordinary control connection (varlink), admitted already, for calls
 *	of that uid; -1: of somebody whom we know by password or address only.
 *   {"op":"log", "level":number, "text":text}
 *	A line for the supervisor's log.
 */
#ifndef WIRE_WEB_H
#define WIRE_WEB_H

#define WEB_FD		3		/* in the guest */
#define WEB_PACKET_MAX	(8 * 1024)	/* bytes in a packet */

#endif
