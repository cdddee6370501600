/*
 * Times at which something is due: the five fields of cron(8), in a time zone.
 *
 * Fields: minute, hour, day of the month, month, day of the week, each *, a number, a
 * range a-b, either with a step /n, or a list of these; months and days by name, too (jan,
 * mon).  When both days are restricted, either is enough, as crontab(5) has it.
 *
 * When the clock is set forward for the summer, a job of an hour that does not exist runs
 * at the end of the gap; when it is set back, one of an hour that exists twice runs in the
 * first.  A job whose hour is * goes by the time that passes instead.
 */
#ifndef CONF_CRON_H
#define CONF_CRON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

enum cron_kind {
	CRON_NONE,
	CRON_FIELDS,
	CRON_EVERY,		/* every 5m: by the monotonic clock */
	CRON_START,		/* @start: once, when it is added */
};

struct cron {
	enum cron_kind kind;
	bool	 any_day, any_weekday;	/* the field was * */
	uint64_t minutes;		/* bit i: minute i */
	uint32_t hours;
	uint32_t days;			/* bits 1 to 31 */
	uint16_t months;		/* bits 1 to 12 */
	uint8_t	 weekdays;		/* bit 0: Sunday */
	int64_t	 every_ms;
};

/* -1: e says which field is wrong, and what it may be. */
int	cron_parse(struct cron *c, const char *text, struct err *e);

/*
 * The first time after `after` (seconds since 1970) that CRON_FIELDS mean; -1: none within
 * eight years.  zone as in TZ; NULL: our own.
 */
int64_t	cron_next(const struct cron *c, const char *zone, int64_t after);

/* Does the C library know this zone: UTC, a file of zone data, or a rule like CET-1CEST? */
bool	cron_knows_zone(const char *zone);

#endif
