/*
 * Spans, limits and ratios: what is taken, how it is printed, what is refused.
 */
#include "conf/types.h"

#include <stdlib.h>

#include "conf/keys.h"
#include "tap.h"

static void
both_ways(const struct conf_type *t, const char *text, const char *want)
{
	struct err e = { 0 };
	struct conf_parse p = { .e = &e };
	struct conf_limit field = { 0 };
	struct buf out = { 0 };

	if (t->parse(&field, text, &p) == -1)
		buf_adds(&out, "refused");
	else
		t->print(&field, &out);
	is_str(buf_text(&out), want, text[0] != '\0' ? text : "nothing");
	buf_release(&out);
}

int
main(void)
{
	static const struct { const char *text, *want; } spans[] = {
		{ "500ms", "500ms" }, { "1s", "1s" }, { "2", "2s" }, { "0", "0" }, { "90s", "90s" },
		{ "60", "1m" }, { "1.5s", "1500ms" }, { "0.1", "100ms" }, { "5min", "5m" },
		{ "2h", "2h" }, { "48h", "2d" }, { "", "refused" }, { "s", "refused" },
		{ "1 s", "refused" }, { "1.2345s", "refused" }, { "1.s", "refused" },
		{ "-1s", "refused" }, { "1w", "refused" }, { "1234567890123", "refused" },
		{ "999999999999d", "refused" },
	}, limits[] = {
		{ "5/60s", "5/1m" }, { "1/500ms", "1/500ms" }, { "0", "0" }, { "5", "refused" },
		{ "0/5s", "refused" }, { "5/0", "refused" }, { "/5s", "refused" },
		{ "x/5s", "refused" }, { "5/", "refused" }, { "-5/1s", "refused" },
	}, ratios[] = {
		{ "2", "2" }, { "1.5", "1.5" }, { "10%", "0.1" }, { "0.125", "0.125" },
		{ "0", "0" }, { "150%", "1.5" }, { "%", "refused" }, { "1,5", "refused" },
		{ "1.5x", "refused" },
	};
	struct conf_key bounds = { .min = 1000, .max = 2000 };
	struct err e = { 0 };
	struct conf_parse p = { .key = &bounds, .e = &e };
	int64_t n = 0;

	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++)
		both_ways(&conf_span, spans[i].text, spans[i].want);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		both_ways(&conf_limit, limits[i].text, limits[i].want);
	for (size_t i = 0; i < sizeof(ratios) / sizeof(ratios[0]); i++)
		both_ways(&conf_ratio, ratios[i].text, ratios[i].want);
	ok(conf_span.parse(&n, "1h", &p) == 0 && n == 2000 && p.clamped, "bounds hold");
	return tap_done();
}
