/*
 * The supervisor's own stdout and stderr as a sink: lines of many programs,
 * whole, one after the other, plain, with a tag or as JSON.
 *
 * Only one flow at a time has bytes here that are not yet written; the others keep
 * theirs, in the pipe or in their hold, and wait in a queue.  So what is taken
 * and not written is known per flow, and memory is bounded.
 */
#ifndef LOG_CONSOLE_H
#define LOG_CONSOLE_H

#include <sys/types.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct console;
struct flow;

enum console_format { CONSOLE_RAW, CONSOLE_TAGGED, CONSOLE_JSON };

#define CONSOLE_LINE_MAX 16384	/* bytes: longer lines are split and marked */
#define CONSOLE_FLUSH_MS 100	/* a line begun and not ended is shown after that */

/* The console at descriptor 1 or 2; both are one when they lead to one file. */
struct console *console_at(int fd);
/* The console that is the file with these numbers; NULL: none is. */
struct console *console_same(dev_t dev, ino_t ino);
/*
 * Take lines of f.  Returns how many bytes of data were taken; the rest stays with
 * the caller: an unfinished line (unless flush), or what does not fit now.
 */
size_t	console_take(struct console *c, struct flow *f, const char *data, size_t len,
	    bool flush);
/* Take a line of our own about f, newline included; false: not now. */
bool	console_mark(struct console *c, struct flow *f, const char *line, size_t len);
/* Nothing can be taken now: errno of the failure, or EAGAIN while it is full; else 0. */
int	console_busy(const struct console *c);
/*
 * For echo.c, whose lines nobody waits for: stdout's buffer, to put whole records into,
 * then to be given back.  goes_on: id of the flow whose open line they may go on with;
 * open_line: of the one that they leave open; 0: none.  NULL: there is no room now, and
 * len bytes are counted as dropped.
 */
struct buf *console_borrow(size_t len, uint32_t goes_on);
void	console_give_back(uint32_t open_line);
/* {"time":"2026-11-21T03:51:00.500Z" */
void	console_put_time(struct buf *b);
/* The core is about to be told of trouble or its end; false: it knows. */
bool	console_tell(struct console *c, bool trouble);
/* f goes away: what it has here counts as written. */
void	console_forget(struct console *c, struct flow *f);
/* All that was taken is written. */
bool	console_empty(void);
void	console_release(void);

#endif
