/*
 * Reading the five fields, and finding the next time that they mean.
 */
#include "conf/cron.h"

#include <sys/stat.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "conf/types.h"

#define DAY		86400
#define DAYS_MOST	(8 * 366 + 2)	/* there is a February 29 in any eight years */
#define GAP_MOST	(3 * 3600)	/* that a clock is set forward or back at most */

extern char **environ;

/* ---- reading ---- */

struct field {
	const char *name;
	int	 low, high;
	const char *const *words;	/* of low, low + 1, ...; NULL: numbers only */
};

static const char *const month_words[] = {
	"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", NULL
};
static const char *const weekday_words[] = {
	"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL
};

enum { MINUTE, HOUR, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, FIELDS };

static const struct field fields[FIELDS] = {
	{ "minute", 0, 59, NULL }, { "hour", 0, 23, NULL }, { "day of the month", 1, 31, NULL },
	{ "month", 1, 12, month_words }, { "day of the week", 0, 7, weekday_words },
};

static const struct {
	const char *word, *text;
} nicknames[] = {
	{ "@hourly", "0 * * * *" }, { "@daily", "0 0 * * *" }, { "@midnight", "0 0 * * *" },
	{ "@weekly", "0 0 * * 0" }, { "@monthly", "0 0 1 * *" }, { "@yearly", "0 0 1 1 *" },
	{ "@annually", "0 0 1 1 *" },
};

/* A number or a word of the field at *at; -1: neither. */
static int
take_value(const struct field *f, const char **at)
{
	int n = 0, digits = 0;

	for (int i = 0; f->words != NULL && f->words[i] != NULL; i++)
		if (strncasecmp(*at, f->words[i], 3) == 0) {
			*at += 3;
			return f->low + i;
		}
	for (; isdigit((unsigned char)**at) && digits < 4; digits++)
		n = n * 10 + *(*at)++ - '0';
	return digits > 0 && n >= f->low && n <= f->high ? n : -1;
}

/* One item of a list: what it means, as bits; 0: it is wrong. */
static uint64_t
take_item(const struct field *f, const char **at)
{
	int first = f->low, last = f->high, step = 1;
	bool range = true;
	uint64_t bits = 0;

	if (**at == '*') {
		(*at)++;
		if (f->high == 7)
			last = 6;
	} else {
		first = last = take_value(f, at);
		range = **at == '-';
		if (range) {
			(*at)++;
			last = take_value(f, at);
		}
	}
	if (first < 0 || last < first)
		return 0;
	if (**at == '/') {
		(*at)++;
		step = (int)strtol(*at, NULL, 10);
		if (!isdigit((unsigned char)**at) || step < 1 || step > f->high)
			return 0;
		while (isdigit((unsigned char)**at))
			(*at)++;
		if (!range)		/* 5/15: from 5 on */
			last = f->high == 7 ? 6 : f->high;
	}
	for (int i = first; i <= last; i += step)
		bits |= UINT64_C(1) << i;
	return bits;
}

/* A field that ends at a blank or the end of the text. */
static int
take_field(int which, const char **at, uint64_t *bits, struct err *e)
{
	const struct field *f = &fields[which];
	const char *from = *at;
	uint64_t item;

	*bits = 0;
	do {
		item = take_item(f, at);
		*bits |= item;
	} while (item != 0 && **at == ',' && (*at)++ != NULL);
	if (item != 0 && (**at == '\0' || isblank((unsigned char)**at)))
		return 0;
	return err_set(e, FAULT_CANT_REREAD, "'%.*s' is no %s: %d to %d, a range a-b, * or"
	    " either with /step, or a list of these", (int)strcspn(from, " \t"), from, f->name,
	    f->low, f->high);
}

