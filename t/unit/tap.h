/*
 * TAP for unit tests: one line per assertion, the plan at the end.
 */
#ifndef T_UNIT_TAP_H
#define T_UNIT_TAP_H

#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failures;

__attribute__((format(printf, 2, 3), unused)) static bool
ok(bool good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_count);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	if (!good)
		tap_failures++;
	return good;
}

__attribute__((unused)) static bool
is_int(int64_t got, int64_t want, const char *name)
{
	bool good = ok(got == want, "%s", name);

	if (!good)
		printf("#   got %" PRId64 ", want %" PRId64 "\n", got, want);
	return good;
}

__attribute__((unused)) static bool
is_str(const char *got, const char *want, const char *name)
{
	bool good = ok(got != NULL && strcmp(got, want) == 0, "%s", name);

	if (!good)
		printf("#   got  '%s'\n#   want '%s'\n", got != NULL ? got : "(null)", want);
	return good;
}

/* return tap_done() from main(). */
__attribute__((unused)) static int
tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures > 0;
}

#endif
