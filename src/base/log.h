/*
 * The supervisor's own log lines, in supervisord's form:
 *   2026-11-21 03:51:00,500 INFO text
 * Writing never blocks and keeps errno: a line that does not fit is counted,
 * and the count is written before the next line that does.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* Order and names are supervisord's: critical error warn info debug trace blather. */
enum log_level {
	LOG_CRIT, LOG_ERRO, LOG_WARN, LOG_INFO, LOG_DEBG, LOG_TRAC, LOG_BLAT,
};

/* Where lines go: a descriptor (non-blocking), and what is written at all. */
void	log_to(int fd);
void	log_set_level(enum log_level level);
bool	log_wants(enum log_level level);
/*
 * Keep lines and write them together, at the end of a turn of the loop and before
 * something that has to come after them; off: write each at once.
 */
void	log_gather(bool on);
void	log_flush(void);
/* The same in a signal handler that does not return. */
void	log_flush_dying(void);

void	log_crit(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void	log_write(enum log_level level, const char *fmt, va_list ap)
	    __attribute__((format(printf, 2, 0)));
/* The same line built into data, newline included; returns its length. */
size_t	log_format(char *data, size_t size, enum log_level level, const char *fmt,
	    va_list ap) __attribute__((format(printf, 4, 0)));
/* Print to stderr and exit with 2: only before the loop runs. */
void	die(const char *fmt, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
