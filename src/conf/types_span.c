/*
 * Spans of time ("500ms", "1.5s", "5m"), so many per span ("5/60s"), and ratios ("1.5",
 * "10%").  A span without a unit is in seconds, like every other key.
 */
#include "conf/types.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name;
	int64_t	 ms;
} units[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "min", 60000 }, { "s", 1000 },
	{ "ms", 1 }, { "", 1000 },
};

#define UNITS (sizeof(units) / sizeof(units[0]))
#define DIGITS_MAX 12		/* of a number: no sum overflows */

/*
 * A number with at most three decimals, in thousandths; *end: what follows it.  -1: there
 * is none.
 */
static int
take_thousandths(const char *text, int64_t *n, const char **end)
{
	size_t digits = strspn(text, "0123456789"), decimals = 0;

	*n = 0;
	if (digits == 0 || digits > DIGITS_MAX)
		return -1;
	for (; digits > 0; digits--)
		*n = *n * 10 + (*text++ - '0');
	if (*text == '.') {
		decimals = strspn(++text, "0123456789");
		if (decimals == 0 || decimals > 3)
			return -1;
	}
	for (size_t i = 0; i < 3; i++)
		*n = *n * 10 + (i < decimals ? *text++ - '0' : 0);
	*end = text;
	return 0;
}

int
conf_take_span(const char *text, int64_t *ms)
{
	const char *unit;
	int64_t n;

	if (take_thousandths(text, &n, &unit) == -1)
		return -1;
	for (size_t i = 0; i < UNITS; i++)
		if (strcmp(unit, units[i].name) == 0) {
			if (n > INT64_MAX / units[i].ms)
				return -1;
			*ms = n * units[i].ms / 1000;
			return 0;
		}
	return -1;
}

void
conf_put_span(int64_t ms, struct buf *out)
{
	for (size_t i = 0; ms != 0 && i < UNITS; i++)
		if (ms % units[i].ms == 0) {
			buf_addf(out, "%lld%s", (long long)(ms / units[i].ms), units[i].name);
			return;
		}
	buf_addf(out, "%lld", (long long)ms);
}

static int
parse_span(void *field, const char *text, struct conf_parse *p)
{
	if (conf_take_span(text, field) == -1)
		return err_set(p->e, FAULT_CANT_REREAD,
		    "'%s' is no time like 500ms, 1.5s, 5m or 1h", text);
	*(int64_t *)field = conf_clamp(*(int64_t *)field, p);
	return 0;
}

static void
print_span(const void *field, struct buf *out)
{
	conf_put_span(*(const int64_t *)field, out);
}

static bool
equal_number(const void *a, const void *b)
{
	return *(const int64_t *)a == *(const int64_t *)b;
}

const struct conf_type conf_span = {
	"time", NULL, parse_span, print_span, equal_number, NULL
};

/* "5/60s"; "0": no limit. */
static int
parse_limit(void *field, const char *text, struct conf_parse *p)
{
	struct conf_limit *l = field;
	const char *slash = strchr(text, '/');
	char *end;

	*l = (struct conf_limit){ 0 };
	if (strcmp(text, "0") == 0)
		return 0;
	l->n = strtoll(text, &end, 10);
	if (*text < '0' || *text > '9' || end != slash || l->n < 1 ||
	    conf_take_span(slash + 1, &l->ms) == -1 || l->ms < 1)
		return err_set(p->e, FAULT_CANT_REREAD,
		    "'%s' is no limit like 5/60s, or 0 for none", text);
	l->n = conf_clamp(l->n, p);
	return 0;
}

static void
print_limit(const void *field, struct buf *out)
{
	const struct conf_limit *l = field;

	buf_addf(out, "%lld", (long long)l->n);
	if (l->n == 0)
		return;
	buf_addc(out, '/');
	conf_put_span(l->ms, out);
}

static bool
equal_limit(const void *a, const void *b)
{
	const struct conf_limit *l = a, *m = b;

	return l->n == m->n && l->ms == m->ms;
}

const struct conf_type conf_limit = {
	"limit", NULL, parse_limit, print_limit, equal_limit, NULL
};

static int
parse_ratio(void *field, const char *text, struct conf_parse *p)
{
	const char *rest;

	if (take_thousandths(text, field, &rest) == -1 ||
	    (*rest != '\0' && strcmp(rest, "%") != 0))
		return err_set(p->e, FAULT_CANT_REREAD, "'%s' is no number like 1.5 or 10%%",
		    text);
	if (*rest == '%')
		*(int64_t *)field /= 100;
	*(int64_t *)field = conf_clamp(*(int64_t *)field, p);
	return 0;
}

static void
print_ratio(const void *field, struct buf *out)
{
	int64_t n = *(const int64_t *)field;
	char text[32];
	size_t len = (size_t)snprintf(text, sizeof(text), "%lld.%03lld", (long long)(n / 1000),
	    (long long)(n % 1000));

	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	buf_add(out, text, len);
}

const struct conf_type conf_ratio = {
	"ratio", NULL, parse_ratio, print_ratio, equal_number, NULL
};