static int
take_fields(struct cron *c, const char *text, struct err *e)
{
	uint64_t bits[FIELDS];
	const char *at = text;

	for (int i = 0; i < FIELDS; i++) {
		at += strspn(at, " \t");
		if (*at == '\0')
			return err_set(e, FAULT_CANT_REREAD, "'%s' has not the five fields minute,"
			    " hour, day of the month, month and day of the week; or write every"
			    " 5m, @hourly, @start", text);
		if (i == DAY_OF_MONTH)
			c->any_day = *at == '*';
		if (i == DAY_OF_WEEK)
			c->any_weekday = *at == '*';
		if (take_field(i, &at, &bits[i], e) == -1)
			return -1;
	}
	at += strspn(at, " \t");
	if (*at != '\0')
		return err_set(e, FAULT_CANT_REREAD, "'%s' stands behind the five fields", at);
	c->kind = CRON_FIELDS;
	c->minutes = bits[MINUTE];
	c->hours = (uint32_t)bits[HOUR];
	c->days = (uint32_t)bits[DAY_OF_MONTH];
	c->months = (uint16_t)bits[MONTH];
	c->weekdays = (uint8_t)((bits[DAY_OF_WEEK] | bits[DAY_OF_WEEK] >> 7) & 0x7f);
	return 0;
}

int
cron_parse(struct cron *c, const char *text, struct err *e)
{
	*c = (struct cron){ 0 };
	if (strncasecmp(text, "every", 5) == 0 && isblank((unsigned char)text[5])) {
		text += 5 + strspn(text + 5, " \t");
		if (conf_take_span(text, &c->every_ms) == -1 || c->every_ms < 1000)
			return err_set(e, FAULT_CANT_REREAD,
			    "every '%s': a time of at least 1s, like 30s, 5m or 2h, is wanted", text);
		c->kind = CRON_EVERY;
		return 0;
	}
	if (strcasecmp(text, "@start") == 0 || strcasecmp(text, "@reboot") == 0) {
		c->kind = CRON_START;
		return 0;
	}
	for (size_t i = 0; i < sizeof(nicknames) / sizeof(nicknames[0]); i++)
		if (strcasecmp(nicknames[i].word, text) == 0)
			return take_fields(c, nicknames[i].text, e);
	if (text[0] == '@')
		return err_set(e, FAULT_CANT_REREAD, "'%s' is none of @start, @hourly, @daily,"
		    " @weekly, @monthly and @yearly", text);
	return take_fields(c, text, e);
}

/* ---- zones ---- */

static const char *const zone_places[] = {
	"/usr/share/zoneinfo/", "/share/zoneinfo/", "/etc/zoneinfo/"	/* musl's; glibc: the first */
};

