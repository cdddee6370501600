/*
 * Lines to the system log, besides the log file: "NAME text", facility user,
 * priority info, one datagram to /dev/log per line.
 */
#ifndef LOG_SYSLOG_H
#define LOG_SYSLOG_H

#include <stddef.h>

struct flow;

/* Send the whole lines of data; an unfinished one waits in the hold. */
void	syslog_lines(struct flow *f, const char *data, size_t len);
/* The output has ended: send what waits. */
void	syslog_end(struct flow *f);
void	syslog_close(void);

#endif
