/*
 * The core and its logger speak over one SOCK_SEQPACKET pair, inherited by the
 * logger as descriptor 3.  Each packet is one JSON object, with at most one
 * descriptor.  Both sides are the same binary; still an unknown "op" or member
 * is ignored, so that either may be upgraded first.
 *
 * Core to logger:
 *   {"op":"options", "identifier", "childlogdir", "cleanup":bool,
 *    "strip_ansi":bool, "stdout_format":"raw|tagged|json", "ring":bytes,
 *    "own_stdout":bool, "copies_output":bool, "ident":text}
 *	First packet of each logger. cleanup: remove old AUTO files, only in the
 *	first logger of a run. own_stdout: copy the main log to stdout too.
 *	copies_output: what programs write goes into the main log, too.
 *	ident (default "supd"): the program's name in lines to the system log.
 *   {"op":"add", "id", "name", "group", "channel":"stdout|stderr|main",
 *    "file":path or "", "auto":bool, "maxbytes", "backups", "syslog":bool,
 *    "policy":"block|drop", "echo":bool, "open":bool, "events":bool, "capture":bytes,
 *    "proc", "ended":pid, "ready":text, "fence"} + read end of the pipe
 *	A stream.  With an id that is known (the rules changed): no descriptor is
 *	needed, the rules are replaced.  auto: create the file with mode 0600.  echo:
 *	print each line on our stdout as well, as "NAME CHANNEL | line".  open
 *	(default true): make the file now; false: the program was never started, and
 *	supervisord makes a file at the first start.  events (default false): send what
 *	comes as "output"; capture (default 0, off): look for messages of at most so many
 *	bytes; proc: for the core, see "output"; ended (default 0): the process of this pid is
 *	dead, what is in the pipe is what it said last.  ready (default "", none): an extended
 *	regular expression; the first line behind the fence that matches it is told as "ready".
 *	fence: with another number than before, all that is in the pipe was written by an
 *	earlier process, and the logger says "fence" when it has taken it.
 *   {"op":"remove", "id"}
 *	Drain what is in the pipe, then forget the stream and, for auto, its file.
 *   {"op":"reopen"}
 *	Close and open all files by name (SIGUSR2).
 *   {"op":"shutdown"}
 *	The supervisor shuts down: calls from now on get fault 6.
 *   {"op":"client", "data":text} + a client's connection
 *	data: all bytes read from it so far, that is the first request with its NUL
 *	(written \u0000; may be left out when nothing follows) and perhaps more.  The
 *	logger answers it and what follows.
 *   {"op":"finish", "ms"}
 *	Drain all pipes, write everything, and exit; at most that long.
 *
 * Logger to core:
 *   {"op":"client", "data":text} + connection
 *	The client called something that is not org.supd.Log: it comes back, with all
 *	bytes not yet answered, each request with its NUL.
 *   {"op":"again", "id"}
 *	The descriptor of an add was lost, since the logger had no place for it: the
 *	core is to send that stream again.
 *   {"op":"event", "id", "text"}
 *	A sink failed or recovered; the core logs and publishes it.
 *   {"op":"output", "id", "proc", "kind":"log|comm", "ended":pid, "more":bool} NUL text
 *	Only for streams with events or capture.  text is not JSON: bytes of valid UTF-8, with
 *	Undecodable: b'...' for what the program wrote otherwise.  more: the same event goes
 *	on in the next packet of this kind.  ended: as it was told last, so the core knows
 *	whose output it is.  When the core does not read, whole events are dropped and told
 *	as an "event" later; the log never waits for them.
 *
 *   {"op":"fence", "id", "fence"}
 *	What stood before that fence has been read.
 *   {"op":"ready", "id", "fence"}
 *	A line behind that fence has matched.
 *
 * Descriptor 4 of the logger is the counters' memory: a memfd that the core
 * creates empty, once in its life, and gives to every logger it starts.  The core
 * neither sizes nor reads it.  It is how a new logger knows the counts of
 * the one before, and how many bytes that one had in hand when it was killed;
 * log/tally.h says what is in it.  Without it the counts begin at 0 and a gap is
 * not known.
 */
#ifndef WIRE_FEED_H
#define WIRE_FEED_H

#define FEED_FD		3		/* in the logger */
#define FEED_COUNTERS_FD	4	/* in the logger */
#define FEED_MAX	(128 * 1024)	/* bytes in a packet */

#define FEED_MAIN_ID	1		/* stream of the supervisor's own log */

#endif
