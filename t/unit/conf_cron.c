/*
 * Schedules: what crontab(5) says of the five fields, and the hours that a change of the
 * clock takes away or gives twice.  Times are written in UTC and by the zone's own clock.
 */
#include "conf/cron.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tap.h"

/* Berlin without zone data: back at 3:00 summer time on the last Sunday of October. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define SYDNEY "AEST-10AEDT,M10.1.0,M4.1.0/3"

/* "2026-03-29 01:00" UTC */
static int64_t
utc(const char *text)
{
	struct tm tm = { 0 };

	if (sscanf(text, "%d-%d-%d %d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	    &tm.tm_hour, &tm.tm_min, &tm.tm_sec) < 5)
		return -2;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	return (int64_t)timegm(&tm);
}

static const char *
text_of(int64_t t)
{
	static char text[32];
	time_t at = (time_t)t;
	struct tm tm;

	if (t == -1)
		return "never";
	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &tm);
	return text;
}

static const struct {
	const char *cron, *zone, *after, *next;
} rows[] = {
	/* fields; 2026-11-21 is a Saturday */
	{ "* * * * *", "UTC", "2026-11-21 10:00:30", "2026-11-21 10:01" },
	{ "* * * * *", "UTC", "2026-11-21 10:00:00", "2026-11-21 10:01" },
	{ "30 4 * * *", "UTC", "2026-11-21 04:29:59", "2026-11-21 04:30" },
	{ "30 4 * * *", "UTC", "2026-11-21 04:30:00", "2026-11-22 04:30" },
	{ "*/15 9-17 * * *", "UTC", "2026-11-21 17:45:00", "2026-11-22 09:00" },
	{ "5/20 * * * *", "UTC", "2026-11-21 10:05:00", "2026-11-21 10:25" },
	{ "0,30 8,20 * * *", "UTC", "2026-11-21 08:30:00", "2026-11-21 20:00" },
	{ "1-10/3 0 * * *", "UTC", "2026-11-21 00:04:00", "2026-11-21 00:07" },
	{ "0 0 * * mon", "UTC", "2026-11-21 10:00", "2026-11-23 00:00" },
	{ "0 0 * * MON-Fri", "UTC", "2026-11-21 10:00", "2026-11-23 00:00" },
	{ "0 0 * * 0", "UTC", "2026-11-21 10:00", "2026-11-22 00:00" },
	{ "0 0 * * 7", "UTC", "2026-11-21 10:00", "2026-11-22 00:00" },
	{ "0 0 * * 5-7", "UTC", "2026-11-20 10:00", "2026-11-21 00:00" },
	{ "0 12 1 jan,jul *", "UTC", "2026-11-21 10:00", "2027-01-01 12:00" },
	{ "0 0 13 * 5", "UTC", "2026-11-21 10:00", "2026-11-27 00:00" },
	{ "0 0 13 * 5", "UTC", "2026-12-11 10:00", "2026-12-13 00:00" },
	{ "0 0 */2 * 5", "UTC", "2026-11-21 10:00", "2026-11-27 00:00" },
	{ "0 0 31 * *", "UTC", "2026-11-21 10:00", "2026-12-31 00:00" },
	{ "0 0 29 2 *", "UTC", "2026-11-21 10:00", "2028-02-29 00:00" },
	{ "0 0 29 2 *", "UTC", "2096-03-01 10:00", "2104-02-29 00:00" },
	{ "0 0 30 2 *", "UTC", "2026-11-21 10:00", "never" },
	{ "@hourly", "UTC", "2026-11-21 10:00", "2026-11-21 11:00" },
	{ "@daily", "UTC", "2026-11-21 10:00", "2026-11-22 00:00" },
	{ "@weekly", "UTC", "2026-11-21 10:00", "2026-11-22 00:00" },
	{ "@monthly", "UTC", "2026-11-21 10:00", "2026-12-01 00:00" },
	{ "@yearly", "UTC", "2026-11-21 10:00", "2027-01-01 00:00" },
	/* a zone */
	{ "0 3 * * *", BERLIN, "2026-01-10 00:00", "2026-01-10 02:00" },
	{ "0 3 * * *", BERLIN, "2026-07-10 00:00", "2026-07-10 01:00" },
	{ "0 0 1 * *", BERLIN, "2026-07-30 12:00", "2026-07-31 22:00" },
	{ "0 0 * * mon", SYDNEY, "2026-11-21 10:00", "2026-11-22 13:00" },
	/* 2026-03-29: 02:00 is 03:00 at once (01:00 UTC) */
	{ "30 1 * * *", BERLIN, "2026-03-28 12:00", "2026-03-29 00:30" },
	{ "30 2 * * *", BERLIN, "2026-03-28 12:00", "2026-03-29 01:00" },
	{ "30 2 * * *", BERLIN, "2026-03-29 01:00", "2026-03-30 00:30" },
	{ "0,30 2 * * *", BERLIN, "2026-03-29 01:00", "2026-03-30 00:00" },
	{ "0 3 * * *", BERLIN, "2026-03-28 12:00", "2026-03-29 01:00" },
	{ "15 * * * *", BERLIN, "2026-03-29 00:15", "2026-03-29 01:15" },
	{ "*/30 * * * *", BERLIN, "2026-03-29 00:30", "2026-03-29 01:00" },
	/* 2026-10-25: 03:00 is 02:00 again (01:00 UTC) */
	{ "30 2 * * *", BERLIN, "2026-10-24 12:00", "2026-10-25 00:30" },
	{ "30 2 * * *", BERLIN, "2026-10-25 00:30", "2026-10-26 01:30" },
	{ "30 2 * * *", BERLIN, "2026-10-25 01:10", "2026-10-26 01:30" },
	{ "0 3 * * *", BERLIN, "2026-10-25 00:30", "2026-10-25 02:00" },
	{ "15 * * * *", BERLIN, "2026-10-25 00:15", "2026-10-25 01:15" },
	{ "15 * * * *", BERLIN, "2026-10-25 01:15", "2026-10-25 02:15" },
	{ "0 0 * * *", BERLIN, "2026-10-24 22:00", "2026-10-25 23:00" },
	/* the other half of the world: 2026-10-04 02:00 to 03:00, 2026-04-05 03:00 to 02:00 */
	{ "30 2 * * *", SYDNEY, "2026-10-03 12:00", "2026-10-03 16:00" },
	{ "30 2 * * *", SYDNEY, "2026-04-04 12:00", "2026-04-04 15:30" },
	{ "30 2 * * *", SYDNEY, "2026-04-04 15:30", "2026-04-05 16:30" },
};

static const struct {
	const char *cron, *refusal;
} wrong[] = {
	{ "", "'' has not the five fields" },
	{ "* * * *", "'* * * *' has not the five fields" },
	{ "* * * * * *", "'*' stands behind the five fields" },
	{ "60 * * * *", "'60' is no minute: 0 to 59" },
	{ "* 24 * * *", "'24' is no hour: 0 to 23" },
	{ "* * 0 * *", "'0' is no day of the month: 1 to 31" },
	{ "* * * 13 *", "'13' is no month: 1 to 12" },
	{ "* * * * 8", "'8' is no day of the week: 0 to 7" },
	{ "5-1 * * * *", "'5-1' is no minute" },
	{ "*/0 * * * *", "'*/0' is no minute" },
	{ "1,,2 * * * *", "'1,,2' is no minute" },
	{ "x * * * *", "'x' is no minute" },
	{ "* * * * monday", "'monday' is no day of the week" },
	{ "@often", "'@often' is none of @start" },
	{ "every", "'every' is no minute" },
	{ "every 0.5s", "every '0.5s': a time of at least 1s" },
	{ "every day", "every 'day': a time of at least 1s" },
};

int
main(void)
{
	struct cron c;
	struct err e = { 0 };
	char name[120];

	setenv("TZ", "UTC", 1);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		snprintf(name, sizeof(name), "%s (%s) after %s", rows[i].cron, rows[i].zone,
		    rows[i].after);
		if (cron_parse(&c, rows[i].cron, &e) == -1)
			is_str(e.msg, "", name);
		else
			is_str(text_of(cron_next(&c, rows[i].zone, utc(rows[i].after))),
			    rows[i].next, name);
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		ok(cron_parse(&c, wrong[i].cron, &e) == -1 &&
		    strncmp(e.msg, wrong[i].refusal, strlen(wrong[i].refusal)) == 0,
		    "refused: %s: %s", wrong[i].cron, e.msg);
	ok(cron_parse(&c, "every 5m", &e) == 0 && c.kind == CRON_EVERY &&
	    c.every_ms == 300000, "every 5m");
	ok(cron_parse(&c, "@start", &e) == 0 && c.kind == CRON_START, "@start");
	is_str(getenv("TZ"), "UTC", "our own zone is as it was");
	ok(cron_knows_zone("UTC") && cron_knows_zone(BERLIN) && cron_knows_zone("<+03>-3"),
	    "zones that need no data");
	ok(!cron_knows_zone("Europe/Nowhere") && !cron_knows_zone("../../etc/passwd") &&
	    !cron_knows_zone("") && !cron_knows_zone("ABC"), "and none");
	return tap_done();
}
