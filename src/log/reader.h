/*
 * Readers: client connections that the core handed over because their call was
 * one of org.supd.Log.  reader.c owns the connection and its buffers, methods.c
 * answers calls, text.c turns logs into replies.
 *
 * Nothing waits for a reader.  Text out of a file is produced as fast as the reader
 * takes it; what comes from memory and does not fit is dropped and marked.
 */
#ifndef LOG_READER_H
#define LOG_READER_H

#include <sys/types.h>
#include <bsd/sys/queue.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/loop.h"

struct flow;

enum reader_state {
	READER_CALLS,		/* waits for the next call */
	READER_TEXT,		/* a long text is on its way */
	READER_FOLLOWS,		/* gets what comes, until it closes */
};

struct reader {
	TAILQ_ENTRY(reader) link; /* all readers */
	LIST_ENTRY(reader) flow_link; /* flow->readers, while READER_FOLLOWS */
	int	 fd;		/* owned */
	struct loop_io io;
	enum reader_state state;
	bool	 closing;	/* freed at the end of the turn */
	bool	 hangup;	/* its end is closed: no more calls */
	struct buf in, out;
	size_t	 sent;		/* of out */
	struct flow *flow;	/* borrowed: reader_forget_flow() */
	/* text from a file: */
	int	 file;		/* owned; -1: none, or follows memory */
	dev_t	 dev;		/* of file */
	ino_t	 ino;
	off_t	 at, end;	/* next byte; READER_TEXT: where to stop */
	char	 tail[80];	/* READER_TEXT: what ends the reply */
	char	 cut[4];	/* begin of a character whose end is yet to come */
	size_t	 ncut;
	uint64_t missed;	/* bytes that a follower of memory did not get */
};

#define READER_OUT_MAX	(256 * 1024)	/* bytes that wait for a slow reader */
#define READER_OUT_LOW	(64 * 1024)	/* below that more text is produced */

/* Own fd; data is what it has sent so far. */
void	reader_new(int fd, const char *data, size_t len);
void	reader_close(struct reader *r);
/* Let it have what is in out, produce more, take the next call. */
void	reader_run(struct reader *r);
/* New bytes in the flow's file. */
void	reader_wake(struct flow *f);
/* New bytes of a flow that has no file. */
void	reader_push(struct flow *f, const char *data, size_t len);
void	reader_forget_flow(struct flow *f);
void	reader_release_all(void);

/* ---- methods.c ---- */

/* Answer one call. false: it is not ours, the core has to. */
bool	reader_call(struct reader *r, const char *frame, size_t len);

/* ---- text.c ---- */

/* Open the file of a flow for reading. Returns 0, or -1 with errno. */
int	text_open(struct reader *r, struct flow *f);
/* Start a reply: bytes [from, to) of r->file as "text", then tail. */
void	text_begin(struct reader *r, off_t from, off_t to, const char *tail);
/* Produce more of a text or of what is followed; false: nothing to be had now. */
bool	text_more(struct reader *r);
/* One reply of Follow. */
void	text_frame(struct reader *r, const char *data, size_t len);
/* Bytes at the end of data that are the begin of an UTF-8 character. */
size_t	text_cut(const char *data, size_t len);

#endif
