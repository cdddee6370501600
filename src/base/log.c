/*
 * Own log lines.  The descriptor is a pipe to the logger, or stderr before
 * there is one; a pipe that is full costs the line, never time.
 */
#include "base/log.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/sys.h"

#define LINE_MAX_BYTES 4096	/* PIPE_BUF: a line is written whole or not at all */

#define HEAD_MAX_BYTES 40	/* of a line: time and level */

static int log_fd = STDERR_FILENO;
static bool gathers;
static char gathered[LINE_MAX_BYTES];	/* whole lines */
static size_t ngathered;		/* bytes */
static unsigned long lines;		/* of them */
static enum log_level log_level = LOG_INFO;
static unsigned long lost;	/* lines since the last one that got through */

void
log_to(int fd)
{
	log_flush();
	log_fd = fd;
}

void
log_gather(bool on)
{
	log_flush();
	gathers = on;
}

void
log_set_level(enum log_level level)
{
	log_level = level;
}

bool
log_wants(enum log_level level)
{
	return level <= log_level;
}

/* "2026-11-21 03:51:00"; localtime costs more than all the rest of a line. */
static const char *
second_text(time_t second)
{
	static time_t last = -1;
	static char text[24];
	struct tm tm;

	if (second != last && localtime_r(&second, &tm) != NULL) {
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm);
		last = second;
	}
	return text;
}

/* "2026-11-21 03:51:00,123 WARN " without printf, which would be half the cost of a line. */
static size_t
put_head(char *data, enum log_level level)
{
	static const char names[][5] = {
		"CRIT", "ERRO", "WARN", "INFO", "DEBG", "TRAC", "BLAT"
	};
	int64_t now = sys->wall_ms();
	int ms = (int)(now % 1000);
	char *at = stpcpy(data, second_text((time_t)(now / 1000)));

	*at++ = ',';
	*at++ = (char)('0' + ms / 100);
	*at++ = (char)('0' + ms / 10 % 10);
	*at++ = (char)('0' + ms % 10);
	*at++ = ' ';
	at = stpcpy(at, names[level]);
	*at++ = ' ';
	return (size_t)(at - data);
}

size_t
log_format(char *data, size_t size, enum log_level level, const char *fmt, va_list ap)
{
	size_t len;
	int n;

	if (size < HEAD_MAX_BYTES)
		return 0;
	len = put_head(data, level);
	n = vsnprintf(data + len, size - len, fmt, ap);
	if (n > 0)
		len += (size_t)n < size - len ? (size_t)n : size - len - 1;
	if (len > size - 2)
		len = size - 2;
	data[len++] = '\n';
	data[len] = '\0';
	return len;
}

static void
say_lost(void)
{
	char line[64];
	int n = snprintf(line, sizeof(line), "--- supd: %lu lines lost here ---\n", lost);

	if (n > 0 && sys->write(log_fd, line, (size_t)n) == n)
		lost = 0;
}

void
log_flush(void)
{
	int saved = errno;

	if (ngathered == 0)
		return;
	if (lost > 0)
		say_lost();
	if (lost > 0 || sys->write(log_fd, gathered, ngathered) == -1)
		lost += lines;
	ngathered = lines = 0;
	errno = saved;
}

void
log_flush_dying(void)
{
	ssize_t n = -1;

	if (ngathered <= sizeof(gathered))	/* we may have crashed for overwriting it */
		n = write(log_fd, gathered, ngathered);
	(void)n;		/* nobody to tell */
}

void
log_write(enum log_level level, const char *fmt, va_list ap)
{
	char line[LINE_MAX_BYTES];
	int saved = errno;
	size_t len;

	if (log_fd == -1 || !log_wants(level))
		return;
	len = log_format(line, sizeof(line), level, fmt, ap);
	if (len > sizeof(gathered) - ngathered)
		log_flush();
	memcpy(gathered + ngathered, line, len);
	ngathered += len;
	lines++;
	if (!gathers)
		log_flush();
	errno = saved;
}

#define LOG_FUNCTION(name, level)		\
void						\
name(const char *fmt, ...)			\
{						\
	va_list ap;				\
						\
	va_start(ap, fmt);			\
	log_write(level, fmt, ap);		\
	va_end(ap);				\
}

LOG_FUNCTION(log_crit, LOG_CRIT)
LOG_FUNCTION(log_error, LOG_ERRO)
LOG_FUNCTION(log_warn, LOG_WARN)
LOG_FUNCTION(log_info, LOG_INFO)
LOG_FUNCTION(log_debug, LOG_DEBG)

void
die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("Error: ", stderr);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
	va_end(ap);
	exit(2);
}
