/*
 * A flow: one pipe full of a program's output and where it goes.
 *
 * Life: flow_add() when the core describes it, again when its rules change,
 * flow_remove() when its program is gone.  flow.c keeps the table, move.c moves the
 * bytes and keeps the law of tally.h, hold.c waits while a sink does not take them.
 *
 * The primary sink is the log file, FIFO or console; without one it is the memory
 * ring.  The law counts bytes at the primary sink.  Syslog and the main log's copy on
 * stdout get the same bytes as well as they can, and count what they lose themselves.
 */
#ifndef LOG_FLOW_H
#define LOG_FLOW_H

#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/loop.h"
#include "log/ansi.h"
#include "log/logfile.h"
#include "log/ring.h"
#include "log/tally.h"

#define FLOW_BATCH	(64 * 1024)	/* bytes: the size of a pipe */

struct console;
struct reader;

enum channel { CHANNEL_STDOUT, CHANNEL_STDERR, CHANNEL_MAIN };
enum policy { POLICY_WAIT, POLICY_LOSE };	/* log_policy block and drop */
enum sink { SINK_NONE, SINK_FILE, SINK_CONSOLE };

/* Bytes that were read and cannot be written now, and how we wait for better times. */
struct hold {
	struct flow *flow;	/* borrowed: owns this */
	struct buf pend;	/* for the primary sink */
	struct buf line;	/* for syslog: a line not yet ended */
	struct buf said;	/* the same for echo.c */
	int	 error;		/* errno of the trouble; EAGAIN: takes nothing; 0: none */
	bool	 told;		/* the core knows */
	int64_t	 backoff_ms;
	int64_t	 retry_ms;	/* no new try before that */
	struct loop_timer timer; /* the next try; news for the core; a line without end */
	struct loop_io writable; /* a FIFO or device that took nothing */
	bool	 queued;	/* waits for the console */
	TAILQ_ENTRY(hold) link;
};

struct flow {
	uint32_t id;
	int	 slot;		/* in the counters */
	int	 pipe;		/* owned; -1: none */
	uint8_t	 channel;	/* enum channel */
	uint8_t	 policy;	/* enum policy */
	uint8_t	 sink;		/* enum sink */
	uint8_t	 busy;		/* big batches seen, up to a limit */
	uint8_t	 streak;	/* turns in a row with much output */
	bool	 polled;	/* turn.c looks at the pipe in every turn */
	bool	 syslog;
	bool	 copy;		/* main log: to stdout too */
	bool	 echo;		/* each line to stdout too, see echo.c */
	bool	 eof;
	bool	 inside_line;	/* a FIFO or device got the begin of a line only */
	bool	 gap_first;	/* what is missing stood before what is held, not behind it */
	bool	 line_begun;	/* the console has the begin of a line only */
	bool	 rotate_told;	/* the core knows that it cannot be rotated */
	struct ansi ansi;
	char	*text;		/* owned: the three strings below, one after the other */
	const char *name, *group, *path;
	int64_t	 maxbytes;
	int64_t	 backups;
	struct loop_io io;
	struct logfile file;
	struct console *console; /* borrowed: never freed while we run */
	struct ring ring;
	struct hold *hold;	/* owned; NULL: nothing held, no trouble */
	struct match *match;	/* owned; NULL: no line is looked for, see match.h */
	struct talk *talk;	/* owned; NULL: the core is told nothing of its bytes */
	LIST_HEAD(reader_list, reader) readers; /* followers */
};

/* Strings are borrowed from the caller. */
struct flow_rules {
	uint32_t id;
	const char *name, *group, *file;
	enum channel channel;
	enum policy policy;
	bool	 is_auto, syslog, echo;
	bool	 open;		/* make the file now, not with the first byte */
	int64_t	 maxbytes, backups;
	bool	 events;	/* the core gets what is written */
	int64_t	 capture;	/* bytes of a message; 0: none are looked for */
	uint32_t proc;		/* for the core */
	pid_t	 ended;		/* the last process of it that has ended; 0: none */
	const char *ready;	/* expression that a line is held against; "": none */
	uint32_t fence;
};

/* ---- flow.c: the table ---- */

/* A new flow that owns pipe, or new rules for a known one (pipe -1). -1: no memory. */
int	flow_add(const struct flow_rules *r, int pipe);
/* Take what is in the pipe, then forget it. */
void	flow_remove(uint32_t id);
struct flow *flow_by_id(uint32_t id);
/* By "group:name" or "name", and channel; NULL when there is none. */
struct flow *flow_by_name(const char *name, enum channel channel);
bool	flow_is_named(const struct flow *f, const char *name);
/* All of them, by id. */
struct flow **flow_all(size_t *n);
/* "name", or "group:name" where they differ. */
const char *flow_full_name(const struct flow *f);
const char *flow_channel_name(const struct flow *f);
void	flow_reopen_all(void);
void	flow_release_all(void);

/* ---- sink.c ---- */

/*
 * Choose the sink that path says, and open it unless it is a file that can wait for
 * the first byte.  Trouble is reported, not returned.
 */
void	flow_open_sink(struct flow *f, bool now);
/* The log can be read back from its file. */
bool	flow_is_plain(const struct flow *f);

/* ---- rescue.c ---- */

/* Go on where a killed logger stopped, as its tally says. */
void	flow_take_over(struct flow *f);

/* ---- move.c: bytes ---- */

/* Watch the pipe; leave it alone. */
void	flow_start(struct flow *f);
void	flow_stop(struct flow *f);
/* What one turn of the loop takes out of the pipe. */
size_t	flow_turn(struct flow *f);
/* One batch out of the pipe; returns its size, 0 when there was none to be had. */
size_t	flow_batch(struct flow *f);
/* Take what is in the pipe, at most about max bytes. */
void	flow_drain(struct flow *f, size_t max);
/* A batch has come into the stage: count it, hand it to all sinks. */
void	flow_arrived(struct flow *f, char *data, size_t n);
/* Its program has ended: what capture mode holds goes on. */
void	flow_end_run(struct flow *f);
/* To the primary sink, in order after what is held. */
void	flow_deliver(struct flow *f, const char *data, size_t len, bool flush);
/* Bring what is held to the sink; flush: also a line that has not ended. */
void	flow_push(struct flow *f, bool flush);
/* Does strip_ansi apply? */
bool	flow_strips(const struct flow *f);
/* Does more than a plain file want the bytes? */
bool	flow_reads(const struct flow *f);
/* The sink wrote n bytes that were in flight, or they are dropped. */
void	flow_wrote(struct flow *f, size_t n);
void	flow_dropped(struct flow *f, size_t n, enum drop reason, int error);

/* ---- hold.c: trouble ---- */

struct hold *flow_hold(struct flow *f);
/* Give back the hold when it holds nothing. */
void	flow_unhold(struct flow *f);
/* The sink takes nothing (EAGAIN) or failed: wait or lose, as the policy says. */
void	flow_failed(struct flow *f, int error);
/* The same for a sink that has nothing to take yet: the next byte tries again. */
void	flow_trouble(struct flow *f, int error);
void	flow_worked(struct flow *f);
/* Try again: first what is held, then the pipe. */
void	flow_retry(struct flow *f);
/* Is f told to throw away what comes now? */
bool	flow_loses(const struct flow *f);
/* An unfinished line is in pend: show it in a while. */
void	flow_flush_later(struct flow *f, bool restart);
/* The console can take something again. */
void	flow_console_free(struct console *c);
/* The end: drop what is held. */
void	flow_give_up(struct flow *f);
/* "no space left on device" */
const char *flow_reason(int error);

#endif
