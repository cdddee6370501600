/*
 * The core and the guest of a section ([store], [node:x], [gateway:x]) speak over one
 * SOCK_SEQPACKET pair, inherited by the guest as descriptor 3.  Each packet is one
 * JSON object, with at most one descriptor.  Both sides are the same binary; still an
 * unknown "op" or member is ignored, so that either may be upgraded first.
 *
 * Core to guest:
 *   {"op":"options", "kind":"store|node|gateway", "name":text, "loglevel":number,
 *    "calls":number, "identifier":text, "config":text, "statedir":text,
 *    "statedir_given":bool, "uid":number or absent, "gid":number, "groups":[number]} + memfd
 *	First packet of each guest.  name: of the section behind the colon, "" where it has
 *	none.  loglevel: of enum log_level; lines that are less important need not be sent.
 *	calls: how many control connections the guest may have at a time.  identifier, config:
 *	of the supervisor, and the path of its main file.  statedir: where it keeps state; the
 *	guest has a directory of its own in it.  statedir_given: somebody has chosen it, so
 *	working without it would surprise.  uid: key user of the section, the guest becomes
 *	that user; absent: it stays what it is.
 *	The memfd holds what the sections say, as text of one JSON object, from offset 0:
 *	  {"section":"node:echo", "keys":{...}, "plans":[{"name":"small", "keys":{...}}],
 *	   "nodes":["echo", ...]}
 *	keys: every key of the section by name, with its effective value; absent where there
 *	is neither a value nor a default.  Numbers, seconds and bytes are numbers, switches
 *	booleans, lists arrays of strings, everything else is a string as supd show prints
 *	it; passwords are in clear.  plans (only for a gateway x): the sections [plan:x/NAME].
 *	nodes (only for a gateway): the x of every [node:x], external ones left out.
 *   {"op":"client", "data":text} + a client's connection
 *	data: all bytes read from it so far, that is the first request with its NUL
 *	(written \u0000; may be left out when nothing follows) and perhaps more.  The
 *	guest answers it and what follows.
 *   {"op":"wanted", "begin":bool, "paths":[text], "end":bool}
 *	Only for the store: tell these values (%(config_...)s in programs), now and whenever one
 *	changes.  A list over several packets, from that with begin to that with end; it
 *	replaces the one before.
 *   {"op":"finish", "ms":number}
 *	Begin nothing more, finish the calls in progress, and exit; at most that long.
 *	It follows a change of the sections, too: a new guest gets the new ones.
 *
 * Guest to core:
 *   {"op":"call", "uid":number} + one end of a stream socketpair
 *	From now on an ordinary control connection (varlink), admitted already, for calls
 *	of that uid; -1: of somebody whom we know by password or address only.
 *   {"op":"client", "data":text} + connection
 *	The client called something that is not for this guest: it comes back, with all
 *	bytes not yet answered, each request with its NUL.
 *   {"op":"values", "values":{path:text or null}, "revision":number, "end":bool}
 *	Of the store: values as method Values tells them; all that are wanted at first, then
 *	those that have changed.  More follow until end.
 *   {"op":"failed", "text":text}
 *	It cannot begin, and why; it ends soon, and another one is started.
 *   {"op":"log", "level":number, "text":text}
 *	A line for the supervisor's log, where the guest's name is put in front.
 */
#ifndef WIRE_GUEST_H
#define WIRE_GUEST_H

#include <sys/types.h>
#include <stddef.h>

#define GUEST_FD		3	/* in the guest */
#define GUEST_PACKET_MAX	(128 * 1024)	/* bytes in a packet */
#define GUEST_CLIENT_MAX	(GUEST_PACKET_MAX / 8)	/* of a client: each may become \u0000 */

struct buf;

/* Packets that several guests send, also on the links of feed.h and web.h. */
void	guest_put_call(struct buf *b, uid_t uid);
void	guest_put_line(struct buf *b, int level, const char *text);
void	guest_put_client(struct buf *b, const char *data, size_t len);

#endif