bool
cron_knows_zone(const char *zone)
{
	char path[256];
	struct stat st;
	size_t letters = strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

	if (strcmp(zone, "UTC") == 0 || strcmp(zone, "GMT") == 0)
		return true;
	if (zone[0] == '<' || (letters >= 3 && strcspn(zone + letters, "+-0123456789") == 0 &&
	    zone[letters] != '\0'))
		return true;		/* a rule of POSIX needs no data */
	for (size_t i = 0; i < sizeof(zone_places) / sizeof(zone_places[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", zone_places[i], zone);
		if (zone[0] != '/' && strstr(zone, "..") == NULL && stat(path, &st) == 0 &&
		    S_ISREG(st.st_mode))
			return true;
	}
	return false;
}

/*
 * The C library takes the zone from the environment only.  Ours is put aside for the
 * moment rather than changed: children inherit it, and setenv() never gives memory back.
 */
struct zone {
	char	 entry[128];
	char	*list[2];
	char	**ours;
};

static void
enter_zone(struct zone *z, const char *zone)
{
	z->ours = environ;
	if (zone == NULL)
		return;
	snprintf(z->entry, sizeof(z->entry), "TZ=%s", zone);
	z->list[0] = z->entry;
	z->list[1] = NULL;
	environ = z->list;
	tzset();
}

static void
leave_zone(struct zone *z)
{
	if (environ == z->ours)
		return;
	environ = z->ours;
	tzset();
}

/* ---- the next time ---- */

struct day {
	int	 year, month, day, weekday;	/* month from 1 on */
};

static int
days_of(int year, int month)
{
	static const int days[] = { 0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : days[month];
}

static void
next_day(struct day *d)
{
	d->weekday = (d->weekday + 1) % 7;
	if (++d->day <= days_of(d->year, d->month))
		return;
	d->day = 1;
	if (++d->month <= 12)
		return;
	d->month = 1;
	d->year++;
}

static bool
is_day(const struct cron *c, const struct day *d)
{
	bool day = (c->days & UINT32_C(1) << d->day) != 0;
	bool weekday = (c->weekdays & 1U << d->weekday) != 0;

	if ((c->months & 1U << d->month) == 0)
		return false;
	return c->any_day || c->any_weekday ? day && weekday : day || weekday;
}

/* Does t have this hour and minute there, on this day? */
static bool
is_local(int64_t t, const struct day *d, int hour, int minute)
{
	time_t at = (time_t)t;
	struct tm tm;

	return localtime_r(&at, &tm) != NULL && tm.tm_mday == d->day && tm.tm_hour == hour &&
	    tm.tm_min == minute;
}

/* Seconds that the local clock is ahead of UTC at t. */
static int64_t
offset_at(int64_t t)
{
	time_t at = (time_t)t;
	struct tm tm;

	return localtime_r(&at, &tm) != NULL ? (int64_t)tm.tm_gmtoff : 0;
}

/* The first moment in (low, high] that has another offset than low. */
static int64_t
change_between(int64_t low, int64_t high)
{
	int64_t was = offset_at(low);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (offset_at(middle) == was)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/*
 * A local time as seconds since 1970: the first of two, and the end of the gap when there
 * is none.
 */
static int64_t
to_seconds(const struct day *d, int hour, int minute)
{
	struct tm tm = { .tm_year = d->year - 1900, .tm_mon = d->month - 1, .tm_mday = d->day,
		.tm_hour = hour, .tm_min = minute };
	int64_t utc = (int64_t)timegm(&tm);
	/* what it would be by the clock as it goes before a change, and behind it */
	int64_t before = utc - offset_at(utc - DAY), after = utc - offset_at(utc + DAY);
	int64_t first = before < after ? before : after;
	int64_t second = before < after ? after : before;

	if (is_local(first, d, hour, minute))
		return first;
	if (is_local(second, d, hour, minute))
		return second;
	return change_between(first - GAP_MOST, second + GAP_MOST);
}

/* By the clock on the wall. */
static int64_t
next_in_day(const struct cron *c, const struct day *d, int64_t after)
{
	for (int hour = 0; hour < 24; hour++) {
		if ((c->hours & UINT32_C(1) << hour) == 0)
			continue;
		for (int minute = 0; minute < 60; minute++) {
			int64_t t;

			if ((c->minutes & UINT64_C(1) << minute) == 0)
				continue;
			t = to_seconds(d, hour, minute);
			if (t > after)
				return t;
		}
	}
	return -1;
}

/* By the time that passes: every hour of the day, be it twice or not at all. */
static int64_t
next_minute(const struct cron *c, const struct day *d, int64_t after)
{
	struct day tomorrow = *d;
	int64_t t = to_seconds(d, 0, 0), end;

	next_day(&tomorrow);
	end = to_seconds(&tomorrow, 0, 0);
	if (t <= after)
		t = after - after % 60 + 60;
	for (; t < end; t += 60) {
		time_t at = (time_t)t;
		struct tm tm;

		if (localtime_r(&at, &tm) != NULL && tm.tm_sec == 0 &&
		    (c->minutes & UINT64_C(1) << tm.tm_min) != 0)
			return t;
	}
	return -1;
}

static int64_t
find_next(const struct cron *c, int64_t after)
{
	time_t at = (time_t)after;
	struct tm tm;
	struct day d;

	if (localtime_r(&at, &tm) == NULL)
		return -1;
	d = (struct day){ tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_wday };
	for (int i = 0; i < DAYS_MOST; i++, next_day(&d)) {
		int64_t t;

		if (!is_day(c, &d))
			continue;
		t = c->hours == 0xffffff ? next_minute(c, &d, after) : next_in_day(c, &d, after);
		if (t != -1)
			return t;
	}
	return -1;
}

int64_t
cron_next(const struct cron *c, const char *zone, int64_t after)
{
	struct zone z;
	int64_t t;

	enter_zone(&z, zone);
	t = find_next(c, after);
	leave_zone(&z);
	return t;
}
